/* stretch.h: sums and range of floats that lie one after the other: the inner loops of statistics.c. */
#ifndef SRC_DEBUG_STRETCH_H
#define SRC_DEBUG_STRETCH_H

#include <stdbool.h>
#include <stddef.h>

struct sums {
    double values, squares; /* of the differences from a shift */
};

/* In double. The order of the additions depends on COUNT alone. */
struct sums stretch_sums(const float *x, size_t count, double shift);

struct range {
    float low, high; /* infinity and -infinity of no values; a NaN is passed over */
    bool nan;        /* and noted here */
};
struct range stretch_range(const float *x, size_t count);

#endif
