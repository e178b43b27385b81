/* plot.c: chooses what the plot shows; without a screen, prints it. */
#include "cmd/rows.h"

#define TEXT_COLUMNS 80
#define TEXT_ROWS    16

static int run_plot(struct console *console, const struct arg_values *args, struct err *err)
{
    struct view *view = console_view(console);
    struct text out = {0};
    (void)err;
    if (args->given[0])
        view->plot = (enum plot_what)args->number[0];
    if (args->given[1])
        view->last = (long)args->number[1];
    if (console_has_screen(console))
        return 0;
    view_plot_text(console_session(console), view, TEXT_COLUMNS, TEXT_ROWS, &out);
    console_answer_text(console, &out);
    text_free(&out);
    return 0;
}

static const struct arg_spec plot_args[] = {
    {.name = "what", .type = ARG_CHOICE, .choices = plot_names, .preset = "", .summary = "the curve"},
    {.name = "last", .type = ARG_INT, .min = 0, .max = 1e15, .preset = "", .summary = "only so many steps; 0: all"},
    {0}};

const struct command command_plot = {
    .name = "plot", .summary = "choose what is plotted; without a screen, print it", .group = GROUP_SCREEN,
    .flags = COMMAND_NEEDS_DATA | COMMAND_READ_ONLY | COMMAND_VIEW,
    .details =
        "Every column shows its true least and greatest value. The letters under the curve are edits: `info events`.",
    .example = "plot grad", .args = plot_args, .run = run_plot};
