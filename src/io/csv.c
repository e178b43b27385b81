/*
 * csv.c: a delimited file opened, looked over, and handed to csv_plain.c, or to csv_read.c if that gives up.
 *
 * The whole file is held in memory while it is read: a place is found again by scanning once more, and a column that
 * turns out to be text late is read once more, from a pipe as well as from a file.
 */
#include "io/csv.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#include "base/arena.h"
#include "base/text.h"
#include "csv_block.h"
#include "csv_plain.h"
#include "csv_read.h"
#include "csv_sniff.h"

#define THREADS_FROM (1024 * 1024) /* bytes; below, a second thread would save less than starting it costs */

/* "age", "age_2", "age_3" for a name that comes again; "c4" for a column without one. NEXT [names] holds, for each
 * different name, the number that was given last. */
static char *unique_name(struct csv_words *used, int *next, const char *wanted, int number)
{
    size_t size = strlen(wanted) + 32;
    char *name = malloc(size);
    if (!name)
        return NULL;
    if (*wanted)
        snprintf(name, size, "%s", wanted);
    else
        snprintf(name, size, "c%d", number);
    int base = csv_words_find(used, name, strlen(name));
    for (int suffix = base < 0 ? 0 : next[base]; base >= 0 && csv_words_find(used, name, strlen(name)) >= 0;) {
        snprintf(name, size, "%s_%d", used->pool + used->offset[base], ++suffix);
        next[base] = suffix;
    }
    int code = csv_words_code(used, name, strlen(name));
    if (code < 0) {
        free(name);
        return NULL;
    }
    next[code] = 1;
    return name;
}

static int name_columns(const struct csv_survey *survey, struct csv_table *table)
{
    struct csv_words used = {0};
    int *next = calloc((size_t)table->columns, sizeof *next);
    int status = next ? 0 : -1;
    for (int c = 0; status == 0 && c < table->columns; c++) {
        const struct csv_survey_column *first = &survey->column[c];
        bool named = table->header && !first->name_missing;
        const char *wanted = named ? survey->names.pool + survey->names.offset[first->name] : "";
        table->column[c].name = unique_name(&used, next, wanted, c + 1);
        status = table->column[c].name ? 0 : -1;
    }
    free(next);
    csv_words_free(&used);
    return status;
}

static int read_surveyed(struct csv_source *source, const struct csv_options *options, const struct csv_survey *survey,
                         struct csv_table *table, struct err *err)
{
    if (survey->columns == 0)
        return err_set(err, ERR_DATA, "%.140s: found no row, expected at least one", source->name);
    if (survey->columns > CSV_COLUMNS_MAX)
        return err_set(err, ERR_DATA, "%.140s: found %d columns, expected at most %d", source->name, survey->columns,
                       CSV_COLUMNS_MAX);
    source->header = options->header < 0 ? csv_survey_header(survey) : options->header > 0;
    table->header = source->header;
    table->delimiter = source->delimiter;
    table->columns = survey->columns;
    table->column = calloc((size_t)table->columns, sizeof *table->column);
    if (!table->column || name_columns(survey, table) != 0)
        return err_set(err, ERR_MEMORY, "%.140s: out of memory for %d columns", source->name, survey->columns);
    int threads = options->reader == CSV_READER_FITTING ? 1 + (source->size >= THREADS_FROM) : (int)options->reader;
    if (options->reader != CSV_READER_LIBCSV && csv_plain_read(source, survey, threads, table))
        return 0;
    return csv_read_columns(source, survey, table, err);
}

static int read_source(struct csv_source *source, const struct csv_options *options, struct csv_table *table,
                       struct err *err)
{
    if (source->size == 0)
        return err_set(err, ERR_DATA, "%.140s: the file is empty, expected rows of cells", source->name);
    const char *nul = memchr(source->bytes, '\0', source->size);
    if (nul)
        return csv_refuse(source, (size_t)(nul - source->bytes), err,
                          "found a NUL byte, expected text in ASCII or UTF-8 (this is a binary file, or UTF-16)");
    size_t sample = csv_sniff_sample(source->bytes, source->size);
    bool partial = sample < source->size;
    if (!source->delimiter)
        source->delimiter = csv_sniff_delimiter(source->bytes, sample, partial);
    struct csv_survey survey;
    int status = csv_survey_open(&survey, source->bytes, sample, source->size, source->delimiter);
    if (status != 0)
        err_set(err, ERR_MEMORY, "%.140s: out of memory", source->name);
    else
        status = read_surveyed(source, options, &survey, table, err);
    csv_survey_free(&survey);
    return status;
}

int csv_read_bytes(const char *name, const void *bytes, size_t n, const struct csv_options *options,
                   struct csv_table *table, struct err *err)
{
    *table = (struct csv_table){.hash = XXH3_64bits(bytes, n)};
    if (options->delimiter && strchr("\"\r\n", options->delimiter))
        return err_set(err, ERR_USAGE, "the delimiter cannot be a quote or an end of line");
    struct csv_source source = {.name = name, .bytes = bytes, .size = n, .delimiter = options->delimiter,
                                .lenient = options->lenient};
    if (n >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0) {
        source.bytes += 3;
        source.size -= 3;
    }
    int status = read_source(&source, options, table, err);
    if (status != 0)
        csv_table_free(table);
    return status;
}

/* Doubles a block, as long as there is memory for that: a pipe or a device may never end. */
static int grow_block(const char *path, char **bytes, size_t *capacity, struct err *err)
{
    size_t available = memory_available();
    if (*capacity > available)
        return err_set(err, ERR_MEMORY, "%.300s: %s read and no end; %s of memory is available", path,
                       text_bytes((double)*capacity).s, text_bytes((double)available).s);
    char *more = realloc(*bytes, 2 * *capacity);
    if (!more)
        return err_set(err, ERR_MEMORY, "%.300s: out of memory", path);
    *bytes = more;
    *capacity *= 2;
    return 0;
}

/* Everything that DESCRIPTOR still gives, in *BYTES (to be freed), *N of it. */
static int read_all(int descriptor, const char *path, char **bytes, size_t *n, struct err *err)
{
    struct stat status;
    if (fstat(descriptor, &status) != 0)
        return err_set(err, ERR_FILE, "%.300s: %s", path, strerror(errno));
    if (S_ISDIR(status.st_mode))
        return err_set(err, ERR_FILE, "%.300s: found a directory, expected a file", path);
    size_t capacity = status.st_size > 0 ? (size_t)status.st_size + 1 : 64 * 1024;
    if (capacity > memory_available())
        return err_set(err, ERR_MEMORY, "%.300s: the file is %s; %s of memory is available", path,
                       text_bytes((double)capacity).s, text_bytes((double)memory_available()).s);
    *n = 0;
    *bytes = csv_block_open(capacity);
    while (*bytes) {
        ssize_t got = read(descriptor, *bytes + *n, capacity - *n);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return err_set(err, ERR_FILE, "%.300s: %s", path, strerror(errno));
        if (got == 0)
            return 0;
        *n += (size_t)got;
        if (*n == capacity && grow_block(path, bytes, &capacity, err) != 0)
            return -1;
    }
    return err_set(err, ERR_MEMORY, "%.300s: out of memory", path);
}

int csv_read_file(const char *path, const struct csv_options *options, struct csv_table *table, struct err *err)
{
    *table = (struct csv_table){0};
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
        return err_set(err, ERR_FILE, "%.300s: %s", path, strerror(errno));
    char *bytes = NULL;
    size_t n = 0;
    int status = read_all(descriptor, path, &bytes, &n, err);
    close(descriptor);
    if (status == 0)
        status = csv_read_bytes(path, bytes, n, options, table, err);
    free(bytes);
    return status;
}

void csv_table_free(struct csv_table *table)
{
    for (int c = 0; table->column && c < table->columns; c++) {
        struct csv_column *column = &table->column[c];
        free(column->name);
        if (!table->cells) {
            free(column->number);
            free(column->code);
        }
        csv_words_release(column->word);
    }
    free(table->column);
    free(table->cells);
    *table = (struct csv_table){0};
}
