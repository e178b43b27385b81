/*
 * step.h: one training step, piece by piece, for those who run steps: towards a goal (run.c), and again (travel.c).
 */
#ifndef SRC_DEBUG_STEP_H
#define SRC_DEBUG_STEP_H

#include "debug/session.h"

/* One past the op that makes loss and gradients known; what follows overwrites weights. */
int step_reduce_end(const struct session *session);

/* Goes inside the next step: chooses its rows, puts the cursor at its first op. */
void step_begin(struct session *session);

/* Runs ops up to END, if the cursor is not there yet. Records the figures of the step once they are known; true when
 * that was now. With HOLD it stops there when one of them is not finite. */
bool step_run(struct session *session, int end, bool hold);

/* Behind the last op: the step is done. True when it was the last of its epoch. */
bool step_end(struct session *session);

#endif
