/* run_report.c: one line when a run has ended: why, and where training stands. */
#include "cmd/command.h"

static void add_why(const struct session *session, struct text *out)
{
    switch (session->stop) {
    case STOP_CONDITION:
    case STOP_NONFINITE:
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

/* "step 200  epoch 6.9  loss 0.0123  acc 1  val loss 0.2  val acc 0.94 (at step 174)" */
static void report_standing(const struct session *session, struct text *out)
{
    const char *score = session->data->task == TASK_CLASSIFY ? "acc" : "r2";
    text_add(out, "step %llu  epoch %.3g  loss %s  %s %s", (unsigned long long)session->step,
             session->epoch + (double)session->visited / session->data->trains,
             text_short(session->batch_figures.loss).s, score, text_short(session->batch_figures.score).s);
    if (session->validation_step != UINT64_MAX) {
        text_add(out, "  val loss %s  val %s %s", text_short(session->validation.loss).s, score,
                 text_short(session->validation.score).s);
        if (session->validation_step != session->step)
            text_add(out, " (at step %llu)", (unsigned long long)session->validation_step);
    }
}

void console_run_ended(struct console *console)
{
    const struct session *session = console_session(console);
    struct text out = {0};
    if (!session->data || (session->stop == STOP_NONE && !session->inside))
        return; /* what ended it (`data`, `load`, `reset`) has said so itself */
    add_why(session, &out);
    if (session->inside) {
        const struct program *train = session->train;
        text_add(&out, "inside step %llu: next is %s (op %d of %d); `stepi` goes on, `finish` completes the step\n",
                 (unsigned long long)session->step + 1, program_op(train, program_cursor(train))->name,
                 program_cursor(train) + 1, program_ops(train));
    }
    if (session->step > 0)
        report_standing(session, &out);
    console_notice_text(console, &out);
    text_free(&out);
}
