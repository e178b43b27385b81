/* test_transform.c: whitening with the training rows' statistics, and targets as a batch wants them. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "data/transform.h"

static struct dataset *open_set(const char *name)
{
    struct data_origin origin = data_origin_default();
    snprintf(origin.source, sizeof origin.source, "%s", name);
    struct err err;
    struct dataset *dataset = dataset_open(&origin, &err);
    assert_non_null(dataset);
    return dataset;
}

static void training_rows_become_white(void **state)
{
    (void)state;
    static const char *const sets[] = {"iris", "wine", "cancer", "diabetes", "digits"};
    for (size_t s = 0; s < sizeof sets / sizeof *sets; s++) {
        struct dataset *dataset = open_set(sets[s]);
        struct transform transform;
        struct err err;
        assert_int_equal(transform_open(&transform, dataset, &err), 0);
        assert_false(transform.inputs || transform.targets);
        transform.inputs = true;
        int features = dataset->features, width = dataset->classes ? dataset->classes : 1;
        float *x = malloc((size_t)features * sizeof *x), y[16];
        double *sum = calloc((size_t)features, sizeof *sum), *square = calloc((size_t)features, sizeof *square);
        for (int i = 0; i < dataset->trains; i++) {
            transform_row(&transform, dataset, dataset->train[i], x, y, width);
            for (int f = 0; f < features; f++) {
                sum[f] += x[f];
                square[f] += (double)x[f] * x[f];
            }
        }
        for (int f = 0; f < features; f++) {
            assert_true(fabs(sum[f] / dataset->trains) < 1e-5);
            double expected = transform.scale[f] > 0 ? 1 : 0;
            assert_true(fabs(square[f] / dataset->trains - expected) < 1e-4);
        }
        free(x);
        free(sum);
        free(square);
        transform_close(&transform);
        dataset_close(dataset);
    }
}

static void constant_columns_are_left_at_zero(void **state)
{
    (void)state;
    float x[] = {0.1f, 1, 0.1f, 2, 0.1f, 4, 7, 8}, y[] = {0, 1, 0, 1}, out[2], target[2];
    int train[] = {0, 1, 2};
    struct dataset dataset = {.task = TASK_CLASSIFY, .rows = 4, .features = 2, .classes = 2, .x = x, .y = y,
                              .train = train, .trains = 3};
    struct transform transform;
    struct err err;
    assert_int_equal(transform_open(&transform, &dataset, &err), 0);
    assert_true(transform.scale[0] == 0 && transform.mean[0] == 0.1f);
    assert_true(transform.y_mean == 0 && transform.y_sd == 1);
    transform.inputs = true;
    transform_row(&transform, &dataset, 1, out, target, 2);
    assert_true(out[0] == 0);
    transform_row(&transform, &dataset, 3, out, target, 2);
    assert_true(out[0] == 0);
    /* 1, 2, 4: mean 7/3, population variance 14/9 */
    assert_true(fabs(out[1] - (8 - 7 / 3.0) / sqrt(14 / 9.0)) < 1e-6);
    transform.inputs = false;
    transform_row(&transform, &dataset, 3, out, target, 2);
    assert_true(out[0] == 7 && out[1] == 8);
    transform_close(&transform);
}

static void targets_have_their_shape(void **state)
{
    (void)state;
    struct dataset *dataset = open_set("iris");
    struct transform transform;
    struct err err;
    float x[16], y[3];
    assert_int_equal(transform_open(&transform, dataset, &err), 0);
    for (int r = 0; r < dataset->rows; r++) {
        transform_row(&transform, dataset, r, x, y, 3);
        for (int k = 0; k < 3; k++)
            assert_true(y[k] == (k == (int)dataset->y[r]));
        assert_memory_equal(x, dataset->x + r * 4, 4 * sizeof *x);
    }
    transform_close(&transform);
    dataset_close(dataset);
    dataset = open_set("cancer");
    float wide[30], one;
    assert_int_equal(transform_open(&transform, dataset, &err), 0);
    for (int r = 0; r < dataset->rows; r++) {
        transform_row(&transform, dataset, r, wide, &one, 1);
        assert_true(one == dataset->y[r]);
    }
    transform_close(&transform);
    dataset_close(dataset);
}

static void regression_targets_become_white(void **state)
{
    (void)state;
    struct dataset *dataset = open_set("diabetes");
    struct transform transform;
    struct err err;
    float x[10], y;
    assert_int_equal(transform_open(&transform, dataset, &err), 0);
    transform_row(&transform, dataset, 0, x, &y, 1);
    assert_true(y == 151);
    transform.targets = true;
    double sum = 0, square = 0;
    for (int i = 0; i < dataset->trains; i++) {
        transform_row(&transform, dataset, dataset->train[i], x, &y, 1);
        sum += y;
        square += (double)y * y;
    }
    assert_true(fabs(sum / dataset->trains) < 1e-6 && fabs(square / dataset->trains - 1) < 1e-5);
    transform_close(&transform);
    dataset_close(dataset);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(training_rows_become_white),
        cmocka_unit_test(constant_columns_are_left_at_zero),
        cmocka_unit_test(targets_have_their_shape),
        cmocka_unit_test(regression_targets_become_white),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
