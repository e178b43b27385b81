/* test_shape.c: arithmetic of extents. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "dnn/shape.h"

static void sizes_multiply(void **state)
{
    (void)state;
    struct shape row = shape_row(7), image = {.rank = 3, .dim = {3, 32, 20}};
    struct shape large = {.rank = 2, .dim = {1 << 20, 1 << 20}};
    assert_int_equal(shape_size(&row), 7);
    assert_int_equal(shape_size(&image), 1920);
    assert_true(shape_size(&large) == (size_t)1 << 40);
}

static void equality_takes_rank_and_extents(void **state)
{
    (void)state;
    struct shape row = shape_row(6), same = {.rank = 1, .dim = {6, 99}}, other = shape_row(5);
    struct shape matrix = {.rank = 2, .dim = {6, 1}};
    assert_true(shape_equal(&row, &same));
    assert_false(shape_equal(&row, &other));
    assert_false(shape_equal(&row, &matrix));
}

static void printed_with_crosses(void **state)
{
    (void)state;
    struct shape row = shape_row(64), image = {.rank = 3, .dim = {3, 32, 20}};
    struct text text = {0};
    shape_print(&row, &text);
    text_add(&text, " ");
    shape_print(&image, &text);
    assert_string_equal(text.data, "64 3x32x20");
    text_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sizes_multiply),
        cmocka_unit_test(equality_takes_rank_and_extents),
        cmocka_unit_test(printed_with_crosses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
