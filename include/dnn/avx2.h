/*
 * avx2.h: what the kernels share that are written for AVX2 register by register (product.c, product_row.c,
 * winograd_lanes.h, pool_pairs.c): eight floats at a time, the last of them in part.
 *
 * Loops over rows are spelt out (ROWS): a compiler that unrolls them late keeps the sums in memory. What they index has
 * eight places, although few use them all: compilers look at each line, reached or not.
 */
#ifndef DNN_AVX2_H
#define DNN_AVX2_H

#include <immintrin.h>

/* Nothing in it holds a buffer that others fill: there is nothing for a guard on the stack to guard. */
#define WIDE __attribute__((target("avx2,fma"), no_stack_protector))
#define WIDE_INLINE WIDE static inline __attribute__((always_inline))

enum { LANES = 8 };

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

/* Says the statements for r = 0 .. COUNT - 1, at most eight times. */
#define ROWS(count, ...) \
    do { \
        { enum { r = 0 }; __VA_ARGS__ } \
        if (count > 1) { enum { r = 1 }; __VA_ARGS__ } \
        if (count > 2) { enum { r = 2 }; __VA_ARGS__ } \
        if (count > 3) { enum { r = 3 }; __VA_ARGS__ } \
        if (count > 4) { enum { r = 4 }; __VA_ARGS__ } \
        if (count > 5) { enum { r = 5 }; __VA_ARGS__ } \
        if (count > 6) { enum { r = 6 }; __VA_ARGS__ } \
        if (count > 7) { enum { r = 7 }; __VA_ARGS__ } \
    } while (0)

#endif
