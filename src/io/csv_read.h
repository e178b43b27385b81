/*
 * csv_read.h: one pass over the text that turns cells into columns, and the words for what is wrong with it.
 * It stands between csv.c, which opens files and settles delimiter and header, and csv_scan.c, which cuts cells.
 */
#ifndef IO_CSV_READ_H
#define IO_CSV_READ_H

#include "csv_sniff.h"
#include "io/csv.h"

/* The text and how it is to be read. */
struct csv_source {
    const char *name;  /* for messages */
    const char *bytes; /* without a byte order mark */
    size_t size;
    char delimiter;
    bool header, lenient;
};

/* Reads SOURCE into TABLE, whose columns are there, named and otherwise zero. SURVEY is the first guess at types. */
int csv_read_columns(const struct csv_source *source, const struct csv_survey *survey, struct csv_table *table,
                     struct err *err);

/* ERR_DATA "name:line:column: ..." for the byte at OFFSET; returns -1. Lines and columns count from 1, columns in
 * characters of UTF-8. */
int csv_refuse(const struct csv_source *source, size_t offset, struct err *err, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

#endif
