/*
 * run.c: towards a goal, some milliseconds at a time.
 *
 * A step is begun, its ops run, its figures are recorded, it is finished. Most steps run whole; of long ones the
 * clock is read between ops, so that a screen stays alive whatever the network. When an epoch ends the validation rows
 * are evaluated, in pieces too (evaluate.c). Nothing here allocates.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/denormals.h"
#include "debug/doctor.h"
#include "debug/expr.h"
#include "debug/history.h"
#include "debug/session.h"
#include "debug/stops.h"
#include "evaluate.h"
#include "step.h"

/* A step that takes longer than this runs in pieces of about so long while there is a deadline: threads that part and
 * join again in the middle of a step, and ops that are not joined, cost a few per cent. */
#define LONG_STEP 2.5e7

/* What is left of a step that takes less than this is run to its end rather than stopped. */
#define SHORT_WAIT 4e7

/* Of steps that take less than this, so many are made between two looks at the clock as fit in; at most that many. */
#define LOOK                2e4
#define STEPS_BETWEEN_LOOKS 64

bool session_running(const struct session *session)
{
    return session->goal != GOAL_NONE || session->evaluation.active;
}

/* --- one step */

/* Behind the last op: on to the next step, and at the end of an epoch to the validation rows. */
static void end_step(struct session *session)
{
    double rate = session->optimizer.lr;
    session->busy_rows += program_rows(session->train);
    if (step_end(session))
        evaluation_start(session);
    if (session->schedule.kind == SCHEDULE_AT && session->optimizer.lr != rate)
        session_event_drop(session, rate, session->optimizer.lr, session->step);
}

static void stop(struct session *session, enum stop why, const char *text)
{
    session->goal = GOAL_NONE;
    session->stop = why;
    snprintf(session->stop_text, sizeof session->stop_text, "%.230s", text);
    expr_free(session->until);
    session->until = NULL;
    session->busy_since = 0;
}

/* STEP is counted from 1. */
static void note_nonfinite(struct session *session, uint64_t step)
{
    session->met_nonfinite = true;
    if (isnan(session->nonfinite_step))
        session->nonfinite_step = (double)step;
}

static void stop_nonfinite(struct session *session)
{
    const char *what = isfinite(session->batch_figures.loss) ? "a gradient" : "the loss";
    char text[160];
    snprintf(text, sizeof text,
             "%s of step %llu is not finite (loss %s, gradient norm %s); its update has not been made", what,
             (unsigned long long)session->step + 1, text_short(session->batch_figures.loss).s,
             text_short(program_gradient_norm(session->train)).s);
    note_nonfinite(session, session->step + 1);
    stop(session, STOP_NONFINITE, text);
}

/* An update that makes a weight infinite or NaN is taken back: the cursor stands before it again. */
static void stop_before_update(struct session *session)
{
    char text[160];
    uint64_t step = session->step;
    note_nonfinite(session, step);
    bool back = history_step_back(session) == 0;
    session->held = back;
    snprintf(text, sizeof text, "the update of step %llu makes weights that are not finite%s", (unsigned long long)step,
             back ? "; it has not been made" : "");
    stop(session, STOP_NONFINITE, text);
}

/* Runs ops up to END of the step under way, or up to what a breakpoint looks for; stops before the update when a figure
 * is not finite. What is held back there is made by whoever runs on. */
static void run_ops(struct session *session, int end)
{
    session->spoilt = session->spoilt || session->held;
    session->held = false;
    struct program_guard guard;
    program_set_guard(session->train, stops_guard(session, &guard) ? &guard : NULL);
    bool known = step_run(session, end, true);
    program_set_guard(session->train, NULL);
    if (known && program_cursor(session->train) == step_reduce_end(session) &&
        program_nonfinite(session->train)) {
        session->held = true;
        stop_nonfinite(session);
    }
    if (program_cursor(session->train) < program_ops(session->train))
        return;
    end_step(session);
    if (session->watch.on)
        doctor_watch(session);
    bool spoilt = !program_weights_finite(session->train);
    if (spoilt && !session->spoilt)
        stop_before_update(session);
    else
        session->spoilt = spoilt;
    if (session->stops && !session->inside && !stops_sample(session))
        stop(session, STOP_INTERRUPT, "interrupted");
}

/* After op OP, while the run goes on. */
static void check_breakpoints(struct session *session, int op)
{
    char text[sizeof session->stop_text];
    if (!session->stops || session->goal == GOAL_NONE)
        return;
    enum stop why = stops_check(session, op, text, sizeof text);
    if (why != STOP_NONE)
        stop(session, why, text);
}

/* The update of the step under way is not made: everything learnt is as the step found it. */
static void lose_update(struct session *session)
{
    note_nonfinite(session, session->step + 1);
    session->lost_updates++;
    session->optimizer.t--; /* reduce has counted it */
    memcpy(session->net->s, session->stats_before, session->net->stat_size * sizeof(real));
}

bool session_complete_step(struct session *session)
{
    if (!session->inside)
        return true;
    step_run(session, step_reduce_end(session), false);
    bool lost = program_cursor(session->train) == step_reduce_end(session) &&
                (session->held || program_nonfinite(session->train));
    if (lost) {
        lose_update(session);
    } else if (session->held) { /* an edit came between the updates: those behind it are held back */
        note_nonfinite(session, session->step + 1);
        session->lost_updates++;
        lost = true;
    } else {
        step_run(session, program_ops(session->train), false);
    }
    session->held = false;
    end_step(session);
    stops_sample(session);
    session->stop = STOP_NONE; /* what stopped inside of it is past */
    return !lost;
}

/* --- goals */

static void start(struct session *session, enum goal goal)
{
    session->goal = goal;
    session->stop = STOP_NONE;
    session->busy_since = 0;
    expr_free(session->until);
    session->until = NULL;
}

void session_run_ops(struct session *session, uint64_t count)
{
    uint64_t ops = (uint64_t)program_ops(session->train);
    uint64_t at = session->inside ? (uint64_t)program_cursor(session->train) : 0;
    session->goal_step = session->step + (at + count) / ops;
    session->goal_op = (int)((at + count) % ops);
    start(session, GOAL_OPS);
}

void session_run_steps(struct session *session, uint64_t steps)
{
    session->goal_step = steps > GOAL_FOREVER - session->step ? GOAL_FOREVER : session->step + steps;
    start(session, GOAL_STEPS);
}

void session_run_until(struct session *session, struct expr *condition)
{
    session_run_steps(session, GOAL_FOREVER);
    session->until = condition;
}

void session_run_epochs(struct session *session, uint32_t epochs)
{
    session->goal_epoch = epochs > UINT32_MAX - session->epoch ? UINT32_MAX : session->epoch + epochs;
    start(session, GOAL_EPOCHS);
}

/* Whether the step under way is quick to complete, with nothing in it that a run would stop or pause at. */
static bool end_is_near(const struct session *session)
{
    int cursor = program_cursor(session->train), all = program_ops(session->train);
    struct position ahead;
    if (session->goal == GOAL_OPS || session->step_nanoseconds >= SHORT_WAIT)
        return false;
    if (history_ahead(session, &ahead) && ahead.step == session->step)
        return false;
    return !stops_every_op(session->stops) && stops_pause(session, cursor, all) == all;
}

void session_interrupt(struct session *session)
{
    if (session->goal == GOAL_NONE) {
        session->evaluation.active = false;
        return;
    }
    if (session->inside && end_is_near(session)) {
        run_ops(session, program_ops(session->train));
        check_breakpoints(session, program_ops(session->train) - 1);
        if (session->history)
            history_moved(session);
    }
    session->evaluation.active = false;
    if (session->goal != GOAL_NONE) /* else a figure that is not finite, or a breakpoint, has stopped it */
        stop(session, STOP_INTERRUPT, "interrupted");
}

static bool goal_reached(const struct session *session)
{
    switch (session->goal) {
    case GOAL_OPS:
        return session->step > session->goal_step ||
               (session->step == session->goal_step && (session->goal_op == 0 || session->inside) &&
                (!session->inside || program_cursor(session->train) >= session->goal_op));
    case GOAL_STEPS:
        return session->step >= session->goal_step;
    case GOAL_EPOCHS:
        return session->epoch >= session->goal_epoch;
    case GOAL_NONE:
        break;
    }
    return true;
}

/* Whether the condition of `until` holds; one that cannot be evaluated any more stops the run and says so. */
static void check_condition(struct session *session)
{
    double value;
    struct err err;
    char text[240];
    if (!session->until)
        return;
    if (expr_number(session->until, session, &value, &err)) {
        stop(session, err.code == ERR_INTERRUPT ? STOP_INTERRUPT : STOP_BROKEN, err.message);
    } else if (value != 0) {
        snprintf(text, sizeof text, "%.200s", expr_text(session->until));
        stop(session, STOP_CONDITION, text);
    }
}

/* Rows a second over stretches of half a second. */
static void measure_rate(struct session *session, int64_t now)
{
    if (session->busy_since == 0) {
        session->busy_since = now;
        session->busy_rows = 0;
    } else if (now - session->busy_since > 500000000) {
        session->samples_per_second = session->busy_rows * 1e9 / (double)(now - session->busy_since);
        session->busy_since = now;
        session->busy_rows = 0;
    }
}

/* On the way through what was recorded: the edits of this place are made again. The run goes on at once, since it
 * never rests behind an edit: whoever stops there stands before it. False: one completed the step, or failed. */
static bool pass(struct session *session)
{
    struct position here = session_position(session), ahead;
    struct err err;
    while (history_ahead(session, &ahead) && position_compare(here, ahead) >= 0) {
        if (history_pass(session, &err)) {
            stop(session, STOP_BROKEN, err.message);
            return false;
        }
        if (position_compare(session_position(session), here) != 0)
            return false;
    }
    return true;
}

/* Where the piece of a long step ends that begins at OP: after so many ops as take about LONG_STEP by their share of
 * the step's FLOPs. One job for the threads costs less than many. */
static int piece_end(const struct session *session, int op, int end)
{
    const struct program *train = session->train;
    double left = LONG_STEP / session->step_nanoseconds * program_flops(train);
    do
        left -= program_op(train, op++)->flops;
    while (op < end && program_op(train, op)->flops <= left);
    return op;
}

/* Returns what part of a step has been made. */
static double advance_step(struct session *session, int64_t deadline)
{
    struct position ahead;
    if (!pass(session))
        return 0;
    bool past = history_ahead(session, &ahead);
    if (!session->inside) {
        if (!stops_settle(session)) {
            stop(session, STOP_INTERRUPT, "interrupted");
            return 0;
        }
        history_before_step(session);
        step_begin(session);
    }
    uint64_t step = session->step;
    int cursor = program_cursor(session->train), all = program_ops(session->train);
    /* An edit during the run may have left fewer ops than the goal counted. */
    bool short_of_all = session->goal == GOAL_OPS && step == session->goal_step && session->goal_op < all;
    int end = short_of_all ? session->goal_op : all;
    if (past && ahead.step == step && ahead.op < end)
        end = ahead.op;
    end = stops_pause(session, cursor, end);
    bool whole = session->step_nanoseconds < LONG_STEP;
    int op = cursor;
    do {
        run_ops(session, whole ? end : piece_end(session, op, end));
        op = program_cursor(session->train);
        check_breakpoints(session, op - 1);
    } while (op < end && session->goal != GOAL_NONE && (whole || clock_now() < deadline));
    if (past)
        history_moved(session);
    double share = (double)(session->inside ? program_cursor(session->train) - cursor : all - cursor) / all;
    if (session->step != step && session->goal != GOAL_NONE)
        check_condition(session);
    return share;
}

/* Whether nothing but the goal, an evaluation, and what run_ops looks at can end or pause the steps to come. */
static bool goes_straight(const struct session *session)
{
    struct position ahead;
    return (session->goal == GOAL_STEPS || session->goal == GOAL_EPOCHS) && !session->inside && !session->until &&
           stops_none(session->stops) && session->step_nanoseconds < LONG_STEP && !history_ahead(session, &ahead);
}

/* Up to MOST whole steps, one after the other; returns how many. */
static double advance_straight(struct session *session, int most)
{
    int steps = 0, all = program_ops(session->train);
    denormals_flush(); /* once for all, which costs less than for each; for what is recorded, too */
    while (steps < most && session->goal != GOAL_NONE && !session->evaluation.active && !goal_reached(session)) {
        history_before_step(session);
        step_begin(session);
        run_ops(session, all);
        steps++;
    }
    denormals_restore();
    return steps;
}

/* How many steps may be made before the clock is read again. */
static int steps_between_looks(const struct session *session)
{
    double steps = session->step_nanoseconds > 0 ? LOOK / session->step_nanoseconds : 1;
    return steps > STEPS_BETWEEN_LOOKS ? STEPS_BETWEEN_LOOKS : steps > 1 ? (int)steps : 1;
}

/* A piece of an evaluation, or up to MOST steps; returns how many steps. */
static double advance(struct session *session, int64_t deadline, int most)
{
    double steps = 0;
    if (session->evaluation.active)
        evaluation_piece(session);
    else if (goes_straight(session))
        steps = advance_straight(session, most);
    else
        for (int i = 0; i < most && session->goal != GOAL_NONE && !session->evaluation.active; i++) {
            if (goal_reached(session))
                break;
            steps += advance_step(session, deadline);
        }
    if (!session->evaluation.active && session->goal != GOAL_NONE && goal_reached(session))
        stop(session, STOP_GOAL, "");
    return steps;
}

void session_advance(struct session *session, int64_t deadline)
{
    int64_t now = clock_now();
    do {
        int64_t begun = now;
        double steps = advance(session, deadline, now < deadline ? steps_between_looks(session) : 1);
        now = clock_now();
        if (steps > 0) {
            session->step_nanoseconds += ((double)(now - begun) / steps - session->step_nanoseconds) / 8;
            measure_rate(session, now);
        }
    } while (session_running(session) && now < deadline);
    if (!session_running(session))
        history_settle(session);
}
