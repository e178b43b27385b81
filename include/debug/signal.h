/*
 * signal.h: how strong the signal is that travels through the layers: the deviation of what each puts out, and of the
 * gradient that comes back to it, on the next batch. Works on a fork; the session is not touched.
 */
#ifndef DEBUG_SIGNAL_H
#define DEBUG_SIGNAL_H

#include "debug/session.h"

struct signal_row {
    char name[LAYER_NAME_MAX]; /* "input", then the layers */
    double out, gradient;      /* standard deviations over the batch; of the input there is no gradient: NaN */
};

struct signal {
    int rows; /* of the batch */
    int count;
    struct signal_row row[NET_LAYERS_MAX + 1];
    int first, last; /* of the rows with parameters */
};

/* Needs no step to have been run. */
int signal_measure(const struct session *session, struct signal *signal, struct err *err);

#endif
