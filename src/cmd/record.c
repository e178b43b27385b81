/* record.c: the lines of a record, as things happen. Its files are in record_file.c. */
#include "cmd/record.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define XXH_STATIC_LINKING_ONLY /* for a hash state on the stack */
#include <xxhash.h>

#include "base/clock.h"
#include "cmd/rows.h"
#include "data/origin_words.h"
#include "debug/history.h"
#include "record_file.h"

#define SECOND 1000000000LL
enum { PATIENCE = 10, WHOLE_STEP_PATIENCE = 20 }; /* seconds of a run between two groups; inside a step */

struct record {
    const struct session *session;
    struct record_place place;
    struct text lines; /* all of it */
    size_t start;      /* the length of what any session has: head and start */
    struct record_file own, named;
    bool off, held;
    char trouble[480]; /* why a file could not be written; "": nothing to say */
    struct position position; /* where the lines leave off */
    bool before_update;       /* there an update is held back, which only trying it can tell */
    uint64_t hash;            /* the last one written */
    bool hashed;              /* there is one */
    uint64_t question;        /* the hash before a line without words */
    int events;               /* and the number of events */
    struct text run;          /* the command that set the run going */
    int64_t written;          /* when a group was last written, or a run began */
    struct lost_session lost;
};

/* --- to the files */

static void complain(struct record *record, const struct err *err)
{
    snprintf(record->trouble, sizeof record->trouble, "%s", err->message);
}

static void open_own(struct record *record)
{
    struct err err;
    if (!record_file_is_open(&record->own) && record->place.directory && !record->off &&
        record_file_open_own(&record->own, &record->place, &err)) {
        complain(record, &err);
        record->place.directory = NULL; /* once is enough */
    }
}

/* Writes what is not written yet. A file of its own is made only when the session has done something. */
static void flush(struct record *record)
{
    struct record_file *files[] = {&record->own, &record->named};
    struct err err;
    if (record->held)
        return;
    if (record->lines.length > record->start)
        open_own(record);
    for (int i = 0; i < 2; i++)
        if (record_file_is_open(files[i]) && record_file_write(files[i], &record->lines, &err))
            complain(record, &err);
    record->written = clock_now();
}

bool record_complaint(struct record *record, struct text *out)
{
    if (!record->trouble[0])
        return false;
    text_add(out, "this session is not recorded any more: %s", record->trouble);
    record->trouble[0] = '\0';
    return true;
}

/* --- the lines */

static void add_hash(struct record *record)
{
    uint64_t hash = session_hash(record->session);
    if (record->hashed && hash == record->hash)
        return;
    text_add(&record->lines, "hash %016" PRIx64 "\n", hash);
    record->hash = hash;
    record->hashed = true;
}

/* The lines that lead from FROM to TO, which is not before it. */
static void add_steps(struct text *out, struct position from, struct position to)
{
    if (from.op > 0 && to.step > from.step) {
        text_add(out, "finish\n");
        from = (struct position){from.step + 1, 0};
    }
    if (to.step > from.step) {
        text_add(out, "step %" PRIu64 "\n", to.step - from.step);
        from = (struct position){to.step, 0};
    }
    if (to.op > from.op)
        text_add(out, "stepi %d\n", to.op - from.op);
}

static const char *how_it_ended(const struct session *session)
{
    if (session->goal != GOAL_NONE)
        return ", going on";
    switch (session->stop) {
    case STOP_INTERRUPT:
        return ", interrupted";
    case STOP_NONFINITE:
        return ", not finite";
    default:
        return "";
    }
}

/* The remark behind training: what was asked for, where that is not what the line says. */
static void add_remark(const struct record *record, struct text *steps)
{
    size_t length = steps->length - 1; /* without its end */
    const char *how = how_it_ended(record->session);
    if (record->run.length == 0 || (record->run.length == length && !*how &&
                                    memcmp(record->run.data, steps->data, length) == 0))
        return;
    steps->data[--steps->length] = '\0';
    text_add(steps, "  # %s%s\n", record->run.data, how);
}

/* Weights would not be finite, though the figures are. */
static bool stands_before_update(const struct session *session)
{
    return session->inside && session->held && !program_nonfinite(session->train);
}

static void leave_off(struct record *record)
{
    record->position = session_position(record->session);
    record->before_update = stands_before_update(record->session);
}

/* The training since the last line, if any, as a group. */
static void add_training(struct record *record)
{
    struct position from = record->position;
    bool known = record->before_update;
    struct text steps = {0};
    leave_off(record);
    add_steps(&steps, from, record->position);
    if (record->before_update && !(known && position_compare(from, record->position) == 0))
        text_add(&steps, "finish\n");
    if (steps.length == 0)
        return;
    add_remark(record, &steps);
    text_add_bytes(&record->lines, steps.data, steps.length);
    text_free(&steps);
    add_hash(record);
    flush(record);
}

/* --- what happens */

static bool is_running(const struct command *command)
{
    return command->group == GROUP_RUNNING;
}

bool record_before(struct record *record, const struct command *command, int words)
{
    bool looks = (command->flags & COMMAND_READ_ONLY) && !(command->flags & COMMAND_VIEW);
    if (looks || (command->flags & COMMAND_UNRECORDED))
        return false;
    if (command != &command_stop) /* the run that it stops tells of itself */
        add_training(record);
    if (words == 0) {
        record->question = session_hash(record->session);
        record->events = record->session->events;
    }
    return !is_running(command);
}

static void add_words(struct text *out, const struct command *command, int count, char *const words[])
{
    text_add(out, "%s", command->name);
    for (int i = 0; i < count; i++) {
        text_add(out, " ");
        args_quote(words[i], out);
    }
}

/* The arguments of a command that reads a file: with the file's whole path, so that they hold in any directory. */
static void add_file_args(struct text *out, const struct command *command, const struct arg_values *args)
{
    struct arg_values whole = *args;
    char *path = NULL;
    for (int i = 0; i < args_count(command->args) && !path; i++)
        if (command->args[i].type == ARG_FILE && args->given[i] &&
            !(command == &command_data && known_set_find(args->text[i])) && (path = realpath(args->text[i], NULL)))
            whole.text[i] = path;
    text_add(out, "%s", command->name);
    args_format(command->args, &whole, out);
    free(path);
}

static bool hash_file(const char *path, uint64_t *hash)
{
    static const size_t room = 1 << 16;
    FILE *file = fopen(path, "rb");
    char *bytes = malloc(room);
    bool whole = file && bytes;
    XXH3_state_t state;
    XXH3_64bits_reset(&state);
    for (size_t n; whole && (n = fread(bytes, 1, room, file)) > 0;)
        XXH3_64bits_update(&state, bytes, n);
    whole = whole && !ferror(file);
    *hash = XXH3_64bits_digest(&state);
    free(bytes);
    if (file)
        fclose(file);
    return whole;
}

bool record_content(const struct session *session, const struct command *command, const struct arg_values *args,
                    uint64_t *content)
{
    if (command == &command_load)
        return hash_file(args->text[0], content);
    *content = session->data ? session->data->hash : 0;
    return command == &command_data && args->given[0];
}

void record_command(struct record *record, const struct command *command, const struct arg_values *args, int count,
                    char *const words[])
{
    uint64_t content;
    bool asked = count == 0 && record->question == session_hash(record->session) &&
                 record->events == record->session->events && !(command->flags & COMMAND_VIEW);
    if (asked)
        return; /* `lr` alone prints the rate */
    if (record_content(record->session, command, args, &content)) {
        add_file_args(&record->lines, command, args);
        text_add(&record->lines, "  # content %016" PRIx64, content);
    } else {
        add_words(&record->lines, command, count, words);
    }
    text_add(&record->lines, "\n");
    leave_off(record);
    add_hash(record);
    flush(record);
}

void record_run_begins(struct record *record, const struct command *command, int count, char *const words[])
{
    if (!session_running(record->session))
        return; /* `stop` */
    text_clear(&record->run);
    add_words(&record->run, command, count, words);
    record->written = clock_now();
}

void record_run_ended(struct record *record)
{
    add_training(record);
    text_clear(&record->run);
}

void record_runs_on(struct record *record)
{
    int64_t since = clock_now() - record->written;
    if (since >= (record->session->inside ? WHOLE_STEP_PATIENCE : PATIENCE) * SECOND)
        add_training(record);
}

/* --- beginning and end */

static void add_head(struct record *record)
{
    time_t now = time(NULL);
    struct tm utc;
    char date[32];
    gmtime_r(&now, &utc);
    strftime(date, sizeof date, "%Y-%m-%d %H:%M:%S", &utc);
    text_add(&record->lines, RECORD_HEAD ", version %s\n# begun %s UTC by process %ld\n" RECORD_THREADS "%d\n",
             record->place.version, date, (long)getpid(), team_ranks(record->session->team));
    record->start = record->lines.length;
}

struct record *record_open(const struct record_place *place, const struct session *session, struct err *err)
{
    struct record *record = calloc(1, sizeof *record);
    if (!record) {
        err_set(err, ERR_MEMORY, "no memory for a record");
        return NULL;
    }
    record->session = session;
    record->place = *place;
    record->own = record->named = (struct record_file){.file = -1};
    record->lost.file = -1;
    record->position = session_position(session);
    record->written = clock_now();
    add_head(record);
    return record;
}

/* A column's delimiter as `data` reads it. */
static void add_delimiter(char delimiter, struct text *out)
{
    const char word[] = {delimiter, '\0'};
    text_add(out, " delimiter=");
    args_quote(delimiter == '\t' ? "tab" : delimiter == ' ' ? "space" : word, out);
}

static void add_origin(const struct data_origin *origin, struct text *out)
{
    char *path = known_set_find(origin->source) ? NULL : realpath(origin->source, NULL);
    text_add(out, "data source=");
    args_quote(path ? path : origin->source, out);
    free(path);
    if (origin->target[0]) {
        text_add(out, " target=");
        args_quote(origin->target, out);
    }
    if (origin->task >= 0)
        text_add(out, " task=%s", task_names[origin->task]);
    if (origin->delimiter)
        add_delimiter(origin->delimiter, out);
    if (origin->header >= 0)
        text_add(out, " header=%s", origin->header ? "on" : "off");
    if (origin->lenient)
        text_add(out, " lenient=on");
    if (origin->shape[0]) {
        text_add(out, " shape=");
        args_quote(origin->shape, out);
    }
}

void record_start(struct record *record)
{
    const struct session *session = record->session;
    text_add(&record->lines, "seed %" PRIu64 "\n", session->seed);
    add_origin(&session->data->origin, &record->lines);
    text_add(&record->lines, "  # content %016" PRIx64 "\n", session->data->hash);
    add_hash(record);
    leave_off(record);
    record->start = record->lines.length;
}

void record_close(struct record *record, bool ended)
{
    if (!record)
        return;
    add_training(record);
    record->held = false;
    if (ended && (record_file_is_open(&record->own) || record_file_is_open(&record->named))) {
        text_add(&record->lines, RECORD_ENDED "\n");
        flush(record);
    }
    record_file_close(&record->own);
    record_file_close(&record->named);
    record_leave_lost(&record->lost, false);
    text_free(&record->lines);
    text_free(&record->run);
    free(record);
}

/* --- where it goes */

void record_hold(struct record *record, bool hold)
{
    record->held = hold;
    flush(record);
}

void record_off(struct record *record)
{
    record->off = true;
    if (record_file_is_open(&record->own))
        unlink(record->own.path);
    record_file_close(&record->own);
    record_file_close(&record->named);
}

void record_on(struct record *record)
{
    record->off = false;
    flush(record);
}

int record_to(struct record *record, const char *path, struct err *err)
{
    struct record_file file;
    add_training(record);
    if (record_file_open_named(&file, path, err))
        return -1;
    if (record_file_write(&file, &record->lines, err))
        return -1;
    record_file_close(&record->named);
    record->named = file;
    return 0;
}

void record_where(const struct record *record, struct text *out)
{
    bool own = record_file_is_open(&record->own), named = record_file_is_open(&record->named);
    if (own)
        text_add(out, "recorded to %s", record->own.path);
    else if (!record->off && record->place.directory)
        text_add(out, "to be recorded in %s, from the first change or step on", record->place.directory);
    if (named)
        text_add(out, "%s %s", out->length ? "\nand" : "recorded to", record->named.path);
    if (out->length == 0)
        text_add(out, "not recorded; `record on` or `record FILE` write all of it since its start");
}

/* --- sessions that were cut short */

void record_take_lost(struct record *record, const struct lost_session *lost)
{
    record->lost = *lost;
}

void record_greet(const struct record *record, struct text *out)
{
    record_tell_lost(record->place.directory, out);
}

struct lost_session *record_lost(struct record *record, struct err *err)
{
    if (record->lost.file >= 0)
        return &record->lost;
    if (!record->place.directory) {
        err_set(err, ERR_STATE, "there is no folder of recorded sessions");
        return NULL;
    }
    return record_find_lost(record->place.directory, &record->lost, err) ? NULL : &record->lost;
}
