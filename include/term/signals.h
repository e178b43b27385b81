/*
 * signals.h: signals turned into something that a loop can poll.
 */
#ifndef TERM_SIGNALS_H
#define TERM_SIGNALS_H

#include "base/err.h"

enum signals_use {
    SIGNALS_PLAIN, /* SIGINT, and SIGPIPE ignored; a second SIGINT before the first was taken ends the program */
    SIGNALS_SCREEN /* also those that resize, stop, continue or end a program on a screen; SIGINT never ends it */
};

enum signals_event {
    SIGNALS_INTERRUPT = 1 << 0, /* Ctrl-C */
    SIGNALS_RESIZE = 1 << 1,
    SIGNALS_STOP = 1 << 2,      /* Ctrl-Z: the program is to restore the terminal and call signals_stop */
    SIGNALS_CONTINUE = 1 << 3,  /* it runs again */
    SIGNALS_LEAVE = 1 << 4,     /* SIGTERM, SIGHUP, SIGQUIT */
};

/* Installs the handlers. To be called before newterm(), which leaves handlers alone that are there. */
int signals_open(enum signals_use use, struct err *err);
void signals_close(void);

int signals_fd(void); /* readable when signals_take has something */

/* What came since the last call, as enum signals_event bits; LEAVING (may be NULL) gets the signal of SIGNALS_LEAVE. */
unsigned signals_take(int *leaving);

/* Stops the process as Ctrl-Z would have; returns when it goes on. */
void signals_stop(void);

/* Has RESTORE called when the program dies of a bug (SIGSEGV, SIGABRT, ...) or exits unforeseen; NULL: no longer. It
 * may only do what a signal handler may. */
void signals_at_death(void (*restore)(void));

#endif
