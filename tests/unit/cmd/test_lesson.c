/*
 * test_lesson.c: the lessons as files, how one is played step by step, and numbers that are remembered.
 * tests/lessons plays them all.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "cmd/lesson.h"
#include "debug/remembered.h"
#include "talk.h"

#define TITLE_COLUMNS 68 /* so that the list fits 80 columns */

static bool has_line(const struct lesson *lesson, const char *begins)
{
    char line[64];
    snprintf(line, sizeof line, "\n%s", begins);
    return strstr(lesson->text, line);
}

static void test_files(void **state)
{
    (void)state;
    int count = 0;
    for (const struct lesson *lesson = lessons; lesson->name; lesson++, count++) {
        char head[64];
        struct text title = {0};
        snprintf(head, sizeof head, "# %s: ", lesson->name);
        assert_int_equal(strncmp(lesson->text, head, strlen(head)), 0);
        lesson_title(lesson, &title);
        if (title.length == 0 || title.length > TITLE_COLUMNS)
            fail_msg("%s: a title of %zu bytes", lesson->name, title.length);
        text_free(&title);
        assert_ptr_equal(lesson_find(lesson->name), lesson);
        /* A state of its own, claims, and for how many seeds they hold. */
        if (!has_line(lesson, "seed 1\n") || !has_line(lesson, "data ") || !has_line(lesson, "expect ") ||
            !has_line(lesson, "## `make lessons-seeds`:"))
            fail_msg("%s: a line is missing", lesson->name);
        for (const char *line = lesson->text; line < lesson->end; line += strcspn(line, "\n") + 1)
            if (*line == '#' && strcspn(line, "\n") > 80)
                fail_msg("%s: too long for 80 columns: %.90s", lesson->name, line);
        assert_int_equal(*lesson->end, 0);
    }
    assert_true(count > 0 && count <= LESSONS_MAX);
    assert_null(lesson_find("nothing"));
}

/* Works off what waits, runs included. */
static void settle(struct talk *talk)
{
    do {
        live_run(talk->session);
        console_pump(talk->console);
    } while (session_running(talk->session) || console_waiting(talk->console));
}

static void type(struct talk *talk, const char *line)
{
    talk_clear(talk);
    console_execute(talk->console, line);
    settle(talk);
}

static void test_steps(void **state)
{
    static const char text[] = "# X: a title\n## a note\n#\n# Said first.\nstep 2\nexpect step == 2\n\n# Said second.\n"
                               "expect step == 3\nlr 0.5\n\nstep\n# Said last.\n";
    const struct lesson lesson = {"X", text, text + sizeof text - 1};
    struct talk talk;
    (void)state;
    talk_open(&talk, "iris", 1);
    console_set_person(talk.console, true);
    lesson_start(console_lesson(talk.console), &lesson);
    talk_clear(&talk);
    settle(&talk);
    assert_string_equal(talk_text(&talk.answers), "X: a title\n\nSaid first.\n");
    assert_non_null(strstr(talk_text(&talk.notices), "next  step 2\n      expect step == 2\nEnter"));
    assert_int_equal(talk.session->step, 0);

    type(&talk, "");
    assert_int_equal(talk.session->step, 2);
    assert_non_null(strstr(talk_text(&talk.answers), "Said second."));
    assert_null(strstr(talk_text(&talk.answers), "a note"));

    type(&talk, "lr 0.25"); /* anything in between */
    assert_int_equal(talk.session->step, 2);
    type(&talk, "  ");
    assert_non_null(strstr(talk_text(&talk.errors), "lesson X, line 9: expect: step == 3 does not hold: 2 == 3"));
    assert_true(talk.session->optimizer.lr == 0.25);
    type(&talk, ""); /* what follows the line that failed */
    assert_true(talk.session->optimizer.lr == 0.5);
    type(&talk, "");
    assert_int_equal(talk.session->step, 3);
    assert_non_null(strstr(talk_text(&talk.answers), "Said last."));
    assert_non_null(strstr(talk_text(&talk.answers), "lesson X has ended: 1 of 2 expectations held"));
    assert_false(console_in_lesson(talk.console));
    type(&talk, "");
    assert_string_equal(talk_text(&talk.errors), "");
    talk_close(&talk);
}

static void test_leaving(void **state)
{
    struct talk talk;
    (void)state;
    talk_open(&talk, "iris", 1);
    console_set_person(talk.console, true);
    type(&talk, "lesson g4");
    assert_true(console_in_lesson(talk.console));
    type(&talk, "q");
    assert_false(console_in_lesson(talk.console));
    assert_false(console_quitting(talk.console));
    assert_int_equal(talk.session->step, 0);
    type(&talk, "lesson leave");
    assert_non_null(strstr(talk_text(&talk.errors), "none is being played"));
    talk_close(&talk);
}

static void test_remembered(void **state)
{
    struct talk talk;
    struct err err;
    double value;
    char name[REMEMBERED_NAME + 1];
    (void)state;
    talk_open(&talk, "iris", 1);
    assert_null(remembered_name(talk.session, 0, NULL));
    assert_int_equal(remembered_get(talk.session, "a", &value, &err), -1);
    assert_int_equal(remembered_set(talk.session, "a.b_1", 2, &err), 0);
    assert_int_equal(remembered_set(talk.session, "a.b_1", 3, &err), 0);
    assert_int_equal(remembered_get(talk.session, "a.b_1", &value, &err), 0);
    assert_true(value == 3);
    assert_null(remembered_name(talk.session, 1, NULL));
    memset(name, 'x', sizeof name);
    name[REMEMBERED_NAME] = 0;
    assert_int_equal(remembered_set(talk.session, name, 1, &err), -1);
    name[REMEMBERED_NAME - 1] = 0;
    assert_int_equal(remembered_set(talk.session, name, 1, &err), 0);
    const char *const wrong[] = {"", "1a", ".a", "a b", "a$", "\xC3\xA4"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_int_equal(remembered_set(talk.session, wrong[i], 1, &err), -1);
    int refused = 0;
    for (int i = 0; i < 1100; i++) { /* a loop in a script cannot take all memory */
        snprintf(name, sizeof name, "n%d", i);
        refused += remembered_set(talk.session, name, i, &err) != 0;
    }
    assert_int_equal(refused, 102);
    talk_refuse(&talk, "print $", "is not remembered");
    talk_close(&talk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_files),
        cmocka_unit_test(test_steps),
        cmocka_unit_test(test_leaving),
        cmocka_unit_test(test_remembered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
