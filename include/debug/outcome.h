/*
 * outcome.h: how far a fork gets in some steps, so that changes can be compared.
 */
#ifndef DEBUG_OUTCOME_H
#define DEBUG_OUTCOME_H

#include "debug/session.h"

struct outcome {
    bool finite;       /* every step's figures, and the validation loss */
    double train;      /* loss, the mean over the last tenth of the steps */
    double validation; /* loss over the validation rows; NaN: there are none */
    double score;      /* of the validation rows, or, without any, of the last step's */
    double nonfinite_step; /* the first step that was not finite, or NaN */
};

/* Runs STEPS steps of FORK (fork.h), which has run none yet, and fills OUTCOME. -1: given up. */
int outcome_run(struct session *fork, uint64_t steps, struct outcome *outcome, struct err *err);

/* Whether losses of A and of B can be compared: they are of one kind and in the same units. */
bool outcome_same_loss(const struct session *a, const struct session *b);

#endif
