/* pool_pairs.c: see pool_pairs.h. The values of a window are called  a b  over  c d. */
#include "pool_pairs.h"

#include "dnn/kernel.h"

#ifdef KERNEL_WIDTHS

#include "dnn/avx2.h"

bool pool_pairs_suit(void)
{
    return kernel_wide();
}

/* How many of N values a register holds; N may be negative. */
WIDE_INLINE int held(int n)
{
    return n < 0 ? 0 : n < LANES ? n : LANES;
}

/* The evens and odds of N pairs, N <= LANES, in the order 0 1 4 5 2 3 6 7. */
WIDE_INLINE void load_pairs(const float *from, int n, __m256 *even, __m256 *odd)
{
    __m256 low = load(from, held(2 * n)), high = load(from + LANES, held(2 * n - LANES));
    *even = _mm256_shuffle_ps(low, high, 0x88);
    *odd = _mm256_shuffle_ps(low, high, 0xdd);
}

WIDE_INLINE void store_pairs(float *to, int n, __m256 even, __m256 odd)
{
    store(to, held(2 * n), _mm256_unpacklo_ps(even, odd));
    store(to + LANES, held(2 * n - LANES), _mm256_unpackhi_ps(even, odd));
}

/* From the order of pairs to 0 1 2 3 4 5 6 7, and back. */
WIDE_INLINE __m256 reorder(__m256 v)
{
    return _mm256_castpd_ps(_mm256_permute4x64_pd(_mm256_castps_pd(v), 0xd8));
}

/* The later of two where it is greater, or where it is a NaN and the earlier is none. */
WIDE_INLINE __m256 greater(__m256 earlier, __m256 later)
{
    __m256 taken = _mm256_andnot_ps(_mm256_cmp_ps(earlier, earlier, _CMP_UNORD_Q),
                                    _mm256_cmp_ps(later, earlier, _CMP_NLE_UQ));
    return _mm256_blendv_ps(earlier, later, taken);
}

/* The maxima of N windows side by side, N <= LANES; UP and DOWN: their upper and their lower rows. */
WIDE_INLINE void forward_some(const float *up, const float *down, int n, float *y)
{
    __m256 a, b, c, d;
    load_pairs(up, n, &a, &b);
    load_pairs(down, n, &c, &d);
    store(y, n, reorder(greater(greater(greater(a, b), c), d)));
}

WIDE void pool_pairs_forward(const float *plane, size_t rows, int width, float *y)
{
    for (size_t r = 0; r < rows; r++, plane += 4 * (size_t)width, y += width) {
        const float *down = plane + 2 * width;
        int o = 0;
        for (; o + LANES <= width; o += LANES)
            forward_some(plane + 2 * o, down + 2 * o, LANES, y + o);
        if (o < width)
            forward_some(plane + 2 * o, down + 2 * o, width - o, y + o);
    }
}

/* What is LEFT of the gradient goes to V where it holds the maximum. */
WIDE_INLINE __m256 give(__m256 v, __m256 y, __m256 *left)
{
    __m256 here = _mm256_or_ps(_mm256_cmp_ps(v, y, _CMP_EQ_OQ), _mm256_cmp_ps(v, v, _CMP_UNORD_Q));
    __m256 given = _mm256_and_ps(here, *left);
    *left = _mm256_andnot_ps(here, *left);
    return given;
}

/* The same backward, WIDTH windows being a row. */
WIDE_INLINE void backward_some(const float *plane, const float *y, const float *dy, int n, int width, float *dx)
{
    __m256 a, b, c, d, best = reorder(load(y, n)), left = reorder(load(dy, n));
    load_pairs(plane, n, &a, &b);
    load_pairs(plane + 2 * width, n, &c, &d);
    a = give(a, best, &left);
    b = give(b, best, &left);
    c = give(c, best, &left);
    d = give(d, best, &left);
    store_pairs(dx, n, a, b);
    store_pairs(dx + 2 * width, n, c, d);
}

WIDE void pool_pairs_backward(const float *plane, const float *y, const float *dy, size_t rows, int width, float *dx)
{
    for (size_t r = 0; r < rows; r++) {
        int o = 0;
        for (; o + LANES <= width; o += LANES)
            backward_some(plane + 2 * o, y + o, dy + o, LANES, width, dx + 2 * o);
        if (o < width)
            backward_some(plane + 2 * o, y + o, dy + o, width - o, width, dx + 2 * o);
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
