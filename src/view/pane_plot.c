/* pane_plot.c: which curves make up each plot, and the line of events below it. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "debug/stops.h"
#include "view/pane.h"
#include "view/plot.h"

const char *const plot_names[] = {"loss", "acc", "grad", "lr", "watch", NULL};

enum { NAME_BYTES = 64 }; /* of a watched expression, in the legend */
enum { EVENTS_HEIGHT = 9 /* rows from which one is given to the line of events */ };

static bool has_parameters(const struct net *net, int layer)
{
    return net->first_param[layer + 1] > net->first_param[layer];
}

enum ink pane_layer_ink(const struct net *net, int layer)
{
    enum { FIRST = 4, STEPS = RAMP_STEPS - FIRST };
    int place = 0, all = 0;
    for (int i = 0; i < net->top.layers; i++) {
        place += has_parameters(net, i) && i < layer;
        all += has_parameters(net, i);
    }
    int step = all > 1 ? place * (STEPS - 1) / (all - 1) : 0;
    return (enum ink)(INK_RAMP + FIRST + step);
}

static void add_curve(struct plot *plot, const struct series *series, const char *name, enum ink ink, bool sparse)
{
    plot->curve[plot->curves++] = (struct plot_curve){series, name, ink, sparse};
}

static void two_curves(struct plot *plot, const char *title, const struct series *train,
                       const struct series *validation)
{
    plot->title = title;
    add_curve(plot, train, "train", INK_TRAIN, false);
    add_curve(plot, validation, "val", INK_VALIDATION, true);
}

/* A curve a layer; of more layers than there are curves the first and the last and evenly between. TITLE says so. */
static void gradient_curves(struct plot *plot, const struct session *session, char *title, size_t size)
{
    const struct net *net = session->net;
    int layer[NET_LAYERS_MAX], all = 0;
    for (int i = 0; i < net->top.layers; i++)
        if (session->gradient_series[i])
            layer[all++] = i;
    int shown = all < PLOT_CURVES ? all : PLOT_CURVES;
    for (int k = 0; k < shown; k++) {
        int i = layer[shown > 1 ? k * (all - 1) / (shown - 1) : 0];
        add_curve(plot, session->gradient_series[i], net->top.layer[i].name, pane_layer_ink(net, i), false);
    }
    if (shown < all)
        snprintf(title, size, "gradient norm (%d of %d layers)", shown, all);
    else
        snprintf(title, size, "gradient norm");
    plot->title = title;
}

static bool above_zero(const struct series *series)
{
    struct bucket all;
    if (series_count(series) == 0)
        return true;
    series_columns(series, series_first_x(series), series_last_x(series), 1, &all);
    return all.count == 0 || all.min > 0;
}

/* The first of the watches that are enabled, as many as there are curves; linear where one is not above 0. */
static void watch_curves(struct plot *plot, const struct session *session, char name[PLOT_CURVES][NAME_BYTES],
                         char *title, size_t size)
{
    enum { FIRST = 4, STEPS = RAMP_STEPS - FIRST };
    const struct stops_entry *entry;
    int all = 0;
    while (stops_enabled(session->stops, &stops_watch, all))
        all++;
    int shown = all < PLOT_CURVES ? all : PLOT_CURVES;
    for (int k = 0; k < shown; k++) {
        entry = stops_enabled(session->stops, &stops_watch, k);
        text_escape(name[k], NAME_BYTES, entry->what);
        int ink = INK_RAMP + FIRST + (shown > 1 ? k * (STEPS - 1) / (shown - 1) : 0);
        add_curve(plot, entry->series, name[k], (enum ink)ink, false);
        plot->log_y = plot->log_y && above_zero(entry->series);
    }
    if (shown < all)
        snprintf(title, size, "watch (%d of %d)", shown, all);
    else
        snprintf(title, size, "watch");
    plot->title = title;
    plot->log_y = plot->log_y && shown > 0;
    plot->empty = all ? "no values yet: type `step`, `epoch` or `run`"
                      : "nothing is watched: `watch fc1.grad.norm` follows a figure";
}

/* TITLE and NAME are room for what is put together here. */
static void choose_curves(struct plot *plot, const struct session *session, const struct view *view, char *title,
                          size_t size, char name[PLOT_CURVES][NAME_BYTES])
{
    switch (view->plot) {
    case PLOT_LOSS:
        two_curves(plot, "loss", session->loss_series, session->validation_loss_series);
        break;
    case PLOT_SCORE:
        two_curves(plot, session->data->task == TASK_CLASSIFY ? "accuracy" : "R2", session->score_series,
                   session->validation_score_series);
        plot->log_y = false;
        break;
    case PLOT_GRADIENT:
        gradient_curves(plot, session, title, size);
        break;
    case PLOT_LR:
        plot->title = "learning rate";
        add_curve(plot, session->lr_series, "lr", INK_TRAIN, false);
        break;
    case PLOT_WATCH:
        watch_curves(plot, session, name, title, size);
        break;
    }
}

static int event_text(const struct event *event, char *out, size_t size)
{
    char text[4 * sizeof event->text];
    snprintf(out, size, "%s @%llu", text_escape(text, sizeof text, event->text), (unsigned long long)event->step);
    return text_columns(out) + 4; /* the letter and a blank before it, two blanks after it */
}

/* The newest events that fit, oldest first; the newest alone is cut where even that is too long. */
static void draw_events(const struct session *session, struct canvas *canvas, struct rect where)
{
    char text[640];
    int first = session->events - 1;
    int used = event_text(&session->event[first], text, sizeof text);
    while (first > 0 && (used += event_text(&session->event[first - 1], text, sizeof text)) <= where.width + 2)
        first--;
    int x = where.x;
    for (int i = first; i < session->events; i++) {
        int columns = event_text(&session->event[i], text, sizeof text);
        canvas_put(canvas, x, where.y, (unsigned char)session->event[i].mark, INK_MARK);
        canvas_print(canvas, x + 2, where.y, where.x + where.width - x - 2, INK_DIM, "%s", text);
        x += columns;
    }
}

static void draw_plot(const struct session *session, const struct view *view, const struct plot_mark mark[],
                      struct canvas *canvas, struct rect where)
{
    char title[64], name[PLOT_CURVES][NAME_BYTES];
    struct plot plot = {.log_y = view->log_y, .mark = mark, .marks = session->events, .y0 = view->y0, .y1 = view->y1};
    choose_curves(&plot, session, view, title, sizeof title, name);
    if (view->last > 0 && series_count(session->loss_series) > 0) {
        plot.x1 = series_last_x(session->loss_series);
        plot.x0 = fmax(plot.x1 - (double)view->last + 1, series_first_x(session->loss_series));
    }
    bool events = session->events > 0 && where.height >= EVENTS_HEIGHT;
    where.height -= events;
    plot_draw(&plot, canvas, where);
    if (events)
        draw_events(session, canvas, (struct rect){where.x, where.y + where.height, where.width, 1});
}

static void draw(const struct pane_context *context, struct canvas *canvas, struct rect where)
{
    const struct session *session = context->session;
    if (!session->net) {
        struct plot plot = {.title = "no data", .empty = "type `data FILE` or `data digits`", .y0 = NAN, .y1 = NAN};
        plot_draw(&plot, canvas, where);
        return;
    }
    struct plot_mark *mark = calloc((size_t)session->events + 1, sizeof *mark);
    if (!mark)
        return;
    for (int i = 0; i < session->events; i++)
        mark[i] = (struct plot_mark){(double)session->event[i].step, session->event[i].mark};
    draw_plot(session, context->view, mark, canvas, where);
    free(mark);
}

const struct pane_kind pane_plot = {"plot", "loss, accuracy, gradients, rate or watches over the steps", draw};
