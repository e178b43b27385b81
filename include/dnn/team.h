/*
 * team.h: a fixed team of threads that share the rows of an op.
 *
 * The caller is rank 0. Between jobs the others spin for some microseconds, since steps come one after the other, and
 * then sleep. Nothing here decides what a thread computes: the partition is a function of the rank alone.
 */
#ifndef DNN_TEAM_H
#define DNN_TEAM_H

#include "base/err.h"

struct team;

struct team *team_open(int ranks, struct err *err); /* ranks in [1, LAYER_THREADS] */
void team_close(struct team *team);
int team_ranks(const struct team *team);

/* Starts the threads, if they have not been: before the first job. A network that one thread trains alone needs none,
 * and starts sooner for it. */
int team_start(struct team *team, struct err *err);

/* Runs JOB(arg, rank) on all ranks at once and returns when all are done. */
void team_run(struct team *team, void (*job)(void *arg, int rank), void *arg);

/* Inside a job: waits until all ranks are here. */
void team_meet(struct team *team);

#endif
