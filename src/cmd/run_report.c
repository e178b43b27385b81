/* run_report.c: a line or two when a run has ended, and whenever asked: why it ended, and where training stands. */
#include "run_report.h"

#include "cmd/command.h"
#include "op_report.h"
#include "trace_report.h"

void run_report_why(const struct session *session, struct text *out)
{
    switch (session->stop) {
    case STOP_CONDITION:
    case STOP_BROKEN:
    case STOP_NONFINITE:
    case STOP_BREAK:
        text_add(out, "stopped: %s\n", session->stop_text);
        break;
    case STOP_INTERRUPT:
        text_add(out, "stopped: interrupted\n");
        break;
    case STOP_GOAL:
    case STOP_NONE:
        break;
    }
}

static void add_origin(const struct session *session, struct text *out)
{
    struct trace trace;
    if (trace_find(session, &trace))
        trace_report_brief(session, &trace, out);
}

/* Where in a step the cursor stands. An update that would spoil the weights is held back there: what helps then is an
 * edit, which drops it. */
static void add_cursor(const struct session *session, struct text *out)
{
    const struct program *train = session->train;
    text_add(out, "inside step %llu: next is %s (op %d of %d); ", (unsigned long long)session->step + 1,
             program_op(train, program_cursor(train))->name, program_cursor(train) + 1, program_ops(train));
    if (session->held)
        text_add(out, "the update is held back: `lr /10`, `init he`, `reset` or another edit drops it, `finish` would "
                      "apply it\n");
    else
        text_add(out, "`stepi` goes on, `finish` completes the step\n");
}

/* "step 200  epoch 6.9  loss 0.0123  acc 1  val loss 0.2  val acc 0.94 (at step 174)". Where an update is held back the
 * last loss is that of the step under way, which has been told. */
static void add_standing(const struct session *session, struct text *out)
{
    const char *score = session->data->task == TASK_CLASSIFY ? "acc" : "r2";
    text_add(out, "step %llu  epoch %s", (unsigned long long)session->step, session_epochs_text(session).s);
    if (!session->held)
        text_add(out, "  loss %s  %s %s", text_short(session->batch_figures.loss).s, score,
                 text_short(session->batch_figures.score).s);
    if (session->validation_step != UINT64_MAX) {
        text_add(out, "  val loss %s  val %s %s", text_short(session->validation.loss).s, score,
                 text_short(session->validation.score).s);
        if (session->validation_step != session->step)
            text_add(out, " (at step %llu)", (unsigned long long)session->validation_step);
    }
    text_add(out, "\n");
}

void run_report_place(const struct session *session, struct text *out)
{
    if (session->inside)
        add_cursor(session, out);
    if (session->step > 0)
        add_standing(session, out);
}

void run_report(const struct session *session, struct text *out)
{
    run_report_why(session, out);
    if (session->inside && session->held)
        add_origin(session, out);
    else if (session->inside && program_cursor(session->train) > 0)
        op_report(session, program_cursor(session->train) - 1, out);
    run_report_place(session, out);
}

void console_run_ended(struct console *console)
{
    const struct session *session = console_session(console);
    struct text out = {0};
    console_note_run_ended(console);
    if (!session->data || (session->stop == STOP_NONE && !session->inside))
        return; /* what ended it (`data`, `load`, `reset`) has said so itself */
    run_report(session, &out);
    console_notice_text(console, &out);
    text_free(&out);
    console_tell(console);
    console_displays(console);
    console_tell_lesson(console);
}
