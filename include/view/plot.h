/*
 * plot.h: curves over steps (or over the powers of ten of something else), honestly: the axis says its range, every
 * column shows the true minimum and maximum of the samples in it, what does not fit is marked and counted, NaN is shown
 * where it happened.
 *
 * Braille dots (2 x 4 a cell), or one character a cell on an ASCII canvas. Event marks stand in a line below the curve.
 *
 * Where a column holds several samples its mean is drawn as a line, and its minimum and maximum bound a stippled band
 * around it: a noisy loss keeps its spikes and still reads as a curve. A cell has one ink: where several lines cross a
 * cell they take turns from column to column, and any line goes before a band.
 */
#ifndef VIEW_PLOT_H
#define VIEW_PLOT_H

#include "base/series.h"
#include "view/canvas.h"

#define PLOT_CURVES 12

struct plot_curve {
    const struct series *series;
    const char *name; /* for the legend */
    enum ink ink;
    bool sparse;      /* few samples (validation): consecutive ones are joined by a line */
};

struct plot_mark {
    double x;
    char letter;
};

struct plot {
    const char *title; /* "loss" */
    const char *empty; /* what to say when there is no sample; NULL: how to make steps */
    struct plot_curve curve[PLOT_CURVES];
    int curves;
    const struct plot_mark *mark;
    int marks;
    bool log_y;
    bool log_x;         /* a sample at x = -3 stands at 1e-3: the series have the power of ten of what the axis shows */
    const char *x_name; /* what the axis shows, at most 4 columns; NULL: "step" */
    double x0, x1;     /* the steps shown; x1 <= x0: all there are */
    double y0, y1;     /* ends of the range that the person asked for; NaN: what the curves need */
};

void plot_draw(const struct plot *plot, struct canvas *canvas, struct rect where);

/* The same as text of WIDTH x HEIGHT, one line a row. */
void plot_text(const struct plot *plot, bool ascii, int width, int height, struct text *out);

/* Round positions for the ticks of an axis over [LOW, HIGH], LOW < HIGH and above 0 for LOG: at most MAX (1 or more),
 * ascending, in `at`; returns how many. Steps are 1, 2 or 5 times a power of ten; for LOG powers of ten (every n-th of
 * them, or with 2 and 5 between, as it fits), and linear steps where the range spans too little for those. */
int plot_ticks(double low, double high, int max, bool log, double at[]);

/* The label of tick I of N in `at`: as many decimals as tell it from its neighbours. */
struct figure plot_tick_label(const double at[], int n, int i);

#endif
