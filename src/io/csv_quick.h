/*
 * csv_quick.h: the text of a plain decimal number to a float, without a branch that depends on its digits.
 *
 * A number of N bytes is loaded right-aligned, 16 bytes that end where it ends, so its length costs no loop; the digits
 * above a decimal point move down over it; three multiplications put 16 digits together. What it does not know (blanks,
 * a plus, long numbers, most exponents, words) it leaves to csv_cell_number, whose result would be the same to the bit.
 * Without SSE2 it leaves everything. Included by csv_plain_rows.c alone, for the sake of inlining.
 */
#ifndef IO_CSV_QUICK_H
#define IO_CSV_QUICK_H

#include "csv_cell.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#define CSV_QUICK_BEFORE 40 /* bytes before the end of the number that must be there to be read, whatever they hold */
#define CSV_QUICK_DIGITS 19 /* as many fit 64 bits */

#ifdef __SSE2__

/* The 16 from [16 - k] on are k lanes of ones, then zeros; those from [16 + k] on zeros, then k lanes of ones. */
static const unsigned char csv_quick_lanes[48] = {
    [0] = 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
    [32] = 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
};

/* The N digits (at most 16) before END, with at most one point among them. POINT: how many bytes it is before the end,
 * 0 if there is none. False when something else is among them. */
static inline bool csv_quick_digits(const char *end, size_t n, uint64_t *value, unsigned *point)
{
    __m128i text = _mm_loadu_si128((const __m128i *)(const void *)(end - 16));
    __m128i inside = _mm_loadu_si128((const __m128i *)(const void *)(csv_quick_lanes + 16 + n));
    __m128i digit = _mm_and_si128(_mm_sub_epi8(text, _mm_set1_epi8('0')), inside);
    __m128i good = _mm_cmpeq_epi8(_mm_subs_epu8(digit, _mm_set1_epi8(9)), _mm_setzero_si128());
    __m128i dots = _mm_and_si128(_mm_cmpeq_epi8(text, _mm_set1_epi8('.')), inside);
    unsigned dot = (unsigned)_mm_movemask_epi8(dots);
    if (((unsigned)_mm_movemask_epi8(good) ^ 0xFFFFu) != dot || (dot & (dot - 1)) != 0)
        return false;
    /* As many lanes are at or above the point; each takes the digit above it. */
    unsigned upper = 31u - (unsigned)__builtin_clz(2 * dot + 1);
    __m128i moved = _mm_loadu_si128((const __m128i *)(const void *)(csv_quick_lanes + 16 - upper));
    digit = _mm_or_si128(_mm_and_si128(moved, _mm_slli_si128(digit, 1)), _mm_andnot_si128(moved, digit));
    __m128i pair = _mm_add_epi16(_mm_mullo_epi16(_mm_and_si128(digit, _mm_set1_epi16(255)), _mm_set1_epi16(10)),
                                 _mm_srli_epi16(digit, 8));
    __m128i four = _mm_madd_epi16(pair, _mm_set1_epi32(1 << 16 | 100));
    __m128i eight = _mm_madd_epi16(_mm_packs_epi32(four, four), _mm_set1_epi32(1 << 16 | 10000));
    uint64_t both = (uint64_t)_mm_cvtsi128_si64(eight);
    *value = (both & 0xFFFFFFFFu) * 100000000u + (both >> 32);
    *point = upper ? 17 - upper : 0;
    return true;
}

/* [digits][.][digits], N bytes before END, as M * 10^EXPONENT. */
static inline bool csv_quick_mantissa(const char *end, size_t n, uint64_t *m, int *exponent)
{
    unsigned point;
    if (n <= 16) {
        if (!csv_quick_digits(end, n, m, &point) || n <= (point != 0))
            return false;
        *exponent = point ? 1 - (int)point : 0;
        return true;
    }
    uint64_t high;
    unsigned high_point;
    if (n > CSV_QUICK_DIGITS + 1 || !csv_quick_digits(end, 16, m, &point) ||
        !csv_quick_digits(end - 16, n - 16, &high, &high_point) || (point && high_point) ||
        n - (point || high_point) > CSV_QUICK_DIGITS)
        return false;
    *m += high * (point ? 1000000000000000u : 10000000000000000u);
    *exponent = point ? 1 - (int)point : high_point ? -15 - (int)high_point : 0;
    return true;
}

/* "e-05" before END, as nearly all exponents are written. */
static inline bool csv_quick_exponent(const char *end, int *exponent)
{
    unsigned tens = (unsigned)(end[-2] - '0'), ones = (unsigned)(end[-1] - '0');
    if ((end[-4] | 32) != 'e' || (end[-3] != '-' && end[-3] != '+') || tens > 9 || ones > 9)
        return false;
    *exponent = (int)(10 * tens + ones) * (end[-3] == '-' ? -1 : 1);
    return true;
}

/* N digits (1 to 4) before END: pixels, counts, classes. */
static inline bool csv_quick_small(const char *end, size_t n, bool negative, float *value)
{
    uint32_t digits;
    memcpy(&digits, end - 4, sizeof digits);
    digits = (digits ^ 0x30303030u) >> (32 - 8 * n) << (32 - 8 * n);
    if (((digits | (digits + 0x06060606u)) & 0xF0F0F0F0u) != 0)
        return false;
    uint32_t pairs = (digits * 10 + (digits >> 8)) & 0x00FF00FFu;
    float magnitude = (float)(int)((pairs * 100 + (pairs >> 16)) & 0xFFFFu);
    *value = negative ? -magnitude : magnitude;
    return true;
}

/* Reads the N bytes at TEXT; CSV_QUICK_BEFORE says what must be readable. False: csv_cell_number is to read them. */
static inline bool csv_quick_number(const char *text, size_t n, float *value)
{
    bool negative = *text == '-';
    const char *end = text + n;
    n -= negative;
    uint64_t m;
    int exponent = 0, given = 0;
    if (n - 1 > CSV_QUICK_DIGITS + 5)
        return false;
    if (n <= 4 && csv_quick_small(end, n, negative, value))
        return true;
    if (!csv_quick_mantissa(end, n, &m, &exponent) &&
        (n < 5 || !csv_quick_exponent(end, &given) || !csv_quick_mantissa(end - 4, n - 4, &m, &exponent)))
        return false;
    return csv_cell_scale(m, exponent + given, negative, value);
}

#else

static inline bool csv_quick_number(const char *text, size_t n, float *value)
{
    (void)text, (void)n, (void)value;
    return false;
}

#endif

#endif
