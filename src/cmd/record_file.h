/* record_file.h: the files that a record goes to, and how its remarks are spelt. */
#ifndef CMD_RECORD_FILE_H
#define CMD_RECORD_FILE_H

#include "cmd/record.h"

#define RECORD_HEAD    "# dnntui record"
#define RECORD_THREADS "# threads "
#define RECORD_CONTENT "# content "
#define RECORD_ENDED   "# ended"

struct record_file {
    int file; /* -1: none */
    char path[4096];
    size_t written; /* of the record's lines */
};

bool record_file_is_open(const struct record_file *file);

/* A new file in PLACE, locked while this process lives; the oldest that nobody has locked give way to it. */
int record_file_open_own(struct record_file *file, const struct record_place *place, struct err *err);
/* PATH: a new file, or one that holds a record, which is replaced. */
int record_file_open_named(struct record_file *file, const char *path, struct err *err);

/* Writes what LINES holds beyond what is written, at once. On failure the file ends where it did, and is closed. */
int record_file_write(struct record_file *file, const struct text *lines, struct err *err);
void record_file_close(struct record_file *file);

/* Says that there is a session in DIRECTORY (NULL: nowhere) to recover, when it was cut short within a day. */
void record_tell_lost(const char *directory, struct text *out);

#endif
