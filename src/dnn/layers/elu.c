/* elu.c: the exponential linear unit (Clevert, Unterthiner, Hochreiter 2016). */
#include <tgmath.h>

#include "kinds.h"

enum { ALPHA };

static const struct arg_spec elu_args[] = {
    [ALPHA] = {.name = "alpha", .type = ARG_NUMBER, .min = 0, .max = 100, .preset = "1",
               .summary = "minus the value that y tends to on the left"},
    {0}};

static void elu_forward(const struct layer_run *run, int part)
{
    (void)part;
    struct layer_span own = layer_own_values(run);
    real alpha = (real)run->layer->args.number[ALPHA];
    for (size_t i = own.first; i < own.last; i++) {
        real x = run->x[i];
        run->y[i] = x > 0 ? x : alpha * expm1(x);
    }
}

static void elu_backward(const struct layer_run *run, int part)
{
    (void)part;
    if (!run->dx)
        return;
    struct layer_span own = layer_own_values(run);
    real alpha = (real)run->layer->args.number[ALPHA];
    const real *restrict x = run->x, *restrict y = run->y, *restrict dy = run->dy;
    real *restrict dx = run->dx;
    for (size_t i = own.first; i < own.last; i++) {
        real d = dy[i], left = d * (y[i] + alpha); /* alpha exp(x) = y + alpha */
        dx[i] = x[i] > 0 ? d : left;
    }
}

const struct layer_kind layer_elu = {
    .name = "elu", .stem = "elu", .summary = "exponential linear: y = x > 0 ? x : alpha (exp(x) - 1)",
    .args = elu_args, .flags = LAYER_ACTIVATION, .forward_parts = 1, .backward_parts = 1,
    .forward = elu_forward, .backward = elu_backward};
