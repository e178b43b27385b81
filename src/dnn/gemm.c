/*
 * gemm.c: products by product.c where the processor has what it takes, else by OpenBLAS, which no other file knows.
 *
 * Only OpenBLAS's pthread build may be called by several threads at once. The serial build hands two callers the same
 * work buffer (measured with 0.3.21: one product in a hundred comes out wrong), so with any other they take turns.
 */
#include "dnn/gemm.h"

#include <cblas.h>
#include <pthread.h>
#include <stdbool.h>
#include <string.h>

#include "dnn/kernel.h"
#include "dnn/product.h"

#ifdef DNN_DOUBLE
#define cblas_gemm cblas_dgemm
#else
#define cblas_gemm cblas_sgemm
#endif

/* Threads are the engine's own affair: each calls OpenBLAS on its own rows. */
__attribute__((constructor)) static void use_one_thread(void)
{
    openblas_set_num_threads(1);
}

static void library_gemm(CBLAS_TRANSPOSE ta, CBLAS_TRANSPOSE tb, int m, int n, int k, const real *a, int lda,
                         const real *b, int ldb, real beta, real *c, int ldc)
{
    static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;
    bool alone = openblas_get_parallel() != OPENBLAS_THREAD;
    if (alone)
        pthread_mutex_lock(&turn);
    cblas_gemm(CblasRowMajor, ta, tb, m, n, k, 1, a, lda, b, ldb, beta, c, ldc);
    if (alone)
        pthread_mutex_unlock(&turn);
}

static void multiply(int m, int n, int k, struct gemm_block a, struct gemm_block b, const real *bias, bool add, real *c,
                     int stride)
{
#ifndef DNN_DOUBLE
    if (kernel_wide()) {
        product_run(&(struct product){.m = m, .n = n, .k = k, .a = a.at, .a_row = a.transposed ? 1 : a.stride,
                                      .a_step = a.transposed ? a.stride : 1, .b = b.at, .b_row = b.stride,
                                      .transposed = b.transposed, .bias = bias, .add = add, .c = c, .c_row = stride});
        return;
    }
#endif
    if (bias)
        for (int i = 0; i < m; i++)
            memcpy(c + (size_t)i * stride, bias, (size_t)n * sizeof *c);
    library_gemm(a.transposed ? CblasTrans : CblasNoTrans, b.transposed ? CblasTrans : CblasNoTrans, m, n, k, a.at,
                 a.stride, b.at, b.stride, add || bias ? 1 : 0, c, stride);
}

void gemm_forward(int rows, int in, int out, const real *x, const real *w, const real *b, real *y)
{
    if (rows > 0)
        multiply(rows, out, in, (struct gemm_block){.at = x, .stride = in},
                 (struct gemm_block){.at = w, .stride = in, .transposed = true}, b, false, y, out);
}

void gemm_backward_input(int rows, int in, int out, const real *dy, const real *w, real *dx)
{
    if (rows > 0)
        multiply(rows, in, out, (struct gemm_block){.at = dy, .stride = out},
                 (struct gemm_block){.at = w, .stride = in}, NULL, false, dx, in);
}

void gemm_backward_weight(int rows, int in, int out, const real *dy, const real *x, real *dw)
{
    if (rows == 0)
        memset(dw, 0, (size_t)in * out * sizeof *dw);
    else
        multiply(out, in, rows, (struct gemm_block){.at = dy, .stride = out, .transposed = true},
                 (struct gemm_block){.at = x, .stride = in}, NULL, false, dw, in);
}

void gemm_affine(int m, int n, int k, struct gemm_block a, struct gemm_block b, const real *bias, real *c, int stride)
{
    multiply(m, n, k, a, b, bias, false, c, stride);
}

void gemm_blocks(int m, int n, int k, struct gemm_block a, struct gemm_block b, bool add, real *c, int stride)
{
    multiply(m, n, k, a, b, NULL, add, c, stride);
}
