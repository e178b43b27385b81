/* test_series.c: the pyramid against a plain array of every sample that was pushed. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/rng.h"
#include "base/series.h"

enum { SAMPLES = 200000, COLUMNS = 137 };

/* What was pushed, sample by sample. */
struct plain {
    double *x, *y;
    int count;
};

static struct plain plain_open(void)
{
    return (struct plain){calloc(SAMPLES, sizeof(double)), calloc(SAMPLES, sizeof(double)), 0};
}

static void plain_close(struct plain *plain)
{
    free(plain->x);
    free(plain->y);
}

static struct bucket plain_range(const struct plain *plain, double x0, double x1)
{
    struct bucket all = {.min = NAN, .max = NAN};
    for (int i = 0; i < plain->count; i++) {
        if (plain->x[i] < x0 || plain->x[i] > x1)
            continue;
        float y = (float)plain->y[i];
        if (!isfinite(y)) {
            all.nonfinite++;
            continue;
        }
        all.min = fminf(all.min, y);
        all.max = fmaxf(all.max, y);
        all.count++;
    }
    return all;
}

/* A step forward, now and then a gap; a value, now and then a spike or none. */
static void push_random(struct series *series, struct plain *plain, struct rng *rng)
{
    double before = plain->count ? plain->x[plain->count - 1] : 0;
    double x = before + 1 + (rng_below(rng, 1000) == 0 ? rng_below(rng, 5000) : 0);
    double y = rng_normal(rng);
    switch (rng_below(rng, 500)) {
    case 0:
        y = NAN;
        break;
    case 1:
        y = INFINITY;
        break;
    case 2:
        y = -1e300;
        break;
    case 3:
        y *= 1e6;
        break;
    }
    series_push(series, x, y);
    plain->x[plain->count] = x;
    plain->y[plain->count++] = y;
}

static void assert_same(float a, float b)
{
    assert_true(a == b || (isnan(a) && isnan(b)));
}

static void check_columns(const struct series *series, const struct plain *plain, double x0, double x1)
{
    struct bucket out[COLUMNS];
    double width = (x1 - x0) / COLUMNS;
    series_columns(series, x0, x1, COLUMNS, out);
    for (int c = 0; c < COLUMNS; c++) {
        /* A hair inside of the column, so that a sample upon a border may go to either side. */
        struct bucket want = plain_range(plain, x0 + (c + 1e-9) * width, x0 + (c + 1 - 1e-9) * width);
        assert_true(out[c].count >= want.count);
        assert_true(out[c].nonfinite >= want.nonfinite);
        if (want.count)
            assert_true(out[c].min <= want.min && out[c].max >= want.max);
        if (out[c].count) {
            assert_true(out[c].first <= out[c].last);
            assert_true(out[c].min <= out[c].mean && out[c].mean <= out[c].max);
        }
    }
}

static void check_whole(const struct series *series, const struct plain *plain)
{
    struct bucket out[COLUMNS], want, got = {.min = NAN, .max = NAN};
    double x0 = series_first_x(series), x1 = series_last_x(series);
    want = plain_range(plain, x0, x1);
    series_columns(series, x0, x1, COLUMNS, out);
    for (int c = 0; c < COLUMNS; c++) {
        got.min = fminf(got.min, out[c].min);
        got.max = fmaxf(got.max, out[c].max);
    }
    assert_same(got.min, want.min);
    assert_same(got.max, want.max);
}

static void test_random(void **state)
{
    (void)state;
    struct rng rng = rng_start(7, RNG_TEST, 0, 0);
    struct series *series = series_open(64, NULL);
    struct plain plain = plain_open();
    while (plain.count < SAMPLES) {
        push_random(series, &plain, &rng);
        if (plain.count % 9973 != 0)
            continue;
        double last = plain.x[plain.count - 1];
        check_whole(series, &plain);
        check_columns(series, &plain, plain.x[0], last);
        check_columns(series, &plain, last - 50, last);
        double x0 = last * rng_uniform(&rng);
        check_columns(series, &plain, x0, x0 + (last - x0) * rng_uniform(&rng));
    }
    assert_int_equal(series_count(series), SAMPLES);
    assert_true(series_first_x(series) == plain.x[0]);
    plain_close(&plain);
    series_close(series);
}

static void test_truncate(void **state)
{
    (void)state;
    struct rng rng = rng_start(8, RNG_TEST, 0, 0);
    struct series *series = series_open(16, NULL);
    struct plain plain = plain_open();
    int coarse = 0, exact = 0;
    for (int round = 0; round < 300; round++) {
        for (int n = 1 + (int)rng_below(&rng, 600); n > 0; n--)
            push_random(series, &plain, &rng);
        double last = plain.x[plain.count - 1];
        double back = rng_below(&rng, 2) ? 12 : 1500;
        double x = last - back * rng_uniform(&rng);
        series_truncate(series, x);
        int kept = plain.count;
        while (kept > 0 && plain.x[kept - 1] > x)
            kept--;
        /* Never more is left than what lies before X, and all of it while it was there one by one. */
        assert_true(series_count(series) <= (size_t)kept);
        if (plain.count - kept <= 12) {
            assert_int_equal(series_count(series), kept);
            exact++;
        } else {
            coarse++;
        }
        plain.count = (int)series_count(series);
        if (plain.count == 0) {
            assert_true(isnan(series_last_x(series)));
            continue;
        }
        assert_true(series_last_x(series) == plain.x[plain.count - 1]);
        check_whole(series, &plain);
        check_columns(series, &plain, series_first_x(series), series_last_x(series));
    }
    assert_true(exact > 20 && coarse > 20);
    plain_close(&plain);
    series_close(series);
}

/* What is kept tells the same, and what is copied from it goes on as the first one does. */
static void test_keep(void **state)
{
    (void)state;
    static const int sizes[] = {0, 1, 15, 16, 17, 64, 1000, 40000};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct rng rng = rng_start(9, RNG_TEST, (uint32_t)i, 0);
        struct series *series = series_open(16, NULL), *copy = series_open(16, NULL);
        struct plain plain = plain_open();
        while (plain.count < sizes[i])
            push_random(series, &plain, &rng);
        series_push(copy, 1, 1); /* is forgotten */
        struct series *kept = series_keep(series);
        assert_non_null(kept);
        if (plain.count)
            check_whole(kept, &plain);
        for (int n = 0; n < 500; n++)
            push_random(series, &plain, &rng);
        series_copy(copy, kept);
        assert_int_equal(series_count(copy), sizes[i]);
        series_close(kept);
        for (int n = sizes[i]; n < plain.count; n++)
            series_push(copy, plain.x[n], plain.y[n]);
        check_whole(copy, &plain);
        check_columns(copy, &plain, plain.x[0], plain.x[plain.count - 1]);
        series_close(series);
        series_close(copy);
        plain_close(&plain);
    }
}

static void test_exact_columns(void **state)
{
    (void)state;
    struct series *series = series_open(64, NULL);
    struct bucket out[10];
    for (int i = 0; i < 20; i++)
        series_push(series, i, i == 7 ? NAN : i * i);
    series_columns(series, 0, 20, 10, out);
    for (int c = 0; c < 10; c++) {
        int a = 2 * c, b = 2 * c + 1;
        assert_true(out[c].first == a && out[c].last == b);
        assert_int_equal(out[c].count, c == 3 ? 1 : 2);
        assert_int_equal(out[c].nonfinite, c == 3 ? 1 : 0);
        assert_true(out[c].min == (float)(a * a));
        assert_true(out[c].max == (float)(c == 3 ? a * a : b * b));
        assert_true(out[c].mean == (c == 3 ? (float)(a * a) : (float)(a * a + b * b) / 2));
    }
    series_columns(series, 100, 200, 10, out);
    for (int c = 0; c < 10; c++)
        assert_true(out[c].count == 0 && out[c].nonfinite == 0 && isnan(out[c].min));
    series_columns(series, 5, 5, 1, out);
    assert_true(out[0].count == 1 && out[0].min == 25);
    series_close(series);
}

/* Column C of COLUMNS, sample by sample, from sample *I on, which is moved past it. */
static struct bucket plain_column(const struct plain *plain, int *i, double x0, double x1, int c, int columns)
{
    struct bucket column = {.min = NAN, .max = NAN};
    double sum = 0;
    while (plain->x[*i] < x0)
        ++*i;
    for (; *i < plain->count && plain->x[*i] <= x1; ++*i) {
        double x = plain->x[*i];
        float y = (float)plain->y[*i];
        if (c + 1 < columns && (x - x0) / (x1 - x0) * columns >= c + 1)
            break;
        if (column.count + column.nonfinite == 0)
            column.first = x;
        column.last = x;
        if (!isfinite(y)) {
            column.nonfinite++;
            continue;
        }
        column.count++;
        sum += (double)y;
        column.min = fminf(column.min, y);
        column.max = fmaxf(column.max, y);
    }
    column.mean = (float)(sum / column.count);
    return column;
}

/* As many samples as are still kept one by one: a column is made from buckets of several levels, and holds what it
 * would hold sample by sample. */
static void test_recent_columns(void **state)
{
    (void)state;
    enum { CAPACITY = 1024, ROUNDS = 300 };
    struct rng rng = rng_start(10, RNG_TEST, 0, 0);
    struct series *series = series_open(CAPACITY, NULL);
    struct plain plain = plain_open();
    for (int round = 0; round < ROUNDS; round++) {
        for (int n = 1 + (int)rng_below(&rng, 300); n > 0; n--)
            push_random(series, &plain, &rng);
        int kept = plain.count < CAPACITY - 4 ? plain.count : CAPACITY - 4, columns = 1 + (int)rng_below(&rng, COLUMNS);
        double first = plain.x[plain.count - kept], last = plain.x[plain.count - 1];
        double x0 = first + (last - first) * rng_uniform(&rng), x1 = x0 + (last - x0) * rng_uniform(&rng);
        struct bucket out[COLUMNS];
        series_columns(series, x0, x1, columns, out);
        for (int c = 0, i = plain.count - kept; c < columns; c++) {
            struct bucket want = plain_column(&plain, &i, x0, x1, c, columns);
            assert_int_equal(out[c].count, want.count);
            assert_int_equal(out[c].nonfinite, want.nonfinite);
            assert_same(out[c].min, want.min);
            assert_same(out[c].max, want.max);
            assert_true(want.count + want.nonfinite == 0 ||
                        (out[c].first == want.first && out[c].last == want.last));
            assert_true(want.count == 0 || fabsf(out[c].mean - want.mean) <= 1e-6f * (fabsf(want.mean) + 1));
        }
    }
    plain_close(&plain);
    series_close(series);
}

static void test_empty_and_last(void **state)
{
    (void)state;
    struct series *series = series_open(16, NULL);
    struct bucket out[3];
    assert_int_equal(series_count(series), 0);
    assert_true(isnan(series_last(series)) && isnan(series_last_x(series)) && isnan(series_first_x(series)));
    series_columns(series, 0, 1, 3, out);
    assert_int_equal(out[1].count, 0);
    series_push(series, -3, 4.5);
    series_push(series, -2, NAN);
    assert_true(isnan(series_last(series)) && series_last_x(series) == -2 && series_first_x(series) == -3);
    series_truncate(series, -2.5);
    assert_true(series_last(series) == 4.5 && series_count(series) == 1);
    series_truncate(series, -10);
    assert_int_equal(series_count(series), 0);
    series_push(series, -9, 1);
    series_clear(series);
    assert_int_equal(series_count(series), 0);
    series_push(series, -100, 2);
    assert_true(series_last(series) == 2);
    series_close(series);
}

/* A step that is run again has its sample; one that never was gets it. */
static void test_extend(void **state)
{
    (void)state;
    struct series *series = series_open(16, NULL);
    for (int x = 1; x <= 5; x++)
        series_extend(series, x, 10 * x);
    for (int x = 3; x <= 6; x++)
        series_extend(series, x, -1);
    assert_int_equal(series_count(series), 6);
    struct bucket out[6];
    series_columns(series, 1, 6, 6, out);
    for (int c = 0; c < 5; c++)
        assert_true(out[c].min == 10 * (c + 1));
    assert_true(out[5].min == -1);
    series_close(series);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random),
        cmocka_unit_test(test_truncate), cmocka_unit_test(test_keep),
        cmocka_unit_test(test_exact_columns), cmocka_unit_test(test_recent_columns),
        cmocka_unit_test(test_empty_and_last),
        cmocka_unit_test(test_extend),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
