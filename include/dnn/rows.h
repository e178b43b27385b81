/*
 * rows.h: loops over the rows of a tile that are spelt out: a compiler that unrolls them late keeps the sums in memory.
 * What they index has eight places, or sixteen, although few use them all: compilers look at each line, reached or not.
 */
#ifndef DNN_ROWS_H
#define DNN_ROWS_H

#define ROW(count, row, ...) \
    if (count > row) { \
        enum { r = row }; \
        __VA_ARGS__ \
    }

/* Says the statements for r = 0 .. COUNT - 1, at most eight times. */
#define ROWS(count, ...) \
    do { \
        ROW(count, 0, __VA_ARGS__) \
        ROW(count, 1, __VA_ARGS__) \
        ROW(count, 2, __VA_ARGS__) \
        ROW(count, 3, __VA_ARGS__) \
        ROW(count, 4, __VA_ARGS__) \
        ROW(count, 5, __VA_ARGS__) \
        ROW(count, 6, __VA_ARGS__) \
        ROW(count, 7, __VA_ARGS__) \
    } while (0)

/* At most sixteen times. */
#define ROWS_16(count, ...) \
    do { \
        ROWS(count, __VA_ARGS__); \
        ROW(count, 8, __VA_ARGS__) \
        ROW(count, 9, __VA_ARGS__) \
        ROW(count, 10, __VA_ARGS__) \
        ROW(count, 11, __VA_ARGS__) \
        ROW(count, 12, __VA_ARGS__) \
        ROW(count, 13, __VA_ARGS__) \
        ROW(count, 14, __VA_ARGS__) \
        ROW(count, 15, __VA_ARGS__) \
    } while (0)

#endif
