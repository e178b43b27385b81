/* histogram.c: a histogram as text: bins below one another, bars to the right. */
#include "view/histogram.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { LABEL = 24, EIGHTHS = 8 };

/* "3 NaN and 2 +inf" */
static void add_left_out(const struct histogram *histogram, struct text *out)
{
    const size_t count[] = {histogram->nan, histogram->positive_inf, histogram->negative_inf};
    static const char *const name[] = {"NaN", "+inf", "-inf"};
    bool any = false;
    for (int i = 0; i < 3; i++)
        if (count[i]) {
            text_add(out, "%s%s %s", any ? ", " : "left out: ", text_count((double)count[i]).s, name[i]);
            any = true;
        }
    text_add(out, any ? "\n" : "");
}

static void add_heading(const struct histogram *histogram, const char *name, struct text *out)
{
    text_add(out, "%s  %s value%s", name, text_count((double)histogram->count).s, histogram->count == 1 ? "" : "s");
    if (histogram->finite)
        text_add(out, ", %.6g to %.6g", histogram->least, histogram->most);
    if (histogram->zero)
        text_add(out, ", %s of them 0", text_count((double)histogram->zero).s);
    text_add(out, "\n");
}

static void add_bar(double fraction, int columns, bool ascii, struct text *out)
{
    int unit = ascii ? 1 : EIGHTHS, parts = (int)lround(fraction * columns * unit);
    parts = parts < 1 ? 1 : parts;
    for (int i = 0; i < parts / unit; i++)
        text_add(out, "%s", ascii ? "#" : "\xE2\x96\x88");
    if (parts % unit) /* U+258F, an eighth of a block, to U+2589, seven of them */
        text_add(out, "\xE2\x96%c", 0x90 - parts % unit);
}

/* The lower end of bin I; a number that rounding has left next to 0 is 0. */
static double edge(const struct histogram *histogram, int i)
{
    return histogram->width > 0 ? (histogram->first + i) * histogram->width : histogram->least;
}

/* The fewest digits, 3 at least, in which neighbouring ends differ as they should. */
static int edge_digits(const struct histogram *histogram)
{
    double largest = fmax(fabs(edge(histogram, 0)), fabs(edge(histogram, histogram->bins)));
    int digits = histogram->width > 0 ? (int)ceil(log10(largest / histogram->width)) + 1 : 9;
    return digits < 3 ? 3 : digits > 12 ? 12 : digits;
}

void histogram_print(const struct histogram *histogram, const char *name, int width, bool ascii, struct text *out)
{
    char label[HISTOGRAM_BINS + 1][LABEL];
    int columns = 0, digits = edge_digits(histogram);
    size_t most = 0;
    add_heading(histogram, name, out);
    for (int i = 0; histogram->bins && i <= histogram->bins; i++) {
        snprintf(label[i], sizeof label[i], "%.*g", digits, edge(histogram, i));
        columns = (int)strlen(label[i]) > columns ? (int)strlen(label[i]) : columns;
        most = i < histogram->bins && histogram->bin[i] > most ? histogram->bin[i] : most;
    }
    int counts = (int)strlen(text_count((double)most).s);
    int bar = width - 2 * columns - counts - (int)strlen("   to     ");
    for (int i = 0; i < histogram->bins; i++) {
        if (histogram->width > 0)
            text_add(out, "  %*s to %*s", columns, label[i], columns, label[i + 1]);
        else
            text_add(out, "  %*s", columns, label[i]);
        text_add(out, "  %*s", counts, text_count((double)histogram->bin[i]).s);
        if (histogram->bin[i]) {
            text_add(out, "  ");
            add_bar((double)histogram->bin[i] / (double)most, bar < 1 ? 1 : bar, ascii, out);
        }
        text_add(out, "\n");
    }
    add_left_out(histogram, out);
}
