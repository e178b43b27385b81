/*
 * console.c: carries command lines out, and keeps the queue of those that wait for a run to end.
 *
 * It knows no command: it splits a line, finds the row, reads the arguments by the row's description, calls the row.
 */
#include "cmd/console.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/command.h"
#include "cmd/lesson.h"
#include "cmd/record.h"
#include "debug/stops.h"

#define WORDS_MAX  4096
#define LOG_LINES  5000
#define SOURCE_MAX 16 /* files deep: a file that sources itself must end */

struct queued {
    char *line, *where; /* WHERE may be NULL */
    int depth;          /* files that it is inside of */
    struct queued *next;
};

struct console {
    struct session *session;
    struct view view;
    struct outlet outlet;
    struct log *log;
    struct record *record; /* NULL: none */
    bool quitting, screen, hushed, person;
    const char *line; /* that is carried out now, or NULL */
    struct console_shell shell;
    struct queued *queue; /* the next line first */
    int depth;            /* of the queued line that is carried out now */
    struct lesson_player lesson;
};

struct console *console_open(struct session *session, const struct outlet *outlet, struct err *err)
{
    struct console *console = calloc(1, sizeof *console);
    if (!console) {
        err_set(err, ERR_MEMORY, "no memory for a console");
        return NULL;
    }
    console->log = log_open(LOG_LINES, err);
    if (!console->log) {
        free(console);
        return NULL;
    }
    console->session = session;
    console->view = view_default();
    console->outlet = *outlet;
    return console;
}

void console_close(struct console *console)
{
    if (!console)
        return;
    console_drop_queue(console);
    log_close(console->log);
    free(console);
}

struct session *console_session(const struct console *console)
{
    return console->session;
}

struct log *console_log(struct console *console)
{
    return console->log;
}

struct view *console_view(struct console *console)
{
    return &console->view;
}

void console_set_record(struct console *console, struct record *record)
{
    console->record = record;
}

struct record *console_recorder(const struct console *console)
{
    return console->record;
}

void console_hush(struct console *console, bool hush)
{
    console->hushed = hush;
}

bool console_is_hushed(const struct console *console)
{
    return console->hushed;
}

void console_quit(struct console *console)
{
    console->quitting = true;
}

bool console_quitting(const struct console *console)
{
    return console->quitting;
}

void console_set_screen(struct console *console, bool screen)
{
    console->screen = screen;
}

bool console_has_screen(const struct console *console)
{
    return console->screen;
}

void console_set_person(struct console *console, bool person)
{
    console->person = person;
}

struct lesson_player *console_lesson(struct console *console)
{
    return &console->lesson;
}

bool console_in_lesson(const struct console *console)
{
    return console->lesson.lesson != NULL;
}

void console_set_shell(struct console *console, struct console_shell shell)
{
    console->shell = shell;
}

const char *console_line(const struct console *console)
{
    return console->line;
}

int console_pipe(struct console *console, const struct text *text, const char *command, struct err *err)
{
    if (!console->shell.run)
        return err_set(err, ERR_STATE, "there is no shell here to run '%s'", command);
    return console->shell.run(console->shell.context, text, command, err);
}

/* --- what is said */

/* Puts TEXT out; text from outside may be anywhere in it, so every line goes through the escape. */
static void put(struct console *console, enum log_kind kind, const char *text)
{
    if (console->hushed && kind != LOG_ERROR)
        return;
    struct text safe = {0};
    char *copy = strdup(text);
    for (char *rest = copy, *line; rest && (line = strsep(&rest, "\n"));) {
        size_t room = 4 * strlen(line) + 16;
        char *escaped = malloc(room);
        if (escaped && (*line || rest))
            text_add(&safe, "%s%s", text_escape(escaped, room, line), rest && *rest ? "\n" : "");
        free(escaped);
    }
    free(copy);
    log_add(console->log, kind, safe.data ? safe.data : "");
    console->outlet.put(console->outlet.context, kind, safe.data ? safe.data : "");
    text_free(&safe);
}

__attribute__((format(printf, 3, 0)))
static void put_format(struct console *console, enum log_kind kind, const char *format, va_list list)
{
    char *text;
    if (vasprintf(&text, format, list) < 0)
        return;
    put(console, kind, text);
    free(text);
}

void console_answer(struct console *console, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    put_format(console, LOG_ANSWER, format, list);
    va_end(list);
}

void console_notice(struct console *console, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    put_format(console, LOG_NOTICE, format, list);
    va_end(list);
}

void console_echo(struct console *console, const char *line)
{
    struct text echo = {0};
    text_add(&echo, "> %s", line);
    put(console, console->screen ? LOG_ECHO : LOG_ANSWER, echo.data);
    text_free(&echo);
}

void console_answer_text(struct console *console, const struct text *text)
{
    if (text->length)
        put(console, LOG_ANSWER, text->data);
}

void console_notice_text(struct console *console, const struct text *text)
{
    if (text->length)
        put(console, LOG_NOTICE, text->data);
}

void console_notice_choices(struct console *console, const struct text *notes)
{
    if (!console->lesson.carries_out)
        console_notice_text(console, notes);
}

void console_tell(struct console *console)
{
    struct text out = {0};
    stops_take_notices(console->session->stops, &out);
    console_notice_text(console, &out);
    text_free(&out);
}

/* --- carrying out */

/* Who looks at a screen is told that nothing is recorded; a script has no use for it. */
static void tell_record(struct console *console)
{
    struct text complaint = {0};
    if (console->record && console->screen && !console->hushed && record_complaint(console->record, &complaint))
        console_notice_text(console, &complaint);
    text_free(&complaint);
}

void console_note_run_ended(struct console *console)
{
    if (console->record)
        record_run_ended(console->record);
    tell_record(console);
}

void console_advance(struct console *console, int64_t deadline)
{
    session_advance(console->session, deadline);
    if (console->record)
        record_runs_on(console->record);
    console_tell(console);
}

/* Calls the row, with what the record wants to know around it. */
static int run_recorded(struct console *console, const struct command *command, const struct arg_values *values,
                        int count, char *const words[], struct err *err)
{
    struct record *record = console->record;
    if ((command->flags & COMMAND_ENDS_RUN) && session_running(console->session))
        session_interrupt(console->session);
    bool keep = record && record_before(record, command, count);
    int status = command->run(console, values, err);
    if (status == 0 && keep)
        record_command(record, command, values, count, words);
    else if (status == 0 && record && command->group == GROUP_RUNNING)
        record_run_begins(record, command, count, words);
    tell_record(console);
    return status;
}

static int run_words(struct console *console, const struct command *command, int count, char *const words[],
                     struct err *err)
{
    struct arg_values values;
    struct text rest = {0};
    const struct session *session = console->session;
    uint64_t lost = session->lost_updates;
    int status = args_parse(command->args, command->name, count, words, &rest, &values, err);
    if (status == 0 && (command->flags & COMMAND_NEEDS_DATA) && !session->data)
        status = err_set(err, ERR_STATE, "%s: no data yet; `data FILE` loads some", command->name);
    if (status == 0)
        status = run_recorded(console, command, &values, count, words, err);
    if (session->lost_updates != lost && !(command->flags & COMMAND_UNRECORDED)) /* the commands in it have told */
        console_notice(console,
                       "the update of step %llu, which is not finite, is left out: the weights are those before it",
                       (unsigned long long)session->step);
    console_tell(console);
    text_free(&rest);
    if (status && strncmp(err->message, command->name, strlen(command->name)) != 0)
        err_prefix(err, "%s: ", command->name);
    return status;
}

int console_carry_out(struct console *console, const char *line, struct err *err)
{
    char *copy = strdup(line), *words[WORDS_MAX + 1];
    const char *around = console->line; /* a command may carry out others */
    if (!copy)
        return err_set(err, ERR_MEMORY, "no memory for the line");
    int count = text_split(copy, words, WORDS_MAX + 1), status = 0;
    console->line = line;
    if (count < 0) {
        status = err_set(err, ERR_USAGE, "a quote is not closed");
    } else if (count > WORDS_MAX) {
        status = err_set(err, ERR_USAGE, "a line has at most %d words", WORDS_MAX);
    } else if (count > 0) {
        const struct command *command = command_find(words[0], err);
        status = command ? run_words(console, command, count - 1, words + 1, err) : -1;
    }
    console->line = around;
    free(copy);
    return status;
}

/* Tells of a failure, and WHERE it was. */
static int report(struct console *console, const char *where, const struct err *err)
{
    struct text text = {0};
    text_add(&text, "%s%s%s", where ? where : "", where ? ": " : "", err->message);
    put(console, LOG_ERROR, text.data);
    text_free(&text);
    return -1;
}

static int execute_from(struct console *console, const char *line, const char *where)
{
    struct err err = {0};
    return console_carry_out(console, line, &err) ? report(console, where, &err) : 0;
}

/* What an empty line and q are short for while a lesson is played; else LINE. */
static const char *in_lesson(const struct console *console, const char *line)
{
    size_t blanks = strspn(line, " \t"), length = strcspn(line + blanks, " \t");
    if (!console->lesson.lesson || line[blanks + length + strspn(line + blanks + length, " \t")])
        return line;
    return length == 0 ? "lesson next" : length == 1 && line[blanks] == 'q' ? "lesson leave" : line;
}

/* --- the queue */

static void enqueue(struct queued **at, const char *line, const char *where, int depth)
{
    struct queued *queued = calloc(1, sizeof *queued);
    if (!queued || !(queued->line = strdup(line)) || (where && !(queued->where = strdup(where))))
        abort(); /* a script cut short would be worse than none */
    queued->depth = depth;
    queued->next = *at;
    *at = queued;
}

/* Takes the first line of QUEUE off it; the caller frees it. */
static struct queued *dequeue(struct queued **queue)
{
    struct queued *first = *queue;
    *queue = first->next;
    return first;
}

static void free_queued(struct queued *queued)
{
    free(queued->line);
    free(queued->where);
    free(queued);
}

static void drop(struct queued **queue)
{
    while (*queue)
        free_queued(dequeue(queue));
}

static struct queued **queue_end(struct queued **at)
{
    while (*at)
        at = &(*at)->next;
    return at;
}

/* Cuts the first command off *REST, whose others stand behind "; ". Not in quotes, a comment, or what goes to the shell;
 * and a semicolon that is a word, or a value, stays one. */
static char *take_command(char **rest)
{
    char *line = *rest, quote = 0;
    *rest = NULL;
    for (char *c = line; *c; c++) {
        if (quote || *c == '\'' || *c == '"')
            quote = !quote ? *c : quote == *c ? 0 : quote;
        else if (*c == '|' || (*c == '#' && (c == line || c[-1] == ' ')))
            break;
        else if (*c == ';' && c > line && !strchr(" =", c[-1]) && c[1] == ' ' && c[1 + strspn(c + 1, " ")]) {
            *c = 0;
            *rest = c + 1;
            break;
        }
    }
    return line;
}

/* Carries out the commands of LINE; those behind one that starts a run wait for its end. */
static int execute_line(struct console *console, const char *line, const char *where)
{
    char *copy = strdup(line), *rest = copy;
    int status = copy ? 0 : -1;
    while (status == 0 && rest) {
        if (session_running(console->session) && rest > copy) {
            enqueue(&console->queue, rest, where, console->depth);
            break;
        }
        status = execute_from(console, take_command(&rest), where);
    }
    free(copy);
    return status;
}

int console_execute(struct console *console, const char *line)
{
    return execute_line(console, in_lesson(console, line), NULL);
}

void console_queue(struct console *console, const char *line, const char *where)
{
    enqueue(queue_end(&console->queue), line, where, 0);
}

/* Puts the lines of the file PATH at AT: all of them or, when it cannot be read to its end, none. */
static int queue_file(struct queued **at, const char *path, int depth, struct err *err)
{
    FILE *file = fopen(path, "r");
    if (!file)
        return err_set(err, ERR_FILE, "%s: %m", path);
    struct queued *lines = NULL, **last = &lines;
    char *line = NULL, where[4200];
    size_t room = 0;
    for (int number = 1; getline(&line, &room, file) >= 0; number++) {
        line[strcspn(line, "\r\n")] = 0;
        snprintf(where, sizeof where, "%s:%d", path, number);
        enqueue(last, line, where, depth);
        last = &(*last)->next;
    }
    int failed = ferror(file);
    free(line);
    fclose(file);
    if (failed) {
        drop(&lines);
        return err_set(err, ERR_FILE, "%s: it cannot be read", path);
    }
    *last = *at;
    *at = lines ? lines : *at;
    return 0;
}

int console_queue_file(struct console *console, const char *path, struct err *err)
{
    return queue_file(queue_end(&console->queue), path, 1, err);
}

int console_source(struct console *console, const char *path, struct err *err)
{
    if (console->hushed)
        return err_set(err, ERR_STATE, "source: a replay is under way, which runs one file only");
    if (console->depth >= SOURCE_MAX)
        return err_set(err, ERR_STATE, "%s: files are %d deep in each other; does one source itself?", path,
                       SOURCE_MAX);
    return queue_file(&console->queue, path, console->depth + 1, err);
}

static bool lesson_goes_on(const struct console *console)
{
    return console->lesson.lesson && !console->lesson.waits;
}

void console_drop_queue(struct console *console)
{
    struct lesson_player *lesson = &console->lesson;
    drop(&console->queue);
    if (!console->person)
        *lesson = (struct lesson_player){0};
    if (!lesson_goes_on(console))
        return;
    lesson->waits = lesson->cut_short = true;
    if (!session_running(console->session)) /* else what is said of the run comes first */
        console_tell_lesson(console);
}

void console_tell_lesson(struct console *console)
{
    if (console->lesson.cut_short)
        console_notice(console, "lesson %s waits: Enter goes on, `q` leaves it", console->lesson.lesson->name);
    console->lesson.cut_short = false;
}

bool console_waiting(const struct console *console)
{
    return console->queue || lesson_goes_on(console);
}

/* Carries out the next queued line. */
static int run_queued(struct console *console)
{
    struct queued *first = dequeue(&console->queue);
    console->depth = first->depth;
    int status = execute_line(console, first->line, first->where);
    console->depth = 0;
    free_queued(first);
    return status;
}

static int run_lesson(struct console *console)
{
    struct err err = {0};
    char where[80] = "";
    int status = lesson_play(&console->lesson, console, console->person, where, sizeof where, &err);
    return status ? report(console, where, &err) : 0;
}

/* A lesson goes before what was queued behind the line that began it. */
int console_pump(struct console *console)
{
    while (console_waiting(console) && !console->quitting && !session_running(console->session)) {
        if (lesson_goes_on(console) ? run_lesson(console) : run_queued(console)) {
            console_drop_queue(console);
            return -1;
        }
    }
    return 0;
}
