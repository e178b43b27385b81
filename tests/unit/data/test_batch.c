/* test_batch.c: every epoch visits every training row once, in an order that seed and epoch alone decide. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "data/batch.h"

#define ROWS 200

static int train[ROWS];

static struct dataset every_other_row(void)
{
    for (int i = 0; i < ROWS; i++)
        train[i] = 2 * i + 1;
    return (struct dataset){.rows = 2 * ROWS, .train = train, .trains = ROWS};
}

static void every_row_comes_once(void **state)
{
    (void)state;
    struct dataset dataset = every_other_row();
    struct batch_order order;
    struct err err;
    assert_int_equal(batch_order_open(&order, &dataset, 5, &err), 0);
    assert_int_equal(order.rows, ROWS);
    for (uint32_t epoch = 0; epoch < 20; epoch++) {
        int seen[2 * ROWS] = {0};
        batch_order_set(&order, &dataset, 5, epoch);
        assert_int_equal(order.epoch, epoch);
        for (int i = 0; i < ROWS; i++)
            seen[order.row[i]]++;
        for (int r = 0; r < 2 * ROWS; r++)
            assert_int_equal(seen[r], r % 2);
    }
    batch_order_close(&order);
    assert_null(order.row);
}

static void orders_depend_on_seed_and_epoch_alone(void **state)
{
    (void)state;
    struct dataset dataset = every_other_row();
    struct batch_order a, b;
    struct err err;
    assert_int_equal(batch_order_open(&a, &dataset, 5, &err), 0);
    assert_int_equal(batch_order_open(&b, &dataset, 6, &err), 0);
    size_t size = sizeof train;
    assert_memory_not_equal(a.row, b.row, size);
    assert_memory_not_equal(a.row, train, size);
    batch_order_set(&a, &dataset, 5, 3);
    batch_order_set(&b, &dataset, 5, 9);
    assert_memory_not_equal(a.row, b.row, size);
    batch_order_set(&b, &dataset, 5, 3);
    assert_memory_equal(a.row, b.row, size);
    batch_order_close(&a);
    batch_order_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_comes_once),
        cmocka_unit_test(orders_depend_on_seed_and_epoch_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
