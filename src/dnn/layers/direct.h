/*
 * direct.h: convolution at stride 1 of images with few channels, such as a network's first layer sees: so few products
 * an output that laying out columns for a matrix product costs more than they do. The image is laid out once with its
 * zeros around it, and every tap is a piece of a row of it.
 *
 * In float on processors with AVX2 and FMA alone (kernel.h); elsewhere conv.c multiplies matrices of columns.
 */
#ifndef DNN_LAYERS_DIRECT_H
#define DNN_LAYERS_DIRECT_H

#include <stdbool.h>
#include <stddef.h>

#include "slide.h"

/* A convolution of an image [channels, y.in, x.in] to [filters, y.out, x.out]. */
struct direct {
    int channels, filters;
    struct slide y, x;
};

/* Whether it applies to the shape; it runs only where kernel_wide. */
bool direct_suits(const struct direct *direct);

/* Values of scratch that either needs. */
size_t direct_scratch(const struct direct *direct);

/* Y = weight W [filters, channels, y.kernel, x.kernel] slid over X, of one row of a batch, plus BIAS [filters], which
 * may be NULL. */
void direct_forward(const struct direct *direct, const real *x, const real *w, const real *bias, real *scratch,
                    real *y);

/* Adds the gradient of W to DW. */
void direct_backward_weight(const struct direct *direct, const real *x, const real *dy, real *scratch, real *dw);

#endif
