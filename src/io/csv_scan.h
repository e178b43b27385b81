/*
 * csv_scan.h: bytes cut into cells and rows by libcsv, and the place of any of them found again. Used by the CSV
 * reader only; src/io/csv_scan.c is the only file that knows libcsv.
 *
 * libcsv gives no positions and cannot be stopped from a callback. So bytes are fed in pieces between which `stop` is
 * looked at, and the calls of both callbacks are numbered ("events", from 1): a place is found by scanning once more.
 */
#ifndef IO_CSV_SCAN_H
#define IO_CSV_SCAN_H

#include <stdbool.h>
#include <stddef.h>

#define CSV_CELL_MAX (1 << 20) /* bytes; a longer cell is nearly always an unclosed quote that swallows the file */

enum csv_scan_mode {
    CSV_SCAN_STRICT,  /* stray quotes end the scan */
    CSV_SCAN_LENIENT, /* quotes inside an unquoted cell are kept and counted; any other stray quote ends the scan */
    CSV_SCAN_SAMPLE,  /* nothing ends the scan */
};

enum csv_scan_end {
    CSV_SCAN_DONE,
    CSV_SCAN_STOPPED,
    CSV_SCAN_QUOTE_INSIDE, /* a quote inside an unquoted cell, at `offset` */
    CSV_SCAN_AFTER_QUOTE,  /* text after a closing quote, at `offset` */
    CSV_SCAN_UNCLOSED,     /* the cell after the last event opened a quote that the file does not close */
    CSV_SCAN_LONG_CELL,    /* the cell after the last event is longer than CSV_CELL_MAX */
    CSV_SCAN_MEMORY,
};

struct csv_scan {
    const char *bytes;
    size_t size;
    char delimiter; /* ' ': runs of blanks */
    enum csv_scan_mode mode;
    bool partial;   /* the bytes are only the beginning of a file: a last row without an end is left out */
    /* TEXT is N bytes and a NUL, and may be changed; it is NULL for the nothing between two blanks of a run, which is
     * no cell. A row of no cells is no row. */
    void (*cell)(void *text, size_t n, void *data);
    void (*row)(int terminator, void *data);
    void *data;
    bool stop;      /* set by a callback to end the scan soon; callbacks may still come */
    size_t offset;  /* of a stray quote */
    int quotes;     /* stray quotes that were kept */
};

enum csv_scan_end csv_scan_run(struct csv_scan *scan);

/* The offset of the byte after the one at which event number EVENT came; `size` for one that came at the end. */
size_t csv_scan_locate(const struct csv_scan *scan, size_t event);

#endif
