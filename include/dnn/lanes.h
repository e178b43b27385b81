/*
 * lanes.h: eight values side by side, with the vector types that gcc and clang share, for kernels that compilers would
 * leave scalar: those that keep sums, whose order is theirs to keep. Bodies for KERNEL_EACH_WIDTH (kernel.h). Sixteen,
 * for AVX-512, in a file of KERNEL_OF_SIXTEEN.
 *
 * Vectors are handed over by address: by value they would be passed differently in code for different processors.
 * Conversions and roots are spelt as loops over the lanes, which either compiler turns into one instruction; gcc 12
 * makes five of a __builtin_convertvector.
 */
#ifndef DNN_LANES_H
#define DNN_LANES_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <tgmath.h>

#include "dnn/kernel.h"
#include "dnn/real.h"

#ifdef KERNEL_OF_SIXTEEN
#define LANES 16
#ifdef KERNEL_WIDTHS
#define LANES_MASKED
#include <immintrin.h>
#endif
#else
#define LANES 8
#endif

typedef real reals __attribute__((vector_size(LANES * sizeof(real))));
typedef real halves __attribute__((vector_size(LANES / 2 * sizeof(real))));
#ifdef DNN_DOUBLE
typedef int64_t lane_bits;
#else
typedef int32_t lane_bits;
#endif
typedef lane_bits masks __attribute__((vector_size(LANES * sizeof(lane_bits)))); /* what comparing reals gives */
typedef double doubles __attribute__((vector_size(LANES / 2 * sizeof(double))));

/* The first COUNT values at FROM, 0 <= COUNT <= LANES, and zeros; and the other way round. */
#ifdef LANES_MASKED
KERNEL_BODY void lanes_load(reals *v, const real *from, size_t count)
{
    __mmask16 mask = (__mmask16)((1u << count) - 1);
    *v = (reals)(count == LANES ? _mm512_loadu_ps(from) : _mm512_maskz_loadu_ps(mask, from));
}

KERNEL_BODY void lanes_store(real *to, const reals *v, size_t count)
{
    if (count == LANES)
        _mm512_storeu_ps(to, (__m512)*v);
    else
        _mm512_mask_storeu_ps(to, (__mmask16)((1u << count) - 1), (__m512)*v);
}
#else
KERNEL_BODY void lanes_load(reals *v, const real *from, size_t count)
{
    if (count == LANES) {
        memcpy(v, from, sizeof *v);
        return;
    }
    real part[LANES] = {0};
    size_t at = 0;
    for (size_t piece = LANES / 2; piece > 0; at += count & piece, piece /= 2)
        if (count & piece)
            memcpy(part + at, from + at, piece * sizeof *part);
    memcpy(v, part, sizeof *v);
}

KERNEL_BODY void lanes_store(real *to, const reals *v, size_t count)
{
    memcpy(to, v, count == LANES ? sizeof *v : count * sizeof *to);
}
#endif

/* V <- OTHER in the lanes of MASK. */
KERNEL_BODY void lanes_choose(reals *v, const masks *mask, const reals *other)
{
    *v = (reals)(((masks)*other & *mask) | ((masks)*v & ~*mask));
}

#if LANES == 8
/* Eight rows at once, a row a lane: AT <- where each begins, of COUNT rows WIDTH values apart; lanes beyond have the
 * last again. Column I of them from FROM on. */
KERNEL_BODY void lanes_rows(size_t at[LANES], int count, size_t width)
{
    at[0] = 0;
    for (int k = 1; k < LANES; k++)
        at[k] = at[k - 1] + (k < count ? width : 0);
}
#define LANES_COLUMN(from, at, i) \
    ((reals){(from)[(at)[0] + (i)], (from)[(at)[1] + (i)], (from)[(at)[2] + (i)], (from)[(at)[3] + (i)], \
             (from)[(at)[4] + (i)], (from)[(at)[5] + (i)], (from)[(at)[6] + (i)], (from)[(at)[7] + (i)]})
#endif

KERNEL_BODY void lanes_root(reals *v)
{
    real each[LANES];
    memcpy(each, v, sizeof each);
    for (int k = 0; k < LANES; k++)
        each[k] = sqrt(each[k]);
    memcpy(v, each, sizeof each);
}

/* The lanes of V in double: the first half, and the second. */
KERNEL_BODY void lanes_double(const reals *v, doubles *low, doubles *high)
{
    real each[LANES];
    double wide[LANES];
    memcpy(each, v, sizeof each);
    for (int k = 0; k < LANES; k++)
        wide[k] = each[k];
    memcpy(low, wide, sizeof *low);
    memcpy(high, wide + LANES / 2, sizeof *high);
}

/* Squares are summed as reals in stretches of so many values, 64 a lane, and the stretches in double: each value's
 * share is then right to 4e-6, at a fifth of what summing in double takes. */
#define LANES_STRETCH (64 * LANES)

/* Adds the lanes of V up: the upper half to the lower, until one is left. */
KERNEL_BODY double lanes_sum(doubles *v)
{
    for (int half = LANES / 4; half > 0; half /= 2)
        for (int k = 0; k < half; k++)
            (*v)[k] += (*v)[k + half];
    return (*v)[0];
}

/* Adds the lanes up. False where squares may have been too large or too small for a float: then lanes_exact is to be
 * asked. A sum of exactly 0 is one of zeros, as there are many once the data have been learnt, or of values below
 * 1e-19, which count as such: the branch that takes zeros twice could not be foreseen. */
KERNEL_BODY bool lanes_total(const reals *squares, double *total)
{
    doubles low, high;
    lanes_double(squares, &low, &high);
    low += high;
    *total = lanes_sum(&low);
    return (*total > 1e-30 && *total < 1e37) || *total == 0;
}

/* sum (scale x_i)^2 in double, the products rounded as any real; of huge values, and of NaNs, too. */
KERNEL_BODY double lanes_exact(const real *x, real scale, size_t n)
{
    doubles sum = {0}, low, high;
    for (size_t i = 0; i < n; i += LANES) {
        reals v;
        lanes_load(&v, x + i, n - i < LANES ? n - i : LANES);
        v *= scale;
        lanes_double(&v, &low, &high);
        sum += low * low + high * high;
    }
    return lanes_sum(&sum);
}

#endif
