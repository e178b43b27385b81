/*
 * array.c: which kind of array a file holds, its dimensions checked, its values turned into floats on their way.
 */
#include "io/array.h"

#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "array_header.h"

#define CHUNK_VALUES 8192
#define VALUE_SIZE_MAX 8

static const unsigned char value_size[] = {
    [ARRAY_BOOL] = 1, [ARRAY_U1] = 1, [ARRAY_I1] = 1, [ARRAY_U2] = 2, [ARRAY_I2] = 2, [ARRAY_U4] = 4,
    [ARRAY_I4] = 4,   [ARRAY_U8] = 8, [ARRAY_I8] = 8, [ARRAY_F4] = 4, [ARRAY_F8] = 8,
};

bool array_begins(const char *path)
{
    uint8_t first[4] = {0};
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    ssize_t got = file < 0 ? -1 : pread(file, first, sizeof first, 0); /* which a pipe refuses */
    if (file >= 0)
        close(file);
    return got == sizeof first && (idx_begins(first) || npy_begins(first) || (first[0] == 0x1F && first[1] == 0x8B));
}

void array_print_shape(const struct array *array, struct text *out)
{
    for (int i = 0; i < array->rank; i++)
        text_add(out, i ? "x%zu" : "%zu", array->dim[i]);
}

static int refuse_shape(const struct array *array, const char *what, struct err *err)
{
    struct text shape = {0};
    array_print_shape(array, &shape);
    err_set(err, ERR_DATA, "%.250s: its header promises an array of %s; %s", byte_stream_name(array->stream),
            array->rank ? shape.data : "no dimensions", what);
    text_free(&shape);
    return -1;
}

/* The dimensions against the bytes that can come; nothing was taken by their word so far. */
static int check_shape(struct array *array, struct err *err)
{
    char what[160];
    bool exact;
    uint64_t left = byte_stream_left(array->stream, &exact), size = value_size[array->type];
    array->count = 1;
    if (array->rank == 0)
        return refuse_shape(array, "expected at least one", err);
    for (int i = 0; i < array->rank; i++)
        if (array->dim[i] == 0)
            return refuse_shape(array, "expected no dimension of 0", err);
    for (int i = 0; i < array->rank; i++)
        if (__builtin_mul_overflow(array->count, array->dim[i], &array->count) || array->count > left / size) {
            snprintf(what, sizeof what, "the file can hold %s of %llu bytes each%s",
                     text_count((double)(left / size)).s, (unsigned long long)size, exact ? "" : " at most");
            return refuse_shape(array, what, err);
        }
    if (exact && array->count * size != left) {
        snprintf(what, sizeof what, "%llu bytes would follow it", (unsigned long long)(left - array->count * size));
        return refuse_shape(array, what, err);
    }
    return 0;
}

static int read_header(struct array *array, struct err *err)
{
    uint8_t first[4];
    if (byte_stream_read(array->stream, first, sizeof first, err) != 0)
        return -1;
    if (idx_begins(first))
        return idx_read_header(array, first, err);
    if (npy_begins(first))
        return npy_read_header(array, first, err);
    return err_set(err, ERR_DATA, "%.300s: begins with the bytes %02X %02X %02X %02X; expected an IDX or a .npy file",
                   byte_stream_name(array->stream), first[0], first[1], first[2], first[3]);
}

static int open_stream(struct array *array, struct byte_stream *stream, struct err *err)
{
    *array = (struct array){.stream = stream};
    if (!stream)
        return -1;
    if (read_header(array, err) == 0 && check_shape(array, err) == 0)
        return 0;
    array_close(array);
    return -1;
}

int array_open(struct array *array, const char *path, struct err *err)
{
    return open_stream(array, byte_stream_open(path, err), err);
}

int array_open_bytes(struct array *array, const char *name, const void *bytes, size_t n, struct err *err)
{
    return open_stream(array, byte_stream_open_bytes(name, bytes, n, err), err);
}

void array_close(struct array *array)
{
    byte_stream_close(array->stream);
    *array = (struct array){0};
}

bool array_is_bytes(const struct array *array)
{
    return array->type == ARRAY_U1 || array->type == ARRAY_BOOL;
}

uint64_t array_hash(const struct array *array)
{
    return byte_stream_hash(array->stream);
}

/* --- one chunk of values */

static void make_native(uint8_t *raw, size_t n, size_t size)
{
    for (size_t i = 0; i < n; i++)
        for (size_t a = i * size, b = a + size - 1; a < b; a++, b--) {
            uint8_t byte = raw[a];
            raw[a] = raw[b];
            raw[b] = byte;
        }
}

#define CONVERT(type)                           \
    for (size_t i = 0; i < n; i++) {            \
        type value;                             \
        memcpy(&value, raw + i * sizeof value, sizeof value); \
        to[i] = (float)value;                   \
    }                                           \
    break

/* N values in the byte order of this machine to floats. Returns N, or the index of a finite one beyond float. */
static size_t convert(enum array_type type, const uint8_t *raw, size_t n, float *to)
{
    switch (type) {
    case ARRAY_BOOL:
    case ARRAY_U1:
        CONVERT(uint8_t);
    case ARRAY_I1:
        CONVERT(int8_t);
    case ARRAY_U2:
        CONVERT(uint16_t);
    case ARRAY_I2:
        CONVERT(int16_t);
    case ARRAY_U4:
        CONVERT(uint32_t);
    case ARRAY_I4:
        CONVERT(int32_t);
    case ARRAY_U8:
        CONVERT(uint64_t);
    case ARRAY_I8:
        CONVERT(int64_t);
    case ARRAY_F4:
        CONVERT(float);
    case ARRAY_F8:
        for (size_t i = 0; i < n; i++) {
            double value;
            memcpy(&value, raw + i * sizeof value, sizeof value);
            if (isfinite(value) && (value > (double)__FLT_MAX__ || value < -(double)__FLT_MAX__))
                return i;
            to[i] = (float)value;
        }
    }
    return n;
}
#undef CONVERT

/* --- placing: where value after value of the file stands in C order */

struct place {
    size_t index[ARRAY_RANK], stride[ARRAY_RANK];
    size_t at;
};

static struct place place_first(const struct array *array)
{
    struct place place = {.at = 0};
    size_t stride = 1;
    for (int i = array->rank - 1; i >= 0; i--) {
        place.stride[i] = stride;
        stride *= array->dim[i];
    }
    return place;
}

/* On to the next value of an array in Fortran order: its first index runs fastest. */
static void place_next(struct place *place, const struct array *array)
{
    for (int i = 0; i < array->rank; i++) {
        place->at += place->stride[i];
        if (++place->index[i] < array->dim[i])
            return;
        place->at -= array->dim[i] * place->stride[i];
        place->index[i] = 0;
    }
}

int array_read_bytes(struct array *array, uint8_t *to, struct err *err)
{
    uint8_t chunk[CHUNK_VALUES];
    struct place place = place_first(array);
    bool in_place = !array->fortran || array->rank == 1;
    if (in_place && byte_stream_read(array->stream, to, array->count, err) != 0)
        return -1;
    for (size_t done = 0, n; !in_place && done < array->count; done += n) {
        n = array->count - done < CHUNK_VALUES ? array->count - done : CHUNK_VALUES;
        if (byte_stream_read(array->stream, chunk, n, err) != 0)
            return -1;
        for (size_t i = 0; i < n; i++, place_next(&place, array))
            to[place.at] = chunk[i];
    }
    for (size_t i = 0; array->type == ARRAY_BOOL && i < array->count; i++)
        to[i] = to[i] != 0;
    return byte_stream_end(array->stream, err);
}

int array_read_numbers(struct array *array, float *to, struct err *err)
{
    uint8_t raw[CHUNK_VALUES * VALUE_SIZE_MAX];
    float chunk[CHUNK_VALUES];
    size_t size = value_size[array->type];
    struct place place = place_first(array);
    bool in_place = !array->fortran || array->rank == 1;
    bool swap = size > 1 && array->big_endian == (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__);
    for (size_t done = 0, n; done < array->count; done += n) {
        n = array->count - done < CHUNK_VALUES ? array->count - done : CHUNK_VALUES;
        if (byte_stream_read(array->stream, raw, n * size, err) != 0)
            return -1;
        if (swap)
            make_native(raw, n, size);
        size_t good = convert(array->type, raw, n, in_place ? to + done : chunk);
        if (good < n)
            return err_set(err, ERR_DATA, "%.300s: value %zu is beyond the range of a 32-bit float; expected a smaller "
                                          "one", byte_stream_name(array->stream), done + good);
        for (size_t i = 0; !in_place && i < n; i++, place_next(&place, array))
            to[place.at] = array->type == ARRAY_BOOL ? chunk[i] != 0 : chunk[i];
        for (size_t i = 0; in_place && array->type == ARRAY_BOOL && i < n; i++)
            to[done + i] = to[done + i] != 0;
    }
    return byte_stream_end(array->stream, err);
}
