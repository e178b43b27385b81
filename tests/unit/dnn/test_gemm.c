/* test_gemm.c: the products against sums in double, and several callers at once, whom some BLAS mixes up. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "dnn/gemm.h"
#include "dnn/kernel.h"

enum { MOST = 64 };

static real x[MOST * MOST], w[MOST * MOST], dy[MOST * MOST], b[MOST];

static void draw(struct rng *rng)
{
    for (int i = 0; i < MOST * MOST; i++) {
        x[i] = (real)rng_normal(rng);
        w[i] = (real)rng_normal(rng);
        dy[i] = (real)rng_normal(rng);
    }
    for (int i = 0; i < MOST; i++)
        b[i] = (real)rng_normal(rng);
}

/* sum over k < n of a[k * step_a] * c[k * step_c]. */
static double sum(int n, const real *a, int step_a, const real *c, int step_c)
{
    double s = 0;
    for (int k = 0; k < n; k++)
        s += (double)a[k * step_a] * c[k * step_c];
    return s;
}

static void near(double got, double want)
{
    if (!(fabs(got - want) <= 2e-5 * (1 + fabs(want))))
        fail_msg("%.9g is not %.9g", got, want);
}

/* The three products of a dense layer: y = x w^T + b, dx = dy w, dw = dy^T x. */

static void forward(int rows, int in, int out, const real *of, const real *weight, const real *bias, real *y)
{
    gemm_affine(rows, out, in, (struct gemm_block){.at = of, .stride = in},
                (struct gemm_block){.at = weight, .stride = in, .transposed = true}, bias, y, out);
}

static void backward_input(int rows, int in, int out, const real *of, const real *weight, real *dx)
{
    gemm_affine(rows, in, out, (struct gemm_block){.at = of, .stride = out},
                (struct gemm_block){.at = weight, .stride = in}, NULL, dx, in);
}

static void backward_weight(int rows, int in, int out, const real *of, const real *input, real *dw)
{
    gemm_affine(out, in, rows, (struct gemm_block){.at = of, .stride = out, .transposed = true},
                (struct gemm_block){.at = input, .stride = in}, NULL, dw, in);
}

/* The first row, alone; along with a bias, and without. */
static void check_row(int in, int out)
{
    static real y[MOST], dx[MOST];
    forward(1, in, out, x, w, b, y);
    for (int o = 0; o < out; o++)
        near(y[o], sum(in, x, 1, w + o * in, 1) + b[o]);
    forward(1, in, out, x, w, NULL, y);
    for (int o = 0; o < out; o++)
        near(y[o], sum(in, x, 1, w + o * in, 1));
    backward_input(1, in, out, dy, w, dx);
    for (int i = 0; i < in; i++)
        near(dx[i], sum(out, dy, 1, w + i, in));
}

static void check_shape(int rows, int in, int out)
{
    static real y[MOST * MOST], dx[MOST * MOST], dw[MOST * MOST];
    for (int i = 0; i < MOST * MOST; i++)
        y[i] = dx[i] = dw[i] = NAN;
    forward(rows, in, out, x, w, b, y);
    backward_input(rows, in, out, dy, w, dx);
    backward_weight(rows, in, out, dy, x, dw);
    for (int r = 0; r < rows; r++)
        for (int o = 0; o < out; o++)
            near(y[r * out + o], sum(in, x + r * in, 1, w + o * in, 1) + b[o]);
    for (int r = 0; r < rows; r++)
        for (int i = 0; i < in; i++)
            near(dx[r * in + i], sum(out, dy + r * out, 1, w + i, in));
    for (int o = 0; o < out; o++)
        for (int i = 0; i < in; i++)
            near(dw[o * in + i], sum(rows, dy + o, out, x + i, in));
    forward(rows, in, out, x, w, NULL, y);
    for (int r = 0; r < rows; r++)
        near(y[r * out], sum(in, x + r * in, 1, w, 1));
    check_row(in, out);
    assert_true(isnan(y[rows * out]) || rows * out == MOST * MOST);
}

static void products_are_sums(void **state)
{
    (void)state;
    struct rng rng = rng_start(3, RNG_TEST, 0, 0);
    draw(&rng);
    check_shape(1, 1, 1);
    check_shape(0, 5, 3);
    check_shape(5, 0, 3);
    check_shape(63, 64, 63);
    for (int rows = 1; rows <= 18; rows++)
        for (int in = 1; in <= 18; in++)
            for (int out = 1; out <= 18; out++)
                check_shape(rows, in, out);
    for (int i = 0; i < 200; i++)
        check_shape(1 + (int)rng_below(&rng, 40), 1 + (int)rng_below(&rng, 60), 1 + (int)rng_below(&rng, 60));
}

static real expected[MOST * MOST];

/* Returns how many of its products had other bits. */
static void *multiply(void *unused)
{
    (void)unused;
    static const int turns = 4000;
    real y[48 * 40];
    uintptr_t wrong = 0;
    for (int i = 0; i < turns; i++) {
        forward(48, 64, 40, x, w, b, y);
        wrong += memcmp(y, expected, sizeof y) != 0;
    }
    return (void *)wrong;
}

static void several_threads_may_call_at_once(void **state)
{
    (void)state;
    enum { THREADS = 3 };
    pthread_t thread[THREADS];
    void *wrong;
    struct rng rng = rng_start(4, RNG_TEST, 0, 0);
    draw(&rng);
    forward(48, 64, 40, x, w, b, expected);
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&thread[i], NULL, multiply, NULL), 0);
    for (int i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_join(thread[i], &wrong), 0);
        assert_null(wrong);
    }
}

/* Blocks inside larger matrices, each way round, set and added; nothing beside the block is written. */
static void blocks_are_products_in_place(void **state)
{
    (void)state;
    static real c[MOST * MOST];
    struct rng rng = rng_start(8, RNG_TEST, 0, 0);
    draw(&rng);
    for (int round = 0; round < 200; round++) {
        int m = 1 + (int)rng_below(&rng, 20), n = 1 + (int)rng_below(&rng, 20), k = 1 + (int)rng_below(&rng, 20);
        bool ta = rng_below(&rng, 2), tb = rng_below(&rng, 2), add = rng_below(&rng, 2);
        for (int i = 0; i < MOST * MOST; i++)
            c[i] = 3;
        struct gemm_block a = {x, MOST, ta}, other = {w, MOST - 1, tb};
        gemm_blocks(m, n, k, a, other, add, c, MOST - 2);
        for (int i = 0; i < 30; i++)
            for (int j = 0; j < 30; j++) {
                real want = 3;
                if (i < m && j < n)
                    want = (real)(sum(k, x + (ta ? i : i * MOST), ta ? MOST : 1, w + (tb ? j * (MOST - 1) : j),
                                      tb ? 1 : MOST - 1) + (add ? 3 : 0));
                near(c[i * (MOST - 2) + j], want);
            }
    }
}

/* Added to what is there, in several stretches of steps and by copied panels; the arrays end where they are told to. */
static void large_products_are_added(void **state)
{
    (void)state;
    enum { M = 67, N = 45, K = 1500 };
    struct rng rng = rng_start(10, RNG_TEST, 0, 0);
    for (int turned = 0; turned < 4; turned++) {
        bool ta = turned & 1, tb = turned & 2;
        real *a = malloc(sizeof(real) * M * K), *other = malloc(sizeof(real) * K * N);
        real *c = malloc(sizeof(real) * M * N);
        assert_true(a && other && c);
        for (int i = 0; i < M * K; i++)
            a[i] = (real)(rng_normal(&rng) / 32);
        for (int i = 0; i < K * N; i++)
            other[i] = (real)(rng_normal(&rng) / 32);
        for (int i = 0; i < M * N; i++)
            c[i] = (real)i / 100;
        struct gemm_block first = {a, ta ? M : K, ta}, second = {other, tb ? K : N, tb};
        gemm_blocks(M, N, K, first, second, true, c, N);
        for (int i = 0; i < M; i++)
            for (int j = 0; j < N; j++)
                near(c[i * N + j], sum(K, a + (ta ? i : i * K), ta ? M : 1, other + (tb ? j * K : j), tb ? 1 : N) +
                                       (i * N + j) / 100.0);
        free(a);
        free(other);
        free(c);
    }
}

/* Longer than what is taken at once in any direction, and no multiple of anything. */
static void large_products_are_sums(void **state)
{
    (void)state;
    const struct {
        int rows, in, out;
    } shape[] = {{1, 2500, 37}, {2, 1025, 9}, {515, 1030, 21}, {70, 51, 90}, {1021, 67, 19}, {3, 1040, 70}};
    for (size_t s = 0; s < sizeof shape / sizeof shape[0]; s++) {
        int rows = shape[s].rows, in = shape[s].in, out = shape[s].out;
        struct rng rng = rng_start(9, RNG_TEST, 0, 0);
        real *v = malloc(sizeof(real) * (size_t)(2 * rows * in + 2 * in * out + 2 * rows * out + out));
        real *lx = v, *lw = lx + rows * in, *ldy = lw + in * out, *lb = ldy + rows * out;
        real *y = lb + out, *dx = y + rows * out, *dw = dx + rows * in;
        assert_non_null(v);
        for (real *at = lx; at < y; at++)
            *at = (real)(rng_normal(&rng) / 32);
        forward(rows, in, out, lx, lw, lb, y);
        backward_input(rows, in, out, ldy, lw, dx);
        backward_weight(rows, in, out, ldy, lx, dw);
        for (int i = 0; i < rows * out; i++)
            near(y[i], sum(in, lx + i / out * in, 1, lw + i % out * in, 1) + lb[i % out]);
        for (int i = 0; i < rows * in; i++)
            near(dx[i], sum(out, ldy + i / in * out, 1, lw + i % in, in));
        for (int i = 0; i < in * out; i++)
            near(dw[i], sum(rows, ldy + i / in, out, lx + i % in, in));
        free(v);
    }
}

static int use_portable(void **state)
{
    (void)state;
    kernel_choose(KERNEL_PORTABLE);
    return gemm_use_library(true) ? 0 : -1;
}

static int use_loops(void **state)
{
    use_portable(state);
    gemm_use_library(false);
    return 0;
}

static int use_wide(void **state)
{
    (void)state;
    if (!kernel_choose(KERNEL_WIDE))
        print_message("[  no AVX2 and FMA: the portable products are tested twice ]\n");
    return 0;
}

static int use_wider(void **state)
{
    (void)state;
    if (!kernel_choose(KERNEL_WIDER))
        print_message("[  no AVX-512: narrower products are tested twice ]\n");
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(products_are_sums),
        cmocka_unit_test(blocks_are_products_in_place),
        cmocka_unit_test(large_products_are_sums),
        cmocka_unit_test(large_products_are_added),
        cmocka_unit_test(several_threads_may_call_at_once),
    };
    int failed = cmocka_run_group_tests_name("wider", tests, use_wider, NULL);
    failed += cmocka_run_group_tests_name("wide", tests, use_wide, NULL);
    failed += cmocka_run_group_tests_name("portable", tests, use_portable, NULL);
    return failed + cmocka_run_group_tests_name("without OpenBLAS", tests, use_loops, NULL);
}
