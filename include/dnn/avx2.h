/*
 * avx2.h: what the kernels share that are written for AVX2 register by register (product_tiles.h,
 * product_row.h, winograd_lanes.h, pool_pairs.c): eight floats at a time, the last of them in part.
 */
#ifndef DNN_AVX2_H
#define DNN_AVX2_H

#include <immintrin.h>
#include <stddef.h>

#include "dnn/rows.h"

/* Nothing in it holds a buffer that others fill: there is nothing for a guard on the stack to guard. */
#define WIDE __attribute__((target("avx2,fma"), no_stack_protector))
#define WIDE_INLINE WIDE static inline __attribute__((always_inline))

enum { LANES = 8 };
typedef __m256 vector;

WIDE_INLINE vector vector_zero(void)
{
    return _mm256_setzero_ps();
}

/* The value at FROM in every lane. */
WIDE_INLINE vector vector_all(const float *from)
{
    return _mm256_broadcast_ss(from);
}

WIDE_INLINE vector vector_add(vector a, vector b)
{
    return _mm256_add_ps(a, b);
}

/* a b + c, rounded once. */
WIDE_INLINE vector vector_fma(vector a, vector b, vector c)
{
    return _mm256_fmadd_ps(a, b, c);
}

/* The mask of the first N lanes, 0 <= N <= 8. */
WIDE_INLINE __m256i lanes(int n)
{
    static const int mask[2 * LANES] = {-1, -1, -1, -1, -1, -1, -1, -1};
    return _mm256_loadu_si256((const __m256i *)(mask + LANES - n));
}

WIDE_INLINE __m256 load(const float *from, int n)
{
    return n == LANES ? _mm256_loadu_ps(from) : _mm256_maskload_ps(from, lanes(n));
}

/* The first N lanes, or all. A masked store takes some processors dozens of cycles. */
WIDE_INLINE void store(float *to, int n, __m256 value)
{
    if (n >= LANES) {
        _mm256_storeu_ps(to, value);
        return;
    }
    __m128 part = _mm256_castps256_ps128(value);
    if (n & 4) {
        _mm_storeu_ps(to, part);
        part = _mm256_extractf128_ps(value, 1);
        to += 4;
    }
    if (n & 2) {
        _mm_storel_pi((__m64 *)to, part);
        part = _mm_movehl_ps(part, part);
        to += 2;
    }
    if (n & 1)
        _mm_store_ss(to, part);
}

/* Eight rows of 8 become eight columns. */
WIDE_INLINE void transpose(vector r[LANES])
{
    vector a[LANES], b[LANES];
    for (int i = 0; i < 4; i++) {
        a[2 * i] = _mm256_unpacklo_ps(r[2 * i], r[2 * i + 1]);
        a[2 * i + 1] = _mm256_unpackhi_ps(r[2 * i], r[2 * i + 1]);
    }
    for (int i = 0; i < 2; i++) {
        b[4 * i] = _mm256_shuffle_ps(a[4 * i], a[4 * i + 2], 0x44);
        b[4 * i + 1] = _mm256_shuffle_ps(a[4 * i], a[4 * i + 2], 0xee);
        b[4 * i + 2] = _mm256_shuffle_ps(a[4 * i + 1], a[4 * i + 3], 0x44);
        b[4 * i + 3] = _mm256_shuffle_ps(a[4 * i + 1], a[4 * i + 3], 0xee);
    }
    for (int i = 0; i < 4; i++) {
        r[i] = _mm256_permute2f128_ps(b[i], b[4 + i], 0x20);
        r[4 + i] = _mm256_permute2f128_ps(b[i], b[4 + i], 0x31);
    }
}

/* LANES steps of up to LANES rows of B, STEPS of which are there, as rows of TO; zeros for rows that are not there. */
WIDE_INLINE void transpose_block(const float *b, ptrdiff_t b_row, int steps, int rows, float *to, ptrdiff_t to_row)
{
    vector r[LANES];
    for (int i = 0; i < LANES; i++)
        r[i] = i < rows ? load(b + i * b_row, steps) : vector_zero();
    transpose(r);
    for (int i = 0; i < LANES; i++)
        store(to + i * to_row, LANES, r[i]);
}

/* The sums of eight vectors, as one. */
WIDE_INLINE vector vector_sums(const vector v[LANES])
{
    vector a = _mm256_hadd_ps(_mm256_hadd_ps(v[0], v[1]), _mm256_hadd_ps(v[2], v[3]));
    vector b = _mm256_hadd_ps(_mm256_hadd_ps(v[4], v[5]), _mm256_hadd_ps(v[6], v[7]));
    return _mm256_add_ps(_mm256_permute2f128_ps(a, b, 0x20), _mm256_permute2f128_ps(a, b, 0x31));
}

#endif
