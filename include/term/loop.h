/*
 * loop.h: the two ways to run a console: on a screen (loop.c), and without one (plain.c).
 *
 * Each begins with an outlet, because the console that is run needs one when it is made. Both return the exit status of
 * the program.
 */
#ifndef TERM_LOOP_H
#define TERM_LOOP_H

#include <stdbool.h>

#include "cmd/console.h"
#include "term/screen.h"

/* What the program's exit status says. */
enum exit_status {
    EXIT_OK = 0,
    EXIT_COMMAND = 1,     /* a command failed */
    EXIT_USAGE = 2,       /* the options are wrong */
    EXIT_DATA = 3,        /* the data were refused */
    EXIT_NONFINITE = 4,   /* a loss or gradient was not finite, with --fail-on-nan */
    EXIT_INTERRUPTED = 130
};

struct term_options {
    enum colour_mode colour;
    bool ascii;       /* draw with ASCII characters */
    bool fail_on_nan; /* without a screen: end with EXIT_NONFINITE as soon as it happens; on one: when leaving */
    bool read_stdin;  /* without a screen: commands come from standard input, after those that are queued */
    bool wait;        /* and where there are none, nothing is done */
};

/* Without a screen: answers go to stdout, the rest to stderr. */
struct plain;
struct plain *plain_open(struct err *err);
void plain_close(struct plain *plain);
struct outlet plain_outlet(struct plain *plain);

/* Carries out what is queued, then the lines of standard input; with nothing of either, trains for a while and shows
 * how it went. The first command that fails ends it, unless a person types. */
int plain_run(struct plain *plain, struct console *console, const struct term_options *options);

/* On a screen: all text goes to a log, which can be written before the screen is up. */
struct loop;
struct loop *loop_open(struct err *err);
void loop_close(struct loop *loop);
struct outlet loop_outlet(struct loop *loop);

/* Takes the terminal over until the person leaves. Fails, returning -1, only before that. */
int loop_run(struct loop *loop, struct console *console, const struct term_options *options, struct err *err);

#endif
