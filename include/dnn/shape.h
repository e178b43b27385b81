/* shape.h: the extent of one sample's values at some place in the network; the batch is never part of it. */
#ifndef DNN_SHAPE_H
#define DNN_SHAPE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

#define SHAPE_MAX 4

struct shape {
    int rank;           /* 1 for a row of features, 3 for an image (channels, height, width) */
    int dim[SHAPE_MAX]; /* the first `rank` count */
};

struct shape shape_row(int features);
size_t shape_size(const struct shape *shape); /* values a sample */
bool shape_equal(const struct shape *a, const struct shape *b);

/* Adds "64" or "3x32x32" to OUT. */
void shape_print(const struct shape *shape, struct text *out);

#endif
