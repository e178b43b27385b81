/*
 * profile.c: the clock read between ops. The median over the steps is what counts, since what else the machine does
 * only ever makes an op longer. Short batches at the end of an epoch are run, but not counted.
 */
#include "debug/profile.h"

#include <stdlib.h>

#include "base/clock.h"
#include "debug/fork.h"
#include "step.h"

#define BREATH 10000000 /* nanoseconds after which somebody may look at the keys */

struct clockwork {
    struct session *fork;
    int ops;
    float *taken; /* [ops + 1, steps] nanoseconds; the last row is that of whole steps */
    int steps, rounds;
    int64_t breath;
};

static int breathe(struct clockwork *clockwork, struct err *err)
{
    if (clock_now() - clockwork->breath < BREATH)
        return 0;
    if (!session_breathe(clockwork->fork))
        return err_set(err, ERR_INTERRUPT, "interrupted");
    clockwork->breath = clock_now();
    return 0;
}

static void run_to(struct session *fork, int end)
{
    program_run(fork->train, &fork->optimizer, end, false);
}

/* The first round, and short batches, are not kept. */
static void keep(const struct clockwork *clockwork, int row, int64_t begun)
{
    int64_t taken = clock_now() - begun;
    if (clockwork->rounds > 0)
        clockwork->taken[(size_t)row * (size_t)clockwork->steps + (size_t)clockwork->rounds - 1] = (float)taken;
}

/* Goes inside a step with a full batch, running the others on the way. */
static void begin_full_step(struct session *fork)
{
    step_begin(fork);
    while (program_rows(fork->train) < fork->batch) {
        run_to(fork, program_ops(fork->train));
        step_end(fork);
        step_begin(fork);
    }
}

static int step_by_ops(struct clockwork *clockwork, struct err *err)
{
    begin_full_step(clockwork->fork);
    for (int op = 0; op < clockwork->ops; op++) {
        int64_t begun = clock_now();
        run_to(clockwork->fork, op + 1);
        keep(clockwork, op, begun);
        if (breathe(clockwork, err))
            return -1;
    }
    step_end(clockwork->fork);
    return 0;
}

static int step_through(struct clockwork *clockwork, struct err *err)
{
    begin_full_step(clockwork->fork);
    int64_t begun = clock_now();
    run_to(clockwork->fork, clockwork->ops);
    keep(clockwork, clockwork->ops, begun);
    step_end(clockwork->fork);
    return breathe(clockwork, err);
}

static int compare_times(const void *a, const void *b)
{
    float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

static double median(float *taken, int count)
{
    qsort(taken, (size_t)count, sizeof *taken, compare_times);
    return ((double)taken[count / 2] + (double)taken[(count - 1) / 2]) / 2;
}

static int compare_rows(const void *a, const void *b)
{
    const struct profile_row *x = a, *y = b;
    return x->nanoseconds != y->nanoseconds ? (x->nanoseconds < y->nanoseconds) - (x->nanoseconds > y->nanoseconds)
                                            : x->op - y->op;
}

static void sum_up(const struct clockwork *clockwork, struct profile *profile)
{
    for (int op = 0; op <= clockwork->ops; op++) {
        double nanoseconds = median(clockwork->taken + (size_t)op * (size_t)clockwork->steps, clockwork->steps);
        if (op == clockwork->ops) {
            profile->whole = nanoseconds;
        } else {
            profile->row[op] = (struct profile_row){op, nanoseconds};
            profile->sum += nanoseconds;
        }
    }
    qsort(profile->row, (size_t)profile->ops, sizeof *profile->row, compare_rows);
}

int profile_measure(const struct session *session, int steps, struct profile *profile, struct err *err)
{
    int ops = program_ops(session->train), status = 0;
    struct clockwork clockwork = {.ops = ops, .steps = steps, .breath = clock_now()};
    *profile = (struct profile){.ops = ops, .steps = steps, .row = calloc((size_t)ops, sizeof *profile->row)};
    clockwork.taken = calloc((size_t)(ops + 1) * (size_t)steps, sizeof *clockwork.taken);
    if (!profile->row || !clockwork.taken)
        status = err_set(err, ERR_MEMORY, "no memory for the times of %d steps", steps);
    else if (!(clockwork.fork = session_fork(session, err)))
        status = -1;
    for (; status == 0 && clockwork.rounds <= steps; clockwork.rounds++)
        status = step_by_ops(&clockwork, err) || step_through(&clockwork, err) ? -1 : 0;
    if (status == 0)
        sum_up(&clockwork, profile);
    session_close(clockwork.fork);
    free(clockwork.taken);
    return status;
}

void profile_close(struct profile *profile)
{
    free(profile->row);
    profile->row = NULL;
}
