/* units.c: units through which no gradient goes: silent ones, and saturated ones. */
#include <math.h>
#include <stdio.h>

#include "examination.h"
#include "rules.h"

#define SILENT 1e-5f /* what counts as 0 */
#define SELDOM 0.05  /* a unit that is 0 in all but so many rows is dead */

/* The share of the units of LAYER that are 0 for nearly all rows of PROBE's batch. */
static double dead_share(const struct session *probe, int layer)
{
    const struct shape *shape = &probe->net->top.layer[layer].out;
    const real *out = program_out(probe->train, layer);
    size_t rows = (size_t)program_rows(probe->train), size = shape_size(shape);
    size_t units = (size_t)shape->dim[0], each = size / units, dead = 0;
    for (size_t unit = 0; unit < units; unit++) {
        size_t alive = 0;
        for (size_t row = 0; row < rows; row++)
            for (size_t i = 0; i < each; i++)
                alive += fabsf(out[row * size + unit * each + i]) > SILENT;
        dead += (double)alive <= SELDOM * (double)(rows * each);
    }
    return (double)dead / (double)units;
}

/* --- dead-units */

/* The rectifier of SESSION with the most dead units in the last batch, and their share; -1: none has any. */
static int most_dead(const struct session *session, double *share)
{
    const struct topology *top = &session->net->top;
    int at = -1;
    *share = 0;
    for (int i = 0; i < top->layers; i++) {
        double here = top->layer[i].kind->flags & LAYER_RECTIFIER ? dead_share(session, i) : 0;
        if (here > *share) {
            *share = here;
            at = i;
        }
    }
    return at;
}

/* LAYER becomes the name of layer AT, where there is one; returns VALUE. */
static double name_layer(const struct session *session, int at, double value, char *layer)
{
    if (at >= 0)
        snprintf(layer, LAYER_NAME_MAX, "%s", session->net->top.layer[at].name);
    return value;
}

static double glance_dead(const struct session *session, char *layer)
{
    double share;
    int at = most_dead(session, &share);
    return name_layer(session, at, share, layer);
}

static int examine_dead(struct examination *examination, const struct doctor_rule *rule, struct err *err)
{
    const struct session *session = examination->session, *probe = examination_probe(examination, err);
    const struct topology *top = &session->net->top;
    double worst;
    if (!probe)
        return -1;
    int at = most_dead(probe, &worst);
    if (!(worst > doctor_threshold(session, rule)))
        return 0;
    struct suspicion *found = suspect(examination, top->layer[at].name, "dead units", worst);
    suspicion_why(found, "%.0f %% of the units of %s are 0 for nearly every row, and no gradient goes through them",
                  100 * worst, top->layer[at].name);
    suspicion_cure(found, "init variance-scaling");
    suspicion_cure(found, "activation leaky");
    suspicion_cure(found, "activation leaky; reset");
    if (!session->transform.inputs)
        suspicion_cure(found, "whiten on; reset");
    cures_slower(found, session);
    return 0;
}

const struct doctor_rule rule_dead_units = {
    .name = "dead-units", .summary = "most units of a rectifier are 0 for nearly every row",
    .metric = "the share of a layer's units above 1e-5 in fewer than 5 % of 256 training rows",
    .setting = "dead", .threshold = 0.5, .tip = "G2, rectifiers; G5, variance-scaling initialization",
    .source = "half of the units, as published tools have it", .evidence = DOCTOR_RUNNING, .proof = DOCTOR_ILL,
    .share = true, .examine = examine_dead, .glance = glance_dead};

/* --- saturated-units */

#define FLAT 5 /* beyond it, sigmoid and tanh are flat */

/* The share of what LAYER of PROBE takes that is beyond FLAT. */
static double saturated_share(const struct session *probe, int layer)
{
    const real *in = program_out(probe->train, layer - 1);
    size_t n = (size_t)program_rows(probe->train) * shape_size(&probe->net->top.layer[layer].in), beyond = 0;
    for (size_t i = 0; i < n; i++)
        beyond += fabsf(in[i]) > FLAT;
    return (double)beyond / (double)n;
}

/* As most_dead. */
static int most_saturated(const struct session *session, double *share)
{
    const struct topology *top = &session->net->top;
    int at = -1;
    *share = 0;
    for (int i = 0; i < top->layers; i++) {
        double here = top->layer[i].kind->flags & LAYER_SATURATES ? saturated_share(session, i) : 0;
        if (here > *share) {
            *share = here;
            at = i;
        }
    }
    return at;
}

static double glance_saturated(const struct session *session, char *layer)
{
    double share;
    int at = most_saturated(session, &share);
    return name_layer(session, at, share, layer);
}

static int examine_saturated(struct examination *examination, const struct doctor_rule *rule, struct err *err)
{
    const struct session *session = examination->session, *probe = examination_probe(examination, err);
    const struct topology *top = &session->net->top;
    double worst;
    if (!probe)
        return -1;
    int at = most_saturated(probe, &worst);
    if (!(worst > doctor_threshold(session, rule)))
        return 0;
    struct suspicion *found = suspect(examination, top->layer[at].name, "saturated values", worst);
    suspicion_why(found, "%.0f %% of what comes into %s lies beyond 5, where it is flat and lets no gradient through",
                  100 * worst, top->layer[at].name);
    suspicion_cure(found, "init variance-scaling");
    if (!session->transform.inputs)
        suspicion_cure(found, "whiten on; reset");
    suspicion_cure(found, "activation relu");
    suspicion_cure(found, "activation relu; reset");
    cures_slower(found, session);
    return 0;
}

const struct doctor_rule rule_saturated_units = {
    .name = "saturated-units", .summary = "most of what sigmoid or tanh takes lies where they are flat",
    .metric = "the share of the values that come into a sigmoid or tanh beyond 5, over 256 training rows",
    .setting = "saturated", .threshold = 0.5, .tip = "G2, rectifiers; G5, initialization; G6, whiten",
    .source = "half of them, as published tools have it", .evidence = DOCTOR_RUNNING, .proof = DOCTOR_ILL,
    .share = true, .examine = examine_saturated, .glance = glance_saturated};
