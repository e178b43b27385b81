/* exp.c: the exponential function as an activation: positive outputs, such as a rate or a variance. */
#include <tgmath.h>

#include "kinds.h"

static void exp_forward(const struct layer_run *run, int part)
{
    (void)part;
    struct layer_span own = layer_own_values(run);
    for (size_t i = own.first; i < own.last; i++)
        run->y[i] = exp(run->x[i]);
}

static void exp_backward(const struct layer_run *run, int part)
{
    (void)part;
    if (!run->dx)
        return;
    struct layer_span own = layer_own_values(run);
    const real *restrict y = run->y, *restrict dy = run->dy;
    real *restrict dx = run->dx;
    for (size_t i = own.first; i < own.last; i++)
        dx[i] = dy[i] * y[i];
}

const struct layer_kind layer_exp = {
    .name = "exp", .stem = "exp", .summary = "exponential: y = exp(x)",
    .flags = LAYER_ACTIVATION, .forward_parts = 1, .backward_parts = 1,
    .forward = exp_forward, .backward = exp_backward};
