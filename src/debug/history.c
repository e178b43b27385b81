/*
 * history.c: the tree of edits, and where on it the session stands. It is told of every edit and every step; going
 * somewhere is in travel.c, the state itself in snapshot.c, the names of the ways in branch.c.
 *
 * What keeping a snapshot costs is measured, and so few are kept that it stays below SHARE of the time; where steps are
 * so long that going back between two would take longer than SETTLE_LIMIT, below MOST of it. Towards the end
 * of a run whose end is known, every step gets one, so that going back from there is quick; where a run ends
 * otherwise, the last few steps are run once more for that, unless it takes too long (history_settle).
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "history_tree.h"

#define SHARE        0.01
#define MOST         0.03
#define NEAR         3    /* steps before the end of a run */
#define SETTLE_LIMIT 1e8  /* nanoseconds that making the last steps quick to go back to may take */

struct position session_position(const struct session *session)
{
    return (struct position){session->step, session->inside ? program_cursor(session->train) : 0};
}

int position_compare(struct position a, struct position b)
{
    if (a.step != b.step)
        return a.step < b.step ? -1 : 1;
    return (a.op > b.op) - (a.op < b.op);
}

struct history *history_open(size_t budget, struct err *err)
{
    struct history *history = calloc(1, sizeof *history);
    if (history)
        history->budget = budget;
    else
        err_set(err, ERR_MEMORY, "no memory for a history");
    return history;
}

static void edit_free(struct edit *edit)
{
    if (edit->owns_top)
        free((struct topology *)edit->settings.top);
    if (edit->owns_transform) {
        transform_close((struct transform *)edit->settings.transform);
        free((struct transform *)edit->settings.transform);
    }
    free(edit);
}

static void forget(struct history *history)
{
    snapshot_drop_all(history);
    branch_close_all(history);
    while (history->newest) {
        struct edit *edit = history->newest;
        history->newest = edit->older;
        edit_free(edit);
    }
    history->edits = 0;
}

void history_close(struct history *history)
{
    if (!history)
        return;
    forget(history);
    free(history->path);
    free(history);
}

/* Whether nothing has been done on the present branch since its root: then who only looked may have begun it. */
static bool is_untouched(const struct session *session)
{
    const struct history *history = session->history;
    if (history->current->parent || history->past || history->length > 1 ||
        position_compare(session_position(session), history->path[0]->at) != 0)
        return false;
    for (const struct branch *branch = history->branch; branch; branch = branch->next)
        if (branch->parent == history->current)
            return false;
    return true;
}

/* The present branch ends here. One without a single step leaves nothing behind, so that it is all the same whether
 * somebody has looked at it. */
static void leave(struct session *session)
{
    struct history *history = session->history;
    if (is_untouched(session)) {
        snapshot_drop_of(history, history->path[0]);
        branch_drop(history, history->current);
    } else if (!history->past) {
        branch_park(session);
    }
}

void history_new_root(struct session *session, bool forgetting)
{
    struct history *history = session->history;
    if (!history || history->travelling)
        return;
    if (forgetting)
        forget(history);
    else if (history->current)
        leave(session);
    history->current = NULL;
    history->length = history->applied = 0;
    history->past = false;
    history->due = 0;
}

void history_set_budget(struct session *session, size_t bytes)
{
    session->history->budget = bytes;
    snapshot_fit(session, 0);
}

size_t history_budget(const struct session *session)
{
    return session->history ? session->history->budget : 0;
}

/* --- edits */

static void settings_take(const struct session *session, struct settings *settings)
{
    *settings = (struct settings){.loss = session->loss,
                                  .init = session->init,
                                  .optim = session->optimizer.kind,
                                  .optim_args = session->optimizer.args,
                                  .schedule = session->schedule,
                                  .clip = session->optimizer.clip,
                                  .lr_chosen = session->lr_chosen,
                                  .batch = session->batch,
                                  .seed = session->seed};
}

static bool same_topology(const struct topology *a, const struct topology *b)
{
    return a->layers == b->layers && memcmp(a->layer, b->layer, (size_t)a->layers * sizeof *a->layer) == 0;
}

/* A topology and a transform are much larger than the rest of an edit, and few edits change them. */
static bool take_topology(struct edit *edit, const struct edit *parent, const struct topology *top)
{
    if (parent && same_topology(parent->settings.top, top)) {
        edit->settings.top = parent->settings.top;
        return true;
    }
    struct topology *copy = malloc(sizeof *copy);
    if (copy)
        topology_copy(copy, top);
    edit->settings.top = copy;
    edit->owns_top = copy;
    return copy;
}

static bool take_transform(struct edit *edit, const struct edit *parent, const struct transform *transform)
{
    if (parent && transform_same(parent->settings.transform, transform)) {
        edit->settings.transform = parent->settings.transform;
        return true;
    }
    struct transform *copy = malloc(sizeof *copy);
    if (copy && transform_copy(copy, transform, NULL)) {
        free(copy);
        copy = NULL;
    }
    edit->settings.transform = copy;
    edit->owns_transform = copy;
    return copy;
}

static struct edit *edit_open(struct session *session, struct edit *parent, enum edit_kind kind)
{
    struct history *history = session->history;
    struct edit *edit = calloc(1, sizeof *edit);
    if (!edit)
        return NULL;
    settings_take(session, &edit->settings);
    if (!take_topology(edit, parent, &session->net->top) || !take_transform(edit, parent, &session->transform)) {
        edit_free(edit);
        return NULL;
    }
    edit->kind = kind;
    edit->parent = parent;
    edit->depth = parent ? parent->depth + 1 : 0;
    edit->at = edit->after = session_position(session);
    edit->ops = program_ops(session->train);
    edit->serial = history->edits++;
    edit->older = history->newest;
    history->newest = edit;
    return edit;
}

static int path_add(struct history *history, struct edit *edit)
{
    if (history->length == history->room) {
        int room = history->room ? 2 * history->room : 16;
        struct edit **more = realloc(history->path, (size_t)room * sizeof *more);
        if (!more)
            return -1;
        history->path = more;
        history->room = room;
    }
    history->path[history->length++] = edit;
    history->applied = history->length;
    return 0;
}

int history_begin(struct session *session)
{
    struct history *history = session->history;
    if (!history || !session->net)
        return -1;
    if (history->current)
        return 0;
    history->length = history->applied = 0;
    struct edit *root = edit_open(session, NULL, EDIT_ROOT);
    if (!root || path_add(history, root))
        return -1;
    if (session->events > 0) {
        const struct event *event = &session->event[session->events - 1];
        root->mark = event->mark;
        snprintf(root->text, sizeof root->text, "%s", event->text);
    }
    history->current = branch_add(session, NULL, NULL, root);
    if (!history->current)
        return -1;
    history->due = 0;
    snapshot_keep(session, true);
    return 0;
}

struct edit_mark history_before_edit(struct session *session)
{
    if (session->history && !session->history->travelling)
        history_begin(session);
    return (struct edit_mark){session_position(session), session->lost_updates};
}

/* An edit in the past: what was recorded ahead stays with the branch that it is of. */
static int part(struct session *session, struct edit *edit)
{
    struct history *history = session->history;
    struct branch *branch = branch_add(session, NULL, history->current, edit);
    if (!branch)
        return -1;
    history->current = branch;
    history->length = history->applied;
    history->past = false;
    return 0;
}

void history_edited(struct session *session, enum edit_kind kind, const struct edit_mark *before)
{
    struct history *history = session->history;
    if (!history || history->travelling || !history->current)
        return;
    struct edit *edit = edit_open(session, history->path[history->applied - 1], kind);
    if (!edit || (history->past && part(session, edit)) || path_add(history, edit)) {
        history_new_root(session, true); /* a history with a gap would lie */
        return;
    }
    edit->at = before->at;
    edit->dropped = session->lost_updates != before->lost;
    struct branch *branch = history->current;
    branch->edit = edit;
    if (branch->parent && !branch->parted) {
        branch->parted = edit;
        branch->parted_at = edit->at;
    }
    if (!session->inside)
        snapshot_keep(session, kind == EDIT_WEIGHTS);
}

void history_name_edit(struct session *session, char mark, const char *text)
{
    struct history *history = session->history;
    if (!history || !history->current || history->past || history->travelling)
        return;
    struct edit *edit = history->path[history->length - 1];
    if (edit->mark == 0 && edit->kind != EDIT_ROOT) {
        edit->mark = mark;
        snprintf(edit->text, sizeof edit->text, "%s", text);
    }
}

/* --- steps */

static bool near_the_end(const struct session *session)
{
    switch (session->goal) {
    case GOAL_OPS:
    case GOAL_STEPS:
        return session->goal_step - session->step <= NEAR;
    case GOAL_EPOCHS:
        return session->goal_epoch - session->epoch <= 1 &&
               session->data->trains - session->visited <= NEAR * session->batch;
    case GOAL_NONE:
        break;
    }
    return false;
}

void history_before_step(struct session *session)
{
    struct history *history = session->history;
    if (!history || (session->step < history->due && !near_the_end(session)))
        return;
    if (history_begin(session) || snapshot_exists(history, history->path[history->applied - 1], session->step))
        return;
    snapshot_keep(session, false);
    double time = session->step_nanoseconds, steps = time > 0 ? ceil(history->cost / (SHARE * time)) : 1;
    if (steps * time > SETTLE_LIMIT)
        steps = fmax(floor(SETTLE_LIMIT / time), ceil(history->cost / (MOST * time)));
    history->due = session->step + (steps < 1 ? 1 : (uint64_t)steps);
}

bool history_ahead(const struct session *session, struct position *next)
{
    const struct history *history = session->history;
    if (!history || !history->past)
        return false;
    *next = history->applied < history->length ? history->path[history->applied]->at : history->current->tip;
    return true;
}

int history_step_back(struct session *session)
{
    struct history *history = session->history;
    struct err err;
    if (!history || !history->current)
        return -1;
    struct position place = {session->step - 1, program_reduce(session->train) + 1};
    const struct edit *last = history->path[history->applied - 1];
    if (position_compare(last->at, place) > 0)
        place = last->at;
    return travel(session, history->applied, place, &err);
}

/* What a run knows that going over its last steps again must not change. */
void history_settle(struct session *session)
{
    struct history *history = session->history;
    struct err err;
    uint64_t far = session->inside ? 1 : 2;
    if (!history || !history->current || session->step < far)
        return;
    struct position here = session_position(session), there = {here.step - far, 0};
    int applied = history->applied, earlier = applied;
    while (earlier > 1 && position_compare(history->path[earlier - 1]->after, there) > 0)
        earlier--;
    const struct snapshot *last = snapshot_find(history, earlier, there, false);
    if (!last || last->step == there.step ||
        (double)(there.step - last->step) * session->step_nanoseconds > 2 * SETTLE_LIMIT)
        return;
    bool held = session->held, spoilt = session->spoilt;
    struct figures validation = session->validation, test = session->test;
    uint64_t validation_step = session->validation_step, test_step = session->test_step;
    if (travel(session, earlier, there, &err) || travel(session, applied, here, &err))
        return;
    session->held = held;
    session->spoilt = spoilt;
    session->validation = validation;
    session->test = test;
    session->validation_step = validation_step;
    session->test_step = test_step;
}

void history_print(struct session *session, struct text *out)
{
    const struct history *history = session->history;
    if (!history || history_begin(session)) {
        text_add(out, "nothing is kept here\n");
        return;
    }
    uint64_t first = history->path[0]->at.step, tip = history->past ? history->current->tip.step : session->step;
    text_add(out, "on %s, which has steps %llu to %llu and %d edit%s; this is step %llu\n", history->current->name,
             (unsigned long long)first, (unsigned long long)tip, history->length - 1,
             history->length == 2 ? "" : "s", (unsigned long long)session->step);
    text_add(out, "%d snapshot%s, %s of %s (`set history`); what lies between them is run again\n",
             history->snapshots, history->snapshots == 1 ? "" : "s", text_bytes((double)history->used).s,
             text_bytes((double)history->budget).s);
}
