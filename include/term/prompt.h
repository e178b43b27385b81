/*
 * prompt.h: the line editor, fed with whole keys; what it would show is asked for, it never writes to the terminal.
 */
#ifndef TERM_PROMPT_H
#define TERM_PROMPT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/text.h"

struct prompt_hooks {
    void (*entered)(void *context, const char *line);   /* a line was entered; NULL: Ctrl-D on an empty one */
    /* The words that could end LINE at CURSOR, one a line, in OUT: see console_complete. */
    void (*complete)(void *context, const char *line, int cursor, int *start, bool *files, struct text *out);
    void (*show)(void *context, const char *text); /* several possible completions, or a word from the line editor */
    void (*repaint)(void *context);                /* Ctrl-L */
    void *context;
};

/* Sets the line editor up, with the person's own key bindings (inputrc); must come before the screen is opened.
 * HISTORY is the file that keeps lines from one session to the next (made when it is not there); NULL: none. That a
 * history cannot be read or written is no error. */
void prompt_open(const struct prompt_hooks *hooks, const char *history);
void prompt_close(void);

/* Takes one whole key (term/keys.h). May call any hook before it returns. */
void prompt_key(const char *unit, int n);
bool prompt_knows(const char *sequence); /* an escape sequence that does something; others are not to be fed */

void prompt_insert(const char *text); /* at the cursor */
void prompt_clear(void);              /* an empty line, out of any search or half key */
void prompt_remember(const char *line); /* adds to the history, and to its file at once */
bool prompt_wants_escape(void);         /* a lone ESC means something now (a search, vi's modes) */
const char *prompt_line(void);

/* Adds what is to be seen to OUT: the prompt or a search's, and the line, control characters as ^X; CURSOR gets the
 * byte of it where the cursor stands. */
void prompt_view(struct text *out, size_t *cursor);

#endif
