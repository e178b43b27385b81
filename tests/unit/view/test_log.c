/* test_log.c: the ring of lines, and the pane that shows it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <locale.h>
#include <string.h>

#include "view/pane.h"

static void expect_pane(const struct log *log, int back, int width, int height, const char *lines)
{
    struct canvas canvas;
    assert_int_equal(canvas_open(&canvas, width, height, false, NULL), 0);
    struct pane_context context = {.log = log, .log_back = back};
    pane_log.draw(&context, &canvas, (struct rect){0, 0, width, height});
    struct text text = {0};
    canvas_text(&canvas, &text);
    assert_string_equal(text.data, lines);
    text_free(&text);
    canvas_close(&canvas);
}

static void test_ring_keeps_the_newest(void **state)
{
    (void)state;
    struct log *log = log_open(3, NULL);
    enum log_kind kind;
    assert_int_equal(log_count(log), 0);
    assert_null(log_line(log, 0, &kind));
    log_add(log, LOG_ECHO, "one");
    log_add(log, LOG_ANSWER, "two\nthree\n\nfive\n");
    assert_int_equal(log_count(log), 3);
    assert_string_equal(log_line(log, 0, &kind), "five");
    assert_int_equal(kind, LOG_ANSWER);
    assert_string_equal(log_line(log, 1, NULL), "");
    assert_string_equal(log_line(log, 2, NULL), "three");
    assert_null(log_line(log, 3, NULL));
    log_add(log, LOG_ERROR, "");
    assert_string_equal(log_line(log, 0, &kind), "");
    assert_int_equal(kind, LOG_ERROR);
    log_close(log);
}

static void test_pane_shows_the_newest_at_the_bottom(void **state)
{
    (void)state;
    struct log *log = log_open(10, NULL);
    log_add(log, LOG_ANSWER, "first\nsecond\nthird");
    expect_pane(log, 0, 10, 2, "second\nthird\n");
    expect_pane(log, 0, 10, 4, "\nfirst\nsecond\nthird\n");
    expect_pane(log, 1, 30, 3, "first\nsecond\n-- 1 newer line below --\n");
    log_close(log);
}

static void test_long_lines_hang(void **state)
{
    (void)state;
    struct log *log = log_open(10, NULL);
    log_add(log, LOG_NOTICE, "a line that is too long");
    expect_pane(log, 0, 10, 4, "\na line\n  that is\n  too long\n");
    log_add(log, LOG_NOTICE, "0123456789abcdef");
    expect_pane(log, 0, 10, 2, "0123456789\n  abcdef\n");
    expect_pane(log, 0, 1, 3, "d\ne\nf\n"); /* too narrow to hang, not to show */
    log_close(log);
}

int main(void)
{
    setlocale(LC_CTYPE, "C.UTF-8");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ring_keeps_the_newest),
        cmocka_unit_test(test_pane_shows_the_newest_at_the_bottom),
        cmocka_unit_test(test_long_lines_hang),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
