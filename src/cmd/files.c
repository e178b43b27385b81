/* files.c: the state to a file and back, and commands from a file. */
#include "cmd/rows.h"
#include "debug/checkpoint.h"

static int run_save(struct console *console, const struct arg_values *args, struct err *err)
{
    struct session *session = console_session(console);
    if (checkpoint_save(session, args->text[0], err))
        return err_prefix(err, "save: ");
    console_notice(console, "saved step %llu to %s: weights, %s state, counters, and where the data came from",
                   (unsigned long long)session->step, args->text[0], session->optimizer.kind->name);
    return 0;
}

static int run_load(struct console *console, const struct arg_values *args, struct err *err)
{
    struct session *session = console_session(console);
    struct text notes = {0};
    int status = checkpoint_load(session, args->text[0], &notes, err);
    if (status == 0) {
        session_event(session, "load %s", args->text[0]);
        text_add(&notes, "loaded %s: step %llu", args->text[0], (unsigned long long)session->step);
        console_notice_text(console, &notes);
    } else {
        err_prefix(err, "load: ");
    }
    text_free(&notes);
    return status;
}

static int run_source(struct console *console, const struct arg_values *args, struct err *err)
{
    return console_source(console, args->text[0], err);
}

static const struct arg_spec save_args[] = {{.name = "file", .type = ARG_FILE, .summary = "a .safetensors file"}, {0}};
static const struct arg_spec source_args[] = {
    {.name = "file", .type = ARG_FILE, .summary = "commands, one a line"}, {0}};

const struct command command_save = {
    .name = "save", .summary = "write the whole state to a file", .group = GROUP_FILES,
    .flags = COMMAND_NEEDS_DATA | COMMAND_READ_ONLY,
    .details =
        "Safetensors: weights, statistics, the optimizer's state, counters, and where the data came from. A run\n"
        "that is loaded again goes on as if it had never stopped: the same hash.",
    .example = "save digits.safetensors", .args = save_args, .run = run_save};
const struct command command_load = {
    .name = "load", .summary = "go on from a saved state", .group = GROUP_FILES,
    .details =
        "Opens the data it came from again, and says so when that is gone or changed. A file with weights only is\n"
        "loaded into the present network by the names of its tensors.",
    .args = save_args, .run = run_load};
const struct command command_source = {
    .name = "source", .summary = "carry out the commands of a file", .group = GROUP_FILES,
    .flags = COMMAND_UNRECORDED, .args = source_args, .run = run_source};
