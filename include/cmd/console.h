/*
 * console.h: the place where command lines are carried out, whatever they come from: the prompt, a key, -c, a script.
 *
 * A console has a session, a view and an outlet for text; it waits for nothing. Lines that were queued (-c, -f,
 * `source`) run one after the other, each when the run that the one before it started has ended; a line typed at the
 * prompt runs at once.
 */
#ifndef CMD_CONSOLE_H
#define CMD_CONSOLE_H

#include <stdbool.h>

#include "debug/session.h"
#include "view/view.h"

/* Where text goes: answers (what was asked for), notices (what happened), errors. Text may hold several lines; it has
 * been escaped. */
struct outlet {
    void (*put)(void *context, enum log_kind kind, const char *text);
    void *context;
};

struct record;
/* Gives TEXT to COMMAND of the shell as its standard input, lends it the terminal meanwhile, and waits for it. */
struct console_shell {
    int (*run)(void *context, const struct text *text, const char *command, struct err *err);
    void *context;
};

struct console; /* opaque: console.c */

struct console *console_open(struct session *session, const struct outlet *outlet, struct err *err);
void console_close(struct console *console);

struct session *console_session(const struct console *console);
struct log *console_log(struct console *console); /* all that was put out; the loops add what was typed */
struct view *console_view(struct console *console); /* also writable by the settings */

/* Lets RECORD (record.h), which must outlive the console, keep what is done from here on. */
void console_set_record(struct console *console, struct record *record);

/* Works at the run under way until DEADLINE, as session_advance does; for the loops. */
void console_advance(struct console *console, int64_t deadline);

/* Carries LINE out now, which was typed: its commands one after the other, "lr 1e-4; reset". A failure is reported to
 * the outlet as an error; returns 0 or -1. An empty line and a comment do nothing and succeed; but while a lesson is
 * played, an empty line goes on with it, and q leaves it. */
int console_execute(struct console *console, const char *line);

/* Appends a line to the queue; WHERE ("-c", "script.dnn:3"; NULL: nowhere in particular) is named when it fails. */
void console_queue(struct console *console, const char *line, const char *where);

/* Appends the lines of the file PATH. */
int console_queue_file(struct console *console, const char *path, struct err *err);

/* Carries out queued lines until one starts a run or the queue is empty. Returns -1 when a line failed: the rest of
 * the queue is dropped then. */
int console_pump(struct console *console);
bool console_waiting(const struct console *console); /* lines are queued, or a lesson is to go on by itself */
void console_drop_queue(struct console *console);    /* after Ctrl-C; a lesson waits or, without a person, ends */

/* Tells the person how a run that has just ended went (stop reason, figures); the loops call it once a run ends. */
void console_run_ended(struct console *console);

/* Tells what has come to pass by itself since it was told last: a breakpoint that had to be disabled. */
void console_tell(struct console *console);

/* Prints what `display` has been asked to show after every stop. */
void console_displays(struct console *console);

/* Set by the loops, which know the terminal; none at first, and `print EXPRESSION | COMMAND` is refused. */
void console_set_shell(struct console *console, struct console_shell shell);

/* A person types: lessons wait for Enter. Off at first. */
void console_set_person(struct console *console, bool person);
bool console_in_lesson(const struct console *console); /* so an empty line means something */

/* A screen shows the view by itself, so `plot` need not print it. Off at first. */
void console_set_screen(struct console *console, bool screen);

bool console_quitting(const struct console *console); /* after `quit` */

/* The words that could stand at the end of LINE up to CURSOR, one a line, in OUT; START is where the word that they
 * replace begins. Reads the tables: commands, argument specs, layer, loss, optimizer and initializer kinds, names
 * (lookup.h), settings. Sets FILES when file names fit there too. */
void console_complete(const struct console *console, const char *line, int cursor, int *start, bool *files,
                      struct text *out);

/* Key bindings: a key is another way to type a line. Rows: {"F1", "help"}; read by the screen and by `help keys`. */
struct key_binding {
    const char *key, *line, *summary;
};
extern const struct key_binding key_bindings[]; /* ended by a NULL key */

#endif
