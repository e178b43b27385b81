/* compare.c: two branches side by side: their curves in one plot, their last figures, what is set differently. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cmd/rows.h"
#include "debug/choices.h"
#include "debug/history.h"
#include "view/plot.h"

enum { PLOT_COLUMNS = 80, PLOT_ROWS = 16, LABEL = BRANCH_NAME + 8, SETTING_COLUMNS = 11 };

static void add_curve(struct plot *plot, const struct series *series, const char *name, enum ink ink, bool sparse)
{
    if (series && series_count(series) > 0)
        plot->curve[plot->curves++] = (struct plot_curve){series, name, ink, sparse};
}

static void add_plot(const struct branch_view view[2], bool ascii, struct text *out)
{
    char label[2][LABEL];
    struct plot plot = {.title = "loss", .log_y = true, .y0 = NAN, .y1 = NAN};
    for (int i = 0; i < 2; i++) {
        snprintf(label[i], LABEL, "%s val", view[i].name);
        add_curve(&plot, view[i].loss, view[i].name, i ? INK_VALIDATION : INK_TRAIN, false);
    }
    for (int i = 0; i < 2; i++)
        add_curve(&plot, view[i].validation_loss, label[i], i ? INK_VALIDATION : INK_TRAIN, true);
    plot_text(&plot, ascii, PLOT_COLUMNS, PLOT_ROWS, out);
}

static void add_row(const char *what, double a, double b, struct text *out)
{
    text_add(out, "%-12s %20s %20s\n", what, isnan(a) ? "-" : text_short(a).s, isnan(b) ? "-" : text_short(b).s);
}

static void add_figures(const struct branch_view view[2], const char *score, struct text *out)
{
    char name[32];
    snprintf(name, sizeof name, "val %s", score);
    text_add(out, "%-12s %20s %20s\n", "", view[0].name, view[1].name);
    text_add(out, "%-12s %20s %20s\n", "step", text_count((double)view[0].tip.step).s,
             text_count((double)view[1].tip.step).s);
    add_row("loss", view[0].figures.loss, view[1].figures.loss, out);
    add_row(score, view[0].figures.score, view[1].figures.score, out);
    add_row("val loss", view[0].validation.loss, view[1].validation.loss, out);
    add_row(name, view[0].validation.score, view[1].validation.score, out);
}

/* The line of TEXT that begins as LINE does up to its first blanks, that is, of the same setting; or NULL. */
static const char *line_of(const char *text, const char *line)
{
    size_t name = strcspn(line, " ");
    for (; text && *text; text += strcspn(text, "\n"), text += *text == '\n')
        if (strncmp(text, line, name + 1) == 0)
            return text;
    return NULL;
}

/* The setting alone: the columns on how it is changed are for those who read one list. */
static void add_setting(const char *line, struct text *out)
{
    size_t length = strcspn(line, "\n");
    const char *advice = memmem(line, length, "change: ", strlen("change: "));
    if (advice)
        length = (size_t)(advice - line);
    while (length > 0 && line[length - 1] == ' ')
        length--;
    text_add_bytes(out, line, length);
}

/* LINE of one branch and what the other has in its place; NULL: it says nothing of it, so it is off. */
static void add_pair(const struct branch_view view[2], const char *line, const char *other, bool swapped,
                     struct text *out)
{
    const char *at[2] = {swapped ? other : line, swapped ? line : other};
    for (int i = 0; i < 2; i++) {
        text_add(out, "%-12s ", view[i].name);
        if (at[i])
            add_setting(at[i], out);
        else
            text_add(out, "%-12.*soff", SETTING_COLUMNS, line);
        text_add(out, "\n");
    }
}

static const char *next_line(const char *line)
{
    line += strcspn(line, "\n");
    return line + (*line == '\n');
}

static void add_differences(const struct branch_view view[2], const char *const choices[2], struct text *out)
{
    int differ = 0;
    for (int i = 0; i < 2; i++)
        for (const char *line = choices[i]; line && *line; line = next_line(line)) {
            const char *other = line_of(choices[1 - i], line);
            size_t length = strcspn(line, "\n");
            bool same = other && strncmp(line, other, length) == 0 && strcspn(other, "\n") == length;
            if (same || (*line == ' ' && !other) || (i == 1 && other)) /* of a longer line; told already */
                continue;
            add_pair(view, line, other, i == 1, out);
            differ++;
        }
    if (differ == 0)
        text_add(out, "the settings are the same\n");
}

static int run_compare(struct console *console, const struct arg_values *args, struct err *err)
{
    struct session *session = console_session(console);
    struct branch_view view[2];
    struct text live = {0}, out = {0};
    const char *choices[2];
    for (int i = 0; i < 2; i++)
        if (history_find_branch(session, args->given[i] ? args->text[i] : NULL, &view[i], err))
            return -1;
    if (strcmp(view[0].name, view[1].name) == 0)
        text_add(&out, "%s is compared with itself; `branches` lists others\n", view[0].name);
    choices_print(session, &live);
    for (int i = 0; i < 2; i++)
        choices[i] = view[i].settings ? view[i].settings : live.data;
    add_plot(view, console_view(console)->ascii, &out);
    add_figures(view, session->data->task == TASK_CLASSIFY ? "acc" : "r2", &out);
    add_differences(view, choices, &out);
    console_answer_text(console, &out);
    text_free(&out);
    text_free(&live);
    return 0;
}

static const struct arg_spec compare_args[] = {
    {.name = "a", .type = ARG_WORD, .summary = "a branch"},
    {.name = "b", .type = ARG_WORD, .preset = "", .summary = "another; none: the present one"},
    {0}};

const struct command command_compare = {
    .name = "compare", .summary = "set two branches side by side", .group = GROUP_TIME,
    .flags = COMMAND_NEEDS_DATA | COMMAND_READ_ONLY, .words = WORDS_BRANCHES,
    .details = "Both loss curves in one plot, the figures at their ends, and what is set differently there.",
    .example = "compare main", .args = compare_args, .run = run_compare};
