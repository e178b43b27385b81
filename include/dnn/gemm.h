/*
 * gemm.h: matrix products, of whole matrices or blocks of them.
 *
 * Matrices are row-major and dense. Each product runs on the calling thread alone; several threads may call at once.
 * The same call gives the same bits. Zero rows are legal.
 */
#ifndef DNN_GEMM_H
#define DNN_GEMM_H

#include <stdbool.h>

#include "dnn/real.h"

/* A block of a matrix: its first value, and how many values lie between two rows as stored. A transposed block is read
 * with its columns as rows. */
struct gemm_block {
    const real *at;
    int stride;
    bool transposed;
};

/* c = a b + bias in every row: as below; BIAS [n] or NULL for none. */
void gemm_affine(int m, int n, int k, struct gemm_block a, struct gemm_block b, const real *bias, real *c, int stride);

/* One row: c = b a + bias: a [k], b [n, k], its rows STRIDE values apart, bias [n] or NULL, c [n]; rounds otherwise
 * than gemm_affine. */
void gemm_row_along(int n, int k, const real *a, const real *b, int stride, const real *bias, real *c);

/* One row: c = a b: a [k], b [k, n], its rows STRIDE values apart, c [n]; likewise. */
void gemm_row_across(int n, int k, const real *a, const real *b, int stride, real *c);

/* c = a b, or c += a b where ADD is set: a [m, k], b [k, n], c [m, n], its rows STRIDE values apart. */
void gemm_blocks(int m, int n, int k, struct gemm_block a, struct gemm_block b, bool add, real *c, int stride);

/* For tests: whether products that are OpenBLAS's use it from now on; false where it cannot be loaded. */
bool gemm_use_library(bool use);

#endif
