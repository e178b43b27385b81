/*
 * squash.h: what clipping and squashing would do to the training rows: which C suits, what is touched.
 *
 * A value x that is squashed becomes tanh(x / C): no longer unbounded, but still in order (tip G7). Where |x| is far
 * above C, tanh is flat and differences are lost; so what counts is how many values lie where it is steep.
 */
#ifndef DATA_SQUASH_H
#define DATA_SQUASH_H

#include "data/transform.h"

/* Of |x| over the training rows: what `auto` takes as C. */
#define SQUASH_PERCENTILE 99

/* tanh is steep where |x / C| is at most this: from there on its slope is below 0.42. */
#define SQUASH_STEEP 1.0

/* A C for features [FIRST, FIRST + COUNT) of DATASET: the percentile above of their absolute values in the training
 * rows, clipped as TRANSFORM says, to two digits; of many, of those in rows evenly spaced. Where that is 0 the greatest
 * one; 0 where all are 0. */
int squash_choose(const struct transform *transform, const struct dataset *dataset, int first, int count, float *c,
                  struct err *err);

/* Over the values in the training rows of those features for which CHOSEN holds. */
struct squash_effect {
    double low, high;        /* clipped, not squashed */
    double after_low, after_high; /* clipped and squashed */
    double steep;            /* the share of the values that lie in the steep part with the C that there is */
    double steep_raw;        /* and with C 1 */
};
int squash_measure(const struct transform *transform, const struct dataset *dataset, const bool *chosen,
                   struct squash_effect *effect, struct err *err);

/* How many of the training rows' values are below LOW and above HIGH; TOTAL is how many there are, RANGE their raw
 * range. */
struct clip_effect {
    double below, above, total, least, greatest;
};
int clip_measure(const struct dataset *dataset, double low, double high, struct clip_effect *effect, struct err *err);

#endif
