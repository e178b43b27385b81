/* relu.c: the rectifier. Written with <= so that a NaN passes through instead of turning into a zero. */
#include "dnn/kernel.h"
#include "kinds.h"

KERNEL_BODY void rectify_body(size_t n, const real *restrict x, real *restrict y)
{
    for (size_t i = 0; i < n; i++)
        y[i] = x[i] <= 0 ? 0 : x[i];
}

KERNEL_BODY void pass_back_body(size_t n, const real *restrict y, const real *restrict dy, real *restrict dx)
{
    for (size_t i = 0; i < n; i++) {
        real d = dy[i];
        dx[i] = y[i] <= 0 ? 0 : d;
    }
}

KERNEL_EACH_WIDTH(void, rectify, (size_t n, const real *x, real *y), (n, x, y))
KERNEL_EACH_WIDTH(void, pass_back, (size_t n, const real *y, const real *dy, real *dx), (n, y, dy, dx))

static void relu_forward(const struct layer_run *run, int part)
{
    (void)part;
    struct layer_span own = layer_own_values(run);
    rectify(own.last - own.first, run->x + own.first, run->y + own.first);
}

static void relu_backward(const struct layer_run *run, int part)
{
    (void)part;
    struct layer_span own = layer_own_values(run);
    if (run->dx)
        pass_back(own.last - own.first, run->y + own.first, run->dy + own.first, run->dx + own.first);
}

const struct layer_kind layer_relu = {
    .name = "relu", .stem = "relu", .summary = "rectifier: y = max(x, 0)",
    .flags = LAYER_ACTIVATION | LAYER_RECTIFIER | LAYER_BY_PLACES | LAYER_FINITE,
    .forward_parts = 1, .backward_parts = 1, .forward = relu_forward, .backward = relu_backward};
