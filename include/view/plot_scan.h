/*
 * plot_scan.h: what a plot is about to show, in figures: the steps, the true range of the values, the axis, and the
 * counts of what the axis cannot hold. The part of plot.c that looks at the series before anything is drawn.
 */
#ifndef VIEW_PLOT_SCAN_H
#define VIEW_PLOT_SCAN_H

#include "view/plot.h"

/* A number of samples. Old steps are kept in buckets, of which only the minimum and maximum are known, so that a count
 * may be a lower bound. */
struct plot_count {
    long n;
    bool at_least;
};

struct plot_scan {
    bool empty;           /* no curve has a sample in the steps shown */
    double x0, x1;        /* the steps shown, x0 < x1 */
    double min, max;      /* of the finite values shown; NaN when there is none */
    double last;          /* the first curve's last value */
    bool log;
    double low, high;     /* the y axis: low < high, and above 0 when `log` */
    struct plot_count clipped;      /* outside [low, high] */
    struct plot_count not_positive; /* no place on a logarithmic axis */
    long nonfinite;
};

void plot_scan(const struct plot *plot, struct plot_scan *scan);

/* Where Y stands between the ends of the axis: 0 at low, 1 at high, beyond for what is outside; -HUGE_VAL for what has
 * no place on a logarithmic axis. */
double plot_scan_height(const struct plot_scan *scan, double y);

/* Which of COLUMNS columns the step X falls into, as series_columns divides them; -1 or COLUMNS when it is not
 * shown. */
int plot_scan_column(const struct plot_scan *scan, double x, int columns);

#endif
