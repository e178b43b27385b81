/*
 * dataset_parts.h: the steps that make a dataset of a table, in the order in which dataset.c takes them.
 *
 * Each fills its part of struct dataset, adds its lines to the notes, and returns 0, or -1 with ERR filled.
 */
#ifndef DATA_DATASET_PARTS_H
#define DATA_DATASET_PARTS_H

#include "data/dataset.h"
#include "data/reading.h"
#include "io/csv.h"

/* A table on its way to a dataset. Of samples in an array the table has one column, the labels; the values are in the
 * dataset already. */
struct intake {
    struct csv_table table;
    const struct known_set *set; /* NULL: a file */
    const char *source;          /* for messages */
    int target;                  /* the column */
    int tests;                   /* rows of the table, its last ones, that are for testing */
    bool samples;                /* the values are in the dataset already */
    struct reading reading;      /* how the source says that a row is an image; rank 1: it does not */
    char labels[64];             /* the file that the target came from, escaped; "": a column */
    bool whole;                  /* the target is of a whole-number type, so it names classes */
    int *row;                    /* [dataset->rows] rows of the table that have a target */
};

/* The table of a set that is built in or made. */
int known_set_read(const struct known_set *set, struct csv_table *table, struct err *err);

/* Opens the array intake->source with labels and test samples beside it: the table, and the values of samples. */
int arrays_read(struct intake *intake, struct dataset *dataset, struct err *err);

/* Which column is the target, which rows have one, the task, the classes, y. */
int target_read(struct intake *intake, struct dataset *dataset, struct err *err);

/* The training, the validation and the test rows. */
int split_rows(struct dataset *dataset, struct err *err);

/* A note for every column of text that is nearly one of numbers: a stray word, or commas for decimal points. */
void stray_words_note(const struct intake *intake, struct dataset *dataset);

/* The use of every column, the features' names, x with missing values filled. */
int features_encode(struct intake *intake, struct dataset *dataset, struct err *err);

/* The shape of a row, and the values in its order. */
int shape_settle(const struct intake *intake, struct dataset *dataset, struct err *err);

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
