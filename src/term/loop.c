/*
 * loop.c: the program on a screen: train a little, look at the keys, draw when something changed. One thread of
 * control.
 *
 * Training goes in slices of SLICE, so no key waits longer than a slice, or a piece of a long step (run.c), and a
 * drawing. What a run came to is drawn at once, however short a time ago the screen was. With nothing to do the loop
 * sleeps in poll().
 */
#include "term/loop.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "cmd/command.h"
#include "term/capture.h"
#include "term/frame.h"
#include "term/keys.h"
#include "term/paste.h"
#include "term/paths.h"
#include "term/prompt.h"
#include "term/shell.h"
#include "term/signals.h"
#include "term/standing.h"

#define SLICE 10000000LL
#define MILLISECOND 1000000LL
enum { ESCAPE_WAIT = 100, BUSY_AFTER = 300 /* both milliseconds */, GOING_ON = -1 };

struct loop {
    struct console *console;
    struct session *session;
    struct frame frame;
    struct keys keys;
    int64_t key_time;   /* when the last key came */
    struct text entered; /* lines that were typed, or that a key stands for; carried out between two slices */
    struct text pasted; /* lines of a paste that wait for a run to end */
    struct text captured;
    bool running;   /* as of the last look: a run that ends is told */
    bool busy;      /* there was more to do at once */
    bool breathing; /* a command is at work */
    int64_t began;  /* its first breath; 0: none yet */
    bool given_up;  /* Ctrl-C came meanwhile */
    int status;     /* GOING_ON, or the exit status to leave with */
};

/* --- text */

static void put(void *context, enum log_kind kind, const char *text)
{
    struct loop *loop = context;
    int lines = 1;
    for (const char *p = text; *p; p++)
        lines += *p == '\n' && p[1];
    frame_log_grew(&loop->frame, kind, lines);
}

struct loop *loop_open(struct err *err)
{
    struct loop *loop = calloc(1, sizeof *loop);
    if (!loop) {
        err_set(err, ERR_MEMORY, "no memory to start");
        return NULL;
    }
    return loop;
}

void loop_close(struct loop *loop)
{
    if (!loop)
        return;
    frame_close(&loop->frame);
    keys_reset(&loop->keys);
    text_free(&loop->entered);
    text_free(&loop->pasted);
    text_free(&loop->captured);
    free(loop);
}

struct outlet loop_outlet(struct loop *loop)
{
    return (struct outlet){put, loop};
}

/* --- command lines */

/* Carries LINE out as if it had been typed. */
static int carry_out(struct loop *loop, const char *line)
{
    frame_log_end(&loop->frame);
    if (*line)
        console_echo(loop->console, line);
    int result = console_execute(loop->console, line);
    if (console_quitting(loop->console))
        loop->status = EXIT_OK;
    return result;
}

static void on_entered(void *context, const char *line)
{
    struct loop *loop = context;
    if (!line) {
        loop->status = EXIT_OK;
        return;
    }
    if (line[strspn(line, " \t")]) {
        prompt_remember(line);
    } else if (!console_in_lesson(loop->console)) {
        frame_log_end(&loop->frame);
        return;
    }
    text_add(&loop->entered, "%s\n", line);
}

/* What was typed meanwhile. Not where it was typed: the line editor is still at work there, and so may be a command
 * that breathes. */
static void carry_out_entered(struct loop *loop)
{
    for (char *line; loop->status == GOING_ON && (line = paste_next(&loop->entered)); free(line))
        carry_out(loop, line);
}

static void on_complete(void *context, const char *line, int cursor, int *start, bool *files, struct text *out)
{
    struct loop *loop = context;
    console_complete(loop->console, line, cursor, start, files, out);
}

static void on_show(void *context, const char *text)
{
    struct loop *loop = context;
    frame_log_end(&loop->frame);
    console_notice(loop->console, "%s", text);
}

static void on_repaint(void *context)
{
    struct loop *loop = context;
    screen_repaint(loop->frame.screen);
    loop->frame.dirty = true;
}

/* One pasted line, once no run is under way; a line that fails takes the rest with it. */
static void carry_out_pasted(struct loop *loop)
{
    char *line = paste_next(&loop->pasted);
    if (line && line[strspn(line, " \t")]) {
        prompt_remember(line);
        if (carry_out(loop, line))
            text_clear(&loop->pasted);
    }
    free(line);
}

/* Between runs: tells how the last one went, and carries on with what waits. True when something is to be done now. */
static bool settle(struct loop *loop)
{
    bool running = session_running(loop->session);
    if (loop->running && !running) {
        console_run_ended(loop->console);
        if (loop->session->stop == STOP_BROKEN) { /* as a line that fails does */
            console_drop_queue(loop->console);
            text_clear(&loop->pasted);
        }
    }
    loop->running = running;
    if (running)
        return true;
    if (console_waiting(loop->console)) {
        console_pump(loop->console);
        if (console_quitting(loop->console))
            loop->status = EXIT_OK;
        loop->frame.dirty = true;
    } else {
        carry_out_pasted(loop);
    }
    return session_running(loop->session) || console_waiting(loop->console) || loop->pasted.length > 0;
}

/* --- keys */

/* The first line of a paste joins what is typed; whole lines run, what follows the last of them waits to be edited. */
static void take_paste(struct loop *loop, const char *text)
{
    struct text lines = {0}, rest = {0};
    paste_split(text, &lines, &rest);
    if (lines.length > 0) {
        text_add(&loop->pasted, "%s%s", prompt_line(), lines.data);
        prompt_clear();
    }
    if (rest.length > 0)
        prompt_insert(rest.data);
    text_free(&lines);
    text_free(&rest);
    loop->frame.line_dirty = true;
}

/* A key with a name: the loop's own, or one that a command line is bound to. */
static bool take_named(struct loop *loop, const char *name)
{
    if (strcmp(name, "PageUp") == 0 || strcmp(name, "PageDown") == 0) {
        frame_scroll_log(&loop->frame, name[4] == 'U' ? 1 : -1);
        return true;
    }
    bool reading = loop->frame.log_back > 0 || loop->frame.log_asked > 0;
    if (strcmp(name, "End") == 0 && reading && *prompt_line() == '\0') {
        frame_log_end(&loop->frame);
        return true;
    }
    for (const struct key_binding *row = key_bindings; row->key; row++) {
        if (strcmp(name, row->key) == 0) {
            text_add(&loop->entered, "%s\n", row->line);
            return true;
        }
    }
    return false;
}

static void take_unit(struct loop *loop, enum keys_unit kind)
{
    if (kind == KEYS_NONE)
        return;
    if (kind == KEYS_PASTE) {
        take_paste(loop, loop->keys.paste.data);
        return;
    }
    char room[16];
    const char *unit = loop->keys.unit;
    const char *name = kind == KEYS_SEQUENCE ? screen_key_name(unit) : NULL;
    if (!name)
        name = keys_name(unit, room);
    if (name && take_named(loop, name))
        return;
    if (kind == KEYS_TEXT || prompt_knows(unit))
        prompt_key(unit, loop->keys.n);
    loop->frame.line_dirty = true;
}

/* --- signals */

/* Stops the run; when there is none, clears the line. Never the program. */
static void on_interrupt(struct loop *loop)
{
    bool busy = session_running(loop->session) || console_waiting(loop->console) || loop->pasted.length > 0;
    console_drop_queue(loop->console);
    text_clear(&loop->entered);
    text_clear(&loop->pasted);
    keys_reset(&loop->keys);
    frame_log_end(&loop->frame);
    if (loop->breathing)
        loop->given_up = true; /* the command ends first; it may be using what the run consists of */
    else if (session_running(loop->session))
        session_interrupt(loop->session);
    if (!busy)
        prompt_clear();
    loop->frame.dirty = loop->frame.line_dirty = true;
}

static void take_signals(struct loop *loop)
{
    int leaving = 0;
    unsigned events = signals_take(&leaving);
    if (events & SIGNALS_INTERRUPT)
        on_interrupt(loop);
    if (events & SIGNALS_STOP) {
        screen_suspend(loop->frame.screen);
        signals_stop();
        screen_resume(loop->frame.screen);
    } else if (events & SIGNALS_CONTINUE) {
        screen_resume(loop->frame.screen);
    }
    if (events & SIGNALS_RESIZE)
        screen_repaint(loop->frame.screen); /* also when the size is the old one again: what stood there may be gone */
    if (events & (SIGNALS_RESIZE | SIGNALS_STOP | SIGNALS_CONTINUE))
        loop->frame.dirty = true;
    if (events & SIGNALS_LEAVE)
        loop->status = 128 + leaving;
}

static void read_keys(struct loop *loop)
{
    char bytes[4096];
    loop->key_time = clock_now();
    ssize_t n = read(STDIN_FILENO, bytes, sizeof bytes);
    if (n == 0 || (n < 0 && errno != EINTR && errno != EAGAIN))
        loop->status = EXIT_OK; /* the terminal is gone */
    take_signals(loop); /* Ctrl-C comes as one: what was typed behind it must find its work done */
    for (ssize_t i = 0; i < n && loop->status == GOING_ON; i++)
        take_unit(loop, keys_take(&loop->keys, bytes[i]));
}

/* --- the shell */

/* What a command has printed stands on the terminal until Enter; a pager has had its reader already. */
static void wait_for_enter(const char *command)
{
    char byte = 0;
    if (strncmp(command, "less", 4) == 0)
        return;
    fputs("-- Enter goes back to dnntui --", stdout);
    fflush(stdout);
    while (byte != '\n' && read(STDIN_FILENO, &byte, 1) == 1)
        ;
}

static int run_shell(void *context, const struct text *text, const char *command, struct err *err)
{
    struct loop *loop = context;
    struct err ignored;
    int leaving = 0;
    screen_suspend(loop->frame.screen);
    capture_close();
    int status = shell_run(text, command, err);
    wait_for_enter(command);
    capture_open(&ignored);
    screen_resume(loop->frame.screen);
    if (signals_take(&leaving) & SIGNALS_LEAVE) /* the others were for the command */
        loop->status = 128 + leaving;
    loop->frame.dirty = loop->frame.line_dirty = true;
    return status;
}

static void restore_terminal(void)
{
    screen_restore();
    capture_restore();
}

/* --- the loop */

/* A lone ESC that has meant something for a while: nothing follows it any more. */
static bool escape_is_due(const struct loop *loop)
{
    return keys_escape_held(&loop->keys) && prompt_wants_escape() &&
           clock_now() - loop->key_time >= ESCAPE_WAIT * MILLISECOND;
}

/* How long the loop may sleep, in milliseconds; -1: until something happens. */
static int patience(const struct loop *loop)
{
    int wait = loop->busy ? 0 : frame_patience(&loop->frame);
    bool escape = keys_escape_held(&loop->keys) && prompt_wants_escape();
    return escape && (wait < 0 || wait > ESCAPE_WAIT) ? ESCAPE_WAIT : wait;
}

static void wait_and_take(struct loop *loop, int milliseconds)
{
    struct pollfd waiting[] = {{STDIN_FILENO, POLLIN, 0}, {signals_fd(), POLLIN, 0}, {capture_fd(), POLLIN, 0}};
    int ready = poll(waiting, 3, milliseconds);
    take_signals(loop);
    if (ready > 0 && waiting[0].revents)
        read_keys(loop);
    else if (escape_is_due(loop))
        take_unit(loop, keys_flush(&loop->keys));
    if (ready > 0 && waiting[2].revents && capture_take(&loop->captured)) {
        console_notice_text(loop->console, &loop->captured);
        text_clear(&loop->captured);
    }
}

/* Between two pieces of a command's long work: draws, and takes keys and signals; false after Ctrl-C. */
static bool breathe(void *context)
{
    struct loop *loop = context;
    int64_t now = clock_now();
    loop->breathing = true;
    if (loop->began == 0)
        loop->began = now;
    if (!loop->frame.busy && now - loop->began > BUSY_AFTER * MILLISECOND)
        loop->frame.busy = loop->frame.dirty = true;
    frame_draw(&loop->frame);
    wait_and_take(loop, 0);
    loop->breathing = false;
    return !loop->given_up && loop->status == GOING_ON;
}

/* No command is at work any more. */
static void rest(struct loop *loop)
{
    loop->began = 0;
    loop->frame.dirty |= loop->frame.busy;
    loop->frame.busy = false;
}

static void go_round(struct loop *loop)
{
    while (loop->status == GOING_ON) {
        carry_out_entered(loop);
        if (loop->given_up)
            session_interrupt(loop->session);
        loop->given_up = false;
        if (session_running(loop->session)) {
            loop->running = loop->frame.dirty = true;
            console_advance(loop->console, clock_now() + SLICE);
        }
        bool worked = loop->running || loop->busy;
        loop->busy = settle(loop);
        if (loop->status != GOING_ON)
            break;
        if (worked && !loop->busy)
            frame_hurry(&loop->frame); /* who waits for a run to end sees what it came to */
        rest(loop);
        frame_draw(&loop->frame);
        wait_and_take(loop, patience(loop));
    }
}

/* One line on the person's own terminal, of where it all stood. */
static void say_farewell(const struct loop *loop)
{
    struct text line = {0};
    standing_add(loop->session, &line);
    printf("dnntui: left at %s\n", line.data);
    text_free(&line);
}

int loop_run(struct loop *loop, struct console *console, const struct term_options *options, struct err *err)
{
    loop->console = console;
    loop->session = console_session(console);
    loop->frame.console = console;
    loop->frame.log = console_log(console);
    loop->session->breath = (struct breath){breathe, loop};
    console_set_shell(console, (struct console_shell){run_shell, loop});
    loop->keys.utf8 = MB_CUR_MAX > 1;
    loop->status = GOING_ON;
    console_set_screen(console, true);
    console_set_person(console, true);
    struct text history = {0};
    struct prompt_hooks hooks = {on_entered, on_complete, on_show, on_repaint, loop};
    if (signals_open(SIGNALS_SCREEN, err))
        return -1;
    prompt_open(&hooks, paths_find(PATH_STATE, "history", &history) ? history.data : NULL);
    loop->frame.screen = screen_open(options->colour, err);
    if (loop->frame.screen) {
        signals_at_death(restore_terminal);
        if (capture_open(err))
            console_notice(loop->console, "%s", err->message);
        go_round(loop);
        screen_close(loop->frame.screen);
        capture_close();
        signals_at_death(NULL);
        say_farewell(loop);
    }
    prompt_close();
    signals_close();
    text_free(&history);
    if (!loop->frame.screen)
        return -1;
    bool failed = options->fail_on_nan && loop->session->met_nonfinite && loop->status == EXIT_OK;
    return failed ? EXIT_NONFINITE : loop->status;
}
