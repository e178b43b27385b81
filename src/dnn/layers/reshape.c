/*
 * reshape.c: the same values in the same order under another shape: reshape, and flatten, which is reshape to one row.
 *
 * Nothing moves: to read an image stored height x width x channels as channels x height x width is legal, and a classic
 * mistake, which this layer lets one make. `permute` moves values.
 */
#include <string.h>

#include "kinds.h"

enum { SHAPE };

static const struct arg_spec reshape_args[] = {
    [SHAPE] = {.name = "shape", .type = ARG_EXTENT, .min = 1, .max = 16777216,
               .ranks = ARG_RANK(1) | ARG_RANK(2) | ARG_RANK(3),
               .summary = "what the values are read as, such as 3x32x32 (channels x height x width)"},
    {0}};

static int flatten_plan(struct layer *layer, struct err *err)
{
    (void)err;
    layer->out = shape_row((int)shape_size(&layer->in));
    return 0;
}

static int reshape_plan(struct layer *layer, struct err *err)
{
    layer->out = (struct shape){.rank = layer->args.rank[SHAPE]};
    double size = 1;
    for (int i = 0; i < layer->out.rank; i++)
        size *= layer->out.dim[i] = layer->args.extent[SHAPE][i];
    if (size == (double)shape_size(&layer->in))
        return 0;
    struct text in = {0}, out = {0};
    shape_print(&layer->in, &in);
    shape_print(&layer->out, &out);
    err_set(err, ERR_USAGE, "%s has %.0f values, but %s, which comes in, has %zu", out.data, size, in.data,
            shape_size(&layer->in));
    text_free(&in);
    text_free(&out);
    return -1;
}

static double no_flops(const struct layer *layer)
{
    (void)layer;
    return 0;
}

static void copy_forward(const struct layer_run *run, int part)
{
    (void)part;
    struct layer_span own = layer_own_values(run);
    memcpy(run->y + own.first, run->x + own.first, (own.last - own.first) * sizeof(real));
}

static void copy_backward(const struct layer_run *run, int part)
{
    (void)part;
    struct layer_span own = layer_own_values(run);
    if (run->dx)
        memcpy(run->dx + own.first, run->dy + own.first, (own.last - own.first) * sizeof(real));
}

const struct layer_kind layer_flatten = {
    .name = "flatten", .stem = "flat", .summary = "reads the values as one row of features",
    .forward_parts = 1, .backward_parts = 1, .plan = flatten_plan, .flops = no_flops, .forward = copy_forward,
    .backward = copy_backward};

const struct layer_kind layer_reshape = {
    .name = "reshape", .stem = "reshape", .summary = "reads the same values, in their order, as another shape",
    .args = reshape_args, .forward_parts = 1, .backward_parts = 1, .plan = reshape_plan, .flops = no_flops,
    .forward = copy_forward, .backward = copy_backward};
