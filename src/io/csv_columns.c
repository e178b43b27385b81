/*
 * csv_columns.c: cells into typed columns.
 *
 * Rows are first laid into a small block and moved to their columns a block at a time: writing straight into hundreds
 * of columns would touch another page with every cell.
 */
#include "csv_columns.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>

#define BLOCK_CELLS (32 * 1024)
#define BLOCK_ROWS_MIN 8

int csv_columns_open(struct csv_columns *columns, int count, const struct csv_survey *survey)
{
    int room = BLOCK_CELLS / count > BLOCK_ROWS_MIN ? BLOCK_CELLS / count : BLOCK_ROWS_MIN;
    *columns = (struct csv_columns){
        .count = count, .block_room = room,
        .state = calloc((size_t)count, sizeof *columns->state),
        .kind = calloc((size_t)count, 1), /* CSV_UNDECIDED */
        .block = malloc((size_t)room * (size_t)count * sizeof *columns->block),
        /* A little more than expected, so that usually the columns need not grow. */
        .rows_expected = (size_t)(survey->rows_expected * 1.03) + 16,
    };
    if (!columns->state || !columns->kind || !columns->block)
        return -1;
    for (int c = 0; c < count; c++)
        if (survey->column[c].texts > 0)
            columns->kind[c] = CSV_TEXT;
    return 0;
}

void csv_columns_free(struct csv_columns *columns)
{
    for (int c = 0; columns->state && c < columns->count; c++) {
        csv_words_free(&columns->state[c].words);
        if (!columns->lent)
            free(columns->state[c].cell);
    }
    free(columns->state);
    free(columns->kind);
    free(columns->block);
    *columns = (struct csv_columns){0};
}

void csv_columns_begin(struct csv_columns *columns)
{
    columns->row = columns->block;
    columns->block_rows = 0;
    columns->rows = 0;
    if (!columns->lent)
        columns->capacity = 0;
}

void csv_columns_lend(struct csv_columns *columns, union csv_cell *cells, size_t step, size_t capacity)
{
    columns->lent = true;
    columns->capacity = capacity;
    for (int c = 0; c < columns->count; c++)
        columns->state[c].cell = cells + (size_t)c * step;
}

void csv_columns_settle(struct csv_columns *columns, int c, bool again)
{
    columns->kind[c] = again ? CSV_TEXT : CSV_PASSED;
    if (!again)
        return;
    struct csv_column_state *state = &columns->state[c];
    csv_words_free(&state->words);
    state->missing = 0;
    state->infinite = 0;
}

int csv_columns_take_other(struct csv_columns *columns, int c, const char *text, size_t n, size_t event)
{
    struct csv_column_state *state = &columns->state[c];
    unsigned char *kind = &columns->kind[c];
    union csv_cell *out = &columns->row[c];
    out->code = CSV_MISSING;
    if (*kind == CSV_PASSED || *kind == CSV_LATE_TEXT)
        return 0;
    if (csv_cell_missing(text, n)) {
        state->missing++;
        return 0;
    }
    if (*kind == CSV_UNDECIDED || *kind == CSV_NUMBER) {
        enum csv_number what = csv_cell_number(text, n, &out->number);
        if (what == CSV_NUMBER_INFINITE && state->infinite == 0)
            state->infinite = event;
        state->missing += what == CSV_NUMBER_INFINITE;
        if (what != CSV_NUMBER_NONE) {
            *kind = CSV_NUMBER;
            return 0;
        }
        *kind = *kind == CSV_NUMBER ? CSV_LATE_TEXT : CSV_TEXT;
        if (*kind == CSV_LATE_TEXT)
            return 0;
    }
    out->code = csv_words_code(&state->words, text, n);
    return out->code < 0 ? -1 : 0;
}

void csv_columns_pad(struct csv_columns *columns, int from)
{
    for (int c = from; c < columns->count; c++) {
        columns->row[c].code = CSV_MISSING;
        columns->state[c].missing += columns->kind[c] != CSV_PASSED && columns->kind[c] != CSV_LATE_TEXT;
    }
}

static int grow(struct csv_columns *columns, size_t rows)
{
    if (columns->lent)
        return -1;
    size_t capacity = columns->capacity ? columns->capacity + columns->capacity / 2 : columns->rows_expected;
    capacity = capacity > rows ? capacity : rows;
    for (int c = 0; c < columns->count; c++) {
        struct csv_column_state *state = &columns->state[c];
        if (columns->kind[c] == CSV_PASSED)
            continue;
        union csv_cell *cell = realloc(state->cell, capacity * sizeof *cell);
        if (!cell)
            return -1;
        state->cell = cell;
    }
    columns->capacity = capacity;
    return 0;
}

enum csv_columns_end csv_columns_flush(struct csv_columns *columns)
{
    size_t count = (size_t)columns->count, block_rows = (size_t)columns->block_rows;
    size_t rows = columns->rows + block_rows;
    if (rows > INT_MAX)
        return CSV_COLUMNS_TOO_MANY_ROWS;
    if (rows > columns->capacity && grow(columns, rows) != 0)
        return CSV_COLUMNS_NO_MEMORY;
    for (size_t c = 0; c < count; c++) {
        if (columns->kind[c] == CSV_PASSED)
            continue;
        union csv_cell *to = columns->state[c].cell + columns->rows;
        for (size_t r = 0; r < block_rows; r++)
            to[r] = columns->block[r * count + c];
    }
    columns->rows = rows;
    columns->block_rows = 0;
    columns->row = columns->block;
    return CSV_COLUMNS_GOOD;
}

enum csv_columns_end csv_columns_end_row(struct csv_columns *columns)
{
    columns->row += columns->count;
    return ++columns->block_rows == columns->block_room ? csv_columns_flush(columns) : CSV_COLUMNS_GOOD;
}

bool csv_columns_late(const struct csv_columns *columns)
{
    for (int c = 0; c < columns->count; c++)
        if (columns->kind[c] == CSV_LATE_TEXT)
            return true;
    return false;
}

int csv_columns_move(struct csv_columns *columns, struct csv_table *table)
{
    for (int c = 0; c < columns->count; c++) {
        struct csv_column_state *state = &columns->state[c];
        struct csv_column *column = &table->column[c];
        unsigned char kind = columns->kind[c];
        columns->kind[c] = kind == CSV_LATE_TEXT ? CSV_TEXT : CSV_PASSED;
        if (kind == CSV_PASSED)
            continue;
        union csv_cell *cells = state->cell;
        state->cell = NULL;
        if (kind == CSV_LATE_TEXT) {
            state->missing = 0;
            state->infinite = 0;
            free(cells);
            continue;
        }
        union csv_cell *exact = realloc(cells, (columns->rows ? columns->rows : 1) * sizeof *exact);
        cells = exact ? exact : cells;
        column->numeric = kind != CSV_TEXT;
        column->missing = state->missing;
        column->number = column->numeric ? &cells->number : NULL;
        column->code = column->numeric ? NULL : &cells->code;
        column->words = state->words.count;
        if (csv_words_take(&state->words, &column->word) != 0)
            return -1;
        for (size_t r = 0; column->numeric && column->missing && r < columns->rows; r++)
            if (isnan(cells[r].number))
                cells[r].number = NAN;
    }
    return 0;
}
