/*
 * expr.c: expressions: a recursive-descent parser into a small tree, and its evaluation.
 *
 * One level of the grammar is one row of `levels`; a binary operator is one row of `operators`. The parser knows no
 * names: they are looked up when the expression is evaluated.
 */
#include "debug/expr.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME_ROOM 96
#define DEPTH_MAX 100 /* of nested parentheses and signs; the parser is recursive */
#define NODES_MAX 1000 /* of an expression; its tree is walked by recursion */
#define SHOWN_MAX 100 /* bytes of an expression that an error shows */
#define LEVELS    5   /* of binary operators, loosest first */

enum node_type { NODE_NUMBER, NODE_NAME, NODE_NOT, NODE_MINUS, NODE_BINARY, NODE_CALL };

struct node {
    enum node_type type;
    double number;
    char name[NAME_ROOM];
    const struct operator *operator;
    const struct function *function;
    struct node *left, *right;
    int column; /* where it stands in the text, from 0 */
};

struct expr {
    char *text;
    struct node *root;
};

struct operator {
    const char *text;
    int level;
    double (*apply)(double a, double b);
};

struct function {
    const char *name;
    int arguments;
    double (*one)(double x);
    double (*two)(double a, double b);
};

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
static const struct operator operators[] = {
    {"or", 0, apply_or},           {"and", 1, apply_and},     {"<=", 2, apply_less_equal},
    {">=", 2, apply_greater_equal}, {"==", 2, apply_equal},    {"!=", 2, apply_unequal},
    {"<", 2, apply_less},          {">", 2, apply_greater},   {"+", 3, apply_plus},
    {"-", 3, apply_minus},         {"*", 4, apply_times},     {"/", 4, apply_divide},
    {NULL, 0, NULL},
};

static const struct function functions[] = {
    {"abs", 1, fabs, NULL},       {"log", 1, log, NULL},        {"exp", 1, exp, NULL},
    {"sqrt", 1, sqrt, NULL},      {"max", 2, NULL, greater_of}, {"min", 2, NULL, lesser_of},
    {NULL, 0, NULL, NULL},
};

/* --- parsing */

struct parser {
    const char *text;
    int at, depth, nodes;
    struct err *err;
};

static struct node *parse_level(struct parser *parser, int level);

/* Refuses what stands at byte AT of TEXT. Of a long text the part around it is shown. */
static int refuse(struct err *err, const char *text, int at, const char *what)
{
    int first = at > SHOWN_MAX / 2 ? at - SHOWN_MAX / 2 : 0;
    while (first > 0 && ((unsigned char)text[first] & 0xC0) == 0x80) /* not in the middle of a character */
        first--;
    char before[SHOWN_MAX], shown[4 * SHOWN_MAX];
    snprintf(before, sizeof before, "%.*s", at - first, text + first);
    text_escape(shown, sizeof shown, before);
    return err_set(err, ERR_USAGE, "column %d: %s\n  %.*s\n  %*s^", at + 1, what, SHOWN_MAX, text + first,
                   text_columns(shown), "");
}

static struct node *fail(struct parser *parser, int column, const char *what)
{
    refuse(parser->err, parser->text, column, what);
    return NULL;
}

static void free_node(struct node *node)
{
    if (!node)
        return;
    free_node(node->left);
    free_node(node->right);
    free(node);
}

static void skip_blanks(struct parser *parser)
{
    while (isspace((unsigned char)parser->text[parser->at]))
        parser->at++;
}

static bool name_character(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '.';
}

/* Takes WORD if it stands next; a word of letters must end where a name would. */
static bool take(struct parser *parser, const char *word)
{
    size_t length = strlen(word);
    skip_blanks(parser);
    const char *next = parser->text + parser->at;
    if (strncmp(next, word, length) != 0 || (isalpha((unsigned char)word[0]) && name_character(next[length])))
        return false;
    parser->at += (int)length;
    return true;
}

static struct node *make(struct parser *parser, enum node_type type, int column)
{
    if (++parser->nodes > NODES_MAX)
        return fail(parser, column, "this expression is too long");
    struct node *node = calloc(1, sizeof *node);
    if (!node) {
        err_set(parser->err, ERR_MEMORY, "no memory for the expression");
        return NULL;
    }
    node->type = type;
    node->column = column;
    return node;
}

static struct node *parse_number(struct parser *parser)
{
    const char *start = parser->text + parser->at;
    char *end;
    double value = strtod(start, &end);
    int column = parser->at;
    if (end == start)
        return fail(parser, column, "a number was expected");
    if (start[0] == '0' && tolower((unsigned char)start[1]) == 'x')
        end = (char *)start + 1; /* strtod would read hexadecimal */
    if (!isfinite(value))
        return fail(parser, column, "this number is too large");
    parser->at += (int)(end - start);
    if (name_character(*end))
        return fail(parser, parser->at, "a number ends here, and something follows it without a blank");
    struct node *node = make(parser, NODE_NUMBER, column);
    if (node)
        node->number = value;
    return node;
}

static struct node *parse_call(struct parser *parser, const struct function *function, int column)
{
    struct node *node = make(parser, NODE_CALL, column);
    if (!node)
        return NULL;
    node->function = function;
    node->left = parse_level(parser, 0);
    if (node->left && function->arguments == 2 && !take(parser, ",")) {
        fail(parser, parser->at, "a comma was expected: this function takes two arguments");
    } else if (node->left && (function->arguments == 1 || (node->right = parse_level(parser, 0)))) {
        if (take(parser, ")"))
            return node;
        fail(parser, parser->at, "a closing parenthesis was expected");
    }
    free_node(node);
    return NULL;
}

/* Whether the LENGTH bytes at WORD are an operator: and, or, not. */
static bool is_operator(const char *word, int length)
{
    if (length == 3 && strncmp(word, "not", 3) == 0)
        return true;
    for (const struct operator *operator = operators; operator->text; operator++)
        if ((int)strlen(operator->text) == length && strncmp(operator->text, word, (size_t)length) == 0)
            return true;
    return false;
}

static struct node *parse_name(struct parser *parser)
{
    int column = parser->at, length = 0;
    const char *start = parser->text + column;
    while (name_character(start[length]))
        length++;
    if (length >= NAME_ROOM)
        return fail(parser, column, "this name is too long");
    if (is_operator(start, length))
        return fail(parser, column, "a number, a name or ( was expected");
    parser->at += length;
    if (take(parser, "(")) {
        for (const struct function *function = functions; function->name; function++)
            if ((int)strlen(function->name) == length && strncmp(function->name, start, (size_t)length) == 0)
                return parse_call(parser, function, column);
        return fail(parser, column, "there is no such function; there are abs log exp sqrt max min");
    }
    struct node *node = make(parser, NODE_NAME, column);
    if (node)
        memcpy(node->name, start, (size_t)length);
    return node;
}

static struct node *parse_primary(struct parser *parser)
{
    skip_blanks(parser);
    char next = parser->text[parser->at];
    if (take(parser, "(")) {
        struct node *node = parse_level(parser, 0);
        if (node && !take(parser, ")")) {
            free_node(node);
            return fail(parser, parser->at, "a closing parenthesis was expected");
        }
        return node;
    }
    if (isdigit((unsigned char)next) || next == '.')
        return parse_number(parser);
    if (isalpha((unsigned char)next) || next == '_')
        return parse_name(parser);
    return fail(parser, parser->at, next ? "a number, a name or ( was expected"
                                          : "the expression ends here; a number or a name was expected");
}

static struct node *parse_prefix(struct parser *parser, enum node_type type, int operand_level)
{
    int column = parser->at - 1;
    struct node *operand = parse_level(parser, operand_level);
    struct node *node = operand ? make(parser, type, column) : NULL;
    if (node)
        node->left = operand;
    else
        free_node(operand);
    return node;
}

/* The operator of LEVEL that stands next, taken, or NULL. */
static const struct operator *take_operator(struct parser *parser, int level)
{
    for (const struct operator *operator = operators; operator->text; operator++)
        if (operator->level == level && take(parser, operator->text))
            return operator;
    return NULL;
}

static struct node *parse_binary(struct parser *parser, int level)
{
    struct node *left = parse_level(parser, level + 1);
    const struct operator *operator;
    while (left && (operator = take_operator(parser, level))) {
        struct node *node = make(parser, NODE_BINARY, parser->at);
        struct node *right = node ? parse_level(parser, level + 1) : NULL;
        if (!right) {
            free_node(left);
            free_node(node);
            return NULL;
        }
        node->operator = operator;
        node->left = left;
        node->right = right;
        left = node;
    }
    return left;
}

/* `not` binds looser than comparisons, a sign tighter than everything. */
static struct node *parse_level(struct parser *parser, int level)
{
    if (parser->depth >= DEPTH_MAX * LEVELS)
        return fail(parser, parser->at, "this is nested too deep");
    parser->depth++;
    struct node *node;
    if (level == 2 && take(parser, "not"))
        node = parse_prefix(parser, NODE_NOT, 2);
    else if (level == LEVELS && take(parser, "-"))
        node = parse_prefix(parser, NODE_MINUS, LEVELS);
    else
        node = level == LEVELS ? parse_primary(parser) : parse_binary(parser, level);
    parser->depth--;
    return node;
}

struct expr *expr_parse(const char *text, struct err *err)
{
    struct expr *expr = calloc(1, sizeof *expr);
    struct parser parser = {.text = text, .err = err};
    if (!expr || !(expr->text = strdup(text))) {
        err_set(err, ERR_MEMORY, "no memory for the expression");
        free(expr);
        return NULL;
    }
    expr->root = parse_level(&parser, 0);
    skip_blanks(&parser);
    if (expr->root && text[parser.at]) {
        fail(&parser, parser.at, "an operator was expected here");
        free_node(expr->root);
        expr->root = NULL;
    }
    if (!expr->root) {
        expr_free(expr);
        return NULL;
    }
    return expr;
}

void expr_free(struct expr *expr)
{
    if (!expr)
        return;
    free_node(expr->root);
    free(expr->text);
    free(expr);
}

const char *expr_text(const struct expr *expr)
{
    return expr->text;
}

/* --- evaluation */

static int number_of(const struct expr *expr, const struct node *node, struct session *session, double *value,
                     struct err *err)
{
    struct named named;
    double a = 0, b = 0;
    if (node->type == NODE_NUMBER) {
        *value = node->number;
        return 0;
    }
    if (node->type == NODE_NAME) {
        if (lookup(session, node->name, &named, err))
            return -1;
        if (named.type == NAMED_TENSOR) {
            char what[2 * NAME_ROOM + 64];
            snprintf(what, sizeof what, "%s is a tensor; a number was expected, such as %s.norm", node->name,
                     node->name);
            return refuse(err, expr->text, node->column, what);
        }
        *value = named.number;
        return 0;
    }
    if (number_of(expr, node->left, session, &a, err) ||
        (node->right && number_of(expr, node->right, session, &b, err)))
        return -1;
    switch (node->type) {
    case NODE_NOT:
        *value = a == 0;
        break;
    case NODE_MINUS:
        *value = -a;
        break;
    case NODE_BINARY:
        *value = node->operator->apply(a, b);
        break;
    default:
        *value = node->function->arguments == 1 ? node->function->one(a) : node->function->two(a, b);
    }
    return 0;
}

int expr_value(const struct expr *expr, struct session *session, struct named *value, struct err *err)
{
    if (expr->root->type == NODE_NAME)
        return lookup(session, expr->root->name, value, err);
    *value = (struct named){.type = NAMED_NUMBER};
    return number_of(expr, expr->root, session, &value->number, err);
}

int expr_number(const struct expr *expr, struct session *session, double *value, struct err *err)
{
    return number_of(expr, expr->root, session, value, err);
}
