/* test_wrap.c: a line folded into rows, and pastes taken apart. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "term/paste.h"
#include "term/wrap.h"

static void expect(const char *text, size_t cursor, int width, int rows, int row, int column)
{
    int cursor_row = -1, cursor_column = -1;
    assert_int_equal(wrap_rows(text, cursor, width, &cursor_row, &cursor_column), rows);
    assert_int_equal(cursor_row, row);
    assert_int_equal(cursor_column, column);
}

static void test_narrow_characters(void **state)
{
    (void)state;
    expect("", 0, 10, 1, 0, 0);
    expect("abc", 3, 10, 1, 0, 3);
    expect("abc", 1, 10, 1, 0, 1);
    expect("abcde", 5, 5, 2, 1, 0); /* the cursor needs a column too */
    expect("abcde", 4, 5, 2, 0, 4);
    expect("abcdefghijk", 7, 5, 3, 1, 2);
    expect("abc", 3, 1, 4, 3, 0);
}

static void test_wide_and_combining_characters(void **state)
{
    (void)state;
    expect("漢字", 3, 10, 1, 0, 2);
    expect("a漢字", 7, 4, 2, 1, 2);  /* 字 would stick out: a column stays free */
    expect("a漢字", 4, 4, 2, 1, 0);
    expect("e\314\201x", 3, 10, 1, 0, 1); /* e and a combining accent take one column */
    expect("漢", 3, 1, 2, 1, 0);          /* no room at all, and no endless loop */
}

static void test_every_place_is_inside(void **state)
{
    (void)state;
    const char *text = "a漢字e\314\201 größe 😀 end";
    for (int width = 2; width < 40; width++) {
        struct wrap wrap = {.width = width};
        int bytes, rows = 0;
        for (const char *p = text; (bytes = wrap_next(&wrap, p)) > 0; p += bytes) {
            assert_true(wrap.row == rows || wrap.row == rows + 1);
            assert_true(wrap.columns == 0 || wrap.column + wrap.columns <= width);
            rows = wrap.row;
        }
    }
}

static void split(const char *text, const char *lines_expected, const char *rest_expected)
{
    struct text lines = {0}, rest = {0};
    paste_split(text, &lines, &rest);
    assert_string_equal(lines.data ? lines.data : "", lines_expected);
    assert_string_equal(rest.data ? rest.data : "", rest_expected);
    text_free(&lines);
    text_free(&rest);
}

static void test_pastes(void **state)
{
    (void)state;
    split("", "", "");
    split("one", "", "one");
    split("one\n", "one\n", "");
    split("one\rtwo\rthree", "one\ntwo\n", "three");
    split("one\r\ntwo\r\n", "one\ntwo\n", "");
    split("a\tb\033[2Jc\n\nd", "a b[2Jc\n\n", "d");
}

static void test_lines_come_in_order(void **state)
{
    (void)state;
    struct text lines = {0};
    assert_null(paste_next(&lines));
    text_add(&lines, "one\n\ntwo\n");
    const char *const expected[] = {"one", "", "two"};
    for (int i = 0; i < 3; i++) {
        char *line = paste_next(&lines);
        assert_string_equal(line, expected[i]);
        free(line);
    }
    assert_null(paste_next(&lines));
    text_free(&lines);
}

int main(void)
{
    setlocale(LC_CTYPE, "C.UTF-8");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_narrow_characters),
        cmocka_unit_test(test_wide_and_combining_characters),
        cmocka_unit_test(test_every_place_is_inside),
        cmocka_unit_test(test_pastes),
        cmocka_unit_test(test_lines_come_in_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
