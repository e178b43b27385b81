/* run.c: the commands that make training go on, and stop. They set the session's goal; the loops work towards it. */
#include "cmd/rows.h"

#include "debug/expr.h"

#define COUNT_MAX 1e15

static int run_step(struct console *console, const struct arg_values *args, struct err *err)
{
    (void)err;
    session_run_steps(console_session(console), (uint64_t)args->number[0]);
    return 0;
}

static int run_stepi(struct console *console, const struct arg_values *args, struct err *err)
{
    (void)err;
    session_run_ops(console_session(console), (uint64_t)args->number[0]);
    return 0;
}

static int run_finish(struct console *console, const struct arg_values *args, struct err *err)
{
    struct session *session = console_session(console);
    (void)args;
    if (!session->inside)
        return err_set(err, ERR_STATE, "finish: no step is under way; `stepi` goes into one");
    session_run_ops(session, (uint64_t)(program_ops(session->train) - program_cursor(session->train)));
    return 0;
}

static int run_epoch(struct console *console, const struct arg_values *args, struct err *err)
{
    (void)err;
    session_run_epochs(console_session(console), (uint32_t)args->number[0]);
    return 0;
}

static int run_run(struct console *console, const struct arg_values *args, struct err *err)
{
    (void)args;
    (void)err;
    session_run_steps(console_session(console), GOAL_FOREVER);
    return 0;
}

/* The condition is evaluated once now: a misspelt name is an error at once, not after the first step. What only a
 * step can bring about ("no step has run yet") is no reason to refuse. */
static int run_until(struct console *console, const struct arg_values *args, struct err *err)
{
    double value;
    struct expr *condition = expr_parse(args->text[0], err);
    if (!condition)
        return err_prefix(err, "until: ");
    if (expr_number(condition, console_session(console), &value, err) && err->code != ERR_STATE) {
        expr_free(condition);
        return err_prefix(err, "until: ");
    }
    session_run_until(console_session(console), condition);
    return 0;
}

static int run_stop(struct console *console, const struct arg_values *args, struct err *err)
{
    (void)args;
    (void)err;
    if (session_running(console_session(console)))
        session_interrupt(console_session(console));
    else
        console_notice(console, "stop: nothing is running");
    return 0;
}

static const struct arg_spec step_args[] = {
    {.name = "steps", .type = ARG_INT, .min = 1, .max = COUNT_MAX, .preset = "1", .summary = "how many"}, {0}};
static const struct arg_spec stepi_args[] = {
    {.name = "ops", .type = ARG_INT, .min = 1, .max = COUNT_MAX, .preset = "1", .summary = "how many"}, {0}};
static const struct arg_spec epoch_args[] = {
    {.name = "epochs", .type = ARG_INT, .min = 1, .max = 1e9, .preset = "1", .summary = "how many"}, {0}};
static const struct arg_spec until_args[] = {
    {.name = "condition", .type = ARG_REST, .summary = "an expression: loss < 0.1 and step > 100"}, {0}};

const struct command command_step = {
    .name = "step", .aliases = "s", .summary = "run training steps", .group = GROUP_RUNNING,
    .flags = COMMAND_NEEDS_DATA,
    .details = "A step is one batch: forward, loss, backward, update. A step that is under way counts as the first.",
    .example = "step 100", .args = step_args, .run = run_step};
const struct command command_stepi = {
    .name = "stepi", .aliases = "si", .summary = "run single ops of a step", .group = GROUP_RUNNING,
    .flags = COMMAND_NEEDS_DATA,
    .details = "`list` shows the ops and where the cursor is; between ops every tensor can be printed.",
    .example = "stepi 3", .args = stepi_args, .run = run_stepi};
const struct command command_finish = {
    .name = "finish", .summary = "complete the step under way", .group = GROUP_RUNNING, .flags = COMMAND_NEEDS_DATA,
    .run = run_finish};
const struct command command_epoch = {
    .name = "epoch", .summary = "run whole epochs; each ends with the validation rows", .group = GROUP_RUNNING,
    .flags = COMMAND_NEEDS_DATA, .details = "The epoch under way counts as the first.", .example = "epoch 2",
    .args = epoch_args, .run = run_epoch};
const struct command command_run = {
    .name = "run", .summary = "train until something stops it", .group = GROUP_RUNNING, .flags = COMMAND_NEEDS_DATA,
    .details = "Ctrl-C, `stop` or a value that is not finite stops it. Other commands can be typed meanwhile.",
    .run = run_run};
const struct command command_until = {
    .name = "until", .summary = "train until a condition holds after a step", .group = GROUP_RUNNING,
    .flags = COMMAND_NEEDS_DATA, .words = WORDS_NAMES, .example = "until loss < 1 or step >= 200", .args = until_args,
    .run = run_until};
const struct command command_stop = {
    .name = "stop", .summary = "stop the run", .group = GROUP_RUNNING, .run = run_stop};
