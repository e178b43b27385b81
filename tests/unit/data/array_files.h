/* array_files.h: a folder of small IDX and .npy files for tests, written byte by byte. */
#ifndef TEST_ARRAY_FILES_H
#define TEST_ARRAY_FILES_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <zlib.h>

#include "data/dataset.h"

#define FOLDER_ROOM 64

static inline int folder_open(void **state)
{
    char *folder = strdup("/tmp/dnntui-test-arrays-XXXXXX");
    *state = folder;
    return folder && mkdtemp(folder) ? 0 : -1;
}

static inline int folder_close(void **state)
{
    char command[FOLDER_ROOM + 16];
    snprintf(command, sizeof command, "rm -r %s", (char *)*state);
    free(*state);
    return system(command);
}

/* Writes N bytes after HEADER to NAME in the folder, packed if the name ends in .gz. */
static inline void write_file(const char *folder, const char *name, const void *header, size_t length,
                              const void *bytes, size_t n)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    gzFile file = gzopen(path, strstr(name, ".gz") ? "wb" : "wbT");
    assert_non_null(file);
    assert_int_equal(gzwrite(file, header, (unsigned)length), length);
    assert_int_equal(gzwrite(file, bytes, (unsigned)n), n);
    assert_int_equal(gzclose(file), Z_OK);
}

/* An IDX file of bytes; DIM is [RANK]. */
static inline void write_idx(const char *folder, const char *name, int rank, const int dim[], const uint8_t *bytes)
{
    unsigned char header[64] = {0, 0, 8, (unsigned char)rank};
    size_t count = 1;
    for (int i = 0; i < rank; i++) {
        for (int k = 0; k < 4; k++)
            header[4 + 4 * i + k] = (unsigned char)(dim[i] >> 8 * (3 - k));
        count *= (size_t)dim[i];
    }
    write_file(folder, name, header, 4 + 4 * (size_t)rank, bytes, count);
}

/* A .npy file of COUNT values of SIZE bytes; TYPE and SHAPE as in its header: "<f4", "(3, 4)". */
static inline void write_npy(const char *folder, const char *name, const char *type, const char *shape,
                             const void *values, size_t count, size_t size)
{
    char header[256];
    int n = snprintf(header + 10, sizeof header - 10, "{'descr': '%s', 'fortran_order': False, 'shape': %s, }\n", type,
                     shape);
    memcpy(header, "\x93NUMPY\1\0", 8);
    header[8] = (char)n;
    header[9] = 0;
    write_file(folder, name, header, 10 + (size_t)n, values, count * size);
}

static inline struct dataset *open_array(const char *folder, const char *name, const char *shape, struct err *err)
{
    struct data_origin origin = data_origin_default();
    snprintf(origin.source, sizeof origin.source, "%s/%s", folder, name);
    snprintf(origin.shape, sizeof origin.shape, "%s", shape);
    return dataset_open(&origin, err);
}

static inline struct dataset *must_open_array(const char *folder, const char *name, const char *shape)
{
    struct err err;
    struct dataset *dataset = open_array(folder, name, shape, &err);
    if (!dataset)
        fail_msg("%s refused: %s", name, err.message);
    return dataset;
}

static inline void must_refuse_array(const char *folder, const char *name, const char *shape, const char *part)
{
    struct err err;
    struct dataset *dataset = open_array(folder, name, shape, &err);
    if (dataset)
        fail_msg("%s: not refused; expected \"%s\"", name, part);
    if (!strstr(err.message, part))
        fail_msg("%s refused with \"%s\"; expected \"%s\"", name, err.message, part);
}

#endif
