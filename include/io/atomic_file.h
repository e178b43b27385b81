/*
 * atomic_file.h: a file that is there whole or not at all.
 *
 * Written to a temporary file beside the target, fsync, rename over it, fsync of the folder. A crash at any moment
 * leaves the old file or the new one.
 */
#ifndef IO_ATOMIC_FILE_H
#define IO_ATOMIC_FILE_H

#include <stddef.h>
#include <stdio.h>

#include "base/err.h"

struct atomic_file; /* opaque */

/* Begins a file that will be PATH. */
struct atomic_file *atomic_file_open(const char *path, struct err *err);
int atomic_file_write(struct atomic_file *file, const void *bytes, size_t n, struct err *err);

/* Makes it so. The handle is gone either way; on failure PATH is as it was. */
int atomic_file_commit(struct atomic_file *file, struct err *err);

/* Gives it up: PATH is as it was. NULL is allowed. */
void atomic_file_cancel(struct atomic_file *file);

#endif
