/*
 * try.c: several changes side by side, each from this very state on a fork of its own.
 *
 * A candidate is one or several command lines. A console over the fork carries them out, with nobody listening but for
 * errors, so whatever `lr` or `net` can do, a candidate can.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "cmd/rows.h"
#include "debug/fork.h"
#include "debug/outcome.h"

#define CANDIDATES  64
#define STEPS_LEAST 100 /* where none are asked for and an epoch has fewer */
#define STEPS_MOST  1e9
#define WHAT_WIDTH  40
#define PATIENCE    2000000000 /* nanoseconds after which each candidate is announced */

struct candidate {
    const char *what; /* the commands, or "as it is" */
    bool unchanged;   /* they left the state as it was */
    bool refused;
    struct outcome outcome;
    char note[200];
    int order;
};

struct trial {
    struct session *session;
    uint64_t steps;
    struct candidate candidate[CANDIDATES + 1]; /* "as it is" among them */
    int candidates;
    bool losses_differ; /* a candidate has another loss, or other units: then losses cannot be compared */
};

/* --- reading what to try */

static bool prepares_inputs(const struct command *command)
{
    return command == &command_whiten || command == &command_squash || command == &command_clip;
}

/* What may stand in a candidate: edits of the network and of training, and none that other data would come of, for
 * then the figures were not of the same rows. */
static int check_command(const char *line, struct err *err)
{
    char *copy = strdup(line), *word[2];
    int count = copy ? text_split(copy, word, 2) : 0, status = 0;
    const struct command *command = count > 0 ? command_find(word[0], err) : NULL;
    if (count == 0)
        status = err_set(err, ERR_USAGE, "try: a candidate holds no command");
    else if (count < 0)
        status = err_set(err, ERR_USAGE, "try: '%s': a quote is not closed", line);
    else if (!command)
        status = err_set(err, ERR_USAGE, "try: there is no command '%s'; a candidate stands in quotes: try 'lr 1e-2'",
                         word[0]);
    else if (command->flags & COMMAND_READ_ONLY ||
             !(command->group == GROUP_NETWORK || command->group == GROUP_TRAINING || prepares_inputs(command)))
        status = err_set(err, ERR_USAGE,
                         "try: '%s' is no edit; a candidate takes whiten, squash, clip and those of `help` under "
                         "network and training",
                         command->name);
    free(copy);
    return status;
}

/* Calls USE for each of the commands of LINE, which stand between semicolons; the first that fails ends it. */
static int each_command(const char *line, int (*use)(const char *line, void *context, struct err *err), void *context,
                        struct err *err)
{
    char *copy = strdup(line);
    int status = copy ? 0 : err_set(err, ERR_MEMORY, "try: no memory for a candidate");
    for (char *rest = copy, *command; status == 0 && rest && (command = strsep(&rest, ";"));)
        status = use(command, context, err);
    free(copy);
    return status;
}

static int check_each(const char *line, void *context, struct err *err)
{
    (void)context;
    return check_command(line, err);
}

/* WORDS are candidates, then perhaps `--` and how many steps. */
static int read_words(struct trial *trial, char *words[], int count, struct err *err)
{
    double steps;
    int candidates = 0;
    while (candidates < count && strcmp(words[candidates], "--") != 0)
        candidates++;
    if (candidates < count) {
        if (candidates + 2 != count || !text_to_double(words[count - 1], &steps) ||
            !(steps >= 1 && steps <= STEPS_MOST) || steps != floor(steps))
            return err_set(err, ERR_USAGE, "try: behind -- stands how many steps, 1 to 1e9: try 'lr 1e-2' -- 500");
        trial->steps = (uint64_t)steps;
    }
    if (candidates > CANDIDATES)
        return err_set(err, ERR_USAGE, "try: %d candidates; legal: at most %d", candidates, CANDIDATES);
    for (int i = 0; i < candidates; i++) {
        if (each_command(words[i], check_each, NULL, err))
            return -1;
        trial->candidate[trial->candidates++].what = words[i];
    }
    return 0;
}

/* --- running */

static void keep_error(void *context, enum log_kind kind, const char *text)
{
    struct candidate *candidate = context;
    if (kind == LOG_ERROR)
        snprintf(candidate->note, sizeof candidate->note, "%.190s", text);
}

static int execute_each(const char *line, void *context, struct err *err)
{
    return console_execute(context, line) ? err_set(err, ERR_STATE, "refused") : 0;
}

/* Makes CANDIDATE's edits of FORK; a refusal is CANDIDATE's affair. -1: there is no console to make them in. */
static int edit(struct candidate *candidate, struct session *fork, struct err *err)
{
    struct err refusal;
    uint64_t before = session_hash(fork);
    struct console *console = console_open(fork, &(struct outlet){keep_error, candidate}, err);
    if (!console)
        return -1;
    candidate->refused = each_command(candidate->what, execute_each, console, &refusal) != 0;
    candidate->unchanged = session_hash(fork) == before;
    console_close(console);
    return 0;
}

/* Steps, then the figures. */
static int run(struct candidate *candidate, struct session *fork, uint64_t steps, struct err *err)
{
    struct outcome *outcome = &candidate->outcome;
    if (outcome_run(fork, steps, outcome, err))
        return -1;
    if (!isnan(outcome->nonfinite_step))
        snprintf(candidate->note, sizeof candidate->note, "not finite at step %.0f", outcome->nonfinite_step);
    else if (!outcome->finite)
        snprintf(candidate->note, sizeof candidate->note, "the validation loss is not finite");
    return 0;
}

static int run_candidate(struct trial *trial, int i, struct err *err)
{
    struct candidate *candidate = &trial->candidate[i];
    struct session *fork = session_fork(trial->session, err);
    int status = fork ? 0 : -1;
    candidate->order = i;
    if (status == 0 && i > 0)
        status = edit(candidate, fork, err);
    if (status == 0 && candidate->unchanged && !candidate->refused)
        snprintf(candidate->note, sizeof candidate->note, "changes nothing");
    if (status == 0 && !candidate->refused) {
        trial->losses_differ = trial->losses_differ || !outcome_same_loss(fork, trial->session);
        status = run(candidate, fork, trial->steps, err);
    }
    session_close(fork);
    return status;
}

/* --- ranking and printing */

/* Less is better. */
static double merit(const struct trial *trial, const struct candidate *candidate)
{
    if (trial->losses_differ)
        return -candidate->outcome.score;
    return trial->session->data->validations ? candidate->outcome.validation : candidate->outcome.train;
}

static bool goes_before(const struct trial *trial, const struct candidate *a, const struct candidate *b)
{
    double x = merit(trial, a), y = merit(trial, b);
    if (a->refused != b->refused || a->outcome.finite != b->outcome.finite)
        return a->outcome.finite > b->outcome.finite || (a->outcome.finite == b->outcome.finite && b->refused);
    if (isnan(x) != isnan(y))
        return isnan(y);
    return x < y || (!(y < x) && a->order < b->order);
}

static void rank(struct trial *trial)
{
    for (int i = 1; i < trial->candidates; i++)
        for (int k = i; k > 0 && goes_before(trial, &trial->candidate[k], &trial->candidate[k - 1]); k--) {
            struct candidate held = trial->candidate[k];
            trial->candidate[k] = trial->candidate[k - 1];
            trial->candidate[k - 1] = held;
        }
}

static const char *score_name(const struct session *session)
{
    return session->data->task == TASK_CLASSIFY ? "acc" : "r2";
}

static const char *ranked_by(const struct trial *trial, char *room, size_t size)
{
    bool validation = trial->session->data->validations > 0;
    const char *of = validation ? "val" : "train";
    if (trial->losses_differ)
        snprintf(room, size, "%s %s, since losses of different kinds cannot be compared", of,
                 score_name(trial->session));
    else
        snprintf(room, size, "%s loss", of);
    return room;
}

static void add_figure(double x, int width, struct text *out)
{
    text_add(out, "  %*s", width, isnan(x) ? "-" : text_short(x).s);
}

/* WHAT as the table shows it: cut with dots where it is long. */
static const char *shown(const char *what, char room[WHAT_WIDTH + 1])
{
    return text_escape(room, WHAT_WIDTH + 1, what);
}

static int what_width(const struct trial *trial)
{
    int width = 4;
    char room[WHAT_WIDTH + 1];
    for (int i = 0; i < trial->candidates; i++) {
        int columns = text_columns(shown(trial->candidate[i].what, room));
        width = columns > width ? columns : width;
    }
    return width;
}

static void add_table(const struct trial *trial, struct text *out)
{
    const struct session *session = trial->session;
    bool validation = session->data->validations > 0;
    int width = what_width(trial);
    char by[120], score[16], room[WHAT_WIDTH + 1];
    snprintf(score, sizeof score, "%s%s", validation ? "val " : "", score_name(session));
    text_add(out, "%s steps each, ranked by %s\n", text_count((double)trial->steps).s,
             ranked_by(trial, by, sizeof by));
    text_add(out, "rank  %-*s  train loss%s  %8s\n", width, "what", validation ? "   val loss" : "", score);
    for (int i = 0; i < trial->candidates; i++) {
        const struct candidate *candidate = &trial->candidate[i];
        const char *what = shown(candidate->what, room);
        if (candidate->outcome.finite)
            text_add(out, "%4d  ", i + 1);
        else
            text_add(out, "   -  ");
        text_add(out, "%s%*s", what, width - text_columns(what), "");
        if (!candidate->refused) {
            add_figure(candidate->outcome.train, 10, out);
            if (validation)
                add_figure(candidate->outcome.validation, 9, out);
            add_figure(candidate->outcome.score, 8, out);
        }
        text_add(out, "%s%s\n", candidate->note[0] ? "  " : "", candidate->note);
    }
}

static int run_trial(struct console *console, struct trial *trial, struct err *err)
{
    struct text out = {0};
    int64_t begun = clock_now();
    for (int i = 0; i < trial->candidates; i++) {
        if (clock_now() - begun > PATIENCE)
            console_notice(console, "try: %d of %d: %s", i + 1, trial->candidates, trial->candidate[i].what);
        if (run_candidate(trial, i, err))
            return -1;
    }
    rank(trial);
    add_table(trial, &out);
    console_answer_text(console, &out);
    text_free(&out);
    return 0;
}

static int run_try(struct console *console, const struct arg_values *args, struct err *err)
{
    struct session *session = console_session(console);
    char *copy = strdup(args->text[0]), *words[CANDIDATES + 4];
    struct trial *trial = calloc(1, sizeof *trial);
    int status = copy && trial ? 0 : err_set(err, ERR_MEMORY, "try: no memory for the candidates");
    if (status == 0) {
        int epoch = (session->data->trains + session->batch - 1) / session->batch;
        trial->session = session;
        trial->steps = (uint64_t)(epoch > STEPS_LEAST ? epoch : STEPS_LEAST);
        trial->candidate[trial->candidates++].what = "as it is";
        status = read_words(trial, words, text_split(copy, words, CANDIDATES + 4), err);
    }
    if (status == 0)
        status = run_trial(console, trial, err);
    free(trial);
    free(copy);
    return status;
}

static const struct arg_spec try_args[] = {
    {.name = "candidates", .type = ARG_REST, .quoted = true,
     .summary = "'COMMAND; COMMAND' ... -- STEPS; steps: an epoch, 100 at least"},
    {0}};

const struct command command_try = {
    .name = "try", .summary = "run changes side by side from this very state and rank them",
    .group = GROUP_QUESTIONS, .flags = COMMAND_NEEDS_DATA | COMMAND_READ_ONLY,
    .details =
        "Each candidate, one or several edits between semicolons, is made on a copy that then runs so many steps, and\n"
        "so is the present state as it is. The live network is not touched. Inside a step the copies begin at its\n"
        "start. Ranked by validation loss; by training loss, the mean of the last tenth of the steps, where there are\n"
        "no validation rows; by score where losses are of different kinds.",
    .example = "try 'lr 1e-2' 'init he; bn on' -- 20", .args = try_args, .run = run_try};
