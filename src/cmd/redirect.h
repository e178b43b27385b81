/*
 * redirect.h: `EXPRESSION > FILE` and `EXPRESSION | COMMAND`.
 *
 * `>` is also an operator. What stands behind it is a file where it cannot be part of an expression: it ends in .txt,
 * .csv, .dat or .npy, or begins with /, ./ or ../. There is no operator |.
 */
#ifndef SRC_CMD_REDIRECT_H
#define SRC_CMD_REDIRECT_H

#include "cmd/command.h"
#include "debug/lookup.h"

struct redirect {
    const char *file;    /* NULL: none */
    const char *command; /* of the shell, as it was typed; NULL: none */
};

/* Cuts what follows the expression off TEXT, the arguments of the LINE that was typed; REDIRECT points into both. */
int redirect_split(char *text, const char *line, struct redirect *redirect, struct err *err);

/* Whether TEXT, which is no expression, may have been meant as one and a file. */
bool redirect_may_be_meant(const char *text);

/* Writes VALUE, called NAME, to where it is to go: a tensor to a .npy file in NumPy's format, all else as text. */
int redirect_value(struct console *console, const struct redirect *redirect, const struct named *value,
                   const char *name, struct err *err);

#endif
