/* pool_pairs.c: see pool_pairs.h. The values of a window are called  a b  over  c d. */
#include "pool_pairs.h"

#if defined(__x86_64__) && !defined(DNN_DOUBLE)

#include <immintrin.h>

#include "dnn/kernel.h"

#define AVX2 __attribute__((target("avx2")))
#define AVX2_INLINE AVX2 __attribute__((always_inline)) inline

enum { LANES = 8 };

bool pool_pairs_suit(void)
{
    return kernel_wide();
}

/* The first N lanes; N may be negative or large. */
AVX2_INLINE static __m256i first_lanes(int n)
{
    return _mm256_cmpgt_epi32(_mm256_set1_epi32(n), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}

AVX2_INLINE static __m256 load(const float *from, int n)
{
    return n >= LANES ? _mm256_loadu_ps(from) : _mm256_maskload_ps(from, first_lanes(n));
}

AVX2_INLINE static void store(float *to, int n, __m256 values)
{
    if (n >= LANES)
        _mm256_storeu_ps(to, values);
    else
        _mm256_maskstore_ps(to, first_lanes(n), values);
}

/* The evens and odds of N pairs, in the order 0 1 4 5 2 3 6 7. */
AVX2_INLINE static void load_pairs(const float *from, int n, __m256 *even, __m256 *odd)
{
    __m256 low = load(from, 2 * n), high = load(from + LANES, 2 * n - LANES);
    *even = _mm256_shuffle_ps(low, high, 0x88);
    *odd = _mm256_shuffle_ps(low, high, 0xdd);
}

AVX2_INLINE static void store_pairs(float *to, int n, __m256 even, __m256 odd)
{
    store(to, 2 * n, _mm256_unpacklo_ps(even, odd));
    store(to + LANES, 2 * n - LANES, _mm256_unpackhi_ps(even, odd));
}

/* From the order of pairs to 0 1 2 3 4 5 6 7, and back. */
AVX2_INLINE static __m256 reorder(__m256 v)
{
    return _mm256_castpd_ps(_mm256_permute4x64_pd(_mm256_castps_pd(v), 0xd8));
}

/* The later of two where it is greater, or where it is a NaN and the earlier is none. */
AVX2_INLINE static __m256 greater(__m256 earlier, __m256 later)
{
    __m256 taken = _mm256_andnot_ps(_mm256_cmp_ps(earlier, earlier, _CMP_UNORD_Q),
                                    _mm256_cmp_ps(later, earlier, _CMP_NLE_UQ));
    return _mm256_blendv_ps(earlier, later, taken);
}

AVX2 void pool_pairs_forward(const float *plane, size_t rows, int width, float *y)
{
    for (size_t r = 0; r < rows; r++, plane += 4 * (size_t)width, y += width)
        for (int o = 0; o < width; o += LANES) {
            __m256 a, b, c, d;
            load_pairs(plane + 2 * o, width - o, &a, &b);
            load_pairs(plane + 2 * width + 2 * o, width - o, &c, &d);
            store(y + o, width - o, reorder(greater(greater(greater(a, b), c), d)));
        }
}

/* What is LEFT of the gradient goes to V where it holds the maximum. */
AVX2_INLINE static __m256 give(__m256 v, __m256 y, __m256 *left)
{
    __m256 here = _mm256_or_ps(_mm256_cmp_ps(v, y, _CMP_EQ_OQ), _mm256_cmp_ps(v, v, _CMP_UNORD_Q));
    __m256 given = _mm256_and_ps(here, *left);
    *left = _mm256_andnot_ps(here, *left);
    return given;
}

AVX2 void pool_pairs_backward(const float *plane, const float *y, const float *dy, size_t rows, int width, float *dx)
{
    for (size_t r = 0; r < rows; r++) {
        for (int o = 0; o < width; o += LANES) {
            __m256 a, b, c, d, best = reorder(load(y + o, width - o)), left = reorder(load(dy + o, width - o));
            load_pairs(plane + 2 * o, width - o, &a, &b);
            load_pairs(plane + 2 * width + 2 * o, width - o, &c, &d);
            a = give(a, best, &left);
            b = give(b, best, &left);
            c = give(c, best, &left);
            d = give(d, best, &left);
            store_pairs(dx + 2 * o, width - o, a, b);
            store_pairs(dx + 2 * width + 2 * o, width - o, c, d);
        }
        plane += 4 * (size_t)width;
        dx += 4 * (size_t)width;
        y += width;
        dy += width;
    }
}

#else

#include <assert.h>

bool pool_pairs_suit(void)
{
    return false;
}

void pool_pairs_forward(const real *plane, size_t rows, int width, real *y)
{
    (void)plane, (void)rows, (void)width, (void)y;
    assert(!"suits nothing");
}

void pool_pairs_backward(const real *plane, const real *y, const real *dy, size_t rows, int width, real *dx)
{
    (void)plane, (void)y, (void)dy, (void)rows, (void)width, (void)dx;
    assert(!"suits nothing");
}

#endif
