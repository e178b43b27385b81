/*
 * series.h: a quantity over steps, in fixed memory, from which a plot of any width can be drawn without losing a spike.
 *
 * A pyramid of rings: level 0 holds samples, a bucket of each level above covers 4 of the level below with their true
 * minimum, maximum and mean, and counts what was not finite. Recent steps are kept one by one; old ones only in
 * buckets, whose minimum and maximum are still exact.
 */
#ifndef BASE_SERIES_H
#define BASE_SERIES_H

#include <stddef.h>

#include "base/err.h"

struct bucket {
    double first, last; /* the first and the last step in it; NaN when there is none */
    float min, max;     /* over finite samples; NaN when there is none */
    float mean;         /* over finite samples */
    int count;          /* finite samples */
    int nonfinite;      /* samples that were NaN or infinite */
};

struct series; /* opaque: the rings of src/base/series.c */

/* A series whose samples come in ascending x. CAPACITY buckets a level (a power of 4, at least 16), 12 levels: it
 * remembers the last 4^11 CAPACITY samples. Its 456 bytes a bucket are taken at once but cost nothing until touched. */
struct series *series_open(int capacity, struct err *err);
void series_close(struct series *series);
void series_clear(struct series *series);

/* Makes TO hold what FROM does; both have the same capacity. Allocates nothing. */
void series_copy(struct series *to, const struct series *from);

/* A copy that takes no more memory than what there is to remember: to be looked at, and to copy from; it cannot grow.
 * NULL: no memory. The caller closes it. */
struct series *series_keep(const struct series *series);

/* Adds the sample Y at X; X must be finite and exceed that of the last sample. What a float cannot hold counts as not
 * finite. Allocates nothing. */
void series_push(struct series *series, double x, double y);

/* The same where X exceeds that of the last sample; where it does not, a step is run again, and its sample is there. */
void series_extend(struct series *series, double x, double y);

/* Forgets the samples with x > X (for going back in time). Exact where samples are still kept one by one; where X falls
 * into an old bucket the whole of that bucket goes. */
void series_truncate(struct series *series, double x);

size_t series_count(const struct series *series);   /* samples pushed, not cut */
double series_last_x(const struct series *series);  /* NaN when empty */
double series_last(const struct series *series);     /* the last y; NaN when empty, or when only a bucket is left */
double series_first_x(const struct series *series); /* of what is remembered; NaN when empty */

/* Fills COLUMNS buckets that split [X0, X1] evenly, from the finest level that still covers X0. A column without a
 * sample has count 0 and nonfinite 0. A sample goes to exactly one column; an old bucket that spans several goes to
 * each of them, so the extremes of a column always hold, while its counts may include a neighbour's samples. */
void series_columns(const struct series *series, double x0, double x1, int columns, struct bucket out[]);

#endif
