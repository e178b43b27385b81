/*
 * csv_plain_rows.c: first the places of all delimiters and ends of lines in a piece of text, 64 bytes at a time, then
 * the cells between them. So the length of a cell is known before it is read, and the processor may work at many cells
 * at once instead of waiting for the end of each.
 */
#include "csv_plain_rows.h"

#include <string.h>

#include "csv_quick.h"

#define PIECE 8192 /* a multiple of 64; with the places it stays in the first cache */
#define AT_ONCE 12 /* places are written so many at a time, wanted or not: a loop as often as the count asks for would
                      be mispredicted */

struct cutter {
    struct csv_plain_rows *rows;
    const char *start; /* of the cell at hand */
    const char *safe;  /* from here on a number may end that is read the quick way */
    int cell;          /* cells of the row at hand so far */
};

#ifdef __SSE2__

static uint64_t ends_in_block(const char *bytes, __m128i delimiter, __m128i other)
{
    uint64_t ends = 0;
    for (int i = 0; i < 4; i++) {
        __m128i text = _mm_loadu_si128((const __m128i *)(const void *)(bytes + 16 * i));
        __m128i line = _mm_or_si128(_mm_cmpeq_epi8(text, _mm_set1_epi8('\n')),
                                    _mm_cmpeq_epi8(text, _mm_set1_epi8('\r')));
        __m128i cell = _mm_or_si128(_mm_cmpeq_epi8(text, delimiter), _mm_cmpeq_epi8(text, other));
        ends |= (uint64_t)(unsigned)_mm_movemask_epi8(_mm_or_si128(line, cell)) << (16 * i);
    }
    return ends;
}

/* The places in as many whole blocks of 64 bytes as N bytes hold. */
static size_t find_in_blocks(const char *bytes, size_t n, char delimiter, char other, uint16_t *at)
{
    __m128i first = _mm_set1_epi8(delimiter), second = _mm_set1_epi8(other);
    size_t count = 0;
    for (size_t block = 0; block + 64 <= n; block += 64) {
        uint64_t ends = ends_in_block(bytes + block, first, second);
        int here = __builtin_popcountll(ends);
        for (int done = 0; done < here; done += AT_ONCE)
            for (int i = 0; i < AT_ONCE; i++) {
                at[count + (size_t)(done + i)] = (uint16_t)(block + (size_t)__builtin_ctzll(ends | 1ull << 63));
                ends &= ends - 1;
            }
        count += (size_t)here;
    }
    return count;
}

#else

static size_t find_in_blocks(const char *bytes, size_t n, char delimiter, char other, uint16_t *at)
{
    size_t count = 0;
    for (size_t i = 0; i < n / 64 * 64; i++) {
        at[count] = (uint16_t)i;
        count += bytes[i] == delimiter || bytes[i] == other || bytes[i] == '\n' || bytes[i] == '\r';
    }
    return count;
}

#endif

/* The places in N bytes, at most PIECE, at which a cell ends. AT has room for PIECE + AT_ONCE. */
static size_t find_ends(const char *bytes, size_t n, char delimiter, uint16_t *at)
{
    char other = delimiter == ' ' ? '\t' : delimiter;
    size_t count = find_in_blocks(bytes, n, delimiter, other, at);
    for (size_t i = n / 64 * 64; i < n; i++) {
        at[count] = (uint16_t)i;
        count += bytes[i] == delimiter || bytes[i] == other || bytes[i] == '\n' || bytes[i] == '\r';
    }
    return count;
}

static bool is_line_end(char c)
{
    return c == '\n' || c == '\r';
}

enum taken { TAKEN, NO_CELL, GIVEN_UP };

/* The cell from TEXT to END in any other way: blanks around it, missing, text, or a number of a rare form. */
static __attribute__((noinline)) enum taken take_slowly(const struct cutter *cutter, const char *text, const char *end,
                                                         int cell)
{
    struct csv_plain_rows *rows = cutter->rows;
    const char *after = end;
    if (end - text > CSV_PLAIN_CELL_MAX)
        return GIVEN_UP;
    while (text < after && (*text == ' ' || *text == '\t'))
        text++;
    while (after > text && (after[-1] == ' ' || after[-1] == '\t'))
        after--;
    if (text == after && cell == 0 && is_line_end(*end))
        return NO_CELL;
    if (rows->columns.kind[cell] == CSV_PASSED)
        return TAKEN;
    size_t n = (size_t)(after - text);
    if (rows->columns.kind[cell] == CSV_NUMBER && after >= cutter->safe &&
        csv_quick_number(text, n, &rows->columns.row[cell].number))
        return TAKEN;
    memcpy(rows->scratch, text, n);
    rows->scratch[n] = '\0';
    if (csv_columns_take_number(&rows->columns, cell, rows->scratch, n))
        return TAKEN;
    return csv_columns_take_other(&rows->columns, cell, rows->scratch, n, 1) == 0 ? TAKEN : GIVEN_UP;
}

/* The cells that end at COUNT places of BASE. RUNS: delimiters are runs of blanks, the nothing between two no cell.
 * What every cell asks for is held in variables; the cutter has it between calls. */
static inline __attribute__((always_inline)) bool take_cells(struct cutter *cutter, const char *base,
                                                             const uint16_t *at, size_t count, const bool runs)
{
    struct csv_columns *columns = &cutter->rows->columns;
    const unsigned char *kind = columns->kind;
    union csv_cell *row = columns->row;
    const char *start = cutter->start, *safe = cutter->safe;
    int cell = cutter->cell;
    const int cells = columns->count;
    for (size_t i = 0; i < count; i++) {
        const char *end = base + at[i];
        if (runs && end == start) {
            start = end + 1;
            if (!is_line_end(*end) || cell == 0)
                continue;
        } else {
            if (cell == cells)
                return false;
            if (kind[cell] != CSV_NUMBER || end < safe ||
                !csv_quick_number(start, (size_t)(end - start), &row[cell].number)) {
                enum taken taken = take_slowly(cutter, start, end, cell);
                if (taken == GIVEN_UP)
                    return false;
                cell -= taken == NO_CELL;
            }
            start = end + 1;
            cell++;
        }
        if (is_line_end(*end) && cell > 0) {
            if (cell != cells || csv_columns_end_row(columns) != CSV_COLUMNS_GOOD)
                return false;
            row = columns->row;
            cell = 0;
        }
    }
    cutter->start = start;
    cutter->cell = cell;
    return true;
}

static bool take_delimited(struct cutter *cutter, const char *base, const uint16_t *at, size_t count)
{
    return take_cells(cutter, base, at, count, false);
}

static bool take_runs(struct cutter *cutter, const char *base, const uint16_t *at, size_t count)
{
    return take_cells(cutter, base, at, count, true);
}

/* The last cell of a last line without an end: once more in a place of its own, with an end. */
static bool take_last(struct cutter *cutter, bool (*take)(struct cutter *, const char *, const uint16_t *, size_t))
{
    char last[CSV_QUICK_BEFORE + 64] = {0};
    struct csv_plain_rows *rows = cutter->rows;
    size_t n = (size_t)(rows->end - cutter->start);
    if (n == 0 && cutter->cell == 0)
        return true;
    if (n >= sizeof last - CSV_QUICK_BEFORE)
        return false;
    char *text = last + CSV_QUICK_BEFORE;
    memcpy(text, cutter->start, n);
    text[n] = '\n';
    cutter->start = cutter->safe = text;
    uint16_t at = (uint16_t)n;
    return take(cutter, text, &at, 1);
}

bool csv_plain_rows_read(struct csv_plain_rows *rows)
{
    uint16_t at[PIECE + AT_ONCE];
    bool (*take)(struct cutter *, const char *, const uint16_t *, size_t) =
        rows->delimiter == ' ' ? take_runs : take_delimited;
    struct cutter cutter = {.rows = rows, .start = rows->begin, .safe = rows->text + CSV_QUICK_BEFORE};
    csv_columns_begin(&rows->columns);
    for (const char *piece = rows->begin; piece < rows->end; piece += PIECE) {
        size_t left = (size_t)(rows->end - piece), n = left < PIECE ? left : PIECE;
        if (!take(&cutter, piece, at, find_ends(piece, n, rows->delimiter, at)))
            return false;
    }
    return take_last(&cutter, take) && csv_columns_flush(&rows->columns) == CSV_COLUMNS_GOOD;
}
