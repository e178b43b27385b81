/*
 * paste.h: pasted text as command lines. Pure.
 */
#ifndef TERM_PASTE_H
#define TERM_PASTE_H

#include "base/text.h"

/* Splits TEXT into its whole LINES, each ended by a newline (whichever way the terminal ends them), and what follows
 * the last of them, in REST. Tabs become blanks, other control characters are left out. Both are added to. */
void paste_split(const char *text, struct text *lines, struct text *rest);

/* Takes the first line off LINES; NULL when there is none. The line is the caller's. */
char *paste_next(struct text *lines);

#endif
