/* time.c: going back and forth in what has been: back, goto. */
#include <string.h>

#include "cmd/rows.h"
#include "debug/history.h"

/* Where this is, and what is displayed there. */
static int tell(struct console *console, int status, struct text *notes)
{
    if (status == 0) {
        console_notice_text(console, notes);
        console_displays(console);
    }
    text_free(notes);
    return status;
}

static int run_back(struct console *console, const struct arg_values *args, struct err *err)
{
    struct session *session = console_session(console);
    uint64_t count = (uint64_t)args->number[0];
    struct text notes = {0};
    int status = args->number[1] ? history_back_ops(session, count, &notes, err)
                                 : history_back(session, count, &notes, err);
    return tell(console, status, &notes);
}

static int run_goto(struct console *console, const struct arg_values *args, struct err *err)
{
    struct session *session = console_session(console);
    const char *where = args->text[0];
    long step;
    struct text notes = {0};
    int status;
    if (strcmp(where, "event") == 0 && args->given[1])
        status = history_goto_event(session, args->text[1], &notes, err);
    else if (args->given[1])
        status = err_set(err, ERR_USAGE, "goto: '%s %s'; legal: STEP, event MARK, end", where, args->text[1]);
    else if (strcmp(where, "end") == 0)
        status = history_goto_end(session, &notes, err);
    else if (text_to_long(where, &step) && step >= 0)
        status = history_goto_step(session, (uint64_t)step, &notes, err);
    else
        status = err_set(err, ERR_USAGE, "goto: '%s'; legal: STEP, event MARK, end", where);
    return tell(console, status, &notes);
}

static const struct arg_spec back_args[] = {
    {.name = "count", .type = ARG_INT, .min = 1, .max = 1e15, .preset = "1", .summary = "how many"},
    {.name = "op", .type = ARG_SWITCH, .preset = "off", .summary = "ops instead of steps"},
    {0}};
static const struct arg_spec goto_args[] = {
    {.name = "where", .type = ARG_WORD, .summary = "a step, `event`, or `end`"},
    {.name = "mark", .type = ARG_WORD, .preset = "", .summary = "of the event: its letter on the plots, or its number"},
    {0}};

const struct command command_back = {
    .name = "back", .summary = "go back some steps, or ops", .group = GROUP_TIME,
    .flags = COMMAND_NEEDS_DATA | COMMAND_ENDS_RUN,
    .details =
        "Inside a step, `back` goes to its beginning. The state comes out bit by bit as it was when that step was first\n"
        "reached, before anything was edited there. What lies ahead is kept: going on runs through it again, edits\n"
        "included, and `goto end` returns. An edit parts a new branch, and the old one stays (`branches`).",
    .example = "back", .args = back_args, .run = run_back};
const struct command command_goto = {
    .name = "goto", .summary = "go to a step, to an event, or to the end", .group = GROUP_TIME,
    .flags = COMMAND_NEEDS_DATA | COMMAND_ENDS_RUN,
    .details =
        "`goto 300` goes to where step 300 was first reached, before anything was edited there; `goto 0` to where\n"
        "training began. `goto event c` goes to where edit c has just been made (`info events`), `goto end` to the newest\n"
        "state of this branch. Snapshots bound how much must be run again: `set history`.",
    .example = "goto 0", .args = goto_args, .run = run_goto};
