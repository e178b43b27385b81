/*
 * screen.h: the terminal as a grid to show a canvas on. Keys are read elsewhere (term/loop.c), as bytes.
 */
#ifndef TERM_SCREEN_H
#define TERM_SCREEN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "view/canvas.h"

enum colour_mode { COLOUR_AUTO, COLOUR_ALWAYS, COLOUR_NEVER };

struct screen; /* opaque: screen.c; there is one at most */

/* Whether a screen can be had: stdin and stdout are terminals, TERM names one that can move its cursor and clear. */
bool screen_possible(void);

/* Takes the terminal over. COLOUR_AUTO heeds NO_COLOR and what the terminal can do. */
struct screen *screen_open(enum colour_mode colour, struct err *err);
void screen_close(struct screen *screen); /* the terminal is as it was */
void screen_restore(void);                /* the same in a hurry; may be called by a signal handler */

void screen_suspend(struct screen *screen); /* lends the terminal back, for Ctrl-Z */
void screen_resume(struct screen *screen);

/* Whether inks will be told apart by colour. */
bool screen_coloured(const struct screen *screen);

/* Asks the terminal for its size, at least 1 x 1. */
void screen_measure(struct screen *screen, int *width, int *height);

/* Puts CANVAS, which has the screen's size. Nothing is shown before screen_show. */
void screen_put(struct screen *screen, const struct canvas *canvas);

/* Puts the line editor's TEXT (UTF-8 without control characters) folded into WHERE and places the cursor
 * at the byte CURSOR of it; of more rows than fit, those around the cursor are shown. */
void screen_put_prompt(struct screen *screen, struct rect where, const char *text, size_t cursor);

void screen_show(struct screen *screen);
void screen_repaint(struct screen *screen); /* screen_show draws every cell, whatever it thinks is there */

/* The name of a key ("F1", "PageUp") that this terminal's description gives the sequence UNIT; NULL: none. */
const char *screen_key_name(const char *unit);

#endif
