/* value_report.c: numbers, tensors and histograms as text. */
#include "value_report.h"

#include <math.h>
#include <stdio.h>

#include "debug/census.h"
#include "view/histogram.h"

enum { COLUMNS = 80, CORNER_ROWS = 6, CORNER_COLUMNS = 7, CELL = 10 };

/* A NaN has a sign that says nothing. */
static void print_number(double x, struct text *out)
{
    if (isnan(x))
        text_add(out, "nan");
    else
        text_add(out, "%.9g", x);
}

static void print_no_values(const struct tensor *tensor, struct text *out)
{
    text_add(out, "no values: ");
    tensor_print_shape(tensor, out);
}

/* A blank line between matrices of a higher rank is not needed by any reader. */
static void print_tensor(const struct tensor *tensor, struct text *out)
{
    size_t width = tensor->rank ? (size_t)tensor->dim[tensor->rank - 1] : 1, done = 0, count;
    struct tensor_walk walk;
    if (tensor->count == 0)
        print_no_values(tensor, out);
    tensor_walk_begin(&walk, tensor);
    for (const float *x; (x = tensor_next(&walk, &count));)
        for (size_t i = 0; i < count; i++) {
            print_number((double)x[i], out);
            done++;
            text_add(out, "%s", done == tensor->count ? "" : done % width ? " " : "\n");
        }
}

void value_print_histogram(const struct tensor *tensor, const char *name, bool ascii, struct text *out)
{
    struct histogram histogram;
    tensor_histogram(tensor, &histogram);
    histogram_print(&histogram, name, COLUMNS, ascii, out);
}

void value_print(const struct named *value, const char *name, bool ascii, struct text *out)
{
    if (value->type == NAMED_NUMBER)
        print_number(value->number, out);
    else if (value->type == NAMED_HISTOGRAM)
        value_print_histogram(&value->tensor, name, ascii, out);
    else
        print_tensor(&value->tensor, out);
}

/* Row ROW of a tensor taken as rows of its last dimension. */
static struct tensor row_of(const struct tensor *tensor, size_t row)
{
    struct tensor one = *tensor;
    while (one.rank > 1) {
        size_t below = 1;
        for (int i = 1; i + 1 < one.rank; i++)
            below *= (size_t)one.dim[i];
        tensor_pick(&one, 0, (int)(row / below));
        row %= below;
    }
    return one;
}

static void print_corner_row(struct tensor row, struct text *out)
{
    struct tensor_walk walk;
    size_t count;
    bool cut = row.dim[0] > CORNER_COLUMNS;
    if (cut)
        tensor_slice(&row, 0, 0, CORNER_COLUMNS, 1);
    tensor_walk_begin(&walk, &row);
    for (const float *x; (x = tensor_next(&walk, &count));)
        for (size_t i = 0; i < count; i++)
            text_add(out, "%*s", CELL, text_short((double)x[i]).s);
    text_add(out, "%s\n", cut ? "  ..." : "");
}

void value_print_corner(const struct tensor *tensor, const char *name, struct text *out)
{
    if (tensor->count == 0) {
        print_no_values(tensor, out);
        return;
    }
    int width = tensor->dim[tensor->rank - 1];
    size_t rows = tensor->count / (size_t)width, shown = rows < CORNER_ROWS ? rows : CORNER_ROWS;
    for (size_t row = 0; row < shown; row++)
        print_corner_row(row_of(tensor, row), out);
    if (shown == rows && width <= CORNER_COLUMNS)
        return;
    text_add(out, "the corner of ");
    tensor_print_shape(tensor, out);
    text_add(out, "; all of it: `print %s | less`, or `> FILE.txt`", name);
}
