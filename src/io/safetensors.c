/* safetensors.c: the table of tensors and strings, and the safetensors file written. safetensors_read.c reads one. */
#include "io/safetensors.h"

#include <assert.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/text.h"
#include "io/atomic_file.h"
#include "safetensors_table.h"

int safetensors_count(int rank, const uint64_t dim[], size_t *count)
{
    size_t product = 1;
    for (int i = 0; i < rank; i++)
        if (dim[i] == 0) {
            *count = 0;
            return 0;
        }
    for (int i = 0; i < rank; i++)
        if (__builtin_mul_overflow(product, dim[i], &product))
            return -1;
    if (product > SIZE_MAX / sizeof(float) / 2)
        return -1;
    *count = product;
    return 0;
}

static int no_memory(struct err *err)
{
    return err_set(err, ERR_MEMORY, "no memory for the table of tensors");
}

static bool is_utf8(const char *s)
{
    while (*s) {
        uint32_t code;
        s += text_decode(s, &code);
        if (code == TEXT_INVALID)
            return false;
    }
    return true;
}

int safetensors_append(struct safetensors *file, const char *name, const struct safetensor *tensor, struct err *err)
{
    struct safetensor *grown = realloc(file->tensor, ((size_t)file->tensors + 1) * sizeof *grown);
    if (!grown)
        return no_memory(err);
    file->tensor = grown;
    grown[file->tensors] = *tensor;
    grown[file->tensors].name = strdup(name);
    if (!grown[file->tensors].name)
        return no_memory(err);
    file->tensors++;
    return 0;
}

int safetensors_append_unread(struct safetensors *file, const char *name, const char *dtype, struct err *err)
{
    struct safetensors_unread *grown = realloc(file->unread, ((size_t)file->unreads + 1) * sizeof *grown);
    if (!grown)
        return no_memory(err);
    file->unread = grown;
    grown[file->unreads] = (struct safetensors_unread){strdup(name), dtype};
    if (!grown[file->unreads].name)
        return no_memory(err);
    file->unreads++;
    return 0;
}

int safetensors_add(struct safetensors *file, const char *name, int rank, const uint64_t dim[], float *data,
                    struct err *err)
{
    struct safetensor tensor = {.rank = rank, .data = data};
    assert(rank >= 0 && rank <= SAFETENSORS_RANK);
    if (!*name || !is_utf8(name) || strcmp(name, METADATA) == 0)
        return err_set(err, ERR_DATA, "tensor '%s': a name must be UTF-8, not empty and not " METADATA, name);
    if (safetensors_find(file, name))
        return err_set(err, ERR_DATA, "tensor '%s' is there already", name);
    for (int i = 0; i < rank; i++)
        tensor.dim[i] = dim[i];
    if (safetensors_count(rank, dim, &tensor.count))
        return err_set(err, ERR_DATA, "tensor '%s' has more elements than memory", name);
    return safetensors_append(file, name, &tensor, err);
}

int safetensors_set(struct safetensors *file, const char *key, const char *value, struct err *err)
{
    if (!is_utf8(key) || !is_utf8(value))
        return err_set(err, ERR_DATA, "metadata '%s' is not UTF-8", key);
    char *copy = strdup(value);
    if (!copy)
        return no_memory(err);
    for (int i = 0; i < file->pairs; i++)
        if (strcmp(file->key[i], key) == 0) {
            free(file->value[i]);
            file->value[i] = copy;
            return 0;
        }
    size_t size = ((size_t)file->pairs + 1) * sizeof(char *);
    char **keys = realloc(file->key, size);
    file->key = keys ? keys : file->key;
    char **values = realloc(file->value, size);
    file->value = values ? values : file->value;
    char *name = strdup(key);
    if (!keys || !values || !name) {
        free(name);
        free(copy);
        return no_memory(err);
    }
    keys[file->pairs] = name;
    values[file->pairs++] = copy;
    return 0;
}

static void add_json_string(struct text *out, const char *s)
{
    json_t *string = json_string(s);
    char *quoted = string ? json_dumps(string, JSON_ENCODE_ANY) : NULL;
    if (!quoted)
        abort(); /* UTF-8 was checked: there is no memory for a line of text */
    text_add(out, "%s", quoted);
    free(quoted);
    json_decref(string);
}

static void add_header(struct text *out, const struct safetensors *file)
{
    uint64_t offset = 0;
    text_add(out, "{");
    for (int i = 0; i < file->pairs; i++) {
        text_add(out, i ? "," : "\"" METADATA "\":{");
        add_json_string(out, file->key[i]);
        text_add(out, ":");
        add_json_string(out, file->value[i]);
    }
    if (file->pairs)
        text_add(out, file->tensors ? "}," : "}");
    for (int t = 0; t < file->tensors; t++) {
        const struct safetensor *tensor = &file->tensor[t];
        text_add(out, t ? "," : "");
        add_json_string(out, tensor->name);
        text_add(out, ":{\"dtype\":\"F32\",\"shape\":[");
        for (int i = 0; i < tensor->rank; i++)
            text_add(out, "%s%" PRIu64, i ? "," : "", tensor->dim[i]);
        uint64_t end = offset + tensor->count * sizeof(float);
        text_add(out, "],\"data_offsets\":[%" PRIu64 ",%" PRIu64 "]}", offset, end);
        offset = end;
    }
    text_add(out, "}");
    while (out->length % 8)
        text_add(out, " ");
}

int safetensors_write(const struct safetensors *file, const char *path, struct err *err)
{
    struct atomic_file *to = atomic_file_open(path, err);
    if (!to)
        return -1;
    struct text header = {0};
    add_header(&header, file);
    uint64_t length = header.length;
    int status = 0;
    if (length > HEADER_MAX)
        status = err_set(err, ERR_DATA, "%s: the header would take %s; legal: up to %s", path,
                         text_bytes((double)length).s, text_bytes(HEADER_MAX).s);
    if (!status)
        status = atomic_file_write(to, &length, sizeof length, err);
    if (!status)
        status = atomic_file_write(to, header.data, header.length, err);
    text_free(&header);
    for (int t = 0; t < file->tensors && !status; t++)
        status = atomic_file_write(to, file->tensor[t].data, file->tensor[t].count * sizeof(float), err);
    if (!status)
        return atomic_file_commit(to, err);
    atomic_file_cancel(to);
    return -1;
}

void safetensors_close(struct safetensors *file)
{
    for (int t = 0; t < file->tensors; t++)
        free(file->tensor[t].name);
    for (int i = 0; i < file->unreads; i++)
        free(file->unread[i].name);
    for (int i = 0; i < file->pairs; i++) {
        free(file->key[i]);
        free(file->value[i]);
    }
    free(file->tensor);
    free(file->unread);
    free(file->key);
    free(file->value);
    free(file->block);
    *file = (struct safetensors){0};
}

const struct safetensor *safetensors_find(const struct safetensors *file, const char *name)
{
    for (int t = 0; t < file->tensors; t++)
        if (strcmp(file->tensor[t].name, name) == 0)
            return &file->tensor[t];
    return NULL;
}

const char *safetensors_get(const struct safetensors *file, const char *key)
{
    for (int i = 0; i < file->pairs; i++)
        if (strcmp(file->key[i], key) == 0)
            return file->value[i];
    return NULL;
}
