/*
 * pool_pairs.h: the greatest of windows of 2 by 2 that tile an image, by far the commonest pooling, eight windows at a
 * time. In float on processors with AVX2 alone; the rules are those of pool.c, which computes all else.
 */
#ifndef DNN_LAYERS_POOL_PAIRS_H
#define DNN_LAYERS_POOL_PAIRS_H

#include <stdbool.h>
#include <stddef.h>

#include "dnn/real.h"

bool pool_pairs_suit(void);

/* Y [rows, width] = the maxima of the windows of PLANE [2 * rows, 2 * width]. */
void pool_pairs_forward(const real *plane, size_t rows, int width, real *y);

/* DX [2 * rows, 2 * width]: DY where each maximum Y stands first in its window of PLANE, 0 elsewhere. */
void pool_pairs_backward(const real *plane, const real *y, const real *dy, size_t rows, int width, real *dx);

#endif
