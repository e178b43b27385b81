/* test_census.c: counts, ranges, and the words for them. */
#include <math.h>

#include "debug/census.h"

#include "live.h"

static const char *bad_words(const struct census *census)
{
    static char words[80];
    struct text out = {0};
    text_add(&out, "%s", "");
    census_print_bad(census, &out);
    snprintf(words, sizeof words, "%s", out.data);
    text_free(&out);
    return words;
}

static void test_finite(void **state)
{
    (void)state;
    const float values[] = {-3, 1, 2, 4};
    struct census census = {0};
    census_add(&census, values, 2);
    census_add(&census, values + 2, 2);
    assert_int_equal(census.count, 4);
    assert_int_equal(census_bad(&census), 0);
    assert_true(census.least == -3 && census.greatest == 4 && census_mean(&census) == 1);
    assert_true(census_absmax(&census) == 4);
    assert_string_equal(bad_words(&census), "");
}

/* What is not finite is told apart and does not touch the range. */
static void test_bad(void **state)
{
    (void)state;
    const float values[] = {INFINITY, 5, -INFINITY, NAN, 7, NAN};
    struct census census = {0};
    census_add(&census, values + 1, 1);
    census_add(&census, values, 3);
    census_add(&census, values + 3, 3);
    assert_int_equal(census.nan, 2);
    assert_int_equal(census.positive, 1);
    assert_int_equal(census.negative, 1);
    assert_int_equal(census.first, 1);
    assert_true(census.least == 5 && census.greatest == 7);
    assert_string_equal(bad_words(&census), "2 NaN, 1 +inf and 1 -inf");
}

static void test_only_bad(void **state)
{
    (void)state;
    const float values[] = {NAN, -INFINITY, -2, -1};
    struct census census = {0};
    census_add(&census, values, 2);
    assert_true(isnan(census_mean(&census)));
    assert_true(census_absmax(&census) == 0);
    assert_string_equal(bad_words(&census), "1 NaN and 1 -inf");
    census_add(&census, values + 2, 2);
    assert_true(census.least == -2 && census.greatest == -1);
}

static void test_index(void **state)
{
    (void)state;
    struct text out = {0};
    struct tensor tensor = {.rank = 3, .dim = {2, 3, 4}, .count = 24};
    tensor_print_shape(&tensor, &out);
    tensor_print_index(&tensor, 0, &out);
    tensor_print_index(&tensor, 23, &out);
    tensor_print_index(&tensor, 5, &out);
    assert_string_equal(out.data, "[2, 3, 4][0, 0, 0][1, 2, 3][0, 1, 1]");
    text_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_finite),
        cmocka_unit_test(test_bad),
        cmocka_unit_test(test_only_bad),
        cmocka_unit_test(test_index),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
