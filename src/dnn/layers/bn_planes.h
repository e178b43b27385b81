/*
 * bn_planes.h: batch normalization of images, a channel of them over height and width; what bn.c is for features that
 * lie side by side. A plane is read as seldom as can be: once for the statistics, which are taken plane by plane while
 * it is in the cache and then put together (Chan, Golub, LeVeque 1983), and once to normalize; what is normalized is
 * worked out anew in the backward pass instead of being kept.
 */
#ifndef DNN_LAYERS_BN_PLANES_H
#define DNN_LAYERS_BN_PLANES_H

#include "dnn/layer.h"

/* How many values of one channel there were, their mean, and the sum of their squared distances from it. */
struct bn_moments {
    double count, mean, squares;
};

/* Puts OTHER, of further values of the same channel, to MOMENTS. */
void bn_moments_add(struct bn_moments *moments, const struct bn_moments *other);

/* Of the caller's rows. */
struct bn_moments bn_planes_moments(const struct layer_run *run, int channel);

/* y = (x - MEAN) INVERSE WEIGHT + BIAS in the caller's rows. */
void bn_planes_normalize(const struct layer_run *run, int channel, real mean, real inverse, real weight, real bias);

/* The sums of dy and of dy (x - MEAN) over the caller's rows. */
void bn_planes_sums(const struct layer_run *run, int channel, real mean, double *dy, double *product);

/* dx = SCALE (dy - MEAN_DY - (x - MEAN) SLOPE) in the caller's rows. */
void bn_planes_gradient(const struct layer_run *run, int channel, real scale, real mean_dy, real mean, real slope);

#endif
