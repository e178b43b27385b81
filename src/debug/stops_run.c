/*
 * stops_run.c: what a run asks of breakpoints and watches.
 *
 * A breakpoint is hit when it is met; it stops the run unless it is still to be ignored. Nothing here allocates as long
 * as nothing is met.
 */
#include <stdio.h>
#include <string.h>

#include "debug/expr.h"
#include "debug/stops.h"

bool stops_none(const struct stops *stops)
{
    return !stops || stops->entries == 0;
}

bool stops_settle(struct session *session)
{
    struct stops *stops = session->stops;
    for (int i = 0; stops && i < stops->entries; i++) {
        struct stops_entry *entry = &stops->entry[i];
        double value;
        struct err err = {0};
        if (entry->kind != &stops_break_if || !entry->enabled || entry->truth != TRUTH_UNKNOWN)
            continue;
        if (expr_number(entry->expr, session, &value, &err) == 0)
            entry->truth = value != 0 ? TRUTH_TRUE : TRUTH_FALSE;
        else if (err.code == ERR_INTERRUPT)
            return false;
    }
    return true;
}

int stops_pause(const struct session *session, int from, int end)
{
    const struct stops_entry *entry;
    for (int i = 0; (entry = stops_enabled(session->stops, &stops_break_at, i)); i++) {
        int op = stops_op(session, entry);
        if (op > from && op < end)
            end = op;
    }
    return end;
}

bool stops_every_op(const struct stops *stops)
{
    for (int i = 0; stops && i < stops->entries; i++)
        if (stops->entry[i].kind->passes && stops->entry[i].enabled)
            return true;
    return false;
}

bool stops_guard(struct session *session, struct program_guard *guard)
{
    struct stops *stops = session->stops;
    for (int i = 0; stops && i < stops->entries; i++) {
        const struct stops_entry *entry = &stops->entry[i];
        if (!entry->kind->passes || !entry->enabled || entry->met_step == session->step + session->inside)
            continue;
        *guard = (struct program_guard){entry->kind->passes, session};
        return true;
    }
    return false;
}

/* Counts the hit of ENTRY; whether it stops the run. */
static bool hit(struct stops_entry *entry)
{
    entry->hits++;
    if (entry->ignore == 0)
        return true;
    entry->ignore--;
    return false;
}

enum stop stops_check(struct session *session, int op, char *text, size_t size)
{
    struct stops *stops = session->stops;
    enum stop stop = STOP_NONE;
    text[0] = 0;
    for (int i = 0; stops && i < stops->entries; i++) {
        struct stops_entry *entry = &stops->entry[i];
        struct err err = {0};
        char why[240];
        if (!entry->enabled || !entry->kind->met)
            continue;
        if (entry->kind->met(session, entry, op, why, sizeof why, &err) && hit(entry)) {
            size_t length = strlen(text);
            snprintf(text + length, size - length, "%sbreakpoint %d: %s", length ? "; " : "", entry->number, why);
            stop = STOP_BREAK;
        } else if (err.code == ERR_INTERRUPT && stop == STOP_NONE) {
            snprintf(text, size, "%s", err.message);
            return STOP_INTERRUPT;
        }
    }
    return stop;
}

bool stops_sample(struct session *session)
{
    const struct stops_entry *entry;
    for (int i = 0; (entry = stops_enabled(session->stops, &stops_watch, i)); i++) {
        double value, x = (double)session->step;
        struct err err = {0};
        if (expr_number(entry->expr, session, &value, &err) == 0)
            series_extend(entry->series, x, value);
        else if (err.code == ERR_INTERRUPT)
            return false;
    }
    return true;
}
