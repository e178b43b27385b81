/* dataset.c: the way from a source to a dataset, one step after the other; the steps are in the files beside it. */
#include "data/dataset.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dataset_parts.h"
#include "io/array.h"
#include "io/csv.h"

struct data_origin data_origin_default(void)
{
    return (struct data_origin){.source = "digits", .task = -1, .header = -1, .validation = 0.2};
}

static int check_origin(const struct data_origin *origin, struct err *err)
{
    if (!(origin->validation >= 0 && origin->validation <= 0.9))
        return err_set(err, ERR_USAGE, "split: found the share %g, expected one from 0 to 0.9", origin->validation);
    return 0;
}

static void note_source(const struct intake *intake, struct dataset *dataset)
{
    const struct csv_table *table = &intake->table;
    const char *base = strrchr(intake->source, '/');
    note_add(dataset, "data", "data SOURCE", "%s, %s rows of %s columns",
             shown_name(intake->set ? intake->set->name : base ? base + 1 : intake->source).s,
             text_count(table->rows).s, text_count(table->columns).s);
    if (intake->set)
        return;
    char delimiter[16];
    snprintf(delimiter, sizeof delimiter, table->delimiter == '\t' ? "tabs" : "'%c'", table->delimiter);
    note_add(dataset, "delimiter", "--delimiter C", "%s", table->delimiter == ' ' ? "blanks" : delimiter);
    if (table->header)
        note_add(dataset, "header", "--no-header", "the first row");
    else
        note_add(dataset, "header", NULL, "none: columns are called c1, c2, ...");
    if (table->padded || table->cut || table->quotes)
        note_add(dataset, "mended", NULL, "%s short rows padded, %s long ones cut, %s stray quotes kept",
                 text_count(table->padded).s, text_count(table->cut).s, text_count(table->quotes).s);
}

/* A name that is neither a file nor known: say what is known. */
static void add_known_sets(const char *source, struct err *err)
{
    if (err->code != ERR_FILE || strpbrk(source, "/."))
        return;
    struct text list = {0};
    for (const struct known_set *set = known_sets; set->name; set++)
        text_add(&list, "%s%s", set == known_sets ? "" : " ", set->name);
    struct err file = *err;
    err_set(err, ERR_FILE, "%.380s, nor a known set (%s)", file.message, list.data ? list.data : "");
    text_free(&list);
}

/* A set that is built in or made. */
static int read_known(struct intake *intake, struct err *err)
{
    const struct known_set *set = intake->set;
    int status = known_set_read(set, &intake->table, err);
    if (status == 0 && set->shape)
        status = reading_parse(set->shape, intake->table.columns - 1, &intake->reading, err);
    return status;
}

/* A delimited file, or a known set. */
static int read_table(struct intake *intake, struct dataset *dataset, struct err *err)
{
    const struct data_origin *origin = &dataset->origin;
    struct csv_options options = {.delimiter = origin->delimiter, .header = origin->header, .lenient = origin->lenient};
    int status;
    if (intake->set)
        status = read_known(intake, err);
    else
        status = csv_read_file(intake->source, &options, &intake->table, err);
    if (status != 0) {
        add_known_sets(intake->source, err);
        return -1;
    }
    dataset->hash = intake->table.hash;
    if (intake->table.rows == 0)
        return err_set(err, ERR_DATA, "%.200s: found a header and no rows, expected rows below it", intake->source);
    note_source(intake, dataset);
    stray_words_note(intake, dataset);
    return 0;
}

static int read_source(struct intake *intake, struct dataset *dataset, struct err *err)
{
    intake->source = dataset->origin.source;
    intake->set = known_set_find(intake->source);
    if (intake->set && intake->set->path) {
        intake->source = intake->set->path;
        return known_set_check(intake->set, err) != 0 ? -1 : arrays_read(intake, dataset, err);
    }
    return !intake->set && array_begins(intake->source) ? arrays_read(intake, dataset, err)
                                                        : read_table(intake, dataset, err);
}

/* The columns by name, all of them dropped until said otherwise. */
static int open_columns(const struct intake *intake, struct dataset *dataset, struct err *err)
{
    const struct csv_table *table = &intake->table;
    dataset->column = calloc((size_t)table->columns, sizeof *dataset->column);
    if (!dataset->column)
        return err_set(err, ERR_MEMORY, "out of memory for %d columns", table->columns);
    for (int c = 0; c < table->columns; c++) {
        struct column *column = &dataset->column[c];
        *column = (struct column){.name = strdup(table->column[c].name), .use = COLUMN_DROPPED,
                                  .text = !table->column[c].numeric, .missing = table->column[c].missing};
        dataset->columns++;
        if (!column->name)
            return err_set(err, ERR_MEMORY, "out of memory for %d columns", table->columns);
    }
    return 0;
}

static int build(struct intake *intake, struct dataset *dataset, struct err *err)
{
    if (check_origin(&dataset->origin, err) != 0 || read_source(intake, dataset, err) != 0 ||
        open_columns(intake, dataset, err) != 0 || target_read(intake, dataset, err) != 0)
        return -1;
    dataset->column[intake->target].use = COLUMN_TARGET;
    if (split_rows(dataset, err) != 0 || (!intake->samples && features_encode(intake, dataset, err) != 0))
        return -1;
    return shape_settle(intake, dataset, err);
}

const float *dataset_row(const struct dataset *dataset, int row, float *room)
{
    size_t features = (size_t)dataset->features, first = (size_t)row * features;
    if (dataset->x)
        return dataset->x + first;
    for (size_t f = 0; f < features; f++)
        room[f] = dataset->bytes[first + f];
    return room;
}

const struct column *dataset_column(const struct dataset *dataset, const char *word)
{
    long number;
    for (int c = 0; c < dataset->columns; c++)
        if (strcmp(dataset->column[c].name, word) == 0)
            return &dataset->column[c];
    bool found = text_to_long(word, &number) && number >= 1 && number <= dataset->columns;
    return found ? &dataset->column[number - 1] : NULL;
}

struct dataset *dataset_open(const struct data_origin *origin, struct err *err)
{
    struct err local;
    err = err ? err : &local;
    struct dataset *dataset = calloc(1, sizeof *dataset);
    if (!dataset) {
        err_set(err, ERR_MEMORY, "out of memory for a dataset");
        return NULL;
    }
    dataset->origin = *origin;
    struct intake intake = {0};
    int status = build(&intake, dataset, err);
    csv_table_free(&intake.table);
    free(intake.row);
    if (status == 0)
        return dataset;
    dataset_close(dataset);
    return NULL;
}

static void free_names(char **name, int count)
{
    for (int i = 0; name && i < count; i++)
        free(name[i]);
    free(name);
}

void dataset_close(struct dataset *dataset)
{
    if (!dataset)
        return;
    free_names(dataset->class_name, dataset->classes);
    free_names(dataset->feature_name, dataset->features);
    for (int c = 0; c < dataset->columns; c++) {
        free(dataset->column[c].name);
        free_names(dataset->column[c].category, dataset->column[c].categories);
    }
    free(dataset->column);
    free(dataset->x);
    free(dataset->bytes);
    free(dataset->y);
    free(dataset->train);
    free(dataset->validation);
    free(dataset->test);
    text_free(&dataset->notes);
    free(dataset);
}
