/*
 * fork.c: a second session in the state of the first. What decides the next step is copied; what is a record of the
 * past (curves, events, figures of the run) begins anew.
 */
#include "debug/fork.h"

#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "debug/rig.h"

#define PIECE 10000000 /* nanoseconds that a run goes on before somebody looks at the keys */

static void copy_settings(struct session *fork, const struct session *session)
{
    fork->breath = session->breath;
    fork->init = session->init;
    fork->loss = session->loss;
    fork->optimizer = session->optimizer; /* its slots are the fork's own once there is a rig */
    fork->schedule = session->schedule;
    fork->lr_chosen = session->lr_chosen;
    fork->batch = session->batch;
    fork->seed = session->seed;
    fork->draws = session->draws;
}

static void copy_position(struct session *fork, const struct session *session)
{
    fork->step = session->step;
    fork->epoch = session->epoch;
    fork->visited = session->visited;
    fork->batch_first = session->batch_first;
    fork->inside = session->inside;
    fork->held = session->held;
    fork->spoilt = session->spoilt;
    fork->step_nanoseconds = session->step_nanoseconds;
}

static void copy_vectors(struct session *fork, const struct session *session)
{
    const struct net *net = session->net;
    memcpy(fork->net->w, net->w, net->size * sizeof(real));
    memcpy(fork->net->s, net->s, net->stat_size * sizeof(real));
    memcpy(fork->stats_before, session->stats_before, net->stat_size * sizeof(real));
    for (int slot = 0; slot < session->optimizer.kind->slots; slot++)
        memcpy(fork->optimizer.slot[slot], session->optimizer.slot[slot], net->size * sizeof(real));
    program_copy(fork->train, session->train);
}

/* A fork stands between two steps: back at the beginning of the one under way while no weight has changed, else at its
 * end. */
static void leave_step(struct session *fork)
{
    int cursor = program_cursor(fork->train), update = program_reduce(fork->train) + 1;
    if (!fork->inside)
        return;
    if (cursor > update) {
        session_complete_step(fork);
        return;
    }
    if (cursor == update)
        fork->optimizer.t--; /* reduce has counted it */
    memcpy(fork->net->s, fork->stats_before, fork->net->stat_size * sizeof(real));
    fork->visited = fork->batch_first;
    fork->inside = fork->held = false;
    fork->batch_figures = (struct figures){NAN, NAN};
}

static void copy_figures(struct session *fork, const struct session *session)
{
    fork->batch_figures = session->batch_figures;
    if (session->inside)
        return; /* evaluated inside of a step, they are not of the weights that the fork has */
    fork->validation = session->validation;
    fork->validation_step = session->validation_step;
    fork->test = session->test;
    fork->test_step = session->test_step;
}

struct session *session_fork(const struct session *session, struct err *err)
{
    struct session *fork = session_open_on(session->team, err);
    struct rig_plan plan = rig_plan_of(session);
    struct rig rig;
    if (!fork)
        return NULL;
    fork->data = session->data;
    fork->data_lent = true;
    copy_settings(fork, session);
    if (transform_copy(&fork->transform, &session->transform, err) ||
        batch_order_copy(&fork->order, &session->order, err) || rig_open(fork, session->data, &plan, &rig, err)) {
        session_close(fork);
        return NULL;
    }
    rig_install(fork, &plan, &rig);
    copy_position(fork, session);
    copy_vectors(fork, session);
    copy_figures(fork, session);
    leave_step(fork);
    return fork;
}

int session_fork_run(struct session *fork, uint64_t steps, struct err *err)
{
    session_run_steps(fork, steps);
    while (session_running(fork)) {
        session_advance(fork, clock_now() + PIECE);
        if (!session_breathe(fork))
            return err_set(err, ERR_INTERRUPT, "interrupted");
    }
    return 0;
}

int session_fork_narrow(struct session *fork, struct dataset *view, int *row, int rows, struct err *err)
{
    struct rig_plan plan = rig_plan_of(fork);
    struct transform transform = {0};
    struct batch_order order = {0};
    struct rig rig;
    *view = *fork->data;
    view->train = row;
    view->trains = plan.batch = rows;
    view->validations = view->tests = 0;
    if (transform_copy(&transform, &fork->transform, err) || batch_order_open(&order, view, fork->seed, err) ||
        rig_open(fork, view, &plan, &rig, err)) {
        batch_order_close(&order);
        transform_close(&transform);
        return -1;
    }
    rig_carry(fork, &plan, &rig, NULL);
    session_adopt(fork, view, &transform, &order);
    fork->data_lent = true;
    rig_install(fork, &plan, &rig);
    fork->visited = fork->batch_first = 0;
    fork->schedule = (struct schedule){.base = fork->optimizer.lr};
    return 0;
}
