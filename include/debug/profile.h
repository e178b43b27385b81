/* profile.h: what each op of a step takes, measured on a fork: the session stays as it is. */
#ifndef DEBUG_PROFILE_H
#define DEBUG_PROFILE_H

#include "debug/session.h"

#define PROFILE_STEPS_MAX 1000

struct profile_row {
    int op;
    double nanoseconds; /* the median over the steps */
};

struct profile {
    struct profile_row *row; /* [ops], the longest first */
    int ops, steps;
    double sum;   /* nanoseconds of all ops together, one at a time */
    double whole; /* of a step that runs through, the median; threads meet less often then */
};

/* Runs STEPS steps with full batches op by op, and as many through, by turns, after a first one of each that is not
 * counted. Breathes; ERR_INTERRUPT when it is given up. profile_close gives PROFILE back, also after a failure. */
int profile_measure(const struct session *session, int steps, struct profile *profile, struct err *err);
void profile_close(struct profile *profile);

#endif
