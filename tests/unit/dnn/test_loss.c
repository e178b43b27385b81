/* test_loss.c: the losses in float: values worked out by hand, extremes that must not overflow, and NaN. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "base/rng.h"
#include "dnn/kernel.h"
#include "dnn/loss.h"

static void near(double got, double want, double tolerance)
{
    if (!(fabs(got - want) <= tolerance))
        fail_msg("%.9g is not %.9g", got, want);
}

/* The mean loss of ROWS rows of WIDTH. */
static double loss_of(const char *name, const real *z, const real *target, int rows, int width, real *dz)
{
    const struct loss_kind *kind = loss_kind_find(name);
    assert_non_null(kind);
    struct arg_values args = {0};
    args_preset(kind->args, &args);
    return kind->run(&args, z, target, 0, rows, rows, width, dz) / rows;
}

static void values_are_those_of_the_definitions(void **state)
{
    (void)state;
    const real z[] = {0, 0, 1, 3}, one_hot[] = {1, 0, 0, 1}, numbers[] = {0, 2, 1, 2.5f};
    near(loss_of("ce", z, one_hot, 2, 2, NULL), (log(2) + log1p(exp(-2))) / 2, 1e-6);
    near(loss_of("bce", z, one_hot, 2, 2, NULL), (2 * log(2) + log1p(exp(1)) + log1p(exp(-3))) / 4, 1e-6);
    near(loss_of("mse", z, numbers, 2, 2, NULL), (4 + 0.25) / 4, 1e-6);
    near(loss_of("mae", z, numbers, 2, 2, NULL), (2 + 0.5) / 4, 1e-6);
    near(loss_of("huber", z, numbers, 2, 2, NULL), (1.5 + 0.125) / 4, 1e-6);
}

static void cross_entropy_takes_any_logits(void **state)
{
    (void)state;
    const real z[] = {10000, -10000}, right[] = {1, 0}, wrong[] = {0, 1};
    real dz[2];
    near(loss_of("ce", z, right, 1, 2, dz), 0, 0);
    near(dz[0], 0, 0);
    near(loss_of("ce", z, wrong, 1, 2, dz), 20000, 0.01);
    near(dz[0], 1, 1e-6);
    near(dz[1], -1, 1e-6);
    near(loss_of("bce", z, wrong, 1, 2, dz), 10000, 0.01);
    near(dz[0], 0.5, 1e-6);
    near(dz[1], -0.5, 1e-6);
}

enum { ROWS = 19, CLASSES = 21 }; /* more than go at once, whole and in part */

/* -sum(t log softmax(z)) of a row, in double, and d/dz of it into WANTED. */
static double cross_entropy(const real *z, const real *target, int width, double *wanted)
{
    double greatest = z[0], total = 0, weight = 0, sum = 0;
    for (int i = 1; i < width; i++)
        greatest = fmax(greatest, z[i]);
    for (int i = 0; i < width; i++) {
        total += exp(z[i] - greatest);
        weight += target[i];
    }
    for (int i = 0; i < width; i++) {
        sum -= target[i] * (z[i] - greatest - log(total));
        wanted[i] = exp(z[i] - greatest) / total * weight - target[i];
    }
    return sum;
}

/* One-hot targets; of every third row soft ones, whose weight is not 1. */
static void draw_rows(int rows, int width, real *z, real *target)
{
    struct rng rng = rng_start(1, RNG_TEST, (uint32_t)rows, (uint32_t)width);
    for (int i = 0; i < rows * width; i++) {
        z[i] = (real)(3 * rng_normal(&rng));
        target[i] = i / width % 3 == 2 ? (real)rng_uniform(&rng) : 0;
    }
    for (int r = 0; r < rows; r++)
        if (r % 3 != 2)
            target[r * width + (int)rng_below(&rng, (uint32_t)width)] = 1;
}

static void check_rows(int rows, int width)
{
    real z[ROWS * CLASSES], target[ROWS * CLASSES], dz[ROWS * CLASSES + 1];
    double wanted[CLASSES], sum = 0;
    draw_rows(rows, width, z, target);
    dz[rows * width] = -7;
    double loss = loss_of("ce", z, target, rows, width, dz);
    for (int r = 0; r < rows; r++) {
        sum += cross_entropy(z + r * width, target + r * width, width, wanted);
        for (int i = 0; i < width; i++)
            near(dz[r * width + i], wanted[i] / rows, 2e-6);
    }
    near(loss, sum / rows, 1e-5 * (1 + fabs(sum / rows)));
    near(loss_of("ce", z, target, rows, width, NULL), loss, 1e-6);
    near(dz[rows * width], -7, 0); /* nothing behind them */
}

/* Rows go by eights where classes are few, alone where they are many; the same bits from either kernel. */
static void cross_entropy_is_that_of_its_rows(void **state)
{
    (void)state;
    enum kernel_width before = kernel_width;
    for (int rows = 1; rows <= ROWS; rows++)
        for (int width = 1; width <= CLASSES; width++) {
            real z[ROWS * CLASSES], target[ROWS * CLASSES], wide[ROWS * CLASSES], plain[ROWS * CLASSES];
            check_rows(rows, width);
            draw_rows(rows, width, z, target);
            double one = loss_of("ce", z, target, rows, width, wide);
            kernel_choose(KERNEL_PORTABLE);
            assert_true(loss_of("ce", z, target, rows, width, plain) == one);
            assert_memory_equal(wide, plain, sizeof(real) * (size_t)(rows * width));
            kernel_choose(before);
        }
}

/* The sum over rows whose exponentials' product no double holds. */
static void many_rows_have_a_loss(void **state)
{
    (void)state;
    enum { MANY = 4000, WIDTH = 3 };
    static real z[MANY * WIDTH], target[MANY * WIDTH], dz[MANY * WIDTH];
    for (int r = 0; r < MANY; r++)
        target[r * WIDTH + r % WIDTH] = 1;
    near(loss_of("ce", z, target, MANY, WIDTH, dz), log(3), 1e-6);
}

static void nan_is_never_hidden(void **state)
{
    (void)state;
    for (int k = 0; loss_kinds[k]; k++)
        for (int at = 0; at < 4; at++)
            for (int in_target = 0; in_target < 2; in_target++) {
                real z[] = {1, 2, 3, 4}, target[] = {0, 1, 1, 0}, dz[4];
                (in_target ? target : z)[at] = NAN;
                assert_true(isnan(loss_of(loss_kinds[k]->name, z, target, 2, 2, dz)));
                assert_true(isnan(dz[at]));
            }
    for (int at = 0; at < ROWS * 3; at++) { /* wherever its row goes */
        real z[ROWS * 3] = {0}, target[ROWS * 3] = {0}, dz[ROWS * 3];
        for (int r = 0; r < ROWS; r++)
            target[r * 3] = 1;
        z[at] = NAN;
        assert_true(isnan(loss_of("ce", z, target, ROWS, 3, dz)));
        for (int i = 0; i < ROWS * 3; i++)
            assert_true(isnan(dz[i]) == (i / 3 == at / 3));
    }
}

static void corners_have_a_gradient(void **state)
{
    (void)state;
    const real z[] = {1, 2, 3}, target[] = {1, 5, 2};
    real dz[3];
    loss_of("mae", z, target, 1, 3, dz);
    near(dz[0], 0, 0);
    near(dz[1], -1.0 / 3, 1e-7);
    near(dz[2], 1.0 / 3, 1e-7);
    loss_of("huber", z, target, 1, 3, dz);
    near(dz[0], 0, 0);
    near(dz[1], -1.0 / 3, 1e-7);
    near(dz[2], 1.0 / 3, 1e-7);
}

static void the_table_is_complete(void **state)
{
    (void)state;
    for (int k = 0; loss_kinds[k]; k++) {
        assert_ptr_equal(loss_kind_find(loss_kinds[k]->name), loss_kinds[k]);
        assert_true(strlen(loss_kinds[k]->summary) > 0);
    }
    assert_null(loss_kind_find("nothing"));
    assert_true(loss_kind_find("ce")->classes && !loss_kind_find("ce")->one_of_two);
    assert_true(loss_kind_find("bce")->classes && loss_kind_find("bce")->one_of_two);
    assert_false(loss_kind_find("mse")->classes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_those_of_the_definitions),
        cmocka_unit_test(cross_entropy_takes_any_logits),
        cmocka_unit_test(cross_entropy_is_that_of_its_rows),
        cmocka_unit_test(many_rows_have_a_loss),
        cmocka_unit_test(nan_is_never_hidden),
        cmocka_unit_test(corners_have_a_gradient),
        cmocka_unit_test(the_table_is_complete),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
