/*
 * sweep.h: what a step does to all gradients before the optimizer sees them: those of the threads are added up, and the
 * norm is taken. Squares are summed in an order that depends on the number of values, the kind of processor and which
 * of these is asked, with a relative error below 1e-5; values below 1e-31 may count as 0 (lanes.h).
 */
#ifndef DNN_SWEEP_H
#define DNN_SWEEP_H

#include <stddef.h>

#include "dnn/real.h"

/* sum (scale x_i)^2, the products rounded as any real */
double sweep_squares(const real *x, real scale, size_t n);

/* sum (scale x_i)^2 in double, whatever the values: for arrays so short that this costs no more. */
double sweep_exact(const real *x, real scale, size_t n);

/* The sums of the squares of several arrays: each goes to SQUARES. */
struct sweep_part {
    const real *x; /* [n] */
    size_t n;
    double *squares;
};
void sweep_parts(const struct sweep_part part[], int parts);

/* total_i += part_i; the sum of the squares of what comes out. */
double sweep_add(real *total, const real *part, size_t n);

#endif
