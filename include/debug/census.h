/* census.h: what the values of a tensor are like, in one pass: how many are not finite, and the range of the rest. */
#ifndef DEBUG_CENSUS_H
#define DEBUG_CENSUS_H

#include "debug/lookup.h"

/* Zero it to start. */
struct census {
    size_t count;                   /* values seen */
    size_t nan, positive, negative; /* NaN, +inf, -inf */
    size_t first;                   /* the index of the first of those; means nothing where there is none */
    double least, greatest, sum;    /* of the finite ones; 0 where there is none */
};

/* Counts N values more. */
void census_add(struct census *census, const real *data, size_t n);

struct census census_of(const struct tensor *tensor);
size_t census_bad(const struct census *census);      /* how many are not finite */
double census_absmax(const struct census *census);   /* of the finite ones; 0 where there is none */
double census_mean(const struct census *census);     /* likewise; NaN where there is none */

/* Adds "3 NaN, 2 +inf and 1 -inf", what there is of them, to OUT. */
void census_print_bad(const struct census *census, struct text *out);

/* Adds the index of value I, as "[0, 12]", to OUT. */
void tensor_print_index(const struct tensor *tensor, size_t i, struct text *out);

/* Adds the shape, as "[32, 64]", to OUT. */
void tensor_print_shape(const struct tensor *tensor, struct text *out);

#endif
