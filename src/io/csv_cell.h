/*
 * csv_cell.h: what one cell is: missing, a number (read as a float, correctly rounded, whatever the locale) or text.
 *
 * It is the hot loop of reading a file. It knows nothing of rows and columns. Used by the CSV reader only.
 */
#ifndef IO_CSV_CELL_H
#define IO_CSV_CELL_H

#include <stdbool.h>
#include <stddef.h>

enum csv_number {
    CSV_NUMBER_NONE,    /* it is some other text */
    CSV_NUMBER_FINITE,  /* VALUE is the float nearest to it, ties to even */
    CSV_NUMBER_INFINITE /* a number beyond the range of float, or inf or infinity in any case; VALUE is untouched */
};

/* Reads TEXT, of N bytes and a NUL after them. A number is [+-] digits [. digits] [e [+-] digits], with at least one
 * digit before the exponent; blanks around it are allowed. "nan" and hexadecimal are no numbers. */
enum csv_number csv_cell_number(const char *text, size_t n, float *value);

/* Whether the N bytes at TEXT say that there is no value: nothing or blanks, ?, NA, NaN, nan, null, None, - */
bool csv_cell_missing(const char *text, size_t n);

#endif
