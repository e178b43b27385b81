/*
 * trial.c: what becomes of training: as it is, after a cure, and of a plain network from scratch. Each on forks, over
 * more than one seed, and never longer than some tens of milliseconds' worth of steps.
 *
 * A fork of a small network works with one thread: steps of some microseconds are not worth sharing, least of all on a
 * machine that has other work.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "debug/fork.h"
#include "examination.h"

#define TRIAL_FLOPS 1.0e9 /* of a trial; but at least, and at most, so many steps: */
#define STEPS_LEAST 60
#define STEPS_MOST  1000
#define SOUND_SHARE 3     /* the plain network gets one step where the trials get three */
#define ALONE_FLOPS 2e7   /* a step of fewer is for one thread */
#define ROWS_MOST   512   /* that standings are taken on */
#define OTHERS_LEAST 10   /* validation rows with which something can be said */
#define BY_HEART    0.3   /* how much counts of what is known of the training rows alone */

/* --- how long, and on which rows */

uint64_t trial_steps(const struct examination *examination)
{
    double steps = TRIAL_FLOPS / (program_flops(examination->session->train) + 1);
    return (uint64_t)fmin(fmax(steps, STEPS_LEAST), STEPS_MOST);
}

int examination_rows(struct examination *examination, const int **row, struct err *err)
{
    int trains = examination->session->data->trains;
    if (!examination->row && !(examination->row = examination_draw_rows(examination->session, ROWS_MOST)))
        return err_set(err, ERR_MEMORY, "doctor: no memory to draw %d rows", trains);
    *row = examination->row;
    return trains < ROWS_MOST ? trains : ROWS_MOST;
}

/* Lets FORK go on with a thread of its own, where that is quicker. */
static int go_alone(struct examination *examination, struct session *fork, struct err *err)
{
    if (program_ranks(fork->train) == 1 || program_flops(fork->train) > ALONE_FLOPS)
        return 0;
    if (!examination->alone && !(examination->alone = team_open(1, err)))
        return -1;
    fork->team = examination->alone;
    return session_set_batch(fork, fork->batch, err);
}

/* --- one run */

static int measure(struct examination *examination, struct session *fork, enum standing_mode mode,
                   struct standing *standing, struct err *err)
{
    const int *row = NULL;
    int rows = examination_rows(examination, &row, err);
    return rows < 0 ? -1 : standing_of(fork, row, rows, mode, standing, err);
}

/* How FORK stands on validation rows; 0 without any. */
static int measure_others(struct session *fork, double *reached, struct err *err)
{
    struct standing standing = {0};
    int rows = fork->data->validations < ROWS_MOST ? fork->data->validations : ROWS_MOST;
    if (rows > 0 && standing_of(fork, fork->data->validation, rows, STANDING_EVALUATE, &standing, err))
        return -1;
    *reached = standing.reached;
    return 0;
}

/* A fork with seed number RUN on which LINE has been carried out and STEPS steps have been run. REFUSED: it was. */
static struct session *run_fork(struct examination *examination, const char *line, int run, uint64_t steps,
                                bool *refused, struct err *err)
{
    struct err refusal;
    struct session *fork = session_fork(examination->session, err);
    *refused = false;
    if (!fork || go_alone(examination, fork, err)) {
        session_close(fork);
        return NULL;
    }
    fork->seed += (uint64_t)run;
    if (*line && examination->hand->carry_out(examination->hand->context, fork, line, &refusal)) {
        *refused = true;
        return fork;
    }
    if (session_fork_run(fork, steps, err)) {
        session_close(fork);
        return NULL;
    }
    examination->report->experiments++;
    return fork;
}

/* The mean loss of the share [FROM, TO) of the steps that FORK has run. */
double trial_losses(const struct session *fork, double from, double to)
{
    struct bucket bucket;
    double first = series_first_x(fork->loss_series), steps = series_last_x(fork->loss_series) - first + 1;
    if (!(steps > 0))
        return NAN;
    series_columns(fork->loss_series, first - 0.5 + floor(from * steps), first - 0.5 + floor(to * steps), 1, &bucket);
    return bucket.count > 0 ? (double)bucket.mean : NAN;
}

static void note(struct trial *trial, const struct session *fork, const struct standing *standing, double others)
{
    bool finite = fork->stop != STOP_NONFINITE;
    trial->others = (trial->others * trial->runs + (finite ? others : -1)) / (trial->runs + 1);
    double reached = finite ? standing->reached : -1;
    trial->nonfinite = trial->nonfinite || !finite;
    trial->low = trial->runs ? fmin(trial->low, reached) : reached;
    trial->high = trial->runs ? fmax(trial->high, reached) : reached;
    trial->reached = (trial->reached * trial->runs + reached) / (trial->runs + 1);
    trial->runs++;
}

/* After how many of the steps of a trial training should be well: it gets as many in all, and a third at least. */
static uint64_t fair_steps(const struct examination *examination)
{
    uint64_t all = trial_steps(examination), done = examination->session->step, least = all / SOUND_SHARE;
    return done + least > all ? least : all - done;
}

/* Notes how far FORK, which goes on as it is, has got after the fair number of steps, and runs the others. */
static int run_rest(struct examination *examination, struct trial *trial, struct session *fork, struct err *err)
{
    uint64_t fair = fair_steps(examination), all = trial_steps(examination);
    struct standing standing;
    if (measure(examination, fork, STANDING_EVALUATE, &standing, err))
        return -1;
    double reached = fork->stop == STOP_NONFINITE ? -1 : standing.reached;
    trial->fair = (trial->fair * trial->runs + reached) / (trial->runs + 1);
    return fork->stop == STOP_NONFINITE || fair == all ? 0 : session_fork_run(fork, all - fair, err);
}

static int run_once(struct examination *examination, struct trial *trial, struct err *err)
{
    struct standing standing;
    double others = 0;
    bool asis = !*trial->line;
    uint64_t steps = asis ? fair_steps(examination) : trial_steps(examination);
    struct session *fork = run_fork(examination, trial->line, trial->runs, steps, &trial->refused, err);
    int status = fork ? 0 : -1;
    if (status == 0 && asis)
        status = run_rest(examination, trial, fork, err);
    if (status == 0 && !trial->refused)
        status = measure(examination, fork, STANDING_EVALUATE, &standing, err);
    if (status == 0 && !trial->refused)
        status = measure_others(fork, &others, err);
    if (status == 0 && !trial->refused)
        note(trial, fork, &standing, others);
    if (trial->refused)
        trial->reached = trial->low = trial->high = -2;
    if (status == 0 && asis && !examination->soon)
        examination->soon = fork;
    else
        session_close(fork);
    return status;
}

/* --- trials */

static struct trial *find(struct examination *examination, const char *line)
{
    for (int i = 0; i < examination->trials; i++)
        if (strcmp(examination->trial[i].line, line) == 0)
            return &examination->trial[i];
    if (examination->trials == TRIALS)
        return NULL;
    struct trial *trial = &examination->trial[examination->trials++];
    snprintf(trial->line, sizeof trial->line, "%s", line);
    return trial;
}

int trial_of(struct examination *examination, const char *line, int runs, const struct trial **result, struct err *err)
{
    static const struct trial none = {.refused = true, .reached = -2, .low = -2, .high = -2};
    struct trial *trial = find(examination, line);
    *result = trial ? trial : &none;
    while (trial && !trial->refused && trial->runs < runs)
        if (run_once(examination, trial, err))
            return -1;
    return 0;
}

struct session *examination_plain(struct examination *examination, struct err *err)
{
    const struct session *session = examination->session;
    bool regress = session->data->task == TASK_REGRESS, refused;
    char line[240];
    snprintf(line, sizeof line,
             "net dense 64, relu, dense 64, relu; init variance-scaling; optimizer adam; decay off; lr 0.001; "
             "gradclip off; loss %s; batch %s; whiten on;%s reset", regress ? "mse" : "ce",
             session->data->trains < 32 ? "full" : "32", regress ? " whiten on targets;" : "");
    struct session *fork = run_fork(examination, line, 0, 0, &refused, err);
    if (fork && refused) {
        err_set(err, ERR_STATE, "doctor: no plain network can be made of this data");
        session_close(fork);
        return NULL;
    }
    return fork;
}

/* What can be asked of training: how far the plain network FORK is on its training rows, or less where it knows them by
 * heart; that shows on the validation rows. */
static int find_expected(struct session *fork, double sound, double *expected, struct err *err)
{
    const struct dataset *data = fork->data;
    struct standing other;
    int rows = data->validations < ROWS_MOST ? data->validations : ROWS_MOST;
    *expected = sound;
    if (rows < OTHERS_LEAST)
        return 0;
    if (standing_of(fork, data->validation, rows, STANDING_EVALUATE, &other, err))
        return -1;
    if (other.reached < sound)
        *expected = fmax(other.reached, 0) + (sound - fmax(other.reached, 0)) * BY_HEART;
    return 0;
}

static int run_sound(struct examination *examination, struct doctor_report *report, struct err *err)
{
    uint64_t steps = report->sound_steps = trial_steps(examination) / SOUND_SHARE;
    struct standing standing;
    struct session *fork = examination_plain(examination, err);
    int status = fork && session_fork_run(fork, steps, err) == 0
                     ? measure(examination, fork, STANDING_EVALUATE, &standing, err)
                     : -1;
    if (status == 0) {
        report->sound = standing.reached;
        status = find_expected(fork, standing.reached, &report->expected, err);
    }
    session_close(fork);
    return status;
}

int examination_judge(struct examination *examination, struct err *err)
{
    struct doctor_report *report = examination->report;
    const struct trial *asis;
    if (report->judged)
        return 0;
    if (!examination->now_known) {
        struct session *fork = examination_fork(examination, "", NULL, err);
        int status = fork ? measure(examination, fork, STANDING_EVALUATE, &examination->now, err) : -1;
        session_close(fork);
        if (status)
            return -1;
        examination->now_known = true;
    }
    if (trial_of(examination, "", TRIAL_RUNS, &asis, err) || run_sound(examination, report, err))
        return -1;
    report->now = examination->now.reached;
    report->soon = asis->reached;
    report->soon_steps = trial_steps(examination);
    /* What will not be finite is ill however well it stands. */
    report->ill = asis->nonfinite || fmax(report->now, asis->fair) <
                                         report->expected - doctor_limit(examination->session, DOCTOR_LIMIT_ILL);
    report->judged = true;
    return 0;
}
