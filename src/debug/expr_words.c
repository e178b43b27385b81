/* expr_words.c: the operators and functions of expressions, and how they are told. */
#include <math.h>

#include "expr_tree.h"

#define OPERATION(name, result) \
    static double name(double a, double b) \
    { \
        return result; \
    }
OPERATION(apply_or, a != 0 || b != 0)
OPERATION(apply_and, a != 0 && b != 0)
OPERATION(apply_less, a < b)
OPERATION(apply_less_equal, a <= b)
OPERATION(apply_greater, a > b)
OPERATION(apply_greater_equal, a >= b)
OPERATION(apply_equal, a == b)
OPERATION(apply_unequal, a != b)
OPERATION(apply_plus, a + b)
OPERATION(apply_minus, a - b)
OPERATION(apply_times, (a) * (b))
OPERATION(apply_divide, a / b)
OPERATION(greater_of, isnan(a) || a > b ? a : b)
OPERATION(lesser_of, isnan(a) || a < b ? a : b)
#undef OPERATION

/* A longer text stands before a shorter one that it begins with. */
const struct operator expr_operators[] = {
    {"or", 0, apply_or},           {"and", 1, apply_and},     {"<=", 2, apply_less_equal},
    {">=", 2, apply_greater_equal}, {"==", 2, apply_equal},    {"!=", 2, apply_unequal},
    {"<", 2, apply_less},          {">", 2, apply_greater},   {"+", 3, apply_plus},
    {"-", 3, apply_minus},         {"*", 4, apply_times},     {"/", 4, apply_divide},
    {NULL, 0, NULL},
};

const struct function expr_functions[] = {
    {"abs", 1, fabs, NULL},       {"log", 1, log, NULL},        {"exp", 1, exp, NULL},
    {"sqrt", 1, sqrt, NULL},      {"max", 2, NULL, greater_of}, {"min", 2, NULL, lesser_of},
    {NULL, 0, NULL, NULL},
};

const char *expr_function(int i)
{
    return expr_functions[i].name;
}

void expr_print_functions(struct text *out)
{
    for (int i = 0; expr_function(i); i++)
        text_add(out, "%s%s", i ? " " : "", expr_function(i));
}

/* The loosest first, as the grammar has them; `not` stands between two levels and is in no table. */
void expr_print_operators(struct text *out)
{
    for (int i = 0; expr_operators[i].text; i++) {
        if (expr_operators[i].level == EXPR_NOT_LEVEL && expr_operators[i - 1].level < EXPR_NOT_LEVEL)
            text_add(out, " not");
        text_add(out, "%s%s", i ? " " : "", expr_operators[i].text);
    }
    text_add(out, " ( )");
}
