/*
 * expr.h: expressions over the session: `loss < 0.1 and step > 100`, `fc1.weight`, `log(grad.norm)`.
 *
 * Grammar, loosest first: or; and; not; < <= > >= == !=; + -; * /; unary -; a number, a name (lookup.h; $first is one), a
 * function call, ( ). Comparisons give 1 or 0; with a NaN only != is 1. What is not 0, a NaN too, is true; max and min of a NaN
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

/* What is compared, for a person who asks why EXPR is worth what it is: adds "0.52 < 0.1" to OUT, of several comparisons
 * that are joined by `and` the first that does not hold, else the last; false, and nothing, where there is none. */
bool expr_explain(const struct expr *expr, struct session *session, struct text *out);

/* The text that was parsed. */
const char *expr_text(const struct expr *expr);

/* Function I, or NULL behind the last. */
const char *expr_function(int i);

/* Add "or and not < ...", loosest first, and "abs log exp ..." to OUT. */
void expr_print_operators(struct text *out);
void expr_print_functions(struct text *out);

#endif
