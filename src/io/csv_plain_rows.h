/*
 * csv_plain_rows.h: rows cut and read in place, in text where a quote occurs nowhere: then every delimiter and every
 * end of line is one. Used by csv_plain.c only.
 */
#ifndef IO_CSV_PLAIN_ROWS_H
#define IO_CSV_PLAIN_ROWS_H

#include "csv_columns.h"

#define CSV_PLAIN_CELL_MAX (32 * 1024) /* bytes, blanks around a cell included; far less than CSV_CELL_MAX */

struct csv_plain_rows {
    const char *begin, *end;    /* whole lines; the last may lack its end */
    const char *text;           /* begin, or before it: from here on bytes may be read */
    char delimiter;
    struct csv_columns columns; /* what the cells go to */
    char *scratch;              /* [CSV_PLAIN_SCRATCH] */
};

#define CSV_PLAIN_SCRATCH (CSV_PLAIN_CELL_MAX + 128)

/* Reads all rows as libcsv would in one pass. False when a row has too few or too many cells, a cell is very long, or
 * memory is out, the rows that were lent included. */
bool csv_plain_rows_read(struct csv_plain_rows *rows);

#endif
