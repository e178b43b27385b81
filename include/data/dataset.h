/*
 * dataset.h: what is trained on: features and targets as numbers, split into training and validation rows, and the test
 * rows that some sets bring along.
 *
 * A dataset is made once from a table and then only read. Every choice that was made on the way is a line in `notes`
 * with the command that changes it. Values are raw: transforms (transform.h) are applied when a batch is gathered.
 * Images of bytes stay bytes.
 */
#ifndef DATA_DATASET_H
#define DATA_DATASET_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/text.h"
#include "dnn/shape.h"

enum task { TASK_CLASSIFY, TASK_REGRESS };

/* Where data came from and how it was read: all that is needed to have the same dataset again; a checkpoint keeps
 * it. */
struct data_origin {
    char source[4096];  /* a path, or the name of a known set */
    char target[256];   /* name or 1-based number of the target column; "": choose */
    int task;           /* enum task, or -1: choose */
    char delimiter;     /* 0: find out */
    int header;         /* -1: find out */
    bool lenient;
    double validation;  /* the share of rows kept for validation, in [0, 0.9]; 0.2 by default */
    uint64_t seed;      /* of the split */
    char shape[32];     /* how a row is read as an image, as in reading.h: "1x8x8", "28x28x1 hwc", "flat"; "": as
                           the file has it, which for a table is no image */
};

/* DATA_ORIGIN_DEFAULT: the built-in digits, every choice left to the program. */
struct data_origin data_origin_default(void);

enum column_use { COLUMN_FEATURE, COLUMN_TARGET, COLUMN_DROPPED };

struct column {
    char *name;
    enum column_use use;
    bool text;          /* one-hot encoded; otherwise a number */
    int first, count;   /* its features are [first, first + count); 0 unless a feature */
    char **category;    /* [categories] of a text feature, in order of first appearance, "(missing)" never among them */
    int categories;     /* 0 unless a text feature */
    int missing;        /* cells, in the rows that have a target; in the target column, in all rows */
    double fill;        /* what a missing number became: the mean of the training rows */
    int fill_category;  /* or a missing text: their mode */
};

struct dataset {
    struct data_origin origin;
    uint64_t hash;      /* XXH3 of the bytes of the source; of several files, or packed ones, see arrays.c */
    enum task task;
    int rows, features;
    int classes;        /* of TASK_CLASSIFY; 0 otherwise */
    char **class_name;  /* [classes] numbers ascending, or words in alphabetical order */
    struct shape shape; /* of a row: rank 3, C x H x W, for images; else rank 1 */
    bool hwc;           /* the source had H x W x C; the values were put in the order of `shape` */
    float *x;           /* [rows, features] raw, missing values filled; or NULL: */
    uint8_t *bytes;     /* [rows, features] */
    float *y;           /* [rows] the class index, or the value; rows without a target were left out, and counted */
    char **feature_name; /* [features] "age", "colour=red"; of arrays "p0", "p1", ... in the order of the source */
    struct column *column;
    int columns;        /* of a table; of samples in an array the target alone */
    int *train, trains; /* row numbers, ascending */
    int *validation, validations;
    int *test, tests;   /* official test rows, the last ones: never split, trained on, or part of a statistic */
    struct text notes;  /* one choice a line, escaped: "target      class, the last column      change: target COL" */
};

/* Reads ORIGIN's source, chooses what was left open, splits (stratified when classifying), fills missing values by the
 * training rows' mean or mode, encodes. NULL on failure.
 *
 * Source: a known set; an IDX or .npy file (io/array.h), plain or gzip; else a .csv .tsv .txt file.
 * Arrays [samples, ...]: labels stand in a file beside it, the first of these that is there, with or without .gz:
 *   "images" -> "labels", "idx3" -> "idx1"     train-images-idx3-ubyte.gz, train-labels-idx1-ubyte.gz
 *   NAME-labels.npy, NAME_labels.npy           birds.npy, birds-labels.npy
 *   x -> y, X -> y, X -> Y, a word of its own  X.npy, y.npy; x_train.npy, y_train.npy
 * An array of two dimensions without labels is a table whose last column is the target; one with labels a table too,
 * unless it holds bytes. Test samples and their labels: "train" -> "t10k", "train" -> "test". Labels of a whole-number
 * type are classes. A sample of two dimensions is one channel; one of three is C x H x W, or H x W x C by the rule of
 * reading.h.
 * Shape: origin->shape, or that of the array; otherwise a row.
 *
 * Target: the known set's own; else the column called target, label, class or y, in any case; else the last one.
 * Task: text is classified. So are whole numbers of two values, or of at most 20 with at least five rows to each on
 * average. All else is a regression. ERR_DATA: no such target, fewer than two values in it, text in a regression, more
 * than 1000 classes, more than 20 that outnumber half the rows, no rows, no feature.
 * Columns: a column without a value in the training rows is dropped; so is text with more than 256 different words, or
 * with more than 20 that outnumber half the rows: it names rows. Each such case is noted. */
struct dataset *dataset_open(const struct data_origin *origin, struct err *err);
void dataset_close(struct dataset *dataset);

/* The raw values of ROW: where they stand, or, of bytes, written to ROOM [features]. */
const float *dataset_row(const struct dataset *dataset, int row, float *room);

/* The column that WORD names, or gives the number of, from 1; NULL: there is none. */
const struct column *dataset_column(const struct dataset *dataset, const char *word);

/* Known sets: built into the program, made by it, or files of a Debian package. The list ends with a NULL name. */
struct known_set {
    const char *name, *summary;
    const unsigned char *bytes, *end; /* a CSV with a header; NULL: */
    void (*make)(struct text *csv);   /* makes one; NULL: */
    const char *path, *package;       /* an array, and the package that puts it there */
    const char *target;
    const char *shape;                /* how a row of the CSV is an image (reading.h); NULL: it is none */
    bool regress;                     /* its target is a number, though it might pass for a class */
    const char *const *class_name;    /* of the classes 0, 1, 2, ..., ended by NULL; NULL: their numbers */
};
/* Refuses a set whose file is not there, with the command that installs it. */
int known_set_check(const struct known_set *set, struct err *err);
extern const struct known_set known_sets[];
const struct known_set *known_set_find(const char *name);

#endif
