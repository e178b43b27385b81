/*
 * rates.h: the learning-rate range test: the loss while the rate grows from step to step, until it explodes (Smith
 * 2015, "Cyclical learning rates for training neural networks", arXiv:1506.01186, section 3.3). Works on forks; the
 * session is not touched.
 */
#ifndef DEBUG_RATES_H
#define DEBUG_RATES_H

#include "debug/session.h"

/* The test ends early when the loss has risen, by a running mean, to so many times its least value. */
#define RATES_EXPLODED 4.0

struct rates {
    int steps;        /* that were run, each at a rate of its own */
    double initial;   /* loss of the weights as they are: the geometric mean over the batches of those steps */
    double *rate;     /* [steps] */
    double *loss;     /* [steps] of a batch, before its update at that rate; over the loss of the same batch with the
                         weights as they are, times `initial`: so it does not matter which batch was hard */
    double *smooth;   /* [steps] the geometric mean of the neighbouring losses: no lag, so the rate is that rate */
    bool exploded;
    bool nonfinite;   /* a loss, gradient or weight: at rate[steps], or with the weights as they are (steps is 0) */
    int least;        /* where the smoothed loss is least */
    double suggested; /* a tenth of the rate there; NaN where the loss fell by a quarter at no rate */
};

/* Trains a fork of SESSION for STEPS steps (20 or more) while the rate grows geometrically from FROM to TO.
 * ERR_INTERRUPT when that is given up. On success rates_close gives RATES back. */
int rates_run(const struct session *session, double from, double to, int steps, struct rates *rates, struct err *err);
void rates_close(struct rates *rates);

#endif
