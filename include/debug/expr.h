/*
 * expr.h: expressions over the session: `loss < 0.1 and step > 100`, `fc1.weight`, `log(grad.norm)`.
 *
 * Grammar, loosest first: or; and; not; < <= > >= == !=; + -; * /; unary -; a number, a name (lookup.h), a function
 * call, ( ). Comparisons give 1 or 0; with a NaN only != is 1. What is not 0, a NaN too, is true; max and min of a NaN
 * are NaN. A name is looked up when the expression is evaluated, since layers come and go.
 */
#ifndef DEBUG_EXPR_H
#define DEBUG_EXPR_H

#include "debug/lookup.h"

struct expr; /* opaque */

/* Parses TEXT. The error names the column (bytes, from 1); two more lines show the text and a caret under it. */
struct expr *expr_parse(const char *text, struct err *err);
void expr_free(struct expr *expr);

/* A tensor comes out only where the whole expression is the name of one. */
int expr_value(const struct expr *expr, struct session *session, struct named *value, struct err *err);
int expr_number(const struct expr *expr, struct session *session, double *value, struct err *err);

/* The text that was parsed. */
const char *expr_text(const struct expr *expr);

/* Function I, or NULL behind the last. */
const char *expr_function(int i);

/* Add "or and not < ...", loosest first, and "abs log exp ..." to OUT. */
void expr_print_operators(struct text *out);
void expr_print_functions(struct text *out);

#endif
