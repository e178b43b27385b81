/*
 * statistics.c: what can be said of a tensor in one number: one table. Sums are in double; several at once, for they
 * are as fast as the memory then, and so in an order that depends on the tensor's shape alone.
 */
#include <math.h>
#include <string.h>

#include "debug/tensor.h"

/* A unit that saturates is at its end when it is within this share of its range from one of its ends. */
#define SATURATION_MARGIN 0.05

enum { LANES = 8 };

/* A result for a stretch of values: RUN is called for each, and its results are added up. */
static double sum_over(const struct tensor *tensor, double (*run)(const float *x, size_t count, double shift),
                       double shift)
{
    struct tensor_walk walk;
    double sum = 0;
    size_t count;
    tensor_walk_begin(&walk, tensor);
    for (const float *x; (x = tensor_next(&walk, &count));)
        sum += run(x, count, shift);
    return sum;
}

static double add_lanes(const double lane[LANES])
{
    double sum = 0;
    for (int k = 0; k < LANES; k++)
        sum += lane[k];
    return sum;
}

/* A function of a stretch that adds EXPRESSION of each value x. */
#define SUM(name, expression) \
    static double name(const float *at, size_t count, double shift) \
    { \
        double lane[LANES] = {0}, rest = 0; \
        size_t i = 0; \
        (void)shift; \
        for (; i + LANES <= count; i += LANES) \
            for (int k = 0; k < LANES; k++) { \
                double x = (double)at[i + (size_t)k]; \
                lane[k] += expression; \
            } \
        for (; i < count; i++) { \
            double x = (double)at[i]; \
            rest += expression; \
        } \
        return add_lanes(lane) + rest; \
    }
SUM(sum_values, x)
SUM(sum_squares, (x - shift) * (x - shift))
SUM(sum_nan, x != x)
SUM(sum_inf, fabs(x) == INFINITY)
SUM(sum_zero, x == 0)
SUM(sum_low, x < shift)
SUM(sum_high, x > shift)
#undef SUM

static double stat_nan(const struct tensor *tensor)
{
    return sum_over(tensor, sum_nan, 0);
}

static double stat_inf(const struct tensor *tensor)
{
    return sum_over(tensor, sum_inf, 0);
}

static double stat_zero(const struct tensor *tensor)
{
    return sum_over(tensor, sum_zero, 0);
}

static double stat_norm(const struct tensor *tensor)
{
    return sqrt(sum_over(tensor, sum_squares, 0));
}

static double stat_mean(const struct tensor *tensor)
{
    return sum_over(tensor, sum_values, 0) / (double)tensor->count; /* of no values: NaN */
}

static double stat_std(const struct tensor *tensor)
{
    return sqrt(sum_over(tensor, sum_squares, stat_mean(tensor)) / (double)tensor->count);
}

struct range {
    float low[LANES], high[LANES];
    int unordered; /* a NaN was there */
};

static void widen(struct range *range, float x, int lane)
{
    range->low[lane] = x < range->low[lane] ? x : range->low[lane];
    range->high[lane] = x > range->high[lane] ? x : range->high[lane];
    range->unordered |= x != x;
}

/* The least and the greatest value, NaN when one is anywhere: fmin and fmax would hide it; NaN of no values. */
static void find_range(const struct tensor *tensor, double *least, double *most)
{
    struct tensor_walk walk;
    struct range range = {.unordered = tensor->count == 0};
    size_t count;
    for (int k = 0; k < LANES; k++) {
        range.low[k] = INFINITY;
        range.high[k] = -INFINITY;
    }
    tensor_walk_begin(&walk, tensor);
    for (const float *x; (x = tensor_next(&walk, &count));) {
        size_t i = 0;
        for (; i + LANES <= count; i += LANES)
            for (int k = 0; k < LANES; k++)
                widen(&range, x[i + (size_t)k], k);
        for (; i < count; i++)
            widen(&range, x[i], 0);
    }
    *least = range.unordered ? NAN : (double)range.low[0];
    *most = range.unordered ? NAN : (double)range.high[0];
    for (int k = 1; k < LANES && !range.unordered; k++) {
        *least = fmin(*least, (double)range.low[k]);
        *most = fmax(*most, (double)range.high[k]);
    }
}

static double stat_min(const struct tensor *tensor)
{
    double least, most;
    find_range(tensor, &least, &most);
    return least;
}

static double stat_max(const struct tensor *tensor)
{
    double least, most;
    find_range(tensor, &least, &most);
    return most;
}

static double stat_absmax(const struct tensor *tensor)
{
    double least, most;
    find_range(tensor, &least, &most);
    return isnan(least) ? NAN : fmax(fabs(least), fabs(most));
}

/* --- units of a layer */

static bool all_zero(const struct tensor *tensor)
{
    struct tensor_walk walk;
    size_t count;
    tensor_walk_begin(&walk, tensor);
    for (const float *x; (x = tensor_next(&walk, &count));)
        for (size_t i = 0; i < count; i++)
            if (x[i] != 0) /* a NaN too */
                return false;
    return true;
}

int tensor_dead(const struct tensor *tensor, int *units)
{
    int all = tensor->unit_axis < 0 ? 1 : tensor->dim[tensor->unit_axis], dead = 0;
    for (int unit = 0; unit < all; unit++) {
        struct tensor one = *tensor;
        if (one.unit_axis >= 0)
            tensor_pick(&one, one.unit_axis, unit);
        dead += one.count > 0 && all_zero(&one);
    }
    if (units)
        *units = all;
    return dead;
}

static double stat_dead(const struct tensor *tensor)
{
    int units, dead = tensor_dead(tensor, &units);
    return tensor->count == 0 ? NAN : (double)dead / units;
}

static bool is_of_batch(const struct tensor *tensor)
{
    return tensor->of_batch;
}

bool tensor_saturates(const struct tensor *tensor)
{
    const struct layer *layer = tensor->layer;
    return layer && (layer->kind->flags & LAYER_SATURATES || strcmp(layer->kind->name, "softmax") == 0);
}

/* The tanh ends at -1 and 1, the others that saturate at 0 and 1. */
double tensor_saturated(const struct tensor *tensor)
{
    double low = strcmp(tensor->layer->kind->name, "tanh") == 0 ? -1 : 0, margin = (1 - low) * SATURATION_MARGIN;
    return (sum_over(tensor, sum_low, low + margin) + sum_over(tensor, sum_high, 1 - margin)) / (double)tensor->count;
}

const struct tensor_statistic tensor_statistics[] = {
    {"norm", "square root of the sum of squares", stat_norm, NULL, NULL},
    {"mean", "mean", stat_mean, NULL, NULL},
    {"std", "standard deviation", stat_std, NULL, NULL},
    {"min", "least value", stat_min, NULL, NULL},
    {"max", "greatest value", stat_max, NULL, NULL},
    {"absmax", "greatest absolute value", stat_absmax, NULL, NULL},
    {"nan", "how many are NaN", stat_nan, NULL, NULL},
    {"inf", "how many are infinite", stat_inf, NULL, NULL},
    {"zero", "how many are 0", stat_zero, NULL, NULL},
    {"dead", "share of units (of images: channels) that are 0 in every row of the batch", stat_dead, is_of_batch,
     "a layer's output or x"},
    {"saturated", "share of values within 5 % of the range from an end of it: sigmoid, tanh, softmax",
     tensor_saturated, tensor_saturates, "the output of a sigmoid, tanh or softmax"},
    {"hist", "histogram, for `print` and `hist`", NULL, NULL, NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

const struct tensor_statistic *tensor_statistic_find(const char *name, size_t length)
{
    for (const struct tensor_statistic *statistic = tensor_statistics; statistic->name; statistic++)
        if (strlen(statistic->name) == length && strncmp(statistic->name, name, length) == 0)
            return statistic;
    return NULL;
}
