/*
 * masked.c: an initialization that is hidden by batch norm: with it every layer's outputs have size 1, whatever the
 * weights; without it signals and gradients explode or vanish.
 *
 * Found out on a fork without batch norm: how much greater, or smaller, the weighted layers make the signal.
 */
#include <math.h>
#include <string.h>

#include "debug/fork.h"
#include "examination.h"
#include "rules.h"

static double root_mean_square(const real *x, size_t n)
{
    double squares = 0;
    for (size_t i = 0; i < n; i++)
        squares += (double)x[i] * x[i];
    return sqrt(squares / (double)n);
}

/* What a layer does to the size of the signal: the factor, or one over it where it is below 1. */
static double growth(const struct session *fork, int layer)
{
    const struct topology *top = &fork->net->top;
    size_t rows = (size_t)program_rows(fork->train);
    size_t in = shape_size(&top->layer[layer].in), out = shape_size(&top->layer[layer].out);
    double before = root_mean_square(program_out(fork->train, layer - 1), rows * in);
    double after = root_mean_square(program_out(fork->train, layer), rows * out);
    if (!isfinite(after))
        return INFINITY;
    return before > 0 && after > 0 ? fmax(after / before, before / after) : 1;
}

static bool has_norm(const struct topology *top)
{
    for (int i = 0; i < topology_out(top); i++)
        if (top->layer[i].kind->flags & LAYER_NORM)
            return true;
    return false;
}

/* The hidden layer of FORK, which has no batch norm, that changes the size of the signal most; MOST becomes by how
 * much. */
static int worst_layer(const struct session *fork, double *most)
{
    int worst = -1;
    *most = 1;
    for (int i = 0; i < topology_out(&fork->net->top); i++)
        if ((fork->net->top.layer[i].kind->flags & LAYER_WEIGHTED) && growth(fork, i) >= *most) {
            *most = growth(fork, i);
            worst = i;
            if (isinf(*most))
                break;
        }
    return worst;
}

static int examine_masked(struct examination *examination, const struct doctor_rule *rule, struct err *err)
{
    const struct session *session = examination->session;
    double most;
    if (!has_norm(&session->net->top))
        return 0;
    struct session *fork = examination_fork(examination, "bn off", NULL, err);
    if (!fork || examination_run_ops(fork, program_reduce(fork->train) + 1, err)) {
        session_close(fork);
        return -1;
    }
    int worst = worst_layer(fork, &most);
    if (worst >= 0 && most > doctor_threshold(session, rule)) {
        const char *layer = fork->net->top.layer[worst].name;
        struct suspicion *found = suspect(examination, layer, "growth without batch norm", most);
        suspicion_why(found, "batch norm hides it: without, %s changes the size of the signal %s-fold, and what is "
                      "hidden in the outputs is still in the weights", layer, text_short(most).s);
        suspicion_cure(found, "init variance-scaling");
    }
    session_close(fork);
    return 0;
}

const struct doctor_rule rule_bn_masks_init = {
    .name = "bn-masks-init", .summary = "batch norm hides weights that make signals explode or vanish",
    .metric = "how many times greater or smaller a hidden layer makes the signal once batch norm is off",
    .setting = "masked", .threshold = 20, .tip = "D5, remove batch norm to see what it hides; G5, variance scaling",
    .source = "drawn by variance scaling a layer keeps the size; trained ones stay within some 5",
    .evidence = DOCTOR_EXPERIMENT, .proof = DOCTOR_CONCLUSIVE, .examine = examine_masked};
