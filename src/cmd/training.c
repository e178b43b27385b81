/* training.c: the settings of training: optimizer, rate, batch, loss, clipping, seed. Each edit is an event. */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "cmd/rows.h"
#include "debug/choices.h"

/* --- optimizer */

/* A rate that the person chose stays; one that was only the kind's own gives way to the new kind's. */
static double rate_for(const struct session *session, const struct optim_kind *kind)
{
    const struct optimizer *old = &session->optimizer;
    /* That of a checkpoint counts as chosen when it is not the kind's own. */
    bool chosen = session->lr_chosen || session->schedule.base != old->kind->lr;
    return kind == old->kind || chosen ? old->lr : kind->lr;
}

static int run_optimizer(struct console *console, const struct arg_values *args, struct err *err)
{
    struct session *session = console_session(console);
    struct text notes = {0}, words = {0};
    const struct optim_kind *kind;
    struct arg_values values;
    if (!args->given[0]) {
        choice_optimizer(session, &words);
        console_answer(console, "optimizer %s, lr %s", words.data, text_short(session->optimizer.lr).s);
        text_free(&words);
        return 0;
    }
    if (choice_read_optimizer(args->text[0], &kind, &values, err) ||
        session_set_optimizer(session, kind, &values, rate_for(session, kind), &notes, err))
        return -1;
    choice_optimizer(session, &words);
    session_event(session, "optimizer %s, lr %s", words.data, text_short(session->optimizer.lr).s);
    console_notice(console, "optimizer %s, lr %s: %s", words.data, text_short(session->optimizer.lr).s, notes.data);
    text_free(&notes);
    text_free(&words);
    return 0;
}

/* --- lr */

/* "3e-4", "*0.1" or "/10" of the present rate. */
static int read_rate(const char *word, double now, double *rate, struct err *err)
{
    double number;
    bool times = word[0] == '*', over = word[0] == '/';
    if (!text_to_double(word + (times || over), &number) || (over && number == 0))
        return err_set(err, ERR_USAGE, "lr: '%s'; legal: a rate such as 3e-4, or *0.1 or /10 of the present one", word);
    *rate = times ? now * number : over ? now / number : number;
    return 0;
}

static int run_lr(struct console *console, const struct arg_values *args, struct err *err)
{
    struct session *session = console_session(console);
    double before = session->optimizer.lr, rate = before;
    if (!args->given[0]) {
        console_answer(console, "%.9g", before);
        return 0;
    }
    if (read_rate(args->text[0], before, &rate, err) || session_set_lr(session, rate, err))
        return -1;
    session_event(session, "lr %s -> %s", text_short(before).s, text_short(rate).s);
    console_notice(console, "lr %s -> %s%s", text_short(before).s, text_short(rate).s,
                   session->schedule.kind != SCHEDULE_NONE ? "; the decay goes on from there" : "");
    return 0;
}

/* --- decay */

/* ", halved every 1,386 steps" */
static void add_half_life(const struct schedule *schedule, struct text *out)
{
    double half = log(0.5) / log(schedule->factor);
    const char *what = schedule->kind == SCHEDULE_STEP ? "step" : "epoch";
    if (schedule->factor >= 1)
        return;
    if (half < 10)
        text_add(out, ", %s after 10 %ss", text_short(schedule->base * pow(schedule->factor, 10)).s, what);
    else
        text_add(out, ", halved every %s %ss", text_count(round(half)).s, what);
}

/* What rates are to come. */
static void add_outlook(const struct schedule *schedule, struct text *out)
{
    double rate = schedule->base;
    switch (schedule->kind) {
    case SCHEDULE_STEP:
    case SCHEDULE_EPOCH:
        text_add(out, ": lr %s now", text_short(rate).s);
        add_half_life(schedule, out);
        break;
    case SCHEDULE_AT:
        text_add(out, ": lr %s now", text_short(rate).s);
        for (int i = 0; i < schedule->points; i++) {
            rate *= schedule->point[i].factor;
            text_add(out, ", %s from step %s on", text_short(rate).s,
                     text_count((double)schedule->point[i].step).s);
        }
        break;
    case SCHEDULE_COSINE:
        text_add(out, ": lr %s now, %s half-way, 0 from step %s on", text_short(rate).s, text_short(rate / 2).s,
                 text_count((double)(schedule->begin + schedule->steps)).s);
        break;
    case SCHEDULE_NONE:
        text_add(out, ": lr stays at %s", text_short(rate).s);
        break;
    }
}

static int run_decay(struct console *console, const struct arg_values *args, struct err *err)
{
    struct session *session = console_session(console);
    struct schedule schedule;
    struct text words = {0};
    if (!args->given[0]) {
        schedule_print(&session->schedule, &words);
        console_answer(console, "decay %s, lr %s", words.data, text_short(session->optimizer.lr).s);
        text_free(&words);
        return 0;
    }
    if (schedule_parse(args->text[0], session->optimizer.lr, session->step, session->epoch, &schedule, err))
        return -1;
    session_set_schedule(session, &schedule);
    schedule_print(&schedule, &words);
    session_event(session, "decay %s", words.data);
    add_outlook(&schedule, &words);
    console_notice(console, "decay %s", words.data);
    text_free(&words);
    return 0;
}

/* --- batch */

/* Before it is taken: what a step of so many rows keeps. */
static void note_memory(struct console *console, int rows)
{
    const struct session *session = console_session(console);
    int ranks = team_ranks(session->team);
    double need = (double)program_bytes(session->net, PROGRAM_TRAIN, rows, ranks);
    double now = (double)program_bytes(session->net, PROGRAM_TRAIN, session->batch, ranks);
    console_notice(console, "a step of all %s training rows takes %s; one of %s takes %s; %s of memory is available",
                   text_count(rows).s, text_bytes(need).s, text_count(session->batch).s, text_bytes(now).s,
                   text_bytes((double)memory_available()).s);
}

static int run_batch(struct console *console, const struct arg_values *args, struct err *err)
{
    struct session *session = console_session(console);
    int before = session->batch;
    long rows = session->data->trains;
    if (!args->given[0]) {
        console_answer(console, "%d", before);
        return 0;
    }
    if (strcmp(args->text[0], "full") != 0 && !text_to_long(args->text[0], &rows))
        return err_set(err, ERR_USAGE, "batch: '%s'; legal: 1 to %d, or full", args->text[0], session->data->trains);
    if (rows < 1 || rows > session->data->trains)
        return err_set(err, ERR_USAGE, "batch: %ld rows; legal: 1 to %d (the training rows), or full", rows,
                       session->data->trains);
    if (strcmp(args->text[0], "full") == 0)
        note_memory(console, (int)rows);
    if (session_set_batch(session, (int)rows, err))
        return -1;
    session_event(session, "batch %d -> %d", before, session->batch);
    console_notice(console, "batch %d -> %d", before, session->batch);
    return 0;
}

/* --- loss */

/* What becomes of the curves. */
static void note_units(struct console *console, const struct loss *before, const struct loss *now)
{
    const struct session *session = console_session(console);
    const struct dataset *data = session->data;
    if (before->kind == now->kind)
        return;
    console_notice(console, "units: %s in %s", session->step ? "from this mark on the loss curves are" : "the loss is",
                   now->kind->unit);
    if (session->step)
        console_notice(console, "before it they are in %s (%s): compare scores across it, not losses",
                       before->kind->unit, before->kind->name);
    if (data->task == TASK_REGRESS && session->transform.targets && !now->kind->classes)
        console_notice(console, "a unit of the whitened target is %s of the raw one (`whiten off targets`)",
                       text_short(session->transform.y_sd).s);
}

static int run_loss(struct console *console, const struct arg_values *args, struct err *err)
{
    struct session *session = console_session(console);
    struct text notes = {0}, words = {0};
    struct loss loss, before = session->loss;
    if (!args->given[0]) {
        choice_loss(session, &words);
        console_answer(console, "loss %s", words.data);
        text_free(&words);
        return 0;
    }
    if (choice_read_loss(args->text[0], &loss, err) || session_set_loss(session, &loss, &notes, err))
        return -1;
    choice_loss(session, &words);
    session_event(session, "loss %s", words.data);
    console_notice(console, "loss %s: %s", words.data, notes.data);
    note_units(console, &before, &loss);
    if (loss.kind->classes != (session->data->task == TASK_CLASSIFY))
        console_notice(console, "loss: %s is made for %s; this is a %s", loss.kind->name,
                       loss.kind->classes ? "classes" : "numbers",
                       loss.kind->classes ? "regression" : "classification");
    text_free(&notes);
    text_free(&words);
    return 0;
}

/* --- gradclip */

static int run_gradclip(struct console *console, const struct arg_values *args, struct err *err)
{
    struct session *session = console_session(console);
    double norm = 0;
    if (!args->given[0]) {
        console_answer(console, session->optimizer.clip > 0 ? "%.9g" : "off", session->optimizer.clip);
        return 0;
    }
    bool off = strcmp(args->text[0], "off") == 0;
    if (!off && (!text_to_double(args->text[0], &norm) || norm <= 0))
        return err_set(err, ERR_USAGE, "gradclip: '%s'; legal: a norm above 0, or off", args->text[0]);
    if (session_set_clip(session, norm, err))
        return -1;
    session_event(session, "gradclip %s", args->text[0]);
    console_notice(console, "gradclip %s", args->text[0]);
    return 0;
}

/* --- seed, reset */

static void reset(struct console *console, uint64_t seed)
{
    session_reset(console_session(console), seed);
    console_notice(console, "step 0, seed %" PRIu64 ": weights as first drawn, curves and marks cleared, settings kept",
                   seed);
}

static int run_seed(struct console *console, const struct arg_values *args, struct err *err)
{
    const char *word = args->text[0];
    char *end;
    if (!args->given[0]) {
        console_answer(console, "%" PRIu64, console_session(console)->seed);
        return 0;
    }
    errno = 0;
    uint64_t seed = strtoull(word, &end, 10);
    if (word[0] < '0' || word[0] > '9' || *end || errno)
        return err_set(err, ERR_USAGE, "seed: '%.60s'; legal: a whole number from 0 to %" PRIu64, word, UINT64_MAX);
    reset(console, seed);
    return 0;
}

static int run_reset(struct console *console, const struct arg_values *args, struct err *err)
{
    (void)args;
    (void)err;
    reset(console, console_session(console)->seed);
    return 0;
}

static const struct arg_spec optimizer_args[] = {
    {.name = "kind", .type = ARG_REST, .preset = "",
     .summary = "an optimizer with its arguments; none: print the present one"}, {0}};
static const struct arg_spec lr_args[] = {
    {.name = "rate", .type = ARG_WORD, .preset = "", .summary = "3e-4, *0.1 or /10; none: print it"}, {0}};
static const struct arg_spec decay_args[] = {
    {.name = "how", .type = ARG_REST, .preset = "", .choices = (const char *const[]){"at", "cosine", "off", NULL},
     .summary = "0.9995 per step, 0.9 per epoch, at 300:0.1,3000:0.1, cosine 1000, off; none: print it"}, {0}};
static const struct arg_spec batch_args[] = {
    {.name = "rows", .type = ARG_WORD, .preset = "", .choices = (const char *const[]){"full", NULL},
     .summary = "1 to the number of training rows, or full; none: print it"}, {0}};
static const struct arg_spec loss_args[] = {
    {.name = "kind", .type = ARG_REST, .preset = "",
     .summary = "a loss with its arguments; none: print the present one"}, {0}};
static const struct arg_spec gradclip_args[] = {
    {.name = "norm", .type = ARG_WORD, .preset = "", .choices = (const char *const[]){"off", NULL},
     .summary = "the greatest norm of the whole gradient, or off; none: print it"}, {0}};
static const struct arg_spec seed_args[] = {
    {.name = "seed", .type = ARG_WORD, .preset = "", .summary = "a whole number; none: print it"}, {0}};

const struct command command_optimizer = {
    .name = "optimizer", .summary = "swap the optimizer; the weights stay", .group = GROUP_TRAINING,
    .flags = COMMAND_NEEDS_DATA, .words = WORDS_OPTIMIZERS,
    .details =
        "A rate that you chose stays; otherwise the rate becomes the optimizer's own. Its state starts at zero when\n"
        "the kind changes.",
    .example = "optimizer momentum nesterov=on", .args = optimizer_args, .run = run_optimizer};
const struct command command_lr = {
    .name = "lr", .summary = "change the learning rate", .group = GROUP_TRAINING,
    .flags = COMMAND_NEEDS_DATA,
    .details = "*0.1 and /10 are of the present rate. `decay` lets it fall by itself; `lrfind` looks for a good one.",
    .example = "lr /10", .args = lr_args, .run = run_lr};
const struct command command_decay = {
    .name = "decay", .summary = "let the learning rate fall by itself", .group = GROUP_TRAINING,
    .flags = COMMAND_NEEDS_DATA,
    .details =
        "The rate is multiplied by a factor with every step or epoch; or once so many steps are done in all; or it\n"
        "falls to 0 along half a cosine in so many steps from here. It depends on the step alone, so that it is the\n"
        "same when that is gone back to, resumed or replayed. `lr RATE` on the way sets it, and it falls on from\n"
        "there; `reset` begins anew from the rate set last. A drop at a step is the mark \\ on the curve.",
    .example = "decay 0.9995 per step", .args = decay_args, .run = run_decay};
const struct command command_batch = {
    .name = "batch", .summary = "change how many rows a step takes", .group = GROUP_TRAINING,
    .flags = COMMAND_NEEDS_DATA,
    .details = "Larger batches vary less (`noise` measures it) and need more memory; batch full says first how much.",
    .example = "batch 8", .args = batch_args, .run = run_batch};
const struct command command_loss = {
    .name = "loss", .summary = "swap the loss", .group = GROUP_TRAINING, .flags = COMMAND_NEEDS_DATA,
    .words = WORDS_LOSSES,
    .details = "Losses take logits. bce gives two classes one output, the others one each: then `out` is made anew.\n"
               "The curves go on in the units of the new loss, which it names; the mark says where.",
    .example = "loss mse", .args = loss_args, .run = run_loss};
const struct command command_gradclip = {
    .name = "gradclip", .summary = "scale gradients down to a greatest global norm", .group = GROUP_TRAINING,
    .flags = COMMAND_NEEDS_DATA,
    .details = "Pascanu, Mikolov, Bengio 2013. Norms that are shown are those before clipping.",
    .example = "gradclip 1", .args = gradclip_args, .run = run_gradclip};
const struct command command_seed = {
    .name = "seed", .summary = "set the seed and begin again at step 0", .group = GROUP_TRAINING,
    .flags = COMMAND_NEEDS_DATA,
    .details = "It decides the first weights, the order of the rows and dropout; not the split.",
    .example = "seed 7", .args = seed_args, .run = run_seed};
const struct command command_reset = {
    .name = "reset", .summary = "begin again at step 0 with the present settings", .group = GROUP_TRAINING,
    .flags = COMMAND_NEEDS_DATA, .example = "reset", .run = run_reset};
