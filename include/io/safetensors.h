/*
 * safetensors.h: named tensors and a table of strings in one file (the safetensors format: 8 bytes of header length,
 * little-endian, a JSON header, then the data; https://huggingface.co/docs/safetensors).
 *
 * Reading trusts nothing: lengths, offsets, overlaps, types and names are checked before they are used, against the
 * size of the file.
 */
#ifndef IO_SAFETENSORS_H
#define IO_SAFETENSORS_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define SAFETENSORS_RANK 8

struct safetensor {
    char *name;
    int rank;
    uint64_t dim[SAFETENSORS_RANK];
    float *data;  /* when writing: borrowed; when read: inside the file's block */
    size_t count;
};

/* A tensor of numbers that are no 32-bit floats: listed, not kept. */
struct safetensors_unread {
    char *name;
    const char *dtype; /* "I64" */
};

struct safetensors {
    struct safetensor *tensor;
    int tensors;
    struct safetensors_unread *unread; /* only after reading */
    int unreads;
    char **key, **value; /* __metadata__ */
    int pairs;
    void *block;         /* owns the data of a file that was read */
};

/* Building one to write; zero it to start. Names and strings are copied, data is borrowed until the file is written. A
 * name that is there already is refused by add and given a new value by set. All must be UTF-8. */
int safetensors_add(struct safetensors *file, const char *name, int rank, const uint64_t dim[], float *data,
                    struct err *err);
int safetensors_set(struct safetensors *file, const char *key, const char *value, struct err *err);

/* Writes all of it to PATH, whole or not at all (atomic_file.h), tensors in the order they were added. */
int safetensors_write(const struct safetensors *file, const char *path, struct err *err);

/* Reads PATH, tensors in the order of their data. Only F32 is kept; a tensor of another type of the format, of whole
 * bytes to an element, is checked as they are and listed in `unread`; one of an unknown type is refused by name. On
 * failure FILE is empty. */
int safetensors_read(struct safetensors *file, const char *path, struct err *err);
void safetensors_close(struct safetensors *file);

const struct safetensor *safetensors_find(const struct safetensors *file, const char *name); /* or NULL */
const char *safetensors_get(const struct safetensors *file, const char *key);                /* or NULL */

#endif
