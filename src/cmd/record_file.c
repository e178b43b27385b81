/*
 * record_file.c: the folder of recorded sessions: a file for each, named by when it began and by its process. One that
 * is locked belongs to a process that lives; one that is not, and does not say that it ended, was cut short.
 */
#include "record_file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "dnn/layer.h"

#define SUFFIX ".dnn"
#define LOST_IS_NEWS 86400 /* seconds */
enum { SESSIONS_MAX = 100, TAIL = 4096 };

/* --- one file */

bool record_file_is_open(const struct record_file *file)
{
    return file->file >= 0;
}

void record_file_close(struct record_file *file)
{
    if (file->file >= 0)
        close(file->file);
    file->file = -1;
}

int record_file_write(struct record_file *file, const struct text *lines, struct err *err)
{
    size_t left = lines->length - file->written;
    ssize_t done;
    if (left == 0)
        return 0;
    do
        done = write(file->file, lines->data + file->written, left);
    while (done < 0 && errno == EINTR);
    if (done == (ssize_t)left) {
        file->written = lines->length;
        return 0;
    }
    err_set(err, ERR_FILE, "%s: %s", file->path, strerror(done < 0 ? errno : ENOSPC));
    if (ftruncate(file->file, (off_t)file->written))
        file->written = 0; /* a line that is cut short ends it: readers leave that out */
    record_file_close(file);
    return -1;
}

static int open_at(struct record_file *file, const char *path, int flags, struct err *err)
{
    *file = (struct record_file){.file = -1};
    if (strlen(path) >= sizeof file->path)
        return err_set(err, ERR_FILE, "%.100s...: the path is too long", path);
    strcpy(file->path, path);
    file->file = open(path, flags | O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0600);
    return file->file < 0 ? err_set(err, ERR_FILE, "%s: %s", path, strerror(errno)) : 0;
}

/* Nothing that a person wrote is to be lost by a slip. */
static bool may_be_replaced(int file)
{
    char begin[sizeof RECORD_HEAD - 1];
    struct stat what;
    if (fstat(file, &what) || !S_ISREG(what.st_mode))
        return false;
    return what.st_size == 0 || (pread(file, begin, sizeof begin, 0) == (ssize_t)sizeof begin &&
                                 memcmp(begin, RECORD_HEAD, sizeof begin) == 0);
}

int record_file_open_named(struct record_file *file, const char *path, struct err *err)
{
    if (open_at(file, path, 0, err))
        return -1;
    if (!may_be_replaced(file->file))
        err_set(err, ERR_FILE, "%s: is there already and holds no record; legal: a new file, or another record", path);
    else if (flock(file->file, LOCK_EX | LOCK_NB))
        err_set(err, ERR_FILE, "%s: another session is recorded to it", path);
    else if (ftruncate(file->file, 0))
        err_set(err, ERR_FILE, "%s: %s", path, strerror(errno));
    else
        return 0;
    record_file_close(file);
    return -1;
}

/* --- the folder */

static int is_session(const struct dirent *entry)
{
    size_t length = strlen(entry->d_name), suffix = strlen(SUFFIX);
    return length > suffix && entry->d_name[0] != '.' && strcmp(entry->d_name + length - suffix, SUFFIX) == 0;
}

/* Opens and locks the session NAME of DIRECTORY; -1 when it is locked, or no file. Its path is written to PATH. */
static int lock_session(const char *directory, const char *name, char *path, size_t room)
{
    struct stat what;
    if (snprintf(path, room, "%s/%s", directory, name) >= (int)room)
        return -1;
    int file = open(path, O_RDWR | O_APPEND | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (file >= 0 && (flock(file, LOCK_EX | LOCK_NB) || fstat(file, &what) || !S_ISREG(what.st_mode))) {
        close(file);
        return -1;
    }
    return file;
}

/* Leaves room for one more: of the sessions nobody has locked, the oldest go. */
static void make_room(const char *directory)
{
    struct dirent **entry;
    int count = scandir(directory, &entry, is_session, alphasort), left = count;
    char path[4096];
    for (int i = 0; i < count; i++) {
        int file = left >= SESSIONS_MAX ? lock_session(directory, entry[i]->d_name, path, sizeof path) : -1;
        if (file >= 0) {
            left -= unlink(path) == 0;
            close(file);
        }
        free(entry[i]);
    }
    if (count >= 0)
        free(entry);
}

int record_file_open_own(struct record_file *file, const struct record_place *place, struct err *err)
{
    char path[4096], date[32];
    time_t now = time(NULL);
    struct tm utc;
    gmtime_r(&now, &utc);
    strftime(date, sizeof date, "%Y%m%d-%H%M%S", &utc);
    *file = (struct record_file){.file = -1};
    if (snprintf(path, sizeof path, "%s/%s-%ld" SUFFIX, place->directory, date, (long)getpid()) >= (int)sizeof path)
        return err_set(err, ERR_FILE, "%.100s...: the path is too long", place->directory);
    if (!place->make(path))
        return err_set(err, ERR_FILE, "%s: %s", place->directory, strerror(errno));
    make_room(place->directory);
    if (open_at(file, path, O_EXCL, err))
        return -1;
    if (flock(file->file, LOCK_EX | LOCK_NB) == 0)
        return 0;
    record_file_close(file);
    return err_set(err, ERR_FILE, "%s: it cannot be locked", path);
}

/* --- sessions that were cut short */

/* Whether the last whole line of FILE says that the session ended, or there is no line at all. */
static bool has_ended(int file, off_t size)
{
    char tail[TAIL + 1];
    off_t from = size > TAIL ? size - TAIL : 0;
    ssize_t n = pread(file, tail, TAIL, from);
    while (n > 0 && tail[n - 1] != '\n')
        n--;
    if (n <= 0)
        return true;
    tail[n - 1] = '\0';
    const char *last = strrchr(tail, '\n');
    last = last ? last + 1 : tail;
    return strncmp(last, RECORD_ENDED, strlen(RECORD_ENDED)) == 0;
}

static int read_threads(const char *path)
{
    FILE *file = fopen(path, "r");
    char line[256];
    int threads = 0;
    for (int i = 0; file && i < 10 && threads == 0 && fgets(line, sizeof line, file); i++)
        if (!record_says_threads(line, &threads))
            threads = 0;
    if (file)
        fclose(file);
    return threads <= LAYER_THREADS ? threads : 0;
}

static bool is_newer(const struct timespec *a, const struct timespec *b)
{
    return a->tv_sec > b->tv_sec || (a->tv_sec == b->tv_sec && a->tv_nsec >= b->tv_nsec);
}

int record_find_lost(const char *directory, struct lost_session *lost, struct err *err)
{
    struct dirent **entry;
    struct timespec newest = {0};
    int count = scandir(directory, &entry, is_session, alphasort);
    char path[sizeof lost->path];
    *lost = (struct lost_session){.file = -1};
    for (int i = 0; i < count; i++) {
        struct stat what;
        int file = lock_session(directory, entry[i]->d_name, path, sizeof path);
        free(entry[i]);
        if (file < 0)
            continue;
        if (fstat(file, &what) || has_ended(file, what.st_size) || !is_newer(&what.st_mtim, &newest)) {
            close(file);
            continue;
        }
        record_leave_lost(lost, false);
        newest = what.st_mtim;
        lost->file = file;
        strcpy(lost->path, path);
    }
    if (count >= 0)
        free(entry);
    if (lost->file < 0)
        return err_set(err, ERR_STATE, "there is nothing to recover: no session in %s was cut short", directory);
    lost->threads = read_threads(lost->path);
    return 0;
}

void record_tell_lost(const char *directory, struct text *out)
{
    struct lost_session lost;
    struct err err;
    struct stat what;
    struct tm date;
    char when[32];
    if (!directory || record_find_lost(directory, &lost, &err))
        return;
    bool known = fstat(lost.file, &what) == 0 && gmtime_r(&what.st_mtime, &date);
    record_leave_lost(&lost, false);
    if (!known || time(NULL) - what.st_mtime > LOST_IS_NEWS)
        return;
    strftime(when, sizeof when, "%Y-%m-%d %H:%M UTC", &date);
    text_add(out, "a session was cut short at %s: `recover` brings it back\n", when);
}

/* The length of FILE without a last line that is not whole. */
static off_t whole_lines(int file, off_t size)
{
    char tail[TAIL];
    off_t from = size > TAIL ? size - TAIL : 0;
    ssize_t n = pread(file, tail, TAIL, from);
    while (n > 0 && tail[n - 1] != '\n')
        n--;
    return n > 0 ? from + n : size;
}

void record_leave_lost(struct lost_session *lost, bool back)
{
    static const char line[] = RECORD_ENDED ": it was recovered\n";
    struct stat what;
    if (lost->file < 0)
        return;
    /* Where the disk is full it will be offered again. */
    if (back && fstat(lost->file, &what) == 0 && ftruncate(lost->file, whole_lines(lost->file, what.st_size)) == 0 &&
        write(lost->file, line, strlen(line)) < 0)
        errno = 0;
    close(lost->file);
    lost->file = -1;
}

/* --- remarks */

bool record_is_head(const char *line)
{
    return strncmp(line, RECORD_HEAD, strlen(RECORD_HEAD)) == 0;
}

bool record_says_threads(const char *line, int *threads)
{
    return strncmp(line, RECORD_THREADS, strlen(RECORD_THREADS)) == 0 &&
           sscanf(line + strlen(RECORD_THREADS), "%d", threads) == 1 && *threads > 0;
}

bool record_says_content(const char *line, uint64_t *content)
{
    const char *remark = strstr(line, "  " RECORD_CONTENT);
    for (const char *next; remark && (next = strstr(remark + 1, "  " RECORD_CONTENT));)
        remark = next;
    return remark && sscanf(remark + 2 + strlen(RECORD_CONTENT), "%" SCNx64, content) == 1;
}
