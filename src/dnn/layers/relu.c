/* relu.c: the rectifier. Written with <= so that a NaN passes through instead of turning into a zero. */
#include "kinds.h"

static void relu_forward(const struct layer_run *run, int part)
{
    (void)part;
    struct layer_span own = layer_own_values(run);
    const real *restrict x = run->x;
    real *restrict y = run->y;
    for (size_t i = own.first; i < own.last; i++)
        y[i] = x[i] <= 0 ? 0 : x[i];
}

static void relu_backward(const struct layer_run *run, int part)
{
    (void)part;
    if (!run->dx)
        return;
    struct layer_span own = layer_own_values(run);
    const real *restrict y = run->y, *restrict dy = run->dy;
    real *restrict dx = run->dx;
    for (size_t i = own.first; i < own.last; i++) {
        real d = dy[i];
        dx[i] = y[i] <= 0 ? 0 : d;
    }
}

const struct layer_kind layer_relu = {
    .name = "relu", .stem = "relu", .summary = "rectifier: y = max(x, 0)",
    .flags = LAYER_ACTIVATION | LAYER_RECTIFIER, .forward_parts = 1, .backward_parts = 1,
    .forward = relu_forward, .backward = relu_backward};
