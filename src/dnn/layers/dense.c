/* dense.c: the fully connected layer. An input of any rank is taken as one row of features. */
#include <limits.h>
#include <string.h>

#include "dnn/gemm.h"
#include "features.h"
#include "kinds.h"

enum { UNITS, BIAS };

static const struct arg_spec dense_args[] = {
    [UNITS] = {.name = "units", .type = ARG_INT, .min = 1, .max = 65536, .summary = "number of outputs"},
    [BIAS] = {.name = "bias", .type = ARG_SWITCH, .preset = "on", .summary = "whether a bias is added"},
    {0}};

static int inputs(const struct layer *layer)
{
    return (int)shape_size(&layer->in);
}

static int units(const struct layer *layer)
{
    return layer->out.dim[0];
}

static int dense_plan(struct layer *layer, struct err *err)
{
    size_t in = shape_size(&layer->in);
    double out = layer->args.number[UNITS];
    if ((double)in * out > INT_MAX)
        return err_set(err, ERR_USAGE, "%zu inputs by %.0f units: more than %d weights", in, out, INT_MAX);
    layer->out = shape_row((int)out);
    return 0;
}

static void dense_needs(const struct layer *layer, struct layer_needs *needs)
{
    int in = inputs(layer), out = units(layer);
    needs->param[0] = (struct tensor_spec){.name = "weight", .role = TENSOR_WEIGHT,
                                           .shape = {.rank = 2, .dim = {out, in}}, .fan_in = in, .fan_out = out};
    needs->param[1] = (struct tensor_spec){.name = "bias", .role = TENSOR_BIAS, .shape = shape_row(out)};
    needs->params = layer->args.number[BIAS] != 0 ? 2 : 1;
}

static double dense_flops(const struct layer *layer)
{
    double bias = layer->args.number[BIAS] != 0;
    return (2.0 * inputs(layer) + bias) * units(layer);
}

/* What a thread does: its rows and all units, or all rows and its units. Units are shared in whole groups, as
 * kernels take them. */
struct part {
    int rows, unit, units; /* how many rows; the first unit, and how many */
    const real *x, *dy;    /* of the first row */
    real *y, *dx;
    int input, inputs;     /* whose gradient it works out */
};

#define GROUP 16

static void share(int n, const struct layer_run *run, int *first, int *count)
{
    int groups = (n + GROUP - 1) / GROUP, end = groups * (run->rank + 1) / run->ranks * GROUP;
    *first = groups * run->rank / run->ranks * GROUP;
    *count = (end < n ? end : n) - *first;
}

static struct part part_of(const struct layer_run *run)
{
    int in = inputs(run->layer), out = units(run->layer);
    size_t first = (size_t)run->first;
    struct part part = {.rows = run->last - run->first, .units = out, .inputs = in, .x = run->x + first * in,
                        .y = run->y + first * out, .dy = run->dy ? run->dy + first * out : NULL,
                        .dx = run->dx ? run->dx + first * in : NULL};
    if (run->by_units) {
        share(out, run, &part.unit, &part.units);
        share(in, run, &part.input, &part.inputs);
    }
    return part;
}

static void dense_forward(const struct layer_run *run, int unused)
{
    (void)unused;
    int in = inputs(run->layer), out = units(run->layer);
    struct part part = part_of(run);
    const real *bias = run->layer->args.number[BIAS] != 0 ? run->param[1] + part.unit : NULL;
    if (part.rows > 0 && part.units > 0)
        gemm_affine(part.rows, part.units, in, (struct gemm_block){.at = part.x, .stride = in},
                    (struct gemm_block){run->param[0] + (size_t)part.unit * in, in, true}, bias, part.y + part.unit,
                    out);
}

static void weight_gradient(const struct layer_run *run, const struct part *part)
{
    int in = inputs(run->layer), out = units(run->layer);
    real *dw = run->grad[0] + (size_t)part->unit * in;
    if (part->units == 0)
        return;
    if (part->rows == 0)
        memset(dw, 0, (size_t)part->units * in * sizeof *dw);
    else
        gemm_affine(part->units, in, part->rows,
                    (struct gemm_block){.at = part->dy + part->unit, .stride = out, .transposed = true},
                    (struct gemm_block){.at = part->x, .stride = in}, NULL, dw, in);
    if (run->layer->args.number[BIAS] != 0)
        features_sum(part->rows, part->units, (size_t)out, part->dy + part->unit, run->grad[1] + part->unit);
}

static void dense_backward(const struct layer_run *run, int unused)
{
    (void)unused;
    int in = inputs(run->layer), out = units(run->layer);
    struct part part = part_of(run);
    weight_gradient(run, &part);
    if (part.dx && part.rows > 0 && part.inputs > 0)
        gemm_affine(part.rows, part.inputs, out, (struct gemm_block){.at = part.dy, .stride = out},
                    (struct gemm_block){.at = run->param[0] + part.input, .stride = in}, NULL,
                    part.dx + part.input, in);
}

const struct layer_kind layer_dense = {
    .name = "dense", .stem = "fc", .summary = "fully connected: y = x W^T + b", .args = dense_args,
    .flags = LAYER_WEIGHTED | LAYER_BY_UNITS, .forward_parts = 1, .backward_parts = 1, .plan = dense_plan,
    .needs = dense_needs, .flops = dense_flops, .forward = dense_forward, .backward = dense_backward};
