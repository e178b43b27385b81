/* shift.c: accuracy against shifts, beside the last network that was measured on the same data. */
#include <stdio.h>

#include "cmd/rows.h"
#include "debug/remembered.h"
#include "debug/shift.h"

static void add_curves(const struct shift_curve *now, const struct shift_curve *before, const char *score,
                       struct text *out)
{
    text_add(out, "now     %s\n", now->net);
    if (before->rows)
        text_add(out, "before  %s\n", before->net);
    text_add(out, "pixels  %8s%s\n", score, before->rows ? "    before" : "");
    for (int i = 0; i <= now->shifts; i++) {
        text_add(out, "%6d  %8.4f", i, now->score[i]);
        if (before->rows && i <= before->shifts)
            text_add(out, "  %8.4f", before->score[i]);
        text_add(out, "\n");
    }
    text_add(out, "%d validation rows, the mean of left, right, up and down; black moves in\n", now->rows);
}

static int run_shift(struct console *console, const struct arg_values *args, struct err *err)
{
    struct session *session = console_session(console);
    struct shift_curve curve;
    struct text out = {0};
    if (shift_measure(session, (int)args->number[0], &curve, err))
        return err_prefix(err, "shift: ");
    add_curves(&curve, &session->shift, session->data->task == TASK_CLASSIFY ? "acc" : "r2", &out);
    session->shift = curve;
    for (int i = 0; i <= curve.shifts; i++) { /* for expressions: $shift.2 */
        char name[REMEMBERED_NAME];
        snprintf(name, sizeof name, "shift.%d", i);
        remembered_answer(session, name, curve.score[i]);
    }
    console_answer_text(console, &out);
    text_free(&out);
    return 0;
}

static const struct arg_spec shift_args[] = {
    {.name = "pixels", .type = ARG_INT, .min = 1, .max = SHIFT_MAX, .preset = "4", .summary = "how far images move"},
    {0}};

const struct command command_shift = {
    .name = "shift", .summary = "measure accuracy on images that are moved by some pixels", .group = GROUP_LOOKING,
    .flags = COMMAND_NEEDS_DATA | COMMAND_READ_ONLY,
    .details = "Translation invariance, on a copy. The last measurement stands beside the new one: measure, change\n"
               "the network (with pooling, without), train, measure again. Expressions find the scores as $shift.0, $shift.1, ...",
    .args = shift_args, .run = run_shift};
