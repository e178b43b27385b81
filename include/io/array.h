/*
 * array.h: an array of numbers in a file: IDX (idx.c) or NumPy's .npy (npy.c), plain or gzip.
 *
 * Opening reads and checks the header: type and every dimension, their product against the bytes that the file can
 * hold. Only then does the caller take memory and read, in C order (the last dimension runs fastest) whatever the order
 * in the file. Nothing may follow the array.
 */
#ifndef IO_ARRAY_H
#define IO_ARRAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/text.h"

#define ARRAY_RANK 8

enum array_type {
    ARRAY_BOOL,
    ARRAY_U1,
    ARRAY_I1,
    ARRAY_U2,
    ARRAY_I2,
    ARRAY_U4,
    ARRAY_I4,
    ARRAY_U8,
    ARRAY_I8,
    ARRAY_F4,
    ARRAY_F8,
};

struct byte_stream;

struct array {
    enum array_type type;
    int rank;               /* 1 to ARRAY_RANK */
    size_t dim[ARRAY_RANK]; /* each at least 1 */
    size_t count;           /* their product */
    bool big_endian;        /* in the file */
    bool fortran;           /* in the file the first dimension runs fastest */
    struct byte_stream *stream;
};

/* Whether PATH begins as a file that array_open reads: the magic of IDX, of .npy or of gzip. False for what cannot be
 * read. */
bool array_begins(const char *path);

/* Opens PATH and reads its header. On failure ARRAY is empty: ERR_FILE for what cannot be opened or read, ERR_DATA for
 * what it holds. */
int array_open(struct array *array, const char *path, struct err *err);

/* The same from memory, which must stay until array_close. NAME stands for the file in messages. */
int array_open_bytes(struct array *array, const char *name, const void *bytes, size_t n, struct err *err);
void array_close(struct array *array);

/* Whether its values are bytes: ARRAY_U1, or ARRAY_BOOL (0 and 1). */
bool array_is_bytes(const struct array *array);

/* Reads all values to TO [count], once, as they are or as the nearest floats. A finite number that is beyond float is
 * refused; NaN and infinities of the file are kept. */
int array_read_bytes(struct array *array, uint8_t *to, struct err *err);
int array_read_numbers(struct array *array, float *to, struct err *err);

/* XXH3 of the file, unpacked, as far as it was read. */
uint64_t array_hash(const struct array *array);

/* Adds to OUT what a .npy file (version 1) of floats of this machine's byte order begins with; the values, row-major,
 * follow it. */
void npy_print_header(int rank, const int dim[], struct text *out);

/* Adds "60000x28x28" to OUT. */
void array_print_shape(const struct array *array, struct text *out);

#endif
