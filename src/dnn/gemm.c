/*
 * gemm.c: products by product.c or product_wider.c where the processor has what it takes, else by OpenBLAS, which no
 * other file knows.
 *
 * OpenBLAS is loaded when a product first asks for it, not with the program: with AVX2 only the gradient check, which
 * computes in double, ever does, and loading it takes longer than the start and the first step on a small set together.
 * Where it cannot be loaded, plain loops do the same, slowly.
 *
 * Only OpenBLAS's pthread build may be called by several threads at once. The serial build hands two callers the same
 * work buffer (measured with 0.3.21: one product in a hundred comes out wrong), so with any other they take turns.
 */
#include "dnn/gemm.h"

#include <assert.h>
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

static bool is_along_rows(const struct product *p)
{
    return p->a_step == 1;
}

static void library_gemm(const struct product *p)
{
    static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;
    bool along = is_along_rows(p);
    ptrdiff_t a_row = along && p->m == 1 ? p->k : along ? p->a_row : p->a_step; /* of one row any length is right */
    if (library.alone)
        pthread_mutex_lock(&turn);
    library.multiply(CblasRowMajor, along ? CblasNoTrans : CblasTrans, p->transposed ? CblasTrans : CblasNoTrans, p->m,
                     p->n, p->k, 1, p->a, (int)a_row, p->b, (int)p->b_row, p->add || p->bias ? 1 : 0, p->c,
                     (int)p->c_row);
    if (library.alone)
        pthread_mutex_unlock(&turn);
}

static void plain_gemm(const struct product *p)
{
    ptrdiff_t b_step = p->transposed ? 1 : p->b_row, b_column = p->transposed ? p->b_row : 1;
    for (int i = 0; i < p->m; i++) {
        real *row = p->c + i * p->c_row;
        if (!p->add && !p->bias)
            memset(row, 0, (size_t)p->n * sizeof *row);
        for (int k = 0; k < p->k; k++) {
            real factor = p->a[i * p->a_row + k * p->a_step];
            const real *from = p->b + k * b_step;
            for (int j = 0; j < p->n; j++)
                row[j] += factor * from[j * b_column];
        }
    }
}

static void run_anywhere(const struct product *p)
{
    for (int i = 0; p->bias && i < p->m; i++)
        memcpy(p->c + i * p->c_row, p->bias, (size_t)p->n * sizeof *p->c);
    pthread_once(&library.asked, load_library);
    if (library.multiply && !library.left_out)
        library_gemm(p);
    else
        plain_gemm(p);
}

/* Of no steps, or rows, or columns. */
static void run_empty(const struct product *p)
{
    for (int i = 0; i < p->m && !p->add; i++)
        for (int j = 0; j < p->n; j++)
            p->c[i * p->c_row + j] = p->bias ? p->bias[j] : 0;
}

static product_run *choose(const struct product *p)
{
    assert(!p->add || !p->bias);
    if (p->m == 0 || p->n == 0 || p->k == 0)
        return run_empty;
#ifdef KERNEL_WIDTHS
    if (kernel_width == KERNEL_WIDER)
        return product_choose_wider(p);
    if (kernel_wide())
        return product_choose(p);
#endif
    return run_anywhere;
}

static struct product ready(int m, int n, int k, struct gemm_block a, struct gemm_block b, const real *bias, bool add,
                            real *c, int stride)
{
    struct product product = {.m = m, .n = n, .k = k, .a = a.at, .a_row = a.transposed ? 1 : a.stride,
                              .a_step = a.transposed ? a.stride : 1, .b = b.at, .b_row = b.stride,
                              .transposed = b.transposed, .bias = bias, .add = add, .c = c, .c_row = stride};
    product.run = choose(&product);
    return product;
}

struct product gemm_ready(int m, int n, int k, struct gemm_block a, struct gemm_block b, const real *bias, real *c,
                          int stride)
{
    return ready(m, n, k, a, b, bias, false, c, stride);
}

void gemm_affine(int m, int n, int k, struct gemm_block a, struct gemm_block b, const real *bias, real *c, int stride)
{
    struct product product = ready(m, n, k, a, b, bias, false, c, stride);
    gemm_run(&product);
}

void gemm_blocks(int m, int n, int k, struct gemm_block a, struct gemm_block b, bool add, real *c, int stride)
{
    struct product product = ready(m, n, k, a, b, NULL, add, c, stride);
    gemm_run(&product);
}
