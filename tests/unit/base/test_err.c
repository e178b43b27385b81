/* test_err.c: messages are set, prefixed, and cut rather than overrun. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"

static void test_set(void **state)
{
    (void)state;
    struct err err = {0};
    assert_int_equal(err_set(&err, ERR_DATA, "row %d: '%s'", 3, "x"), -1);
    assert_int_equal(err.code, ERR_DATA);
    assert_string_equal(err.message, "row 3: 'x'");
    assert_int_equal(err_prefix(&err, "%s: ", "a.csv"), -1);
    assert_string_equal(err.message, "a.csv: row 3: 'x'");
    assert_int_equal(err.code, ERR_DATA);
    assert_int_equal(err_prefix(&err, "%s", ""), -1);
    assert_string_equal(err.message, "a.csv: row 3: 'x'");
    assert_int_equal(err_set(NULL, ERR_DATA, "x"), -1);
    assert_int_equal(err_prefix(NULL, "x"), -1);
}

static void test_long(void **state)
{
    (void)state;
    struct err err = {0};
    char much[1000];
    memset(much, 'm', sizeof much - 1);
    much[sizeof much - 1] = '\0';
    err_set(&err, ERR_USAGE, "%s", much);
    assert_int_equal(strlen(err.message), sizeof err.message - 1);
    err_prefix(&err, "start: ");
    assert_int_equal(strlen(err.message), sizeof err.message - 1);
    assert_memory_equal(err.message, "start: mmm", 10);
    err_prefix(&err, "%s", much);
    assert_int_equal(strlen(err.message), sizeof err.message - 1);
    assert_memory_equal(err.message, "mmm", 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_set), cmocka_unit_test(test_long)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
