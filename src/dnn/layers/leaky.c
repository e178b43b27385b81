/* leaky.c: the leaky rectifier (Maas, Hannun, Ng 2013). */
#include "kinds.h"

enum { SLOPE };

static const struct arg_spec leaky_args[] = {
    [SLOPE] = {.name = "slope", .type = ARG_NUMBER, .min = 0, .max = 1, .preset = "0.01", .summary = "slope below 0"},
    {0}};

static void leaky_forward(const struct layer_run *run, int part)
{
    (void)part;
    struct layer_span own = layer_own_values(run);
    real slope = (real)run->layer->args.number[SLOPE];
    const real *restrict x = run->x;
    real *restrict y = run->y;
    for (size_t i = own.first; i < own.last; i++) {
        real v = x[i], low = slope * v;
        y[i] = v > 0 ? v : low;
    }
}

static void leaky_backward(const struct layer_run *run, int part)
{
    (void)part;
    if (!run->dx)
        return;
    struct layer_span own = layer_own_values(run);
    real slope = (real)run->layer->args.number[SLOPE];
    const real *restrict x = run->x, *restrict dy = run->dy;
    real *restrict dx = run->dx;
    for (size_t i = own.first; i < own.last; i++) {
        real d = dy[i], low = slope * d;
        dx[i] = x[i] > 0 ? d : low;
    }
}

const struct layer_kind layer_leaky = {
    .name = "leaky", .stem = "leaky", .summary = "leaky rectifier: y = x > 0 ? x : slope x", .args = leaky_args,
    .flags = LAYER_ACTIVATION, .forward_parts = 1, .backward_parts = 1,
    .forward = leaky_forward, .backward = leaky_backward};
