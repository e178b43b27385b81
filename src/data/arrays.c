/*
 * arrays.c: arrays of samples and labels, training and test, as a dataset: images keep their bytes, one block for all
 * rows; what is a table in fact goes the way of tables.
 *
 * The hash of such data is XXH3 of the XXH3 of each file, unpacked, in the order samples, labels, test samples, test
 * labels.
 */
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "base/arena.h"
#include "beside.h"
#include "dataset_parts.h"
#include "io/array.h"

#define NAME_SIZE 32 /* bytes that the C library takes for a name such as "p783" */

enum { TRAIN, TEST, PARTS };

/* The files of one dataset. */
struct files {
    struct array samples[PARTS], labels[PARTS]; /* those that are there have a stream */
    char labels_path[PARTS][BESIDE_PATH], test_path[BESIDE_PATH];
    size_t rows[PARTS];
    size_t features;
};

static const char *base_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* A file's name for a note: escaped. */
static const char *shown_file(const char *path, char *room, size_t size)
{
    return text_escape(room, size, base_of(path));
}

static int out_of_memory(const struct intake *intake, struct err *err)
{
    return err_set(err, ERR_MEMORY, "%.300s: out of memory", intake->source);
}

/* --- finding and opening */

/* One label a sample: [n] or [n, 1]. */
static int open_labels(struct array *labels, const char *path, const struct array *samples, struct err *err)
{
    if (array_open(labels, path, err) != 0)
        return -1;
    struct text found = {0};
    array_print_shape(labels, &found);
    int status = 0;
    if (labels->rank > 2 || labels->count != labels->dim[0])
        status = err_set(err, ERR_DATA, "%.200s: labels of shape %s; expected one number for each sample", path,
                         found.data);
    else if (labels->count != samples->dim[0])
        status = err_set(err, ERR_DATA, "%.200s: %s labels; its samples are %s", path,
                         text_count((double)labels->count).s, text_count((double)samples->dim[0]).s);
    text_free(&found);
    return status;
}

static int open_training(const struct intake *intake, struct files *files, struct err *err)
{
    struct array *samples = &files->samples[TRAIN];
    struct text tried = {0};
    char shown[200];
    if (array_open(samples, intake->source, err) != 0)
        return -1;
    if (samples->rank == 1)
        return err_set(err, ERR_DATA, "%.200s: an array of one dimension; expected samples, each of one value or more",
                       intake->source);
    int status = 0;
    if (beside_labels(intake->source, files->labels_path[TRAIN], &tried))
        status = open_labels(&files->labels[TRAIN], files->labels_path[TRAIN], samples, err);
    else if (samples->rank > 2)
        status = err_set(err, ERR_FILE, "%.160s: found no labels beside it; looked for %s", intake->source,
                         tried.length ? text_escape(shown, sizeof shown, tried.data)
                                      : "nothing, for its name has no images, x or .npy");
    text_free(&tried);
    return status;
}

static bool same_sample(const struct array *a, const struct array *b)
{
    if (a->rank != b->rank)
        return false;
    for (int i = 1; i < a->rank; i++)
        if (a->dim[i] != b->dim[i])
            return false;
    return true;
}

/* Test samples count when they have labels as the training samples do; a note says so when they have not. */
static int open_test(const struct intake *intake, struct dataset *dataset, struct files *files, struct err *err)
{
    struct array *samples = &files->samples[TEST];
    char shown[80];
    bool labelled = files->labels[TRAIN].stream;
    if (!beside_test(intake->source, files->test_path))
        return 0;
    if (labelled && !beside_labels(files->test_path, files->labels_path[TEST], NULL)) {
        note_add(dataset, "test", NULL, "%s has no labels beside it and is not used",
                 shown_file(files->test_path, shown, sizeof shown));
        return 0;
    }
    if (array_open(samples, files->test_path, err) != 0)
        return -1;
    if (!same_sample(&files->samples[TRAIN], samples) ||
        array_is_bytes(&files->samples[TRAIN]) != array_is_bytes(samples)) {
        struct text train = {0}, test = {0};
        array_print_shape(&files->samples[TRAIN], &train);
        array_print_shape(samples, &test);
        err_set(err, ERR_DATA, "%.160s: an array of %s; expected samples and a type as in the training data, %s",
                files->test_path, test.data, train.data);
        text_free(&train);
        text_free(&test);
        return -1;
    }
    return labelled ? open_labels(&files->labels[TEST], files->labels_path[TEST], samples, err) : 0;
}

static int measure(const struct intake *intake, struct files *files, struct err *err)
{
    const struct array *samples = &files->samples[TRAIN];
    files->features = samples->count / samples->dim[0];
    for (int part = 0; part < PARTS; part++)
        files->rows[part] = files->samples[part].stream ? files->samples[part].dim[0] : 0;
    if (files->features > INT_MAX || files->rows[TRAIN] > INT_MAX || files->rows[TEST] > INT_MAX - files->rows[TRAIN])
        return err_set(err, ERR_DATA, "%.200s: %s samples of %s values; legal: at most %d of each", intake->source,
                       text_count((double)files->rows[TRAIN] + (double)files->rows[TEST]).s,
                       text_count((double)files->features).s, INT_MAX);
    return 0;
}

static int check_memory(const struct intake *intake, double bytes, struct err *err)
{
    if (bytes <= (double)memory_available())
        return 0;
    return err_set(err, ERR_MEMORY, "%.300s would take %s; %s of memory is available", intake->source,
                   text_bytes(bytes).s, text_bytes((double)memory_available()).s);
}

/* --- reading */

/* A column of a table called NAME for all rows, zero. */
static int open_column(const struct intake *intake, struct csv_column *column, const char *name, struct err *err)
{
    *column = (struct csv_column){.name = strdup(name), .numeric = true,
                                  .number = calloc((size_t)intake->table.rows, sizeof *column->number)};
    return column->name && column->number ? 0 : out_of_memory(intake, err);
}

static int open_columns(struct intake *intake, const struct files *files, int columns, struct err *err)
{
    char name[24];
    bool labelled = files->labels[TRAIN].stream;
    intake->table.rows = (int)(files->rows[TRAIN] + files->rows[TEST]);
    intake->tests = (int)files->rows[TEST];
    intake->table.column = calloc((size_t)columns + 1, sizeof *intake->table.column);
    if (!intake->table.column)
        return out_of_memory(intake, err);
    for (int c = 0; c < columns; c++) {
        snprintf(name, sizeof name, "c%d", c + 1);
        intake->table.columns++;
        if (open_column(intake, &intake->table.column[c], labelled && c == columns - 1 ? "label" : name, err) != 0)
            return -1;
    }
    return 0;
}

/* The labels of all parts into the last column of the table. */
static int read_labels(struct intake *intake, struct files *files, struct err *err)
{
    struct csv_column *column = &intake->table.column[intake->table.columns - 1];
    size_t first = 0;
    for (int part = 0; part < PARTS && files->labels[part].stream; part++) {
        if (array_read_numbers(&files->labels[part], column->number + first, err) != 0)
            return -1;
        for (size_t r = first; r < first + files->rows[part]; r++)
            if (!isfinite(column->number[r]))
                return err_set(err, ERR_DATA, "%.200s: label %zu is not finite", files->labels_path[part], r - first);
        first += files->rows[part];
    }
    enum array_type type = files->labels[TRAIN].type;
    intake->whole = type != ARRAY_F4 && type != ARRAY_F8;
    shown_file(files->labels_path[TRAIN], intake->labels, sizeof intake->labels);
    return 0;
}

static int read_part(struct dataset *dataset, struct files *files, int part, struct err *err)
{
    size_t first = part == TRAIN ? 0 : files->rows[TRAIN] * files->features;
    struct array *samples = &files->samples[part];
    if (dataset->bytes)
        return array_read_bytes(samples, dataset->bytes + first, err);
    if (array_read_numbers(samples, dataset->x + first, err) != 0)
        return -1;
    for (size_t i = 0; i < samples->count; i++)
        if (!isfinite(dataset->x[first + i]))
            return err_set(err, ERR_DATA, "%.200s: value %zu of sample %zu is not finite",
                           part == TRAIN ? dataset->origin.source : files->test_path, i % files->features,
                           i / files->features);
    return 0;
}

static int name_features(const struct intake *intake, struct dataset *dataset, struct err *err)
{
    char name[24];
    dataset->feature_name = calloc((size_t)dataset->features, sizeof *dataset->feature_name);
    if (!dataset->feature_name)
        return out_of_memory(intake, err);
    for (int f = 0; f < dataset->features; f++) {
        snprintf(name, sizeof name, "p%d", f);
        dataset->feature_name[f] = strdup(name);
        if (!dataset->feature_name[f])
            return out_of_memory(intake, err);
    }
    return 0;
}

/* A sample of two dimensions is one channel; of three, C x H x W or H x W x C; of any other number, a row. */
static int read_reading(struct intake *intake, const struct files *files, struct err *err)
{
    const struct array *samples = &files->samples[TRAIN];
    char shape[80];
    if (samples->rank == 3)
        snprintf(shape, sizeof shape, "%zux%zu", samples->dim[1], samples->dim[2]);
    else if (samples->rank == 4)
        snprintf(shape, sizeof shape, "%zux%zux%zu", samples->dim[1], samples->dim[2], samples->dim[3]);
    else
        return 0;
    return reading_parse(shape, (int)files->features, &intake->reading, err);
}

static int read_samples(struct intake *intake, struct dataset *dataset, struct files *files, struct err *err)
{
    size_t rows = files->rows[TRAIN] + files->rows[TEST];
    bool bytes = array_is_bytes(&files->samples[TRAIN]);
    size_t value = bytes ? sizeof *dataset->bytes : sizeof *dataset->x;
    double block = (double)rows * (double)files->features * (double)value;
    double names = (double)files->features * (sizeof *dataset->feature_name + NAME_SIZE);
    intake->samples = true;
    dataset->features = (int)files->features;
    if (read_reading(intake, files, err) != 0 || check_memory(intake, block + names, err) != 0)
        return -1;
    if (bytes)
        dataset->bytes = malloc((size_t)block);
    else
        dataset->x = malloc((size_t)block);
    if (!dataset->bytes && !dataset->x)
        return out_of_memory(intake, err);
    for (int part = 0; part < PARTS && files->samples[part].stream; part++)
        if (read_part(dataset, files, part, err) != 0)
            return -1;
    return open_columns(intake, files, 1, err) != 0 ? -1 : name_features(intake, dataset, err);
}

/* Rows of ROOM [rows of the part, features] into the columns from row FIRST on. */
static int fill_columns(struct intake *intake, const float *room, size_t first, size_t rows, size_t features,
                        struct err *err)
{
    for (size_t c = 0; c < features; c++) {
        struct csv_column *column = &intake->table.column[c];
        for (size_t r = 0; r < rows; r++) {
            float value = room[r * features + c];
            if (isinf(value))
                return err_set(err, ERR_DATA, "%.200s: column %zu of row %zu is infinite; expected a finite number, or "
                                              "NaN for a missing one", intake->source, c + 1, first + r + 1);
            column->number[first + r] = value;
            column->missing += isnan(value) != 0;
        }
    }
    return 0;
}

static int read_as_table(struct intake *intake, struct files *files, struct err *err)
{
    size_t first = 0, most = files->rows[files->rows[TEST] > files->rows[TRAIN]];
    if (files->features > CSV_COLUMNS_MAX)
        return err_set(err, ERR_DATA, "%.200s: a table of %zu columns; legal: at most %d", intake->source,
                       files->features, CSV_COLUMNS_MAX);
    int columns = (int)files->features + (files->labels[TRAIN].stream != NULL);
    double rows = (double)files->rows[TRAIN] + (double)files->rows[TEST] + (double)most;
    double size = columns * (rows * sizeof(float) + sizeof(struct csv_column) + NAME_SIZE);
    if (check_memory(intake, size, err) != 0 || open_columns(intake, files, columns, err) != 0)
        return -1;
    float *room = malloc(most * files->features * sizeof *room);
    int status = room ? 0 : out_of_memory(intake, err);
    for (int part = 0; status == 0 && part < PARTS && files->samples[part].stream; part++) {
        status = array_read_numbers(&files->samples[part], room, err);
        if (status == 0)
            status = fill_columns(intake, room, first, files->rows[part], files->features, err);
        first += files->rows[part];
    }
    free(room);
    return status;
}

static uint64_t hash_of(const struct files *files)
{
    uint64_t hash[2 * PARTS];
    int count = 0;
    for (int part = 0; part < PARTS; part++) {
        if (files->samples[part].stream)
            hash[count++] = array_hash(&files->samples[part]);
        if (files->labels[part].stream)
            hash[count++] = array_hash(&files->labels[part]);
    }
    return XXH3_64bits(hash, (size_t)count * sizeof *hash);
}

static void note_arrays(const struct intake *intake, struct dataset *dataset, const struct files *files)
{
    char shown[80];
    struct text shape = {0};
    for (int i = 1; i < files->samples[TRAIN].rank; i++)
        text_add(&shape, i > 1 ? " x %zu" : "%zu", files->samples[TRAIN].dim[i]);
    shown_file(intake->set ? intake->set->name : intake->source, shown, sizeof shown);
    note_add(dataset, "data", "data SOURCE", "%s, %s samples of %s%s", shown,
             text_count((double)files->rows[TRAIN]).s, shape.data,
             array_is_bytes(&files->samples[TRAIN]) ? " bytes" : "");
    if (files->rows[TEST])
        note_add(dataset, "test", NULL, "%s samples, in %s, never trained on", text_count((double)files->rows[TEST]).s,
                 shown_file(files->test_path, shown, sizeof shown));
    text_free(&shape);
}

static int read_files(struct intake *intake, struct dataset *dataset, struct files *files, struct err *err)
{
    if (open_training(intake, files, err) != 0 || open_test(intake, dataset, files, err) != 0 ||
        measure(intake, files, err) != 0)
        return -1;
    bool labelled = files->labels[TRAIN].stream;
    bool samples = labelled && (files->samples[TRAIN].rank > 2 || array_is_bytes(&files->samples[TRAIN]));
    if ((samples ? read_samples(intake, dataset, files, err) : read_as_table(intake, files, err)) != 0)
        return -1;
    if (labelled && read_labels(intake, files, err) != 0)
        return -1;
    dataset->hash = hash_of(files);
    note_arrays(intake, dataset, files);
    return 0;
}

int arrays_read(struct intake *intake, struct dataset *dataset, struct err *err)
{
    struct files *files = calloc(1, sizeof *files);
    if (!files)
        return out_of_memory(intake, err);
    int status = read_files(intake, dataset, files, err);
    for (int part = 0; part < PARTS; part++) {
        array_close(&files->samples[part]);
        array_close(&files->labels[part]);
    }
    free(files);
    return status;
}
