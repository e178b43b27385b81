/*
 * permute.c: moves the axes of an image, as PyTorch's permute does: axis i of the output is axis axes[i] of the input,
 * counted from 0. `permute 2x0x1` makes channels x height x width of height x width x channels.
 */
#include "kinds.h"

enum { AXES };

/* All there are, so that nothing else can be said. */
static const char *const orders[] = {"0x1x2", "0x2x1", "1x0x2", "1x2x0", "2x0x1", "2x1x0", NULL};

static const struct arg_spec permute_args[] = {
    [AXES] = {.name = "axes", .type = ARG_CHOICE, .choices = orders,
              .summary = "which axis of the input each axis of the output is; 2x0x1: HxWxC becomes CxHxW"},
    {0}};

static int axis_of(const struct layer *layer, int i)
{
    return orders[(int)layer->args.number[AXES]][2 * i] - '0';
}

static int permute_plan(struct layer *layer, struct err *err)
{
    if (layer_takes_images(layer, err))
        return -1;
    for (int i = 0; i < 3; i++)
        layer->out.dim[i] = layer->in.dim[axis_of(layer, i)];
    layer->out.rank = 3;
    return 0;
}

static double permute_flops(const struct layer *layer)
{
    (void)layer;
    return 0;
}

/* How far apart in the input neighbours along each axis of the output are. */
static void steps(const struct layer *layer, size_t step[3])
{
    const size_t in[3] = {(size_t)layer->in.dim[1] * layer->in.dim[2], (size_t)layer->in.dim[2], 1};
    for (int i = 0; i < 3; i++)
        step[i] = in[axis_of(layer, i)];
}

static void permute_forward(const struct layer_run *run, int part)
{
    (void)part;
    const struct shape *out = &run->layer->out;
    size_t size = shape_size(out), step[3];
    steps(run->layer, step);
    for (int r = run->first; r < run->last; r++) {
        const real *x = run->x + (size_t)r * size;
        real *y = run->y + (size_t)r * size;
        for (int i = 0; i < out->dim[0]; i++)
            for (int j = 0; j < out->dim[1]; j++)
                for (int k = 0; k < out->dim[2]; k++)
                    *y++ = x[i * step[0] + j * step[1] + k * step[2]];
    }
}

static void permute_backward(const struct layer_run *run, int part)
{
    (void)part;
    if (!run->dx)
        return;
    const struct shape *out = &run->layer->out;
    size_t size = shape_size(out), step[3];
    steps(run->layer, step);
    for (int r = run->first; r < run->last; r++) {
        real *dx = run->dx + (size_t)r * size;
        const real *dy = run->dy + (size_t)r * size;
        for (int i = 0; i < out->dim[0]; i++)
            for (int j = 0; j < out->dim[1]; j++)
                for (int k = 0; k < out->dim[2]; k++)
                    dx[i * step[0] + j * step[1] + k * step[2]] = *dy++;
    }
}

const struct layer_kind layer_permute = {
    .name = "permute", .stem = "permute", .summary = "moves the axes of an image: y = x.permute(axes)",
    .args = permute_args, .forward_parts = 1, .backward_parts = 1, .plan = permute_plan, .flops = permute_flops,
    .forward = permute_forward, .backward = permute_backward};
