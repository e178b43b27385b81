/*
 * statistics.c: what can be said of a tensor in one number: one table. Sums are in double, in the order of memory.
 */
#include <math.h>

#include "debug/lookup.h"

static double count_if(const struct tensor *tensor, bool (*is)(float))
{
    double count = 0;
    for (size_t i = 0; i < tensor->count; i++)
        count += is(tensor->data[i]);
    return count;
}

static bool is_nan(float x)
{
    return isnan(x);
}

static bool is_inf(float x)
{
    return isinf(x);
}

static bool is_zero(float x)
{
    return x == 0;
}

static double stat_nan(const struct tensor *tensor)
{
    return count_if(tensor, is_nan);
}

static double stat_inf(const struct tensor *tensor)
{
    return count_if(tensor, is_inf);
}

static double stat_zero(const struct tensor *tensor)
{
    return count_if(tensor, is_zero);
}

static double stat_mean(const struct tensor *tensor)
{
    double sum = 0;
    for (size_t i = 0; i < tensor->count; i++)
        sum += tensor->data[i];
    return sum / (double)tensor->count;
}

static double stat_std(const struct tensor *tensor)
{
    double mean = stat_mean(tensor), squares = 0;
    for (size_t i = 0; i < tensor->count; i++)
        squares += (tensor->data[i] - mean) * (tensor->data[i] - mean);
    return sqrt(squares / (double)tensor->count);
}

static double stat_norm(const struct tensor *tensor)
{
    double squares = 0;
    for (size_t i = 0; i < tensor->count; i++)
        squares += (double)tensor->data[i] * tensor->data[i];
    return sqrt(squares);
}

/* A NaN anywhere is the answer: fmin and fmax would hide it. */
static double stat_min(const struct tensor *tensor)
{
    double least = tensor->data[0];
    for (size_t i = 1; i < tensor->count; i++)
        least = isnan(tensor->data[i]) || tensor->data[i] < least ? tensor->data[i] : least;
    return least;
}

static double stat_max(const struct tensor *tensor)
{
    double most = tensor->data[0];
    for (size_t i = 1; i < tensor->count; i++)
        most = isnan(tensor->data[i]) || tensor->data[i] > most ? tensor->data[i] : most;
    return most;
}

static double stat_absmax(const struct tensor *tensor)
{
    double most = 0;
    for (size_t i = 0; i < tensor->count; i++)
        most = isnan(tensor->data[i]) || fabs(tensor->data[i]) > most ? fabs(tensor->data[i]) : most;
    return most;
}

const struct tensor_statistic tensor_statistics[] = {
    {"norm", "square root of the sum of squares", stat_norm},
    {"mean", "mean", stat_mean},
    {"std", "standard deviation", stat_std},
    {"min", "least value", stat_min},
    {"max", "greatest value", stat_max},
    {"absmax", "greatest absolute value", stat_absmax},
    {"nan", "how many are NaN", stat_nan},
    {"inf", "how many are infinite", stat_inf},
    {"zero", "how many are 0", stat_zero},
    {NULL, NULL, NULL},
};
