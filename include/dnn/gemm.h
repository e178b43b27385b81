/*
 * gemm.h: matrix products, of whole matrices or blocks of them.
 *
 * Matrices are row-major and dense. Each product runs on the calling thread alone; several threads may call at once.
 * The same call gives the same bits. No rows are legal, and no steps: their sum is 0.
 */
#ifndef DNN_GEMM_H
#define DNN_GEMM_H

#include <stdbool.h>

#include "dnn/product.h"
#include "dnn/real.h"

/* A block of a matrix: its first value, and how many values lie between two rows as stored. A transposed block is read
 * with its columns as rows. */
struct gemm_block {
    const real *at;
    int stride;
    bool transposed;
};

/* c = a b + bias in every row, made ready to be run: a [m, k], b [k, n], BIAS [n] or NULL for none, c [m, n], its rows
 * STRIDE values apart. Runs by whoever and as often as is asked for; of one row it may round otherwise than of more. */
struct product gemm_ready(int m, int n, int k, struct gemm_block a, struct gemm_block b, const real *bias, real *c,
                          int stride);

static inline void gemm_run(const struct product *product)
{
    product->run(product);
}

/* The same once. */
void gemm_affine(int m, int n, int k, struct gemm_block a, struct gemm_block b, const real *bias, real *c, int stride);

/* c = a b, or c += a b where ADD is set. */
void gemm_blocks(int m, int n, int k, struct gemm_block a, struct gemm_block b, bool add, real *c, int stride);

/* For tests: whether products that are OpenBLAS's use it from now on; false where it cannot be loaded. */
bool gemm_use_library(bool use);

#endif
