/*
 * branch.c: names for the ways through a history, and what is kept of one that is left: its curves and final figures.
 */
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "debug/choices.h"
#include "debug/stops.h"
#include "history_tree.h"

static struct series **session_curve(struct session *session, int i)
{
    struct series **all[CURVES] = {&session->loss_series, &session->score_series, &session->validation_loss_series,
                                   &session->validation_score_series, &session->lr_series};
    return all[i];
}

/* --- what is kept of a tip */

static void parked_close(struct parked *parked)
{
    if (!parked)
        return;
    for (int i = 0; i < CURVES; i++)
        series_close(parked->curve[i]);
    for (int i = 0; i < parked->layers; i++)
        series_close(parked->gradient[i]);
    for (int i = 0; i < parked->watches; i++)
        series_close(parked->watched[i]);
    free(parked->gradient);
    free(parked->watch);
    free(parked->watched);
    free(parked->layer);
    free(parked->settings);
    free(parked);
}

static bool park_layers(const struct session *session, struct parked *parked)
{
    int layers = session->net->top.layers;
    parked->layer = calloc((size_t)layers, sizeof *parked->layer);
    parked->gradient = calloc((size_t)layers, sizeof(struct series *));
    if (!parked->layer || !parked->gradient)
        return false;
    parked->layers = layers;
    bool whole = true;
    for (int i = 0; i < layers; i++) {
        snprintf(parked->layer[i], sizeof parked->layer[i], "%s", session->net->top.layer[i].name);
        if (session->gradient_series[i])
            whole = (parked->gradient[i] = series_keep(session->gradient_series[i])) && whole;
    }
    return whole;
}

static bool park_watches(const struct session *session, struct parked *parked)
{
    const struct stops *stops = session->stops;
    size_t room = stops ? (size_t)stops->entries : 0;
    parked->watch = calloc(room + 1, sizeof *parked->watch);
    parked->watched = calloc(room + 1, sizeof(struct series *));
    if (!parked->watch || !parked->watched)
        return false;
    for (int i = 0; stops && i < stops->entries; i++) {
        const struct stops_entry *entry = &stops->entry[i];
        if (!entry->series)
            continue;
        int k = parked->watches++;
        parked->watch[k] = entry->number;
        if (!(parked->watched[k] = series_keep(entry->series)))
            return false;
    }
    return true;
}

void branch_park(struct session *session)
{
    struct history *history = session->history;
    struct branch *branch = history->current;
    struct parked *parked = calloc(1, sizeof *parked);
    parked_close(branch->parked);
    branch->parked = NULL;
    branch->tip = session_position(session);
    branch->held = session->held;
    if (!session->inside)
        snapshot_keep(session, false);
    if (!parked)
        return;
    bool whole = true;
    for (int i = 0; i < CURVES; i++)
        whole = (parked->curve[i] = series_keep(*session_curve(session, i))) && whole;
    struct text settings = {0};
    choices_print(session, &settings);
    parked->settings = settings.data;
    parked->batch = session->batch_figures;
    parked->validation = session->validation;
    parked->validation_step = session->validation_step;
    parked->nonfinite_step = session->nonfinite_step;
    if (park_layers(session, parked) && park_watches(session, parked) && whole)
        branch->parked = parked;
    else
        parked_close(parked);
}

static void unpark_layers(struct session *session, const struct parked *parked)
{
    for (int i = 0; i < session->net->top.layers; i++) {
        struct series *series = session->gradient_series[i];
        if (!series)
            continue;
        series_clear(series);
        for (int k = 0; k < parked->layers; k++)
            if (parked->gradient[k] && strcmp(parked->layer[k], session->net->top.layer[i].name) == 0)
                series_copy(series, parked->gradient[k]);
        series_truncate(series, (double)session->step);
    }
}

/* What a watch has seen since it was parked, while gone back, it keeps where that is more. */
static void unpark_watches(struct session *session, const struct parked *parked)
{
    for (int i = 0; i < parked->watches; i++) {
        struct stops_entry *entry = stops_find(session->stops, parked->watch[i]);
        if (entry && entry->series && series_count(parked->watched[i]) > series_count(entry->series))
            series_copy(entry->series, parked->watched[i]);
    }
}

/* Where the rate fell by itself after FROM, up to step TO. */
static void drops_again(struct session *session, const struct edit *from, uint64_t to)
{
    const struct schedule *schedule = &from->settings.schedule;
    for (int i = 0; schedule->kind == SCHEDULE_AT && i < schedule->points; i++) {
        uint64_t step = schedule->point[i].step;
        if (step <= from->after.step || step > to)
            continue;
        double before = schedule_rate(schedule, step - 1, 0), after = schedule_rate(schedule, step, 0);
        if (after != before)
            session_event_drop(session, before, after, step);
    }
}

static void events_again(struct session *session)
{
    const struct history *history = session->history;
    session->events = 0;
    for (int i = 0; i < history->applied; i++) {
        const struct edit *edit = history->path[i];
        if (edit->mark)
            session_event_again(session, edit->mark, edit->text, edit->after.step);
        drops_again(session, edit, i + 1 < history->applied ? history->path[i + 1]->after.step : session->step);
    }
}

void branch_unpark(struct session *session)
{
    const struct history *history = session->history;
    const struct parked *parked = history->current->parked;
    for (int i = 0; i < CURVES; i++) {
        struct series *series = *session_curve(session, i);
        if (parked)
            series_copy(series, parked->curve[i]);
        series_truncate(series, (double)session->step);
    }
    if (parked) {
        unpark_layers(session, parked);
        unpark_watches(session, parked);
    }
    events_again(session);
    if (parked && !history->past) {
        session->validation = parked->validation;
        session->validation_step = parked->validation_step;
    }
    if (parked)
        session->nonfinite_step = parked->nonfinite_step;
    if (session->nonfinite_step > (double)session->step + session->inside)
        session->nonfinite_step = NAN;
}

/* --- names and ways */

static struct branch *find(const struct history *history, const char *name)
{
    struct branch *branch = history->branch;
    while (branch && strcmp(branch->name, name) != 0)
        branch = branch->next;
    return branch;
}

static int refuse_name(const struct history *history, const char *name, struct err *err)
{
    struct text all = {0};
    for (const struct branch *branch = history->branch; branch; branch = branch->next)
        text_add(&all, " %s", branch->name);
    err_set(err, ERR_USAGE, "there is no branch '%s'; legal:%s", name, all.data ? all.data : "");
    text_free(&all);
    return -1;
}

/* "main", then b1, b2, ... for those that nobody has named. */
static void choose_name(const struct history *history, char name[BRANCH_NAME])
{
    snprintf(name, BRANCH_NAME, "main");
    for (int i = 1; find(history, name); i++)
        snprintf(name, BRANCH_NAME, "b%d", i);
}

struct branch *branch_add(struct session *session, const char *name, struct branch *parent, struct edit *edit)
{
    struct history *history = session->history;
    struct branch *branch = calloc(1, sizeof *branch);
    if (!branch)
        return NULL;
    if (name)
        snprintf(branch->name, sizeof branch->name, "%s", name);
    else
        choose_name(history, branch->name);
    branch->parent = parent;
    branch->edit = edit;
    branch->tip = branch->parted_at = session_position(session);
    struct branch **last = &history->branch;
    while (*last)
        last = &(*last)->next;
    *last = branch;
    return branch;
}

int branch_follow(struct session *session, struct branch *branch)
{
    struct history *history = session->history;
    int length = branch->edit->depth + 1;
    if (length > history->room) {
        struct edit **more = realloc(history->path, (size_t)length * sizeof *more);
        if (!more)
            return -1;
        history->path = more;
        history->room = length;
    }
    for (struct edit *edit = branch->edit; edit; edit = edit->parent)
        history->path[edit->depth] = edit;
    history->length = length;
    history->applied = 0;
    history->past = true;
    history->current = branch;
    return 0;
}

void branch_drop(struct history *history, struct branch *branch)
{
    struct branch **at = &history->branch;
    while (*at != branch)
        at = &(*at)->next;
    *at = branch->next;
    if (history->current == branch)
        history->current = NULL;
    parked_close(branch->parked);
    free(branch);
}

void branch_close_all(struct history *history)
{
    while (history->branch)
        branch_drop(history, history->branch);
}

static bool is_name(const char *name)
{
    if (!isalpha((unsigned char)name[0]) || strlen(name) >= BRANCH_NAME)
        return false;
    for (const char *at = name; *at; at++)
        if (!isalnum((unsigned char)*at) && !strchr("-_.", *at))
            return false;
    return true;
}

int history_branch(struct session *session, const char *name, struct text *notes, struct err *err)
{
    struct history *history = session->history;
    if (!history || history_begin(session))
        return err_set(err, ERR_STATE, "branch: there is no history here");
    if (!is_name(name))
        return err_set(err, ERR_USAGE, "branch: '%s'; legal: a letter, then letters, digits and - _ . up to %d", name,
                       BRANCH_NAME - 1);
    if (find(history, name))
        return err_set(err, ERR_USAGE, "branch: there is a branch '%s'; `switch %s` goes to its end", name, name);
    if (!history->past)
        branch_park(session);
    struct branch *parent = history->current;
    struct branch *branch = branch_add(session, name, parent, history->path[history->applied - 1]);
    if (!branch)
        return err_set(err, ERR_MEMORY, "branch: no memory for another one");
    history->current = branch;
    history->length = history->applied;
    history->past = false;
    text_add(notes, "on branch %s from step %llu of %s, which stays as it is\n", name,
             (unsigned long long)session->step, parent->name);
    return 0;
}

int history_switch(struct session *session, const char *name, struct text *notes, struct err *err)
{
    struct history *history = session->history;
    if (!history || history_begin(session))
        return err_set(err, ERR_STATE, "switch: there is no history here");
    struct branch *branch = find(history, name);
    if (!branch)
        return refuse_name(history, name, err);
    if (branch == history->current && !history->past) {
        text_add(notes, "this is the end of %s already\n", name);
        return 0;
    }
    if (session_running(session))
        session_interrupt(session);
    return travel_and_tell(session, branch, branch->edit->depth + 1, branch->tip, notes, err);
}

/* --- listing */

static const struct edit *root_of(const struct branch *branch)
{
    const struct edit *edit = branch->edit;
    while (edit->parent)
        edit = edit->parent;
    return edit;
}

static struct branch_view view_of(const struct session *session, const struct branch *branch, int depth)
{
    const struct history *history = session->history;
    const struct parked *parked = branch->parked;
    struct branch_view view = {.name = branch->name, .depth = depth, .current = branch == history->current,
                               .tip = branch->tip, .at = branch->parted_at,
                               .figures = {NAN, NAN}, .validation = {NAN, NAN}};
    if (!branch->parent)
        view.parted = root_of(branch)->mark ? root_of(branch)->text : NULL;
    else if (branch->parted)
        view.parted = branch->parted->text;
    if (view.current && !history->past) {
        view.tip = session_position(session);
        view.figures = session->batch_figures;
        view.validation = session->validation;
        view.loss = session->loss_series;
        view.validation_loss = session->validation_loss_series;
    } else if (parked) {
        view.figures = parked->batch;
        view.validation = parked->validation;
        view.loss = parked->curve[0];
        view.validation_loss = parked->curve[2];
        view.settings = parked->settings;
    }
    return view;
}

/* A parent before its children, in the order in which they were made. */
static int add_children(const struct session *session, const struct branch *parent, int depth,
                        struct branch_view *view, int count)
{
    for (const struct branch *branch = session->history->branch; branch; branch = branch->next)
        if (branch->parent == parent) {
            view[count++] = view_of(session, branch, depth);
            count = add_children(session, branch, depth + 1, view, count);
        }
    return count;
}

int history_branches(struct session *session, struct branch_view **views)
{
    int count = 0;
    *views = NULL;
    if (!session->history || history_begin(session))
        return 0;
    for (const struct branch *branch = session->history->branch; branch; branch = branch->next)
        count++;
    *views = calloc((size_t)count, sizeof **views);
    return *views ? add_children(session, NULL, 0, *views, 0) : 0;
}

int history_find_branch(struct session *session, const char *name, struct branch_view *view, struct err *err)
{
    if (!session->history || history_begin(session))
        return err_set(err, ERR_STATE, "there is no history here");
    const struct branch *branch = name ? find(session->history, name) : session->history->current;
    if (!branch)
        return refuse_name(session->history, name, err);
    *view = view_of(session, branch, 0);
    return 0;
}

void history_branch_names(const struct session *session, const char *prefix, struct text *out)
{
    const struct branch *branch = session->history ? session->history->branch : NULL;
    for (; branch; branch = branch->next)
        if (strncmp(branch->name, prefix, strlen(prefix)) == 0)
            text_add(out, "%s\n", branch->name);
}
