/*
 * canvas.h: a grid of cells that panes draw into. It knows no terminal; term/screen.c shows it, canvas_text
 * makes text of it.
 */
#ifndef VIEW_CANVAS_H
#define VIEW_CANVAS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/text.h"

/* What a cell means; palette.h says what that looks like. */
enum ink {
    INK_TEXT,
    INK_DIM,        /* axes, rules, units */
    INK_STRONG,     /* names, headings */
    INK_TRAIN,      /* the training curve */
    INK_BAND,       /* the spread of the training curve: the same hue, fainter */
    INK_VALIDATION, /* the validation curve */
    INK_MARK,       /* an event */
    INK_BAD,        /* NaN, dead, exploding */
    INK_WARN,
    INK_GOOD,
    INK_STATUS,     /* the status line: reversed */
    INK_RAMP,       /* INK_RAMP + 0 .. INK_RAMP + RAMP_STEPS - 1: a perceptually ordered ramp, dark to light */
    INK_SIGNED = INK_RAMP + 13, /* likewise: from below 0 over 0, in the middle and dark, to above 0 */
    INK_CIVIDIS = INK_SIGNED + 13, /* other ramps for pictures (palette.h) */
    INK_GREY = INK_CIVIDIS + 13,
    INK_RAINBOW = INK_GREY + 13,
    INK_COUNT = INK_RAINBOW + 13
};
#define RAMP_STEPS 13

struct cell {
    uint32_t rune; /* a code point; ' ' where nothing is drawn; 0: the right half of the wide one to its left */
    uint8_t ink;
    uint8_t paper; /* the ink of what is behind the rune; INK_TEXT: nothing */
};

struct rect {
    int x, y, width, height;
};

struct canvas {
    int width, height;
    bool ascii; /* every cell holds ASCII: what is not is put as its nearest likeness, or as ? */
    bool plain; /* inks will not be seen: what they tell apart must also differ in shape. Set after canvas_open */
    struct cell *cell; /* [height, width] */
};

int canvas_open(struct canvas *canvas, int width, int height, bool ascii, struct err *err);
void canvas_close(struct canvas *canvas);
void canvas_clear(struct canvas *canvas);

/* All drawing clips to the canvas. RUNE takes as many columns as wcwidth says; one that takes none is left out. */
void canvas_put(struct canvas *canvas, int x, int y, uint32_t rune, enum ink ink);

/* Two pixels, one above the other: the upper and the lower half of a cell. On a canvas of ASCII it draws nothing. */
void canvas_halves(struct canvas *canvas, int x, int y, enum ink upper, enum ink lower);

/* Writes UTF-8 that is already escaped (text_escape) within COLUMNS columns; cut with an ellipsis. Returns the columns
 * used. */
int canvas_print(struct canvas *canvas, int x, int y, int columns, enum ink ink, const char *format, ...)
    __attribute__((format(printf, 6, 7)));

/* How many bytes of TEXT go on a line of COLUMNS (1 or more): up to a blank where there is one to break at, all of it
 * when it fits, always one character at least while TEXT is not empty. */
size_t canvas_wrap(const char *text, int columns);

/* A horizontal bar of FRACTION (0..1) of COLUMNS, in eighths of a column where the canvas is not ASCII. What is above 0
 * shows at least the least bar; NaN shows none. */
void canvas_bar(struct canvas *canvas, int x, int y, int columns, double fraction, enum ink ink);

/* Adds the canvas to OUT as lines of UTF-8 without trailing blanks; no escape codes. */
void canvas_text(const struct canvas *canvas, struct text *out);

#endif
