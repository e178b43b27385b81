/*
 * signals.c: handlers that set a flag and write a byte to a pipe, so that poll() wakes; the loops do the work.
 *
 * The state is static because a handler has no other place to look. The flags say what came, the pipe only wakes: a
 * full pipe loses nothing. Signals may arrive on any thread of the team; both are safe there.
 */
#include "term/signals.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"

/* A person takes longer between two Ctrl-C. One SIGINT may come as two: timeout(1) sends it to the program, and to the
 * group that the program is of. */
#define ONE_PRESS 100000000LL

struct watched {
    int signal;
    unsigned event;
    bool screen_only;
};
static const struct watched watched[] = {
    {SIGINT, SIGNALS_INTERRUPT, false}, {SIGWINCH, SIGNALS_RESIZE, true}, {SIGTSTP, SIGNALS_STOP, true},
    {SIGCONT, SIGNALS_CONTINUE, true},  {SIGTERM, SIGNALS_LEAVE, true},   {SIGHUP, SIGNALS_LEAVE, true},
    {SIGQUIT, SIGNALS_LEAVE, true},
};
static const int deadly[] = {SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL};
enum { WATCHED = sizeof watched / sizeof *watched, DEADLY = sizeof deadly / sizeof *deadly, SIGNAL_INTERRUPTED = 130 };

static volatile sig_atomic_t pending[WATCHED];
static volatile sig_atomic_t screen_use;
static volatile int64_t interrupted; /* when the last SIGINT came; the handler's own */
static int wake[2] = {-1, -1};
static struct sigaction before[WATCHED], deadly_before[DEADLY];
static void (*volatile at_death)(void);

static void on_signal(int number)
{
    int error = errno;
    int64_t earlier = interrupted;
    if (number == SIGINT)
        interrupted = clock_now();
    for (int i = 0; i < WATCHED; i++) {
        if (watched[i].signal != number)
            continue;
        /* Without a screen there must be a way out of a command that does not look: the second Ctrl-C. */
        if (number == SIGINT && !screen_use && pending[i] && interrupted - earlier > ONE_PRESS)
            _exit(SIGNAL_INTERRUPTED);
        pending[i] = 1;
    }
    ssize_t ignored = write(wake[1], "", 1);
    (void)ignored;
    errno = error;
}

static void restore_once(void)
{
    void (*restore)(void) = at_death;
    at_death = NULL;
    if (restore)
        restore();
}

/* Whoever was there before (the default action, or a sanitizer's report) has its turn once this handler has returned:
 * a fault happens again, at the same place; a signal that was sent is sent again. */
static void on_death(int number, siginfo_t *info, void *context)
{
    (void)context;
    restore_once();
    for (int i = 0; i < DEADLY; i++)
        if (deadly[i] == number)
            sigaction(number, &deadly_before[i], NULL);
    if (info->si_code <= 0)
        raise(number);
}

static int open_pipe(struct err *err)
{
    if (pipe(wake))
        return err_set(err, ERR_FILE, "cannot make a pipe: %s", strerror(errno));
    for (int i = 0; i < 2; i++) {
        fcntl(wake[i], F_SETFL, O_NONBLOCK);
        fcntl(wake[i], F_SETFD, FD_CLOEXEC);
    }
    return 0;
}

int signals_open(enum signals_use use, struct err *err)
{
    if (open_pipe(err))
        return -1;
    screen_use = use == SIGNALS_SCREEN;
    for (int i = 0; i < WATCHED; i++) {
        pending[i] = 0;
        sigaction(watched[i].signal, NULL, &before[i]);
        if (watched[i].screen_only && !screen_use)
            continue;
        struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
        sigemptyset(&action.sa_mask);
        sigaction(watched[i].signal, &action, NULL);
    }
    signal(SIGPIPE, SIG_IGN);
    return 0;
}

void signals_close(void)
{
    if (wake[0] < 0)
        return;
    for (int i = 0; i < WATCHED; i++)
        sigaction(watched[i].signal, &before[i], NULL);
    for (int i = 0; i < 2; i++) {
        close(wake[i]);
        wake[i] = -1;
    }
}

int signals_fd(void)
{
    return wake[0];
}

unsigned signals_take(int *leaving)
{
    char drained[64];
    while (read(wake[0], drained, sizeof drained) > 0)
        ;
    unsigned events = 0;
    for (int i = 0; i < WATCHED; i++) {
        if (!pending[i])
            continue;
        pending[i] = 0;
        events |= watched[i].event;
        if (watched[i].event == SIGNALS_LEAVE && leaving)
            *leaving = watched[i].signal;
    }
    return events;
}

void signals_stop(void)
{
    struct sigaction handler;
    struct sigaction stop = {.sa_handler = SIG_DFL};
    sigemptyset(&stop.sa_mask);
    sigaction(SIGTSTP, &stop, &handler);
    raise(SIGTSTP);
    sigaction(SIGTSTP, &handler, NULL);
}

void signals_at_death(void (*restore)(void))
{
    static bool registered;
    bool installed = at_death;
    at_death = restore;
    for (int i = 0; i < DEADLY && installed != (restore != NULL); i++) {
        struct sigaction action = {.sa_sigaction = on_death, .sa_flags = SA_SIGINFO};
        sigemptyset(&action.sa_mask);
        if (restore)
            sigaction(deadly[i], &action, &deadly_before[i]);
        else
            sigaction(deadly[i], &deadly_before[i], NULL);
    }
    if (!registered)
        atexit(restore_once); /* a library may call exit */
    registered = true;
}
