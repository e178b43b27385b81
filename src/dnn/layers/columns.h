/*
 * columns.h: what a kernel sees, laid out as a matrix, so that a convolution becomes a matrix product ("im2col"). One
 * row for each channel and tap, in the order of the weight [out, channels, kernel height, kernel width]; one column for
 * each output. Not the whole image need be laid out at once: any rows of outputs are.
 */
#ifndef DNN_LAYERS_COLUMNS_H
#define DNN_LAYERS_COLUMNS_H

#include "slide.h"

struct columns {
    int channels;
    struct slide y, x;
};

/* MATRIX [channels * taps, rows * x.out] = what outputs [first, first + rows) see of IMAGE [channels, y.in, x.in]; 0
 * where they see beyond it. */
void columns_gather(const struct columns *columns, const real *image, int first, int rows, real *matrix);

/* The transpose: adds each value of MATRIX to the value of IMAGE that it was taken from. */
void columns_scatter(const struct columns *columns, const real *matrix, int first, int rows, real *image);

#endif
