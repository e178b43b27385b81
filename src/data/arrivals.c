/*
 * arrivals.c: columns of another file matched to those of a dataset, cell by cell.
 *
 * A column that is text here and numbers there, or the other way round, is the usual trouble: numbers can be read as
 * words (as they stand in the dictionary of the other file), words never as numbers.
 */
#include "data/arrivals.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "dataset_parts.h"
#include "io/array.h"

static int out_of_memory(int rows, struct err *err)
{
    return err_set(err, ERR_MEMORY, "out of memory for %d rows", rows);
}

static int take(struct arrivals *arrivals, const struct dataset *dataset, int rows, bool targets, struct err *err)
{
    arrivals->rows = rows;
    arrivals->x = calloc((size_t)rows * (size_t)dataset->features, sizeof *arrivals->x);
    arrivals->y = targets ? malloc((size_t)rows * sizeof *arrivals->y) : NULL;
    return arrivals->x && (arrivals->y || !targets) ? 0 : out_of_memory(rows, err);
}

/* --- which column is which */

static bool named(const struct dataset *dataset, const struct csv_table *table)
{
    return table->header || dataset->columns == 0 || strcmp(dataset->column[0].name, "c1") != 0;
}

/* The column of TABLE that is column C of DATASET; NULL: it is not there. */
static const struct csv_column *match(const struct dataset *dataset, const struct csv_table *table, int c, int target)
{
    if (named(dataset, table)) {
        for (int i = 0; i < table->columns; i++)
            if (strcmp(table->column[i].name, dataset->column[c].name) == 0)
                return &table->column[i];
        return NULL;
    }
    if (table->columns == dataset->columns)
        return &table->column[c];
    bool without = table->columns == dataset->columns - 1 && c != target;
    return without ? &table->column[c - (c > target)] : NULL;
}

static int refuse_column(const struct dataset *dataset, const struct csv_table *table, int c, const char *source,
                         struct err *err)
{
    struct text has = {0};
    char name[64], other[64];
    for (int i = 0; i < table->columns && i < 12; i++)
        text_add(&has, "%s%s", i ? ", " : "", text_escape(other, sizeof other, table->column[i].name));
    err_set(err, ERR_DATA, "%.200s: has no column %s, which the network was trained with; it has %d: %.200s%s", source,
            text_escape(name, sizeof name, dataset->column[c].name), table->columns, has.data,
            table->columns > 12 ? ", ..." : "");
    text_free(&has);
    return -1;
}

/* --- cells */

static int fill_numbers(struct arrivals *arrivals, const struct dataset *dataset, const struct column *column,
                        const struct csv_column *from, const char *source, struct err *err)
{
    char name[64], word[64];
    if (!from->numeric && from->words > 0)
        return err_set(err, ERR_DATA, "%.200s: column %s holds text such as '%s'; the network was trained with numbers",
                       source, text_escape(name, sizeof name, column->name),
                       text_escape(word, sizeof word, from->word[0]));
    for (int r = 0; r < arrivals->rows; r++) {
        float value = from->numeric ? from->number[r] : (float)NAN;
        bool missing = isnan(value);
        arrivals->missing += missing;
        arrivals->x[(size_t)r * (size_t)dataset->features + (size_t)column->first] =
            missing ? (float)column->fill : value;
    }
    return 0;
}

static int find_word(char *const word[], int words, const char *wanted)
{
    int found = words - 1;
    while (found >= 0 && strcmp(word[found], wanted) != 0)
        found--;
    return found;
}

/* The word of a cell; numbers as a person writes them. NULL: missing. */
static const char *word_of(const struct csv_column *from, int r, struct figure *room)
{
    if (!from->numeric)
        return from->code[r] == CSV_MISSING ? NULL : from->word[from->code[r]];
    if (isnan(from->number[r]))
        return NULL;
    *room = text_exact(from->number[r]);
    return room->s;
}

static void fill_words(struct arrivals *arrivals, const struct dataset *dataset, const struct column *column,
                       const struct csv_column *from)
{
    struct figure room;
    for (int r = 0; r < arrivals->rows; r++) {
        const char *word = word_of(from, r, &room);
        int category = word ? find_word(column->category, column->categories, word) : column->fill_category;
        arrivals->missing += !word;
        arrivals->words += category < 0;
        if (category >= 0)
            arrivals->x[(size_t)r * (size_t)dataset->features + (size_t)(column->first + category)] = 1;
    }
}

/* Class names of numbers are compared as numbers: 1 is 1.0. */
static float class_of(const struct dataset *dataset, const char *word)
{
    double value, other;
    int found = find_word(dataset->class_name, dataset->classes, word);
    bool number = found < 0 && text_to_double(word, &value);
    for (int k = 0; number && found < 0 && k < dataset->classes; k++)
        if (text_to_double(dataset->class_name[k], &other) && (float)other == (float)value)
            found = k;
    return found < 0 ? (float)NAN : (float)found;
}

static void fill_target(struct arrivals *arrivals, const struct dataset *dataset, const struct csv_column *from)
{
    struct figure room;
    for (int r = 0; r < arrivals->rows; r++) {
        const char *word = word_of(from, r, &room);
        float y = (float)NAN;
        if (word && dataset->task == TASK_CLASSIFY)
            y = class_of(dataset, word);
        else if (word && from->numeric)
            y = from->number[r];
        arrivals->labels += word && isnan(y);
        arrivals->y[r] = y;
    }
}

/* --- files */

static int read_csv(const struct dataset *dataset, const char *source, struct csv_table *table, struct err *err)
{
    const struct data_origin *origin = &dataset->origin;
    const struct known_set *set = known_set_find(source);
    struct csv_options options = {.delimiter = origin->delimiter, .header = origin->header, .lenient = origin->lenient};
    return set ? known_set_read(set, table, err) : csv_read_file(source, &options, table, err);
}

static int fill_from_table(struct arrivals *arrivals, const struct dataset *dataset, const struct csv_table *table,
                           const char *source, struct err *err)
{
    int target = 0;
    while (target < dataset->columns && dataset->column[target].use != COLUMN_TARGET)
        target++;
    const struct csv_column *labels = target < dataset->columns ? match(dataset, table, target, target) : NULL;
    if (table->rows == 0)
        return err_set(err, ERR_DATA, "%.200s: found a header and no rows", source);
    if (take(arrivals, dataset, table->rows, labels, err))
        return -1;
    for (int c = 0; c < dataset->columns; c++) {
        const struct column *column = &dataset->column[c];
        if (column->use != COLUMN_FEATURE)
            continue;
        const struct csv_column *from = match(dataset, table, c, target);
        if (!from)
            return refuse_column(dataset, table, c, source, err);
        if (column->text)
            fill_words(arrivals, dataset, column, from);
        else if (fill_numbers(arrivals, dataset, column, from, source, err))
            return -1;
    }
    if (labels)
        fill_target(arrivals, dataset, labels);
    return 0;
}

static int read_table(struct arrivals *arrivals, const struct dataset *dataset, const char *source, struct err *err)
{
    struct csv_table table = {0};
    if (dataset->columns < 2)
        return err_set(err, ERR_DATA, "%.200s: is a table; the network was trained with arrays of %d values", source,
                       dataset->features);
    if (read_csv(dataset, source, &table, err))
        return -1;
    int status = fill_from_table(arrivals, dataset, &table, source, err);
    csv_table_free(&table);
    return status;
}

/* Samples of the dataset's size, in the order of its source. */
static int fill_from_array(struct arrivals *arrivals, const struct dataset *dataset, struct array *array,
                           const char *source, struct err *err)
{
    size_t rows = array->dim[0], size = array->count / rows, features = (size_t)dataset->features;
    const struct reading reading = {dataset->shape, dataset->hwc};
    if (size != features || rows > INT32_MAX)
        return err_set(err, ERR_DATA, "%.200s: samples of %zu values; the network takes %zu", source, size, features);
    if (take(arrivals, dataset, (int)rows, false, err) || array_read_numbers(array, arrivals->x, err))
        return -1;
    float *room = malloc(features * sizeof *room);
    for (size_t r = 0; room && dataset->shape.rank == 3 && r < rows; r++) {
        float *x = arrivals->x + r * features;
        for (size_t f = 0; f < features; f++)
            room[f] = x[reading_source(&reading, f)];
        memcpy(x, room, features * sizeof *x);
    }
    free(room);
    return room ? 0 : out_of_memory((int)rows, err);
}

static int read_array(struct arrivals *arrivals, const struct dataset *dataset, const char *source, struct err *err)
{
    struct array array;
    if (array_open(&array, source, err))
        return -1;
    int status = fill_from_array(arrivals, dataset, &array, source, err);
    array_close(&array);
    return status;
}

int arrivals_open(struct arrivals *arrivals, const struct dataset *dataset, const char *source, struct err *err)
{
    const struct known_set *set = known_set_find(source);
    int status;
    *arrivals = (struct arrivals){0};
    if (set && set->path)
        status = known_set_check(set, err) ? -1 : read_array(arrivals, dataset, set->path, err);
    else if (!set && array_begins(source))
        status = read_array(arrivals, dataset, source, err);
    else
        status = read_table(arrivals, dataset, source, err);
    if (status)
        arrivals_close(arrivals);
    return status;
}

void arrivals_close(struct arrivals *arrivals)
{
    free(arrivals->x);
    free(arrivals->y);
    *arrivals = (struct arrivals){0};
}
