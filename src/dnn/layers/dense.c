/* dense.c: the fully connected layer. An input of any rank is taken as one row of features. */
#include <limits.h>
#include <string.h>

#include "dnn/gemm.h"
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

static void dense_forward(const struct layer_run *run, int part)
{
    (void)part;
    int in = inputs(run->layer), out = units(run->layer);
    const real *bias = run->layer->args.number[BIAS] != 0 ? run->param[1] : NULL;
    gemm_forward(run->last - run->first, in, out, run->x + (size_t)run->first * in, run->param[0], bias,
                 run->y + (size_t)run->first * out);
}

static void bias_gradient(int rows, int out, const real *restrict dy, real *restrict db)
{
    memset(db, 0, (size_t)out * sizeof *db);
    for (int r = 0; r < rows; r++)
        for (int o = 0; o < out; o++)
            db[o] += dy[(size_t)r * out + o];
}

static void dense_backward(const struct layer_run *run, int part)
{
    (void)part;
    int in = inputs(run->layer), out = units(run->layer), rows = run->last - run->first;
    const real *dy = run->dy + (size_t)run->first * out;
    gemm_backward_weight(rows, in, out, dy, run->x + (size_t)run->first * in, run->grad[0]);
    if (run->layer->args.number[BIAS] != 0)
        bias_gradient(rows, out, dy, run->grad[1]);
    if (run->dx)
        gemm_backward_input(rows, in, out, dy, run->param[0], run->dx + (size_t)run->first * in);
}

const struct layer_kind layer_dense = {
    .name = "dense", .stem = "fc", .summary = "fully connected: y = x W^T + b", .args = dense_args,
    .flags = LAYER_WEIGHTED, .forward_parts = 1, .backward_parts = 1, .plan = dense_plan, .needs = dense_needs,
    .flops = dense_flops, .forward = dense_forward, .backward = dense_backward};
