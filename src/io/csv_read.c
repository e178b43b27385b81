/*
 * csv_read.c: cells into typed columns, in one pass, or two when a column turns out to be text late.
 *
 * A column is a number until a cell says otherwise. If only missing cells came before, it becomes text on the spot; if
 * numbers came before, their spelling is lost, so the column is passed over and read as text in a second pass, with all
 * other columns passed over.
 *
 * Rows are first laid into a small block and moved to their columns a block at a time: writing straight into hundreds
 * of columns would touch another page with every cell.
 *
 * Callbacks of the scanner cannot fail: they leave a word in struct reader, set `stop` and ignore what still comes.
 */
#include "csv_read.h"

#include <limits.h>
#include <math.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "csv_cell.h"
#include "csv_scan.h"

#define BLOCK_CELLS (32 * 1024)
#define BLOCK_ROWS_MIN 8

enum kind {
    UNDECIDED, /* only missing cells so far */
    NUMBER,
    TEXT,
    LATE_TEXT, /* to be read again */
    PASSED,    /* nothing to be done in this pass */
};

/* A missing cell is CODE -1 whichever kind the column turns out to be: the same bits are a NaN (made the usual one,
 * without the sign, in the end). */
union cell {
    float number;
    int code;
};

struct state {
    int missing;
    size_t infinite; /* the first event that was a number beyond float; 0: none */
    struct csv_words words;
    union cell *cell; /* [capacity] */
};

enum failure { NO_FAILURE, LONG_ROW, SHORT_ROW, TOO_MANY_ROWS, NO_MEMORY };

struct reader {
    const struct csv_source *source;
    struct csv_scan scan;
    struct state *state; /* [columns] */
    unsigned char *kind; /* [columns] enum kind, apart from the rest of the state because every cell asks for it */
    union cell *block;   /* [block_room, columns] */
    union cell *row;     /* the row of the block at hand */
    int block_rows, block_room;
    int columns;
    int cell;       /* cells of the row at hand so far */
    int gaps;       /* events of the row at hand that are no cells: the nothing between two blanks of a run */
    int taken;      /* cells of the row at hand that are wanted: all columns, or none in a header or after a failure */
    bool heading;   /* the row at hand is the header */
    size_t rows;    /* moved to their columns */
    size_t capacity;
    size_t rows_expected;
    size_t events;  /* up to the end of the last row */
    enum failure failure;
    size_t place;   /* the event that a failure is about */
    int found;      /* cells of the row that fails */
    int padded, cut;
};

int csv_refuse(const struct csv_source *source, size_t offset, struct err *err, const char *format, ...)
{
    size_t line = 1, column = 1;
    for (size_t i = 0; i < offset; i++) {
        unsigned char c = (unsigned char)source->bytes[i];
        bool lone_return = c == '\r' && (i + 1 == source->size || source->bytes[i + 1] != '\n');
        if (c == '\n' || lone_return) {
            line++;
            column = 1;
        } else if ((c & 0xC0) != 0x80) {
            column++;
        }
    }
    char what[320];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    return err_set(err, ERR_DATA, "%.140s:%zu:%zu: %s", source->name, line, column, what);
}

/* How many events there have been. */
static size_t events_now(const struct reader *reader)
{
    return reader->events + (size_t)reader->cell + (size_t)reader->gaps;
}

static void fail(struct reader *reader, enum failure failure, size_t place)
{
    reader->failure = failure;
    reader->place = place;
    reader->taken = 0;
    reader->scan.stop = true;
}

/* Everything but a number in a column of numbers. */
static void take_other(struct reader *reader, int c, const char *text, size_t n)
{
    struct state *state = &reader->state[c];
    unsigned char *kind = &reader->kind[c];
    union cell *out = &reader->row[c];
    out->code = CSV_MISSING;
    if (*kind == PASSED || *kind == LATE_TEXT)
        return;
    if (csv_cell_missing(text, n)) {
        state->missing++;
        return;
    }
    if (*kind == UNDECIDED || *kind == NUMBER) {
        enum csv_number what = csv_cell_number(text, n, &out->number);
        if (what == CSV_NUMBER_INFINITE && state->infinite == 0)
            state->infinite = events_now(reader);
        state->missing += what == CSV_NUMBER_INFINITE;
        if (what != CSV_NUMBER_NONE) {
            *kind = NUMBER;
            return;
        }
        *kind = *kind == NUMBER ? LATE_TEXT : TEXT;
        if (*kind == LATE_TEXT)
            return;
    }
    out->code = csv_words_code(&state->words, text, n);
    if (out->code < 0)
        fail(reader, NO_MEMORY, events_now(reader));
}

/* A cell of the header, of a row that is too long, or after a failure. */
static void take_unwanted(struct reader *reader, int c)
{
    if (c == reader->columns && !reader->failure)
        reader->place = events_now(reader);
    if (reader->cell == INT_MAX)
        reader->cell--;
}

static void take_cell(void *text, size_t n, void *data)
{
    struct reader *reader = data;
    int c = reader->cell++;
    if (c >= reader->taken)
        take_unwanted(reader, c);
    else if (reader->kind[c] != NUMBER || csv_cell_number(text, n, &reader->row[c].number) != CSV_NUMBER_FINITE)
        take_other(reader, c, text, n);
}

static void take_cell_of_run(void *text, size_t n, void *data)
{
    struct reader *reader = data;
    if (text)
        take_cell(text, n, data);
    else
        reader->gaps++;
}

static bool grow_columns(struct reader *reader, size_t rows)
{
    size_t capacity = reader->capacity ? reader->capacity + reader->capacity / 2 : reader->rows_expected;
    capacity = capacity > rows ? capacity : rows;
    for (int c = 0; c < reader->columns; c++) {
        struct state *state = &reader->state[c];
        if (reader->kind[c] == PASSED)
            continue;
        union cell *cell = realloc(state->cell, capacity * sizeof *cell);
        if (!cell)
            return false;
        state->cell = cell;
    }
    reader->capacity = capacity;
    return true;
}

static void empty_block(struct reader *reader)
{
    size_t columns = (size_t)reader->columns, block_rows = (size_t)reader->block_rows;
    size_t rows = reader->rows + block_rows;
    if (rows > INT_MAX) {
        fail(reader, TOO_MANY_ROWS, events_now(reader));
        return;
    }
    if (rows > reader->capacity && !grow_columns(reader, rows)) {
        fail(reader, NO_MEMORY, events_now(reader));
        return;
    }
    for (size_t c = 0; c < columns; c++) {
        if (reader->kind[c] == PASSED)
            continue;
        union cell *to = reader->state[c].cell + reader->rows;
        for (size_t r = 0; r < block_rows; r++)
            to[r] = reader->block[r * columns + c];
    }
    reader->rows = rows;
    reader->block_rows = 0;
    reader->row = reader->block;
}

/* A row with too few or too many cells: refused, or mended. */
static void mend_row(struct reader *reader)
{
    reader->found = reader->cell;
    if (!reader->source->lenient) {
        if (reader->cell > reader->columns)
            fail(reader, LONG_ROW, reader->place);
        else
            fail(reader, SHORT_ROW, events_now(reader) + 1);
        return;
    }
    if (reader->cell > reader->columns) {
        reader->cut++;
        return;
    }
    reader->padded++;
    for (int c = reader->cell; c < reader->columns; c++) {
        reader->row[c].code = CSV_MISSING;
        reader->state[c].missing += reader->kind[c] != PASSED && reader->kind[c] != LATE_TEXT;
    }
}

static void take_row(int terminator, void *data)
{
    (void)terminator;
    struct reader *reader = data;
    if (reader->heading && reader->cell > 0) {
        reader->heading = false;
        reader->taken = reader->failure ? 0 : reader->columns;
    } else if (reader->cell > 0 && !reader->failure) {
        if (reader->cell != reader->columns)
            mend_row(reader);
        reader->row += reader->columns;
        if (!reader->failure && ++reader->block_rows == reader->block_room)
            empty_block(reader);
    }
    reader->events = events_now(reader) + 1;
    reader->cell = reader->gaps = 0;
}

/* The offset at which the cell of event EVENT begins. */
static size_t cell_offset(const struct reader *reader, size_t event, bool any_line)
{
    const struct csv_source *source = reader->source;
    size_t at = csv_scan_locate(&reader->scan, event - 1);
    for (; at < source->size; at++) {
        char c = source->bytes[at];
        bool blank = (c == ' ' || c == '\t') && (c != source->delimiter || c == ' ');
        if (!blank && !(any_line && (c == '\n' || c == '\r')))
            break;
    }
    return at;
}

static size_t first_line(const struct csv_source *source)
{
    size_t line = 1;
    for (size_t i = 0; i + 1 < source->size && strchr("\r\n \t", source->bytes[i]); i++)
        line += source->bytes[i] == '\n' || (source->bytes[i] == '\r' && source->bytes[i + 1] != '\n');
    return line;
}

static int refuse_row(const struct reader *reader, struct err *err)
{
    const struct csv_source *source = reader->source;
    size_t offset;
    if (reader->failure == LONG_ROW) {
        offset = cell_offset(reader, reader->place, false);
    } else {
        offset = csv_scan_locate(&reader->scan, reader->place);
        if (offset > 0 && strchr("\r\n", source->bytes[offset - 1]))
            offset--;
    }
    char delimiter[24];
    if (source->delimiter == ' ')
        snprintf(delimiter, sizeof delimiter, "blanks");
    else
        snprintf(delimiter, sizeof delimiter, source->delimiter == '\t' ? "tabs" : "'%c'", source->delimiter);
    return csv_refuse(source, offset, err,
                      "found %d cell%s in this row, expected %d as in line %zu (cells are split at %s)", reader->found,
                      reader->found == 1 ? "" : "s", reader->columns, first_line(source), delimiter);
}

static int refuse(const struct reader *reader, enum csv_scan_end end, struct err *err)
{
    const struct csv_source *source = reader->source;
    switch (reader->failure) {
    case LONG_ROW:
    case SHORT_ROW:
        return refuse_row(reader, err);
    case TOO_MANY_ROWS:
        return err_set(err, ERR_DATA, "%.140s: found more than %d rows, expected no more", source->name, INT_MAX);
    case NO_MEMORY:
        return err_set(err, ERR_MEMORY, "%.140s: out of memory after %zu rows", source->name, reader->rows);
    case NO_FAILURE:
        break;
    }
    switch (end) {
    case CSV_SCAN_QUOTE_INSIDE:
        return csv_refuse(source, reader->scan.offset, err,
                          "found a quote inside an unquoted cell, expected quotes around the cell, this one doubled");
    case CSV_SCAN_AFTER_QUOTE:
        return csv_refuse(source, reader->scan.offset, err,
                          "found text after a closing quote, expected the next cell or the end of the line");
    case CSV_SCAN_UNCLOSED:
        return csv_refuse(source, cell_offset(reader, events_now(reader) + 1, true), err,
                          "found a quote that is never closed, expected a closing quote before the end of the file");
    case CSV_SCAN_LONG_CELL:
        return csv_refuse(source, cell_offset(reader, events_now(reader) + 1, true), err,
                          "found a cell longer than %d bytes, expected less: is a quote not closed?", CSV_CELL_MAX);
    default:
        return err_set(err, ERR_MEMORY, "%.140s: out of memory after %zu rows", source->name, reader->rows);
    }
}

static int read_pass(struct reader *reader, struct err *err)
{
    reader->block_rows = reader->cell = reader->gaps = reader->padded = reader->cut = 0;
    reader->row = reader->block;
    reader->rows = reader->capacity = reader->events = 0;
    reader->heading = reader->source->header;
    reader->taken = reader->heading ? 0 : reader->columns;
    enum csv_scan_end end = csv_scan_run(&reader->scan);
    if (end == CSV_SCAN_DONE && !reader->failure && reader->block_rows > 0)
        empty_block(reader);
    if (end != CSV_SCAN_DONE || reader->failure)
        return refuse(reader, end, err);
    return 0;
}

static bool needs_second_pass(const struct reader *reader)
{
    for (int c = 0; c < reader->columns; c++)
        if (reader->kind[c] == LATE_TEXT)
            return true;
    return false;
}

/* Moves what is read to the table; what turned to text late becomes all that the next pass has to do. */
static void move_columns(struct reader *reader, struct csv_table *table)
{
    for (int c = 0; c < reader->columns; c++) {
        struct state *state = &reader->state[c];
        struct csv_column *column = &table->column[c];
        unsigned char kind = reader->kind[c];
        reader->kind[c] = kind == LATE_TEXT ? TEXT : PASSED;
        if (kind == PASSED)
            continue;
        union cell *cells = state->cell;
        state->cell = NULL;
        if (kind == LATE_TEXT) {
            state->missing = 0;
            free(cells);
            continue;
        }
        union cell *exact = realloc(cells, (reader->rows ? reader->rows : 1) * sizeof *exact);
        cells = exact ? exact : cells;
        column->numeric = kind != TEXT;
        column->missing = state->missing;
        column->number = column->numeric ? &cells->number : NULL;
        column->code = column->numeric ? NULL : &cells->code;
        for (size_t r = 0; column->numeric && column->missing && r < reader->rows; r++)
            if (isnan(cells[r].number))
                cells[r].number = NAN;
    }
}

/* The words of the text columns, and numbers that no float can hold refused or, if lenient, left missing. */
static int finish_columns(struct reader *reader, struct csv_table *table, struct err *err)
{
    for (int c = 0; c < reader->columns; c++) {
        struct csv_column *column = &table->column[c];
        struct state *state = &reader->state[c];
        int words = state->words.count;
        if (csv_words_take(&state->words, &column->word) != 0)
            return err_set(err, ERR_MEMORY, "%.140s: out of memory", reader->source->name);
        column->words = words;
        if (column->numeric && state->infinite > 0 && !reader->source->lenient)
            return csv_refuse(reader->source, cell_offset(reader, state->infinite, true), err,
                              "found a number beyond the range of a 32-bit float in a column of numbers, "
                              "expected a finite one or an empty cell");
    }
    return 0;
}

static int read_passes(struct reader *reader, struct csv_table *table, struct err *err)
{
    if (read_pass(reader, err) != 0)
        return -1;
    bool second = needs_second_pass(reader);
    move_columns(reader, table);
    if (second) {
        if (read_pass(reader, err) != 0)
            return -1;
        move_columns(reader, table);
    }
    table->rows = (int)reader->rows;
    table->padded = reader->padded;
    table->cut = reader->cut;
    table->quotes = reader->scan.quotes;
    return finish_columns(reader, table, err);
}

int csv_read_columns(const struct csv_source *source, const struct csv_survey *survey, struct csv_table *table,
                     struct err *err)
{
    int columns = table->columns;
    int block_room = BLOCK_CELLS / columns > BLOCK_ROWS_MIN ? BLOCK_CELLS / columns : BLOCK_ROWS_MIN;
    struct reader reader = {
        .source = source, .columns = columns, .block_room = block_room,
        .scan = {.bytes = source->bytes, .size = source->size, .delimiter = source->delimiter,
                 .mode = source->lenient ? CSV_SCAN_LENIENT : CSV_SCAN_STRICT, .row = take_row,
                 .cell = source->delimiter == ' ' ? take_cell_of_run : take_cell},
        .state = calloc((size_t)columns, sizeof *reader.state),
        .kind = calloc((size_t)columns, 1), /* UNDECIDED */
        /* A little more than expected, so that usually the columns need not grow. */
        .rows_expected = (size_t)(survey->rows_expected * 1.03) + 16,
        .block = malloc((size_t)block_room * (size_t)columns * sizeof *reader.block),
    };
    reader.scan.data = &reader;
    int status;
    if (!reader.state || !reader.kind || !reader.block) {
        status = err_set(err, ERR_MEMORY, "%.140s: out of memory for %d columns", source->name, columns);
    } else {
        for (int c = 0; c < columns; c++)
            if (survey->column[c].texts > 0)
                reader.kind[c] = TEXT;
        status = read_passes(&reader, table, err);
    }
    for (int c = 0; reader.state && c < columns; c++) {
        csv_words_free(&reader.state[c].words);
        free(reader.state[c].cell);
    }
    free(reader.state);
    free(reader.kind);
    free(reader.block);
    return status;
}
