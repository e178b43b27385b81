/* shell.h: text into a command of the shell. */
#ifndef TERM_SHELL_H
#define TERM_SHELL_H

#include "base/err.h"
#include "base/text.h"

/* Runs COMMAND by sh with TEXT as its standard input, and waits for it. The terminal, where there is one, is the
 * command's meanwhile: the caller has restored it. When the command is stopped by Ctrl-Z, so is the program. A status
 * other than 0 is an error. */
int shell_run(const struct text *text, const char *command, struct err *err);

#endif
