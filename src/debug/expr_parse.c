/*
 * expr_parse.c: a recursive-descent parser from text into a small tree.
 *
 * One level of the grammar is one level of the table of operators. The parser knows no names: they are looked up when
 * the expression is evaluated.
 */
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "expr_tree.h"

#define DEPTH_MAX 100  /* of nested parentheses and signs; the parser is recursive */
#define NODES_MAX 1000 /* of an expression; its tree is walked by recursion */

static struct node *parse_level(struct parser *parser, int level);

struct node *expr_fail(struct parser *parser, int column, const char *what)
{
    expr_refuse(parser->err, parser->text, column, what);
    return NULL;
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

bool expr_take(struct parser *parser, const char *word)
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
        return expr_fail(parser, column, "this expression is too long");
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
        return expr_fail(parser, column, "a number was expected");
    if (start[0] == '0' && tolower((unsigned char)start[1]) == 'x')
        end = (char *)start + 1; /* strtod would read hexadecimal */
    if (!isfinite(value))
        return expr_fail(parser, column, "this number is too large");
    parser->at += (int)(end - start);
    if (name_character(*end))
        return expr_fail(parser, parser->at, "a number ends here, and something follows it without a blank");
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
    if (node->left && function->arguments == 2 && !expr_take(parser, ",")) {
        expr_fail(parser, parser->at, "a comma was expected: this function takes two arguments");
    } else if (node->left && (function->arguments == 1 || (node->right = parse_level(parser, 0)))) {
        if (expr_take(parser, ")"))
            return node;
        expr_fail(parser, parser->at, "a closing parenthesis was expected");
    }
    expr_free_node(node);
    return NULL;
}

/* Whether the LENGTH bytes at WORD are an operator: and, or, not. */
static bool is_operator(const char *word, int length)
{
    if (length == 3 && strncmp(word, "not", 3) == 0)
        return true;
    for (const struct operator *operator = expr_operators; operator->text; operator++)
        if ((int)strlen(operator->text) == length && strncmp(operator->text, word, (size_t)length) == 0)
            return true;
    return false;
}

static struct node *fail_function(struct parser *parser, int column)
{
    struct text what = {0};
    text_add(&what, "there is no such function; there are ");
    expr_print_functions(&what);
    expr_fail(parser, column, what.data);
    text_free(&what);
    return NULL;
}

static struct node *parse_name(struct parser *parser)
{
    int column = parser->at, length = parser->text[column] == '$';
    const char *start = parser->text + column;
    while (name_character(start[length]))
        length++;
    if (length >= EXPR_NAME_ROOM)
        return expr_fail(parser, column, "this name is too long");
    if (is_operator(start, length))
        return expr_fail(parser, column, "a number, a name or ( was expected");
    parser->at += length;
    if (expr_take(parser, "(")) {
        for (const struct function *function = expr_functions; function->name; function++)
            if ((int)strlen(function->name) == length && strncmp(function->name, start, (size_t)length) == 0)
                return parse_call(parser, function, column);
        return fail_function(parser, column);
    }
    struct node *node = make(parser, NODE_NAME, column);
    if (node) {
        memcpy(node->name, start, (size_t)length);
        node->end = column + length;
    }
    return node;
}

/* NODE of TYPE around LEFT, which is given back where there is none. */
static struct node *wrap(struct parser *parser, enum node_type type, struct node *left)
{
    struct node *node = make(parser, type, left->column);
    if (node)
        node->left = left;
    else
        expr_free_node(left);
    return node;
}

/* The statistic behind the dot that stands next. */
static int parse_statistic(struct parser *parser, struct node *node)
{
    const char *name = parser->text + parser->at + 1, *names[32] = {0};
    int length = 0, count = 0;
    char word[EXPR_NAME_ROOM], what[160];
    while (name_character(name[length]))
        length++;
    node->statistic = tensor_statistic_find(name, (size_t)length);
    if (node->statistic) {
        parser->at += 1 + length;
        return 0;
    }
    for (const struct tensor_statistic *row = tensor_statistics; row->name && count < 31; row++)
        names[count++] = row->name;
    snprintf(word, sizeof word, "%.*s", length, name);
    const char *near = text_nearest(word, names);
    snprintf(what, sizeof what, "there is no statistic '%.40s'%s%s%s", word,
             near ? "; did you mean " : "; `help names` lists them", near ? near : "", near ? "?" : "");
    expr_fail(parser, parser->at + 1, what);
    return -1;
}

/* Slices and statistics behind what NODE is. */
static struct node *parse_postfix(struct parser *parser, struct node *node)
{
    while (node) {
        bool slice = expr_take(parser, "[");
        if (!slice && parser->text[parser->at] != '.')
            break;
        node = wrap(parser, slice ? NODE_SLICE : NODE_STATISTIC, node);
        if (node && (slice ? expr_parse_subscripts(parser, node) : parse_statistic(parser, node))) {
            expr_free_node(node);
            return NULL;
        }
        if (node)
            node->end = parser->at;
    }
    return node;
}

static struct node *parse_primary(struct parser *parser)
{
    skip_blanks(parser);
    char next = parser->text[parser->at];
    if (expr_take(parser, "(")) {
        struct node *node = parse_level(parser, 0);
        if (node && !expr_take(parser, ")")) {
            expr_free_node(node);
            return expr_fail(parser, parser->at, "a closing parenthesis was expected");
        }
        return parse_postfix(parser, node);
    }
    if (isdigit((unsigned char)next) || next == '.')
        return parse_number(parser);
    if (isalpha((unsigned char)next) || next == '_' || next == '$')
        return parse_postfix(parser, parse_name(parser));
    return expr_fail(parser, parser->at, next ? "a number, a name or ( was expected"
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
        expr_free_node(operand);
    return node;
}

/* The operator of LEVEL that stands next, taken, or NULL. */
static const struct operator *take_operator(struct parser *parser, int level)
{
    for (const struct operator *operator = expr_operators; operator->text; operator++)
        if (operator->level == level && expr_take(parser, operator->text))
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
            expr_free_node(left);
            expr_free_node(node);
            return NULL;
        }
        node->operator = operator;
        node->column = left->column;
        node->left = left;
        node->right = right;
        left = node;
    }
    return left;
}

/* `not` binds looser than comparisons, a sign tighter than everything. */
static struct node *parse_level(struct parser *parser, int level)
{
    if (parser->depth >= DEPTH_MAX * EXPR_LEVELS)
        return expr_fail(parser, parser->at, "this is nested too deep");
    parser->depth++;
    struct node *node;
    if (level == EXPR_NOT_LEVEL && expr_take(parser, "not"))
        node = parse_prefix(parser, NODE_NOT, EXPR_NOT_LEVEL);
    else if (level == EXPR_LEVELS && expr_take(parser, "-"))
        node = parse_prefix(parser, NODE_MINUS, EXPR_LEVELS);
    else
        node = level == EXPR_LEVELS ? parse_primary(parser) : parse_binary(parser, level);
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
        expr_fail(&parser, parser.at, "an operator was expected here");
        expr_free_node(expr->root);
        expr->root = NULL;
    }
    if (!expr->root) {
        expr_free(expr);
        return NULL;
    }
    return expr;
}
