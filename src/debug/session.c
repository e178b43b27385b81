/*
 * session.c: opening a session and giving it data; its log of edits. Edits are in surgery.c, running in run.c.
 */
#include "debug/session.h"

#include <math.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "debug/choices.h"
#include "debug/doctor.h"
#include "debug/expr.h"
#include "debug/history.h"
#include "debug/remembered.h"
#include "debug/rig.h"
#include "debug/stops.h"

#define THREADS_DEFAULT 8
#define DEFAULT_NETWORK "dense 64, relu, dense 64, relu"
#define DEFAULT_BATCH   32

static int open_series(struct session *session, struct err *err)
{
    struct series **all[] = {&session->loss_series, &session->score_series, &session->validation_loss_series,
                             &session->validation_score_series, &session->lr_series};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (!(*all[i] = series_open(SERIES_CAPACITY, err)))
            return -1;
    return 0;
}

/* As many as there are processors that this process may run on. */
static int default_threads(void)
{
    cpu_set_t allowed;
    long cores = sched_getaffinity(0, sizeof allowed, &allowed) == 0 ? CPU_COUNT(&allowed)
                                                                     : sysconf(_SC_NPROCESSORS_ONLN);
    return cores < 1 ? 1 : cores > THREADS_DEFAULT ? THREADS_DEFAULT : (int)cores;
}

static void default_settings(struct session *session)
{
    session->init.kind = init_kinds[0];
    args_preset(session->init.kind->args, &session->init.args);
    session->optimizer.kind = optim_kinds[0];
    args_preset(session->optimizer.kind->args, &session->optimizer.args);
    session->optimizer.lr = session->optimizer.kind->lr;
    session->schedule = (struct schedule){.base = session->optimizer.lr};
    session->lr_chosen = false;
    session->optimizer.clip = 0;
}

struct session *session_open_on(struct team *team, struct err *err)
{
    struct session *session = calloc(1, sizeof *session);
    if (!session) {
        err_set(err, ERR_MEMORY, "no memory for a session");
        return NULL;
    }
    session->team = team;
    session->team_lent = true;
    default_settings(session);
    session->validation_step = session->test_step = UINT64_MAX;
    session->nonfinite_step = NAN;
    if (open_series(session, err)) {
        session_close(session);
        return NULL;
    }
    return session;
}

struct session *session_open(const struct session_options *options, struct err *err)
{
    struct team *team = team_open(options->threads ? options->threads : default_threads(), err);
    struct session *session = team ? session_open_on(team, err) : NULL;
    if (!session) {
        team_close(team);
        return NULL;
    }
    session->team_lent = false;
    session->watch.on = true;
    session->seed = options->seed;
    session->history = history_open(HISTORY_BUDGET, err);
    if (!session->history) {
        session_close(session);
        return NULL;
    }
    return session;
}

void session_close(struct session *session)
{
    if (!session)
        return;
    struct rig rig = {.net = session->net,
                      .arena = session->rig_arena,
                      .train = session->train,
                      .evaluate = session->evaluate,
                      .gradient_series = session->gradient_series};
    rig_close(&rig);
    series_close(session->loss_series);
    series_close(session->score_series);
    series_close(session->validation_loss_series);
    series_close(session->validation_score_series);
    series_close(session->lr_series);
    history_close(session->history);
    expr_free(session->until);
    stops_close(session->stops);
    doctor_settings_close(session->doctor);
    remembered_close(session->remembered);
    free(session->event);
    free(session->cures);
    batch_order_close(&session->order);
    transform_close(&session->transform);
    if (!session->data_lent)
        dataset_close(session->data);
    if (!session->team_lent)
        team_close(session->team);
    free(session);
}

int session_outputs(const struct dataset *data, const struct loss *loss)
{
    if (data->task == TASK_REGRESS || (data->classes == 2 && loss->kind->one_of_two))
        return 1;
    return data->classes;
}

/* What a session does with DATA, as a plan: the defaults, or the present settings as far as they fit. */
static int make_plan(const struct session *session, const struct dataset *data, bool keep, struct topology *top,
                     struct rig_plan *plan, struct err *err)
{
    bool same_task = keep && data->task == session->data->task;
    *plan = (struct rig_plan){.top = top, .optim = optim_kinds[0], .batch = DEFAULT_BATCH};
    plan->loss.kind = loss_kind_find(data->task == TASK_CLASSIFY ? "ce" : "mse");
    args_preset(plan->loss.kind->args, &plan->loss.args);
    if (same_task)
        plan->loss = session->loss;
    struct text spec = {0};
    if (keep) {
        plan->optim = session->optimizer.kind;
        plan->batch = session->batch;
        topology_print(&session->net->top, &spec);
    }
    if (plan->batch > data->trains)
        plan->batch = data->trains;
    const char *network = !keep ? DEFAULT_NETWORK : spec.data ? spec.data : "";
    int status = topology_parse(network, session_outputs(data, &plan->loss), top, err);
    text_free(&spec);
    return status;
}

static void clear_record(struct session *session)
{
    session->step = 0;
    session->epoch = 0;
    session->visited = session->batch_first = 0;
    session->draws = 0;
    session->inside = session->held = session->spoilt = false;
    session->goal = GOAL_NONE;
    expr_free(session->until);
    session->until = NULL;
    session->stop = STOP_NONE;
    session->stop_text[0] = 0;
    doctor_set_watch(session, session->watch.on);
    session->events = 0;
    session_forget_validation(session);
    session->nonfinite_step = NAN;
    session->batch_figures = session->validation = session->test = (struct figures){NAN, NAN};
}

static void clear_curves(struct session *session)
{
    series_clear(session->loss_series);
    series_clear(session->score_series);
    series_clear(session->validation_loss_series);
    series_clear(session->validation_score_series);
    series_clear(session->lr_series);
    stops_truncate(session->stops, -1);
    for (int i = 0; session->net && i < session->net->top.layers; i++)
        if (session->gradient_series[i])
            series_clear(session->gradient_series[i]);
}

void session_clear_record(struct session *session)
{
    clear_record(session);
    clear_curves(session);
}

void session_restart_schedule(struct session *session)
{
    schedule_restart(&session->schedule, session->schedule.base);
    session->optimizer.lr = session->schedule.base;
}

/* A refusal of data that are opened for the first time names them. */
static int name_source(const struct data_origin *origin, struct err *err)
{
    if (err && err->code == ERR_DATA && !strstr(err->message, origin->source))
        err_prefix(err, "%.200s: ", origin->source);
    return -1;
}

int session_load_data(struct session *session, const struct data_origin *origin, bool keep, struct text *notes,
                      struct err *err)
{
    keep = keep && session->net;
    struct dataset *data = dataset_open(origin, err);
    struct transform transform = {0};
    struct batch_order order = {0};
    struct topology top;
    struct rig_plan plan;
    struct rig rig = {0};
    if (!data)
        return keep ? -1 : name_source(origin, err);
    if (transform_open(&transform, data, err) ||
        (keep && transform_inherit(&transform, data, &session->transform, session->data, err)) ||
        batch_order_open(&order, data, session->seed, err) ||
        make_plan(session, data, keep, &top, &plan, err) || rig_open(session, data, &plan, &rig, err)) {
        batch_order_close(&order);
        transform_close(&transform);
        dataset_close(data);
        return -1;
    }
    transform.inputs = !keep || session->transform.inputs;
    transform.targets = data->task == TASK_REGRESS &&
                        (!keep || session->data->task != TASK_REGRESS || session->transform.targets);
    history_new_root(session, true);
    session_adopt(session, data, &transform, &order);
    rig_install(session, &plan, &rig);
    if (!keep)
        default_settings(session);
    session->optimizer.t = 0;
    session_clear_record(session);
    session_restart_schedule(session);
    net_init(session->net, &session->init, session->seed, session->draws);
    if (notes)
        choices_print(session, notes);
    return 0;
}

void session_adopt(struct session *session, struct dataset *data, const struct transform *transform,
                   const struct batch_order *order)
{
    batch_order_close(&session->order);
    transform_close(&session->transform);
    if (!session->data_lent)
        dataset_close(session->data);
    session->data = data;
    session->data_lent = false;
    session->shift = (struct shift_curve){0};
    session->transform = *transform;
    session->order = *order;
}

double session_epochs(const struct session *session)
{
    int rows = session->inside ? session->batch_first : session->visited;
    return session->epoch + (double)rows / session->data->trains;
}

struct figure session_epochs_text(const struct session *session)
{
    double epochs = session_epochs(session);
    struct figure figure;
    if (epochs >= 999.5)
        snprintf(figure.s, sizeof figure.s, "%.0f", floor(epochs));
    else
        snprintf(figure.s, sizeof figure.s, "%.3g", epochs);
    return figure;
}

/* a..z, A..Z, then * for all that follow. */
static char mark_letter(int event)
{
    return (char)(event < 26 ? 'a' + event : event < 52 ? 'A' + event - 26 : '*');
}

/* Room for one more event; NULL: none, and a mark less on the plot; the edit itself stands. */
static struct event *add_event(struct session *session)
{
    if (session->events == session->events_room) {
        int room = session->events_room ? 2 * session->events_room : 16;
        struct event *more = realloc(session->event, (size_t)room * sizeof *more);
        if (!more)
            return NULL;
        session->event = more;
        session->events_room = room;
    }
    return &session->event[session->events++];
}

void session_event(struct session *session, const char *format, ...)
{
    int letters = 0;
    for (int i = 0; i < session->events; i++)
        letters += session->event[i].mark != EVENT_DROP;
    struct event *event = add_event(session);
    if (!event)
        return;
    event->step = session->step;
    event->mark = mark_letter(letters);
    va_list list;
    va_start(list, format);
    vsnprintf(event->text, sizeof event->text, format, list);
    va_end(list);
    history_name_edit(session, event->mark, event->text);
}

void session_event_again(struct session *session, char mark, const char *text, uint64_t step)
{
    struct event *event = add_event(session);
    if (!event)
        return;
    event->step = step;
    event->mark = mark;
    snprintf(event->text, sizeof event->text, "%s", text);
}

void session_event_drop(struct session *session, double before, double after, uint64_t step)
{
    char text[sizeof session->event->text];
    for (int i = 0; i < session->events; i++)
        if (session->event[i].mark == EVENT_DROP && session->event[i].step == step)
            return;
    snprintf(text, sizeof text, "decay: lr %s -> %s", text_short(before).s, text_short(after).s);
    session_event_again(session, EVENT_DROP, text, step);
}
