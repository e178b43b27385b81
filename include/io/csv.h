/*
 * csv.h: a delimited text file, read strictly into typed columns. The only user of libcsv.
 *
 * It knows cells and columns, not what they are for. A column whose every present cell is a number is numeric; any
 * other is text and is kept as codes into a dictionary, in order of first appearance. Missing cells are told apart
 * from both. A ragged row, a lone or an unclosed quote is refused with file:line:column, what was found and what was
 * expected.
 */
#ifndef IO_CSV_H
#define IO_CSV_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

#define CSV_MISSING (-1) /* the code of a missing cell in a text column; a missing number is NaN */

struct csv_options {
    char delimiter; /* 0: find out; ' ': runs of blanks */
    int header;     /* 1 there is one, 0 there is none, -1: find out */
    bool lenient;   /* short rows are padded with missing cells, long ones cut, stray quotes kept; each kind counted */
};

struct csv_column {
    char *name;     /* from the header, or "c1", "c2", ...; made unique; raw bytes from the file */
    bool numeric;
    float *number;  /* [rows] if numeric; NaN where missing */
    int *code;      /* [rows] if text */
    char **word;    /* [words] the dictionary of a text column, or (numeric columns) NULL */
    int words;
    int missing;    /* cells that were "", ?, NA, NaN, null, None or - */
};

struct csv_table {
    int rows, columns;
    struct csv_column *column;
    char delimiter; /* as found or as told */
    bool header;
    int padded, cut; /* rows mended in lenient mode */
};

/* Reads a file. NAME is used in messages. */
int csv_read_file(const char *path, const struct csv_options *options, struct csv_table *table, struct err *err);

/* The same from memory. */
int csv_read_bytes(const char *name, const void *bytes, size_t n, const struct csv_options *options,
                   struct csv_table *table, struct err *err);

void csv_table_free(struct csv_table *table);

#endif
