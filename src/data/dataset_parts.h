/*
 * dataset_parts.h: the steps that make a dataset of a table, in the order in which dataset.c takes them.
 *
 * Each fills its part of struct dataset, adds its lines to the notes, and returns 0, or -1 with ERR filled.
 */
#ifndef DATA_DATASET_PARTS_H
#define DATA_DATASET_PARTS_H

#include "data/dataset.h"
#include "io/csv.h"

/* A table on its way to a dataset. */
struct intake {
    struct csv_table table;
    const struct known_set *set; /* NULL: a file */
    const char *source;          /* for messages */
    int target;                  /* the column */
    int *row;                    /* [dataset->rows] rows of the table that have a target */
};

/* Which column is the target, which rows have one, the task, the classes, y. */
int target_read(struct intake *intake, struct dataset *dataset, struct err *err);

/* The training and the validation rows. */
int split_rows(struct dataset *dataset, struct err *err);

/* The use of every column, the features' names, x with missing values filled. */
int features_encode(struct intake *intake, struct dataset *dataset, struct err *err);

/* One line of the notes: LABEL, what was chosen, and, unless CHANGE is NULL, the command that changes it. Text from
 * outside must have been escaped. */
void note_add(struct dataset *dataset, const char *label, const char *change, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* A name for a note: escaped and short. */
struct shown_name {
    char s[36];
};
struct shown_name shown_name(const char *name);

#endif
