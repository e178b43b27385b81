/*
 * product.h: a matrix product of floats on processors with AVX2 and FMA (kernel.h), for blocks of any size; what
 * gemm.c computes with where it can. Ours rather than a library's because products of a training step are often small,
 * and a library then spends its time on laying both matrices out anew.
 */
#ifndef DNN_PRODUCT_H
#define DNN_PRODUCT_H

#include <stdbool.h>
#include <stddef.h>

/* c = a b, plus bias in every row where BIAS is not NULL, plus what c held where ADD is set. */
struct product {
    int m, n, k;
    const float *a; /* [m, k]: from one row to the next A_ROW values, along a row A_STEP */
    ptrdiff_t a_row, a_step;
    const float *b; /* [k, n], or [n, k] where TRANSPOSED; its rows B_ROW values apart, their values side by side */
    ptrdiff_t b_row;
    bool transposed;
    const float *bias; /* [n] */
    bool add;
    float *c; /* [m, n], its rows C_ROW values apart */
    ptrdiff_t c_row;
};

/* Only where kernel_wide, as the others. The same product gives the same bits. */
void product_run(const struct product *product);

/* One row: c = b a + bias: a [k], b [n, k], its rows B_ROW values apart, bias [n] or NULL, c [n]. */
void product_along(int n, int k, const float *a, const float *b, ptrdiff_t b_row, const float *bias, float *c);

/* One row: c = a b: a [k], b [k, n], its rows B_ROW values apart, c [n]. */
void product_across(int n, int k, const float *a, const float *b, ptrdiff_t b_row, float *c);

#endif
