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
        {"fc1.weight[]", 12, "an index or a range"}, {"x[0", 4, "comma or ]"},  {"x[1.5]", 3, "whole number"},
        {"x[::0]", 5, "cannot be 0"},   {"x[1:2:3:4]", 8, "comma or ]"}, {"x[,0]", 3, "an index or a range"},
        {"x[0,]", 5, "an index or a range"}, {"x[99999999999]", 3, "as long as that"}, {"x[a]", 3, "an index"},
        {"x[0,0,0,0,0,0]", 13, "so many dimensions"}, {"x[0].nrom", 6, "did you mean norm?"},
        {"x[0].", 6, "no statistic"},
        {"2[0]", 2, "operator"},        {"x]", 2, "operator"},
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

/* A slice is that of NumPy: what it holds, as "a + b" of its first and last values, its shape in RANK and DIM. */
static void test_slices(void **state)
{
    static const struct {
        const char *text;
        int rank, dim[2];
        int first, last; /* indices in fc1.weight, [64, 4] */
    } rows[] = {
        {"fc1.weight[0:3,:]", 2, {3, 4}, 0, 11},       {"fc1.weight[2]", 1, {4}, 8, 11},
        {"fc1.weight[-1,:]", 1, {4}, 252, 255},        {"fc1.weight[:,1]", 1, {64}, 1, 253},
        {"fc1.weight[::2]", 2, {32, 4}, 0, 251},       {"fc1.weight[ 1 : 2 , : : 3 ]", 2, {1, 2}, 4, 7},
        {"fc1.weight[::-1]", 2, {64, 4}, 252, 3},      {"fc1.weight[5:2:-2,0]", 1, {2}, 20, 12},
        {"fc1.weight[60:100]", 2, {4, 4}, 240, 255},   {"fc1.weight[-3:]", 2, {3, 4}, 244, 255},
        {"fc1.weight[-100:1]", 2, {1, 4}, 0, 3},       {"fc1.weight[3][1:3]", 1, {2}, 13, 14},
        {"(fc1.weight)[:2][1]", 1, {4}, 4, 7},         {"fc1.weight[:]", 2, {64, 4}, 0, 255},
        {"fc1.weight[2:2147483647:1000]", 2, {1, 4}, 8, 11},
    };
    size_t count;
    const float *weight = live_parameter(session, "fc1.weight", &count);
    (void)state;
    assert_int_equal(count, 256);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct err err = {0};
        struct named value;
        struct expr *expr = expr_parse(rows[i].text, &err);
        if (!expr || expr_value(expr, session, &value, &err))
            fail_msg("%s: %s", rows[i].text, err.message);
        assert_int_equal(value.type, NAMED_TENSOR);
        const struct tensor *tensor = &value.tensor;
        ptrdiff_t last = 0;
        assert_int_equal(tensor->rank, rows[i].rank);
        for (int k = 0; k < tensor->rank; k++) {
            assert_int_equal(tensor->dim[k], rows[i].dim[k]);
            last += (tensor->dim[k] - 1) * tensor->stride[k];
        }
        assert_ptr_equal(tensor->data, weight + rows[i].first);
        assert_ptr_equal(tensor->data + last, weight + rows[i].last);
        expr_free(expr);
    }
    assert_true(live_number(session, "fc1.weight[3,1]") == (double)weight[13]);
    assert_true(live_number(session, "fc1.weight[-64,-4] + 1") == (double)weight[0] + 1);
    assert_true(live_number(session, "fc1.weight[3,1:2].mean") == (double)weight[13]);
    assert_true(live_number(session, "fc1.weight[:0].norm") == 0);
    assert_true(isnan(live_number(session, "fc1.weight[5:2].max")));
    assert_true(live_number(session, "max(fc1.weight[0].max, fc1.weight[1:].max) == fc1.weight.max") == 1);
}

/* What is wrong only once the tensor is known: the column from 1, and words of the message. */
static void test_wrong_slices(void **state)
{
    static const struct {
        const char *text;
        int column;
        const char *says;
    } rows[] = {
        {"fc1.weight[64]", 12, "index 64 is out of range; legal in dimension 0: -64 to 63; fc1.weight is [64, 4]"},
        {"fc1.weight[0,-5]", 14, "index -5 is out of range; legal in dimension 1: -4 to 3"},
        {"fc1.weight[0,1,2]", 16, "one subscript too many: 3 for 2 dimensions"},
        {"fc1.bias[1][0]", 1, "this is a number"},
        {"fc1.weight[1:1][0]", 17, "dimension 0 is empty"},
        {"1 + loss[0]", 5, "this is a number; a tensor was expected"},
        {"1 + fc1.weight[0]", 5, "fc1.weight[0] is a tensor; a number was expected, such as fc1.weight[0].norm"},
        {"fc1.weight.hist > 1", 1, "is a histogram"},
        {"fc1.weight[0].dead", 15, "dead is for a layer's output or x"},
        {"1 < fc1.wieght", 5, "did you mean fc1.weight?"},
        {"fc1.weight.nrom + 1", 1, "did you mean fc1.weight.norm?"},
    };
    (void)state;
    live_steps(session, 1);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct err err = {0};
        double value;
        char column[32], caret[64];
        struct expr *expr = expr_parse(rows[i].text, &err);
        if (!expr)
            fail_msg("%s: %s", rows[i].text, err.message);
        assert_int_equal(expr_number(expr, session, &value, &err), -1);
        snprintf(column, sizeof column, "column %d: ", rows[i].column);
        snprintf(caret, sizeof caret, "\n  %*s^", rows[i].column - 1, "");
        const char *last = strrchr(err.message, '\n');
        if (strncmp(err.message, column, strlen(column)) != 0 || !strstr(err.message, rows[i].says) || !last ||
            strcmp(last, caret) != 0)
            fail_msg("'%s': %s", rows[i].text, err.message);
        expr_free(expr);
    }
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
    char *slices = repeat("[:]", 100000, "");
    check_refused("x", 1, slices, "too long");
    free(slices);
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
        cmocka_unit_test(test_slices), cmocka_unit_test(test_tensors_and_text), cmocka_unit_test(test_wrong_slices),
    };
    return cmocka_run_group_tests(tests, open_session, close_session);
}
