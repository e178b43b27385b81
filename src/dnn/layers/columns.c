/* columns.c: from an image to what a kernel sees of it, and back. The loops along a row have no condition inside. */
#include "columns.h"

#include <string.h>

/* One row of outputs through one tap: INPUT is the row of the image that it sees, or NULL beyond the image. */
static void gather_row(const struct slide *x, int tap, const real *restrict input, real *restrict out)
{
    int first, last, offset = slide_offset(x, tap), stride = x->stride;
    slide_inside(x, tap, &first, &last);
    if (!input)
        first = last = 0;
    memset(out, 0, (size_t)first * sizeof *out);
    if (stride == 1 && last > first)
        memcpy(out + first, input + first + offset, (size_t)(last - first) * sizeof *out);
    else
        for (int o = first; o < last; o++)
            out[o] = input[o * stride + offset];
    memset(out + last, 0, (size_t)(x->out - last) * sizeof *out);
}

static void scatter_row(const struct slide *x, int tap, const real *restrict in, real *restrict image)
{
    int first, last, offset = slide_offset(x, tap), stride = x->stride;
    slide_inside(x, tap, &first, &last);
    if (stride == 1)
        for (int o = first; o < last; o++)
            image[o + offset] += in[o];
    else
        for (int o = first; o < last; o++)
            image[o * stride + offset] += in[o];
}

void columns_gather(const struct columns *columns, const real *image, int first, int rows, real *matrix)
{
    const struct slide *y = &columns->y, *x = &columns->x;
    for (int c = 0; c < columns->channels; c++) {
        const real *plane = image + (size_t)c * y->in * x->in;
        for (int ty = 0; ty < y->kernel; ty++)
            for (int tx = 0; tx < x->kernel; tx++)
                for (int o = first; o < first + rows; o++, matrix += x->out) {
                    int i = o * y->stride + slide_offset(y, ty);
                    gather_row(x, tx, i >= 0 && i < y->in ? plane + (size_t)i * x->in : NULL, matrix);
                }
    }
}

void columns_scatter(const struct columns *columns, const real *matrix, int first, int rows, real *image)
{
    const struct slide *y = &columns->y, *x = &columns->x;
    for (int c = 0; c < columns->channels; c++) {
        real *plane = image + (size_t)c * y->in * x->in;
        for (int ty = 0; ty < y->kernel; ty++)
            for (int tx = 0; tx < x->kernel; tx++)
                for (int o = first; o < first + rows; o++, matrix += x->out) {
                    int i = o * y->stride + slide_offset(y, ty);
                    if (i >= 0 && i < y->in)
                        scatter_row(x, tx, matrix, plane + (size_t)i * x->in);
                }
    }
}
