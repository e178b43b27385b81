/*
 * bn.c: batch normalization (Ioffe, Szegedy 2015) with PyTorch's conventions: the batch's biased variance normalizes,
 * its unbiased one goes into the running variance. A batch of one value a feature has no unbiased variance: its biased
 * one is 0, and the running variance is left as it was.
 *
 * What is normalized is a feature of a row, or a channel of an image over its height and width too; in general the
 * first axis counts features, and `plane` is how many values of each a row has. Where that is 1, loops run along the
 * features, which lie side by side; planes are bn_planes.c's.
 *
 * Rows mix, so it runs in parts. Every thread adds up all threads' partial sums by itself, in the order of their
 * ranks: all get the same bits, and only what outlives the step (running statistics, what backward needs) is written
 * once, by rank 0. In evaluation nothing mixes, and neither `saved` nor `partial` is touched.
 */
#include <math.h>
#include <string.h>

#include "bn_planes.h"
#include "dnn/kernel.h"
#include "features.h"
#include "kinds.h"

enum { MOMENTUM, EPS };
enum { WEIGHT, BIAS };
enum { RUNNING_MEAN, RUNNING_VAR };
enum { NORMALIZED, INVERSE_DEVIATION }; /* saved: x-hat, as x, but not of planes; [features] */

/* The areas of a thread's slot, [features] each. The first four are read by all after a meeting, so none is written a
 * second time before all have met again: threads do not wait for each other between forward and backward. The others
 * are the thread's own copies of what all of them compute. */
enum { SUM, SQUARES, SUM_DY, SUM_DY_NORMALIZED, MEAN, INVERSE, MEAN_DY, MEAN_PRODUCT, AREAS };

/* With planes, SUM is the mean and SQUARES are about it, of the thread's rows; how many these are stands behind all. */
#define ROWS AREAS

static const struct arg_spec bn_args[] = {
    [MOMENTUM] = {.name = "momentum", .type = ARG_NUMBER, .min = 0, .max = 1, .preset = "0.1",
                  .summary = "weight of the newest batch in the running statistics"},
    [EPS] = {.name = "eps", .type = ARG_NUMBER, .min = 1e-12, .max = 1, .preset = "1e-5",
             .summary = "added to the variance"},
    {0}};

static int features(const struct layer_run *run)
{
    return run->layer->in.dim[0];
}

/* Values of one feature in one row. */
static size_t plane_of(const struct layer *layer)
{
    return shape_size(&layer->in) / (size_t)layer->in.dim[0];
}

/* Values of one feature in the whole batch. */
static size_t batch_values(const struct layer_run *run)
{
    return (size_t)run->rows * plane_of(run->layer);
}

static void bn_needs(const struct layer *layer, struct layer_needs *needs)
{
    size_t count = (size_t)layer->in.dim[0];
    struct shape shape = shape_row(layer->in.dim[0]);
    needs->param[WEIGHT] = (struct tensor_spec){.name = "weight", .role = TENSOR_SCALE, .shape = shape, .fill = 1};
    needs->param[BIAS] = (struct tensor_spec){.name = "bias", .role = TENSOR_BIAS, .shape = shape};
    needs->params = 2;
    needs->stat[RUNNING_MEAN] =
        (struct tensor_spec){.name = "running_mean", .role = TENSOR_STATISTIC, .shape = shape};
    needs->stat[RUNNING_VAR] =
        (struct tensor_spec){.name = "running_var", .role = TENSOR_STATISTIC, .shape = shape, .fill = 1};
    needs->stats = 2;
    needs->saved_per_row[NORMALIZED] = plane_of(layer) == 1 ? shape_size(&layer->in) : 0;
    needs->saved[INVERSE_DEVIATION] = count;
    needs->partial = AREAS * count + 1;
}

static double bn_flops(const struct layer *layer)
{
    return 8.0 * (double)shape_size(&layer->in);
}

static real *area(const struct layer_run *run, int rank, int which)
{
    return run->partial + (size_t)rank * run->partial_stride + (size_t)which * (size_t)features(run);
}

KERNEL_BODY void add_body(int n, const real *restrict in, real *restrict out)
{
    for (int i = 0; i < n; i++)
        out[i] += in[i];
}

KERNEL_BODY void divide_body(int n, real by, real *restrict out)
{
    for (int i = 0; i < n; i++)
        out[i] /= by;
}

KERNEL_EACH_WIDTH(void, add, (int n, const real *in, real *out), (n, in, out))
KERNEL_EACH_WIDTH(void, divide, (int n, real by, real *out), (n, by, out))

/* OUT = the sum over all threads of area WHICH, in the order of their ranks. */
static void reduce(const struct layer_run *run, int which, real *out)
{
    int n = features(run);
    memcpy(out, area(run, 0, which), (size_t)n * sizeof *out);
    for (int rank = 1; rank < run->ranks; rank++)
        add(n, area(run, rank, which), out);
}

/* The same over the values of a feature in the batch. */
static void reduce_to_mean(const struct layer_run *run, int which, real *out)
{
    reduce(run, which, out);
    divide(features(run), (real)batch_values(run), out);
}

static void sum_rows(const struct layer_run *run)
{
    int n = features(run);
    features_sum(run->last - run->first, (size_t)n, (size_t)n, run->x + (size_t)run->first * n,
                 area(run, run->rank, SUM));
}

static void sum_squares(const struct layer_run *run)
{
    int n = features(run);
    real *mean = area(run, run->rank, MEAN);
    reduce_to_mean(run, SUM, mean);
    features_sum_squares(run->last - run->first, n, run->x + (size_t)run->first * n, mean,
                         area(run, run->rank, SQUARES));
}

/* RUNNING moves on towards VALUE [n] over COUNT. */
KERNEL_BODY void follow_body(int n, real momentum, const real *restrict value, real count, real *restrict running)
{
    for (int i = 0; i < n; i++)
        running[i] = (1 - momentum) * running[i] + momentum * (value[i] / count);
}

KERNEL_EACH_WIDTH(void, follow, (int n, real momentum, const real *value, real count, real *running),
                  (n, momentum, value, count, running))

/* SQUARES [features] are the sums of squares over the whole batch. */
static void update_running(const struct layer_run *run, const real *mean, const real *squares)
{
    real momentum = (real)run->layer->args.number[MOMENTUM];
    size_t values = batch_values(run);
    follow(features(run), momentum, mean, 1, run->stat[RUNNING_MEAN]);
    if (values > 1)
        follow(features(run), momentum, squares, (real)(values - 1), run->stat[RUNNING_VAR]);
}

static real inverse_deviation(const struct layer_run *run, double variance)
{
    return (real)(1 / sqrt(variance + run->layer->args.number[EPS]));
}

/* V, sums of squares of COUNT values about their mean, becomes the inverse deviations. */
KERNEL_BODY void invert_body(int n, double count, double eps, real *restrict v)
{
    for (int i = 0; i < n; i++)
        v[i] = (real)(1 / sqrt((double)v[i] / count + eps));
}

KERNEL_EACH_WIDTH(void, invert, (int n, double count, double eps, real *v), (n, count, eps, v))

/* INVERSE holds the sums of squares, and then the inverse deviations. Each thread works them out for itself; rank 0
 * keeps what outlives the step. */
static void finish_statistics(const struct layer_run *run, const real *mean, real *inverse)
{
    int n = features(run);
    if (run->rank == 0)
        update_running(run, mean, inverse);
    invert(n, (double)batch_values(run), run->layer->args.number[EPS], inverse);
    if (run->rank == 0)
        memcpy(run->saved[INVERSE_DEVIATION], inverse, (size_t)n * sizeof *inverse);
}

static void normalize(const struct layer_run *run)
{
    int n = features(run);
    size_t first = (size_t)run->first * n;
    const real *mean = area(run, run->rank, MEAN);
    real *inverse = area(run, run->rank, INVERSE);
    reduce(run, SQUARES, inverse);
    finish_statistics(run, mean, inverse);
    features_normalize(run->last - run->first, n, run->x + first, mean, inverse, run->param[WEIGHT], run->param[BIAS],
                       run->saved[NORMALIZED] + first, run->y + first);
}

static void take_moments(const struct layer_run *run)
{
    real *mean = area(run, run->rank, SUM), *squares = area(run, run->rank, SQUARES);
    for (int i = 0; i < features(run); i++) {
        struct bn_moments own = bn_planes_moments(run, i);
        mean[i] = (real)own.mean;
        squares[i] = (real)own.squares;
    }
    *area(run, run->rank, ROWS) = (real)(run->last - run->first);
}

static void normalize_planes(const struct layer_run *run)
{
    real *mean = area(run, run->rank, MEAN), *inverse = area(run, run->rank, INVERSE);
    for (int i = 0; i < features(run); i++) {
        struct bn_moments all = {0};
        for (int rank = 0; rank < run->ranks; rank++) {
            struct bn_moments theirs = {.count = (double)*area(run, rank, ROWS) * (double)plane_of(run->layer),
                                        .mean = area(run, rank, SUM)[i], .squares = area(run, rank, SQUARES)[i]};
            bn_moments_add(&all, &theirs);
        }
        mean[i] = (real)all.mean;
        inverse[i] = (real)all.squares;
    }
    finish_statistics(run, mean, inverse);
    for (int i = 0; i < features(run); i++)
        bn_planes_normalize(run, i, mean[i], inverse[i], run->param[WEIGHT][i], run->param[BIAS][i]);
}

static void forward_evaluation(const struct layer_run *run)
{
    int n = features(run);
    size_t plane = plane_of(run->layer);
    for (int i = 0; i < n; i++) {
        real mean = run->stat[RUNNING_MEAN][i], inverse = inverse_deviation(run, run->stat[RUNNING_VAR][i]);
        real weight = run->param[WEIGHT][i], bias = run->param[BIAS][i];
        for (int r = run->first; r < run->last; r++) {
            size_t at = ((size_t)r * n + i) * plane;
            const real *restrict x = run->x + at;
            real *restrict y = run->y + at;
            for (size_t k = 0; k < plane; k++)
                y[k] = (x[k] - mean) * inverse * weight + bias;
        }
    }
}

static void bn_forward(const struct layer_run *run, int part)
{
    if (!run->training) {
        if (part == 0)
            forward_evaluation(run);
    } else if (plane_of(run->layer) > 1) {
        if (part == 0)
            take_moments(run);
        else if (part == 2)
            normalize_planes(run);
    } else if (part == 0) {
        sum_rows(run);
    } else if (part == 1) {
        sum_squares(run);
    } else {
        normalize(run);
    }
}

/* The caller's own gradients. */
static void sum_gradients(const struct layer_run *run)
{
    int n = features(run);
    size_t first = (size_t)run->first * n;
    features_sum_products(run->last - run->first, n, run->dy + first, run->saved[NORMALIZED] + first, run->grad[BIAS],
                          run->grad[WEIGHT]);
}

static void sum_gradients_of_planes(const struct layer_run *run)
{
    const real *mean = area(run, run->rank, MEAN), *inverse = area(run, run->rank, INVERSE);
    for (int i = 0; i < features(run); i++) {
        double dy, product;
        bn_planes_sums(run, i, mean[i], &dy, &product);
        run->grad[BIAS][i] = (real)dy;
        run->grad[WEIGHT][i] = (real)(product * (double)inverse[i]);
    }
}

/* A copy of the caller's own gradients where the others can read it. */
static void show_gradients(const struct layer_run *run)
{
    size_t size = (size_t)features(run) * sizeof(real);
    memcpy(area(run, run->rank, SUM_DY), run->grad[BIAS], size);
    memcpy(area(run, run->rank, SUM_DY_NORMALIZED), run->grad[WEIGHT], size);
}

/* dx = weight / deviation * (dy - mean(dy) - x-hat mean(dy x-hat)), the means over the batch. */
static void input_gradient(const struct layer_run *run)
{
    int n = features(run);
    real *mean_dy = area(run, run->rank, MEAN_DY), *mean_product = area(run, run->rank, MEAN_PRODUCT);
    const real *restrict weight = run->param[WEIGHT], *restrict inverse = run->saved[INVERSE_DEVIATION];
    const real *mean = area(run, run->rank, MEAN);
    reduce_to_mean(run, SUM_DY, mean_dy);
    reduce_to_mean(run, SUM_DY_NORMALIZED, mean_product);
    if (plane_of(run->layer) > 1) {
        for (int i = 0; i < n; i++)
            bn_planes_gradient(run, i, weight[i] * inverse[i], mean_dy[i], mean[i], inverse[i] * mean_product[i]);
    } else {
        size_t first = (size_t)run->first * n;
        features_input_gradient(run->last - run->first, n, run->dy + first, run->saved[NORMALIZED] + first, weight,
                                inverse, mean_dy, mean_product, run->dx + first);
    }
}

static void backward_evaluation(const struct layer_run *run)
{
    int n = features(run);
    size_t plane = plane_of(run->layer);
    for (int i = 0; i < n; i++) {
        real mean = run->stat[RUNNING_MEAN][i], inverse = inverse_deviation(run, run->stat[RUNNING_VAR][i]);
        real scale = run->param[WEIGHT][i] * inverse, by_bias = 0, by_weight = 0;
        for (int r = run->first; r < run->last; r++) {
            size_t at = ((size_t)r * n + i) * plane;
            for (size_t k = at; k < at + plane; k++) {
                by_bias += run->dy[k];
                by_weight += run->dy[k] * (run->x[k] - mean) * inverse;
                if (run->dx)
                    run->dx[k] = run->dy[k] * scale;
            }
        }
        run->grad[BIAS][i] = by_bias;
        run->grad[WEIGHT][i] = by_weight;
    }
}

static void bn_backward(const struct layer_run *run, int part)
{
    if (!run->training) {
        if (part == 0)
            backward_evaluation(run);
    } else if (part == 0) {
        if (plane_of(run->layer) > 1)
            sum_gradients_of_planes(run);
        else
            sum_gradients(run);
        show_gradients(run);
    } else if (run->dx) {
        input_gradient(run);
    }
}

const struct layer_kind layer_bn = {
    .name = "bn", .stem = "bn", .summary = "batch normalization: y = weight (x - mean) / sqrt(var + eps) + bias",
    .args = bn_args, .flags = LAYER_NORM, .forward_parts = 3, .backward_parts = 2, .needs = bn_needs,
    .flops = bn_flops, .forward = bn_forward, .backward = bn_backward};
