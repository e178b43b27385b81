/* test_keys.c: bytes become whole keys, however they arrive. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "term/keys.h"

/* Feeds BYTES and writes what became whole: T<text> S<sequence> P<paste>, each ended by a blank, ESC shown as ^. */
static const char *units(const char *bytes, size_t n)
{
    static struct text seen;
    struct keys keys = {.utf8 = true};
    text_clear(&seen);
    text_add(&seen, "%s", "");
    for (size_t i = 0; i < n; i++) {
        switch (keys_take(&keys, bytes[i])) {
        case KEYS_NONE:
            break;
        case KEYS_TEXT:
            text_add(&seen, "T%s ", keys.unit);
            assert_int_equal(keys.n, strlen(keys.unit));
            break;
        case KEYS_SEQUENCE:
            text_add(&seen, "S%s ", keys.unit);
            break;
        case KEYS_PASTE:
            text_add(&seen, "P%s ", keys.paste.data);
            break;
        }
    }
    keys_reset(&keys);
    for (char *p = seen.data; *p; p++)
        if (*p == '\033')
            *p = '^';
    static char copy[4096];
    snprintf(copy, sizeof copy, "%s", seen.data);
    text_free(&seen);
    return copy;
}
#define UNITS(literal) units(literal, sizeof literal - 1)

static void test_characters(void **state)
{
    (void)state;
    assert_string_equal(UNITS("ab"), "Ta Tb ");
    assert_string_equal(UNITS("\303\266"), "Tö ");
    assert_string_equal(UNITS("\346\274\242x"), "T漢 Tx ");
    assert_string_equal(UNITS("\360\237\230\200"), "T😀 ");
    assert_string_equal(UNITS("\r"), "T\r ");
}

static void test_what_is_no_character_is_dropped(void **state)
{
    (void)state;
    assert_string_equal(UNITS("\377\376\200\300\257a"), "Ta ");
    assert_string_equal(UNITS("\303a"), "Ta ");           /* the rest never came */
    assert_string_equal(UNITS("\346\274a"), "Ta ");
    assert_string_equal(UNITS("\303\303\266"), "Tö ");
    assert_string_equal(UNITS("\303\033[A"), "S^[A ");
}

static void test_sequences(void **state)
{
    (void)state;
    assert_string_equal(UNITS("\033[A"), "S^[A ");
    assert_string_equal(UNITS("\033OP"), "S^OP ");
    assert_string_equal(UNITS("\033[1;5Cx"), "S^[1;5C Tx ");
    assert_string_equal(UNITS("\033[[Ax"), "S^[[A Tx ");  /* the Linux console's F1 */
    assert_string_equal(UNITS("\033[<0;10;20Mx"), "S^[<0;10;20M Tx ");
    assert_string_equal(UNITS("\033f\033\303\266"), "T^f T^ö ");
    assert_string_equal(UNITS("\033\033\033[A"), "S^[A ");
    assert_string_equal(UNITS("\033[1\033[B"), "S^[B ");   /* broken off */
    assert_string_equal(UNITS("\033[1\003"), "T\003 ");
}

static void test_sequences_too_long_are_dropped(void **state)
{
    (void)state;
    char bytes[300];
    memset(bytes, '1', sizeof bytes);
    memcpy(bytes, "\033[", 2);
    memcpy(bytes + sizeof bytes - 2, "mx", 2);
    assert_string_equal(units(bytes, sizeof bytes), "Tx ");
}

static void test_pastes(void **state)
{
    (void)state;
    assert_string_equal(UNITS("\033[200~a\rb\033[201~c"), "Pa\rb Tc ");
    assert_string_equal(UNITS("\033[200~\033[A\033[20\033[201~"), "P^[A^[20 ");
    assert_string_equal(UNITS("\033[200~never ended"), "");
    assert_string_equal(UNITS("\033[201~a"), "Ta ");
    assert_string_equal(UNITS("\033[200~1\033[201~\033[200~2\033[201~"), "P1 P2 ");
}

static void test_a_flush_takes_a_lone_escape_only(void **state)
{
    (void)state;
    struct keys keys = {.utf8 = true};
    assert_int_equal(keys_flush(&keys), KEYS_NONE);
    assert_int_equal(keys_take(&keys, '\033'), KEYS_NONE);
    assert_true(keys_escape_held(&keys));
    assert_int_equal(keys_flush(&keys), KEYS_TEXT);
    assert_string_equal(keys.unit, "\033");
    assert_int_equal(keys_take(&keys, '\033'), KEYS_NONE);
    assert_int_equal(keys_take(&keys, '['), KEYS_NONE);
    assert_false(keys_escape_held(&keys));
    assert_int_equal(keys_flush(&keys), KEYS_NONE);
    assert_int_equal(keys_take(&keys, 'A'), KEYS_SEQUENCE);
    keys_reset(&keys);
}

static void test_bytes_where_there_is_no_utf8(void **state)
{
    (void)state;
    struct keys keys = {.utf8 = false};
    assert_int_equal(keys_take(&keys, '\344'), KEYS_TEXT);
    assert_int_equal(keys.n, 1);
}

static void test_random_bytes_end_nowhere_bad(void **state)
{
    (void)state;
    struct keys keys = {.utf8 = true};
    uint32_t x = 1;
    for (int i = 0; i < 1000000; i++) {
        static const char likely[] = "\033[[O0123;~<ABM\303\266\346\274\242";
        x = x * 1664525 + 1013904223;
        char byte = x >> 31 ? (char)(x >> 16) : likely[(x >> 16) % (sizeof likely - 1)];
        if (keys_take(&keys, byte) == KEYS_TEXT)
            assert_in_range(keys.n, 1, 5);
        assert_in_range(keys.holding, 0, KEYS_HELD - 1);
        if (i % 1000 == 0)
            keys_reset(&keys);
    }
    keys_reset(&keys);
}

static void test_names(void **state)
{
    (void)state;
    char room[16];
    assert_string_equal(keys_name("\033OP", room), "F1");
    assert_string_equal(keys_name("\033[11~", room), "F1");
    assert_string_equal(keys_name("\033[24~", room), "F12");
    assert_string_equal(keys_name("\033[5~", room), "PageUp");
    assert_string_equal(keys_name("\014", room), "Ctrl-L");
    assert_string_equal(keys_name("\033x", room), "Alt-x");
    assert_null(keys_name("a", room));
    assert_null(keys_name("\033", room));
    assert_null(keys_name("\033[99~", room));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_characters),
        cmocka_unit_test(test_what_is_no_character_is_dropped),
        cmocka_unit_test(test_sequences),
        cmocka_unit_test(test_sequences_too_long_are_dropped),
        cmocka_unit_test(test_pastes),
        cmocka_unit_test(test_a_flush_takes_a_lone_escape_only),
        cmocka_unit_test(test_bytes_where_there_is_no_utf8),
        cmocka_unit_test(test_random_bytes_end_nowhere_bad),
        cmocka_unit_test(test_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
