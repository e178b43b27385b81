/*
 * sweep.h: what a step does to all parameters besides the optimizer's rule: the threads' gradients are added up and the
 * norms are taken. Squares are summed in double, in an order that depends on the number of values alone.
 */
#ifndef DNN_SWEEP_H
#define DNN_SWEEP_H

#include <stddef.h>

#include "dnn/real.h"

/* sum x_i^2 */
double sweep_squares(const real *x, size_t n);

/* total_i += part_i; the sum of the squares of what comes out. */
double sweep_add(real *total, const real *part, size_t n);

/* Adds sum w_i^2 to *WEIGHT and sum (w_i - before_i)^2 to *CHANGE. */
void sweep_change(const real *w, const real *before, size_t n, double *weight, double *change);

#endif
