/* gradients.c: gradients that get lost, or grow, on their way back. */
#include <math.h>
#include <stdio.h>

#include "examination.h"
#include "rules.h"

/* The first and the last layer with weights; false: there is only one. */
static bool ends(const struct net *net, int *first, int *last)
{
    *first = *last = -1;
    for (int i = 0; i < net->top.layers; i++)
        if (net->top.layer[i].kind->flags & LAYER_WEIGHTED) {
            *first = *first < 0 ? i : *first;
            *last = i;
        }
    return *first < *last;
}

/* The gradient of the first layer over that of the last in what SESSION's last step has left; NaN: there is one layer,
 * or no gradient. LAYER becomes the first one's name. */
static double first_over_last(const struct session *session, char *layer)
{
    int first, last;
    if (!ends(session->net, &first, &last))
        return NAN;
    snprintf(layer, LAYER_NAME_MAX, "%s", session->net->top.layer[first].name);
    double behind = program_norms(session->train, last)->gradient;
    return behind > 0 ? program_norms(session->train, first)->gradient / behind : NAN;
}

/* --- vanishing-gradient */

static int examine_vanishing(struct examination *examination, const struct doctor_rule *rule, struct err *err)
{
    const struct session *session = examination->session, *probe = examination_probe(examination, err);
    char layer[LAYER_NAME_MAX] = "";
    if (!probe)
        return -1;
    double ratio = first_over_last(probe, layer);
    bool none = program_gradient_norm(probe->train) == 0;
    if (!none && !(ratio < doctor_threshold(session, rule)))
        return 0;
    struct suspicion *found = suspect(examination, layer, "first gradient over the last", none ? 0 : ratio);
    suspicion_why(found, none ? "the gradient is 0 in all layers, so no step changes anything"
                              : "what the first layers should learn is lost in the layers between");
    suspicion_cure(found, "init variance-scaling");
    suspicion_cure(found, "activation relu; reset");
    if (!session->transform.inputs)
        suspicion_cure(found, "whiten on; reset");
    suspicion_cure(found, "bn on");
    suspicion_cure(found, "optimizer adam; lr 0.003");
    suspicion_cure(found, "activation relu; optimizer adam; lr 0.003; reset");
    return 0;
}

const struct doctor_rule rule_vanishing_gradient = {
    .name = "vanishing-gradient", .summary = "the gradient is lost on its way to the first layer",
    .metric = "the norm of the first layer's gradient over that of the last, for 256 training rows",
    .setting = "vanishing", .threshold = 1e-3, .tip = "G2, rectifiers; G5, variance-scaling initialization",
    .source = "a thousandth, as published tools have it", .evidence = DOCTOR_RUNNING, .proof = DOCTOR_ILL,
    .below = true, .examine = examine_vanishing, .glance = first_over_last};

/* --- exploding-gradient */

static int examine_exploding(struct examination *examination, const struct doctor_rule *rule, struct err *err)
{
    const struct session *session = examination->session, *probe = examination_probe(examination, err);
    char layer[LAYER_NAME_MAX] = "";
    if (!probe)
        return -1;
    double ratio = first_over_last(probe, layer);
    if (!(ratio > doctor_threshold(session, rule)))
        return 0;
    struct suspicion *found = suspect(examination, layer, "first gradient over the last", ratio);
    suspicion_why(found, "the gradient grows from layer to layer on its way back, and no rate suits them all");
    suspicion_cure(found, "init variance-scaling");
    if (!session->transform.inputs)
        suspicion_cure(found, "whiten on; reset");
    suspicion_cure(found, "gradclip 1; reset");
    suspicion_cure(found, "activation relu; reset");
    cures_slower(found, session);
    return 0;
}

const struct doctor_rule rule_exploding_gradient = {
    .name = "exploding-gradient", .summary = "the gradient grows on its way to the first layer",
    .metric = "the norm of the first layer's gradient over that of the last, for 256 training rows",
    .setting = "exploding", .threshold = 70, .tip = "D5, remove batch norm to see it; G5, variance scaling",
    .source = "70, as published tools have it", .evidence = DOCTOR_RUNNING, .proof = DOCTOR_ILL,
    .examine = examine_exploding, .glance = first_over_last};
