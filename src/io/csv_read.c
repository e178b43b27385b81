/*
 * csv_read.c: rows out of the scanner into columns (csv_columns.h), in one pass, or two when a column turns out to be
 * text late; and what is wrong with a file, said with its line and column.
 *
 * Callbacks of the scanner cannot fail: they leave a word in struct reader, set `stop` and ignore what still comes.
 */
#include "csv_read.h"

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "csv_columns.h"
#include "csv_scan.h"

enum failure { NO_FAILURE, LONG_ROW, SHORT_ROW, TOO_MANY_ROWS, NO_MEMORY };

struct reader {
    const struct csv_source *source;
    struct csv_scan scan;
    struct csv_columns columns;
    int cell;       /* cells of the row at hand so far */
    int gaps;       /* events of the row at hand that are no cells: the nothing between two blanks of a run */
    int taken;      /* cells of the row at hand that are wanted: all columns, or none in a header or after a failure */
    bool heading;   /* the row at hand is the header */
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

/* A cell of the header, of a row that is too long, or after a failure. */
static void take_unwanted(struct reader *reader, int c)
{
    if (c == reader->columns.count && !reader->failure)
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
    else if (!csv_columns_take_number(&reader->columns, c, text, n) &&
             csv_columns_take_other(&reader->columns, c, text, n, events_now(reader)) != 0)
        fail(reader, NO_MEMORY, events_now(reader));
}

static void take_cell_of_run(void *text, size_t n, void *data)
{
    struct reader *reader = data;
    if (text)
        take_cell(text, n, data);
    else
        reader->gaps++;
}

/* What became of a row that went to the columns. */
static void check_row(struct reader *reader, enum csv_columns_end end)
{
    if (end != CSV_COLUMNS_GOOD)
        fail(reader, end == CSV_COLUMNS_TOO_MANY_ROWS ? TOO_MANY_ROWS : NO_MEMORY, events_now(reader));
}

/* A row with too few or too many cells: refused, or mended. */
static void mend_row(struct reader *reader)
{
    reader->found = reader->cell;
    if (!reader->source->lenient) {
        if (reader->cell > reader->columns.count)
            fail(reader, LONG_ROW, reader->place);
        else
            fail(reader, SHORT_ROW, events_now(reader) + 1);
        return;
    }
    if (reader->cell > reader->columns.count) {
        reader->cut++;
        return;
    }
    reader->padded++;
    csv_columns_pad(&reader->columns, reader->cell);
}

static void take_row(int terminator, void *data)
{
    (void)terminator;
    struct reader *reader = data;
    if (reader->heading && reader->cell > 0) {
        reader->heading = false;
        reader->taken = reader->failure ? 0 : reader->columns.count;
    } else if (reader->cell > 0 && !reader->failure) {
        if (reader->cell != reader->columns.count)
            mend_row(reader);
        if (!reader->failure)
            check_row(reader, csv_columns_end_row(&reader->columns));
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
                      reader->found == 1 ? "" : "s", reader->columns.count, first_line(source), delimiter);
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
        return err_set(err, ERR_MEMORY, "%.140s: out of memory after %zu rows", source->name, reader->columns.rows);
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
        return err_set(err, ERR_MEMORY, "%.140s: out of memory after %zu rows", source->name, reader->columns.rows);
    }
}

static int read_pass(struct reader *reader, struct err *err)
{
    reader->cell = reader->gaps = reader->padded = reader->cut = 0;
    reader->events = 0;
    csv_columns_begin(&reader->columns);
    reader->heading = reader->source->header;
    reader->taken = reader->heading ? 0 : reader->columns.count;
    enum csv_scan_end end = csv_scan_run(&reader->scan);
    if (end == CSV_SCAN_DONE && !reader->failure)
        check_row(reader, csv_columns_flush(&reader->columns));
    if (end != CSV_SCAN_DONE || reader->failure)
        return refuse(reader, end, err);
    return 0;
}

/* Numbers that no float can hold are refused or, if lenient, left missing. */
static int check_range(const struct reader *reader, const struct csv_table *table, struct err *err)
{
    for (int c = 0; c < table->columns && !reader->source->lenient; c++) {
        size_t infinite = reader->columns.state[c].infinite;
        if (table->column[c].numeric && infinite > 0)
            return csv_refuse(reader->source, cell_offset(reader, infinite, true), err,
                              "found a number beyond the range of a 32-bit float in a column of numbers, "
                              "expected a finite one or an empty cell");
    }
    return 0;
}

static int read_passes(struct reader *reader, struct csv_table *table, struct err *err)
{
    bool again;
    do {
        if (read_pass(reader, err) != 0)
            return -1;
        again = csv_columns_late(&reader->columns);
        if (csv_columns_move(&reader->columns, table) != 0)
            return err_set(err, ERR_MEMORY, "%.140s: out of memory", reader->source->name);
    } while (again);
    table->rows = (int)reader->columns.rows;
    table->padded = reader->padded;
    table->cut = reader->cut;
    table->quotes = reader->scan.quotes;
    return check_range(reader, table, err);
}

int csv_read_columns(const struct csv_source *source, const struct csv_survey *survey, struct csv_table *table,
                     struct err *err)
{
    struct reader reader = {
        .source = source,
        .scan = {.bytes = source->bytes, .size = source->size, .delimiter = source->delimiter,
                 .mode = source->lenient ? CSV_SCAN_LENIENT : CSV_SCAN_STRICT, .row = take_row,
                 .cell = source->delimiter == ' ' ? take_cell_of_run : take_cell},
    };
    reader.scan.data = &reader;
    int status;
    if (csv_columns_open(&reader.columns, table->columns, survey) != 0)
        status = err_set(err, ERR_MEMORY, "%.140s: out of memory for %d columns", source->name, table->columns);
    else
        status = read_passes(&reader, table, err);
    csv_columns_free(&reader.columns);
    return status;
}
