/*
 * text_number.c: numbers read strictly, and figures for people. The program sets no locale but LC_CTYPE, so strtod and
 * printf speak the C locale; what they would take beyond a plain decimal number is refused before they see it.
 */
#include "base/text.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *skip_blanks(const char *in)
{
    while (*in == ' ' || (*in >= '\t' && *in <= '\r'))
        in++;
    return in;
}

static const char *skip_digits(const char *in, int *count)
{
    for (*count = 0; *in >= '0' && *in <= '9'; in++)
        ++*count;
    return in;
}

static const char *skip_sign(const char *in)
{
    return *in == '+' || *in == '-' ? in + 1 : in;
}

/* Whether IN is [sign] digits [. digits] [e [sign] digits], blanks around it allowed, with a digit before the e. */
static bool is_decimal(const char *in)
{
    int whole, fraction = 0, exponent;
    in = skip_digits(skip_sign(skip_blanks(in)), &whole);
    if (*in == '.')
        in = skip_digits(in + 1, &fraction);
    if (whole + fraction == 0)
        return false;
    if (*in == 'e' || *in == 'E') {
        in = skip_digits(skip_sign(in + 1), &exponent);
        if (exponent == 0)
            return false;
    }
    return *skip_blanks(in) == '\0';
}

bool text_to_double(const char *in, double *value)
{
    if (!is_decimal(in))
        return false;
    double x = strtod(in, NULL);
    if (!isfinite(x))
        return false;
    *value = x;
    return true;
}

bool text_to_long(const char *in, long *value)
{
    int digits;
    const char *end = skip_digits(skip_sign(skip_blanks(in)), &digits);
    if (digits == 0 || *skip_blanks(end) != '\0')
        return false;
    errno = 0;
    long n = strtol(in, NULL, 10);
    if (errno == ERANGE)
        return false;
    *value = n;
    return true;
}

static struct figure figure_nonfinite(double x)
{
    struct figure figure = {"nan"};
    if (isinf(x))
        strcpy(figure.s, x < 0 ? "-inf" : "inf");
    return figure;
}

struct figure text_bytes(double bytes)
{
    static const char *const unit[] = {"B", "KB", "MB", "GB", "TB", "PB", "EB"};
    size_t i = 0;
    struct figure figure;
    if (!isfinite(bytes))
        return figure_nonfinite(bytes);
    while (fabs(bytes) >= 1023.5 && i + 1 < sizeof unit / sizeof *unit) {
        bytes /= 1024;
        i++;
    }
    if (fabs(bytes) >= 1e6)
        snprintf(figure.s, sizeof figure.s, "%.3g %s", bytes, unit[i]);
    else
        snprintf(figure.s, sizeof figure.s, "%.*f %s", i > 0 && fabs(bytes) < 9.95 ? 1 : 0, bytes, unit[i]);
    return figure;
}

struct figure text_count(double n)
{
    struct figure figure;
    char plain[32];
    if (!isfinite(n))
        return figure_nonfinite(n);
    if (fabs(n) >= 1e15) {
        snprintf(figure.s, sizeof figure.s, "%.3g", n);
        return figure;
    }
    int length = snprintf(plain, sizeof plain, "%.0f", fabs(n)), used = 0;
    if (n < 0 && strcmp(plain, "0") != 0)
        figure.s[used++] = '-';
    for (int i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0)
            figure.s[used++] = ',';
        figure.s[used++] = plain[i];
    }
    figure.s[used] = '\0';
    return figure;
}

struct figure text_short(double x)
{
    struct figure figure;
    if (!isfinite(x))
        return figure_nonfinite(x);
    if (x == 0)
        x = 0; /* no "-0" */
    if (fabs(x) >= 9999.5 && fabs(x) < 1e7) {
        snprintf(figure.s, sizeof figure.s, "%.0f", x);
        return figure;
    }
    for (int precision = 4; precision > 0; precision--)
        if (snprintf(figure.s, sizeof figure.s, "%.*g", precision, x) <= 9)
            break;
    return figure;
}

struct figure text_exact(double x)
{
    struct figure figure;
    if (!isfinite(x))
        return figure_nonfinite(x);
    for (int precision = 1; precision <= 17; precision++) {
        snprintf(figure.s, sizeof figure.s, "%.*g", precision, x);
        if (strtod(figure.s, NULL) == x)
            break;
    }
    /* "1e+02" is no shorter than "100", and people type the latter. */
    char plain[32];
    if (x == floor(x) && fabs(x) < 1e15)
        if ((size_t)snprintf(plain, sizeof plain, "%.0f", x) <= strlen(figure.s) + 1)
            strcpy(figure.s, plain);
    return figure;
}
