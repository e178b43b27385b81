/*
 * features.h: loops over rows of features that lie side by side: x [rows, n]. Each feature's sum goes from the first
 * row to the last, so the bits are those of a plain loop.
 */
#ifndef DNN_LAYERS_FEATURES_H
#define DNN_LAYERS_FEATURES_H

#include <stddef.h>

#include "dnn/real.h"

/* sum [n] = the sums over the rows of x, whose rows lie STRIDE values apart. */
void features_sum(int rows, size_t n, size_t stride, const real *x, real *sum);

/* square [n] = the sums of (x - mean)^2. */
void features_sum_squares(int rows, int n, const real *x, const real *mean, real *square);

/* sum [n] of dy, and product [n] of dy x. */
void features_sum_products(int rows, int n, const real *dy, const real *x, real *sum, real *product);

/* normalized = (x - mean) inverse; y = normalized weight + bias. */
void features_normalize(int rows, int n, const real *x, const real *mean, const real *inverse, const real *weight,
                        const real *bias, real *normalized, real *y);

/* dx = weight inverse (dy - mean_dy - normalized mean_product). */
void features_input_gradient(int rows, int n, const real *dy, const real *normalized, const real *weight,
                             const real *inverse, const real *mean_dy, const real *mean_product, real *dx);

#endif
