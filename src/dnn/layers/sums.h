/*
 * sums.h: sums over a stretch of values in an order that is fixed and that a compiler can vectorize: 32 running sums,
 * each of every 32nd value, added up pairwise at the end. (The additions of a single running sum may not be reordered,
 * so they would come one after the other; and each waits for the one before it, so that one register full of sums is
 * not enough.) Bodies for KERNEL_EACH_WIDTH (kernel.h).
 */
#ifndef DNN_LAYERS_SUMS_H
#define DNN_LAYERS_SUMS_H

#include <stddef.h>

#include "dnn/kernel.h"
#include "dnn/real.h"

#define SUM_LANES 32

KERNEL_BODY real sum_lanes(real *lane)
{
    for (int half = SUM_LANES / 2; half > 0; half /= 2)
        for (int k = 0; k < half; k++)
            lane[k] += lane[k + half];
    return lane[0];
}

/* sum x_i */
KERNEL_BODY real sum_values(const real *restrict x, size_t n)
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
KERNEL_BODY real sum_squares_about(const real *restrict x, real centre, size_t n)
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

/* sum a_i (x_i - centre) */
KERNEL_BODY real sum_products_about(const real *restrict a, const real *restrict x, real centre, size_t n)
{
    real lane[SUM_LANES] = {0};
    size_t whole = n / SUM_LANES * SUM_LANES;
    for (size_t i = 0; i < whole; i += SUM_LANES)
        for (int k = 0; k < SUM_LANES; k++)
            lane[k] += a[i + k] * (x[i + k] - centre);
    for (size_t i = whole; i < n; i++)
        lane[i - whole] += a[i] * (x[i] - centre);
    return sum_lanes(lane);
}

#endif
