/*
 * capture.c: standard error on a pipe, into the log: a library's warning must not tear the screen, nor be lost.
 *
 * The state is static because a dying program must find it from a signal handler. Both ends of the pipe are
 * non-blocking: a library that writes more than the pipe holds loses the rest, and cannot hang the program.
 */
#include "term/capture.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static int reading = -1, original = -1;

int capture_open(struct err *err)
{
    int ends[2];
    original = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
    if (original < 0 || pipe(ends)) {
        if (original >= 0)
            close(original);
        original = -1;
        return err_set(err, ERR_FILE, "cannot put standard error on a pipe: %s", strerror(errno));
    }
    for (int i = 0; i < 2; i++) {
        fcntl(ends[i], F_SETFL, O_NONBLOCK);
        fcntl(ends[i], F_SETFD, FD_CLOEXEC);
    }
    reading = ends[0];
    dup2(ends[1], STDERR_FILENO);
    close(ends[1]);
    return 0;
}

int capture_fd(void)
{
    return reading;
}

bool capture_take(struct text *out)
{
    char bytes[4096];
    bool any = false;
    ssize_t n;
    while (reading >= 0 && (n = read(reading, bytes, sizeof bytes)) > 0) {
        text_add_bytes(out, bytes, (size_t)n);
        any = true;
    }
    return any;
}

void capture_restore(void)
{
    if (original < 0)
        return;
    char bytes[512];
    ssize_t n;
    dup2(original, STDERR_FILENO);
    while ((n = read(reading, bytes, sizeof bytes)) > 0 && write(STDERR_FILENO, bytes, (size_t)n) == n)
        ;
}

void capture_close(void)
{
    if (original < 0)
        return;
    capture_restore();
    close(original);
    close(reading);
    original = reading = -1;
}
