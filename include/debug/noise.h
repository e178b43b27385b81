/*
 * noise.h: how much the gradient of a batch differs from that of all training rows, by the size of the batch, with the
 * weights as they are. Works on a fork; the session is not touched.
 */
#ifndef DEBUG_NOISE_H
#define DEBUG_NOISE_H

#include "debug/session.h"

#define NOISE_ROWS  4096 /* training rows that are measured, at most */
#define NOISE_SIZES 10

struct noise_size {
    int batch, batches; /* rows in a batch; how many were drawn, no row twice */
    double noise;       /* the root mean square of |g - G|, over |G| */
    size_t bytes;       /* what a step of so many rows takes */
};

struct noise {
    int rows;    /* whose mean gradient is G: all training rows, or a sample */
    double norm; /* |G| */
    /* The batch whose noise is as large as the gradient: the trace of the covariance of one row's gradient over |G|^2
     * (McCandlish and others 2018, "An empirical model of large-batch training", arXiv:1812.06162, equation 2.9). */
    double scale;
    int sizes;
    struct noise_size size[NOISE_SIZES]; /* ascending; the session's own among them; the last is all training rows */
};

/* Breathes; ERR_INTERRUPT when it is given up. ERR_STATE where a gradient is not finite, or G is 0. */
int noise_measure(const struct session *session, struct noise *noise, struct err *err);

#endif
