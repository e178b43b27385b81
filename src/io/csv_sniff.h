/*
 * csv_sniff.h: what the first rows of a file suggest: its delimiter, whether it has a header, what its columns hold.
 *
 * It only looks at a sample from the beginning, never fails for what the text holds, and promises nothing about the
 * rest of the file. Used by the CSV reader only.
 */
#ifndef IO_CSV_SNIFF_H
#define IO_CSV_SNIFF_H

#include <stdbool.h>
#include <stddef.h>

#include "csv_words.h"

struct csv_survey_column {
    int name;                  /* the first row's cell, a code of `names` */
    bool name_number, name_missing;
    int numbers, texts;        /* cells below it that are one or the other */
    bool repeated;             /* its first row's cell comes again below it */
};

struct csv_survey {
    struct csv_words names;
    struct csv_survey_column *column;
    int columns;               /* cells of the first row; 0 if there is no row */
    int rows;                  /* rows looked at */
    double rows_expected;      /* in the whole file, if the rest is like the sample */
};

/* How many of the SIZE bytes make a good sample: some 64 KB, or more when lines are very long. */
size_t csv_sniff_sample(const char *bytes, size_t size);

/* The delimiter among comma, semicolon, tab, bar and runs of blanks that cuts most rows of the sample into the same
 * number of cells, more than one, quotes respected; a comma when none does: one column. PARTIAL: the file goes on. */
char csv_sniff_delimiter(const char *bytes, size_t size, bool partial);

/* Looks at the columns of the first SAMPLE of SIZE bytes. Returns 0, or -1 when memory is out. Either way
 * csv_survey_free it. */
int csv_survey_open(struct csv_survey *survey, const char *bytes, size_t sample, size_t size, char delimiter);
void csv_survey_free(struct csv_survey *survey);

/* Whether the first row is a header: it holds no number, and either text over a column of numbers or, where all
 * columns are text, only different words, none of which comes again below itself. */
bool csv_survey_header(const struct csv_survey *survey);

#endif
