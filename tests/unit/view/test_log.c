/* test_log.c: the ring of lines, and the pane that shows it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <locale.h>
#include <string.h>

#include <stdio.h>

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
    expect_pane(log, 1, 30, 3, "first\nsecond\n-- more: PageDown (1 line) --\n");
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

/* However long and wide the lines: the top of an answer is in sight, and pages go on from there to its end, each line
 * of it seen. */
static void test_long_answer_is_paged_from_its_top(void **state)
{
    (void)state;
    enum { LINES = 23 };
    for (int height = 2; height < 9; height++)
        for (int width = 12; width < 40; width += 9) {
            struct log *log = log_open(100, NULL);
            log_add(log, LOG_ANSWER, "before");
            for (int i = 0; i < LINES; i++) {
                char line[80];
                snprintf(line, sizeof line, i % 4 ? "%d." : "%d. which goes on", i);
                log_add(log, LOG_ANSWER, line);
            }
            int back = log_back_to(log, LINES, width, height), seen = LINES, pages = 0;
            assert_true(back > 0 && back < LINES);
            for (; back > 0; back = log_back_to(log, back, width, height), pages++) {
                assert_true(back < seen); /* it goes on */
                /* None is skipped. */
                assert_true(seen - back <= log_shown(log, back, width, height) || seen - back == 1);
                seen = back;
            }
            assert_true(seen <= log_shown(log, 0, width, height));
            assert_true(pages <= LINES);
            log_close(log);
        }
}

static void test_short_answer_is_not_paged(void **state)
{
    (void)state;
    struct log *log = log_open(10, NULL);
    log_add(log, LOG_ANSWER, "one\ntwo\nthree");
    assert_int_equal(log_back_to(log, 3, 20, 3), 0);
    assert_int_equal(log_back_to(log, 3, 20, 2), 2); /* "one" and the mark */
    assert_int_equal(log_back_to(log, 2, 20, 2), 0);
    assert_int_equal(log_back_to(log, 99, 20, 3), 0);
    assert_int_equal(log_back_to(log, 3, 0, 0), 0);
    expect_pane(log, 2, 40, 2, "one\n-- more: PageDown (2 lines) --\n");
    log_close(log);
}

int main(void)
{
    setlocale(LC_CTYPE, "C.UTF-8");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ring_keeps_the_newest),
        cmocka_unit_test(test_pane_shows_the_newest_at_the_bottom),
        cmocka_unit_test(test_long_lines_hang),
        cmocka_unit_test(test_long_answer_is_paged_from_its_top),
        cmocka_unit_test(test_short_answer_is_not_paged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
