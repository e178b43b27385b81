/*
 * gemm.c: the only file that knows OpenBLAS. It has no loops of its own for small products: measured, OpenBLAS needs
 * 0.15 us for 4 rows of 8 by 8, and loops that a compiler vectorizes are slower from there on.
 *
 * Only OpenBLAS's pthread build may be called by several threads at once. The serial build hands two callers the same
 * work buffer (measured with 0.3.21: one product in a hundred comes out wrong), so with any other they take turns.
 */
#include "dnn/gemm.h"

#include <cblas.h>
#include <pthread.h>
#include <stdbool.h>
#include <string.h>

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

void gemm_forward(int rows, int in, int out, const real *x, const real *w, const real *b, real *y)
{
    if (rows == 0)
        return;
    if (b)
        for (int r = 0; r < rows; r++)
            memcpy(y + (size_t)r * out, b, (size_t)out * sizeof *y);
    library_gemm(CblasNoTrans, CblasTrans, rows, out, in, x, in, w, in, b ? 1 : 0, y, out);
}

void gemm_backward_input(int rows, int in, int out, const real *dy, const real *w, real *dx)
{
    if (rows == 0)
        return;
    library_gemm(CblasNoTrans, CblasNoTrans, rows, in, out, dy, out, w, in, 0, dx, in);
}

void gemm_backward_weight(int rows, int in, int out, const real *dy, const real *x, real *dw)
{
    if (rows == 0)
        memset(dw, 0, (size_t)in * out * sizeof *dw);
    else
        library_gemm(CblasTrans, CblasNoTrans, out, in, rows, dy, out, x, in, 0, dw, in);
}

void gemm_blocks(int m, int n, int k, struct gemm_block a, struct gemm_block b, bool add, real *c, int stride)
{
    library_gemm(a.transposed ? CblasTrans : CblasNoTrans, b.transposed ? CblasTrans : CblasNoTrans, m, n, k, a.at,
                 a.stride, b.at, b.stride, add ? 1 : 0, c, stride);
}
