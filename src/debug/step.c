/*
 * step.c: one training step: begun, its ops run, its figures recorded, ended. Nothing here allocates.
 *
 * A step that is run again, after going back, records only what is missing: its figures are in the curves already.
 */
#include "step.h"

#include <string.h>

#include "debug/score.h"

int step_reduce_end(const struct session *session)
{
    return program_reduce(session->train) + 1;
}

void step_begin(struct session *session)
{
    if (session->order.epoch != session->epoch || session->order.seed != session->seed)
        batch_order_set(&session->order, session->data, session->seed, session->epoch);
    int left = session->data->trains - session->visited;
    int rows = left < session->batch ? left : session->batch;
    session->batch_first = session->visited;
    session->visited += rows;
    memcpy(session->stats_before, session->net->s, session->net->stat_size * sizeof(real));
    program_begin(session->train, rows, session->seed, session->step);
    session->inside = true;
}

static void record(struct session *session)
{
    const struct program *train = session->train;
    double x = (double)session->step + 1;
    session->batch_figures = (struct figures){program_loss(train), score_batch(session)};
    series_extend(session->loss_series, x, session->batch_figures.loss);
    series_extend(session->score_series, x, session->batch_figures.score);
    series_extend(session->lr_series, x, session->optimizer.lr);
    for (int i = 0; i < session->net->top.layers; i++)
        if (session->gradient_series[i])
            series_extend(session->gradient_series[i], x, program_layer_gradient_norm(train, i));
}

bool step_run(struct session *session, int end, bool hold)
{
    int before = program_cursor(session->train);
    if (before >= end)
        return false;
    int cursor = program_run(session->train, &session->optimizer, end, hold);
    bool known = before < step_reduce_end(session) && cursor >= step_reduce_end(session);
    if (known)
        record(session);
    return known;
}

bool step_end(struct session *session)
{
    bool last = session->visited >= session->data->trains;
    session->inside = false;
    session->step++;
    if (last) {
        session->epoch++;
        session->visited = 0;
    }
    if (session->schedule.kind != SCHEDULE_NONE)
        session->optimizer.lr = schedule_rate(&session->schedule, session->step, session->epoch);
    return last;
}
