/* test_squash.c: which C is chosen, and what is counted, on rows whose answers are known. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "data/squash.h"

enum { ROWS = 200 };

/* Column 0: 1 .. 200, every second one negative; column 1: 0 but for one row; column 2: always 0. */
struct table {
    struct dataset dataset;
    struct transform transform;
    float x[3 * ROWS], y[ROWS];
    int train[ROWS];
};

static void open_table(struct table *table)
{
    struct err err;
    *table = (struct table){0};
    for (int r = 0; r < ROWS; r++) {
        table->x[3 * r] = r % 2 ? -(float)(r + 1) : (float)(r + 1);
        table->train[r] = r;
    }
    table->x[3 * 77 + 1] = 5;
    table->dataset = (struct dataset){.rows = ROWS, .features = 3, .classes = 2, .x = table->x, .y = table->y,
                                      .train = table->train, .trains = ROWS};
    assert_int_equal(transform_open(&table->transform, &table->dataset, &err), 0);
}

static float choose(const struct table *table, int first, int count)
{
    struct err err;
    float c = -1;
    assert_int_equal(squash_choose(&table->transform, &table->dataset, first, count, &c, &err), 0);
    return c;
}

static void the_percentile_is_chosen(void **state)
{
    (void)state;
    struct table table;
    open_table(&table);
    assert_true(choose(&table, 0, 1) == 200); /* 198 to two digits */
    assert_true(choose(&table, 1, 1) == 5);   /* the percentile is 0: the greatest */
    assert_true(choose(&table, 2, 1) == 0);
    assert_true(choose(&table, 0, 3) == 190); /* 194 of 600, to two digits */
    table.transform.clips = true;
    table.transform.low = -50;
    table.transform.high = 50;
    assert_true(choose(&table, 0, 1) == 50);
    transform_close(&table.transform);
}

static void the_effect_is_counted(void **state)
{
    (void)state;
    struct table table;
    struct squash_effect effect;
    struct err err;
    bool chosen[] = {true, false, false};
    open_table(&table);
    table.transform.squash[0] = 20;
    table.transform.squashes = true;
    assert_int_equal(squash_measure(&table.transform, &table.dataset, chosen, &effect, &err), 0);
    assert_true(effect.low == -200 && effect.high == 199);
    assert_true(effect.after_low == tanhf(-10) && effect.after_high == tanhf(199 / 20.0f));
    assert_true(effect.steep == 20.0 / ROWS && effect.steep_raw == 1.0 / ROWS);
    transform_close(&table.transform);
}

static void what_is_clipped_is_counted(void **state)
{
    (void)state;
    struct table table;
    struct clip_effect effect;
    struct err err;
    open_table(&table);
    assert_int_equal(clip_measure(&table.dataset, 0, 195, &effect, &err), 0);
    assert_true(effect.below == 100 && effect.above == 2); /* -2, -4, ..; 197, 199 */
    assert_true(effect.total == 3 * ROWS && effect.least == -200 && effect.greatest == 199);
    transform_close(&table.transform);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_percentile_is_chosen),
        cmocka_unit_test(the_effect_is_counted),
        cmocka_unit_test(what_is_clipped_is_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
