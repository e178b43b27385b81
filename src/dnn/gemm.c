/*
 * gemm.c: the only file that knows OpenBLAS, and the loops for products too small for it.
 *
 * The loops are written for a compiler that may not reorder a sum: the forward product is a dot product, so it keeps
 * LANES sums side by side; the other two add multiples of whole rows, four at a time, where nothing is reduced.
 */
#include "dnn/gemm.h"

#include <cblas.h>
#include <string.h>

#ifdef DNN_DOUBLE
#define cblas_gemm cblas_dgemm
#else
#define cblas_gemm cblas_sgemm
#endif

/* Multiplications below which our loops are the faster (tests/bench). */
#define SMALL 2048.0

#define LANES 8

/* Threads are the engine's own affair: each calls OpenBLAS on its own rows. */
__attribute__((constructor)) static void use_one_thread(void)
{
    openblas_set_num_threads(1);
}

static int is_small(int rows, int in, int out)
{
    return (double)rows * in * out < SMALL || rows == 0;
}

static real dot(int n, const real *restrict a, const real *restrict b)
{
    real lane[LANES] = {0};
    int i = 0;
    for (; i + LANES <= n; i += LANES)
        for (int k = 0; k < LANES; k++)
            lane[k] += a[i + k] * b[i + k];
    real rest = 0;
    for (; i < n; i++)
        rest += a[i] * b[i];
    real sum = ((lane[0] + lane[4]) + (lane[2] + lane[6])) + ((lane[1] + lane[5]) + (lane[3] + lane[7]));
    return sum + rest;
}

/* y = sum over K of c[k * stride] * row k of m, each row of N values. */
static void combine(int n, int count, const real *restrict c, int stride, const real *restrict m, real *restrict y)
{
    memset(y, 0, (size_t)n * sizeof *y);
    int k = 0;
    for (; k + 4 <= count; k += 4) {
        const real *row = m + (size_t)k * n;
        real c0 = c[(size_t)k * stride], c1 = c[(size_t)(k + 1) * stride];
        real c2 = c[(size_t)(k + 2) * stride], c3 = c[(size_t)(k + 3) * stride];
        for (int i = 0; i < n; i++)
            y[i] += (c0 * row[i] + c1 * row[n + i]) + (c2 * row[2 * n + i] + c3 * row[3 * n + i]);
    }
    for (; k < count; k++) {
        const real *row = m + (size_t)k * n;
        real c0 = c[(size_t)k * stride];
        for (int i = 0; i < n; i++)
            y[i] += c0 * row[i];
    }
}

void gemm_forward(int rows, int in, int out, const real *x, const real *w, const real *b, real *y)
{
    if (is_small(rows, in, out)) {
        for (int r = 0; r < rows; r++)
            for (int o = 0; o < out; o++)
                y[(size_t)r * out + o] = dot(in, x + (size_t)r * in, w + (size_t)o * in) + (b ? b[o] : 0);
        return;
    }
    if (b)
        for (int r = 0; r < rows; r++)
            memcpy(y + (size_t)r * out, b, (size_t)out * sizeof *y);
    cblas_gemm(CblasRowMajor, CblasNoTrans, CblasTrans, rows, out, in, 1, x, in, w, in, b ? 1 : 0, y, out);
}

void gemm_backward_input(int rows, int in, int out, const real *dy, const real *w, real *dx)
{
    if (is_small(rows, in, out)) {
        for (int r = 0; r < rows; r++)
            combine(in, out, dy + (size_t)r * out, 1, w, dx + (size_t)r * in);
        return;
    }
    cblas_gemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, rows, in, out, 1, dy, out, w, in, 0, dx, in);
}

void gemm_backward_weight(int rows, int in, int out, const real *dy, const real *x, real *dw)
{
    if (is_small(rows, in, out)) {
        for (int o = 0; o < out; o++)
            combine(in, rows, dy + o, out, x, dw + (size_t)o * in);
        return;
    }
    cblas_gemm(CblasRowMajor, CblasTrans, CblasNoTrans, out, in, rows, 1, dy, out, x, in, 0, dw, in);
}
