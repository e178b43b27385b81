/*
 * statistics.c: what can be said of a tensor in one number: one table. Sums are in double.
 */
#include <math.h>
#include <string.h>

#include "debug/tensor.h"
#include "stretch.h"

/* A unit that saturates is at its end when it is within this share of its range from one of its ends. */
#define SATURATION_MARGIN 0.05

/* --- sums and counts */

static struct sums sums_over(const struct tensor *tensor, double shift)
{
    struct tensor_walk walk;
    struct sums all = {0};
    size_t count;
    tensor_walk_begin(&walk, tensor);
    for (const float *x; (x = tensor_next(&walk, &count));) {
        struct sums sums = stretch_sums(x, count, shift);
        all.values += sums.values;
        all.squares += sums.squares;
    }
    return all;
}

/* Counts in int lanes, a stretch of COUNTED values at a time, so that none overflows. */
#define COUNTED ((size_t)1 << 20)

/* How many values of a stretch EXPRESSION is true of, for x; LIMIT is a parameter of it. */
#define COUNT(name, expression) \
    static size_t name(const float *at, size_t count, float limit) \
    { \
        int found = 0; \
        (void)limit; \
        for (size_t i = 0; i < count; i++) { \
            float x = at[i]; \
            found += expression; \
        } \
        return (size_t)found; \
    }
COUNT(count_nan, x != x)
COUNT(count_inf, fabsf(x) == INFINITY)
COUNT(count_zero, x == 0)
COUNT(count_below, x < limit)
COUNT(count_above, x > limit)
#undef COUNT

static double count_over(const struct tensor *tensor, size_t (*run)(const float *x, size_t count, float limit),
                         float limit)
{
    struct tensor_walk walk;
    size_t found = 0, count;
    tensor_walk_begin(&walk, tensor);
    for (const float *x; (x = tensor_next(&walk, &count));)
        for (size_t i = 0; i < count; i += COUNTED)
            found += run(x + i, count - i < COUNTED ? count - i : COUNTED, limit);
    return (double)found;
}

static double stat_nan(const struct tensor *tensor)
{
    return count_over(tensor, count_nan, 0);
}

static double stat_inf(const struct tensor *tensor)
{
    return count_over(tensor, count_inf, 0);
}

static double stat_zero(const struct tensor *tensor)
{
    return count_over(tensor, count_zero, 0);
}

static double stat_norm(const struct tensor *tensor)
{
    return sqrt(sums_over(tensor, 0).squares);
}

static double stat_mean(const struct tensor *tensor)
{
    return sums_over(tensor, 0).values / (double)tensor->count; /* of no values: NaN */
}

/* In one pass. The shift is one of the values, so its square is at most the count times the variance from the mean, and
 * what cancels is far below what a double holds. */
static double stat_std(const struct tensor *tensor)
{
    double count = (double)tensor->count;
    struct sums sums = sums_over(tensor, tensor->count ? (double)tensor->data[0] : 0);
    double variance = (sums.squares - sums.values * (sums.values / count)) / count;
    return variance < 0 ? 0 : sqrt(variance);
}

/* --- range */

/* A NaN anywhere is the answer: fmin and fmax would hide it. So is it of no values. */
static struct range range_over(const struct tensor *tensor)
{
    struct tensor_walk walk;
    struct range all = {INFINITY, -INFINITY, tensor->count == 0};
    size_t count;
    tensor_walk_begin(&walk, tensor);
    for (const float *x; (x = tensor_next(&walk, &count));) {
        struct range range = stretch_range(x, count);
        all.low = range.low < all.low ? range.low : all.low;
        all.high = range.high > all.high ? range.high : all.high;
        all.nan = all.nan || range.nan;
    }
    return all;
}

static double stat_min(const struct tensor *tensor)
{
    struct range range = range_over(tensor);
    return range.nan ? NAN : (double)range.low;
}

static double stat_max(const struct tensor *tensor)
{
    struct range range = range_over(tensor);
    return range.nan ? NAN : (double)range.high;
}

static double stat_absmax(const struct tensor *tensor)
{
    struct range range = range_over(tensor);
    return range.nan ? NAN : fmax(fabs((double)range.low), fabs((double)range.high));
}

/* --- units of a layer */

/* A walk gathers many values at once; but most units are alive, which their first few rows tell. */
static bool all_zero_along(const float *x, ptrdiff_t stride, int count)
{
    for (int i = 0; i < count; i++)
        if (x[i * stride] != 0) /* a NaN too */
            return false;
    return true;
}

static bool all_zero(const struct tensor *tensor)
{
    if (tensor->rank == 1)
        return all_zero_along(tensor->data, tensor->stride[0], tensor->dim[0]);
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
    double ends = count_over(tensor, count_below, (float)(low + margin)) +
                  count_over(tensor, count_above, (float)(1 - margin));
    return ends / (double)tensor->count;
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
