/*
 * csv_columns.h: the columns of a table while they are read: cells in, row after row, numbers or codes of words out.
 * Used by csv_read.c, which knows rows that are too short or too long and where in the file a cell stands, and by
 * csv_plain.c, which lends the cells.
 *
 * A column is a number until a cell says otherwise. If only missing cells came before, it becomes text on the spot; if
 * numbers came before, their spelling is lost, so the column is passed over and read as text in a second pass, with all
 * other columns passed over.
 */
#ifndef IO_CSV_COLUMNS_H
#define IO_CSV_COLUMNS_H

#include "csv_cell.h"
#include "csv_sniff.h"
#include "csv_words.h"
#include "io/csv.h"

enum csv_kind {
    CSV_UNDECIDED, /* only missing cells so far */
    CSV_NUMBER,
    CSV_TEXT,
    CSV_LATE_TEXT, /* to be read again */
    CSV_PASSED,    /* nothing to be done in this pass */
};

/* A missing cell is CSV_MISSING whichever kind the column turns out to be: the same bits are a NaN (made the usual one,
 * without the sign, in the end). */
union csv_cell {
    float number;
    int code;
};

struct csv_column_state {
    int missing;
    size_t infinite; /* the first event that was a number beyond float; 0: none, or it is text */
    struct csv_words words;
    union csv_cell *cell; /* [capacity]; not its own if lent */
};

struct csv_columns {
    struct csv_column_state *state; /* [count] */
    unsigned char *kind;    /* [count] enum csv_kind, apart from the rest of the state because every cell asks for it */
    union csv_cell *block;  /* [block_room, count] */
    union csv_cell *row;    /* the row of the block at hand */
    int count, block_rows, block_room;
    size_t rows;            /* moved out of the block */
    size_t capacity, rows_expected;
    bool lent;              /* the cells are somebody else's and cannot grow */
};

enum csv_columns_end { CSV_COLUMNS_GOOD, CSV_COLUMNS_TOO_MANY_ROWS, CSV_COLUMNS_NO_MEMORY };

/* COUNT columns; SURVEY is the first guess at their kinds. Returns 0, or -1 when memory is out. Either way
 * csv_columns_free them. */
int csv_columns_open(struct csv_columns *columns, int count, const struct csv_survey *survey);
void csv_columns_free(struct csv_columns *columns);

/* Instead of cells of their own: those of column c are the CAPACITY at CELLS + c * STEP, which outlive the columns. */
void csv_columns_lend(struct csv_columns *columns, union csv_cell *cells, size_t step, size_t capacity);

/* Before a pass. */
void csv_columns_begin(struct csv_columns *columns);

/* A cell of the row at hand that is not a finite number in a column of numbers. Returns 0, or -1 when memory is out. */
int csv_columns_take_other(struct csv_columns *columns, int c, const char *text, size_t n, size_t event);

/* Takes a cell that is a finite number in a column of numbers, as nearly all are; false: take_other is to take it. */
static inline bool csv_columns_take_number(struct csv_columns *columns, int c, const char *text, size_t n)
{
    return columns->kind[c] == CSV_NUMBER && csv_cell_number(text, n, &columns->row[c].number) == CSV_NUMBER_FINITE;
}

/* The rest of the row at hand, from column FROM on, is missing. */
void csv_columns_pad(struct csv_columns *columns, int from);

/* Ends the row at hand. */
enum csv_columns_end csv_columns_end_row(struct csv_columns *columns);

/* At the end of a pass: the rows still in the block. */
enum csv_columns_end csv_columns_flush(struct csv_columns *columns);

/* Whether another pass is needed, for columns that turned to text late. */
bool csv_columns_late(const struct csv_columns *columns);

/* Of lent columns: C is passed over from now on, or, if it is to be read AGAIN, begins anew as text. */
void csv_columns_settle(struct csv_columns *columns, int c, bool again);

/* Moves what a pass has read to TABLE; what turned to text late is all that the next pass does. Returns 0, or -1 when
 * memory is out. */
int csv_columns_move(struct csv_columns *columns, struct csv_table *table);

#endif
