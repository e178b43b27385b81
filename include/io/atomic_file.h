/*
 * atomic_file.h: a file that is there whole or not at all.
 *
 * Written to a temporary file beside the target, fsync, rename over it, fsync of the folder. A crash at any moment
 * leaves the old file or the new one.
 */
#ifndef IO_ATOMIC_FILE_H
#define IO_ATOMIC_FILE_H

#include <stddef.h>

#include "base/err.h"

struct atomic_file; /* opaque */

/* Begins a file that will be PATH. It gets the mode of the file that is there, or that of the umask. Of a symbolic link
 * the file that it leads to is replaced, and the link stays; one that leads nowhere, a folder, a device and a pipe are
 * refused. */
struct atomic_file *atomic_file_open(const char *path, struct err *err);
int atomic_file_write(struct atomic_file *file, const void *bytes, size_t n, struct err *err);

/* Makes it so. The handle is gone either way; on failure PATH is as it was, unless the message is about its folder:
 * then the new file is there, but a crash of the machine might still undo it. */
int atomic_file_commit(struct atomic_file *file, struct err *err);

/* Gives it up: PATH is as it was. NULL is allowed. */
void atomic_file_cancel(struct atomic_file *file);

#endif
