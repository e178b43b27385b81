/* info.c: what the screen shows, for whoever has none: one topic a row. */
#include "cmd/rows.h"
#include "debug/choices.h"
#include "debug/history.h"
#include "debug/stops.h"
#include "run_report.h"

#define TEXT_COLUMNS 80

static void info_choices(struct console *console, struct text *out)
{
    choices_print(console_session(console), out);
}

static void info_layers(struct console *console, struct text *out)
{
    view_layers_text(console_session(console), console_view(console), TEXT_COLUMNS, out);
}

static void info_events(struct console *console, struct text *out)
{
    const struct session *session = console_session(console);
    for (int i = 0; i < session->events; i++)
        text_add(out, "%c  %s @%llu\n", session->event[i].mark, session->event[i].text,
                 (unsigned long long)session->event[i].step);
    if (session->events == 0)
        text_add(out, "nothing has been changed on this branch\n");
}

static void info_run(struct console *console, struct text *out)
{
    run_report(console_session(console), out);
    if (out->length == 0)
        text_add(out, "step 0: nothing has run yet\n");
}

static void info_break(struct console *console, struct text *out)
{
    stops_print(console_session(console), out);
}

static void info_history(struct console *console, struct text *out)
{
    history_print(console_session(console), out);
}

static void (*const topic_print[])(struct console *, struct text *) = {info_choices, info_layers, info_events,
                                                                       info_run, info_break, info_history};
/* As topic_print. */
static const char *const topics[] = {"choices", "layers", "events", "run", "break", "history", NULL};

static int run_info(struct console *console, const struct arg_values *args, struct err *err)
{
    struct text out = {0};
    (void)err;
    topic_print[(int)args->number[0]](console, &out);
    console_answer_text(console, &out);
    text_free(&out);
    return 0;
}

static int run_events(struct console *console, const struct arg_values *args, struct err *err)
{
    struct text out = {0};
    (void)args;
    (void)err;
    info_events(console, &out);
    console_answer_text(console, &out);
    text_free(&out);
    return 0;
}

static const struct arg_spec info_args[] = {
    {.name = "topic", .type = ARG_CHOICE, .choices = topics, .preset = "choices",
     .summary = "what was chosen, norms by layer, the marks on the plots, the last run, the breakpoints, or what can be "
                "gone back to"},
    {0}};

const struct command command_info = {
    .name = "info", .summary = "print choices, layers' norms, events, the last run, breakpoints or history",
    .group = GROUP_LOOKING, .flags = COMMAND_NEEDS_DATA | COMMAND_READ_ONLY,
    .example = "info layers", .args = info_args, .run = run_info};

const struct command command_events = {
    .name = "events", .aliases = "marks", .summary = "list the edits, each with its mark on the curve and its step",
    .group = GROUP_LOOKING, .flags = COMMAND_NEEDS_DATA | COMMAND_READ_ONLY,
    .details =
        "The mark is the letter under the curve and in the legend below it; `goto event b` goes to where that edit had\n"
        "just been made. `info events` is the same.",
    .example = "events", .run = run_events};
