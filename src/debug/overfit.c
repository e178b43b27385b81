/* overfit.c: trains a fork on a handful of rows until it knows them, and says how that went. */
#include "debug/overfit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "debug/fork.h"
#include "debug/rig.h"

/* Rows among which two alike are looked for, each with each. */
#define TWINS_MOST 256

/* The first ROWS of the training rows as the seed shuffles them. */
static int *draw_rows(const struct session *session, int rows)
{
    const struct dataset *data = session->data;
    int *row = malloc((size_t)data->trains * sizeof *row);
    if (!row)
        return NULL;
    memcpy(row, data->train, (size_t)data->trains * sizeof *row);
    struct rng rng = rng_start(session->seed, RNG_ROWS, (uint32_t)rows, 0);
    rng_shuffle(&rng, row, (size_t)data->trains);
    return row;
}

static bool learnt(const struct session *fork, double below)
{
    const struct figures *now = &fork->batch_figures;
    if (below > 0)
        return now->loss < below;
    if (fork->data->task == TASK_REGRESS)
        return now->score > OVERFIT_R2;
    return now->loss < OVERFIT_LOSS && now->score == 1;
}

/* The losses of the steps of RESULT in (FROM, TO], as shares of all. */
static struct bucket stretch(const struct overfit *result, double from, double to)
{
    struct bucket bucket;
    double steps = (double)result->steps;
    series_columns(result->losses, floor(from * steps) + 0.5, floor(to * steps) + 0.5, 1, &bucket);
    return bucket;
}

/* Whether two of the rows ask for different answers to the same question. */
static bool twins(const struct dataset *view)
{
    size_t size = (size_t)view->features * (view->bytes ? 1 : sizeof(float));
    const unsigned char *x = view->bytes ? view->bytes : (const unsigned char *)view->x;
    for (int i = 0; i < view->trains && view->trains <= TWINS_MOST; i++)
        for (int k = 0; k < i; k++) {
            size_t a = (size_t)view->train[i], b = (size_t)view->train[k];
            if (view->y[a] != view->y[b] && memcmp(x + a * size, x + b * size, size) == 0)
                return true;
        }
    return false;
}

static enum overfit_outcome judge(const struct overfit *result, const struct session *fork, double below)
{
    if (fork->stop == STOP_NONFINITE)
        return OVERFIT_NONFINITE;
    if (learnt(fork, below))
        return OVERFIT_LEARNT;
    if (!(fork->optimizer.lr > 0))
        return OVERFIT_NO_RATE;
    if (twins(fork->data))
        return OVERFIT_TWINS;
    if (program_gradient_norm(fork->train) == 0)
        return OVERFIT_NO_GRADIENT;
    struct bucket before = stretch(result, 0.4, 0.5), end = stretch(result, 0.9, 1);
    if (!(end.mean < (float)result->first))
        return OVERFIT_RISING;
    if (end.mean < 0.97f * before.mean)
        return OVERFIT_FALLING;
    return end.max > 3 * end.min ? OVERFIT_SWINGING : OVERFIT_STUCK;
}

/* Steps until the rows are learnt, a figure is not finite, or STEPS are done; -1 when that is given up. */
static int train(struct session *fork, uint64_t steps, double below, struct overfit *result, struct err *err)
{
    while (result->steps < steps) {
        if (session_fork_run(fork, 1, err))
            return -1;
        result->last = fork->batch_figures.loss;
        result->score = fork->batch_figures.score;
        if (result->steps == 0)
            result->first = result->last;
        series_push(result->losses, (double)++result->steps, result->last);
        if (fork->stop == STOP_NONFINITE || learnt(fork, below))
            break;
    }
    result->outcome = judge(result, fork, below);
    return 0;
}

int overfit_run(const struct session *session, int rows, uint64_t steps, double below, struct overfit *result,
                struct err *err)
{
    struct dataset view;
    int *row = draw_rows(session, rows), status = -1;
    *result = (struct overfit){.rows = rows};
    if (!row)
        return err_set(err, ERR_MEMORY, "no memory to draw %d rows", rows);
    struct session *fork = session_fork(session, err);
    result->losses = fork ? series_open(SERIES_CAPACITY, err) : NULL;
    if (result->losses && session_fork_narrow(fork, &view, row, rows, err) == 0)
        status = train(fork, steps, below, result, err);
    session_close(fork);
    free(row);
    if (status)
        overfit_close(result);
    return status;
}

void overfit_close(struct overfit *result)
{
    series_close(result->losses);
    result->losses = NULL;
}
