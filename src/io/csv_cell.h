/*
 * csv_cell.h: what one cell is: missing, a number (read as a float, correctly rounded, whatever the locale) or text.
 *
 * It is the hot loop of reading a file. It knows nothing of rows and columns. Used by the CSV reader only.
 */
#ifndef IO_CSV_CELL_H
#define IO_CSV_CELL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum csv_number {
    CSV_NUMBER_NONE,    /* it is some other text */
    CSV_NUMBER_FINITE,  /* VALUE is the float nearest to it, ties to even */
    CSV_NUMBER_INFINITE /* a number beyond the range of float, or inf or infinity in any case; VALUE is untouched */
};

/* Reads TEXT, of N bytes and a NUL after them. A number is [+-] digits [. digits] [e [+-] digits], with at least one
 * digit before the exponent; blanks around it are allowed. "nan" and hexadecimal are no numbers. */
enum csv_number csv_cell_number(const char *text, size_t n, float *value);

/* Between these, m * 10^e is a normal float, since 1 <= m < 2^64. */
#define CSV_POWER_MIN (-37)
#define CSV_POWER_MAX 19
#define CSV_NEAR_MIDPOINT 8u /* units in the last place of double; twice what the analysis in csv_cell.c asks for */

/* 10^(i + CSV_POWER_MIN) */
extern const double csv_cell_power[CSV_POWER_MAX - CSV_POWER_MIN + 1];

/* VALUE gets the float nearest to M * 10^EXPONENT, with its sign; false when one multiplication cannot be trusted to
 * give it (see csv_cell.c). M is zero or at least 1, its digits at most 19. */
static inline bool csv_cell_scale(uint64_t m, int exponent, bool negative, float *value)
{
    if (m == 0)
        exponent = 0;
    if ((unsigned)(exponent - CSV_POWER_MIN) > CSV_POWER_MAX - CSV_POWER_MIN)
        return false;
    double scaled = (double)m * csv_cell_power[exponent - CSV_POWER_MIN];
    uint64_t bits;
    memcpy(&bits, &scaled, sizeof bits);
    uint32_t low = (uint32_t)bits & 0x1FFFFFFFu;
    float magnitude = (float)scaled;
    if (low - (0x10000000u - CSV_NEAR_MIDPOINT) <= 2 * CSV_NEAR_MIDPOINT) {
        if (exponent != 0)
            return false;
        magnitude = (float)m;
    }
    uint32_t word;
    memcpy(&word, &magnitude, sizeof word);
    word |= (uint32_t)negative << 31;
    memcpy(value, &word, sizeof word);
    return true;
}

/* Whether the N bytes at TEXT say that there is no value: nothing or blanks, ?, NA, NaN, nan, null, None, - */
bool csv_cell_missing(const char *text, size_t n);

#endif
