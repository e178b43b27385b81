/*
 * real.h: the number type of the engine: float; double when DNN_DOUBLE is defined.
 *
 * The product computes in float. The same source compiled in double is what the gradient checks of the tests run: a
 * centred difference in float drowns in rounding, in double it tells a right gradient (1e-9) from a nearly right one.
 */
#ifndef DNN_REAL_H
#define DNN_REAL_H

#ifdef DNN_DOUBLE
typedef double real;
#else
typedef float real;
#endif

#endif
