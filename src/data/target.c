/*
 * target.c: which column is to be predicted, and what kind of task that is.
 *
 * The choice of a task: text is classified. Numbers are classified when all are whole and they are two different
 * values, or at most 20 with at least five rows to each on average, or when they are labels of a whole-number type;
 * otherwise they are a regression.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "dataset_parts.h"

#define FEW_VALUES 20
#define ROWS_TO_A_VALUE 5
#define CLASSES_MAX 1000

static int find_column(const struct csv_table *table, const char *name, bool any_case)
{
    for (int c = 0; c < table->columns; c++)
        if ((any_case ? strcasecmp : strcmp)(table->column[c].name, name) == 0)
            return c;
    return -1;
}

static int refuse_name(const struct intake *intake, const char *wanted, struct err *err)
{
    const struct csv_table *table = &intake->table;
    struct text list = {0};
    int c = 0;
    for (; c < table->columns && list.length < 200; c++)
        text_add(&list, "%s%s", c ? ", " : "", shown_name(table->column[c].name).s);
    if (c < table->columns)
        text_add(&list, ", ... (%d in all)", table->columns);
    const char **names = calloc((size_t)table->columns + 1, sizeof *names);
    for (c = 0; names && c < table->columns; c++)
        names[c] = table->column[c].name;
    const char *nearest = names ? text_nearest(wanted, names) : NULL;
    struct text hint = {0};
    if (nearest)
        text_add(&hint, " (did you mean %s?)", shown_name(nearest).s);
    err_set(err, ERR_DATA, "target: found no column %s%s, expected a number from 1 to %d or one of: %s",
            shown_name(wanted).s, hint.data ? hint.data : "", table->columns, list.data ? list.data : "");
    free(names);
    text_free(&list);
    text_free(&hint);
    return -1;
}

/* Sets intake->target and notes how it came about. */
static int choose_column(struct intake *intake, struct dataset *dataset, struct err *err)
{
    static const char *const usual[] = {"target", "label", "class", "y"};
    const struct csv_table *table = &intake->table;
    const char *wanted = dataset->origin.target, *reason = "as told";
    int column = -1;
    if (*wanted) {
        long number;
        column = find_column(table, wanted, false);
        if (column < 0 && text_to_long(wanted, &number) && number >= 1 && number <= table->columns)
            column = (int)number - 1;
        if (column < 0)
            return refuse_name(intake, wanted, err);
    } else if (intake->set) {
        column = find_column(table, intake->set->target, false);
        reason = "known for this set";
    }
    for (size_t i = 0; column < 0 && i < sizeof usual / sizeof *usual; i++) {
        column = find_column(table, usual[i], true);
        reason = "by its name";
    }
    if (column < 0) {
        column = table->columns - 1;
        reason = "the last column";
    }
    intake->target = column;
    if (*intake->labels) {
        note_add(dataset, "target", NULL, "%s, from %s", shown_name(table->column[column].name).s, intake->labels);
        return 0;
    }
    note_add(dataset, "target", "target COL", "%s, %s", shown_name(table->column[column].name).s, reason);
    return 0;
}

/* Whether row R of COLUMN has a value. */
static bool is_present(const struct csv_column *column, int r)
{
    return column->numeric ? !isnan(column->number[r]) : column->code[r] != CSV_MISSING;
}

static int keep_rows(struct intake *intake, struct dataset *dataset, struct err *err)
{
    const struct csv_column *target = &intake->table.column[intake->target];
    int rows = intake->table.rows;
    intake->row = malloc((size_t)rows * sizeof *intake->row);
    if (!intake->row)
        return err_set(err, ERR_MEMORY, "out of memory for %d rows", rows);
    for (int r = 0; r < rows; r++)
        if (is_present(target, r)) {
            intake->row[dataset->rows++] = r;
            dataset->tests += r >= rows - intake->tests;
        }
    if (dataset->rows == dataset->tests)
        return err_set(err, ERR_DATA, "target %s: found no value in %d rows, expected at least two different ones",
                       shown_name(target->name).s, rows);
    if (dataset->rows < rows)
        note_add(dataset, "left out", NULL, "%s row%s without a target", text_count(rows - dataset->rows).s,
                 rows - dataset->rows == 1 ? "" : "s");
    return 0;
}

/* Different values of y, ascending: at most CLASSES_MAX in VALUE. Returns how many, or CLASSES_MAX + 1 for more.
 * *WHOLE: whether all rows hold whole numbers. */
static int different_values(const struct dataset *dataset, float value[CLASSES_MAX], bool *whole)
{
    int count = 0;
    *whole = true;
    for (int r = 0; r < dataset->rows; r++) {
        float y = dataset->y[r];
        *whole = *whole && y == floorf(y);
        int low = 0, high = count <= CLASSES_MAX ? count : 0;
        while (low < high) {
            int middle = (low + high) / 2;
            if (value[middle] < y)
                low = middle + 1;
            else
                high = middle;
        }
        if (count > CLASSES_MAX || (low < count && value[low] == y))
            continue;
        if (count++ == CLASSES_MAX)
            continue;
        memmove(value + low + 1, value + low, (size_t)(count - 1 - low) * sizeof *value);
        value[low] = y;
    }
    return count;
}

static int refuse_classes(const struct csv_column *target, int classes, int rows, struct err *err)
{
    const char *more = classes > CLASSES_MAX && target->numeric ? "more than " : "";
    return err_set(err, ERR_DATA, "target %s: found %s%d different values in %d rows, expected at most %d classes",
                   shown_name(target->name).s, more, classes > CLASSES_MAX && target->numeric ? CLASSES_MAX : classes,
                   rows, rows / 2 < CLASSES_MAX && rows / 2 > FEW_VALUES ? rows / 2 : CLASSES_MAX);
}

/* Room for the names of CLASSES classes. */
static int open_classes(struct dataset *dataset, const struct csv_column *target, int classes, struct err *err)
{
    if (classes > CLASSES_MAX || (classes > FEW_VALUES && classes > dataset->rows / 2))
        return refuse_classes(target, classes, dataset->rows, err);
    dataset->class_name = calloc((size_t)classes, sizeof *dataset->class_name);
    if (!dataset->class_name)
        return err_set(err, ERR_MEMORY, "out of memory for %d classes", classes);
    dataset->classes = classes;
    return 0;
}

/* The names that a known set has for its classes, if VALUE [classes] are the numbers 0, 1, 2, ... of all of them. */
static const char *const *known_names(const struct known_set *set, const float *value, int classes)
{
    int names = 0;
    while (set && set->class_name && set->class_name[names] && names < classes && value[names] == (float)names)
        names++;
    return names > 0 && names == classes && !set->class_name[names] ? set->class_name : NULL;
}

/* Turns the values in y into indices of VALUE [classes]. */
static int classify_numbers(const struct intake *intake, struct dataset *dataset, const float *value, int classes,
                            struct err *err)
{
    const struct csv_column *target = &intake->table.column[intake->target];
    const char *const *known = known_names(intake->set, value, classes);
    if (open_classes(dataset, target, classes, err) != 0)
        return -1;
    for (int k = 0; k < classes; k++) {
        char name[32];
        snprintf(name, sizeof name, "%.9g", (double)value[k]);
        dataset->class_name[k] = strdup(known ? known[k] : name);
        if (!dataset->class_name[k])
            return err_set(err, ERR_MEMORY, "out of memory for %d classes", classes);
    }
    for (int r = 0; r < dataset->rows; r++) {
        int low = 0;
        for (int high = classes - 1; low < high;) {
            int middle = (low + high) / 2;
            if (value[middle] < dataset->y[r])
                low = middle + 1;
            else
                high = middle;
        }
        dataset->y[r] = (float)low;
    }
    return 0;
}

static int compare_words(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static int classify_words(struct intake *intake, struct dataset *dataset, struct err *err)
{
    const struct csv_column *target = &intake->table.column[intake->target];
    int classes = target->words;
    if (open_classes(dataset, target, classes, err) != 0)
        return -1;
    for (int k = 0; k < classes; k++) {
        dataset->class_name[k] = strdup(target->word[k]);
        if (!dataset->class_name[k])
            return err_set(err, ERR_MEMORY, "out of memory for %d classes", classes);
    }
    qsort(dataset->class_name, (size_t)classes, sizeof *dataset->class_name, compare_words);
    int index[CLASSES_MAX];
    for (int k = 0; k < classes; k++) {
        char **found = bsearch(&target->word[k], dataset->class_name, (size_t)classes, sizeof *found, compare_words);
        index[k] = (int)(found - dataset->class_name);
    }
    for (int r = 0; r < dataset->rows; r++)
        dataset->y[r] = (float)index[target->code[intake->row[r]]];
    return 0;
}

static int read_numbers(struct intake *intake, struct dataset *dataset, struct err *err)
{
    const struct csv_column *target = &intake->table.column[intake->target];
    for (int r = 0; r < dataset->rows; r++)
        dataset->y[r] = target->number[intake->row[r]];
    float value[CLASSES_MAX];
    bool whole;
    int different = different_values(dataset, value, &whole);
    if (different < 2)
        return err_set(err, ERR_DATA, "target %s: found only the value %g, expected at least two different ones",
                       shown_name(target->name).s, (double)value[0]);
    bool few = whole && (different == 2 || (different <= FEW_VALUES && dataset->rows / ROWS_TO_A_VALUE >= different));
    few = few || (intake->whole && different <= CLASSES_MAX && different <= dataset->rows / 2);
    if (intake->set && intake->set->regress && !*dataset->origin.target)
        few = false;
    bool classify = dataset->origin.task < 0 ? few : dataset->origin.task == TASK_CLASSIFY;
    dataset->task = classify ? TASK_CLASSIFY : TASK_REGRESS;
    if (classify) {
        if (classify_numbers(intake, dataset, value, different, err) != 0)
            return -1;
        note_add(dataset, "task", "task regress", "classify, %d %s as classes", different,
                 whole ? "whole numbers" : "numbers");
        return 0;
    }
    bool many = different > CLASSES_MAX;
    note_add(dataset, "task", "task classify", "regress, %s%d different numbers", many ? "over " : "",
             many ? CLASSES_MAX : different);
    return 0;
}

static int read_words(struct intake *intake, struct dataset *dataset, struct err *err)
{
    const struct csv_column *target = &intake->table.column[intake->target];
    if (dataset->origin.task == TASK_REGRESS)
        return err_set(err, ERR_DATA, "target %s: found text (such as %s), expected numbers for a regression",
                       shown_name(target->name).s, shown_name(target->word[0]).s);
    if (target->words < 2)
        return err_set(err, ERR_DATA, "target %s: found only the class %s, expected at least two classes",
                       shown_name(target->name).s, shown_name(target->word[0]).s);
    dataset->task = TASK_CLASSIFY;
    if (classify_words(intake, dataset, err) != 0)
        return -1;
    note_add(dataset, "task", NULL, "classify, %d classes named in text", dataset->classes);
    return 0;
}

int target_read(struct intake *intake, struct dataset *dataset, struct err *err)
{
    if (choose_column(intake, dataset, err) != 0 || keep_rows(intake, dataset, err) != 0)
        return -1;
    dataset->y = malloc((size_t)dataset->rows * sizeof *dataset->y);
    if (!dataset->y)
        return err_set(err, ERR_MEMORY, "out of memory for %d targets", dataset->rows);
    if (intake->table.column[intake->target].numeric)
        return read_numbers(intake, dataset, err);
    return read_words(intake, dataset, err);
}
