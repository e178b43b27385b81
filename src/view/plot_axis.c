/* plot_axis.c: round numbers for the ticks of an axis, and their labels. */
#include "view/plot.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { TICKS_MOST = 64 };

/* The least 1, 2 or 5 times a power of ten that is at least STEP. */
static double round_step(double step)
{
    double power = pow(10, floor(log10(step)));
    static const double digits[] = {1, 2, 5, 10};
    for (int i = 0; i < 4; i++)
        if (digits[i] * power >= step * (1 - 1e-9))
            return digits[i] * power;
    return 10 * power;
}

/* I times STEP, where a STEP below 1 is divided by instead, which is exact for decimals: 3 * 0.1 is not 0.3. */
static double tick_at(double i, double step)
{
    return step < 1 ? i / round(1 / step) : i * step;
}

static int linear_ticks(double low, double high, int max, double at[])
{
    double span = high - low;
    for (double step = round_step(span / (max + 1));; step = round_step(step * 1.5)) {
        double first = ceil(low / step - 1e-9), last = floor(high / step + 1e-9);
        int n = (int)(last - first) + 1;
        if (n > max)
            continue;
        for (int i = 0; i < n; i++)
            at[i] = step > 1e-9 ? tick_at(first + i, step) : (first + i) * step;
        return n;
    }
}

/* The powers of ten whose exponents are multiples of EVERY. Returns how many there are; fills `at` with MAX at most. */
static int decade_ticks(double low, double high, int every, int max, double at[])
{
    int n = 0;
    int first = (int)ceil(log10(low) / every - 1e-9), last = (int)floor(log10(high) / every + 1e-9);
    for (int i = first; i <= last; i++, n++)
        if (n < max)
            at[n] = pow(10, (double)i * every);
    return n;
}

/* 1, 2 and 5 times each power of ten, counted and filled likewise. */
static int fine_ticks(double low, double high, int max, double at[])
{
    static const double digits[] = {1, 2, 5};
    int n = 0;
    for (int e = (int)floor(log10(low)); e <= (int)floor(log10(high)); e++)
        for (int i = 0; i < 3; i++) {
            double y = digits[i] * pow(10, e);
            if (y < low * (1 - 1e-9) || y > high * (1 + 1e-9))
                continue;
            if (n < max)
                at[n] = y;
            n++;
        }
    return n;
}

int plot_ticks(double low, double high, int max, bool log, double at[])
{
    if (max > TICKS_MOST)
        max = TICKS_MOST;
    if (max < 1 || !(high > low) || !isfinite(high - low))
        return 0;
    if (!log)
        return linear_ticks(low, high, max, at);
    double decades[TICKS_MOST];
    int n = fine_ticks(low, high, max, at);
    if (n >= 2 && n <= max)
        return n;
    if (n < 2)
        return linear_ticks(low, high, max, at);
    for (int every = 1;; every++)
        if ((n = decade_ticks(low, high, every, max, decades)) <= max)
            break;
    if (n == 0) /* a range between two powers of ten, with no room for all of 1, 2, 5 */
        return max;
    memcpy(at, decades, (size_t)n * sizeof *at);
    return n;
}

/* Whether LABEL, read again, is VALUE to within a hundredth of the distance to the nearest other tick. */
static bool label_tells(const struct figure *label, double value, double nearest)
{
    double read;
    return text_to_double(label->s, &read) && fabs(read - value) < nearest * 1e-2;
}

struct figure plot_tick_label(const double at[], int n, int i)
{
    struct figure label;
    double nearest = fmax(fabs(at[i]), 1e-300);
    for (int j = 0; j < n; j++)
        if (j != i)
            nearest = fmin(nearest, fabs(at[j] - at[i]));
    for (int decimals = 0; decimals <= 6; decimals++) {
        int length = snprintf(label.s, sizeof label.s, "%.*f", decimals, at[i]);
        if (length <= 8 && label_tells(&label, at[i], nearest))
            return label;
    }
    for (int digits = 1; digits <= 17; digits++) {
        snprintf(label.s, sizeof label.s, "%.*g", digits, at[i]);
        if (label_tells(&label, at[i], nearest))
            break;
    }
    return label;
}
