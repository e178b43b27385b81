/* finite.c: numbers that are not finite, in the weights or in what they make of the training rows. */
#include <math.h>

#include "debug/census.h"
#include "examination.h"
#include "rules.h"

static size_t count_bad(const real *x, size_t n)
{
    struct census census = {0};
    census_add(&census, x, n);
    return census_bad(&census);
}

/* How many weights are not finite; LAYER becomes the first layer with such a one. */
static size_t bad_weights(const struct net *net, int *layer)
{
    size_t bad = 0;
    for (int i = net->params - 1; i >= 0; i--) {
        size_t here = count_bad(net->w + net->param[i].offset, net->param[i].count);
        if (here)
            *layer = net->param[i].layer;
        bad += here;
    }
    return bad;
}

/* The same of what the layers put out for the rows of a probe, or else of their gradients. */
static size_t bad_tensors(const struct session *probe, int *layer, bool *backward)
{
    const struct program *train = probe->train;
    size_t rows = (size_t)program_rows(train);
    int layers = probe->net->top.layers;
    *backward = false;
    for (int i = 0; i < layers; i++) {
        size_t bad = count_bad(program_out(train, i), rows * shape_size(&probe->net->top.layer[i].out));
        *layer = i;
        if (bad)
            return bad;
    }
    *backward = true;
    for (int i = layers - 1; i >= 0; i--) {
        *layer = i;
        if (!isfinite(program_norms(train, i)->gradient))
            return 1;
    }
    return 0;
}

static int examine_nonfinite(struct examination *examination, const struct doctor_rule *rule, struct err *err)
{
    const struct session *session = examination->session, *probe;
    bool backward = false;
    int layer = 0;
    size_t bad = bad_weights(session->net, &layer);
    const char *metric = "weights not finite";
    if (bad == 0) {
        if (!(probe = examination_probe(examination, err)))
            return -1;
        bad = bad_tensors(probe, &layer, &backward);
        metric = backward ? "gradients not finite" : "outputs not finite";
    }
    if (!((double)bad > doctor_threshold(session, rule)) && !session->held)
        return 0;
    struct suspicion *found = suspect(examination, session->net->top.layer[layer].name, metric, (double)bad);
    suspicion_why(found, "NaN and infinity are passed on to everything behind them, so no step can mend the weights");
    suspicion_cure(found, "init variance-scaling");
    if (!session->transform.inputs)
        suspicion_cure(found, "whiten on; reset");
    suspicion_cure(found, "activation relu; reset");
    cures_slower(found, session);
    return 0;
}

const struct doctor_rule rule_nonfinite = {
    .name = "nonfinite", .summary = "a weight, an output or a gradient is NaN or infinite",
    .metric = "values that are not finite: weights, or else outputs or gradients for training rows",
    .setting = "nonfinite", .threshold = 0,
    .tip = "D2, lower the rate; D5, look for exploding gradients; G5, variance-scaling initialization",
    .source = "one such value is one too many", .evidence = DOCTOR_RUNNING, .proof = DOCTOR_CONCLUSIVE,
    .vague = true, .examine = examine_nonfinite};
