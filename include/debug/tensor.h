/*
 * tensor.h: a tensor of the session as one looks at it: a view, strided after a slice, of values that belong to the
 * network or to a program; what can be said of it in one number, and its histogram.
 *
 * Nothing here owns or copies values. A view is good until the session goes on or is edited.
 */
#ifndef DEBUG_TENSOR_H
#define DEBUG_TENSOR_H

#include <stddef.h>

#include "base/text.h"
#include "dnn/layer.h"

#define TENSOR_RANK (SHAPE_MAX + 1)

/* Element [i, j, ...] is data[i * stride[0] + j * stride[1] + ...]; strides may be negative. A whole tensor lies
 * row-major without gaps, so its data can be read as an array of COUNT; a slice is read with tensor_next. */
struct tensor {
    const float *data;
    int rank; /* 0: one element */
    int dim[TENSOR_RANK]; /* 0 in an empty slice */
    ptrdiff_t stride[TENSOR_RANK];
    size_t count;
    /* Of what a batch leaves of a layer, and of its input, each as long as it is sliced only: */
    bool of_batch;             /* rows of the batch, each with units: the values of a row, or the channels of an image */
    int unit_axis;             /* where the units are; -1: one was picked, or it is not of a batch */
    const struct layer *layer; /* that has put it out; NULL: none */
};

/* The tensor at DATA of shape SHAPE, with a dimension of ROWS before it where ROWS is not negative. */
struct tensor tensor_of(const float *data, const struct shape *shape, int rows);

/* Keeps of AXIS the COUNT elements from FIRST on, STEP apart. */
void tensor_slice(struct tensor *tensor, int axis, int first, int count, int step);

/* Keeps element AT of AXIS, which is no dimension any more. */
void tensor_pick(struct tensor *tensor, int axis, int at);

/* Goes through the values of a tensor, the last dimension fastest, in stretches that lie one after the other. */
#define TENSOR_GATHERED 512
struct tensor_walk {
    const struct tensor *tensor;
    int rank; /* dimensions without gaps between them count as one */
    ptrdiff_t dim[TENSOR_RANK], stride[TENSOR_RANK], at[TENSOR_RANK];
    bool done;
    float gathered[TENSOR_GATHERED];
};
void tensor_walk_begin(struct tensor_walk *walk, const struct tensor *tensor);

/* The next stretch, or NULL after the last; COUNT becomes its length. It is good until the next call. */
const float *tensor_next(struct tensor_walk *walk, size_t *count);

/* --- what can be said of a tensor */

struct tensor_statistic {
    const char *name, *summary;
    double (*get)(const struct tensor *tensor); /* NULL: `hist`, which is no number */
    bool (*fits)(const struct tensor *tensor);  /* NULL: any */
    const char *needs;                          /* what FITS asks for, in words */
};
extern const struct tensor_statistic tensor_statistics[]; /* ended by a NULL name */

/* The statistic called by the LENGTH bytes at NAME, or NULL. */
const struct tensor_statistic *tensor_statistic_find(const char *name, size_t length);

/* Units that are 0 in every row, of an output or of the input; UNITS (may be NULL) becomes how many there are. */
int tensor_dead(const struct tensor *tensor, int *units);

/* The share of values of a sigmoid, tanh or softmax that are within a twentieth of its range from one of its ends. */
double tensor_saturated(const struct tensor *tensor);
bool tensor_saturates(const struct tensor *tensor); /* whether it is the output of one of those */

/* --- histogram */

#define HISTOGRAM_BINS 24

/* Bins of one width, the least 1, 2 or 5 times a power of ten that needs no more than HISTOGRAM_BINS, or fewer for a
 * few values. Bin i holds values from (first + i) * width up to, not including, the next; the last its upper end
 * too. */
struct histogram {
    size_t count, finite, nan, positive_inf, negative_inf, zero;
    double least, most; /* of the finite values; 0 without any */
    double first, width; /* width 0: all finite values are one value, and there is one bin */
    int bins;
    size_t bin[HISTOGRAM_BINS];
};
void tensor_histogram(const struct tensor *tensor, struct histogram *histogram);

#endif
