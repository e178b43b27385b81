/*
 * product_row.h: products of one row, which would not pay for a copy of the matrix: sums along the rows of a transposed
 * one, or of rows as they lie. For who compiles it behind avx2.h or avx512.h.
 */
#ifndef DNN_PRODUCT_ROW_H
#define DNN_PRODUCT_ROW_H

#include "dnn/product.h"

/* What LANES rows of b give with one of a. Of ROWS that are fewer the last is taken again. */
WIDE_INLINE vector along(const float *a, const float *b, ptrdiff_t row, int steps, int rows)
{
    const float *from[16];
    vector v[16];
    ROWS_16(LANES, {
        from[r] = b;
        b += r + 1 < rows ? row : 0;
        v[r] = vector_zero();
    });
    int k = 0;
    for (; k + LANES <= steps; k += LANES) {
        vector each = load(a + k, LANES);
        ROWS_16(LANES, v[r] = vector_fma(each, load(from[r] + k, LANES), v[r]););
    }
    if (k < steps) {
        vector each = load(a + k, steps - k);
        ROWS_16(LANES, v[r] = vector_fma(each, load(from[r] + k, steps - k), v[r]););
    }
    return vector_sums(v);
}

WIDE static void run_along(const struct product *p)
{
    int j = 0, n = p->n;
    const float *bias = p->bias;
    for (; j + LANES <= n; j += LANES) {
        vector sum = along(p->a, p->b + j * p->b_row, p->b_row, p->k, LANES);
        store(p->c + j, LANES, bias ? vector_add(load(bias + j, LANES), sum) : sum);
    }
    if (j < n) {
        vector sum = along(p->a, p->b + j * p->b_row, p->b_row, p->k, n - j);
        store(p->c + j, n - j, bias ? vector_add(load(bias + j, n - j), sum) : sum);
    }
}

/* VECTORS of columns, of COUNT each, from J on. Even and odd steps are summed apart, since each addition waits for the
 * one before. */
WIDE_INLINE void across_some(int vectors, int count, const struct product *p, int j)
{
    vector even[LANES], odd[LANES];
    const float *a = p->a, *b = p->b + j;
    ptrdiff_t b_row = p->b_row;
    int k = p->k;
    ROWS(vectors, even[r] = odd[r] = vector_zero(););
    for (; k >= 2; k -= 2, a += 2, b += 2 * b_row) {
        vector each = vector_all(a), next = vector_all(a + 1);
        ROWS(vectors, {
            even[r] = vector_fma(each, load(b + r * LANES, count), even[r]);
            odd[r] = vector_fma(next, load(b + b_row + r * LANES, count), odd[r]);
        });
    }
    if (k > 0) {
        vector each = vector_all(a);
        ROWS(vectors, even[r] = vector_fma(each, load(b + r * LANES, count), even[r]););
    }
    ROWS(vectors, store(p->c + j + r * LANES, count, vector_add(even[r], odd[r])););
}

WIDE static void run_across(const struct product *p)
{
    int j = 0, n = p->n;
    for (; j + 4 * LANES <= n; j += 4 * LANES)
        across_some(4, LANES, p, j);
    for (; j + 2 * LANES <= n; j += 2 * LANES)
        across_some(2, LANES, p, j);
    for (; j + LANES <= n; j += LANES)
        across_some(1, LANES, p, j);
    if (j < n)
        across_some(1, n - j, p, j);
}

/* NULL: not of one row, or of more than a product; or a column, read as a row: one unit's gradient of many rows, which
 * is to be added up as that of more units is. */
static product_run *choose_row(const struct product *p)
{
    if (p->m != 1 || p->a_row == 1 || p->add || (p->bias && !p->transposed))
        return NULL;
    return p->transposed ? run_along : run_across;
}

#endif
