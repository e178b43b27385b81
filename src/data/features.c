/*
 * features.c: columns into features: numbers as they are, text one-hot, missing values filled from the training rows.
 *
 * A column is dropped, with a note, when no training row has a value in it, or when it is text with so many categories
 * that it can only name rows: more than CATEGORIES_MAX, or more than FEW_CATEGORIES and over half as many as rows.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "dataset_parts.h"

#define CATEGORIES_MAX 256
#define FEW_CATEGORIES 20
#define NOTES_MAX 6       /* lines of one kind; a last line counts the rest */
#define BLOCK_ROWS 64     /* rows of x that are filled column by column while they are in the cache */
#define MOSTLY_MISSING 0.5

static int out_of_memory(struct err *err)
{
    return err_set(err, ERR_MEMORY, "out of memory for the columns of a dataset");
}

static int train_row(const struct intake *intake, const struct dataset *dataset, int i)
{
    return intake->row[dataset->train[i]];
}

/* The mean of the training rows; NaN if none has a value. */
static double mean_of(const struct intake *intake, const struct dataset *dataset, const float *number)
{
    double sum = 0;
    int count = 0;
    for (int i = 0; i < dataset->trains; i++) {
        float value = number[train_row(intake, dataset, i)];
        if (!isnan(value)) {
            sum += value;
            count++;
        }
    }
    return count ? sum / count : (double)NAN;
}

/* The most frequent category of the training rows, the first of several; -1 if none has one. TALLY [words] is zero. */
static int mode_of(const struct intake *intake, const struct dataset *dataset, const int *code, int words, int *tally)
{
    for (int i = 0; i < dataset->trains; i++) {
        int c = code[train_row(intake, dataset, i)];
        if (c != CSV_MISSING)
            tally[c]++;
    }
    int mode = -1;
    for (int w = 0; w < words; w++)
        if (tally[w] > 0 && (mode < 0 || tally[w] > tally[mode]))
            mode = w;
    return mode;
}

static int count_missing(const struct intake *intake, const struct dataset *dataset, const struct csv_column *from)
{
    int missing = 0;
    for (int r = 0; r < dataset->rows && from->missing > 0; r++)
        missing += from->numeric ? isnan(from->number[intake->row[r]]) : from->code[intake->row[r]] == CSV_MISSING;
    return missing;
}

/* Settles the use of one column that is not the target, and what its missing cells become. */
static int plan_column(const struct intake *intake, struct dataset *dataset, int c, struct err *err)
{
    const struct csv_column *from = &intake->table.column[c];
    struct column *column = &dataset->column[c];
    column->missing = count_missing(intake, dataset, from);
    column->use = COLUMN_FEATURE;
    column->first = dataset->features;
    if (from->numeric) {
        column->fill = mean_of(intake, dataset, from->number);
        column->count = 1;
        if (isnan(column->fill))
            column->use = COLUMN_DROPPED;
    } else {
        int *tally = calloc((size_t)from->words, sizeof *tally);
        if (!tally)
            return out_of_memory(err);
        column->fill_category = mode_of(intake, dataset, from->code, from->words, tally);
        column->count = column->categories = from->words;
        bool names_rows = from->words > FEW_CATEGORIES && from->words > dataset->rows / 2;
        if (column->fill_category < 0 || from->words > CATEGORIES_MAX || names_rows)
            column->use = COLUMN_DROPPED;
        free(tally);
    }
    if (column->use == COLUMN_DROPPED)
        column->first = column->count = 0;
    dataset->features += column->count;
    return 0;
}

static char *join(const char *name, const char *category)
{
    size_t size = strlen(name) + strlen(category) + 2;
    char *joined = malloc(size);
    if (joined) {
        memcpy(joined, name, strlen(name));
        joined[strlen(name)] = '=';
        strcpy(joined + strlen(name) + 1, category);
    }
    return joined;
}

static int name_features(const struct intake *intake, struct dataset *dataset, struct err *err)
{
    dataset->feature_name = calloc((size_t)dataset->features, sizeof *dataset->feature_name);
    if (!dataset->feature_name)
        return out_of_memory(err);
    for (int c = 0; c < dataset->columns; c++) {
        struct column *column = &dataset->column[c];
        if (column->use != COLUMN_FEATURE) {
            column->categories = 0;
            continue;
        }
        char **feature_name = dataset->feature_name + column->first;
        if (!column->text) {
            feature_name[0] = strdup(column->name);
            if (!feature_name[0])
                return out_of_memory(err);
            continue;
        }
        int categories = column->categories;
        column->categories = 0;
        column->category = calloc((size_t)categories, sizeof *column->category);
        for (int k = 0; column->category && k < categories; k++) {
            column->category[k] = strdup(intake->table.column[c].word[k]);
            column->categories++;
            feature_name[k] = column->category[k] ? join(column->name, column->category[k]) : NULL;
            if (!feature_name[k])
                return out_of_memory(err);
        }
        if (!column->category)
            return out_of_memory(err);
    }
    return 0;
}

/* Rows [FIRST, END) of column C into x, which is zero. */
static void fill_rows(const struct intake *intake, struct dataset *dataset, int c, int first, int end)
{
    const struct csv_column *from = &intake->table.column[c];
    const struct column *column = &dataset->column[c];
    size_t features = (size_t)dataset->features;
    for (int r = first; r < end; r++) {
        float *x = dataset->x + (size_t)r * features + column->first;
        if (!column->text) {
            float value = from->number[intake->row[r]];
            x[0] = isnan(value) ? (float)column->fill : value;
        } else {
            int code = from->code[intake->row[r]];
            x[code == CSV_MISSING ? column->fill_category : code] = 1;
        }
    }
}

static int fill(const struct intake *intake, struct dataset *dataset, struct err *err)
{
    double bytes = (double)dataset->rows * dataset->features * sizeof(float);
    if (bytes > (double)memory_available())
        return err_set(err, ERR_MEMORY, "%d rows of %d features would take %s; %s of memory is available",
                       dataset->rows, dataset->features, text_bytes(bytes).s,
                       text_bytes((double)memory_available()).s);
    dataset->x = calloc((size_t)dataset->rows * (size_t)dataset->features, sizeof *dataset->x);
    if (!dataset->x)
        return err_set(err, ERR_MEMORY, "%d rows of %d features would take %s; the system refused it", dataset->rows,
                       dataset->features, text_bytes(bytes).s);
    for (int first = 0, end; first < dataset->rows; first = end) {
        end = dataset->rows - first > BLOCK_ROWS ? first + BLOCK_ROWS : dataset->rows;
        for (int c = 0; c < dataset->columns; c++)
            if (dataset->column[c].use == COLUMN_FEATURE)
                fill_rows(intake, dataset, c, first, end);
    }
    return 0;
}

static void note_dropped(const struct intake *intake, struct dataset *dataset)
{
    int more = 0, lines = 0;
    for (int c = 0; c < dataset->columns; c++) {
        const struct column *column = &dataset->column[c];
        if (column->use != COLUMN_DROPPED)
            continue;
        int words = intake->table.column[c].words;
        if (lines++ >= NOTES_MAX)
            more++;
        else if (column->missing == dataset->rows)
            note_add(dataset, "dropped", NULL, "%s: all values are missing", shown_name(column->name).s);
        else if (words <= FEW_CATEGORIES)
            note_add(dataset, "dropped", NULL, "%s: all training rows miss it", shown_name(column->name).s);
        else
            note_add(dataset, "dropped", NULL, "%s: text, %s different words in %s rows", shown_name(column->name).s,
                     text_count(words).s, text_count(dataset->rows).s);
    }
    if (more)
        note_add(dataset, "dropped", NULL, "and %d columns more", more);
}

static void note_encoded(struct dataset *dataset)
{
    int more = 0, lines = 0;
    for (int c = 0; c < dataset->columns; c++) {
        const struct column *column = &dataset->column[c];
        if (column->use != COLUMN_FEATURE || !column->text)
            continue;
        if (lines++ >= NOTES_MAX)
            more++;
        else
            note_add(dataset, "one-hot", NULL, "%s: %d categories", shown_name(column->name).s, column->categories);
    }
    if (more)
        note_add(dataset, "one-hot", NULL, "and %d columns more", more);
}

static void note_missing(struct dataset *dataset)
{
    int more = 0, lines = 0;
    for (int c = 0; c < dataset->columns; c++) {
        const struct column *column = &dataset->column[c];
        if (column->use != COLUMN_FEATURE || column->missing == 0)
            continue;
        const char *label = column->missing > MOSTLY_MISSING * dataset->rows ? "missing!" : "missing";
        double percent = 100.0 * column->missing / dataset->rows;
        if (lines++ >= NOTES_MAX)
            more++;
        else if (column->text)
            note_add(dataset, label, NULL, "%s: %.3g %% of values, now %s, the training mode",
                     shown_name(column->name).s, percent, shown_name(column->category[column->fill_category]).s);
        else
            note_add(dataset, label, NULL, "%s: %.3g %% of values, now %.4g, the training mean",
                     shown_name(column->name).s, percent, column->fill);
    }
    if (more)
        note_add(dataset, "missing", NULL, "and %d columns more, filled likewise", more);
}

static bool is_constant(const struct dataset *dataset, int feature)
{
    const float *x = dataset->x + feature;
    size_t features = (size_t)dataset->features;
    for (int i = 1; i < dataset->trains; i++)
        if (x[(size_t)dataset->train[i] * features] != x[(size_t)dataset->train[0] * features])
            return false;
    return true;
}

static void note_constant(struct dataset *dataset)
{
    struct text list = {0};
    int count = 0;
    for (int c = 0; c < dataset->columns; c++) {
        const struct column *column = &dataset->column[c];
        bool single = column->use == COLUMN_FEATURE && column->count == 1;
        if (!single || !is_constant(dataset, column->first))
            continue;
        if (count < NOTES_MAX)
            text_add(&list, "%s%s", count ? ", " : "", shown_name(column->name).s);
        count++;
    }
    if (count > NOTES_MAX)
        text_add(&list, " and %d more", count - NOTES_MAX);
    if (count)
        note_add(dataset, "constant", NULL, "%s: one value in all training rows", list.data);
    text_free(&list);
}

int features_encode(struct intake *intake, struct dataset *dataset, struct err *err)
{
    for (int c = 0; c < dataset->columns; c++)
        if (c != intake->target && plan_column(intake, dataset, c, err) != 0)
            return -1;
    if (dataset->features == 0) {
        bool alone = dataset->columns == 1;
        return err_set(err, ERR_DATA, "%.200s: found no feature beside the target %s: %s", intake->source,
                       shown_name(dataset->column[intake->target].name).s,
                       alone ? "expected at least two columns" : "all other columns are empty or name single rows");
    }
    if (name_features(intake, dataset, err) != 0 || fill(intake, dataset, err) != 0)
        return -1;
    note_add(dataset, "features", NULL, "%s, from %s of %s columns", text_count(dataset->features).s,
             text_count(dataset->columns - 1).s, text_count(dataset->columns).s);
    note_encoded(dataset);
    note_dropped(intake, dataset);
    note_missing(dataset);
    note_constant(dataset);
    return 0;
}
