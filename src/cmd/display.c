/* display.c: what is shown after every stop, and what is followed over the steps. */
#include "cmd/rows.h"
#include "debug/stops.h"

static void show(struct console *console, const struct stops_kind *kind)
{
    struct text out = {0};
    stops_print_values(console_session(console), kind, &out);
    console_answer_text(console, &out);
    text_free(&out);
}

void console_displays(struct console *console)
{
    show(console, &stops_display);
}

/* Of a new display the value at once, as after a stop. */
static int run_display(struct console *console, const struct arg_values *args, struct err *err)
{
    struct session *session = console_session(console);
    if (args->given[0] && *args->text[0]) {
        const struct stops_entry *entry = stops_add(session, &stops_display, args->text[0], err);
        if (!entry)
            return err_prefix(err, "display: ");
        struct text out = {0};
        text_add(&out, "%3d  %s  ", entry->number, entry->what);
        stops_value(session, entry, &out);
        console_answer_text(console, &out);
        text_free(&out);
        return 0;
    }
    if (!stops_enabled(session->stops, &stops_display, 0))
        console_notice(console, "nothing is displayed after a stop; `display EXPRESSION` adds something");
    show(console, &stops_display);
    return 0;
}

static int run_watch(struct console *console, const struct arg_values *args, struct err *err)
{
    struct session *session = console_session(console);
    if (args->given[0] && *args->text[0]) {
        const struct stops_entry *entry = stops_add(session, &stops_watch, args->text[0], err);
        if (!entry)
            return err_prefix(err, "watch: ");
        console_notice(console, "watch %d: %s, after every step; `plot watch` draws it", entry->number, entry->what);
        return 0;
    }
    if (!stops_enabled(session->stops, &stops_watch, 0))
        console_notice(console, "nothing is watched; `watch EXPRESSION` adds something");
    show(console, &stops_watch);
    return 0;
}

static const struct arg_spec display_args[] = {
    {.name = "expression", .type = ARG_REST, .preset = "",
     .summary = "fc1.grad.norm, fc1.weight; none: show all now"}, {0}};
static const struct arg_spec watch_args[] = {
    {.name = "expression", .type = ARG_REST, .preset = "",
     .summary = "a number: fc1.grad.norm, log(loss); none: show all now"}, {0}};

const struct command command_display = {
    .name = "display", .summary = "show an expression after every stop", .group = GROUP_STOPPING,
    .flags = COMMAND_NEEDS_DATA | COMMAND_READ_ONLY | COMMAND_VIEW, .words = WORDS_NAMES,
    .details =
        "Of a tensor its shape, least, mean and greatest value are shown. `delete` and `disable` take the number\n"
        "that stands before it.",
    .example = "display fc1.weight", .args = display_args, .run = run_display};
const struct command command_watch = {
    .name = "watch", .summary = "follow an expression over the steps, for `plot watch`", .group = GROUP_STOPPING,
    .flags = COMMAND_NEEDS_DATA | COMMAND_READ_ONLY | COMMAND_VIEW, .words = WORDS_NAMES,
    .details =
        "It is evaluated after every step and stops nothing. What has no value in a step leaves a gap in the curve.",
    .example = "watch fc1.grad.norm", .args = watch_args, .run = run_watch};
