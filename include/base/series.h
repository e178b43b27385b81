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
    double first, last; /* the steps it covers, both included */
    float min, max;     /* over finite samples; NaN when there is none */
    float mean;         /* over finite samples */
    int count;          /* finite samples */
    int nonfinite;      /* samples that were NaN or infinite */
};

struct series; /* opaque: the rings of src/base/series.c */

/* A series whose samples come in ascending x. CAPACITY buckets a level (a power of 4, at least 16). */
struct series *series_open(int capacity, struct err *err);
void series_close(struct series *series);
void series_clear(struct series *series);

/* Adds the sample Y at X; X must exceed that of the last sample. Allocates nothing. */
void series_push(struct series *series, double x, double y);

/* Forgets the samples with x > X (for going back in time). What of them is only left inside a bucket goes with that
 * bucket's newer part: level 0 is exact, old levels are cut at their bucket. */
void series_truncate(struct series *series, double x);

size_t series_count(const struct series *series); /* samples pushed, not cut */
double series_last_x(const struct series *series); /* NaN when empty */
double series_last(const struct series *series);   /* the last y; NaN when empty (or when it was) */
double series_first_x(const struct series *series);

/* Fills COLUMNS buckets that split [X0, X1] evenly, from the finest level that still covers X0. A column without a
 * sample has count 0 and nonfinite 0. A sample that falls between columns goes to exactly one. */
void series_columns(const struct series *series, double x0, double x1, int columns, struct bucket out[]);

#endif
