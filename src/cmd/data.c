/* data.c: which data, what is to be predicted, how it is split and scaled. */
#include <stdio.h>
#include <string.h>

#include "cmd/rows.h"
#include "data/origin_words.h"
#include "debug/choices.h"

/* Opens ORIGIN; training begins again, with the present settings where KEEP is set. */
static int open_origin(struct console *console, const struct data_origin *origin, bool keep, struct err *err)
{
    struct text notes = {0};
    int status = session_load_data(console_session(console), origin, keep, &notes, err);
    if (status == 0)
        console_notice_choices(console, &notes);
    text_free(&notes);
    return status;
}

/* WHAT the person gave as WORD, into TO [ROOM]. */
static int copy_word(const char *what, char to[], size_t room, const char *word, struct err *err)
{
    if (strlen(word) >= room)
        return err_set(err, ERR_USAGE, "%s of %zu bytes; legal: at most %zu", what, strlen(word), room - 1);
    strcpy(to, word);
    return 0;
}

static int run_data(struct console *console, const struct arg_values *args, struct err *err)
{
    const struct session *session = console_session(console);
    struct data_origin origin = data_origin_default();
    struct text choices = {0};
    if (!args->given[0]) {
        if (!session->data)
            return err_set(err, ERR_STATE, "data: none yet; `data FILE` loads some, `data digits` the built-in digits");
        choices_print(session, &choices);
        console_answer_text(console, &choices);
        text_free(&choices);
        return 0;
    }
    if (strlen(args->text[0]) >= sizeof origin.source)
        return err_set(err, ERR_USAGE, "data: the name is longer than %zu bytes", sizeof origin.source - 1);
    snprintf(origin.source, sizeof origin.source, "%s", args->text[0]);
    if ((args->given[1] && copy_word("target: a name", origin.target, sizeof origin.target, args->text[1], err)) ||
        (args->given[3] && delimiter_parse(args->text[3], &origin.delimiter, err)) ||
        (args->given[6] && copy_word("shape: a word", origin.shape, sizeof origin.shape, args->text[6], err)))
        return -1;
    origin.task = args->given[2] ? (int)args->number[2] : -1;
    origin.header = args->given[4] ? (int)args->number[4] : -1;
    origin.lenient = args->given[5] && args->number[5] != 0;
    origin.seed = session->seed;
    return open_origin(console, &origin, false, err);
}

static int run_target(struct console *console, const struct arg_values *args, struct err *err)
{
    struct data_origin origin = console_session(console)->data->origin;
    if (copy_word("target: a name", origin.target, sizeof origin.target, args->text[0], err))
        return -1;
    origin.task = -1;
    return open_origin(console, &origin, true, err);
}

static int run_task(struct console *console, const struct arg_values *args, struct err *err)
{
    struct data_origin origin = console_session(console)->data->origin;
    origin.task = (int)args->number[0];
    return open_origin(console, &origin, true, err);
}

static int run_split(struct console *console, const struct arg_values *args, struct err *err)
{
    struct data_origin origin = console_session(console)->data->origin;
    origin.validation = args->number[0];
    if (args->given[1])
        origin.seed = (uint64_t)args->number[1];
    return open_origin(console, &origin, true, err);
}

static int run_whiten(struct console *console, const struct arg_values *args, struct err *err)
{
    struct session *session = console_session(console);
    bool on = args->number[0] != 0, targets = args->number[1] != 0;
    const struct transform *now = &session->transform;
    const char *what = targets ? "targets" : "inputs", *how = on ? "whitened" : "raw";
    bool already = on == (targets ? now->targets : now->inputs);
    if (already) {
        console_notice(console, "%s: %s already", what, how);
        return 0;
    }
    if (session_set_whiten(session, targets ? now->inputs : on, targets ? on : now->targets, err))
        return -1;
    session_event(session, "whiten %s%s", on ? "on" : "off", targets ? " targets" : "");
    console_notice(console, "%s: %s%s; the weights stay%s", what, how,
                   on ? ", by the mean and deviation of the training rows" : "",
                   targets ? "; the loss has other units from here on" : "");
    return 0;
}

static const struct arg_spec data_args[] = {
    {.name = "source", .type = ARG_FILE, .preset = "",
     .summary = "a table, an array of images, or a known set; none: print what was chosen"},
    {.name = "target", .type = ARG_WORD, .preset = "", .summary = "the column to predict, by name or number"},
    {.name = "task", .type = ARG_CHOICE, .choices = task_names, .preset = "", .summary = "what kind of target it is"},
    {.name = "delimiter", .type = ARG_WORD, .preset = "",
     .choices = (const char *const[]){",", ";", "|", "tab", "space", NULL},
     .summary = "one character, tab or space"},
    {.name = "header", .type = ARG_SWITCH, .preset = "", .summary = "whether the first row names the columns"},
    {.name = "lenient", .type = ARG_SWITCH, .preset = "off",
     .summary = "mend ragged rows and stray quotes, and count them"},
    {.name = "shape", .type = ARG_WORD, .preset = "", .summary = "how a row is an image: 1x8x8, '28x28x3 hwc', flat"},
    {0}};
static const struct arg_spec target_args[] = {
    {.name = "column", .type = ARG_WORD, .summary = "a column's name, or its number from 1"}, {0}};
static const struct arg_spec task_args[] = {
    {.name = "task", .type = ARG_CHOICE, .choices = task_names, .summary = "classes or numbers"}, {0}};
static const struct arg_spec split_args[] = {
    {.name = "share", .type = ARG_NUMBER, .min = 0, .max = 0.9, .summary = "of the rows, kept for validation"},
    {.name = "seed", .type = ARG_INT, .min = 0, .max = 9007199254740992.0, .preset = "",
     .summary = "another choice of rows"}, {0}};
static const struct arg_spec whiten_args[] = {
    {.name = "switch", .type = ARG_SWITCH, .summary = "on or off"},
    {.name = "what", .type = ARG_CHOICE, .choices = (const char *const[]){"inputs", "targets", NULL},
     .preset = "inputs",
     .summary = "the inputs, or the targets of a regression"}, {0}};

const struct command command_data = {
    .name = "data", .summary = "load data and start afresh, or print what was chosen", .group = GROUP_DATA,
    .words = WORDS_DATA,
    .details = "A table is a .csv, .tsv or .txt file; an array an IDX or .npy file, plain or .gz, with its labels in\n"
               "a file beside it (images -> labels, x -> y) and perhaps test samples (train -> t10k, train -> test).\n"
               "The known set fashion is of images; Debian's package dataset-fashion-mnist holds it.",
    .example = "data iris", .args = data_args, .run = run_data};
const struct command command_target = {
    .name = "target", .summary = "choose the column to predict; training begins again", .group = GROUP_DATA,
    .flags = COMMAND_NEEDS_DATA, .example = "target digit", .args = target_args, .run = run_target};
const struct command command_task = {
    .name = "task", .summary = "predict classes or numbers; training begins again", .group = GROUP_DATA,
    .flags = COMMAND_NEEDS_DATA, .example = "task regress", .args = task_args, .run = run_task};
const struct command command_split = {
    .name = "split", .summary = "choose the share of validation rows; training begins again", .group = GROUP_DATA,
    .flags = COMMAND_NEEDS_DATA, .example = "split 0.3", .args = split_args, .run = run_split};
const struct command command_whiten = {
    .name = "whiten", .summary = "subtract the mean, divide by the deviation", .group = GROUP_DATA,
    .flags = COMMAND_NEEDS_DATA,
    .details =
        "Mean and deviation are those of the training rows, for validation rows too. A constant column is left at 0.",
    .example = "whiten off", .args = whiten_args, .run = run_whiten};
