/* avx512.h: what avx2.h has, by the same names, sixteen floats at a time. */
#ifndef DNN_AVX512_H
#define DNN_AVX512_H

#include <immintrin.h>
#include <stddef.h>

#include "dnn/rows.h"

#define WIDE __attribute__((target("avx512f,avx512vl,avx512dq,avx512bw,avx2,fma"), no_stack_protector))
#define WIDE_INLINE WIDE static inline __attribute__((always_inline))

enum { LANES = 16 };
typedef __m512 vector;

WIDE_INLINE vector vector_zero(void)
{
    return _mm512_setzero_ps();
}

WIDE_INLINE vector vector_all(const float *from)
{
    return _mm512_set1_ps(*from);
}

WIDE_INLINE vector vector_add(vector a, vector b)
{
    return _mm512_add_ps(a, b);
}

WIDE_INLINE vector vector_fma(vector a, vector b, vector c)
{
    return _mm512_fmadd_ps(a, b, c);
}

/* The mask of the first N lanes, 0 <= N <= 16. */
WIDE_INLINE __mmask16 lanes(int n)
{
    return (__mmask16)((1u << n) - 1);
}

WIDE_INLINE vector load(const float *from, int n)
{
    return n == LANES ? _mm512_loadu_ps(from) : _mm512_maskz_loadu_ps(lanes(n), from);
}

WIDE_INLINE void store(float *to, int n, vector value)
{
    if (n >= LANES)
        _mm512_storeu_ps(to, value);
    else
        _mm512_mask_storeu_ps(to, lanes(n), value);
}

/* Sixteen rows of 16 become sixteen columns. */
WIDE_INLINE void transpose(vector r[LANES])
{
    vector a[LANES];
#pragma GCC unroll 8
    for (int i = 0; i < 8; i++) {
        a[2 * i] = _mm512_unpacklo_ps(r[2 * i], r[2 * i + 1]);
        a[2 * i + 1] = _mm512_unpackhi_ps(r[2 * i], r[2 * i + 1]);
    }
#pragma GCC unroll 4
    for (int i = 0; i < LANES; i += 4) {
        r[i] = _mm512_shuffle_ps(a[i], a[i + 2], 0x44);
        r[i + 1] = _mm512_shuffle_ps(a[i], a[i + 2], 0xee);
        r[i + 2] = _mm512_shuffle_ps(a[i + 1], a[i + 3], 0x44);
        r[i + 3] = _mm512_shuffle_ps(a[i + 1], a[i + 3], 0xee);
    }
#pragma GCC unroll 4
    for (int i = 0; i < 4; i++) {
        a[i] = _mm512_shuffle_f32x4(r[i], r[i + 4], 0x88);
        a[i + 4] = _mm512_shuffle_f32x4(r[i], r[i + 4], 0xdd);
        a[i + 8] = _mm512_shuffle_f32x4(r[i + 8], r[i + 12], 0x88);
        a[i + 12] = _mm512_shuffle_f32x4(r[i + 8], r[i + 12], 0xdd);
    }
#pragma GCC unroll 4
    for (int i = 0; i < 4; i++) {
        r[i] = _mm512_shuffle_f32x4(a[i], a[i + 8], 0x88);
        r[i + 8] = _mm512_shuffle_f32x4(a[i], a[i + 8], 0xdd);
        r[i + 4] = _mm512_shuffle_f32x4(a[i + 4], a[i + 12], 0x88);
        r[i + 12] = _mm512_shuffle_f32x4(a[i + 4], a[i + 12], 0xdd);
    }
}

/* Four steps of sixteen rows of B, STEPS of which are there. */
WIDE_INLINE void transpose_few(const float *b, ptrdiff_t b_row, int steps, int rows, float *to, ptrdiff_t to_row)
{
    __m128 piece[LANES];
    vector r[4];
#pragma GCC unroll 16
    for (int i = 0; i < LANES; i++)
        piece[i] = i < rows ? _mm_maskz_loadu_ps((__mmask8)lanes(steps), b + i * b_row) : _mm_setzero_ps();
#pragma GCC unroll 4
    for (int i = 0; i < 4; i++) {
        __m256 low = _mm256_insertf128_ps(_mm256_castps128_ps256(piece[i]), piece[4 + i], 1);
        __m256 high = _mm256_insertf128_ps(_mm256_castps128_ps256(piece[8 + i]), piece[12 + i], 1);
        r[i] = _mm512_insertf32x8(_mm512_castps256_ps512(low), high, 1);
    }
    vector a = _mm512_unpacklo_ps(r[0], r[1]), c = _mm512_unpackhi_ps(r[0], r[1]);
    vector d = _mm512_unpacklo_ps(r[2], r[3]), e = _mm512_unpackhi_ps(r[2], r[3]);
    store(to, LANES, _mm512_shuffle_ps(a, d, 0x44));
    store(to + to_row, LANES, _mm512_shuffle_ps(a, d, 0xee));
    store(to + 2 * to_row, LANES, _mm512_shuffle_ps(c, e, 0x44));
    store(to + 3 * to_row, LANES, _mm512_shuffle_ps(c, e, 0xee));
}

/* LANES steps of up to LANES rows of B, STEPS of which are there, as rows of TO; zeros for rows that are not there. Of
 * four steps or fewer four rows are written. */
WIDE_INLINE void transpose_block(const float *b, ptrdiff_t b_row, int steps, int rows, float *to, ptrdiff_t to_row)
{
    vector r[LANES];
    if (steps <= 4) {
        transpose_few(b, b_row, steps, rows, to, to_row);
        return;
    }
#pragma GCC unroll 16
    for (int i = 0; i < LANES; i++)
        r[i] = i < rows ? load(b + i * b_row, steps) : vector_zero();
    transpose(r);
#pragma GCC unroll 16
    for (int i = 0; i < LANES; i++)
        store(to + i * to_row, LANES, r[i]);
}

/* The sums of sixteen vectors, as one. */
WIDE_INLINE vector vector_sums(const vector v[LANES])
{
    vector two[8], four[4], eight[2];
#pragma GCC unroll 8
    for (int i = 0; i < 8; i++)
        two[i] = _mm512_unpacklo_ps(v[2 * i], v[2 * i + 1]) + _mm512_unpackhi_ps(v[2 * i], v[2 * i + 1]);
#pragma GCC unroll 4
    for (int i = 0; i < 4; i++)
        four[i] = _mm512_shuffle_ps(two[2 * i], two[2 * i + 1], 0x44) +
                  _mm512_shuffle_ps(two[2 * i], two[2 * i + 1], 0xee);
#pragma GCC unroll 2
    for (int i = 0; i < 2; i++)
        eight[i] = _mm512_shuffle_f32x4(four[2 * i], four[2 * i + 1], 0x88) +
                   _mm512_shuffle_f32x4(four[2 * i], four[2 * i + 1], 0xdd);
    return _mm512_shuffle_f32x4(eight[0], eight[1], 0x88) + _mm512_shuffle_f32x4(eight[0], eight[1], 0xdd);
}

#endif
