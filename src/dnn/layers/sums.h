/*
 * sums.h: sums over a stretch of values in an order that is fixed and that a compiler can vectorize: eight running
 * sums, each of every eighth value, added up pairwise at the end. (The additions of a single running sum may not be
 * reordered, so they would come one after the other.)
 */
#ifndef DNN_LAYERS_SUMS_H
#define DNN_LAYERS_SUMS_H

#include <stddef.h>

#include "dnn/real.h"

#define SUM_LANES 8

static inline real sum_lanes(const real *lane)
{
    return ((lane[0] + lane[4]) + (lane[2] + lane[6])) + ((lane[1] + lane[5]) + (lane[3] + lane[7]));
}

/* sum x_i */
static inline real sum_values(const real *restrict x, size_t n)
{
    real lane[SUM_LANES] = {0};
    size_t whole = n / SUM_LANES * SUM_LANES;
    for (size_t i = 0; i < whole; i += SUM_LANES)
        for (int k = 0; k < SUM_LANES; k++)
            lane[k] += x[i + k];
    for (size_t i = whole; i < n; i++)
        lane[i - whole] += x[i];
    return sum_lanes(lane);
}

/* sum (x_i - centre)^2 */
static inline real sum_squares_about(const real *restrict x, real centre, size_t n)
{
    real lane[SUM_LANES] = {0};
    size_t whole = n / SUM_LANES * SUM_LANES;
    for (size_t i = 0; i < whole; i += SUM_LANES)
        for (int k = 0; k < SUM_LANES; k++)
            lane[k] += (x[i + k] - centre) * (x[i + k] - centre);
    for (size_t i = whole; i < n; i++)
        lane[i - whole] += (x[i] - centre) * (x[i] - centre);
    return sum_lanes(lane);
}

/* sum a_i b_i */
static inline real sum_products(const real *restrict a, const real *restrict b, size_t n)
{
    real lane[SUM_LANES] = {0};
    size_t whole = n / SUM_LANES * SUM_LANES;
    for (size_t i = 0; i < whole; i += SUM_LANES)
        for (int k = 0; k < SUM_LANES; k++)
            lane[k] += a[i + k] * b[i + k];
    for (size_t i = whole; i < n; i++)
        lane[i - whole] += a[i] * b[i];
    return sum_lanes(lane);
}

#endif
