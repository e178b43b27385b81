/* where.c: where training stands and what it met there; after a value that is not finite, where that came from. */
#include "cmd/rows.h"
#include "run_report.h"
#include "trace_report.h"

static int run_where(struct console *console, const struct arg_values *args, struct err *err)
{
    const struct session *session = console_session(console);
    struct text out = {0};
    struct trace trace;
    (void)args;
    (void)err;
    if (trace_find(session, &trace)) {
        run_report_why(session, &out);
        trace_report(session, &trace, &out);
        run_report_place(session, &out);
    } else {
        run_report(session, &out);
    }
    if (out.length == 0)
        text_add(&out, "step 0: nothing has run yet\n");
    console_answer_text(console, &out);
    text_free(&out);
    return 0;
}

const struct command command_where = {
    .name = "where", .summary = "say where training stands, and where a value that is not finite came from",
    .group = GROUP_LOOKING, .flags = COMMAND_NEEDS_DATA | COMMAND_READ_ONLY,
    .details =
        "When a run has stopped at a value that is not finite: the op that made the first one, what it read, how\n"
        "finite values became this one, the magnitudes that led there, and the last steps.",
    .example = "where", .run = run_where};
