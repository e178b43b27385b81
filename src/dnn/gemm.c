/*
 * gemm.c: products by product.c where the processor has what it takes, else by OpenBLAS, which no other file knows.
 *
 * OpenBLAS is loaded when a product first asks for it, not with the program: with AVX2 only the gradient check, which
 * computes in double, ever does, and loading it takes longer than the start and the first step on a small set together.
 * Where it cannot be loaded, plain loops do the same, slowly.
 *
 * Only OpenBLAS's pthread build may be called by several threads at once. The serial build hands two callers the same
 * work buffer (measured with 0.3.21: one product in a hundred comes out wrong), so with any other they take turns.
 */
#include "dnn/gemm.h"

#include <cblas.h>
#include <dlfcn.h>
#include <pthread.h>
#include <stdbool.h>
#include <string.h>

#include "dnn/kernel.h"
#include "dnn/product.h"

#ifdef DNN_DOUBLE
#define GEMM_NAME "cblas_dgemm"
typedef __typeof__(cblas_dgemm) library_product;
#else
#define GEMM_NAME "cblas_sgemm"
typedef __typeof__(cblas_sgemm) library_product;
#endif

struct library {
    pthread_once_t asked;
    library_product *multiply; /* NULL: there is none */
    bool alone;                /* callers take turns */
    bool left_out;             /* for tests */
};

static struct library library = {.asked = PTHREAD_ONCE_INIT};

/* A function's address, which dlsym gives as that of an object. */
static bool find(void *handle, const char *name, void *function)
{
    void *at = dlsym(handle, name);
    memcpy(function, &at, sizeof at);
    return at != NULL;
}

static void load_library(void)
{
    __typeof__(openblas_set_num_threads) *set_threads;
    __typeof__(openblas_get_parallel) *parallel;
    library_product *multiply;
    void *handle = dlopen("libopenblas.so.0", RTLD_LAZY | RTLD_LOCAL);
    if (!handle || !find(handle, "openblas_set_num_threads", &set_threads) ||
        !find(handle, "openblas_get_parallel", &parallel) || !find(handle, GEMM_NAME, &multiply))
        return;
    set_threads(1); /* threads are the engine's own affair: each calls it on its own rows */
    library.alone = parallel() != OPENBLAS_THREAD;
    library.multiply = multiply;
}

bool gemm_use_library(bool use)
{
    pthread_once(&library.asked, load_library);
    library.left_out = !use;
    return library.multiply != NULL;
}

static void library_gemm(int m, int n, int k, struct gemm_block a, struct gemm_block b, bool keep, real *c, int stride)
{
    static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;
    if (library.alone)
        pthread_mutex_lock(&turn);
    library.multiply(CblasRowMajor, a.transposed ? CblasTrans : CblasNoTrans, b.transposed ? CblasTrans : CblasNoTrans,
                     m, n, k, 1, a.at, a.stride, b.at, b.stride, keep ? 1 : 0, c, stride);
    if (library.alone)
        pthread_mutex_unlock(&turn);
}

static void plain_gemm(int m, int n, int k, struct gemm_block a, struct gemm_block b, bool keep, real *c, int stride)
{
    size_t a_row = a.transposed ? 1 : (size_t)a.stride, a_step = a.transposed ? (size_t)a.stride : 1;
    size_t b_step = b.transposed ? 1 : (size_t)b.stride, b_column = b.transposed ? (size_t)b.stride : 1;
    for (int i = 0; i < m; i++) {
        real *row = c + (size_t)i * (size_t)stride;
        if (!keep)
            memset(row, 0, (size_t)n * sizeof *row);
        for (int p = 0; p < k; p++) {
            real factor = a.at[(size_t)i * a_row + (size_t)p * a_step];
            const real *from = b.at + (size_t)p * b_step;
            for (int j = 0; j < n; j++)
                row[j] += factor * from[(size_t)j * b_column];
        }
    }
}

void gemm_row_along(int n, int k, const real *a, const real *b, int stride, const real *bias, real *c)
{
#ifndef DNN_DOUBLE
    if (kernel_wide()) {
        product_along(n, k, a, b, stride, bias, c);
        return;
    }
#endif
    gemm_affine(1, n, k, (struct gemm_block){.at = a, .stride = k}, (struct gemm_block){b, stride, true}, bias, c, n);
}

void gemm_row_across(int n, int k, const real *a, const real *b, int stride, real *c)
{
#ifndef DNN_DOUBLE
    if (kernel_wide()) {
        product_across(n, k, a, b, stride, c);
        return;
    }
#endif
    gemm_affine(1, n, k, (struct gemm_block){.at = a, .stride = k}, (struct gemm_block){b, stride, false}, NULL, c, n);
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
    pthread_once(&library.asked, load_library);
    if (library.multiply && !library.left_out)
        library_gemm(m, n, k, a, b, add || bias, c, stride);
    else
        plain_gemm(m, n, k, a, b, add || bias, c, stride);
}

void gemm_affine(int m, int n, int k, struct gemm_block a, struct gemm_block b, const real *bias, real *c, int stride)
{
    multiply(m, n, k, a, b, bias, false, c, stride);
}

void gemm_blocks(int m, int n, int k, struct gemm_block a, struct gemm_block b, bool add, real *c, int stride)
{
    multiply(m, n, k, a, b, NULL, add, c, stride);
}
