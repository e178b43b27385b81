/* value_report.h: the value of an expression as text. */
#ifndef SRC_CMD_VALUE_REPORT_H
#define SRC_CMD_VALUE_REPORT_H

#include "cmd/command.h"
#include "debug/lookup.h"

/* All of VALUE, called NAME: a number bare, a tensor one row of its last dimension a line, a histogram drawn. */
void value_print(const struct named *value, const char *name, bool ascii, struct text *out);

/* The first rows and columns of a tensor, with a line that says how to see the rest; everything of a small one. */
void value_print_corner(const struct tensor *tensor, const char *name, struct text *out);

/* The histogram of TENSOR. */
void value_print_histogram(const struct tensor *tensor, const char *name, bool ascii, struct text *out);

#endif
