/*
 * softmax.c: the softmax over all the features of a row, the greatest subtracted first so that nothing overflows.
 *
 * The loss `ce` takes logits and has its own, so a network made for it has no softmax at its end.
 */
#include <tgmath.h>

#include "kinds.h"

static void softmax_forward(const struct layer_run *run, int part)
{
    (void)part;
    size_t width = shape_size(&run->layer->out);
    for (int r = run->first; r < run->last; r++) {
        const real *x = run->x + (size_t)r * width;
        real *y = run->y + (size_t)r * width;
        real greatest = x[0], sum = 0;
        for (size_t i = 1; i < width; i++)
            greatest = x[i] > greatest ? x[i] : greatest;
        for (size_t i = 0; i < width; i++) {
            y[i] = exp(x[i] - greatest);
            sum += y[i];
        }
        for (size_t i = 0; i < width; i++)
            y[i] /= sum;
    }
}

static void softmax_backward(const struct layer_run *run, int part)
{
    (void)part;
    if (!run->dx)
        return;
    size_t width = shape_size(&run->layer->out);
    for (int r = run->first; r < run->last; r++) {
        const real *y = run->y + (size_t)r * width, *dy = run->dy + (size_t)r * width;
        real *dx = run->dx + (size_t)r * width;
        real along = 0;
        for (size_t i = 0; i < width; i++)
            along += y[i] * dy[i];
        for (size_t i = 0; i < width; i++)
            dx[i] = y[i] * (dy[i] - along);
    }
}

static double softmax_flops(const struct layer *layer)
{
    return 4.0 * (double)shape_size(&layer->out);
}

const struct layer_kind layer_softmax = {
    .name = "softmax", .stem = "softmax", .summary = "softmax over a row: y_i = exp(x_i) / sum_j exp(x_j)",
    .flags = LAYER_ACTIVATION, .forward_parts = 1, .backward_parts = 1, .flops = softmax_flops,
    .forward = softmax_forward, .backward = softmax_backward};
