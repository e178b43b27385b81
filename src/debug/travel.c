/*
 * travel.c: going to another place of the history: a snapshot before it is put back, and what follows is executed
 * again without stopping for anything, the edits made again where they were made.
 *
 * The last step before the place is always executed again, even where a snapshot of the place itself is at hand: so its
 * tensors, norms and figures are there to be looked at, as they were when it was first reached.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "debug/expr.h"
#include "debug/stops.h"
#include "history_tree.h"
#include "step.h"

#define BREATH 50000000 /* nanoseconds between two looks at the keys */
#define NEAR   4        /* steps before the place of which each keeps a snapshot */

/* --- executing again */

/* Weights that came from a file are where they were kept. */
static int weights_again(struct session *session, const struct edit *edit, struct err *err)
{
    const struct history *history = session->history;
    session_complete_step(session);
    for (int i = 0; i < history->snapshots; i++)
        if (history->snapshot[i]->edit == edit && history->snapshot[i]->pinned)
            return snapshot_restore(session, history->snapshot[i], err);
    return err_set(err, ERR_MEMORY, "the weights that `%s` loaded could not be kept", edit->text);
}

static int make_again(struct session *session, const struct edit *edit, struct err *err)
{
    const struct settings *settings = &edit->settings;
    switch (edit->kind) {
    case EDIT_TOPOLOGY:
        return session_set_topology(session, settings->top, NULL, err);
    case EDIT_INIT:
        session_initialize(session, &settings->init, NULL);
        return 0;
    case EDIT_LOSS:
        return session_set_loss(session, &settings->loss, NULL, err);
    case EDIT_OPTIMIZER:
        return session_set_optimizer(session, settings->optim, &settings->optim_args, session->optimizer.lr, NULL, err);
    case EDIT_BATCH:
        return session_set_batch(session, settings->batch, err);
    case EDIT_TRANSFORM:
        session_set_transform(session, settings->transform);
        return 0;
    case EDIT_LR:
        session_set_schedule(session, &settings->schedule);
        return 0;
    case EDIT_CLIP:
        return session_set_clip(session, settings->clip, err);
    case EDIT_WEIGHTS:
        return weights_again(session, edit, err);
    case EDIT_ROOT:
        break;
    }
    return 0;
}

/* Makes the next edit of the path again; the session stands where it was made. */
static int pass_edit(struct session *session, struct err *err)
{
    struct history *history = session->history;
    struct edit *edit = history->path[history->applied];
    uint64_t lost = session->lost_updates;
    history->travelling = true;
    session->held = edit->dropped;
    int status = make_again(session, edit, err);
    history->travelling = false;
    session->lost_updates = lost; /* it was counted, and told, the first time */
    if (status)
        return -1;
    session->lr_chosen = edit->settings.lr_chosen;
    session->schedule = edit->settings.schedule; /* another optimizer may have brought another rate */
    session->optimizer.lr = schedule_rate(&session->schedule, session->step, session->epoch);
    history->applied = edit->depth + 1;
    return 0;
}

/* Of the way to a place all steps near it keep a snapshot, and ever fewer further away: so the next ways back are
 * short. */
static bool is_worth_keeping(uint64_t steps)
{
    uint64_t root = (uint64_t)sqrt((double)steps);
    return steps <= NEAR || root * root == steps;
}

/* The step under way, or the next, up to its op END. */
static void run_step(struct session *session, struct position place, struct position end)
{
    if (!session->inside) {
        if (is_worth_keeping(place.step - session->step))
            snapshot_keep(session, false);
        step_begin(session);
    }
    step_run(session, end.step == session->step ? end.op : program_ops(session->train), false);
    if (program_cursor(session->train) == program_ops(session->train))
        step_end(session);
}

/* From the present place on the path to a later one. */
static int go_on(struct session *session, int applied, struct position place, bool breathe, struct err *err)
{
    struct history *history = session->history;
    int64_t looked = clock_now();
    for (;;) {
        struct position here = session_position(session), end = place;
        if (history->applied < applied) {
            end = history->path[history->applied]->at;
            if (position_compare(here, end) >= 0) {
                if (pass_edit(session, err))
                    return -1;
                continue;
            }
        }
        if (position_compare(here, end) >= 0)
            return 0;
        run_step(session, place, end);
        if (breathe && clock_now() - looked > BREATH) {
            looked = clock_now();
            if (!session_breathe(session))
                return err_set(err, ERR_INTERRUPT, "interrupted");
        }
    }
}

static int travel_breathing(struct session *session, int applied, struct position place, bool breathe, struct err *err)
{
    struct history *history = session->history;
    const struct snapshot *from = snapshot_find(history, applied, place, true);
    struct position here = session_position(session);
    bool onward = history->applied > 0 && history->applied <= applied && position_compare(here, place) < 0;
    session->evaluation.active = false;
    if (!from)
        return err_set(err, ERR_STATE, "the history has no state to begin from");
    if (!onward || here.step < from->step)
        if (snapshot_restore(session, from, err))
            return -1;
    history->due = 0;
    return go_on(session, applied, place, breathe, err);
}

int travel(struct session *session, int applied, struct position place, struct err *err)
{
    return travel_breathing(session, applied, place, false, err);
}

/* --- going there */

/* "step 400 (epoch 3.2) of main; ahead: 600 steps, 2 edits" */
static void add_place(const struct session *session, struct text *notes)
{
    const struct history *history = session->history;
    text_add(notes, "step %llu (epoch %s)", (unsigned long long)session->step, session_epochs_text(session).s);
    text_add(notes, " of %s", history->current->name);
    if (session->inside)
        text_add(notes, ", before %s", program_op(session->train, program_cursor(session->train))->name);
    if (history->past) {
        int edits = history->length - history->applied;
        unsigned long long steps = history->current->tip.step - session->step;
        if (steps > 0)
            text_add(notes, "; ahead: %s step%s", text_count((double)steps).s, steps == 1 ? "" : "s");
        else
            text_add(notes, "; ahead: a part of the next step");
        if (edits > 0)
            text_add(notes, ", %d edit%s, next `%s`", edits, edits == 1 ? "" : "s",
                     history->path[history->applied]->text);
        text_add(notes, " (`goto end`)");
    }
    text_add(notes, "\n");
}

/* Whether the update is held back at this place: it was at the tip, or until it was dropped, or must be. */
static bool is_held(const struct session *session)
{
    const struct history *history = session->history;
    const struct edit *next = history->applied < history->length ? history->path[history->applied] : NULL;
    if (!session->inside)
        return false;
    if (!history->past && history->current->held)
        return true;
    if (next && next->dropped && position_compare(session_position(session), next->at) == 0)
        return true;
    return program_cursor(session->train) == step_reduce_end(session) && program_nonfinite(session->train);
}

/* What stood in the session as of the place that is left. */
static void arrive(struct session *session)
{
    struct history *history = session->history;
    session->goal = GOAL_NONE;
    session->stop = STOP_NONE;
    session->stop_text[0] = '\0';
    expr_free(session->until);
    session->until = NULL;
    session_forget_validation(session);
    session->validation = session->test = (struct figures){NAN, NAN};
    history->past = history->applied < history->length ||
                    position_compare(session_position(session), history->current->tip) < 0;
    session->held = is_held(session);
    branch_unpark(session);
    stops_truncate(session->stops, (double)session->step);
}

/* The step up to which the ways to A and to B are the same. */
static uint64_t common_steps(const struct edit *a, const struct edit *b)
{
    uint64_t steps = UINT64_MAX;
    while (a != b) {
        const struct edit **deeper = !b || (a && a->depth > b->depth) ? &a : &b;
        steps = (*deeper)->at.step < steps ? (*deeper)->at.step : steps;
        *deeper = (*deeper)->parent;
    }
    return steps;
}

int travel_and_tell(struct session *session, struct branch *branch, int applied, struct position place,
                    struct text *notes, struct err *err)
{
    struct history *history = session->history;
    struct position from = session_position(session);
    int from_applied = history->applied;
    struct branch *from_branch = history->current;
    uint64_t common = common_steps(from_branch->edit, branch->edit);
    if (!history->past)
        branch_park(session);
    if (branch != history->current && branch_follow(session, branch))
        return err_set(err, ERR_MEMORY, "no memory for the way of branch %s", branch->name);
    if (travel_breathing(session, applied, place, true, err)) {
        struct err worse;
        if (branch != from_branch)
            branch_follow(session, from_branch);
        history->applied = 0;
        if (travel(session, from_applied, from, &worse))
            err_prefix(err, "%s; and the way back failed too: ", worse.message);
        arrive(session);
        return -1;
    }
    stops_truncate(session->stops, (double)common);
    arrive(session);
    add_place(session, notes);
    return 0;
}

/* Ends a run that is under way, and refuses where there is nothing to go to. */
static int prepare(struct session *session, struct err *err)
{
    if (session_running(session))
        session_interrupt(session);
    if (!session->history || history_begin(session))
        return err_set(err, ERR_STATE, "there is no history here");
    return 0;
}

static const struct edit *root_of(const struct history *history)
{
    return history->path[0];
}

static struct position tip_of(const struct session *session)
{
    const struct history *history = session->history;
    return history->past ? history->current->tip : session_position(session);
}

/* How many edits had been made when PLACE was first reached: those made there came later, but for the root's. */
static int applied_at(const struct history *history, struct position place)
{
    int applied = 1;
    bool root = place.step == root_of(history)->at.step && place.op == 0;
    while (applied < history->length) {
        int order = position_compare(history->path[applied]->at, place);
        if (order > 0 || (order == 0 && !root))
            break;
        applied++;
    }
    return applied;
}

/* Places between where an edit was made and where it left the session are on no branch. */
static struct position nearest_before(const struct history *history, struct position place)
{
    for (int i = 1; i < history->length; i++)
        if (position_compare(history->path[i]->at, place) < 0 && position_compare(place, history->path[i]->after) < 0)
            return history->path[i]->at;
    return place;
}

int history_goto_step(struct session *session, uint64_t step, struct text *notes, struct err *err)
{
    if (prepare(session, err))
        return -1;
    struct history *history = session->history;
    struct position place = {step, 0}, tip = tip_of(session);
    uint64_t first = root_of(history)->at.step;
    if (step < first || step > tip.step) {
        err_set(err, ERR_USAGE, "goto: %s has steps %llu to %llu, not %llu", history->current->name,
                (unsigned long long)first, (unsigned long long)tip.step, (unsigned long long)step);
        return -1;
    }
    return travel_and_tell(session, history->current, applied_at(history, place), place, notes, err);
}

int history_back(struct session *session, uint64_t steps, struct text *notes, struct err *err)
{
    if (prepare(session, err))
        return -1;
    struct history *history = session->history;
    uint64_t first = root_of(history)->at.step, here = session->step;
    uint64_t most = here - first + session->inside;
    if (steps > most)
        return most == 0 ? err_set(err, ERR_STATE, "back: history begins here, at step %llu", (unsigned long long)first)
                         : err_set(err, ERR_USAGE, "back: %llu steps; history begins at step %llu, %llu back",
                                   (unsigned long long)steps, (unsigned long long)first, (unsigned long long)most);
    struct position place = {here + session->inside - steps, 0};
    /* Inside a step the first way back is to its beginning, and what was edited before it stays. */
    int applied = applied_at(history, place);
    while (place.step == here && applied < history->applied &&
           position_compare(history->path[applied]->at, place) <= 0)
        applied++;
    return travel_and_tell(session, history->current, applied, place, notes, err);
}

/* Ops of the step that led from STEP to the next. */
static int ops_of(const struct history *history, uint64_t step)
{
    int i = history->applied - 1;
    while (i > 0 && position_compare(history->path[i]->at, (struct position){step, 0}) > 0)
        i--;
    return history->path[i]->ops;
}

int history_back_ops(struct session *session, uint64_t ops, struct text *notes, struct err *err)
{
    if (prepare(session, err))
        return -1;
    struct history *history = session->history;
    struct position place = session_position(session);
    uint64_t left = ops;
    while (left > (uint64_t)place.op) {
        if (place.step == root_of(history)->at.step)
            return err_set(err, ERR_USAGE, "back: %llu ops; history begins %llu ops back", (unsigned long long)ops,
                           (unsigned long long)(ops - left) + (unsigned long long)place.op);
        left -= (uint64_t)place.op;
        place = (struct position){place.step - 1, ops_of(history, place.step - 1)};
    }
    place.op -= (int)left;
    place = nearest_before(history, place);
    int applied = applied_at(history, place);
    return travel_and_tell(session, history->current, applied < history->applied ? applied : history->applied, place,
                           notes, err);
}

int history_goto_event(struct session *session, const char *event, struct text *notes, struct err *err)
{
    if (prepare(session, err))
        return -1;
    struct history *history = session->history;
    char *end;
    unsigned long number = strtoul(event, &end, 10);
    bool numbered = *event >= '0' && *event <= '9' && *end == '\0';
    unsigned long count = 0;
    for (int i = 0; i < history->length; i++) {
        const struct edit *edit = history->path[i];
        if (!edit->mark)
            continue;
        count++;
        if (numbered ? count == number : event[1] == '\0' && *event == edit->mark && edit->mark != '*')
            return travel_and_tell(session, history->current, i + 1, edit->after, notes, err);
    }
    return err_set(err, ERR_USAGE, "goto event: there is no event '%s' on %s; `info events` lists %lu", event,
                   history->current->name, count);
}

int history_goto_end(struct session *session, struct text *notes, struct err *err)
{
    if (prepare(session, err))
        return -1;
    struct history *history = session->history;
    if (!history->past)
        return err_set(err, ERR_STATE, "goto end: this is the end of %s; `step` goes on", history->current->name);
    return travel_and_tell(session, history->current, history->length, history->current->tip, notes, err);
}

int history_pass(struct session *session, struct err *err)
{
    struct history *history = session->history;
    if (history->applied < history->length) {
        const struct edit *edit = history->path[history->applied];
        if (pass_edit(session, err))
            return -1;
        if (edit->mark)
            session_event_again(session, edit->mark, edit->text, edit->after.step);
        if (!session->inside)
            snapshot_keep(session, false);
    }
    history_moved(session);
    return 0;
}

void history_moved(struct session *session)
{
    struct history *history = session->history;
    if (history->past && history->applied == history->length &&
        position_compare(session_position(session), history->current->tip) >= 0)
        history->past = false;
}
