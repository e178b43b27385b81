/* origin_words.h: how a person writes the choices of a data_origin, on the command line and in commands. */
#ifndef DATA_ORIGIN_WORDS_H
#define DATA_ORIGIN_WORDS_H

#include "base/err.h"

/* By enum task: "classify", "regress", then NULL. */
extern const char *const task_names[];

/* Reads "tab", "\\t", "space", or one character of ASCII that is no quote and ends no line. ERR_USAGE. */
int delimiter_parse(const char *word, char *delimiter, struct err *err);

#endif
