/* weights.c: how the weights were drawn: units that are copies of each other, and weights of the wrong size. */
#include <math.h>
#include <string.h>

#include "examination.h"
#include "rules.h"

/* Whether units A and B of N weights each are the same but for rounding. */
static bool alike(const real *a, const real *b, size_t n)
{
    double difference = 0, size = 0;
    for (size_t i = 0; i < n; i++) {
        difference += ((double)a[i] - b[i]) * ((double)a[i] - b[i]);
        size += (double)a[i] * a[i] + (double)b[i] * b[i];
    }
    return difference <= 1e-12 * size;
}

/* The share of WINDOW's units that are like the one before them. */
static double copies(const struct net *net, const struct window *window)
{
    size_t units = (size_t)window->spec.shape.dim[0], each = window->count / units, same = 0;
    const real *w = net->w + window->offset;
    for (size_t i = 1; i < units; i++)
        same += alike(w + (i - 1) * each, w + i * each, each);
    return units > 1 ? (double)same / (double)(units - 1) : 0;
}

static int examine_symmetric(struct examination *examination, const struct doctor_rule *rule, struct err *err)
{
    const struct session *session = examination->session;
    const struct net *net = session->net;
    double worst = 0;
    int at = -1;
    (void)err;
    for (int i = 0; i < net->params; i++) {
        const struct window *window = &net->param[i];
        bool hidden = window->layer < topology_out(&net->top);
        if (window->spec.role != TENSOR_WEIGHT || !hidden || copies(net, window) <= worst)
            continue;
        worst = copies(net, window);
        at = window->layer;
    }
    if (!(worst > doctor_threshold(session, rule)))
        return 0;
    struct suspicion *found = suspect(examination, net->top.layer[at].name, "units that are copies", worst);
    suspicion_why(found, "units that start alike get the same gradient and stay alike: %s is as good as one unit",
                  net->top.layer[at].name);
    suspicion_cure(found, "init variance-scaling");
    return 0;
}

const struct doctor_rule rule_symmetric_init = {
    .name = "symmetric-init", .summary = "the units of a layer are copies of each other",
    .metric = "the share of a hidden layer's units whose weights are those of their neighbour",
    .setting = "symmetric", .threshold = 0.5, .tip = "G5, variance-scaling initialization",
    .source = "drawn weights are never alike", .evidence = DOCTOR_STRUCTURE, .proof = DOCTOR_CONCLUSIVE,
    .examine = examine_symmetric};

/* --- bad-init */

#define TRAINED 2000 /* steps after which weights tell little of how they were drawn */

/* By what factor the weights of WINDOW are larger or smaller than variance scaling would draw them. */
static double off_scale(const struct net *net, const struct window *window)
{
    const real *w = net->w + window->offset;
    double squares = 0;
    for (size_t i = 0; i < window->count; i++)
        squares += (double)w[i] * w[i];
    double factor = sqrt(squares / (double)window->count * window->spec.fan_in / 2);
    return factor > 0 ? fmax(factor, 1 / factor) : INFINITY;
}

static int examine_init(struct examination *examination, const struct doctor_rule *rule, struct err *err)
{
    const struct session *session = examination->session;
    const struct net *net = session->net;
    double worst = 0;
    int at = -1;
    (void)err;
    if (session->step > TRAINED)
        return 0;
    for (int i = 0; i < net->params; i++) {
        const struct window *window = &net->param[i];
        int behind = window->layer + 1;
        bool normed = behind < net->top.layers && net->top.layer[behind].kind->flags & LAYER_NORM;
        if (window->spec.role != TENSOR_WEIGHT || normed || off_scale(net, window) <= worst)
            continue;
        worst = off_scale(net, window);
        at = window->layer;
    }
    if (!(worst > doctor_threshold(session, rule)))
        return 0;
    const char *layer = net->top.layer[at].name;
    struct suspicion *found = suspect(examination, layer, "weights off the scale, by a factor", worst);
    suspicion_why(found, "the weights of %s are %s times too large or too small for its inputs, so signals and "
                  "gradients explode or vanish", layer, text_short(worst).s);
    suspicion_cure(found, "init variance-scaling");
    suspicion_cure(found, "init xavier");
    return 0;
}

const struct doctor_rule rule_bad_init = {
    .name = "bad-init", .summary = "the weights are far too large or too small for the layers' inputs",
    .metric = "in the first 2,000 steps, the weights' root mean square over sqrt(2 / fan in), or one over it",
    .setting = "init", .threshold = 3, .tip = "G5, variance-scaling initialization",
    .source = "drawn by variance scaling it is 1; a few thousand steps make some 2 of it",
    .evidence = DOCTOR_STRUCTURE, .proof = DOCTOR_CURED, .examine = examine_init};
