/*
 * plain.c: runs a console without a screen, for scripts and pipes, and for terminals that cannot move their cursor.
 * No escape code is ever written here.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "term/loop.h"
#include "term/shell.h"
#include "term/signals.h"
#include "term/standing.h"

#define SLICE 50000000LL /* nanoseconds of work between two looks at the signals */
#define SECOND 1000000000LL
static const char prompt_text[] = "dnntui> ";

/* What a run without any command does. */
static const char *const default_script[] = {"epoch 30", "plot", "info layers", "info run"};

struct plain {
    bool reader_gone; /* nobody reads standard output any more */
    int write_error;  /* errno of another failure to write it */
    struct text input; /* read, not yet taken as lines */
    bool input_ended;
    bool given_up;     /* Ctrl-C while a command was at work */
    int64_t said;      /* when progress was last printed */
};

static void put(void *context, enum log_kind kind, const char *text)
{
    struct plain *plain = context;
    if (kind == LOG_ECHO || plain->reader_gone || plain->write_error)
        return;
    size_t length = strlen(text);
    const char *end = length > 0 && text[length - 1] == '\n' ? "" : "\n";
    FILE *to = kind == LOG_ANSWER ? stdout : stderr;
    errno = 0;
    if (fprintf(to, "%s%s", text, end) >= 0 && fflush(to) == 0)
        return;
    if (to == stdout && errno == EPIPE)
        plain->reader_gone = true;
    else if (to == stdout)
        plain->write_error = errno ? errno : EIO;
}

struct plain *plain_open(struct err *err)
{
    struct plain *plain = calloc(1, sizeof *plain);
    if (!plain)
        err_set(err, ERR_MEMORY, "no memory to start");
    return plain;
}

void plain_close(struct plain *plain)
{
    if (plain)
        text_free(&plain->input);
    free(plain);
}

struct outlet plain_outlet(struct plain *plain)
{
    return (struct outlet){put, plain};
}

/* A line now and then while a run is long; nothing in the first seconds. */
static void say_progress(struct plain *plain, const struct session *session)
{
    int64_t now = clock_now();
    if (now - plain->said < (isatty(STDERR_FILENO) ? 2 : 10) * SECOND)
        return;
    plain->said = now;
    struct text line = {0};
    standing_add(session, &line);
    text_add(&line, ", %s rows/s", text_count(session->samples_per_second).s);
    put(plain, LOG_NOTICE, line.data);
    text_free(&line);
}

/* Works off the run under way; true when Ctrl-C stopped it. */
static bool finish_run(struct plain *plain, struct console *console)
{
    struct session *session = console_session(console);
    bool interrupted = false;
    plain->said = clock_now();
    plain->given_up = false;
    while (session_running(session) && !plain->reader_gone && !plain->write_error) {
        console_advance(console, clock_now() + SLICE);
        if (signals_take(NULL) & SIGNALS_INTERRUPT) {
            session_interrupt(session);
            interrupted = true;
        }
        if (session_running(session))
            say_progress(plain, session);
    }
    console_run_ended(console);
    return interrupted || plain->given_up;
}

/* Between two pieces of a command's long work; false after Ctrl-C. */
static bool breathe(void *context)
{
    struct plain *plain = context;
    plain->given_up = plain->given_up || (signals_take(NULL) & SIGNALS_INTERRUPT);
    return !plain->given_up;
}

/* The next line of standard input, without its end; false: there is none, or Ctrl-C came instead (*INTERRUPTED). The
 * line is the caller's. */
static bool read_line(struct plain *plain, struct text *line, bool *interrupted)
{
    text_clear(line);
    for (;;) {
        char *newline = plain->input.length ? memchr(plain->input.data, '\n', plain->input.length) : NULL;
        if (newline || (plain->input_ended && plain->input.length > 0)) {
            size_t length = newline ? (size_t)(newline - plain->input.data) : plain->input.length;
            size_t taken = length + (newline != NULL);
            text_add_bytes(line, plain->input.data, length);
            if (length > 0 && line->data[length - 1] == '\r')
                line->data[--line->length] = '\0';
            memmove(plain->input.data, plain->input.data + taken, plain->input.length - taken + 1);
            plain->input.length -= taken;
            return true;
        }
        if (plain->input_ended)
            return false;
        struct pollfd waiting[] = {{STDIN_FILENO, POLLIN, 0}, {signals_fd(), POLLIN, 0}};
        poll(waiting, 2, -1);
        if ((*interrupted = signals_take(NULL) & SIGNALS_INTERRUPT))
            return false;
        char bytes[4096];
        ssize_t n = waiting[0].revents ? read(STDIN_FILENO, bytes, sizeof bytes) : -1;
        if (n > 0)
            text_add_bytes(&plain->input, bytes, (size_t)n);
        else if (n == 0 || (waiting[0].revents && errno != EINTR && errno != EAGAIN))
            plain->input_ended = true;
    }
}

/* How a run that has just been stopped, and what is still to come, end the program; -1: they do not. */
static int verdict(const struct plain *plain, struct console *console, const struct term_options *options,
                   bool interrupted, bool person)
{
    if (plain->write_error)
        return EXIT_COMMAND;
    if (plain->reader_gone || console_quitting(console))
        return EXIT_OK;
    if (options->fail_on_nan && console_session(console)->met_nonfinite)
        return EXIT_NONFINITE;
    if (console_session(console)->stop == STOP_BROKEN && !person)
        return EXIT_COMMAND;
    return interrupted && !person ? EXIT_INTERRUPTED : -1;
}

/* Carries out the queue with all the runs that it starts. Returns an exit status, or -1 to go on. */
static int work_off(struct plain *plain, struct console *console, const struct term_options *options, bool person)
{
    for (;;) {
        bool interrupted = false;
        if (session_running(console_session(console)))
            interrupted = finish_run(plain, console);
        if (interrupted)
            console_drop_queue(console);
        int status = verdict(plain, console, options, interrupted, person);
        if (status >= 0)
            return status;
        if (console_waiting(console)) {
            plain->given_up = false;
            if (console_pump(console) < 0 && !person)
                return plain->given_up ? EXIT_INTERRUPTED : EXIT_COMMAND;
        } else if (!session_running(console_session(console))) {
            return -1;
        }
    }
}

/* Shows what the program does, to who starts it without a terminal and asks for nothing. */
static int run_default(struct plain *plain, struct console *console, const struct term_options *options)
{
    for (size_t i = 0; i < sizeof default_script / sizeof *default_script; i++)
        console_queue(console, default_script[i], "the default script");
    return work_off(plain, console, options, false);
}

/* A person sees what failed; of a script it is said where. */
static void take_line(struct console *console, const char *line, int number, bool person)
{
    char where[32];
    snprintf(where, sizeof where, "stdin:%d", number);
    if (person)
        console_execute(console, line);
    else
        console_queue(console, line, where);
}

static int read_commands(struct plain *plain, struct console *console, const struct term_options *options, bool person)
{
    struct text line = {0};
    int status = -1, number = 0;
    while (status < 0) {
        bool interrupted = false;
        if (person && isatty(STDOUT_FILENO)) {
            fputs(prompt_text, stdout);
            fflush(stdout);
        }
        if (read_line(plain, &line, &interrupted)) {
            take_line(console, line.data ? line.data : "", ++number, person);
            status = work_off(plain, console, options, person);
            continue;
        }
        if (!interrupted)
            break;
        if (person)
            fputs("\n", stderr);
        else
            status = EXIT_INTERRUPTED;
    }
    if (person && status < 0)
        fputs("\n", stderr);
    text_free(&line);
    if (status < 0 && number == 0 && !person && !options->wait)
        status = run_default(plain, console, options);
    return status;
}

static int run_shell(void *context, const struct text *text, const char *command, struct err *err)
{
    (void)context;
    fflush(stdout);
    return shell_run(text, command, err);
}

int plain_run(struct plain *plain, struct console *console, const struct term_options *options)
{
    struct err err;
    if (signals_open(SIGNALS_PLAIN, &err)) {
        put(plain, LOG_ERROR, err.message);
        return EXIT_COMMAND;
    }
    console_session(console)->breath = (struct breath){breathe, plain};
    console_set_shell(console, (struct console_shell){run_shell, plain});
    bool person = options->read_stdin && isatty(STDIN_FILENO);
    console_set_person(console, person);
    int status = work_off(plain, console, options, person);
    if (status < 0 && options->read_stdin)
        status = read_commands(plain, console, options, person);
    if (fflush(stdout) && errno != EPIPE && !plain->write_error)
        plain->write_error = errno;
    if (plain->write_error) {
        fprintf(stderr, "dnntui: cannot write standard output: %s\n", strerror(plain->write_error));
        status = EXIT_COMMAND;
    }
    signals_close();
    return status < 0 ? EXIT_OK : status;
}
