/* dense.c: the fully connected layer. An input of any rank is taken as one row of features. */
#include <limits.h>
#include <stdint.h>
#include <string.h>

#include "dnn/gemm.h"
#include "dnn/lanes.h"
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

static bool has_bias(const struct layer_run *run)
{
    return run->layer->args.number[BIAS] != 0;
}

/* The caller's rows, and its units of them. */
static int own_rows(const struct layer_run *run)
{
    return run->last - run->first;
}

static const real *own_x(const struct layer_run *run)
{
    return run->x + (size_t)run->first * (size_t)run->in;
}

static const real *own_dy(const struct layer_run *run)
{
    return run->dy + (size_t)run->first * (size_t)run->out + run->unit;
}

static const real *own_weight(const struct layer_run *run)
{
    return run->param[0] + (size_t)run->unit * (size_t)run->in;
}

/* Where what the caller's units pass back goes. */
static real *own_dx(const struct layer_run *run)
{
    return run->by_units ? run->partial + run->partial_stride * (size_t)run->rank
                         : run->dx + (size_t)run->first * (size_t)run->in;
}

enum { FORWARD, TO_WEIGHT, TO_INPUT }; /* the products */

static void dense_ready(struct layer_run *run)
{
    int in = run->in, out = run->out, rows = own_rows(run), units = run->units;
    struct gemm_block x = {.at = own_x(run), .stride = in}, weight = {.at = own_weight(run), .stride = in};
    struct gemm_block weight_turned = {weight.at, in, .transposed = true};
    const real *bias = has_bias(run) ? run->param[1] + run->unit : NULL;
    run->product[FORWARD] = gemm_ready(rows, units, in, x, weight_turned, bias,
                                       run->y + (size_t)run->first * (size_t)out + run->unit, out);
    if (!run->grad[0]) /* a program that evaluates */
        return;
    struct gemm_block dy = {.at = own_dy(run), .stride = out}, dy_turned = {dy.at, out, .transposed = true};
    run->product[TO_WEIGHT] = gemm_ready(units, in, rows, dy_turned, x, NULL,
                                         run->grad[0] + (size_t)run->unit * (size_t)in, in);
    if (run->dx)
        run->product[TO_INPUT] = gemm_ready(rows, in, units, dy, weight, NULL, own_dx(run), in);
}

static void dense_forward(const struct layer_run *run, int unused)
{
    (void)unused;
    gemm_run(&run->product[FORWARD]);
}

/* Two vectors of columns of TO. */
KERNEL_BODY void outer_pair(int units, int in, const real *restrict dy, const real *restrict x, real *restrict to)
{
    reals one, two, product;
    memcpy(&one, x, sizeof one);
    memcpy(&two, x + LANES, sizeof two);
    for (int u = 0; u < units; u++, to += in) {
        product = one * dy[u];
        memcpy(to, &product, sizeof product);
        product = two * dy[u];
        memcpy(to + LANES, &product, sizeof product);
    }
}

/* One. */
KERNEL_BODY void outer_single(int units, int in, const real *restrict dy, const real *restrict x, real *restrict to)
{
    reals v, product;
    memcpy(&v, x, sizeof v);
    for (int u = 0; u < units; u++, to += in) {
        product = v * dy[u];
        memcpy(to, &product, sizeof product);
    }
}

/* Columns of TO, as many as fill half a vector. */
KERNEL_BODY void outer_half(int units, int in, const real *restrict dy, const real *restrict x, real *restrict to)
{
    halves v, product;
    memcpy(&v, x, sizeof v);
    for (int u = 0; u < units; u++, to += in) {
        product = v * dy[u];
        memcpy(to, &product, sizeof product);
    }
}

/* The same where that is all of a row: two rows at once, since a half that is stored and soon read as part of a whole
 * keeps the reader waiting. */
KERNEL_BODY void outer_narrow(int units, const real *restrict dy, const real *restrict x, real *restrict to)
{
    const reals v = {x[0], x[1], x[2], x[3], x[0], x[1], x[2], x[3]};
    int u = 0;
    for (; u + 2 <= units; u += 2, to += LANES) {
        real one = dy[u], two = dy[u + 1];
        reals product = v * (reals){one, one, one, one, two, two, two, two};
        memcpy(to, &product, sizeof product);
    }
    if (u < units)
        outer_half(1, LANES / 2, dy + u, x, to);
}

/* TO <- the outer product of dy and x: [units, in]; BIAS [units] <- dy, where it is not NULL. */
KERNEL_BODY void write_outer_body(int units, int in, const real *restrict dy, const real *restrict x,
                                  real *restrict to, real *restrict bias)
{
    int i = 0;
    reals v;
    for (; bias && i + LANES <= units; i += LANES) {
        memcpy(&v, dy + i, sizeof v);
        memcpy(bias + i, &v, sizeof v);
    }
    for (; bias && i < units; i++)
        bias[i] = dy[i];
    i = 0;
    if (in == LANES / 2) {
        outer_narrow(units, dy, x, to);
        return;
    }
    for (; i + 2 * LANES <= in; i += 2 * LANES)
        outer_pair(units, in, dy, x + i, to + i);
    for (; i + LANES <= in; i += LANES)
        outer_single(units, in, dy, x + i, to + i);
    for (; i + LANES / 2 <= in; i += LANES / 2)
        outer_half(units, in, dy, x + i, to + i);
    for (int u = 0; i < in && u < units; u++)
        for (int k = i; k < in; k++)
            to[(size_t)u * (size_t)in + (size_t)k] = dy[u] * x[k];
}

KERNEL_EACH_WIDTH(void, write_outer, (int units, int in, const real *dy, const real *x, real *to, real *bias),
                  (units, in, dy, x, to, bias))

/* Of the weight, a gap, the bias, and a gap; gaps hold zeros. */
static struct outer dense_gradient(const struct layer_run *run, size_t at)
{
    size_t in = (size_t)run->in, out = (size_t)run->out, weights = in * out;
    if (at < weights) {
        size_t unit = at / in, input = at % in;
        return (struct outer){input ? 1 : out - unit, in - input, run->dy + unit, run->x + input};
    }
    size_t bias = run->grad[1] ? (size_t)(run->grad[1] - run->grad[0]) : SIZE_MAX;
    if (at >= bias && at < bias + out)
        return outer_of(run->dy + (at - bias), bias + out - at);
    return outer_of(run->grad[0] + at, at < bias ? bias - at : SIZE_MAX);
}

/* Of one row the same bits as dense_gradient's. */
static void weight_gradient(const struct layer_run *run)
{
    int in = run->in, out = run->out, rows = own_rows(run);
    const real *dy = own_dy(run);
    real *dw = run->grad[0] + (size_t)run->unit * (size_t)in, *db = has_bias(run) ? run->grad[1] + run->unit : NULL;
    if (run->owed || run->units == 0)
        return;
    if (run->rows == 1 && rows == 1) {
        write_outer(run->units, in, dy, run->x, dw, db);
        return;
    }
    gemm_run(&run->product[TO_WEIGHT]);
    if (db)
        features_sum(rows, (size_t)run->units, (size_t)out, dy, db);
}

/* dx of the rows that are the caller's where rows are shared: the sum over all units. */
static void add_parts(const struct layer_run *run)
{
    size_t at = (size_t)run->sum_first * (size_t)run->in, end = (size_t)run->sum_last * (size_t)run->in;
    features_sum(run->ranks, end - at, run->partial_stride, run->partial + at, run->dx + at);
}

static void dense_backward(const struct layer_run *run, int which)
{
    if (which > 0) {
        add_parts(run);
        return;
    }
    weight_gradient(run);
    if (run->dx)
        gemm_run(&run->product[TO_INPUT]);
}

const struct layer_kind layer_dense = {
    .name = "dense", .stem = "fc", .summary = "fully connected: y = x W^T + b", .args = dense_args,
    .flags = LAYER_WEIGHTED | LAYER_BY_UNITS, .forward_parts = 1, .backward_parts = 1, .plan = dense_plan,
    .needs = dense_needs, .flops = dense_flops, .ready = dense_ready, .forward = dense_forward,
    .backward = dense_backward, .gradient = dense_gradient};
