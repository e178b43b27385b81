/*
 * outer.h: an array that is the product of two vectors: ROWS rows of WIDTH values, value i of row r being factor_r x_i,
 * rounded. The gradient of a weight is one in a batch of one row; any array is one, of a single row.
 */
#ifndef DNN_OUTER_H
#define DNN_OUTER_H

#include <stddef.h>

#include "dnn/real.h"

struct outer {
    size_t rows, width;
    const real *factor; /* [rows]; NULL: all are 1 */
    const real *x;      /* [width] */
};

/* The N values at X. */
static inline struct outer outer_of(const real *x, size_t n)
{
    return (struct outer){1, n, NULL, x};
}

#endif
