/*
 * expr_slice.c: what stands in [ ] behind a tensor: `[0:3,:]`, `[-1]`, `[::2,5]`, with NumPy's meaning: an index picks
 * one element of a dimension, which is none any more; a range keeps some of them, and is cut to what there is; negative
 * numbers count from the end; dimensions behind the last subscript are kept whole.
 */
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "debug/census.h"
#include "expr_tree.h"

/* --- reading */

/* A whole number, if one stands next: 1; 0: none; -1: it is not whole, or too large. */
static int read_number(struct parser *parser, long *number)
{
    expr_take(parser, ""); /* blanks */
    int column = parser->at;
    const char *start = parser->text + column;
    char *end;
    if (!isdigit((unsigned char)start[strspn(start, "+-") == 1]))
        return 0;
    errno = 0;
    *number = strtol(start, &end, 10);
    parser->at += (int)(end - start);
    if (errno || *number > INT_MAX || *number < -INT_MAX) {
        expr_fail(parser, column, "no dimension is as long as that");
        return -1;
    }
    if (*end == '.' || *end == '_' || isalpha((unsigned char)*end)) {
        expr_fail(parser, column, "a subscript is a whole number");
        return -1;
    }
    return 1;
}

static int read_subscript(struct parser *parser, struct subscript *subscript)
{
    int column[3], given[3] = {0};
    long number[3] = {0};
    int parts = 0;
    expr_take(parser, "");
    *subscript = (struct subscript){.column = parser->at};
    do {
        expr_take(parser, "");
        column[parts] = parser->at;
        given[parts] = read_number(parser, &number[parts]);
        if (given[parts] < 0)
            return -1;
    } while (++parts < 3 && expr_take(parser, ":"));
    if (parts == 1 && !given[0]) {
        expr_fail(parser, parser->at, "an index or a range was expected: 2, -1, 0:3, ::2 or :");
        return -1;
    }
    if (given[2] && number[2] == 0) {
        expr_fail(parser, column[2], "the step of a range cannot be 0");
        return -1;
    }
    subscript->range = parts > 1;
    subscript->has_first = given[0];
    subscript->has_last = given[1];
    subscript->first = number[0];
    subscript->last = number[1];
    subscript->step = given[2] ? number[2] : 1;
    return 0;
}

int expr_parse_subscripts(struct parser *parser, struct node *node)
{
    node->subscript = calloc(TENSOR_RANK, sizeof *node->subscript);
    if (!node->subscript)
        return err_set(parser->err, ERR_MEMORY, "no memory for the expression");
    do {
        if (node->subscripts == TENSOR_RANK) {
            expr_fail(parser, parser->at, "no tensor has so many dimensions");
            return -1;
        }
        if (read_subscript(parser, &node->subscript[node->subscripts]))
            return -1;
        node->subscripts++;
    } while (expr_take(parser, ","));
    if (expr_take(parser, "]"))
        return 0;
    expr_fail(parser, parser->at, "a comma or ] was expected");
    return -1;
}

/* --- slicing */

static int refuse(const struct expr *expr, const struct node *node, int column, const char *what,
                  const struct tensor *tensor, struct err *err)
{
    struct text message = {0}, shape = {0};
    tensor_print_shape(tensor, &shape);
    text_add(&message, "%s; %.*s is %s", what, node->left->end - node->left->column, expr->text + node->left->column,
             shape.data);
    expr_refuse(err, expr->text, column, message.data);
    text_free(&message);
    text_free(&shape);
    return -1;
}

/* AT, counted from the end where it is negative, cut to LOW .. HIGH. */
static long place(long at, int length, long low, long high)
{
    at += at < 0 ? length : 0;
    return at < low ? low : at > high ? high : at;
}

static void slice_range(const struct subscript *subscript, int axis, struct tensor *tensor)
{
    int length = tensor->dim[axis];
    long step = subscript->step, low = step > 0 ? 0 : -1, high = step > 0 ? length : length - 1;
    long first = subscript->has_first ? place(subscript->first, length, low, high) : step > 0 ? low : high;
    long last = subscript->has_last ? place(subscript->last, length, low, high) : step > 0 ? high : low;
    long span = step > 0 ? last - first : first - last, stride = step > 0 ? step : -step;
    tensor_slice(tensor, axis, (int)first, span > 0 ? (int)((span - 1) / stride) + 1 : 0, (int)step);
}

int expr_slice(const struct expr *expr, const struct node *node, struct tensor *tensor, struct err *err)
{
    const struct tensor whole = *tensor;
    char what[120];
    for (int i = 0, axis = 0; i < node->subscripts; i++) {
        const struct subscript *subscript = &node->subscript[i];
        if (i == whole.rank) {
            snprintf(what, sizeof what, "one subscript too many: %d for %d dimension%s", node->subscripts, whole.rank,
                     whole.rank == 1 ? "" : "s");
            return refuse(expr, node, subscript->column, what, &whole, err);
        }
        int length = tensor->dim[axis];
        if (subscript->range) {
            slice_range(subscript, axis++, tensor);
        } else if (subscript->first < -length || subscript->first >= length) {
            if (length == 0)
                snprintf(what, sizeof what, "there is no index %ld: dimension %d is empty", subscript->first, i);
            else
                snprintf(what, sizeof what, "index %ld is out of range; legal in dimension %d: %d to %d",
                         subscript->first, i, -length, length - 1);
            return refuse(expr, node, subscript->column, what, &whole, err);
        } else {
            tensor_pick(tensor, axis, (int)place(subscript->first, length, 0, length - 1));
        }
    }
    return 0;
}
