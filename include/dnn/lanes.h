/*
 * lanes.h: eight values side by side, with the vector types that gcc and clang share, for kernels that compilers would
 * leave scalar: those that keep sums, whose order is theirs to keep. Bodies for KERNEL_TWICE (kernel.h).
 *
 * Vectors are handed over by address: by value they would be passed differently in code for different processors.
 * Conversions and roots are spelt as loops over the lanes, which either compiler turns into one instruction; gcc 12
 * makes five of a __builtin_convertvector.
 */
#ifndef DNN_LANES_H
#define DNN_LANES_H

#include <stddef.h>
#include <string.h>
#include <tgmath.h>

#include "dnn/kernel.h"
#include "dnn/real.h"

enum { LANES = 8 };

typedef real reals __attribute__((vector_size(LANES * sizeof(real))));
typedef real halves __attribute__((vector_size(LANES / 2 * sizeof(real))));
typedef double doubles __attribute__((vector_size(LANES / 2 * sizeof(double))));

/* The first COUNT values at FROM, 0 <= COUNT <= 8, and zeros. */
KERNEL_BODY void lanes_load(reals *v, const real *from, size_t count)
{
    if (count == LANES) {
        memcpy(v, from, sizeof *v);
        return;
    }
    memset(v, 0, sizeof *v);
    memcpy(v, from, count * sizeof *from);
}

KERNEL_BODY void lanes_store(real *to, const reals *v, size_t count)
{
    memcpy(to, v, count == LANES ? sizeof *v : count * sizeof *to);
}

KERNEL_BODY void lanes_root(reals *v)
{
    real each[LANES];
    memcpy(each, v, sizeof each);
    for (int k = 0; k < LANES; k++)
        each[k] = sqrt(each[k]);
    memcpy(v, each, sizeof each);
}

/* Squares are summed as reals in stretches of so many values, 32 a lane, and the stretches in double: each value's
 * share is then right to 2e-6, at a fifth of what summing in double takes. */
#define LANES_STRETCH (32 * LANES)

/* Adds the lanes up. False where squares may have been too large or too small for a float: then lanes_exact is to be
 * asked. */
KERNEL_BODY bool lanes_total(const reals *squares, double *total)
{
    real each[LANES];
    double sum = 0;
    memcpy(each, squares, sizeof each);
    for (int k = 0; k < LANES; k++)
        sum += each[k];
    *total = sum;
    return sum > 1e-30 && sum < 1e37;
}

/* sum (scale x_i)^2 in double, the products rounded as any real; of zeros, of huge values, and of NaNs, too. */
KERNEL_BODY double lanes_exact(const real *x, real scale, size_t n)
{
    double sum[LANES] = {0}, all = 0;
    for (size_t i = 0; i < n; i += LANES) {
        size_t count = n - i < LANES ? n - i : LANES;
        real each[LANES] = {0};
        memcpy(each, x + i, count * sizeof *x);
        for (int k = 0; k < LANES; k++) {
            real value = scale * each[k];
            sum[k] += (double)value * (double)value;
        }
    }
    for (int k = 0; k < LANES; k++)
        all += sum[k];
    return all;
}

#endif
