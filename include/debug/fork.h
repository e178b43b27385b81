/*
 * fork.h: a second session in the state of the first, to try things out on.
 *
 * Whatever is done to a fork, the session it came from stays as it was, bit for bit, its programs' tensors too. A fork
 * goes on exactly as the first would have: N steps of either give the same bits.
 */
#ifndef DEBUG_FORK_H
#define DEBUG_FORK_H

#include "debug/session.h"

/* Opens a fork of SESSION, which has data; it must outlive the fork, which session_close gives back. Data and threads
 * are lent: the fork reads them and never closes them, also where an edit gives it other data. Network, optimizer,
 * programs, transform and order are its own. Its curves are empty, it has no events, no run is under way.
 *
 * A fork stands between two steps. Where SESSION is inside of one, the fork is at the step's beginning, the statistics
 * being what they were then. Only once updates of the step have been made, which nothing takes back, is the fork at its
 * end: what `finish` would make of it. NULL on failure. */
struct session *session_fork(const struct session *session, struct err *err);

/* Runs STEPS steps of FORK, in pieces between which it is asked whether the work may go on: ERR_INTERRUPT when not. The
 * run may end earlier, as any does: fork->stop says why. */
int session_fork_run(struct session *fork, uint64_t steps, struct err *err);

/* Makes FORK train on ROW [rows], row numbers of the dataset, and nothing else: one batch of all of them a step, no
 * validation, no test rows. Weights, statistics and the optimizer go on; values are transformed as before, and
 * the rate stays what it is now. VIEW is room
 * that outlives the fork, and so does ROW. On failure the fork can only be closed. */
int session_fork_narrow(struct session *fork, struct dataset *view, int *row, int rows, struct err *err);

#endif
