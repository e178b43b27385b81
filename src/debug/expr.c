/* expr.c: expressions as a whole: what is wrong with one is shown, and what it is worth is worked out. */
#include "debug/expr.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "expr_tree.h"

#define SHOWN_MAX 100 /* bytes of an expression that an error shows */

int expr_refuse(struct err *err, const char *text, int at, const char *what)
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

void expr_free_node(struct node *node)
{
    if (!node)
        return;
    expr_free_node(node->left);
    expr_free_node(node->right);
    free(node->subscript);
    free(node);
}

void expr_free(struct expr *expr)
{
    if (!expr)
        return;
    expr_free_node(expr->root);
    free(expr->text);
    free(expr);
}

const char *expr_text(const struct expr *expr)
{
    return expr->text;
}

/* --- evaluation */

static int value_of(const struct expr *expr, const struct node *node, struct session *session, struct named *value,
                    struct err *err);

/* The value of NODE must be of TYPE: a number or a tensor. */
static int refuse_type(const struct expr *expr, const struct node *node, enum named_type found, struct err *err)
{
    char what[3 * EXPR_NAME_ROOM + 64], name[EXPR_NAME_ROOM];
    snprintf(name, sizeof name, "%.*s", node->end - node->column, expr->text + node->column);
    if (found == NAMED_TENSOR)
        snprintf(what, sizeof what, "%s is a tensor; a number was expected, such as %s.norm", name, name);
    else if (found == NAMED_HISTOGRAM)
        snprintf(what, sizeof what, "%s is a histogram; a number was expected", name);
    else
        snprintf(what, sizeof what, "this is a number; a tensor was expected here, such as fc1.weight");
    return expr_refuse(err, expr->text, node->column, what);
}

static int number_of(const struct expr *expr, const struct node *node, struct session *session, double *value,
                     struct err *err)
{
    struct named named;
    if (value_of(expr, node, session, &named, err))
        return -1;
    if (named.type != NAMED_NUMBER)
        return refuse_type(expr, node, named.type, err);
    *value = named.number;
    return 0;
}

static int tensor_value(const struct expr *expr, const struct node *node, struct session *session,
                        struct tensor *tensor, struct err *err)
{
    struct named named;
    if (value_of(expr, node, session, &named, err))
        return -1;
    if (named.type != NAMED_TENSOR)
        return refuse_type(expr, node, named.type, err);
    *tensor = named.tensor;
    return 0;
}

/* A name that there is not is shown where it stands; one that has no value yet is no fault of the text. */
static int name_value(const struct expr *expr, const struct node *node, struct session *session, struct named *value,
                      struct err *err)
{
    struct err found = {0};
    if (lookup(session, node->name, value, &found) == 0)
        return 0;
    return found.code == ERR_USAGE ? expr_refuse(err, expr->text, node->column, found.message)
                                   : err_set(err, found.code, "%s", found.message);
}

static int slice_value(const struct expr *expr, const struct node *node, struct session *session, struct named *value,
                       struct err *err)
{
    struct tensor tensor;
    if (tensor_value(expr, node->left, session, &tensor, err) || expr_slice(expr, node, &tensor, err))
        return -1;
    if (tensor.rank == 0)
        *value = (struct named){.type = NAMED_NUMBER, .number = (double)tensor.data[0]};
    else
        *value = (struct named){.type = NAMED_TENSOR, .tensor = tensor};
    return 0;
}

static int statistic_value(const struct expr *expr, const struct node *node, struct session *session,
                           struct named *value, struct err *err)
{
    struct tensor tensor;
    struct err found = {0};
    char name[EXPR_NAME_ROOM];
    if (tensor_value(expr, node->left, session, &tensor, err))
        return -1;
    snprintf(name, sizeof name, "%.*s", node->left->end - node->left->column, expr->text + node->left->column);
    if (lookup_statistic(&tensor, node->statistic, name, value, &found))
        return expr_refuse(err, expr->text, node->left->end + 1, found.message);
    return 0;
}

static int operation_value(const struct expr *expr, const struct node *node, struct session *session, double *value,
                           struct err *err)
{
    double a = 0, b = 0;
    if (number_of(expr, node->left, session, &a, err) ||
        (node->right && number_of(expr, node->right, session, &b, err)))
        return -1;
    if (node->type == NODE_NOT)
        *value = a == 0;
    else if (node->type == NODE_MINUS)
        *value = -a;
    else if (node->type == NODE_BINARY)
        *value = node->operator->apply(a, b);
    else
        *value = node->function->arguments == 1 ? node->function->one(a) : node->function->two(a, b);
    return 0;
}

static int value_of(const struct expr *expr, const struct node *node, struct session *session, struct named *value,
                    struct err *err)
{
    *value = (struct named){.type = NAMED_NUMBER, .number = node->number};
    switch (node->type) {
    case NODE_NUMBER:
        return 0;
    case NODE_NAME:
        return name_value(expr, node, session, value, err);
    case NODE_SLICE:
        return slice_value(expr, node, session, value, err);
    case NODE_STATISTIC:
        return statistic_value(expr, node, session, value, err);
    default:
        return operation_value(expr, node, session, &value->number, err);
    }
}

/* The comparison inside NODE that decides. */
static const struct node *deciding(const struct expr *expr, const struct node *node, struct session *session)
{
    struct err err;
    double value = 0;
    while (node->type == NODE_BINARY && strcmp(node->operator->text, "and") == 0) {
        bool left_fails = number_of(expr, node->left, session, &value, &err) || value == 0;
        node = left_fails ? node->left : node->right;
    }
    return node->type == NODE_BINARY && strchr("<>=!", node->operator->text[0]) ? node : NULL;
}

bool expr_explain(const struct expr *expr, struct session *session, struct text *out)
{
    struct err err;
    double left = 0, right = 0;
    const struct node *node = deciding(expr, expr->root, session);
    if (!node || number_of(expr, node->left, session, &left, &err) ||
        number_of(expr, node->right, session, &right, &err))
        return false;
    text_add(out, "%s %s %s", text_short(left).s, node->operator->text, text_short(right).s);
    return true;
}

int expr_value(const struct expr *expr, struct session *session, struct named *value, struct err *err)
{
    return value_of(expr, expr->root, session, value, err);
}

int expr_number(const struct expr *expr, struct session *session, double *value, struct err *err)
{
    return number_of(expr, expr->root, session, value, err);
}
