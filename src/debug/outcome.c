/* outcome.c: steps on a fork, and the figures that they end in. */
#include "debug/outcome.h"

#include <math.h>

#include "debug/fork.h"

static double last_losses(const struct session *fork, uint64_t steps)
{
    struct bucket bucket;
    double last = series_last_x(fork->loss_series), some = floor((double)steps / 10);
    series_columns(fork->loss_series, some > 1 ? last - some + 0.5 : last - 0.5, last + 0.5, 1, &bucket);
    return bucket.count > 0 ? (double)bucket.mean : NAN;
}

int outcome_run(struct session *fork, uint64_t steps, struct outcome *outcome, struct err *err)
{
    *outcome = (struct outcome){.train = NAN, .validation = NAN, .score = NAN, .nonfinite_step = NAN};
    if (session_fork_run(fork, steps, err))
        return -1;
    outcome->nonfinite_step = fork->nonfinite_step;
    outcome->finite = fork->stop != STOP_NONFINITE;
    if (!outcome->finite)
        return 0;
    outcome->train = last_losses(fork, steps);
    outcome->score = fork->batch_figures.score;
    if (fork->data->validations == 0)
        return 0;
    if (session_validate(fork, err))
        return -1;
    outcome->validation = fork->validation.loss;
    outcome->score = fork->validation.score;
    outcome->finite = isfinite(outcome->validation);
    return 0;
}

bool outcome_same_loss(const struct session *a, const struct session *b)
{
    return a->loss.kind == b->loss.kind && a->loss.args.number[0] == b->loss.args.number[0] &&
           a->transform.targets == b->transform.targets;
}
