/* sigmoid.c: the logistic function. For a very negative x, exp(-x) is infinite and y is 0, as it should be. */
#include <tgmath.h>

#include "kinds.h"

static void sigmoid_forward(const struct layer_run *run, int part)
{
    (void)part;
    struct layer_span own = layer_own_values(run);
    for (size_t i = own.first; i < own.last; i++)
        run->y[i] = 1 / (1 + exp(-run->x[i]));
}

static void sigmoid_backward(const struct layer_run *run, int part)
{
    (void)part;
    if (!run->dx)
        return;
    struct layer_span own = layer_own_values(run);
    const real *restrict y = run->y, *restrict dy = run->dy;
    real *restrict dx = run->dx;
    for (size_t i = own.first; i < own.last; i++)
        dx[i] = dy[i] * (1 - y[i]) * y[i];
}

const struct layer_kind layer_sigmoid = {
    .name = "sigmoid", .stem = "sigmoid", .summary = "logistic function: y = 1 / (1 + exp(-x))",
    .flags = LAYER_ACTIVATION | LAYER_SATURATES, .forward_parts = 1, .backward_parts = 1,
    .forward = sigmoid_forward, .backward = sigmoid_backward};
