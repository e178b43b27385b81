/*
 * replay.c: where a session is recorded to, and sessions done again: from a record's first line to the first hash that
 * is another.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "cmd/record.h"
#include "cmd/rows.h"

#define SLICE 10000000LL
enum { WORDS = 64 };

struct replay {
    const char *path;
    int line, commands, hashes;
    bool record; /* the file is one that this program has written */
};

/* --- one line */

static int refuse_threads(const struct console *console, const struct replay *replay, const char *line,
                          struct err *err)
{
    int threads, here = team_ranks(console_session(console)->team);
    if (!record_says_threads(line, &threads) || threads == here)
        return 0;
    return err_set(err, ERR_STATE, "recorded with %d thread%s, which decide the rounding; this program has %d: "
                   "`dnntui --threads %d`, then `replay %s`", threads, threads == 1 ? "" : "s", here, threads,
                   replay->path);
}

/* The run that a line has set going, to its end. */
static int work_off(struct console *console, struct err *err)
{
    struct session *session = console_session(console);
    bool running = session_running(session), goes_on = session_breathe(session);
    while (goes_on && session_running(session)) {
        console_advance(console, clock_now() + SLICE);
        goes_on = session_breathe(session);
    }
    if (!goes_on)
        session_interrupt(session);
    if (running)
        console_run_ended(console);
    return goes_on ? 0 : err_set(err, ERR_INTERRUPT, "interrupted; what was done again up to here stands");
}

/* Whether the file that the line has read holds what it held then. */
static int check_content(const struct console *console, const char *line, const struct command *command, int count,
                         char *const words[], struct err *err)
{
    struct arg_values args;
    uint64_t content, now;
    if (!record_says_content(line, &content) ||
        args_parse(command->args, command->name, count, words, NULL, &args, err) ||
        !record_content(console_session(console), command, &args, &now) || now == content)
        return 0;
    return err_set(err, ERR_DATA, "%s has changed since: its content is %016" PRIx64 "; %016" PRIx64 " was expected",
                   args.text[0], now, content);
}

static int replay_words(struct console *console, struct replay *replay, const char *line, struct err *err)
{
    char *copy = strdup(line), *words[WORDS];
    if (!copy)
        return err_set(err, ERR_MEMORY, "no memory for the line");
    int count = text_split(copy, words, WORDS), status = 0;
    if (count != 0) {
        const struct command *command = count > 0 ? command_find(words[0], err) : NULL;
        status = console_carry_out(console, line, err);
        if (status == 0)
            status = check_content(console, line, command, count - 1, words + 1, err);
        if (status == 0)
            status = work_off(console, err);
        replay->hashes += command == &command_hash;
        replay->commands += command != &command_hash;
    }
    free(copy);
    return status;
}

/* --- a file */

/* How many bytes FILE has now: the record of this very session grows by what is replayed. A pipe has no end to know. */
static intmax_t present_size(FILE *file)
{
    struct stat found;
    return fstat(fileno(file), &found) == 0 && S_ISREG(found.st_mode) ? (intmax_t)found.st_size : INTMAX_MAX;
}

/* Carries out the lines of FILE up to the first that fails. What a record ends in without a newline was never done. */
static int replay_lines(struct console *console, struct replay *replay, FILE *file, struct err *err)
{
    char *line = NULL;
    size_t room = 0;
    ssize_t length;
    intmax_t left = present_size(file);
    int status = 0;
    while (status == 0 && !console_quitting(console) && left > 0 && (length = getline(&line, &room, file)) >= 0) {
        left -= length;
        replay->line++;
        replay->record = replay->record || (replay->line == 1 && record_is_head(line));
        if (replay->record && line[length - 1] != '\n')
            break;
        line[strcspn(line, "\r\n")] = '\0';
        status = refuse_threads(console, replay, line, err);
        if (status == 0)
            status = replay_words(console, replay, line, err);
    }
    free(line);
    if (status)
        return err_prefix(err, "%s:%d: ", replay->path, replay->line);
    return ferror(file) ? err_set(err, ERR_FILE, "%s: it cannot be read", replay->path) : 0;
}

static int replay_file(struct console *console, struct replay *replay, struct err *err)
{
    FILE *file = fopen(replay->path, "re");
    if (!file)
        return err_set(err, ERR_FILE, "%s: %s", replay->path, strerror(errno));
    console_hush(console, true);
    int status = replay_lines(console, replay, file, err);
    console_hush(console, false);
    fclose(file);
    return status;
}

/* --- commands */

static int run_replay(struct console *console, const struct arg_values *args, struct err *err)
{
    struct replay replay = {.path = args->text[0]};
    if (console_is_hushed(console))
        return err_set(err, ERR_STATE, "replay: a replay is under way");
    if (replay_file(console, &replay, err))
        return -1;
    console_notice(console, "replayed %d command%s to step %" PRIu64 ": %d hash%s agree%s", replay.commands,
                   replay.commands == 1 ? "" : "s", console_session(console)->step, replay.hashes,
                   replay.hashes == 1 ? "" : "es", replay.hashes == 1 ? "s" : "");
    return 0;
}

static int run_recover(struct console *console, const struct arg_values *args, struct err *err)
{
    struct record *record = console_recorder(console);
    (void)args;
    if (console_is_hushed(console))
        return err_set(err, ERR_STATE, "recover: a replay is under way");
    if (!record)
        return err_set(err, ERR_STATE, "recover: there is no folder of recorded sessions");
    struct lost_session *lost = record_lost(record, err);
    if (!lost)
        return -1;
    struct replay replay = {.path = lost->path};
    record_hold(record, true); /* until then the old file is the one to be found */
    int status = replay_file(console, &replay, err);
    record_hold(record, false);
    record_leave_lost(lost, status == 0);
    if (status)
        return -1;
    console_notice(console, "recovered %d command%s to step %" PRIu64 " from %s", replay.commands,
                   replay.commands == 1 ? "" : "s", console_session(console)->step, replay.path);
    return 0;
}

static int run_record(struct console *console, const struct arg_values *args, struct err *err)
{
    struct record *record = console_recorder(console);
    struct text where = {0};
    const char *word = args->text[0];
    if (record && args->given[0]) {
        if (strcmp(word, "on") == 0)
            record_on(record);
        else if (strcmp(word, "off") == 0)
            record_off(record);
        else if (record_to(record, word, err))
            return -1;
    }
    if (record)
        record_where(record, &where);
    else if (args->given[0])
        return err_set(err, ERR_STATE, "record: this session has not been recorded from its start");
    else
        text_add(&where, "not recorded");
    if (args->given[0])
        console_notice_text(console, &where);
    else
        console_answer_text(console, &where);
    text_free(&where);
    return 0;
}

static const struct arg_spec record_args[] = {
    {.name = "where", .type = ARG_FILE, .preset = "", .summary = "on, off, or one more file; none: print where"}, {0}};
static const struct arg_spec replay_args[] = {
    {.name = "file", .type = ARG_FILE, .summary = "a record, or any script with hashes"}, {0}};

const struct command command_record = {
    .name = "record", .summary = "keep what is done as a script with hashes, or say where it is kept",
    .group = GROUP_FILES, .flags = COMMAND_READ_ONLY,
    .details =
        "Every session that does something is recorded, unless that is switched off, in a file of its own in\n"
        "$XDG_STATE_HOME/dnntui/sessions (~/.local/state/dnntui/sessions); the last 100 are kept. A file that is\n"
        "named gets the session from its start on. `replay` and `source` run a record.",
    .example = "record", .args = record_args, .run = run_record};
const struct command command_replay = {
    .name = "replay", .summary = "do a recorded session again, up to the first hash that differs",
    .group = GROUP_FILES, .flags = COMMAND_UNRECORDED,
    .details =
        "Begins afresh, with the data and the seed of the record, and ends where that ended. The same build and the\n"
        "same number of threads give the same hashes.",
    .args = replay_args, .run = run_replay};
const struct command command_recover = {
    .name = "recover", .summary = "bring back the newest session that was cut short", .group = GROUP_FILES,
    .flags = COMMAND_UNRECORDED,
    .details =
        "One whose program was killed, or lost its terminal or its machine. `dnntui --recover` starts with it, and\n"
        "with its number of threads. A run is noted down every ten seconds: what came after the last note is lost.",
    .run = run_recover};
