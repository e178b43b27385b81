/* test_text.c: escaping, numbers, figures, words. */
#include <locale.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/rng.h"
#include "base/text.h"

static void test_growing(void **state)
{
    (void)state;
    struct text text = {0};
    for (int i = 0; i < 1000; i++)
        text_add(&text, "%d,", i % 10);
    text_add_bytes(&text, "a\0b", 3);
    assert_int_equal(text.length, 2003);
    assert_int_equal(text.data[2001], '\0');
    assert_int_equal(text.data[2003], '\0');
    assert_memory_equal(text.data, "0,1,2,", 6);
    text_clear(&text);
    assert_string_equal(text.data, "");
    text_free(&text);
    assert_null(text.data);
    text_add_bytes(&text, "", 0);
    assert_string_equal(text.data, "");
    text_free(&text);
}

static void escapes(const char *in, const char *want)
{
    char out[128];
    assert_ptr_equal(text_escape(out, sizeof out, in), out);
    assert_string_equal(out, want);
}

static void test_escape(void **state)
{
    (void)state;
    escapes("plain", "plain");
    escapes("\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80", "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80");
    escapes("\x1b[31mred\x07\n\t\x7f", "\\x1B[31mred\\x07\\x0A\\x09\\x7F");
    escapes("\xc2\x9b" "31m", "\\u{009B}31m");
    escapes("\xe2\x80\xae" "txt.exe", "\\u{202E}txt.exe");
    escapes("\xe2\x81\xa6\xe2\x81\xa9\xe2\x80\x8e\xe2\x80\x8f\xd8\x9c",
            "\\u{2066}\\u{2069}\\u{200E}\\u{200F}\\u{061C}");
    escapes("\xe2\x80\xa8\xe2\x80\xa9\xe2\x80\xaa", "\\u{2028}\\u{2029}\\u{202A}");
    escapes("\xe2\x80\xa7\xe2\x80\xaf\xe2\x81\xa5\xe2\x81\xaa", "\xe2\x80\xa7\xe2\x80\xaf\xe2\x81\xa5\xe2\x81\xaa");
}

static void test_escape_invalid(void **state)
{
    (void)state;
    escapes("\x80\xff", "\\x80\\xFF");
    escapes("\xc0\xaf", "\\xC0\\xAF");                             /* overlong / */
    escapes("\xc1\xbf", "\\xC1\\xBF");
    escapes("\xe0\x80\xaf", "\\xE0\\x80\\xAF");
    escapes("\xf0\x8f\xbf\xbf", "\\xF0\\x8F\\xBF\\xBF");
    escapes("\xed\xa0\x80", "\\xED\\xA0\\x80");                    /* a surrogate */
    escapes("\xf4\x90\x80\x80", "\\xF4\\x90\\x80\\x80");           /* U+110000 */
    escapes("\xf4\x8f\xbf\xbf", "\xf4\x8f\xbf\xbf");               /* U+10FFFF */
    escapes("\xf8\x88\x80\x80\x80", "\\xF8\\x88\\x80\\x80\\x80");
    escapes("\xe2\x82", "\\xE2\\x82");                             /* cut short */
    escapes("\xe2\x82x", "\\xE2\\x82x");
}

static void test_escape_cut(void **state)
{
    (void)state;
    char out[16];
    assert_string_equal(text_escape(out, 6, "abcde"), "abcde");
    assert_string_equal(text_escape(out, 6, "abcdef"), "ab...");
    assert_string_equal(text_escape(out, 6, "a\xe2\x82\xac" "bc"), "a...");
    assert_string_equal(text_escape(out, 6, "a\x01\x01"), "a...");
    assert_string_equal(text_escape(out, 3, "abcdef"), "..");
    assert_string_equal(text_escape(out, 1, "abcdef"), "");
    out[0] = 'z';
    text_escape(out, 0, "abc");
    assert_int_equal(out[0], 'z');
}

/* Whatever bytes come in, what goes out is printable, ends in time and fits. */
static void test_escape_random(void **state)
{
    (void)state;
    struct rng rng = rng_start(1, RNG_TEST, 0, 0);
    for (int round = 0; round < 20000; round++) {
        char in[24], out[64];
        size_t n = rng_below(&rng, sizeof in), size = 1 + rng_below(&rng, sizeof out);
        for (size_t i = 0; i < n; i++)
            in[i] = (char)(rng_below(&rng, 2) ? 0x80 + rng_below(&rng, 128) : 1 + rng_below(&rng, 255));
        in[n] = '\0';
        text_escape(out, size, in);
        assert_true(strlen(out) < size);
        for (const char *at = out; *at;) {
            uint32_t code;
            at += text_decode(at, &code);
            assert_true(code != TEXT_INVALID && code >= 0x20 && !(code >= 0x7F && code <= 0x9F));
        }
    }
}

static void test_columns(void **state)
{
    (void)state;
    setlocale(LC_CTYPE, "C");
    assert_int_equal(text_columns(""), 0);
    assert_int_equal(text_columns("abc"), 3);
    assert_int_equal(text_columns("\xc3\xa4\xe2\x82\xac"), 2);
    assert_int_equal(text_columns("a\xff"), 2);
    if (setlocale(LC_CTYPE, "C.UTF-8")) {
        assert_int_equal(text_columns("\xc3\xa4\xe2\x82\xac"), 2);
        assert_int_equal(text_columns("\xe4\xb8\xad"), 2);
        assert_int_equal(text_columns("a\xcc\x88"), 1);
        setlocale(LC_CTYPE, "C");
    }
}

static void test_double(void **state)
{
    (void)state;
    static const char *const good[] = {"0", "-1.5", "+2", "1e3", "1.E-2", ".5", " 7 ", "\t8\r\n", "1e-400", NULL};
    static const double value[] = {0, -1.5, 2, 1000, 0.01, 0.5, 7, 8, 0};
    static const char *const bad[] = {"",     " ",     "nan", "inf", "-Infinity", "0x10", "1,5", "1e",  "e5", ".",
                                      "1 2", "1e+",  "--1", "1.2.3", "1e999", "-1e999", "5x", "+", "1_000", NULL};
    double x = 0;
    for (int i = 0; good[i]; i++) {
        assert_true(text_to_double(good[i], &x));
        assert_true(x == value[i]);
    }
    x = 77;
    for (int i = 0; bad[i]; i++)
        if (text_to_double(bad[i], &x))
            fail_msg("'%s' was read as %g", bad[i], x);
    assert_true(x == 77);
}

static void test_long(void **state)
{
    (void)state;
    long n = 77;
    assert_false(text_to_long("1.0", &n));
    assert_false(text_to_long("", &n));
    assert_false(text_to_long("0x1", &n));
    assert_false(text_to_long("9223372036854775808", &n));
    assert_false(text_to_long("1 1", &n));
    assert_int_equal(n, 77);
    assert_true(text_to_long("-9223372036854775808", &n) && n == INT64_MIN);
    assert_true(text_to_long(" +012 ", &n) && n == 12);
}

static void test_figures(void **state)
{
    (void)state;
    assert_string_equal(text_bytes(0).s, "0 B");
    assert_string_equal(text_bytes(1023).s, "1023 B");
    assert_string_equal(text_bytes(1536 * 1024.0).s, "1.5 MB");
    assert_string_equal(text_bytes(1023.9 * 1024).s, "1.0 MB");
    assert_string_equal(text_bytes(20.0 * 1024 * 1024 * 1024).s, "20 GB");
    assert_string_equal(text_count(0).s, "0");
    assert_string_equal(text_count(999).s, "999");
    assert_string_equal(text_count(1234567).s, "1,234,567");
    assert_string_equal(text_count(-123456).s, "-123,456");
    assert_string_equal(text_count(1e30).s, "1e+30");
    assert_string_equal(text_count(NAN).s, "nan");
    assert_string_equal(text_short(0.00123).s, "0.00123");
    assert_string_equal(text_short(1.2e-5).s, "1.2e-05");
    assert_string_equal(text_short(NAN).s, "nan");
    assert_string_equal(text_short(-INFINITY).s, "-inf");
    assert_string_equal(text_short(-0.0).s, "0");
    assert_string_equal(text_short(12345.6).s, "12346");
    assert_string_equal(text_short(-1.2345e-300).s, "-1.2e-300");
    assert_string_equal(text_exact(0.1).s, "0.1");
    assert_string_equal(text_exact(100).s, "100");
    assert_string_equal(text_exact(1e-3).s, "0.001");
}

static void test_figures_random(void **state)
{
    (void)state;
    struct rng rng = rng_start(2, RNG_TEST, 0, 0);
    for (int round = 0; round < 100000; round++) {
        uint64_t bits = (uint64_t)rng_u32(&rng) << 32 | rng_u32(&rng);
        double x, read;
        memcpy(&x, &bits, sizeof x);
        if (round % 2)
            x = ldexp(rng_normal(&rng), (int)rng_below(&rng, 60) - 30);
        assert_true(strlen(text_short(x).s) <= 9);
        assert_true(strlen(text_bytes(x).s) < 20 && strlen(text_count(x).s) < 24);
        if (isfinite(x)) {
            assert_true(text_to_double(text_exact(x).s, &read));
            assert_true(read == x);
        }
    }
}

static void test_nearest(void **state)
{
    (void)state;
    static const char *const names[] = {"ce", "bce", "mse", "mae", "huber", "softmax", "", NULL};
    assert_string_equal(text_nearest("mes", names), "mse");
    assert_string_equal(text_nearest("MSE", names), "mse");
    assert_string_equal(text_nearest("hubre", names), "huber");
    assert_string_equal(text_nearest("sotfmx", names), "softmax");
    assert_null(text_nearest("zebra", names));
    assert_null(text_nearest("", names));
    char endless[300];
    memset(endless, 'm', sizeof endless - 1);
    endless[sizeof endless - 1] = '\0';
    assert_null(text_nearest(endless, names));
}

static void splits(const char *in, int max, const char *want)
{
    char line[128], *words[8];
    struct text joined = {0};
    strcpy(line, in);
    int n = text_split(line, words, max);
    text_add(&joined, "%d", n);
    for (int i = 0; i < n; i++) {
        assert_true(words[i] >= line && words[i] < line + sizeof line);
        text_add(&joined, "[%s]", words[i]);
    }
    assert_string_equal(joined.data, want);
    text_free(&joined);
}

static void test_split(void **state)
{
    (void)state;
    splits("", 8, "0");
    splits("  \t ", 8, "0");
    splits("dense 64  bias=off\n", 8, "3[dense][64][bias=off]");
    splits("load 'my file.csv' x", 8, "3[load][my file.csv][x]");
    splits("a=\"b 'c'\"d e", 8, "2[a=b 'c'd][e]");
    splits("'' \"\"", 8, "2[][]");
    splits("a#b # c d", 8, "1[a#b]");
    splits("'#' x", 8, "2[#][x]");
    splits("# all", 8, "0");
    splits("open 'quote", 8, "-1");
    splits("a # it's", 8, "1[a]");
    splits("a b c", 2, "2[a][b]");
    splits("a b 'c", 2, "-1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_growing),       cmocka_unit_test(test_escape),  cmocka_unit_test(test_escape_invalid),
        cmocka_unit_test(test_escape_cut),    cmocka_unit_test(test_columns), cmocka_unit_test(test_escape_random),
        cmocka_unit_test(test_double),        cmocka_unit_test(test_long),    cmocka_unit_test(test_figures),
        cmocka_unit_test(test_figures_random), cmocka_unit_test(test_nearest), cmocka_unit_test(test_split),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
