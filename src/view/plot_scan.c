/*
 * plot_scan.c: the figures of a plot, worked out from the series, not from the columns drawn: what is counted does not
 * depend on the width.
 */
#include "view/plot_scan.h"

#include <math.h>
#include <stdlib.h>

enum { SCAN_COLUMNS = 1024, DIVISIONS = 4000 };

static void scan_steps(const struct plot *plot, struct plot_scan *scan)
{
    scan->x0 = plot->x0;
    scan->x1 = plot->x1;
    if (!(plot->x1 > plot->x0)) {
        scan->x0 = HUGE_VAL;
        scan->x1 = -HUGE_VAL;
        for (int k = 0; k < plot->curves; k++) {
            const struct series *series = plot->curve[k].series;
            if (series_count(series) == 0)
                continue;
            scan->x0 = fmin(scan->x0, series_first_x(series));
            scan->x1 = fmax(scan->x1, series_last_x(series));
        }
    }
    if (scan->x0 == scan->x1) {
        scan->x0 -= 0.5;
        scan->x1 += 0.5;
    }
}

/* All the samples of SERIES with steps in [x0, x1] as one bucket. */
static struct bucket whole(const struct series *series, double x0, double x1)
{
    struct bucket bucket;
    series_columns(series, x0, x1, 1, &bucket);
    return bucket;
}

/* The least value above 0 that can be told from the buckets. */
static double least_positive(const struct series *series, const struct plot_scan *scan, struct bucket *bucket)
{
    double least = HUGE_VAL;
    series_columns(series, scan->x0, scan->x1, SCAN_COLUMNS, bucket);
    for (int i = 0; i < SCAN_COLUMNS; i++) {
        double of_bucket = bucket[i].min > 0 ? (double)bucket[i].min
                         : bucket[i].mean > 0 ? (double)bucket[i].mean : (double)bucket[i].max;
        if (of_bucket > 0)
            least = fmin(least, of_bucket);
    }
    return least;
}

static int scan_range(const struct plot *plot, struct plot_scan *scan, double *low)
{
    struct bucket *bucket = malloc(SCAN_COLUMNS * sizeof *bucket);
    if (!bucket)
        return -1;
    for (int k = 0; k < plot->curves; k++) {
        struct bucket all = whole(plot->curve[k].series, scan->x0, scan->x1);
        if (all.count > 0 || all.nonfinite > 0)
            scan->empty = false;
        scan->nonfinite += all.nonfinite;
        if (all.count == 0)
            continue;
        scan->min = fmin(scan->min, (double)all.min);
        scan->max = fmax(scan->max, (double)all.max);
        if (!scan->log || all.min > 0)
            *low = fmin(*low, (double)all.min);
        else
            *low = fmin(*low, least_positive(plot->curve[k].series, scan, bucket));
    }
    free(bucket);
    return 0;
}

static void scan_axis(const struct plot *plot, struct plot_scan *scan, double low)
{
    scan->low = low;
    scan->high = scan->max;
    if (isfinite(plot->y0) && !(scan->log && plot->y0 <= 0))
        scan->low = plot->y0;
    if (isfinite(plot->y1) && !(scan->log && plot->y1 <= 0))
        scan->high = plot->y1;
    if (!isfinite(scan->low) || !isfinite(scan->high)) { /* nothing that could be shown */
        scan->low = scan->log ? 0.1 : 0;
        scan->high = 1;
    }
    if (scan->low < scan->high)
        return;
    double middle = scan->low;
    double half = middle != 0 ? fabs(middle) * 0.1 : 1;
    scan->low = scan->log ? middle / 2 : middle - half;
    scan->high = scan->log ? middle * 2 : middle + half;
}

/* A count under way. Each division of a stretch of steps costs a look into the series: when their number is used up,
 * what is left is counted as what cannot be divided is. */
struct counter {
    const struct series *series;
    double low, high; /* samples outside of these are counted */
    int divisions;
    struct plot_count count;
};

/* Counts in [x0, x1], whose samples together are ALL. A stretch that lies across a limit is halved, down to single
 * buckets, of which one sample at least is certain. */
static void count_outside(struct counter *counter, double x0, double x1, struct bucket all)
{
    while (all.count > 0 && !(all.min >= counter->low && all.max <= counter->high)) {
        if (all.max < counter->low || all.min > counter->high) {
            counter->count.n += all.count;
            return;
        }
        double middle = all.first + (all.last - all.first) / 2;
        struct bucket left = {.last = HUGE_VAL};
        if (counter->divisions-- > 0)
            left = whole(counter->series, x0, middle);
        if (left.last >= all.last) { /* it cannot be divided further */
            counter->count.n++;
            counter->count.at_least |= all.count > 2; /* of two, one is on either side */
            return;
        }
        count_outside(counter, x0, middle, left);
        x0 = nextafter(isnan(left.last) ? middle : left.last, HUGE_VAL);
        all = whole(counter->series, x0, x1);
    }
}

static struct plot_count count_in(const struct series *series, const struct plot_scan *scan, double low, double high)
{
    struct counter counter = {.series = series, .low = low, .high = high, .divisions = DIVISIONS};
    count_outside(&counter, scan->x0, scan->x1, whole(series, scan->x0, scan->x1));
    return counter.count;
}

static void scan_counts(const struct plot *plot, struct plot_scan *scan)
{
    for (int k = 0; k < plot->curves; k++) {
        const struct series *series = plot->curve[k].series;
        struct plot_count outside = count_in(series, scan, scan->low, scan->high), below = {0};
        if (scan->log && outside.n > 0)
            below = count_in(series, scan, nextafter(0, 1), HUGE_VAL);
        scan->clipped.n += outside.n > below.n ? outside.n - below.n : 0;
        scan->clipped.at_least |= outside.at_least || below.at_least;
        scan->not_positive.n += below.n;
        scan->not_positive.at_least |= below.at_least;
    }
}

void plot_scan(const struct plot *plot, struct plot_scan *scan)
{
    *scan = (struct plot_scan){.empty = true, .log = plot->log_y, .min = NAN, .max = NAN, .last = NAN};
    scan_steps(plot, scan);
    double low = HUGE_VAL;
    if (!(scan->x0 < scan->x1) || scan_range(plot, scan, &low) != 0)
        return;
    scan_axis(plot, scan, low);
    scan_counts(plot, scan);
    if (plot->curves > 0)
        scan->last = series_last(plot->curve[0].series);
}

double plot_scan_height(const struct plot_scan *scan, double y)
{
    if (!scan->log)
        return (y - scan->low) / (scan->high - scan->low);
    if (!(y > 0))
        return -HUGE_VAL;
    return log(y / scan->low) / log(scan->high / scan->low);
}

int plot_scan_column(const struct plot_scan *scan, double x, int columns)
{
    if (x < scan->x0)
        return -1;
    if (x > scan->x1)
        return columns;
    int column = (int)((x - scan->x0) / (scan->x1 - scan->x0) * columns);
    return column < columns ? column : columns - 1;
}
