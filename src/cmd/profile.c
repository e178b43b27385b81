/* profile.c: what the ops of a step take, the longest first. */
#include "debug/profile.h"

#include <stdio.h>

#include "cmd/rows.h"

static struct figure microseconds(double nanoseconds)
{
    struct figure figure;
    snprintf(figure.s, sizeof figure.s, nanoseconds < 99950 ? "%.1f" : "%.0f", nanoseconds / 1000);
    return figure;
}

/* An op that counts no FLOPs shows none; nanoseconds are FLOPs per GFLOP/s. */
static void add_row(const char *number, const char *name, double nanoseconds, double share, double flops,
                    struct text *out)
{
    text_add(out, "%4s  %-26s %10s %7.1f%% %16s", number, name, microseconds(nanoseconds).s, share * 100,
             flops > 0 ? text_count(flops).s : "-");
    if (flops > 0 && nanoseconds > 0)
        text_add(out, " %8.2f\n", flops / nanoseconds);
    else
        text_add(out, " %8s\n", "-");
}

static void print(const struct session *session, const struct profile *profile, struct text *out)
{
    const struct program *train = session->train;
    text_add(out, "%4s  %-26s %10s %8s %16s %8s\n", "op", "name", "us a step", "share", "FLOPs", "GFLOP/s");
    for (int i = 0; i < profile->ops; i++) {
        const struct op *op = program_op(train, profile->row[i].op);
        struct figure number;
        snprintf(number.s, sizeof number.s, "%d", profile->row[i].op + 1);
        add_row(number.s, op->name, profile->row[i].nanoseconds, profile->row[i].nanoseconds / profile->sum, op->flops,
                out);
    }
    add_row("", "all, one at a time", profile->sum, 1, program_flops(train), out);
    add_row("", "a step that runs through", profile->whole, profile->whole / profile->sum, program_flops(train), out);
    text_add(out, "medians over %d step%s of %d rows, %d thread%s\n", profile->steps, profile->steps == 1 ? "" : "s",
             session->batch, program_ranks(train), program_ranks(train) == 1 ? "" : "s");
}

static int run_profile(struct console *console, const struct arg_values *args, struct err *err)
{
    const struct session *session = console_session(console);
    struct profile profile;
    struct text out = {0};
    int status = profile_measure(session, (int)args->number[0], &profile, err);
    if (status == 0) {
        print(session, &profile, &out);
        console_answer_text(console, &out);
    } else {
        err_prefix(err, "profile: ");
    }
    text_free(&out);
    profile_close(&profile);
    return status;
}

static const struct arg_spec profile_args[] = {
    {.name = "steps", .type = ARG_INT, .min = 1, .max = PROFILE_STEPS_MAX, .preset = "20", .summary = "how many"}, {0}};

const struct command command_profile = {
    .name = "profile", .summary = "measure what each op of a step takes", .group = GROUP_LOOKING,
    .flags = COMMAND_NEEDS_DATA | COMMAND_READ_ONLY,
    .details =
        "The steps are run on a copy: what is live stays as it is. FLOPs are what `list` says, backward counted as\n"
        "twice forward. A step that runs through is faster than its ops one at a time: its threads meet less often,\n"
        "and images go through several ops while they are in the cache.",
    .example = "profile 5", .args = profile_args, .run = run_profile};
