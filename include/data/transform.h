/*
 * transform.h: what happens to raw values on their way into a batch: they are clipped, squashed, then whitened with the
 * training rows' statistics. Each of the three can be off.
 *
 * The same limits and statistics serve validation rows and, through the checkpoint, rows that come later (tips G6, G7).
 */
#ifndef DATA_TRANSFORM_H
#define DATA_TRANSFORM_H

#include <stdbool.h>

#include "base/err.h"
#include "data/dataset.h"

struct transform {
    int features;
    /* [features] of the training rows; scale is 1 / deviation, 0 for what is constant. A table has its own for every
     * column, images one for every channel: all its pixels have the same. */
    float *mean, *scale;
    float *squash;        /* [features] the C of tanh(x / C); 0: the feature is not squashed */
    bool clips;           /* values are kept within [low, high] before that */
    float low, high;
    bool squashes;        /* some C is not 0 */
    float y_mean, y_sd;   /* of a regression's target; 0 and 1 when classifying */
    bool inputs, targets; /* what is whitened now */
};

/* Learns the statistics from the training rows (deviation over n, as a whole population). Nothing is switched on. */
int transform_open(struct transform *transform, const struct dataset *dataset, struct err *err);
/* Learns mean and scale anew, of what the training rows are once clipped and squashed as TRANSFORM says now. The
 * targets' stay. */
int transform_learn(struct transform *transform, const struct dataset *dataset, struct err *err);
/* Clips and squashes as OLD, which was made for OTHER, does, feature by feature of the same name; learns anew. */
int transform_inherit(struct transform *transform, const struct dataset *dataset, const struct transform *old,
                      const struct dataset *other, struct err *err);
/* Overwrites TRANSFORM with FROM, which is of as many features. */
void transform_assign(struct transform *transform, const struct transform *from);
bool transform_same(const struct transform *a, const struct transform *b);
int transform_copy(struct transform *copy, const struct transform *transform, struct err *err);
void transform_close(struct transform *transform);

/* Writes the rows of DATASET that are FIRST to LAST - 1 in the list ROW to their places in x [rows, features] and, as
 * WIDTH outputs, in y: one-hot for classes (or 0/1 for two classes on one output), the value for a regression, whitened
 * if so asked. A constant column or channel is left at 0. */
void transform_rows(const struct transform *transform, const struct dataset *dataset, const int *row, int first,
                    int last, float *x, float *y, int width);

/* The same of one row: x [features], y [WIDTH]. */
void transform_row(const struct transform *transform, const struct dataset *dataset, int row, float *x, float *y,
                   int width);

/* The inputs alone: RAW [features] to x [features], which may be the same. */
void transform_inputs(const struct transform *transform, const float *raw, float *x);
/* The values of ROW clipped and squashed, not whitened: where they stand, or written to ROOM [features]. */
const float *transform_prepared(const struct transform *transform, const struct dataset *dataset, int row,
                                float *room);
/* What becomes of one raw value of FEATURE. */
float transform_value(const struct transform *transform, size_t feature, float raw);

#endif
