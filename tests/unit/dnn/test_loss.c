/* test_loss.c: the losses in float: values worked out by hand, extremes that must not overflow, and NaN. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

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
        cmocka_unit_test(nan_is_never_hidden),
        cmocka_unit_test(corners_have_a_gradient),
        cmocka_unit_test(the_table_is_complete),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
