/* exponentials.h: e^x, LANES values at a time. A KERNEL_BODY function alone. */
#ifndef DNN_EXPONENTIALS_H
#define DNN_EXPONENTIALS_H

#include "dnn/lanes.h"

#ifdef DNN_DOUBLE

KERNEL_BODY void exponentials(real x[LANES])
{
    for (int k = 0; k < LANES; k++)
        x[k] = exp(x[k]);
}

#else

typedef int ints __attribute__((vector_size(LANES * sizeof(int))));

/* x <- e^x, for x <= 0 or NaN, to within 2 units in the last place; 0 from -87 downwards, where floats lose precision;
 * of another x some number. With n the whole number nearest to x / log 2 and r the rest, e^x = 2^n e^r and
 * e^r = 1 + r + r^2 p(r); p, of degree 5, meets its function at the Chebyshev points of |r| <= log(2) / 2, and leaves
 * an error of 2.4e-10. */
KERNEL_BODY void exponentials(real x[LANES])
{
    const float log2e = 1.44269504088896341f, shift = 12582912; /* 1.5 2^23: adding it rounds to a whole number */
    const float high = 0.693359375f, low = -2.12194440e-4f;     /* log 2 in two parts: n high is exact */
    reals v;
    memcpy(&v, x, sizeof v);
    ints tiny = v < -87;
    reals n = (v * log2e + shift) - shift;
    reals r = v - n * high - n * low;
    reals p = 1.98919813e-4f * r + 1.39345419e-3f;
    p = p * r + 8.33331002e-3f;
    p = p * r + 4.16664568e-2f;
    p = p * r + 1.66666667e-1f;
    p = p * r + 5.00000001e-1f;
    reals e = p * (r * r) + r + 1;
    reals bounded = (reals)((ints)n & ~tiny); /* for x far below, no power would hold it */
    ints power = (__builtin_convertvector(bounded, ints) + 127) << 23;
    e *= (reals)power;
    e = (reals)((ints)e & ~tiny);
    memcpy(x, &e, sizeof e);
}

#endif

#endif
