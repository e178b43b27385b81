/*
 * csv.h: a delimited text file, read strictly into typed columns. The only user of libcsv.
 *
 * It knows cells and columns, not what they are for. A column whose every present cell is a number is numeric; any
 * other is text and is kept as codes into a dictionary, in order of first appearance. Missing cells are told apart
 * from both. A ragged row, a lone or an unclosed quote is refused with file:line:column, what was found and what was
 * expected (the line is that of the file, though cells hold line ends; the column counts characters).
 *
 * Cells are split at one delimiter, or at runs of blanks and tabs (then tabs inside quotes become blanks, and blanks
 * at the ends of a line mean nothing). Blanks around an unquoted cell are no part of it. Lines end in LF, CRLF or CR;
 * blank lines are passed over. A byte order mark is passed over; a NUL byte is refused. Bytes that are not UTF-8 are
 * kept as they are.
 *
 * A number is what float can hold, rounded correctly: in a column of numbers, 1e400 or inf is refused (a missing cell,
 * if lenient), for it would only surface later as a loss that is not finite. In a column of text it is a word.
 */
#ifndef IO_CSV_H
#define IO_CSV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define CSV_COLUMNS_MAX 100000

#define CSV_MISSING (-1) /* the code of a missing cell in a text column; a missing number is NaN */

/* Who cuts the cells. The table is the same. */
enum csv_reader {
    CSV_READER_FITTING,  /* ours where there is no quote, with two threads if the file is large; else libcsv */
    CSV_READER_ONE,      /* ours with one thread, or with two, as far as the text lets it; for tests and measurements */
    CSV_READER_TWO,
    CSV_READER_LIBCSV,
};

struct csv_options {
    char delimiter; /* 0: find out; ' ': runs of blanks */
    int header;     /* 1 there is one, 0 there is none, -1: find out */
    bool lenient;   /* short rows are padded with missing cells, long ones cut, quotes inside unquoted cells kept; each
                       kind counted. What can be read in two ways is refused still: an unclosed quote, text after a
                       closing quote */
    enum csv_reader reader;
};

struct csv_column {
    char *name;     /* from the header, or "c1", "c2", ...; made unique; raw bytes from the file */
    bool numeric;
    float *number;  /* [rows] if numeric; NaN where missing */
    int *code;      /* [rows] if text */
    char **word;    /* [words] the dictionary of a text column in one block, or (numeric columns) NULL */
    int words;
    int missing;    /* cells that were "", ?, NA, NaN, null, None or - */
};

struct csv_table {
    int rows, columns;
    struct csv_column *column;
    char delimiter; /* as found or as told */
    bool header;
    int padded, cut; /* rows mended in lenient mode */
    int quotes;      /* stray quotes kept in lenient mode */
    uint64_t hash;   /* XXH3 of all the bytes */
    void *cells;     /* the numbers and codes of all columns in one block, or NULL: each column has its own */
    int threads;     /* that cut the cells; 0: libcsv did */
};

/* Reads a file into TABLE (csv_table_free it). A header alone is a table of no rows. On failure TABLE is empty:
 * ERR_FILE for what cannot be opened or read, ERR_DATA for what it holds, ERR_MEMORY. */
int csv_read_file(const char *path, const struct csv_options *options, struct csv_table *table, struct err *err);

/* The same from memory. NAME stands for the file in messages. */
int csv_read_bytes(const char *name, const void *bytes, size_t n, const struct csv_options *options,
                   struct csv_table *table, struct err *err);

void csv_table_free(struct csv_table *table);

#endif
