/* gelu.c: the Gaussian error linear unit (Hendrycks, Gimpel 2016), in its exact form, not by tanh. */
#include <tgmath.h>

#include "kinds.h"

#define SQRT_HALF     ((real)0.70710678118654752440)
#define DENSITY_AT_0  ((real)0.39894228040143267794) /* 1 / sqrt(2 pi) */

/* The normal distribution function. */
static real below(real x)
{
    return (real)0.5 * (1 + erf(x * SQRT_HALF));
}

static void gelu_forward(const struct layer_run *run, int part)
{
    (void)part;
    struct layer_span own = layer_own_values(run);
    for (size_t i = own.first; i < own.last; i++)
        run->y[i] = run->x[i] * below(run->x[i]);
}

static void gelu_backward(const struct layer_run *run, int part)
{
    (void)part;
    if (!run->dx)
        return;
    struct layer_span own = layer_own_values(run);
    for (size_t i = own.first; i < own.last; i++) {
        real x = run->x[i];
        real density = DENSITY_AT_0 * exp((real)-0.5 * x * x);
        run->dx[i] = run->dy[i] * (below(x) + x * density);
    }
}

const struct layer_kind layer_gelu = {
    .name = "gelu", .stem = "gelu", .summary = "Gaussian error linear: y = x Phi(x), Phi the normal distribution",
    .flags = LAYER_ACTIVATION, .forward_parts = 1, .backward_parts = 1,
    .forward = gelu_forward, .backward = gelu_backward};
