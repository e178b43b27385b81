/*
 * csv_cell.c: decimal text to float, by one multiplication in double where that is provably enough.
 *
 * Up to 19 digits fit a 64-bit integer m, so the value is m * 10^e. In double, the conversion of m, the table's power
 * and the product err by at most half a unit in the last place each, less than 4 units together. Rounding the product
 * to float is therefore right unless a midpoint between two floats lies within that distance: its low 29 bits would be
 * near 2^28. Those rare cells, longer ones, and exponents that may lead outside the normal range of float go to strtof.
 */
#include "csv_cell.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define DIGITS_MAX 19

const double csv_cell_power[CSV_POWER_MAX - CSV_POWER_MIN + 1] = {
    1e-37, 1e-36, 1e-35, 1e-34, 1e-33, 1e-32, 1e-31, 1e-30, 1e-29, 1e-28, 1e-27, 1e-26,
    1e-25, 1e-24, 1e-23, 1e-22, 1e-21, 1e-20, 1e-19, 1e-18, 1e-17, 1e-16, 1e-15, 1e-14,
    1e-13, 1e-12, 1e-11, 1e-10, 1e-9, 1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2,
    1e-1, 1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10,
    1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* Adds the digits at P, which END bounds, to M; returns where they end. Eight at a time where there are so many: all
 * are digits if the high halves of the bytes are 3 before and after adding 6; then pairs, fours and the eight are put
 * together by one multiplication each. */
static inline const char *read_digits(const char *p, const char *end, uint64_t *m)
{
    uint64_t value = *m;
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    while (end - p >= 8) {
        uint64_t eight;
        memcpy(&eight, p, sizeof eight);
        if (((eight & 0xF0F0F0F0F0F0F0F0u) | (((eight + 0x0606060606060606u) & 0xF0F0F0F0F0F0F0F0u) >> 4)) !=
            0x3333333333333333u)
            break;
        eight -= 0x3030303030303030u;
        eight = (eight * 10 + (eight >> 8)) & 0x00FF00FF00FF00FFu;
        eight = (eight * 100 + (eight >> 16)) & 0x0000FFFF0000FFFFu;
        value = value * 100000000u + ((eight * 10000 + (eight >> 32)) & 0xFFFFFFFFu);
        p += 8;
    }
#else
    (void)end;
#endif
    for (unsigned d; (d = (unsigned)(*p - '0')) <= 9; p++)
        value = value * 10 + d;
    *m = value;
    return p;
}

static long leading_zeros(const char *digits)
{
    long zeros = 0;
    for (; *digits == '0' || *digits == '.'; digits++)
        zeros += *digits == '0';
    return zeros;
}

/* For what begins with neither a digit nor a point. */
static __attribute__((noinline)) enum csv_number read_word(const char *p, const char *end)
{
    while (end > p && is_blank(end[-1]))
        end--;
    size_t n = (size_t)(end - p);
    bool infinite = (n == 3 && strncasecmp(p, "inf", n) == 0) || (n == 8 && strncasecmp(p, "infinity", n) == 0);
    return infinite ? CSV_NUMBER_INFINITE : CSV_NUMBER_NONE;
}

/* Reads "e-12" at *AT, if it stands there, and moves on; false for an e without digits. */
static bool read_exponent(const char **at, int *exponent)
{
    const char *p = *at;
    if (*p != 'e' && *p != 'E')
        return true;
    p++;
    bool negative = *p == '-';
    if (*p == '-' || *p == '+')
        p++;
    const char *digits = p;
    int given = 0;
    for (unsigned d; (d = (unsigned)(*p - '0')) <= 9; p++)
        if (given < 100000)
            given = given * 10 + (int)d;
    *exponent += negative ? -given : given;
    *at = p;
    return p > digits;
}

/* Apart, so that the quick way does not save registers for it. */
static __attribute__((noinline)) enum csv_number read_slowly(const char *number, float *value)
{
    float slowly = strtof(number, NULL);
    if (!isfinite(slowly))
        return CSV_NUMBER_INFINITE;
    *value = slowly;
    return CSV_NUMBER_FINITE;
}

enum csv_number csv_cell_number(const char *text, size_t n, float *value)
{
    const char *p = text, *end = text + n;
    while (is_blank(*p))
        p++;
    const char *start = p;
    bool negative = *p == '-';
    p += negative | (*p == '+'); /* without a branch: signs cannot be predicted */

    uint64_t m = 0;
    const char *digits = p;
    p = read_digits(p, end, &m);
    long count = p - digits;
    long fraction = 0;
    if (*p == '.') {
        const char *point = p + 1;
        p = read_digits(point, end, &m);
        fraction = p - point;
        count += fraction;
    }
    if (count == 0)
        return p == digits ? read_word(p, end) : CSV_NUMBER_NONE;
    if (count > DIGITS_MAX)
        count -= leading_zeros(digits);

    int exponent = fraction > INT_MAX / 2 ? -(INT_MAX / 2) : -(int)fraction;
    if (p < end) {
        if (!read_exponent(&p, &exponent))
            return CSV_NUMBER_NONE;
        while (is_blank(*p))
            p++;
        if (p != end)
            return CSV_NUMBER_NONE;
    }
    if (count <= DIGITS_MAX && csv_cell_scale(m, exponent, negative, value))
        return CSV_NUMBER_FINITE;
    return read_slowly(start, value);
}

bool csv_cell_missing(const char *text, size_t n)
{
    static const char *const spelling[] = {"", "?", "-", "NA", "NaN", "nan", "null", "None"};
    while (n > 0 && is_blank(*text))
        text++, n--;
    while (n > 0 && is_blank(text[n - 1]))
        n--;
    if (n > 4)
        return false;
    for (size_t i = 0; i < sizeof spelling / sizeof *spelling; i++)
        if (strlen(spelling[i]) == n && memcmp(spelling[i], text, n) == 0)
            return true;
    return false;
}
