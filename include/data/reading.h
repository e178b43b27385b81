/*
 * reading.h: how a row of values is read as an image: channels, height, width, and which of them runs fastest.
 *
 * Inside the program images are always C x H x W. Files may hold H x W x C (the channels of one pixel side by side);
 * such rows are put in order once, when they are loaded.
 */
#ifndef DATA_READING_H
#define DATA_READING_H

#include "base/err.h"
#include "base/text.h"
#include "dnn/shape.h"

struct reading {
    struct shape shape; /* rank 3: C x H x W; rank 1: a row, no image */
    bool hwc;           /* the file's order is H x W x C */
};

/* Reads TEXT for rows of FEATURES values: "1x8x8", "28x28x1", "28x28" (one channel), or "flat": no image. Three numbers
 * are C x H x W, or H x W x C when the last is 1, 3 or 4 and the first is not; a word after them, chw or hwc, decides.
 * ERR_USAGE: other words, or numbers whose product is not FEATURES. */
int reading_parse(const char *text, int features, struct reading *reading, struct err *err);

/* Adds what reading_parse reads back as the same: "1x28x28", "28x28x3 hwc", "flat". */
void reading_print(const struct reading *reading, struct text *out);

/* Where the file has what stands at FEATURE of C x H x W. */
static inline size_t reading_source(const struct reading *reading, size_t feature)
{
    size_t channels = (size_t)reading->shape.dim[0];
    size_t pixels = (size_t)reading->shape.dim[1] * (size_t)reading->shape.dim[2];
    return reading->hwc ? feature % pixels * channels + feature / pixels : feature;
}

#endif
