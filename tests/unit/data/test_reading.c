/* test_reading.c: shapes in words, the rule for which number counts channels, and the same words back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "data/reading.h"

static void words_become_readings(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int features, channels, height, width;
        bool hwc;
        const char *printed;
    } cases[] = {
        {"1x8x8", 64, 1, 8, 8, false, "1x8x8"},           {"8x8", 64, 1, 8, 8, false, "1x8x8"},
        {"8X8x1", 64, 1, 8, 8, true, "8x8x1 hwc"},        {"28x28x1 hwc", 784, 1, 28, 28, true, "28x28x1 hwc"},
        {"3x32x32", 3072, 3, 32, 32, false, "3x32x32"},   {"32x32x3", 3072, 3, 32, 32, true, "32x32x3 hwc"},
        {"32x32x4", 4096, 4, 32, 32, true, "32x32x4 hwc"}, {"32x32x2", 2048, 32, 32, 2, false, "32x32x2"},
        {"3x3x3", 27, 3, 3, 3, false, "3x3x3"},           {"4x5x1", 20, 4, 5, 1, false, "4x5x1"},
        {"32x32x3 chw", 3072, 32, 32, 3, false, "32x32x3 chw"}, {"3x3x3 HWC", 27, 3, 3, 3, true, "3x3x3 hwc"},
        {" 2x4x4  hwc ", 32, 4, 2, 4, true, "2x4x4 hwc"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct reading reading, again;
        struct err err;
        struct text printed = {0};
        if (reading_parse(cases[i].text, cases[i].features, &reading, &err) != 0)
            fail_msg("%s: %s", cases[i].text, err.message);
        const int *dim = reading.shape.dim;
        if (reading.shape.rank != 3 || dim[0] != cases[i].channels || dim[1] != cases[i].height ||
            dim[2] != cases[i].width || reading.hwc != cases[i].hwc)
            fail_msg("%s became %d channels of %d x %d, hwc %d", cases[i].text, dim[0], dim[1], dim[2], reading.hwc);
        reading_print(&reading, &printed);
        assert_string_equal(printed.data, cases[i].printed);
        assert_int_equal(reading_parse(printed.data, cases[i].features, &again, &err), 0);
        assert_true(shape_equal(&reading.shape, &again.shape) && reading.hwc == again.hwc);
        text_free(&printed);
    }
    struct reading flat;
    struct err err;
    struct text printed = {0};
    assert_int_equal(reading_parse("flat", 12, &flat, &err), 0);
    assert_true(flat.shape.rank == 1 && flat.shape.dim[0] == 12);
    reading_print(&flat, &printed);
    assert_string_equal(printed.data, "flat");
    text_free(&printed);
}

static void other_words_are_refused(void **state)
{
    (void)state;
    static const char *const wrong[] = {"",         "64",        "0x8x8",    "-1x8x8",       "8x",
                                        "x8",       "2x2x4x4",   "8x8x1.0",  "1x8x8 rgb",    "8x8 hwc",
                                        "flat chw", "1x8x8 hwc x", "1 x 8 x 8", "99999999999x1x1", "1x8x8chw"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct reading reading;
        struct err err = {0};
        if (reading_parse(wrong[i], 64, &reading, &err) == 0)
            fail_msg("'%s' was not refused", wrong[i]);
        assert_int_equal(err.code, ERR_USAGE);
        assert_non_null(strstr(err.message, "legal: CxHxW or HxWxC"));
    }
    struct reading reading;
    struct err err;
    assert_int_equal(reading_parse("99999999x99999999x99999999", 64, &reading, &err), -1);
    assert_non_null(strstr(err.message, "a row has 64"));
}

static void sources_are_a_permutation(void **state)
{
    (void)state;
    struct reading reading = {.shape = {.rank = 3, .dim = {3, 4, 5}}, .hwc = true};
    unsigned char seen[60] = {0};
    for (size_t c = 0; c < 3; c++)
        for (size_t p = 0; p < 20; p++) {
            assert_int_equal(reading_source(&reading, c * 20 + p), p * 3 + c);
            seen[reading_source(&reading, c * 20 + p)]++;
        }
    for (int i = 0; i < 60; i++)
        assert_int_equal(seen[i], 1);
    reading.hwc = false;
    assert_int_equal(reading_source(&reading, 37), 37);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_become_readings),
        cmocka_unit_test(other_words_are_refused),
        cmocka_unit_test(sources_are_a_permutation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
