/* examination.c: the forks that rules look at, and how suspicions are written down. */
#include "examination.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/rng.h"
#include "debug/fork.h"

#define PIECE 10000000 /* nanoseconds that a run goes on before somebody looks at the keys */

/* --- forks */

int examination_run_ops(struct session *fork, int ops, struct err *err)
{
    session_run_ops(fork, (uint64_t)ops);
    while (session_running(fork)) {
        session_advance(fork, clock_now() + PIECE);
        if (!session_breathe(fork))
            return err_set(err, ERR_INTERRUPT, "interrupted");
    }
    return 0;
}

struct session *examination_fork(struct examination *examination, const char *line, bool *refused, struct err *err)
{
    struct session *fork = session_fork(examination->session, err);
    struct err refusal;
    if (refused)
        *refused = false;
    if (!fork || !line || !*line)
        return fork;
    if (examination->hand->carry_out(examination->hand->context, fork, line, &refusal) == 0)
        return fork;
    if (refused)
        *refused = true;
    else
        err_set(err, refusal.code, "%s", refusal.message);
    session_close(fork);
    return NULL;
}

int *examination_draw_rows(const struct session *session, int rows)
{
    int *row = malloc((size_t)session->data->trains * sizeof *row);
    if (!row)
        return NULL;
    memcpy(row, session->data->train, (size_t)session->data->trains * sizeof *row);
    struct rng rng = rng_start(session->seed, RNG_ROWS, (uint32_t)rows, 0);
    rng_shuffle(&rng, row, (size_t)session->data->trains);
    return row;
}

const struct session *examination_probe(struct examination *examination, struct err *err)
{
    const struct session *session = examination->session;
    int rows = session->data->trains < PROBE_ROWS ? session->data->trains : PROBE_ROWS;
    if (examination->probe)
        return examination->probe;
    if (!examination->probe_row && !(examination->probe_row = examination_draw_rows(session, rows))) {
        err_set(err, ERR_MEMORY, "doctor: no memory to draw %d rows", rows);
        return NULL;
    }
    struct session *fork = session_fork(session, err);
    if (!fork || session_fork_narrow(fork, &examination->probe_view, examination->probe_row, rows, err) ||
        examination_run_ops(fork, program_reduce(fork->train) + 1, err)) {
        session_close(fork);
        return NULL;
    }
    examination->report->rows = rows;
    return examination->probe = fork;
}

void examination_close(struct examination *examination)
{
    session_close(examination->probe);
    session_close(examination->soon);
    team_close(examination->alone);
    free(examination->probe_row);
    free(examination->row);
}

/* --- suspicions */

double threshold_of(const struct examination *examination)
{
    return doctor_threshold(examination->session, examination->rule);
}

struct suspicion *suspect(struct examination *examination, const char *layer, const char *metric, double value)
{
    /* The last place is used again where there are too many: rules are fewer. */
    int at = examination->suspicions < DOCTOR_FINDINGS ? examination->suspicions++ : DOCTOR_FINDINGS - 1;
    struct suspicion *suspicion = &examination->suspicion[at];
    *suspicion = (struct suspicion){.proof = examination->rule->proof};
    struct doctor_finding *finding = &suspicion->finding;
    finding->rule = examination->rule;
    finding->step = examination->session->step;
    finding->value = value;
    finding->threshold = threshold_of(examination);
    snprintf(finding->metric, sizeof finding->metric, "%s", metric);
    if (layer)
        snprintf(finding->layer, sizeof finding->layer, "%s", layer);
    return suspicion;
}

void suspicion_why(struct suspicion *suspicion, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    vsnprintf(suspicion->finding.why, sizeof suspicion->finding.why, format, list);
    va_end(list);
}

void suspicion_cure(struct suspicion *suspicion, const char *format, ...)
{
    va_list list;
    if (suspicion->cures == CURES)
        return;
    va_start(list, format);
    vsnprintf(suspicion->cure[suspicion->cures++], sizeof suspicion->cure[0], format, list);
    va_end(list);
}
