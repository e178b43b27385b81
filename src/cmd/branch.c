/* branch.c: the ways that training has gone: branch, branches, switch. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/rows.h"
#include "debug/history.h"

enum { NAME_LEAST = 8 /* columns of a branch's name */ };

static int run_branch(struct console *console, const struct arg_values *args, struct err *err)
{
    struct text notes = {0};
    int status = history_branch(console_session(console), args->text[0], &notes, err);
    if (status == 0)
        console_notice_text(console, &notes);
    text_free(&notes);
    return status;
}

static int run_switch(struct console *console, const struct arg_values *args, struct err *err)
{
    struct text notes = {0};
    int status = history_switch(console_session(console), args->text[0], &notes, err);
    if (status == 0) {
        console_notice_text(console, &notes);
        console_displays(console);
    }
    text_free(&notes);
    return status;
}

static void add_parting(const struct branch_view *view, struct text *out)
{
    if (view->depth > 0)
        text_add(out, "  %llu%s", (unsigned long long)view->at.step, view->parted ? ": " : "");
    if (view->parted)
        text_add(out, "%s%s", view->depth > 0 ? "" : "  ", view->parted);
}

/* The columns before its name: a plus, two columns deeper than that of its parent. */
static int indent(const struct branch_view *view)
{
    return view->depth > 0 ? 2 * view->depth + 2 : 0;
}

/* A NaN: it has not been evaluated there. */
static const char *figure(double x, struct figure *room)
{
    *room = text_short(x);
    return isnan(x) ? "-" : room->s;
}

static int run_branches(struct console *console, const struct arg_values *args, struct err *err)
{
    const struct session *session = console_session(console);
    const char *score = session->data->task == TASK_CLASSIFY ? "val acc" : "val r2";
    struct branch_view *view;
    struct figure validation, right;
    struct text out = {0};
    int count = history_branches(console_session(console), &view), wide = NAME_LEAST;
    (void)args;
    if (count == 0)
        return err_set(err, ERR_STATE, "branches: there is no history here");
    for (int i = 0; i < count; i++) {
        int columns = indent(&view[i]) + (int)strlen(view[i].name);
        wide = columns > wide ? columns : wide;
    }
    text_add(&out, "  %-*s %8s %9s %9s %9s  %s\n", wide, "branch", "step", "loss", "val loss", score, "parted at step");
    for (int i = 0; i < count; i++) {
        int before = indent(&view[i]);
        text_add(&out, "%c %*s%-*s %8s %9s %9s %9s", view[i].current ? '*' : ' ', before, before ? "+ " : "",
                 wide - before, view[i].name, text_count((double)view[i].tip.step).s,
                 view[i].tip.step > 0 ? text_short(view[i].figures.loss).s : "-",
                 figure(view[i].validation.loss, &validation), figure(view[i].validation.score, &right));
        add_parting(&view[i], &out);
        text_add(&out, "\n");
    }
    console_answer_text(console, &out);
    text_free(&out);
    free(view);
    return 0;
}

static const struct arg_spec branch_args[] = {{.name = "name", .type = ARG_WORD, .summary = "of the new branch"}, {0}};
static const struct arg_spec switch_args[] = {{.name = "name", .type = ARG_WORD, .summary = "of a branch"}, {0}};

const struct command command_branch = {
    .name = "branch", .summary = "go on from here on a branch of its own", .group = GROUP_TIME,
    .flags = COMMAND_NEEDS_DATA,
    .details =
        "The branch that it comes from stays as it is, with all that lies ahead of here. An edit in the past parts a\n"
        "branch by itself, called b1, b2, ...",
    .example = "branch bold", .args = branch_args, .run = run_branch};
const struct command command_branches = {
    .name = "branches", .summary = "list the branches, and the edits that parted them", .group = GROUP_TIME,
    .flags = COMMAND_NEEDS_DATA | COMMAND_READ_ONLY, .example = "branches", .run = run_branches};
const struct command command_switch = {
    .name = "switch", .summary = "go to the end of another branch", .group = GROUP_TIME,
    .flags = COMMAND_NEEDS_DATA | COMMAND_ENDS_RUN,
    .words = WORDS_BRANCHES, .example = "switch main", .args = switch_args, .run = run_switch};
