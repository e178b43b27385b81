/*
 * wrap.h: where the characters of a line stand when it is folded into rows. Pure.
 */
#ifndef TERM_WRAP_H
#define TERM_WRAP_H

#include <stddef.h>
#include <stdint.h>

/* A walk over UTF-8 text folded at WIDTH columns. Set width, zero the rest. */
struct wrap {
    int width;
    int row, column; /* where the character that wrap_next took stands */
    int columns;     /* how many it takes: 0 for a mark that combines with the one before, 1 or 2 */
    uint32_t rune;
};

/* Takes the next character of UTF8; returns its bytes, 0 at the end (row and column are then where a cursor stands). */
int wrap_next(struct wrap *wrap, const char *utf8);

/* Rows that TEXT takes with a cursor at the byte CURSOR, and the place of that cursor. */
int wrap_rows(const char *text, size_t cursor, int width, int *cursor_row, int *cursor_column);

#endif
