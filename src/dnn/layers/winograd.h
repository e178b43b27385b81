/*
 * winograd.h: convolution with a 3 by 3 kernel at stride 1 by the minimal filtering of Winograd (Lavin, Gray 2016:
 * "Fast algorithms for convolutional neural networks"), F(2x2, 3x3): 16 products where the sum over the taps takes 36.
 *
 * In float on processors with AVX2 and FMA alone (kernel.h); elsewhere conv.c multiplies matrices of columns. The
 * additions of the transforms round too, about as much as the products that they save.
 */
#ifndef DNN_LAYERS_WINOGRAD_H
#define DNN_LAYERS_WINOGRAD_H

#include <stdbool.h>
#include <stddef.h>

#include "slide.h"

/* A convolution of images [channels, y.in, x.in] to [filters, y.out, x.out]. */
struct winograd {
    int channels, filters;
    struct slide y, x;
    int part, parts; /* what a call works out: which share of the places, and of the filters in the weight's gradient */
};

/* The filters [*first, *last) of a share. */
static inline void winograd_filters(const struct winograd *winograd, int *first, int *last)
{
    *first = winograd->filters * winograd->part / winograd->parts;
    *last = winograd->filters * (winograd->part + 1) / winograd->parts;
}

/* Whether it applies to the shape; it runs only where kernel_wide. */
bool winograd_suits(const struct winograd *winograd);

/* Values of scratch that either pass needs. */
size_t winograd_scratch(const struct winograd *winograd);

/* Y [rows, filters, y.out, x.out] = weight W [filters, channels, 3, 3] slid over X [rows, channels, y.in, x.in], plus
 * BIAS [filters], which may be NULL. */
void winograd_forward(const struct winograd *winograd, int rows, const real *x, const real *w, const real *bias,
                      real *scratch, real *y);

/* The backward pass: begins with weight W, goes through the rows, of X and of Y's gradient DY, in any stretches, and
 * ends with DW, the gradient of W, summed over the rows. DX is that of X where INPUT was set, else NULL. The scratch
 * stays between the calls. */
void winograd_backward_begin(const struct winograd *winograd, const real *w, bool input, real *scratch);
void winograd_backward_rows(const struct winograd *winograd, int rows, const real *x, const real *dy, real *scratch,
                            real *dx);
void winograd_backward_end(const struct winograd *winograd, const real *scratch, real *dw);

#endif
