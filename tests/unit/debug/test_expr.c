/* test_expr.c: the grammar, where errors point, limits, and what a NaN does. */
#include <math.h>

#include "live.h"

static struct session *session;

static int open_session(void **state)
{
    (void)state;
    session = live_open("iris", 1, 1);
    return 0;
}

static int close_session(void **state)
{
    session_close(session);
    return live_clean(state);
}

static void test_values(void **state)
{
    static const struct {
        const char *text;
        double value;
    } rows[] = {
        {"1", 1}, {".5", 0.5}, {"1e3", 1000}, {"2.5E-1", 0.25}, {"  7  ", 7},
        {"1 + 2 * 3", 7}, {"(1 + 2) * 3", 9}, {"10 - 3 - 2", 5}, {"16 / 4 / 2", 2}, {"2 * 3 / 4", 1.5},
        {"-2 * -3", 6}, {"- - 4", 4}, {"1 - -1", 2}, {"-(1 + 2)", -3}, {"2+-3", -1},
        {"1 < 2", 1}, {"2 < 1", 0}, {"2 <= 2", 1}, {"3 >= 4", 0}, {"4 > 3", 1}, {"2 == 2", 1}, {"2 != 2", 0},
        {"1 + 1 == 2", 1}, {"1 < 2 < 3", 1}, {"3 > 2 > 1", 0}, {"1<2", 1}, {"1<=1", 1},
        {"0 or 1", 1}, {"0 or 0", 0}, {"1 and 1", 1}, {"1 and 0", 0}, {"1 or 0 and 0", 1}, {"(1 or 0) and 0", 0},
        {"not 0", 1}, {"not 3", 0}, {"not 1 == 2", 1}, {"not not 5", 1}, {"not 0 and 0", 0}, {"not(1)", 0},
        {"0 or not 0", 1}, {"5 and -1", 1},
        {"abs(-3)", 3}, {"sqrt(16)", 4}, {"exp(0)", 1}, {"log(1)", 0}, {"max(1, 2)", 2}, {"min(1,2)", 1},
        {"max(min(5, 3), 2)", 3}, {"abs(-1) + abs( -2 )", 3}, {"sqrt(abs(-9)) * 2", 6},
        {"step", 0}, {"batch", 32}, {"step + 1 > 0 and batch == 32", 1},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        double value = live_number(session, rows[i].text);
        if (value != rows[i].value)
            fail_msg("%s is %g, not %g", rows[i].text, value, rows[i].value);
    }
}

static void test_nan(void **state)
{
    static const struct {
        const char *text;
        double value;
    } rows[] = {
        {"log(-1) < 1", 0},  {"log(-1) > 1", 0},  {"log(-1) <= 1", 0}, {"log(-1) >= 1", 0}, {"log(-1) == log(-1)", 0},
        {"log(-1) != 1", 1}, {"not log(-1)", 0},  {"log(-1) or 0", 1}, {"log(-1) and 0", 0},
    };
    static const char *const stay[] = {"log(-1)", "log(-1) * 0", "-log(-1)", "max(log(-1), 1)", "max(1, log(-1))",
                                       "min(log(-1), 1)", "min(1, log(-1))", "abs(sqrt(-1))", "0 / 0"};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (live_number(session, rows[i].text) != rows[i].value)
            fail_msg("%s is not %g", rows[i].text, rows[i].value);
    for (size_t i = 0; i < sizeof stay / sizeof *stay; i++)
        if (!isnan(live_number(session, stay[i])))
            fail_msg("%s is a number", stay[i]);
    assert_true(live_number(session, "1 / 0") == INFINITY);
}

/* Each is refused at the column given (from 1), with a caret below it. */
static void test_malformed(void **state)
{
    static const struct {
        const char *text;
        int column;
        const char *says;
    } rows[] = {
        {"", 1, "ends here"},           {"   ", 4, "ends here"},        {"1 +", 4, "ends here"},
        {"1 + ", 5, "ends here"},       {"* 2", 1, "expected"},         {"1 * / 2", 5, "expected"},
        {"(1", 3, "parenthesis"},       {"(1 + 2", 7, "parenthesis"},   {")", 1, "expected"},
        {"1)", 2, "operator"},          {"1 2", 3, "operator"},         {"loss step", 6, "operator"},
        {"1.2.3", 4, "without a blank"}, {"3x", 2, "without a blank"},  {"0x10", 2, "without a blank"},
        {"1e", 2, "without a blank"},   {"1e999", 1, "too large"},      {".", 1, "number"},
        {"1 = 2", 3, "operator"},       {"1 & 2", 3, "operator"},       {"a ! b", 3, "operator"},
        {"sin(1)", 1, "no such function"}, {"max(1)", 6, "comma"},      {"max(1, 2, 3)", 9, "parenthesis"},
        {"abs(1, 2)", 6, "parenthesis"}, {"abs()", 5, "expected"},      {"and 1", 1, "expected"},
        {"1 and", 6, "ends here"},      {"1 or or 2", 6, "expected"},   {"not", 4, "ends here"},
        {"1 + not 2", 5, "expected"},   {"loss < ", 8, "ends here"},    {"#", 1, "expected"},
        {"loss, step", 5, "operator"},  {"1 + \xC2\xB5", 5, "expected"}, {"\x1b[2J", 1, "expected"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct err err = {0};
        char column[32], caret[64];
        if (expr_parse(rows[i].text, &err))
            fail_msg("'%s' was taken", rows[i].text);
        snprintf(column, sizeof column, "column %d: ", rows[i].column);
        snprintf(caret, sizeof caret, "\n  %*s^", rows[i].column - 1, "");
        const char *last = strrchr(err.message, '\n');
        if (strncmp(err.message, column, strlen(column)) != 0 || !strstr(err.message, rows[i].says) || !last ||
            strcmp(last, caret) != 0)
            fail_msg("'%s': %s", rows[i].text, err.message);
        assert_int_equal(err.code, ERR_USAGE);
    }
}

static void test_caret_under_wide_text(void **state)
{
    struct err err = {0};
    char text[400], expected[64];
    (void)state;
    /* Two bytes are one character: the caret stands where a person sees the fault. */
    assert_null(expr_parse("\"\xC2\xB5\"", &err));
    assert_null(expr_parse("loss + \xC2\xB5 )", &err));
    assert_non_null(strstr(err.message, "\n         ^"));
    /* Of a long text the part around the fault is shown. */
    memset(text, ' ', sizeof text);
    memcpy(text + 350, "1 $", 4);
    assert_null(expr_parse(text, &err));
    const char *shown = strchr(err.message, '\n') + 1, *caret = strrchr(err.message, '\n') + 1;
    snprintf(expected, sizeof expected, "%.*s", (int)(strchr(shown, '\n') - shown), shown);
    assert_int_equal(expected[strlen(caret) - 1], '$');
}

/* N copies of PART, then TAIL. */
static char *repeat(const char *part, int n, const char *tail)
{
    size_t length = strlen(part);
    char *text = malloc(length * (size_t)n + strlen(tail) + 1);
    assert_non_null(text);
    for (int i = 0; i < n; i++)
        memcpy(text + length * (size_t)i, part, length);
    strcpy(text + length * (size_t)n, tail);
    return text;
}

static void check_refused(const char *part, int n, const char *tail, const char *says)
{
    char *text = repeat(part, n, tail);
    struct err err = {0};
    struct expr *expr = expr_parse(text, &err);
    free(text);
    if (expr || !strstr(err.message, says))
        fail_msg("%d times '%s': %s", n, part, expr ? "taken" : err.message);
}

static void test_limits(void **state)
{
    (void)state;
    check_refused("(", 100000, "1", "too deep");
    check_refused("-", 100000, "1", "too deep");
    check_refused("not ", 100000, "1", "too deep");
    check_refused("abs(", 100000, "1", "too deep");
    check_refused("1+", 100000, "1", "too long");
    check_refused("1 or ", 100000, "1", "too long");
    check_refused("n", 100000, "", "too long");
    char *text = repeat("(", 60, "1"), *tail = repeat(")", 60, "");
    char *whole = repeat(text, 1, tail);
    assert_true(live_number(session, whole) == 1);
    free(text);
    free(tail);
    free(whole);
    text = repeat("1+", 400, "1");
    assert_true(live_number(session, text) == 401);
    free(text);
}

static void test_tensors_and_text(void **state)
{
    struct err err = {0};
    struct named value;
    double number;
    (void)state;
    struct expr *expr = expr_parse("fc1.weight", &err);
    assert_int_equal(expr_value(expr, session, &value, &err), 0);
    assert_int_equal(value.type, NAMED_TENSOR);
    assert_int_equal(value.tensor.rank, 2);
    assert_int_equal(value.tensor.dim[1], session->data->features);
    assert_string_equal(expr_text(expr), "fc1.weight");
    assert_int_equal(expr_number(expr, session, &number, &err), -1);
    assert_non_null(strstr(err.message, "column 1: fc1.weight is a tensor"));
    expr_free(expr);
    expr = expr_parse("1 + 2 * fc1.bias", &err);
    assert_int_equal(expr_value(expr, session, &value, &err), -1);
    assert_non_null(strstr(err.message, "column 9: "));
    assert_non_null(strstr(err.message, "such as fc1.bias.norm"));
    expr_free(expr);
    /* A name is looked up when it is evaluated. */
    expr = expr_parse("nothing.of.the.sort < 1", &err);
    assert_non_null(expr);
    assert_int_equal(expr_number(expr, session, &number, &err), -1);
    expr_free(expr);
    expr_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values),    cmocka_unit_test(test_nan),    cmocka_unit_test(test_malformed),
        cmocka_unit_test(test_caret_under_wide_text), cmocka_unit_test(test_limits),
        cmocka_unit_test(test_tensors_and_text),
    };
    return cmocka_run_group_tests(tests, open_session, close_session);
}
