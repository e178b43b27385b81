/*
 * safetensors_read.c: a safetensors file read; of its numbers only F32 is kept. What the file says of itself is checked
 * against its size before anything is taken or read by it. Tensors are kept in the order of their data, whatever that
 * of the header.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <jansson.h>

#include "base/arena.h"
#include "base/text.h"
#include "io/safetensors.h"
#include "safetensors_table.h"

static int no_memory(struct err *err)
{
    return err_set(err, ERR_MEMORY, "no memory for the table of its tensors");
}

/* The types of the format whose elements are whole bytes. */
static const struct dtype {
    const char *name;
    int size;
} dtypes[] = {{"F32", 4}, {"F64", 8}, {"F16", 2}, {"BF16", 2}, {"I64", 8}, {"I32", 4}, {"I16", 2}, {"I8", 1},
              {"U64", 8}, {"U32", 4}, {"U16", 2}, {"U8", 1}, {"BOOL", 1}, {"F8_E4M3", 1}, {"F8_E5M2", 1}, {"C64", 8}};
#define KEPT (&dtypes[0])

/* A tensor of the header, and where its data lie. Names are those of the JSON. */
struct place {
    const char *name;
    const struct dtype *dtype;
    uint64_t begin, size;
    struct safetensor tensor;
};

struct reader {
    int fd;
    uint64_t size;       /* of the data */
    uint64_t data;       /* where they begin in the file */
    struct place *place; /* [places] */
    size_t places;
    struct safetensors *file;
};

static int read_all(int fd, void *bytes, size_t n, struct err *err)
{
    char *next = bytes;
    while (n > 0) {
        ssize_t got = read(fd, next, n);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return err_set(err, ERR_FILE, "%s", strerror(errno));
        if (got == 0)
            return err_set(err, ERR_DATA, "ended while it was read");
        next += got;
        n -= (size_t)got;
    }
    return 0;
}

static int read_metadata(struct safetensors *file, json_t *metadata, struct err *err)
{
    const char *key;
    json_t *value;
    if (!json_is_object(metadata))
        return err_set(err, ERR_DATA, METADATA " is not an object of strings");
    json_object_foreach(metadata, key, value) {
        if (!json_is_string(value))
            return err_set(err, ERR_DATA, METADATA ": '%s' is not a string", key);
        if (safetensors_set(file, key, json_string_value(value), err))
            return -1;
    }
    return 0;
}

static int read_shape(const char *name, json_t *shape, struct safetensor *tensor, struct err *err)
{
    if (!json_is_array(shape))
        return err_set(err, ERR_DATA, "tensor '%s': shape is not an array", name);
    if (json_array_size(shape) > SAFETENSORS_RANK)
        return err_set(err, ERR_DATA, "tensor '%s': %zu dimensions; legal: up to %d", name, json_array_size(shape),
                       SAFETENSORS_RANK);
    tensor->rank = (int)json_array_size(shape);
    for (int i = 0; i < tensor->rank; i++) {
        json_t *dim = json_array_get(shape, (size_t)i);
        if (!json_is_integer(dim) || json_integer_value(dim) < 0)
            return err_set(err, ERR_DATA, "tensor '%s': dimension %d is not a whole number from 0 up", name, i);
        tensor->dim[i] = (uint64_t)json_integer_value(dim);
    }
    if (safetensors_count(tensor->rank, tensor->dim, &tensor->count))
        return err_set(err, ERR_DATA, "tensor '%s': its shape has more elements than memory", name);
    return 0;
}

static int read_offsets(json_t *offsets, uint64_t size, struct place *place, struct err *err)
{
    json_t *from = json_array_get(offsets, 0), *to = json_array_get(offsets, 1);
    const char *name = place->name;
    if (json_array_size(offsets) != 2 || !json_is_integer(from) || !json_is_integer(to))
        return err_set(err, ERR_DATA, "tensor '%s': data_offsets are not two whole numbers", name);
    json_int_t b = json_integer_value(from), e = json_integer_value(to);
    if (b < 0 || e < b)
        return err_set(err, ERR_DATA, "tensor '%s': data_offsets %" PRId64 " to %" PRId64 " do not ascend from 0", name,
                       (int64_t)b, (int64_t)e);
    if ((uint64_t)e > size)
        return err_set(err, ERR_DATA, "tensor '%s': its data ends at %" PRId64 ", the file holds %" PRIu64 " bytes",
                       name, (int64_t)e, size);
    place->begin = (uint64_t)b;
    place->size = (uint64_t)place->tensor.count * (uint64_t)place->dtype->size;
    if ((uint64_t)(e - b) != place->size)
        return err_set(err, ERR_DATA, "tensor '%s': its shape takes %" PRIu64 " bytes, its data_offsets span %" PRId64,
                       name, place->size, (int64_t)(e - b));
    return 0;
}

static int read_dtype(json_t *dtype, struct place *place, struct err *err)
{
    const char *word = json_string_value(dtype);
    if (!word)
        return err_set(err, ERR_DATA, "tensor '%s': dtype is missing or not a string", place->name);
    for (size_t i = 0; i < sizeof dtypes / sizeof *dtypes; i++)
        if (strcmp(dtypes[i].name, word) == 0) {
            place->dtype = &dtypes[i];
            return 0;
        }
    return err_set(err, ERR_DATA, "tensor '%s': dtype is %s; legal: F32, or what is passed over, such as I64 and F16",
                   place->name, word);
}

static int read_tensor(struct reader *reader, const char *name, json_t *entry, struct err *err)
{
    struct place place = {.name = name};
    if (!*name)
        return err_set(err, ERR_DATA, "a tensor has no name");
    if (!json_is_object(entry))
        return err_set(err, ERR_DATA, "tensor '%s' is not described by an object", name);
    const char *key;
    json_t *value;
    json_object_foreach(entry, key, value)
        if (strcmp(key, "dtype") != 0 && strcmp(key, "shape") != 0 && strcmp(key, "data_offsets") != 0)
            return err_set(err, ERR_DATA, "tensor '%s': unknown key '%s'", name, key);
    if (read_dtype(json_object_get(entry, "dtype"), &place, err) ||
        read_shape(name, json_object_get(entry, "shape"), &place.tensor, err) ||
        read_offsets(json_object_get(entry, "data_offsets"), reader->size, &place, err))
        return -1;
    struct place *grown = realloc(reader->place, (reader->places + 1) * sizeof *grown);
    if (!grown)
        return no_memory(err);
    reader->place = grown;
    grown[reader->places++] = place;
    return 0;
}

static int compare_places(const void *a, const void *b)
{
    const struct place *p = a, *q = b;
    if (p->begin != q->begin)
        return p->begin < q->begin ? -1 : 1;
    if (p->size != q->size) /* what is empty lies before what begins at the same byte */
        return p->size < q->size ? -1 : 1;
    return strcmp(p->name, q->name);
}

/* Puts the tensors into the order of their data, which must fill the file without an overlap or a hole. */
static int order_tensors(struct reader *reader, struct err *err)
{
    uint64_t end = 0;
    if (reader->places)
        qsort(reader->place, reader->places, sizeof *reader->place, compare_places);
    for (size_t i = 0; i < reader->places; i++) {
        const struct place *place = &reader->place[i];
        if (place->begin != end)
            return err_set(err, ERR_DATA, "tensor '%s': its data begins at %" PRIu64 ", %s at %" PRIu64, place->name,
                           place->begin, place->begin < end ? "within another that ends" : "after a hole", end);
        end = place->begin + place->size;
    }
    if (end != reader->size)
        return err_set(err, ERR_DATA, "%" PRIu64 " bytes after the last tensor", reader->size - end);
    return 0;
}

/* The data that are kept, one tensor after the other, into one block. */
static int read_data(struct reader *reader, struct err *err)
{
    struct safetensors *file = reader->file;
    size_t available = memory_available(), kept = 0;
    for (size_t i = 0; i < reader->places; i++)
        kept += reader->place[i].dtype == KEPT ? (size_t)reader->place[i].size : 0;
    if (kept > available)
        return err_set(err, ERR_MEMORY, "its tensors take %s; %s of memory is available",
                       text_bytes((double)kept).s, text_bytes((double)available).s);
    char *next = file->block = malloc(kept ? kept : 1);
    if (!next)
        return no_memory(err);
    for (size_t i = 0; i < reader->places; i++) {
        struct place *place = &reader->place[i];
        if (place->dtype != KEPT) {
            if (safetensors_append_unread(file, place->name, place->dtype->name, err))
                return -1;
            continue;
        }
        if (lseek(reader->fd, (off_t)(reader->data + place->begin), SEEK_SET) < 0)
            return err_set(err, ERR_FILE, "%s", strerror(errno));
        place->tensor.data = (float *)(void *)next;
        if (read_all(reader->fd, next, (size_t)place->size, err) ||
            safetensors_append(file, place->name, &place->tensor, err))
            return -1;
        next += place->size;
    }
    return 0;
}

static int read_entries(struct reader *reader, json_t *root, struct err *err)
{
    const char *name;
    json_t *entry;
    if (!json_is_object(root))
        return err_set(err, ERR_DATA, "its header is not a JSON object");
    json_object_foreach(root, name, entry)
        if (strcmp(name, METADATA) == 0 ? read_metadata(reader->file, entry, err)
                                        : read_tensor(reader, name, entry, err))
            return -1;
    return order_tensors(reader, err) ? -1 : read_data(reader, err);
}

static int read_header(struct reader *reader, uint64_t length, struct err *err)
{
    char *header = malloc((size_t)length);
    if (!header)
        return no_memory(err);
    json_error_t json_error;
    json_t *root = NULL;
    int status = read_all(reader->fd, header, (size_t)length, err);
    if (!status && header[0] != '{')
        status = err_set(err, ERR_DATA, "its header does not begin with {");
    if (!status) {
        root = json_loadb(header, (size_t)length, JSON_REJECT_DUPLICATES, &json_error);
        status = root ? 0 : err_set(err, ERR_DATA, "its header, byte %d: %s", json_error.position, json_error.text);
    }
    free(header);
    if (!status)
        status = read_entries(reader, root, err);
    json_decref(root);
    return status;
}

static int read_file(struct reader *reader, struct err *err)
{
    struct stat status;
    uint64_t length;
    if (fstat(reader->fd, &status))
        return err_set(err, ERR_FILE, "%s", strerror(errno));
    if (!S_ISREG(status.st_mode))
        return err_set(err, ERR_FILE, "is not a file");
    uint64_t size = (uint64_t)status.st_size;
    if (size < sizeof length)
        return err_set(err, ERR_DATA, "%" PRIu64 " bytes are too few for a safetensors file", size);
    if (read_all(reader->fd, &length, sizeof length, err))
        return -1;
    size -= sizeof length;
    if (length < 2 || length > HEADER_MAX)
        return err_set(err, ERR_DATA, "not a safetensors file: a header of %" PRIu64 " bytes; legal: 2 to %u", length,
                       HEADER_MAX);
    if (length > size)
        return err_set(err, ERR_DATA, "cut short: a header of %" PRIu64 " bytes, %" PRIu64 " are there", length, size);
    reader->size = size - length;
    reader->data = sizeof length + length;
    return read_header(reader, length, err);
}

int safetensors_read(struct safetensors *file, const char *path, struct err *err)
{
    *file = (struct safetensors){0};
    struct reader reader = {.fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), .file = file};
    if (reader.fd < 0)
        return err_set(err, ERR_FILE, "%s: %s", path, strerror(errno));
    int status = read_file(&reader, err);
    close(reader.fd);
    free(reader.place);
    if (status) {
        safetensors_close(file);
        err_prefix(err, "%s: ", path);
    }
    return status;
}
