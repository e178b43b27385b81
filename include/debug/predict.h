/*
 * predict.h: what the network makes of rows that are not of its data. Nothing live is touched: the network is only
 * read, by a program of its own.
 */
#ifndef DEBUG_PREDICT_H
#define DEBUG_PREDICT_H

#include "data/arrivals.h"
#include "debug/session.h"

struct prediction {
    float value;      /* the class index, or the number in the target's own units */
    float confidence; /* what the loss takes for the probability of that class; NaN where it is none of classes */
};

/* Transforms ROWS as the session's rows are and evaluates them: PREDICTION [rows]. Breathes; ERR_INTERRUPT. */
int predict_rows(const struct session *session, const struct arrivals *rows, struct prediction *prediction,
                 struct err *err);

#endif
