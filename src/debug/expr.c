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
            char what[2 * EXPR_NAME_ROOM + 64];
            snprintf(what, sizeof what, "%s is a tensor; a number was expected, such as %s.norm", node->name,
                     node->name);
            return expr_refuse(err, expr->text, node->column, what);
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
