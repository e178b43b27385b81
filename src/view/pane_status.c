/*
 * pane_status.c: one line that says where training stands. The fields stand in the order of their weight; those that do
 * not fit go from the right, whole: half a number would be a wrong number.
 */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "data/origin_words.h"
#include "view/pane.h"

enum { FIELDS = 16, FIELD_BYTES = 160 };

struct field {
    char text[FIELD_BYTES];
    enum ink ink;
};

struct fields {
    struct field field[FIELDS];
    int count;
};

__attribute__((format(printf, 3, 4)))
static void add(struct fields *fields, enum ink ink, const char *format, ...)
{
    struct field *field = &fields->field[fields->count++];
    field->ink = ink;
    va_list list;
    va_start(list, format);
    vsnprintf(field->text, sizeof field->text, format, list);
    va_end(list);
}

/* While a run changes it many times a second a figure keeps its width, so that what stands to the right of it keeps its
 * place. */
static struct figure steady(const struct session *session, double x)
{
    struct figure figure = text_short(x);
    for (size_t n = strlen(figure.s); session_running(session) && n < 8; n++)
        strcpy(figure.s + n, " ");
    return figure;
}

static void add_state(struct fields *fields, const struct session *session, bool busy)
{
    if (isfinite(session->nonfinite_step))
        add(fields, INK_BAD, "NaN at step %.0f", session->nonfinite_step);
    if (session->goal != GOAL_NONE)
        add(fields, INK_STATUS, "running");
    else if (busy)
        add(fields, INK_STATUS, "working, Ctrl-C gives up");
    else if (session->evaluation.active)
        add(fields, INK_STATUS, "validating");
    else if (session->inside)
        add(fields, INK_STATUS, "at %s", program_op(session->train, program_cursor(session->train))->name);
    else
        add(fields, INK_STATUS, session->step > 0 ? "stopped" : "ready");
}

static void add_training(struct fields *fields, const struct session *session)
{
    if (!isnan(session->batch_figures.loss) || session->step > 0)
        add(fields, INK_STATUS, "loss %s", steady(session, session->batch_figures.loss).s);
    if (session->validation_step != UINT64_MAX) {
        add(fields, INK_STATUS, "val %s", steady(session, session->validation.loss).s);
        add(fields, INK_STATUS, "val %s %.3f", session->data->task == TASK_CLASSIFY ? "acc" : "R2",
            session->validation.score);
    }
    /* Rounded down: epoch 4.0 is shown once epoch 4 has begun. */
    add(fields, INK_STATUS, "epoch %.1f", floor(session_epochs(session) * 10 + 1e-9) / 10);
    add(fields, INK_STATUS, "lr %s", text_short(session->optimizer.lr).s);
    add(fields, INK_STATUS, "batch %d", session->batch);
    if (session->samples_per_second > 0 && session->step > 0)
        add(fields, INK_STATUS, "%s samples/s", text_count(round(session->samples_per_second)).s);
}

/* The last part of a path: what tells one file from another in few columns. */
static void add_data(struct fields *fields, const struct dataset *data)
{
    char name[64];
    const char *slash = strrchr(data->origin.source, '/');
    text_escape(name, sizeof name, slash ? slash + 1 : data->origin.source);
    add(fields, INK_STATUS, "%s", name);
    add(fields, INK_STATUS, "%s", task_names[data->task]);
}

static void draw(const struct pane_context *context, struct canvas *canvas, struct rect where)
{
    const struct session *session = context->session;
    struct fields fields = {.count = 0};
    if (session->net) {
        add(&fields, INK_STATUS, "step %llu", (unsigned long long)session->step);
        add_state(&fields, session, context->busy);
        if (session->watch.line[0])
            add(&fields, INK_BAD, "%s", session->watch.line);
        add_training(&fields, session);
        add_data(&fields, session->data);
    } else {
        add(&fields, INK_STATUS, "no data");
    }
    for (int x = 0; x < where.width; x++)
        canvas_put(canvas, where.x + x, where.y, ' ', INK_STATUS);
    int x = 1;
    for (int i = 0; i < fields.count; i++) {
        int columns = text_columns(fields.field[i].text);
        if (x + columns > where.width)
            break;
        x += canvas_print(canvas, where.x + x, where.y, columns, fields.field[i].ink, "%s", fields.field[i].text) + 2;
    }
}

const struct pane_kind pane_status = {"status", "where training stands, in one line", draw};
