/* tanh.c: the hyperbolic tangent. */
#include <tgmath.h>

#include "kinds.h"

static void tanh_forward(const struct layer_run *run, int part)
{
    (void)part;
    struct layer_span own = layer_own_values(run);
    for (size_t i = own.first; i < own.last; i++)
        run->y[i] = tanh(run->x[i]);
}

static void tanh_backward(const struct layer_run *run, int part)
{
    (void)part;
    if (!run->dx)
        return;
    struct layer_span own = layer_own_values(run);
    const real *restrict y = run->y, *restrict dy = run->dy;
    real *restrict dx = run->dx;
    for (size_t i = own.first; i < own.last; i++)
        dx[i] = dy[i] * (1 - y[i] * y[i]);
}

const struct layer_kind layer_tanh = {
    .name = "tanh", .stem = "tanh", .summary = "hyperbolic tangent: y = tanh(x)",
    .flags = LAYER_ACTIVATION | LAYER_SATURATES, .forward_parts = 1, .backward_parts = 1,
    .forward = tanh_forward, .backward = tanh_backward};
