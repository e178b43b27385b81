/*
 * product.h: a matrix product that is made ready once and made many times: how it is made best depends on its sizes,
 * and finding that out takes as long as a small product itself. gemm.h makes them ready; the kernels of floats behind
 * it are for processors with AVX2 and FMA (product.c) and AVX-512 (product_wider.c), for blocks of any size. Ours
 * rather than a library's because products of a training step are often small, and a library then spends its time on
 * laying both matrices out anew.
 */
#ifndef DNN_PRODUCT_H
#define DNN_PRODUCT_H

#include <stdbool.h>
#include <stddef.h>

#include "dnn/real.h"

/* c = a b, plus bias in every row where BIAS is not NULL, or plus what c held where ADD is set. The same product gives
 * the same bits. */
struct product {
    int m, n, k;
    const real *a; /* [m, k]: from one row to the next A_ROW values, along a row A_STEP; one of them is 1 */
    ptrdiff_t a_row, a_step;
    const real *b; /* [k, n], or [n, k] where TRANSPOSED; its rows B_ROW values apart, their values side by side */
    ptrdiff_t b_row;
    bool transposed;
    const real *bias; /* [n] */
    bool add;
    real *c; /* [m, n], its rows C_ROW values apart */
    ptrdiff_t c_row;
    void (*run)(const struct product *product); /* what makes it */
};

typedef void product_run(const struct product *product);

/* What makes PRODUCT best where there is KERNEL_WIDE; m, n and k are above 0. */
product_run *product_choose(const struct product *product);

/* The same, for KERNEL_WIDER. */
product_run *product_choose_wider(const struct product *product);

/* Makes PRODUCT now, by reading b, which is not transposed, where it lies: for who has laid it out. It has one panel of
 * columns, 16 at most. Only where there is KERNEL_WIDE. */
void product_in_place(const struct product *product);

/* The same, for KERNEL_WIDER. */
void product_in_place_wider(const struct product *product);

#endif
