/*
 * rates.c: trains a fork with a growing rate, beside one that learns nothing.
 *
 * Batches differ, and once a network is trained they differ more than any rate does. So every loss is taken by the
 * side of that of the same batch with the weights as they are: a second fork takes the same steps at rate 0. What is
 * smoothed is the logarithm of their quotient.
 *
 * Smoothed twice, since each is good for one thing: a running mean can be had while the test goes on, and tells when to
 * stop; but it lags, by a factor of rates. What is shown, and what the suggestion is read from, is the mean over
 * neighbours on both sides.
 */
#include "debug/rates.h"

#include <math.h>
#include <stdlib.h>

#include "debug/fork.h"

#define RUNNING    0.9   /* what the running mean keeps of itself at each step */
#define NEIGHBOURS 0.04  /* of the steps on either side: a third of a decade from 1e-7 to 10 */
#define FALLEN     0.75  /* the least loss is below this share of the first: else it fell at no rate */
#define LOSS_LEAST 1e-12 /* what a loss of 0 counts as, which has no logarithm */

/* One step of FORK at RATE. FINITE: whether all the numbers in it are. -1 when that is given up. */
static int take_step(struct session *fork, double rate, double *loss, bool *finite, struct err *err)
{
    fork->optimizer.lr = rate;
    fork->schedule.kind = SCHEDULE_NONE;
    if (session_fork_run(fork, 1, err))
        return -1;
    *loss = fmax(fork->batch_figures.loss, LOSS_LEAST);
    *finite = *finite && fork->stop != STOP_NONFINITE && isfinite(fork->batch_figures.loss);
    return 0;
}

/* rates->loss becomes the logarithm of the quotient, and rates->initial the mean of those at rate 0. */
static int sweep(struct session *fork, struct session *still, double from, double to, int steps, struct rates *rates,
                 struct err *err)
{
    double mean = 0, least = 0, sum = 0;
    while (rates->steps < steps && !rates->exploded) {
        int i = rates->steps;
        double loss, before;
        bool finite = true;
        rates->rate[i] = from * pow(to / from, (double)i / (steps - 1));
        if (take_step(still, 0, &before, &finite, err) || take_step(fork, rates->rate[i], &loss, &finite, err))
            return -1;
        rates->nonfinite = !finite;
        if (!finite)
            break;
        sum += log(before);
        rates->loss[i] = log(loss / before);
        mean = RUNNING * mean + (1 - RUNNING) * rates->loss[i];
        least = fmin(least, mean);
        rates->exploded = mean > least + log(RATES_EXPLODED);
        rates->steps++;
    }
    rates->initial = exp(sum / (rates->steps ? rates->steps : 1));
    return 0;
}

static void conclude(struct rates *rates, int planned)
{
    int reach = (int)(NEIGHBOURS * planned) + 1, n = rates->steps;
    rates->suggested = NAN;
    for (int i = 0; i < n; i++) {
        int first = i > reach ? i - reach : 0, last = i + reach < n ? i + reach : n - 1;
        double sum = 0;
        for (int k = first; k <= last; k++)
            sum += rates->loss[k];
        rates->smooth[i] = rates->initial * exp(sum / (last - first + 1));
        if (rates->smooth[i] < rates->smooth[rates->least])
            rates->least = i;
    }
    for (int i = 0; i < n; i++)
        rates->loss[i] = rates->initial * exp(rates->loss[i]);
    if (n > 0 && rates->smooth[rates->least] < FALLEN * rates->initial)
        rates->suggested = rates->rate[rates->least] / 10;
}

int rates_run(const struct session *session, double from, double to, int steps, struct rates *rates, struct err *err)
{
    *rates = (struct rates){.rate = calloc(3 * (size_t)steps, sizeof *rates->rate)};
    if (!rates->rate)
        return err_set(err, ERR_MEMORY, "no memory for %d rates", steps);
    rates->loss = rates->rate + steps;
    rates->smooth = rates->loss + steps;
    struct session *fork = session_fork(session, err), *still = fork ? session_fork(session, err) : NULL;
    int status = still ? sweep(fork, still, from, to, steps, rates, err) : -1;
    session_close(still);
    session_close(fork);
    if (status)
        rates_close(rates);
    else
        conclude(rates, steps);
    return status;
}

void rates_close(struct rates *rates)
{
    free(rates->rate);
    *rates = (struct rates){0};
}
