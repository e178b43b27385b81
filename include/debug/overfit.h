/*
 * overfit.h: can the present network, loss, optimizer and rate learn a few rows by heart? If not, something is broken
 * that more data will not mend. Works on a fork; the session is not touched.
 */
#ifndef DEBUG_OVERFIT_H
#define DEBUG_OVERFIT_H

#include "debug/session.h"

/* What is called learnt: when classifying, a mean loss below OVERFIT_LOSS with every row right; in a regression an R2
 * above OVERFIT_R2. */
#define OVERFIT_LOSS 0.01
#define OVERFIT_R2   0.999

enum overfit_outcome {
    OVERFIT_LEARNT,
    OVERFIT_NONFINITE,   /* a loss, gradient or weight was not finite */
    OVERFIT_NO_RATE,     /* the rate is 0 */
    OVERFIT_TWINS,       /* two of the rows have the same features and different targets */
    OVERFIT_NO_GRADIENT, /* the last gradient was 0 */
    OVERFIT_RISING,      /* the loss ended no lower than it began */
    OVERFIT_FALLING,     /* it was still falling by 3 % and more over the last half */
    OVERFIT_SWINGING,    /* in the last tenth of the steps the greatest loss was over three times the least */
    OVERFIT_STUCK        /* it had come to rest too high */
};

struct overfit {
    int rows;
    uint64_t steps;       /* that were run */
    double first, last;   /* loss of the first and the last step */
    double score;         /* accuracy or R2 of the last */
    enum overfit_outcome outcome;
    struct series *losses; /* over the steps 1 .. steps */
};

/* Trains a fork of SESSION on ROWS of its training rows, which the seed draws, all of them in each step, for at most
 * STEPS steps; it ends when they are learnt, which a loss below BELOW says where that is not 0. ROWS is 1 to
 * data->trains. Dropout, decay and clipping stay as they are.
 * On success overfit_close gives RESULT back. */
int overfit_run(const struct session *session, int rows, uint64_t steps, double below, struct overfit *result,
                struct err *err);
void overfit_close(struct overfit *result);

#endif
