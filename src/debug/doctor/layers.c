/* layers.c: which layers the network has. */
#include <stdio.h>
#include <string.h>

#include "examination.h"
#include "rules.h"

/* The index of the argument called NAME of KIND, or -1. */
static int argument(const struct layer_kind *kind, const char *name)
{
    for (int i = 0; i < args_count(kind->args); i++)
        if (strcmp(kind->args[i].name, name) == 0)
            return i;
    return -1;
}

/* --- no-nonlinearity */

#define BENT 1e-9 /* of the variance of what comes out, what no line through what goes in explains */

/* Whether layer LAYER of PROBE, an activation, is a straight line over what comes into it. */
static bool is_straight(const struct session *probe, int layer)
{
    const struct layer *at = &probe->net->top.layer[layer];
    const real *in = program_out(probe->train, layer - 1), *out = program_out(probe->train, layer);
    size_t n = (size_t)program_rows(probe->train) * shape_size(&at->out);
    double x = 0, y = 0, xx = 0, xy = 0, yy = 0;
    for (size_t i = 0; i < n; i++) {
        x += (double)in[i] / (double)n;
        y += (double)out[i] / (double)n;
    }
    for (size_t i = 0; i < n; i++) {
        double dx = (double)in[i] - x, dy = (double)out[i] - y;
        xx += dx * dx;
        xy += dx * dy;
        yy += dy * dy;
    }
    return xx > 0 && yy > 0 && yy - xy * xy / xx < BENT * yy;
}

/* How many dense layers get, from the one before them, what no activation has bent. */
static int straight_lines(const struct session *probe, int *first)
{
    const struct topology *top = &probe->net->top;
    int count = 0;
    bool linear = false; /* a dense layer's output, still linear in its input */
    for (int i = 0; i < top->layers; i++) {
        const struct layer *layer = &top->layer[i];
        bool dense = strcmp(layer->kind->name, "dense") == 0;
        if (dense && linear && count++ == 0)
            *first = i;
        if ((layer->kind->flags & LAYER_ACTIVATION && !is_straight(probe, i)) ||
            (layer->kind->flags & LAYER_WEIGHTED && !dense))
            linear = false;
        linear = linear || dense;
    }
    return count;
}

static int examine_linear(struct examination *examination, const struct doctor_rule *rule, struct err *err)
{
    const struct session *session = examination->session, *probe = examination_probe(examination, err);
    int at = 0, count = probe ? straight_lines(probe, &at) : 0;
    if (!probe)
        return -1;
    if (!(count > doctor_threshold(session, rule)))
        return 0;
    const char *layer = session->net->top.layer[at].name;
    struct suspicion *found = suspect(examination, layer, "dense layers upon dense layers", count);
    suspicion_why(found, "without an activation between them the layers up to %s are no more than one linear layer",
                  layer);
    suspicion_cure(found, "activation relu");
    suspicion_cure(found, "activation relu; reset");
    return 0;
}

const struct doctor_rule rule_no_nonlinearity = {
    .name = "no-nonlinearity", .summary = "dense layers follow each other without an activation",
    .metric = "how many dense layers take what another has put out, with no activation between, or a straight one",
    .setting = "linear", .threshold = 0, .tip = "G2, rectifiers first",
    .source = "two linear maps are one", .evidence = DOCTOR_STRUCTURE, .proof = DOCTOR_CONCLUSIVE,
    .examine = examine_linear};

/* --- no-bias */

static int examine_bias(struct examination *examination, const struct doctor_rule *rule, struct err *err)
{
    const struct session *session = examination->session;
    const struct topology *top = &session->net->top;
    int without = 0, first = 0;
    (void)err;
    for (int i = 0; i < top->layers; i++) {
        int at = argument(top->layer[i].kind, "bias");
        bool normed = i + 1 < top->layers && top->layer[i + 1].kind->flags & LAYER_NORM; /* it has a shift of its own */
        if (at >= 0 && top->layer[i].args.number[at] == 0 && !normed && without++ == 0)
            first = i;
    }
    if (!(without > doctor_threshold(session, rule)))
        return 0;
    struct suspicion *found = suspect(examination, top->layer[first].name, "layers without a bias", without);
    suspicion_why(found, "a layer without a bias answers 0 where its inputs are 0: y = a x + b cannot be learnt");
    suspicion_cure(found, "bias on");
    suspicion_cure(found, "bias on; reset");
    return 0;
}

const struct doctor_rule rule_no_bias = {
    .name = "no-bias", .summary = "layers have no bias",
    .metric = "how many layers could have a bias and have none, but for those before batch norm",
    .setting = "bias", .threshold = 0, .tip = "G4, a bias in every layer", .source = "one may matter",
    .evidence = DOCTOR_STRUCTURE, .proof = DOCTOR_CURED, .examine = examine_bias};

/* --- too-wide */

static int examine_wide(struct examination *examination, const struct doctor_rule *rule, struct err *err)
{
    const struct session *session = examination->session;
    const struct topology *top = &session->net->top;
    double most = 0;
    int at = -1;
    (void)err;
    for (int i = 0; i < top->layers; i++) {
        const struct layer *layer = &top->layer[i];
        double times = layer->kind->plenty ? layer->args.number[0] / layer->kind->plenty : 0;
        if (times > most) {
            most = times;
            at = i;
        }
    }
    if (!(most > doctor_threshold(session, rule)))
        return 0;
    struct topology narrow = *top;
    struct text spec = {0};
    for (int i = 0; i < narrow.layers; i++)
        if (narrow.layer[i].kind->plenty && narrow.layer[i].args.number[0] > narrow.layer[i].kind->plenty)
            narrow.layer[i].args.number[0] = narrow.layer[i].kind->plenty;
    topology_print(&narrow, &spec);
    struct suspicion *found = suspect(examination, top->layer[at].name, "filters over what is plenty", most);
    suspicion_why(found, "%g filters cost time and memory and seldom learn more than %d", top->layer[at].args.number[0],
                  top->layer[at].kind->plenty);
    suspicion_cure(found, "net %s", spec.data ? spec.data : "");
    text_free(&spec);
    return 0;
}

const struct doctor_rule rule_too_wide = {
    .name = "too-wide", .summary = "a convolution has far more filters than pay",
    .metric = "the filters of a convolution over 128", .setting = "wide", .threshold = 2,
    .tip = "G9, 64 or 128 filters are plenty", .source = "twice as many as are plenty",
    .evidence = DOCTOR_STRUCTURE, .proof = DOCTOR_CONCLUSIVE, .examine = examine_wide};
