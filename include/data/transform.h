/*
 * transform.h: what happens to raw values on their way into a batch: whitening, with the training rows' statistics.
 *
 * The same statistics serve validation rows and, through the checkpoint, rows that come later (tip G6).
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
    float y_mean, y_sd;   /* of a regression's target; 0 and 1 when classifying */
    bool inputs, targets; /* what is whitened now */
};

/* Learns the statistics from the training rows (deviation over n, as a whole population). Nothing is switched on. */
int transform_open(struct transform *transform, const struct dataset *dataset, struct err *err);
int transform_copy(struct transform *copy, const struct transform *transform, struct err *err);
void transform_close(struct transform *transform);

/* Writes row ROW of DATASET to x [features] and, as WIDTH outputs, to y: one-hot for classes (or 0/1 for two classes
 * on one output), the value for a regression, whitened if so asked. A constant column or channel is left at 0. */
void transform_row(const struct transform *transform, const struct dataset *dataset, int row, float *x, float *y,
                   int width);

#endif
