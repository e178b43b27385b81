/* stops.c: the list of breakpoints, displays and watches: adding, finding, deleting, and its words. */
#include "debug/stops.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "debug/expr.h"

#define ENTRIES_MAX 1000

static void close_entry(struct stops_entry *entry)
{
    free(entry->what);
    expr_free(entry->expr);
    series_close(entry->series);
}

void stops_close(struct stops *stops)
{
    if (!stops)
        return;
    for (int i = 0; i < stops->entries; i++)
        close_entry(&stops->entry[i]);
    text_free(&stops->notices);
    free(stops->entry);
    free(stops);
}

/* Room for one more; the list itself where there is none yet. */
static int make_room(struct session *session, struct err *err)
{
    struct stops *stops = session->stops;
    if (!stops && !(stops = session->stops = calloc(1, sizeof *stops)))
        return err_set(err, ERR_MEMORY, "no memory for a list of breakpoints");
    if (stops->entries == ENTRIES_MAX)
        return err_set(err, ERR_STATE, "there are %d breakpoints, displays and watches already; `delete` some",
                       ENTRIES_MAX);
    if (stops->entries < stops->room)
        return 0;
    int room = stops->room ? 2 * stops->room : 8;
    struct stops_entry *more = realloc(stops->entry, (size_t)room * sizeof *more);
    if (!more)
        return err_set(err, ERR_MEMORY, "no memory for %d breakpoints", room);
    stops->entry = more;
    stops->room = room;
    return 0;
}

const struct stops_entry *stops_add(struct session *session, const struct stops_kind *kind, const char *what,
                                    struct err *err)
{
    struct stops_entry entry = {.kind = kind, .enabled = true};
    if (make_room(session, err) || (kind->expression && !(entry.expr = expr_parse(what, err))) ||
        kind->prepare(session, &entry, what, err)) {
        close_entry(&entry);
        return NULL;
    }
    if (!entry.what && !(entry.what = strdup(what ? what : ""))) {
        close_entry(&entry);
        err_set(err, ERR_MEMORY, "no memory for a breakpoint");
        return NULL;
    }
    struct stops *stops = session->stops;
    entry.number = ++stops->last;
    stops->entry[stops->entries] = entry;
    return &stops->entry[stops->entries++];
}

struct stops_entry *stops_find(const struct stops *stops, int number)
{
    for (int i = 0; stops && i < stops->entries; i++)
        if (stops->entry[i].number == number)
            return &stops->entry[i];
    return NULL;
}

void stops_delete(struct stops *stops, int number)
{
    struct stops_entry *entry = stops_find(stops, number);
    if (!entry)
        return;
    close_entry(entry);
    size_t behind = (size_t)(stops->entry + stops->entries - entry - 1);
    memmove(entry, entry + 1, behind * sizeof *entry);
    stops->entries--;
}

const struct stops_entry *stops_enabled(const struct stops *stops, const struct stops_kind *kind, int i)
{
    for (int k = 0; stops && k < stops->entries; k++)
        if (stops->entry[k].kind == kind && stops->entry[k].enabled && i-- == 0)
            return &stops->entry[k];
    return NULL;
}

void stops_truncate(struct stops *stops, double step)
{
    for (int i = 0; stops && i < stops->entries; i++) {
        struct stops_entry *entry = &stops->entry[i];
        entry->truth = TRUTH_UNKNOWN;
        entry->met_step = 0;
        if (entry->series)
            series_truncate(entry->series, step);
    }
}

void stops_take_notices(struct stops *stops, struct text *out)
{
    if (!stops || stops->notices.length == 0)
        return;
    text_add(out, "%s", stops->notices.data);
    text_clear(&stops->notices);
}

/* --- in words */

static void print_entry(const struct session *session, const struct stops_entry *entry, struct text *out)
{
    bool breaks = entry->kind->met;
    text_add(out, "%3d  %-3s  ", entry->number, entry->enabled ? "yes" : "no");
    if (breaks)
        text_add(out, "%6" PRIu64 "  %6" PRIu64, entry->hits, entry->ignore);
    else
        text_add(out, "%6s  %6s", "-", "-");
    text_add(out, "  %s%s%s", entry->kind->words, *entry->what ? " " : "", entry->what);
    if (entry->kind == &stops_break_at && session->train && stops_op(session, entry) < 0)
        text_add(out, "  (no such op now)");
    text_add(out, "\n");
}

void stops_print(const struct session *session, struct text *out)
{
    const struct stops *stops = session->stops;
    if (!stops || stops->entries == 0) {
        text_add(out, "no breakpoints, displays or watches; `break`, `display` and `watch` make some\n");
        return;
    }
    text_add(out, "%3s  %-3s  %6s  %6s  %s\n", "no", "on", "hits", "ignore", "what");
    for (int i = 0; i < stops->entries; i++)
        print_entry(session, &stops->entry[i], out);
}

/* "[128, 256]  min -0.31  mean 0.002  max 0.29"; a few values are all shown. */
static void print_tensor(const struct tensor *tensor, struct text *out)
{
    enum { ALL = 4 };
    text_add(out, "[");
    for (int i = 0; i < tensor->rank; i++)
        text_add(out, "%s%d", i ? ", " : "", tensor->dim[i]);
    text_add(out, "]");
    if (tensor->count <= ALL) {
        struct tensor_walk walk;
        size_t count;
        tensor_walk_begin(&walk, tensor);
        for (const float *x; (x = tensor_next(&walk, &count));)
            for (size_t i = 0; i < count; i++)
                text_add(out, "  %s", text_short((double)x[i]).s);
        return;
    }
    static const char *const shown[] = {"min", "mean", "max", NULL};
    for (int i = 0; shown[i]; i++)
        for (const struct tensor_statistic *row = tensor_statistics; row->name; row++)
            if (strcmp(row->name, shown[i]) == 0)
                text_add(out, "  %s %s", row->name, text_short(row->get(tensor)).s);
}

const char *stops_reason(const struct err *err, int *length)
{
    const char *reason = err->message;
    if (strncmp(reason, "column ", 7) == 0 && strstr(reason, ": "))
        reason = strstr(reason, ": ") + 2;
    *length = (int)strcspn(reason, "\n");
    return reason;
}

void stops_value(struct session *session, const struct stops_entry *entry, struct text *out)
{
    struct named value;
    struct err err;
    if (expr_value(entry->expr, session, &value, &err) == 0) {
        if (value.type == NAMED_NUMBER)
            text_add(out, "%s", text_short(value.number).s);
        else
            print_tensor(&value.tensor, out);
        return;
    }
    int length;
    const char *reason = stops_reason(&err, &length);
    if (err.code == ERR_STATE)
        text_add(out, session->net ? "not written yet" : "no data");
    else /* without the advice behind it */
        text_add(out, "%.*s", (int)strcspn(reason, ";\n"), reason);
}

void stops_print_values(struct session *session, const struct stops_kind *kind, struct text *out)
{
    const struct stops_entry *entry;
    int width = 0;
    for (int i = 0; (entry = stops_enabled(session->stops, kind, i)); i++) {
        int columns = text_columns(entry->what);
        width = columns > width && columns <= 40 ? columns : width;
    }
    for (int i = 0; (entry = stops_enabled(session->stops, kind, i)); i++) {
        text_add(out, "%3d  %-*s  ", entry->number, width, entry->what);
        stops_value(session, entry, out);
        text_add(out, "\n");
    }
}
