/*
 * csv_scan.c: the only file that knows libcsv.
 *
 * What libcsv does when left alone, and what is done about it here: without its two strict options an unclosed quote
 * swallows the rest of the file in silence; it grows its buffer by a fixed block, 128 bytes unless told; it knows one
 * delimiter byte, so runs of blanks are read with ' ' as the delimiter, tabs turned into blanks, and the empty cells
 * between two blanks told apart from a quoted "" by CSV_EMPTY_IS_NULL.
 */
#include "csv_scan.h"

#include <csv.h>
#include <string.h>

#define PIECE (64 * 1024)

static unsigned char options_of(const struct csv_scan *scan)
{
    unsigned char options = CSV_APPEND_NULL;
    if (scan->mode != CSV_SCAN_SAMPLE)
        options |= CSV_STRICT | CSV_STRICT_FINI;
    if (scan->delimiter == ' ')
        options |= CSV_EMPTY_IS_NULL;
    return options;
}

static bool parser_open(struct csv_parser *parser, const struct csv_scan *scan)
{
    if (csv_init(parser, options_of(scan)) != 0)
        return false;
    csv_set_delim(parser, (unsigned char)scan->delimiter);
    csv_set_blk_size(parser, PIECE);
    return true;
}

/* Feeds N bytes (at most PIECE) at OFFSET; returns how many were taken. */
static size_t feed(struct csv_parser *parser, const struct csv_scan *scan, size_t offset, size_t n)
{
    if (scan->delimiter != ' ')
        return csv_parse(parser, scan->bytes + offset, n, scan->cell, scan->row, scan->data);
    char blanks[PIECE];
    memcpy(blanks, scan->bytes + offset, n);
    for (char *tab = blanks; (tab = memchr(tab, '\t', n - (size_t)(tab - blanks))); tab++)
        *tab = ' ';
    return csv_parse(parser, blanks, n, scan->cell, scan->row, scan->data);
}

/* Takes the stray quote at OFFSET as an ordinary character: libcsv has kept its state and goes on from there. */
static size_t feed_quote(struct csv_parser *parser, const struct csv_scan *scan, size_t offset)
{
    csv_set_opts(parser, options_of(scan) & (unsigned char)~CSV_STRICT);
    size_t taken = feed(parser, scan, offset, 1);
    csv_set_opts(parser, options_of(scan));
    return taken;
}

static enum csv_scan_end scan_all(struct csv_parser *parser, struct csv_scan *scan)
{
    size_t offset = 0;
    while (offset < scan->size && !scan->stop) {
        size_t left = scan->size - offset, n = left < PIECE ? left : PIECE;
        size_t taken = feed(parser, scan, offset, n);
        offset += taken;
        if (scan->stop)
            break;
        if (taken < n) {
            if (csv_error(parser) != CSV_EPARSE)
                return CSV_SCAN_MEMORY;
            scan->offset = offset;
            if (parser->quoted)
                return CSV_SCAN_AFTER_QUOTE;
            if (scan->mode != CSV_SCAN_LENIENT)
                return CSV_SCAN_QUOTE_INSIDE;
            scan->quotes++;
            offset += feed_quote(parser, scan, offset);
        }
        if (scan->mode != CSV_SCAN_SAMPLE && csv_get_buffer_size(parser) > CSV_CELL_MAX + PIECE)
            return CSV_SCAN_LONG_CELL;
    }
    if (!scan->stop && !scan->partial && csv_fini(parser, scan->cell, scan->row, scan->data) != 0)
        return CSV_SCAN_UNCLOSED;
    return scan->stop ? CSV_SCAN_STOPPED : CSV_SCAN_DONE;
}

enum csv_scan_end csv_scan_run(struct csv_scan *scan)
{
    struct csv_parser parser;
    scan->stop = false;
    scan->quotes = 0;
    if (!parser_open(&parser, scan))
        return CSV_SCAN_MEMORY;
    enum csv_scan_end end = scan_all(&parser, scan);
    csv_free(&parser);
    return end;
}

static void count_cell(void *text, size_t n, void *data)
{
    (void)text, (void)n;
    ++*(size_t *)data;
}

static void count_row(int terminator, void *data)
{
    (void)terminator;
    ++*(size_t *)data;
}

size_t csv_scan_locate(const struct csv_scan *scan, size_t event)
{
    /* The first scan finds the piece in which the event comes; the second goes through that piece byte by byte. */
    size_t piece = scan->size;
    for (int fine = 0; event > 0 && fine < 2; fine++) {
        size_t events = 0, offset = 0;
        struct csv_scan counter = *scan;
        counter.cell = count_cell;
        counter.row = count_row;
        counter.data = &events;
        struct csv_parser parser;
        if (!parser_open(&parser, &counter))
            return scan->size;
        while (offset < scan->size) {
            size_t left = scan->size - offset, n = left < PIECE ? left : PIECE;
            if (fine && offset >= piece)
                n = 1;
            size_t taken = feed(&parser, &counter, offset, n);
            if (taken < n)
                taken += feed_quote(&parser, &counter, offset + taken);
            if (events >= event)
                break;
            offset += taken ? taken : 1;
        }
        csv_free(&parser);
        if (fine)
            return offset < scan->size ? offset + 1 : scan->size;
        piece = offset;
    }
    return event > 0 ? scan->size : 0;
}
