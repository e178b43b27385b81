/*
 * product_row.c: products of one row, which would not pay for a copy of the matrix: sums along the rows of a transposed
 * one, or of rows as they lie.
 */
#include "dnn/product.h"

#include <assert.h>

#if defined(__x86_64__) && !defined(DNN_DOUBLE)

#include "dnn/avx2.h"

/* The sums of eight vectors, as one. */
WIDE_INLINE __m256 sums(const __m256 v[LANES])
{
    __m256 a = _mm256_hadd_ps(_mm256_hadd_ps(v[0], v[1]), _mm256_hadd_ps(v[2], v[3]));
    __m256 b = _mm256_hadd_ps(_mm256_hadd_ps(v[4], v[5]), _mm256_hadd_ps(v[6], v[7]));
    return _mm256_add_ps(_mm256_permute2f128_ps(a, b, 0x20), _mm256_permute2f128_ps(a, b, 0x31));
}

/* What eight rows of b give with one of a. Of ROWS that are fewer the last is taken again. */
WIDE_INLINE __m256 along(const float *a, const float *b, ptrdiff_t row, int steps, int rows)
{
    const float *from[LANES];
    __m256 v[LANES];
    ROWS(LANES, {
        from[r] = b;
        b += r + 1 < rows ? row : 0;
        v[r] = _mm256_setzero_ps();
    });
    int k = 0;
    for (; k + LANES <= steps; k += LANES) {
        __m256 each = _mm256_loadu_ps(a + k);
        ROWS(LANES, v[r] = _mm256_fmadd_ps(each, _mm256_loadu_ps(from[r] + k), v[r]););
    }
    if (k < steps) {
        __m256i rest = lanes(steps - k);
        __m256 each = _mm256_maskload_ps(a + k, rest);
        ROWS(LANES, v[r] = _mm256_fmadd_ps(each, _mm256_maskload_ps(from[r] + k, rest), v[r]););
    }
    return sums(v);
}

WIDE void product_along(int n, int k, const float *a, const float *b, ptrdiff_t b_row, const float *bias, float *c)
{
    int j = 0;
    for (; j + LANES <= n; j += LANES) {
        __m256 sum = along(a, b + j * b_row, b_row, k, LANES);
        _mm256_storeu_ps(c + j, bias ? _mm256_add_ps(_mm256_loadu_ps(bias + j), sum) : sum);
    }
    if (j < n) {
        __m256 sum = along(a, b + j * b_row, b_row, k, n - j);
        store(c + j, n - j, bias ? _mm256_add_ps(load(bias + j, n - j), sum) : sum);
    }
}

/* VECTORS of columns, of COUNT each. Even and odd steps are summed apart, since each addition waits for the one
 * before. */
WIDE_INLINE void across_some(int vectors, int count, int k, const float *a, const float *b, ptrdiff_t b_row, float *c)
{
    __m256 even[LANES], odd[LANES];
    ROWS(vectors, even[r] = odd[r] = _mm256_setzero_ps(););
    for (; k >= 2; k -= 2, a += 2, b += 2 * b_row) {
        __m256 each = _mm256_broadcast_ss(a), next = _mm256_broadcast_ss(a + 1);
        ROWS(vectors, {
            even[r] = _mm256_fmadd_ps(each, load(b + r * LANES, count), even[r]);
            odd[r] = _mm256_fmadd_ps(next, load(b + b_row + r * LANES, count), odd[r]);
        });
    }
    if (k > 0) {
        __m256 each = _mm256_broadcast_ss(a);
        ROWS(vectors, even[r] = _mm256_fmadd_ps(each, load(b + r * LANES, count), even[r]););
    }
    ROWS(vectors, store(c + r * LANES, count, _mm256_add_ps(even[r], odd[r])););
}

WIDE void product_across(int n, int k, const float *a, const float *b, ptrdiff_t b_row, float *c)
{
    int j = 0;
    for (; j + 4 * LANES <= n; j += 4 * LANES)
        across_some(4, LANES, k, a, b + j, b_row, c + j);
    for (; j + 2 * LANES <= n; j += 2 * LANES)
        across_some(2, LANES, k, a, b + j, b_row, c + j);
    for (; j + LANES <= n; j += LANES)
        across_some(1, LANES, k, a, b + j, b_row, c + j);
    if (j < n)
        across_some(1, n - j, k, a, b + j, b_row, c + j);
}

#else

void product_along(int n, int k, const float *a, const float *b, ptrdiff_t b_row, const float *bias, float *c)
{
    (void)n, (void)k, (void)a, (void)b, (void)b_row, (void)bias, (void)c;
    assert(!"there are wide kernels");
}

void product_across(int n, int k, const float *a, const float *b, ptrdiff_t b_row, float *c)
{
    product_along(n, k, a, b, b_row, NULL, c);
}

#endif
