/*
 * csv_plain.c: plain text shared out between threads, which each read whole lines straight to their rows of the table.
 *
 * Without quotes every line feed ends a row, so the text may be cut at any of them, and counting them says where in
 * the columns the second part begins (a little too late when lines are blank; its rows move up in the end). Types and
 * dictionaries are found by each part on its own and put together; where the parts disagree on a type, or a column
 * turns out to be text late, another pass reads it as text, as csv_read.c does.
 */
#include "csv_plain.h"

#include <limits.h>
#include <math.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "csv_block.h"
#include "csv_plain_rows.h"
#include "csv_scan.h"

#define PARTS_MAX 2

struct part {
    struct csv_plain_rows rows;
    size_t lines; /* lines that end in this part, one more for the last line of all without an end */
    bool plain;   /* it holds no quote */
    bool read;    /* the last pass went well */
};

struct plain {
    struct csv_table *table;
    struct part part[PARTS_MAX];
    int parts;
    size_t room;  /* cells from one column to the next */
    union csv_cell *cells; /* [columns, room] */
};

/* Does WORK on all parts, one of them in this thread. */
static void work_on_parts(struct plain *plain, void *(*work)(void *part))
{
    pthread_t thread;
    bool threaded = false;
    if (plain->parts > 1) {
        sigset_t all, before; /* signals are for the thread that waits for keys */
        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, &before);
        threaded = pthread_create(&thread, NULL, work, &plain->part[1]) == 0;
        pthread_sigmask(SIG_SETMASK, &before, NULL);
    }
    work(&plain->part[0]);
    if (threaded)
        pthread_join(thread, NULL);
    else if (plain->parts > 1)
        work(&plain->part[1]);
}

static void *count_lines(void *data)
{
    struct part *part = data;
    const char *p = part->rows.begin, *end = part->rows.end;
    bool quotes = false;
    while (p < end && !quotes) {
        size_t n = end - p < UCHAR_MAX ? (size_t)(end - p) : UCHAR_MAX;
        unsigned char lines = 0, quote = 0; /* bytes, so that many are counted at once */
        for (size_t i = 0; i < n; i++) {
            lines = (unsigned char)(lines + (p[i] == '\n'));
            quote |= p[i] == '"';
        }
        part->lines += lines;
        quotes = quote;
        p += n;
    }
    part->plain = !quotes;
    return NULL;
}

static void *read_part(void *data)
{
    struct part *part = data;
    part->read = csv_plain_rows_read(&part->rows);
    return NULL;
}

/* Where the first row after the header begins; NULL when the header holds a quote or is too long. */
static const char *after_header(const struct csv_source *source)
{
    const char *p = source->bytes, *end = p + source->size;
    while (p < end && (*p == '\n' || *p == '\r' || *p == ' ' || (*p == '\t' && source->delimiter != '\t')))
        p++;
    const char *begin = p;
    while (p < end && *p != '\n' && *p != '\r')
        p++;
    size_t n = (size_t)(p - begin);
    return n > CSV_CELL_MAX || memchr(begin, '"', n) ? NULL : p;
}

static bool open_parts(struct plain *plain, const struct csv_source *source, const struct csv_survey *survey,
                       int threads)
{
    const char *begin = source->header ? after_header(source) : source->bytes, *end = source->bytes + source->size;
    if (!begin)
        return false;
    size_t half = (size_t)(end - begin) / 2;
    const char *cut = threads > 1 ? memchr(begin + half, '\n', (size_t)(end - begin) - half) : NULL;
    plain->parts = cut ? 2 : 1;
    for (int i = 0; i < plain->parts; i++) {
        struct part *part = &plain->part[i];
        part->rows.begin = i == 0 ? begin : cut + 1;
        part->rows.end = i == 0 && cut ? cut + 1 : end;
        part->rows.text = source->bytes;
        part->rows.delimiter = source->delimiter;
    }
    work_on_parts(plain, count_lines);
    /* The end of the header's line stands at the beginning, and another may be missing at the end. */
    plain->part[0].lines -= source->header && memchr(begin, '\n', (size_t)(end - begin)) != NULL;
    plain->part[plain->parts - 1].lines += end > begin && end[-1] != '\n';
    for (int i = 0; i < plain->parts; i++) {
        struct part *part = &plain->part[i];
        part->rows.scratch = part->plain ? malloc(CSV_PLAIN_SCRATCH) : NULL;
        if (!part->rows.scratch || csv_columns_open(&part->rows.columns, plain->table->columns, survey) != 0)
            return false;
    }
    return true;
}

/* The table's cells, lent to the columns of every part. */
static bool open_cells(struct plain *plain)
{
    size_t columns = (size_t)plain->table->columns, rows = 0;
    for (int i = 0; i < plain->parts; i++)
        rows += plain->part[i].lines;
    if (rows > INT_MAX)
        return false;
    plain->room = (rows + 15) / 16 * 16 | 16; /* an odd number of cache lines, or columns would share few sets */
    plain->cells = csv_block_open(columns * plain->room * sizeof *plain->cells);
    if (!plain->cells)
        return false;
    size_t first = 0;
    for (int i = 0; i < plain->parts; i++) {
        struct part *part = &plain->part[i];
        csv_columns_lend(&part->rows.columns, plain->cells + first, plain->room, part->lines);
        first += part->lines;
    }
    return true;
}

static void close_parts(struct plain *plain)
{
    for (int i = 0; i < plain->parts; i++) {
        csv_columns_free(&plain->part[i].rows.columns);
        free(plain->part[i].rows.scratch);
    }
}

/* Whether column C is settled after a pass, all parts being of one mind; else it is text, to be read again. */
static bool settle_column(struct plain *plain, int c)
{
    bool number = false, text = false, late = false;
    for (int i = 0; i < plain->parts; i++) {
        unsigned char kind = plain->part[i].rows.columns.kind[c];
        number = number || kind == CSV_NUMBER;
        text = text || kind == CSV_TEXT;
        late = late || kind == CSV_LATE_TEXT;
    }
    bool again = late || (text && number);
    plain->table->column[c].numeric = !again && !text;
    for (int i = 0; i < plain->parts; i++)
        csv_columns_settle(&plain->part[i].rows.columns, c, again);
    return !again;
}

/* After a pass: whether another is needed. */
static bool settle(struct plain *plain)
{
    bool again = false;
    for (int c = 0; c < plain->table->columns; c++)
        if (plain->part[0].rows.columns.kind[c] != CSV_PASSED)
            again = !settle_column(plain, c) || again;
    return again;
}

static bool read_passes(struct plain *plain)
{
    do {
        work_on_parts(plain, read_part);
        for (int i = 0; i < plain->parts; i++)
            if (!plain->part[i].read)
                return false;
    } while (settle(plain));
    for (int i = 0; i < plain->parts; i++)
        for (int c = 0; c < plain->table->columns; c++)
            if (plain->table->column[c].numeric && plain->part[i].rows.columns.state[c].infinite)
                return false;
    return true;
}

/* The words of column C of the second part become words of the first, in order of first appearance. */
static bool join_words(struct csv_column_state *first, struct csv_column_state *second, size_t rows)
{
    int count = second->words.count;
    int *code = malloc(((size_t)count + 1) * sizeof *code);
    if (!code)
        return false;
    code[0] = CSV_MISSING;
    bool good = true;
    for (int w = 0; w < count && good; w++) {
        const char *word = second->words.pool + second->words.offset[w];
        code[w + 1] = csv_words_code(&first->words, word, strlen(word));
        good = code[w + 1] >= 0;
    }
    for (size_t r = 0; r < rows && good; r++)
        second->cell[r].code = code[second->cell[r].code + 1];
    free(code);
    return good;
}

/* Everything that the parts know of column C; the rows of the second part move to their place. */
static bool join_column(struct plain *plain, int c)
{
    struct csv_column *column = &plain->table->column[c];
    struct csv_columns *first = &plain->part[0].rows.columns;
    struct csv_column_state *state = &first->state[c];
    size_t rows = first->rows;
    column->missing = state->missing;
    if (plain->parts > 1) {
        struct csv_columns *second = &plain->part[1].rows.columns;
        struct csv_column_state *more = &second->state[c];
        column->missing += more->missing;
        if (!column->numeric && !join_words(state, more, second->rows))
            return false;
        if (state->cell + rows != more->cell)
            memmove(state->cell + rows, more->cell, second->rows * sizeof *more->cell);
        rows += second->rows;
    }
    for (size_t r = 0; column->numeric && column->missing && r < rows; r++)
        if (isnan(state->cell[r].number))
            state->cell[r].number = NAN;
    column->number = column->numeric ? &state->cell->number : NULL;
    column->code = column->numeric ? NULL : &state->cell->code;
    column->words = state->words.count;
    return csv_words_take(&state->words, &column->word) == 0;
}

static bool join(struct plain *plain)
{
    struct csv_table *table = plain->table;
    table->rows = 0;
    for (int i = 0; i < plain->parts; i++)
        table->rows += (int)plain->part[i].rows.columns.rows;
    for (int c = 0; c < table->columns; c++)
        if (!join_column(plain, c))
            return false;
    table->cells = plain->cells;
    table->threads = plain->parts;
    return true;
}

static void undo(struct csv_table *table)
{
    for (int c = 0; c < table->columns; c++) {
        csv_words_release(table->column[c].word);
        table->column[c] = (struct csv_column){.name = table->column[c].name};
    }
    table->rows = 0;
}

bool csv_plain_read(const struct csv_source *source, const struct csv_survey *survey, int threads,
                    struct csv_table *table)
{
    struct plain plain = {.table = table};
    if (!strchr(",;\t| ", source->delimiter))
        return false;
    bool good = open_parts(&plain, source, survey, threads) && open_cells(&plain) && read_passes(&plain) &&
                join(&plain);
    close_parts(&plain);
    if (!good) {
        free(plain.cells);
        undo(table);
    }
    return good;
}
