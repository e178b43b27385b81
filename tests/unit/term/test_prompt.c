/* test_prompt.c: the line editor fed with keys: what is entered and shown, and that no order of keys breaks it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "term/prompt.h"

struct seen {
    char line[4096]; /* the last that was entered */
    int lines, ends;
};

static void on_entered(void *context, const char *line)
{
    struct seen *seen = context;
    if (!line) {
        seen->ends++;
        return;
    }
    seen->lines++;
    snprintf(seen->line, sizeof seen->line, "%s", line);
    prompt_remember(line);
}

static void on_complete(void *context, const char *line, int cursor, int *start, bool *files, struct text *out)
{
    (void)context;
    while (*start > 0 && line[*start - 1] != ' ')
        (*start)--;
    *files = false;
    const char *const words[] = {"alpha", "alphabet", "beta"};
    for (int i = 0; i < 3; i++)
        if (strncmp(words[i], line + *start, (size_t)(cursor - *start)) == 0)
            text_add(out, "%s\n", words[i]);
}

static void on_show(void *context, const char *text)
{
    struct seen *seen = context;
    snprintf(seen->line, sizeof seen->line, "%s", text);
}

static void on_repaint(void *context)
{
    (void)context;
}

static int set_up(void **state)
{
    struct seen *seen = calloc(1, sizeof *seen);
    struct prompt_hooks hooks = {on_entered, on_complete, on_show, on_repaint, seen};
    setenv("INPUTRC", "/dev/null", 1);
    prompt_open(&hooks, NULL);
    *state = seen;
    return seen ? 0 : -1;
}

static int tear_down(void **state)
{
    prompt_close();
    free(*state);
    return 0;
}

static void type(const char *text)
{
    for (; *text; text++)
        prompt_key(text, 1);
}

static void assert_shown(const char *expected, size_t cursor)
{
    struct text shown = {0};
    size_t at;
    prompt_view(&shown, &at);
    assert_string_equal(shown.data, expected);
    assert_int_equal(at, cursor);
    text_free(&shown);
}

static void test_lines(void **state)
{
    struct seen *seen = *state;
    type("step 5");
    assert_shown("dnntui> step 5", 14);
    type("\001");
    assert_shown("dnntui> step 5", 8);
    type("\r");
    assert_string_equal(seen->line, "step 5");
    assert_shown("dnntui> ", 8);
    type("\004");
    assert_int_equal(seen->ends, 1);
}

static void test_control_characters_are_made_visible(void **state)
{
    (void)state;
    type("a\026\033b");
    assert_shown("dnntui> a^[b", 12);
    prompt_clear();
    assert_shown("dnntui> ", 8);
}

static void test_completion(void **state)
{
    struct seen *seen = *state;
    type("x be\t");
    assert_shown("dnntui> x beta ", 15);
    prompt_clear();
    type("x al\t");
    assert_shown("dnntui> x alpha", 15);
    assert_string_equal(seen->line, "alpha  alphabet");
}

static void test_search(void **state)
{
    (void)state;
    type("one\rtwo\rthree\r\022tw");
    assert_shown("(reverse-i-search)`tw': two", 24);
    assert_true(prompt_wants_escape());
    prompt_clear();
    assert_shown("dnntui> ", 8);
    type("\022on\033");
    assert_shown("dnntui> one", 8);
}

static void test_no_order_of_keys_breaks_it(void **state)
{
    struct seen *seen = *state;
    static const char *const keys[] = {"\022", "\023", "\033", "\007", "\r",     "a",    "\030",  "\033[A", "\033[B",
                                       "\024", "\035", "\026", "\0335", "\025",   "\031", "\t",    "ö",      "clear",
                                       "\033\022", "\030\022", "\001", "\037", "\033x", "\033.", "\020", "\016",
                                       "\033p", "\033-", "\030(", "\030)", "\030e", "\005", "\033n", "\033\033"};
    uint32_t x = 1;
    for (int i = 0; i < 60000; i++) {
        x = x * 1664525 + 1013904223;
        const char *key = keys[(x >> 16) % (sizeof keys / sizeof *keys)];
        if (strcmp(key, "clear") == 0 || i % 200 == 0)
            prompt_clear();
        else
            prompt_key(key, (int)strlen(key));
        struct text shown = {0};
        size_t cursor;
        prompt_view(&shown, &cursor);
        assert_true(cursor <= shown.length);
        text_free(&shown);
    }
    prompt_clear();
    type("hash\r");
    assert_string_equal(seen->line, "hash");
}

int main(void)
{
    setlocale(LC_CTYPE, "C.UTF-8");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_lines, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_control_characters_are_made_visible, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_completion, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_search, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_no_order_of_keys_breaks_it, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
