/*
 * shell.c: text into a command of the shell.
 *
 * The text goes through a file without a name, not through a pipe: a pager that is stopped, or reads no further, must
 * not leave the program waiting in a write.
 */
#include "term/shell.h"

#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static FILE *fill(const struct text *text, struct err *err)
{
    FILE *file = tmpfile();
    if (file && fwrite(text->data, 1, text->length, file) == text->length && fflush(file) == 0 &&
        lseek(fileno(file), 0, SEEK_SET) == 0)
        return file;
    err_set(err, ERR_FILE, "a temporary file: %s", strerror(errno));
    if (file)
        fclose(file);
    return NULL;
}

/* Signals that the program ignores are the command's again; returns the process, or -1. */
static pid_t start(FILE *input, const char *command, struct err *err)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t defaults;
    char *const words[] = {"sh", "-c", (char *)command, NULL};
    pid_t process;
    sigemptyset(&defaults);
    sigaddset(&defaults, SIGPIPE);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, fileno(input), STDIN_FILENO);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setsigdefault(&attributes, &defaults);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
    int error = posix_spawn(&process, "/bin/sh", &actions, &attributes, words, environ);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    if (error == 0)
        return process;
    err_set(err, ERR_FILE, "/bin/sh: %s", strerror(error));
    return -1;
}

static int wait_for(pid_t process, const char *command, struct err *err)
{
    int status;
    for (;;) {
        pid_t ended = waitpid(process, &status, WUNTRACED);
        if (ended < 0 && errno != EINTR)
            return err_set(err, ERR_STATE, "'%s': %s", command, strerror(errno));
        if (ended == process && !WIFSTOPPED(status))
            break;
        if (ended == process)
            raise(SIGSTOP); /* the person's shell continues both */
    }
    if (WIFSIGNALED(status))
        return err_set(err, WTERMSIG(status) == SIGINT ? ERR_INTERRUPT : ERR_STATE, "'%s' was ended by signal %d",
                       command, WTERMSIG(status));
    return WEXITSTATUS(status) == 0 ? 0 : err_set(err, ERR_STATE, "'%s' ended with status %d", command,
                                                  WEXITSTATUS(status));
}

int shell_run(const struct text *text, const char *command, struct err *err)
{
    FILE *input = fill(text, err);
    pid_t process = input ? start(input, command, err) : -1;
    int status = process < 0 ? -1 : wait_for(process, command, err);
    if (input)
        fclose(input);
    return status;
}
