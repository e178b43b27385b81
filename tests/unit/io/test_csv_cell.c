/* test_csv_cell.c: cells as numbers, against strtof, and the spellings of a missing value. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../../src/io/csv_cell.h"
#include "base/rng.h"

#define STRINGS 400000

/* In a block of its own, so that a byte read too many is seen. */
static enum csv_number read_cell(const char *text, float *value)
{
    size_t n = strlen(text);
    char *block = malloc(n + 1);
    assert_non_null(block);
    memcpy(block, text, n + 1);
    enum csv_number what = csv_cell_number(block, n, value);
    free(block);
    return what;
}

static void must_agree(const char *text)
{
    float expected = strtof(text, NULL), found = -12345;
    enum csv_number what = read_cell(text, &found);
    if (isinf(expected) ? what != CSV_NUMBER_INFINITE
                        : what != CSV_NUMBER_FINITE || memcmp(&found, &expected, sizeof found) != 0)
        fail_msg("%s: read as %.9g (%d), strtof says %.9g", text, (double)found, (int)what, (double)expected);
}

/* Digits at random: up to 25 of them, a point anywhere, an exponent or none. */
static void random_digits_agree(void **state)
{
    (void)state;
    struct rng rng = rng_start(7, RNG_TEST, 1, 0);
    for (int i = 0; i < STRINGS; i++) {
        char text[64];
        int n = 0, digits = 1 + (int)rng_below(&rng, rng_below(&rng, 4) ? 9 : 25);
        int point = (int)rng_below(&rng, (uint32_t)digits + 2);
        if (rng_below(&rng, 2))
            text[n++] = "+-"[rng_below(&rng, 2)];
        for (int d = 0; d < digits; d++) {
            if (d == point)
                text[n++] = '.';
            text[n++] = (char)('0' + rng_below(&rng, 10));
        }
        if (digits == point)
            text[n++] = '.';
        text[n] = '\0';
        if (rng_below(&rng, 3) == 0)
            snprintf(text + n, sizeof text - (size_t)n, "%c%d", "eE"[rng_below(&rng, 2)],
                     (int)rng_below(&rng, 110) - 60);
        must_agree(text);
    }
}

/* Floats of any bits, in few and in many digits. */
static void random_floats_agree(void **state)
{
    (void)state;
    struct rng rng = rng_start(7, RNG_TEST, 2, 0);
    for (int i = 0; i < STRINGS; i++) {
        uint32_t bits = rng_u32(&rng);
        float value;
        memcpy(&value, &bits, sizeof value);
        if (!isfinite(value))
            continue;
        char text[64];
        snprintf(text, sizeof text, "%.*g", 1 + (int)rng_below(&rng, 17), (double)value);
        must_agree(text);
    }
}

/* The points midway between two floats, exactly, just below and just above: where rounding twice goes wrong. */
static void midpoints_agree(void **state)
{
    (void)state;
    struct rng rng = rng_start(7, RNG_TEST, 3, 0);
    for (int i = 0; i < STRINGS / 4; i++) {
        uint32_t bits = (rng_below(&rng, 60) + 97) << 23 | rng_below(&rng, 1u << 23);
        float low, high;
        memcpy(&low, &bits, sizeof low);
        high = nextafterf(low, INFINITY);
        double middle = ((double)low + (double)high) / 2;
        char text[128];
        snprintf(text, sizeof text, "%.60g", middle);
        must_agree(text);
        snprintf(text, sizeof text, "%.17g", middle);
        must_agree(text);
        snprintf(text, sizeof text, "%.17g", nextafter(middle, (double)low));
        must_agree(text);
        snprintf(text, sizeof text, "%.19g", nextafter(middle, (double)high));
        must_agree(text);
    }
}

static void odd_spellings(void **state)
{
    (void)state;
    static const char *const numbers[] = {"0", "-0", "+1", "1.", ".5", "-.5e1", "00012", "16777217", "16777219",
                                          "1e-45", "1e-46", "3.4028235e38", "0.000000000000000000000000001234567890123",
                                          "1e38", "1e-38", "8589973000", "0.1", "1E+2", "9007199254740993",
                                          "18446744073709551615", "99999999999999999999", "0e999999999999", "1e400",
                                          "-1e400", "3.5e38", "1e-400"};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        must_agree(numbers[i]);
    static const char *const texts[] = {"", "-", "+", ".", "e5", "1e", "1e+", "1x", "0x10", "--1", "1 2", "1,5", "nan",
                                        "1_000", "1.2.3", "in", "infinit", "+-1", "1e5.5", "12345678x", "123456789 1"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        float value = 5;
        assert_int_equal(read_cell(texts[i], &value), CSV_NUMBER_NONE);
    }
    static const char *const infinite[] = {"inf", "-inf", "+Infinity", "INF", "1e39"};
    for (size_t i = 0; i < sizeof infinite / sizeof *infinite; i++) {
        float value = 5;
        assert_int_equal(read_cell(infinite[i], &value), CSV_NUMBER_INFINITE);
        assert_true(value == 5);
    }
    float value = 0;
    assert_int_equal(read_cell(" \t-3.5 ", &value), CSV_NUMBER_FINITE);
    assert_true(value == -3.5f);
}

static void missing_spellings(void **state)
{
    (void)state;
    static const char *const missing[] = {"", "?", "NA", "NaN", "nan", "null", "None", "-", " NA ", "  "};
    static const char *const present[] = {"-3", "0", "none", "na", "N", "--", "NULL", "NA1", "nullx", "??"};
    for (size_t i = 0; i < sizeof missing / sizeof *missing; i++)
        assert_true(csv_cell_missing(missing[i], strlen(missing[i])));
    for (size_t i = 0; i < sizeof present / sizeof *present; i++)
        assert_false(csv_cell_missing(present[i], strlen(present[i])));
}

/* Every text of up to five characters out of those that matter to a short cell. */
static void all_short_texts_agree(void **state)
{
    (void)state;
    static const char alphabet[] = "0159.-+e ";
    char text[8];
    for (int n = 1; n <= 5; n++) {
        int all = 1;
        for (int i = 0; i < n; i++)
            all *= 9;
        for (int code = 0; code < all; code++) {
            int digits = 0, points = 0, others = 0;
            for (int i = 0, rest = code; i < n; i++, rest /= 9) {
                text[i] = alphabet[rest % 9];
                digits += text[i] <= '9' && text[i] >= '0';
                points += text[i] == '.';
                others += i > 0 && strchr("-+e ", text[i]);
            }
            text[n] = '\0';
            float value;
            bool plain = digits > 0 && points <= 1 && others == 0 && text[0] != 'e' && text[0] != ' ';
            if (plain)
                must_agree(text);
            else if (digits == 0 || points > 1)
                assert_int_equal(read_cell(text, &value), CSV_NUMBER_NONE);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_digits_agree), cmocka_unit_test(random_floats_agree), cmocka_unit_test(midpoints_agree),
        cmocka_unit_test(odd_spellings),       cmocka_unit_test(missing_spellings),
        cmocka_unit_test(all_short_texts_agree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
