/* gap.c: global average pooling (Lin, Chen, Yan 2013): an image becomes one number a channel. */
#include "kinds.h"
#include "sums.h"

static int gap_plan(struct layer *layer, struct err *err)
{
    if (layer_takes_images(layer, err))
        return -1;
    layer->out = shape_row(layer->in.dim[0]);
    return 0;
}

static size_t plane_of(const struct layer *layer)
{
    return (size_t)layer->in.dim[1] * (size_t)layer->in.dim[2];
}

static double gap_flops(const struct layer *layer)
{
    return (double)shape_size(&layer->in);
}

KERNEL_BODY void means_body(const real *x, size_t planes, size_t plane, real *y)
{
    for (size_t i = 0; i < planes; i++)
        y[i] = sum_values(x + i * plane, plane) / (real)plane;
}
KERNEL_EACH_WIDTH(void, means, (const real *x, size_t planes, size_t plane, real *y), (x, planes, plane, y))

static void gap_forward(const struct layer_run *run, int part)
{
    (void)part;
    struct layer_span own = layer_own_values(run);
    size_t plane = plane_of(run->layer);
    means(run->x + own.first * plane, own.last - own.first, plane, run->y + own.first);
}

static void gap_backward(const struct layer_run *run, int part)
{
    (void)part;
    if (!run->dx)
        return;
    struct layer_span own = layer_own_values(run);
    size_t plane = plane_of(run->layer);
    for (size_t i = own.first; i < own.last; i++) {
        real each = run->dy[i] / (real)plane, *dx = run->dx + i * plane;
        for (size_t k = 0; k < plane; k++)
            dx[k] = each;
    }
}

const struct layer_kind layer_gap = {
    .name = "gap", .stem = "gap", .summary = "global average pooling: y_c = mean over height and width of x_c",
    .forward_parts = 1, .backward_parts = 1, .plan = gap_plan, .flops = gap_flops, .forward = gap_forward,
    .backward = gap_backward};
