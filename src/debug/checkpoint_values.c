/*
 * checkpoint_values.c: the strings of a checkpoint that are numbers or say where the data came from, read and checked
 * against what the session can hold.
 */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "debug/checkpoint_format.h"

const char *checkpoint_need(const struct safetensors *file, const char *key, struct err *err)
{
    const char *value = safetensors_get(file, key);
    if (!value)
        err_set(err, ERR_DATA, "the checkpoint says nothing of '%s'", key);
    return value;
}

static int read_whole(const char *key, const char *value, uint64_t most, uint64_t *number, struct err *err)
{
    char *end;
    errno = 0;
    unsigned long long found = strtoull(value, &end, 10);
    if (!isdigit((unsigned char)*value) || *end)
        return err_set(err, ERR_DATA, "the checkpoint's '%s' is '%.40s'; a whole number was expected", key, value);
    if (errno == ERANGE || found > most)
        return err_set(err, ERR_DATA, "the checkpoint's '%s' is %.40s; legal: 0 to %" PRIu64, key, value, most);
    *number = found;
    return 0;
}

static int read_real(const char *key, const char *value, double *number, struct err *err)
{
    if (text_to_double(value, number))
        return 0;
    return err_set(err, ERR_DATA, "the checkpoint's '%s' is '%.40s'; a number was expected", key, value);
}

int checkpoint_read_numbers(const struct safetensors *file, struct checkpoint_numbers *numbers, struct err *err)
{
    for (const struct checkpoint_field *field = checkpoint_fields; field->key; field++) {
        const char *value = checkpoint_need(file, field->key, err);
        char *at = (char *)numbers + field->offset;
        if (!value || (field->whole ? read_whole(field->key, value, field->most, (uint64_t *)(void *)at, err)
                                    : read_real(field->key, value, (double *)(void *)at, err)))
            return -1;
    }
    if (!(numbers->lr >= 0) || !isfinite((float)numbers->lr) || !(numbers->clip >= 0))
        return err_set(err, ERR_DATA, "the checkpoint's rate is %s, its gradclip %s; legal: 0 or more",
                       text_short(numbers->lr).s, text_short(numbers->clip).s);
    return 0;
}

/* A choice of the data: LEAST, which is 0 or -1 for "choose", to MOST. */
static int read_choice(const char *key, const char *value, int least, int most, int *choice, struct err *err)
{
    long number;
    if (!text_to_long(value, &number) || number < least || number > most)
        return err_set(err, ERR_DATA, "the checkpoint's '%s' is '%.40s'; legal: %d to %d", key, value, least, most);
    *choice = (int)number;
    return 0;
}

static int copy_word(const char *key, const char *value, char *room, size_t size, struct err *err)
{
    if ((size_t)snprintf(room, size, "%s", value) < size)
        return 0;
    return err_set(err, ERR_DATA, "the checkpoint's '%s' takes %zu bytes; legal: up to %zu", key, strlen(value),
                   size - 1);
}

static int read_hash(const char *value, uint64_t *hash, struct err *err)
{
    char *end;
    *hash = strtoull(value, &end, 16);
    if (strlen(value) != 16 || *end || !isxdigit((unsigned char)*value))
        return err_set(err, ERR_DATA, "the checkpoint's 'data.hash' is '%.40s'; 16 hexadecimal digits were expected",
                       value);
    return 0;
}

int checkpoint_read_origin(const struct safetensors *file, struct data_origin *origin, uint64_t *hash,
                           struct err *err)
{
    static const char *const keys[] = {"data.source", "data.hash",   "data.target",     "data.delimiter", "data.task",
                                       "data.header", "data.lenient", "data.validation", "data.seed"};
    const char *value[sizeof keys / sizeof *keys];
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (!(value[i] = checkpoint_need(file, keys[i], err)))
            return -1;
    const char *shape = safetensors_get(file, "data.shape"); /* which files of older versions have not */
    int lenient = 0;
    *origin = data_origin_default();
    if (copy_word(keys[0], value[0], origin->source, sizeof origin->source, err) || read_hash(value[1], hash, err) ||
        copy_word(keys[2], value[2], origin->target, sizeof origin->target, err) ||
        read_choice(keys[4], value[4], -1, TASK_REGRESS, &origin->task, err) ||
        read_choice(keys[5], value[5], -1, 1, &origin->header, err) ||
        read_choice(keys[6], value[6], 0, 1, &lenient, err) ||
        read_real(keys[7], value[7], &origin->validation, err) ||
        read_whole(keys[8], value[8], UINT64_MAX, &origin->seed, err) ||
        copy_word("data.shape", shape ? shape : "", origin->shape, sizeof origin->shape, err))
        return -1;
    origin->delimiter = value[3][0];
    origin->lenient = lenient;
    return 0;
}
