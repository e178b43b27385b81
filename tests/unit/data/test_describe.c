/* test_describe.c: moments, bins and spans of columns whose values are known. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "data/describe.h"

enum { ROWS = 1000 };

/* 0: 0 .. 999; 1: 1 in one row of ten, else 0; 2: 7; 3: 10^0 .. 10^9.99; 4: a bell of sums. Row ROWS does not train. */
struct table {
    struct dataset dataset;
    struct transform transform;
    float x[5 * (ROWS + 1)], y[ROWS + 1];
    int train[ROWS];
};

static struct table *open_table(void)
{
    struct err err;
    struct table *table = calloc(1, sizeof *table);
    assert_non_null(table);
    uint32_t state = 1;
    for (int r = 0; r <= ROWS; r++) {
        float *x = table->x + 5 * r;
        x[0] = (float)r;
        x[1] = r % 10 == 0;
        x[2] = 7;
        x[3] = (float)pow(10, r / 100.0);
        for (int k = 0; k < 12; k++)
            x[4] += (float)((state = state * 1664525u + 1013904223u) >> 8) / 16777216.0f - 0.5f;
        table->y[r] = (float)(r % 4);
        if (r < ROWS)
            table->train[r] = r;
    }
    table->dataset = (struct dataset){.task = TASK_REGRESS, .rows = ROWS + 1, .features = 5, .x = table->x,
                                      .y = table->y, .train = table->train, .trains = ROWS};
    assert_int_equal(transform_open(&table->transform, &table->dataset, &err), 0);
    return table;
}

static void close_table(struct table *table)
{
    transform_close(&table->transform);
    free(table);
}

static struct description of(const struct table *table, const struct transform *transform, int first, int count)
{
    struct description description;
    struct err err;
    assert_int_equal(describe_features(&table->dataset, transform, first, count, &description, &err), 0);
    return description;
}

static void raw_columns(void **state)
{
    (void)state;
    struct table *table = open_table();
    struct description d = of(table, NULL, 0, 1);
    assert_true(d.least == 0 && d.greatest == 999 && d.mean == 499.5);
    assert_true(fabs(d.sd - sqrt((1e6 - 1) / 12)) < 1e-9 && fabs(d.skew) < 1e-9);
    for (int i = 0; i < DESCRIPTION_BINS; i++)
        assert_true(d.bin[i] == 100);
    d = of(table, NULL, 1, 1);
    /* Bernoulli: skew (1 - 2p) / sqrt(p (1 - p)) */
    assert_true(fabs(d.mean - 0.1) < 1e-12 && fabs(d.sd - 0.3) < 1e-12 && fabs(d.skew - 0.8 / 0.3) < 1e-9);
    assert_true(d.bin[0] == 900 && d.bin[9] == 100 && fabs(d.zeros - 0.9) < 1e-12 && d.decades == 0);
    d = of(table, NULL, 2, 1);
    assert_true(d.least == 7 && d.greatest == 7 && d.sd == 0 && isnan(d.skew) && d.bin[0] == ROWS);
    close_table(table);
}

static void spans(void **state)
{
    (void)state;
    struct table *table = open_table();
    assert_true(fabs(of(table, NULL, 3, 1).decades - (9.99 - 0.09)) < 1e-4);
    struct description bell = of(table, NULL, 4, 1);
    assert_true(bell.decades < 3 && fabs(bell.sd - 1) < 0.1 && fabs(bell.mean) < 0.1);
    close_table(table);
}

static void what_the_network_is_given(void **state)
{
    (void)state;
    struct table *table = open_table();
    struct err err;
    table->transform.squash[3] = 1e6f;
    table->transform.squashes = true;
    assert_int_equal(transform_learn(&table->transform, &table->dataset, &err), 0);
    table->transform.inputs = table->transform.targets = true;
    struct description d = of(table, &table->transform, 3, 1), y;
    assert_true(fabs(d.mean) < 1e-5 && fabs(d.sd - 1) < 1e-5 && d.greatest < 3);
    assert_true(of(table, &table->transform, 2, 1).sd == 0);
    assert_int_equal(describe_target(&table->dataset, NULL, &y, &err), 0);
    assert_true(y.mean == 1.5 && y.least == 0 && y.greatest == 3);
    assert_int_equal(describe_target(&table->dataset, &table->transform, &y, &err), 0);
    assert_true(fabs(y.mean) < 1e-6 && fabs(y.sd - 1) < 1e-6);
    close_table(table);
}

static void columns_together(void **state)
{
    (void)state;
    struct table *table = open_table();
    struct description d = of(table, NULL, 1, 2);
    assert_true(d.least == 0 && d.greatest == 7 && fabs(d.mean - (0.1 + 7) / 2) < 1e-9);
    close_table(table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(raw_columns),
        cmocka_unit_test(spans),
        cmocka_unit_test(what_the_network_is_given),
        cmocka_unit_test(columns_together),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
