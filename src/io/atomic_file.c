/* atomic_file.c: temporary file, fsync, rename, fsync of the folder. It knows nothing of what it writes. */
#include "io/atomic_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"

struct atomic_file {
    int fd;
    char *target;    /* what will be there: PATH, or where its symbolic links lead */
    char *temporary; /* beside the target */
};

static int refuse(struct err *err, const char *path, const char *what)
{
    return err_set(err, ERR_FILE, "%s: %s: %s", path, what, strerror(errno));
}

static void release(struct atomic_file *file)
{
    if (file->fd >= 0)
        close(file->fd);
    free(file->target);
    free(file->temporary);
    free(file);
}

/* Where PATH leads, so that a symbolic link is kept and what it points at is replaced. A link that points at nothing
 * is an error, not a file to be made in a place that nobody named. NULL: errno says why. */
static char *resolve(const char *path)
{
    struct stat status;
    if (lstat(path, &status) == 0 && S_ISLNK(status.st_mode))
        return realpath(path, NULL);
    return strdup(path);
}

/* The mode that the new file gets: that of the old one, else what a plain open would give. */
static mode_t mode_for(const char *target)
{
    struct stat status;
    if (stat(target, &status) == 0)
        return status.st_mode & 0777;
    mode_t mask = umask(0);
    umask(mask);
    return 0666 & ~mask;
}

/* A folder, a device or a pipe cannot be replaced by a file, whatever rename says. */
static int check_target(const char *path, const char *target, struct err *err)
{
    struct stat status;
    if (stat(target, &status) == 0 && !S_ISREG(status.st_mode))
        return err_set(err, ERR_FILE, "%s: is %s, not a file", path,
                       S_ISDIR(status.st_mode) ? "a folder" : "a device or a pipe");
    return 0;
}

static char *temporary_name(const char *target)
{
    struct text name = {0};
    text_add(&name, "%s.XXXXXX", target);
    return name.data;
}

struct atomic_file *atomic_file_open(const char *path, struct err *err)
{
    struct atomic_file *file = calloc(1, sizeof *file);
    if (!file) {
        err_set(err, ERR_MEMORY, "%s: no memory to write it", path);
        return NULL;
    }
    file->fd = -1;
    file->target = resolve(path);
    if (!file->target) {
        refuse(err, path, "cannot be written");
        release(file);
        return NULL;
    }
    if (check_target(path, file->target, err)) {
        release(file);
        return NULL;
    }
    file->temporary = temporary_name(file->target);
    file->fd = mkostemp(file->temporary, O_CLOEXEC);
    if (file->fd < 0) {
        refuse(err, path, "cannot be written");
        release(file);
        return NULL;
    }
    if (fchmod(file->fd, mode_for(file->target))) {
        refuse(err, path, "cannot be given its mode");
        atomic_file_cancel(file);
        return NULL;
    }
    return file;
}

int atomic_file_write(struct atomic_file *file, const void *bytes, size_t n, struct err *err)
{
    const char *next = bytes;
    while (n > 0) {
        ssize_t written = write(file->fd, next, n);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return refuse(err, file->target, "cannot be written");
        next += written;
        n -= (size_t)written;
    }
    return 0;
}

/* The rename is lasting only when the folder is on disk too. Some file systems cannot do that for a folder (EINVAL);
 * the file is there nevertheless. */
static int sync_folder(const char *target, struct err *err)
{
    const char *slash = strrchr(target, '/');
    char *folder = !slash ? strdup(".") : strndup(target, slash == target ? 1 : (size_t)(slash - target));
    if (!folder)
        return err_set(err, ERR_MEMORY, "%s: no memory to write it", target);
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int status = 0;
    /* A folder that may be written but not read is legal, and cannot be opened for this. */
    if (fd < 0 ? errno != EACCES : fsync(fd) && errno != EINVAL)
        status = refuse(err, folder, "cannot be written to disk");
    if (fd >= 0)
        close(fd);
    free(folder);
    return status;
}

int atomic_file_commit(struct atomic_file *file, struct err *err)
{
    int fd = file->fd;
    if (fsync(fd)) {
        refuse(err, file->target, "cannot be written to disk");
        atomic_file_cancel(file);
        return -1;
    }
    file->fd = -1;
    if (close(fd) || rename(file->temporary, file->target)) {
        refuse(err, file->target, "cannot be written");
        atomic_file_cancel(file);
        return -1;
    }
    int status = sync_folder(file->target, err);
    release(file);
    return status;
}

void atomic_file_cancel(struct atomic_file *file)
{
    if (!file)
        return;
    unlink(file->temporary);
    release(file);
}
