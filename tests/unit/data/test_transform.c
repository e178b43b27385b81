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

/* Rows of a list go to their places, and each is what it is alone. */
static void rows_are_written_to_their_places(void **state)
{
    (void)state;
    static const char *const sets[] = {"iris", "diabetes", "digits"};
    enum { ROWS = 7, FIRST = 2, LAST = 6, FEATURES = 64, WIDTH = 10 };
    for (size_t s = 0; s < sizeof sets / sizeof *sets; s++) {
        struct dataset *dataset = open_set(sets[s]);
        struct transform transform;
        struct err err;
        assert_int_equal(transform_open(&transform, dataset, &err), 0);
        int features = dataset->features, width = dataset->classes ? dataset->classes : 1;
        for (int whitens = 0; whitens < 2; whitens++) {
            float x[ROWS * FEATURES], y[ROWS * WIDTH], one[FEATURES], target[WIDTH];
            transform.inputs = transform.targets = whitens;
            for (int i = 0; i < ROWS * FEATURES; i++)
                x[i] = -77;
            for (int i = 0; i < ROWS * WIDTH; i++)
                y[i] = -77;
            transform_rows(&transform, dataset, dataset->train, FIRST, LAST, x, y, width);
            for (int r = FIRST; r < LAST; r++) {
                transform_row(&transform, dataset, dataset->train[r], one, target, width);
                assert_memory_equal(x + r * features, one, sizeof *x * (size_t)features);
                assert_memory_equal(y + r * width, target, sizeof *y * (size_t)width);
            }
            assert_true(x[FIRST * features - 1] == -77 && x[LAST * features] == -77);
            assert_true(y[FIRST * width - 1] == -77 && y[LAST * width] == -77);
        }
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

/* Two columns, the first of huge range, and a row that does not train. */
static const float huge_x[] = {1, -2, 1e3f, 0, 1e8f, 3, 5e8f, 1}, huge_y[] = {0, 1, 0, 1};
static int huge_train[] = {0, 1, 2};

static struct dataset huge_set(void)
{
    return (struct dataset){.task = TASK_CLASSIFY, .rows = 4, .features = 2, .classes = 2, .x = (float *)huge_x,
                            .y = (float *)huge_y, .train = huge_train, .trains = 3};
}

static void values_are_clipped_then_squashed_then_whitened(void **state)
{
    (void)state;
    struct dataset dataset = huge_set();
    struct transform transform;
    struct err err;
    float x[2], y[2];
    assert_int_equal(transform_open(&transform, &dataset, &err), 0);
    transform.clips = transform.squashes = true;
    transform.low = -1;
    transform.high = 2e8f;
    transform.squash[0] = 1e8f;
    assert_int_equal(transform_learn(&transform, &dataset, &err), 0);
    transform_row(&transform, &dataset, 3, x, y, 2);
    assert_true(x[0] == tanhf(2) && x[1] == 1);
    transform_row(&transform, &dataset, 0, x, y, 2);
    assert_true(x[0] == tanhf(1e-8f) && x[1] == -1);
    double a[] = {tanh(1e-8), tanh(1e-5), tanh(1)}, mean = (a[0] + a[1] + a[2]) / 3, square = 0;
    for (int i = 0; i < 3; i++)
        square += (a[i] - mean) * (a[i] - mean);
    assert_true(fabs(transform.mean[0] - mean) < 1e-7);
    assert_true(fabs(transform.scale[0] * sqrt(square / 3) - 1) < 1e-6);
    assert_true(fabs(transform.mean[1] - 2 / 3.0) < 1e-6); /* -1, 0, 2 clipped at -1 alone */
    transform.inputs = true;
    transform_row(&transform, &dataset, 2, x, y, 2);
    assert_true(fabs(x[0] - (tanh(1) - mean) / sqrt(square / 3)) < 1e-5);
    assert_true(x[0] == transform_value(&transform, 0, 1e8f));
    transform_close(&transform);
}

static void images_share_the_statistics_of_what_is_squashed(void **state)
{
    (void)state;
    uint8_t bytes[] = {0, 255, 10, 20, 30, 40, 50, 60};
    float y[] = {0, 1};
    int train[] = {0, 1};
    struct dataset dataset = {.task = TASK_CLASSIFY, .rows = 2, .features = 4, .classes = 2, .bytes = bytes, .y = y,
                              .train = train, .trains = 2, .shape = {.rank = 3, .dim = {2, 1, 2}}};
    struct transform transform;
    struct err err;
    float x[4], target[2];
    assert_int_equal(transform_open(&transform, &dataset, &err), 0);
    float plain = transform.mean[0];
    assert_true(fabs(plain - (0 + 255 + 30 + 40) / 4.0) < 1e-5);
    for (int f = 0; f < 4; f++)
        transform.squash[f] = f < 2 ? 100 : 50;
    transform.squashes = true;
    assert_int_equal(transform_learn(&transform, &dataset, &err), 0);
    assert_true(fabs(transform.mean[1] - (tanh(0) + tanh(2.55) + tanh(0.3) + tanh(0.4)) / 4) < 1e-6);
    assert_true(transform.mean[0] == transform.mean[1] && transform.mean[2] != transform.mean[0]);
    transform_row(&transform, &dataset, 0, x, target, 2);
    assert_true(x[1] == tanhf(2.55f) && x[2] == tanhf(0.2f));
    transform_close(&transform);
}

static void a_copy_is_the_same_and_its_own(void **state)
{
    (void)state;
    struct dataset dataset = huge_set();
    struct transform transform, copy;
    struct err err;
    assert_int_equal(transform_open(&transform, &dataset, &err), 0);
    transform.squash[1] = 3;
    transform.squashes = true;
    assert_int_equal(transform_copy(&copy, &transform, &err), 0);
    assert_true(transform_same(&copy, &transform) && copy.squash != transform.squash);
    copy.squash[1] = 4;
    assert_false(transform_same(&copy, &transform));
    assert_true(transform.squash[1] == 3);
    transform_assign(&copy, &transform);
    assert_true(copy.squash[1] == 3 && copy.squash == copy.mean + 4);
    transform_close(&copy);
    transform_close(&transform);
}

static void what_is_squashed_is_known_by_its_name(void **state)
{
    (void)state;
    char *before[] = {"a", "b"}, *after[] = {"b", "c"};
    struct dataset old = huge_set(), new = huge_set();
    struct transform transform, next;
    struct err err;
    old.feature_name = before;
    new.feature_name = after;
    assert_int_equal(transform_open(&transform, &old, &err), 0);
    assert_int_equal(transform_open(&next, &new, &err), 0);
    transform.squash[1] = 7;
    transform.squashes = true;
    assert_int_equal(transform_inherit(&next, &new, &transform, &old, &err), 0);
    assert_true(next.squashes && next.squash[0] == 7 && next.squash[1] == 0);
    transform_close(&transform);
    transform_close(&next);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(training_rows_become_white),
        cmocka_unit_test(rows_are_written_to_their_places),
        cmocka_unit_test(constant_columns_are_left_at_zero),
        cmocka_unit_test(targets_have_their_shape),
        cmocka_unit_test(regression_targets_become_white),
        cmocka_unit_test(values_are_clipped_then_squashed_then_whitened),
        cmocka_unit_test(images_share_the_statistics_of_what_is_squashed),
        cmocka_unit_test(a_copy_is_the_same_and_its_own),
        cmocka_unit_test(what_is_squashed_is_known_by_its_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
