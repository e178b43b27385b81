/*
 * plot_raster.c: dots. A column of dots holds the samples that fall into it: their mean is a point of the curve's line,
 * their minimum and maximum are the ends of its band.
 */
#include "view/plot_raster.h"

#include <math.h>
#include <stdlib.h>

int raster_open(struct raster *raster, int columns, int rows, bool ascii)
{
    *raster = (struct raster){.columns = columns, .rows = rows, .across = ascii ? 1 : 2, .down = ascii ? 1 : 4};
    raster->cell = calloc((size_t)columns * (size_t)rows, sizeof *raster->cell);
    return raster->cell ? 0 : -1;
}

void raster_close(struct raster *raster)
{
    free(raster->cell);
    *raster = (struct raster){0};
}

static struct raster_cell *cell_of(const struct raster *raster, int x, int y)
{
    return &raster->cell[y / raster->down * raster->columns + x / raster->across];
}

/* The bit of dot (X, Y) in its cell's braille pattern: 1 2 3 7 go down on the left, 4 5 6 8 on the right. */
static uint8_t dot_bit(const struct raster *raster, int x, int y)
{
    static const uint8_t bits[4][2] = {{0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}};
    return bits[y % raster->down][x % raster->across];
}

/* The row of dots for Y, 0 on top; far outside stays just outside. */
static int dot_row(const struct raster *raster, const struct plot_scan *scan, double y)
{
    int rows = raster->rows * raster->down;
    double height = plot_scan_height(scan, y);
    if (!(height >= -1e-9))
        return rows;
    if (height > 1 + 1e-9)
        return -1;
    return (int)lround((1 - height) * (rows - 1));
}

static void paint_line(struct raster *raster, int k, int x, int from, int to)
{
    if (from > to) {
        int held = from;
        from = to;
        to = held;
    }
    int rows = raster->rows * raster->down;
    for (int y = from < 0 ? 0 : from; y <= to && y < rows; y++) {
        struct raster_cell *cell = cell_of(raster, x, y);
        cell->line |= dot_bit(raster, x, y);
        cell->curves |= (uint16_t)(1u << k);
    }
}

/* A line from (x0, y0), which is painted already, to (x1, y1): in each column the rows it crosses there. */
static void join(struct raster *raster, int k, int x0, int y0, int x1, int y1)
{
    double slope = (double)(y1 - y0) / (x1 - x0);
    for (int x = x0; x <= x1; x++) {
        double enter = x == x0 ? y0 : y0 + slope * (x - x0 - 0.5);
        double leave = x == x1 ? y1 : y0 + slope * (x - x0 + 0.5);
        int from = (int)lround(enter), to = (int)lround(leave);
        if (x > x0 && from != to) /* the row where two columns meet belongs to the earlier one */
            from += from < to ? 1 : -1;
        paint_line(raster, k, x, from, to);
    }
}

static void paint_band(struct raster *raster, int k, int x, int top, int bottom, bool fill)
{
    int rows = raster->rows * raster->down;
    for (int y = top < 0 ? 0 : top; y <= bottom && y < rows; y++) {
        bool extreme = y == top || y == bottom;
        bool dotted = fill && (raster->down == 1 || (x + y) % 2 == 0);
        if (!extreme && !dotted)
            continue;
        struct raster_cell *cell = cell_of(raster, x, y);
        cell->band |= dot_bit(raster, x, y);
        cell->band_curve = (uint8_t)k;
    }
}

static void paint_sign(struct raster *raster, int x, bool top, enum raster_sign sign)
{
    struct raster_cell *cell = cell_of(raster, x, top ? 0 : raster->rows * raster->down - 1);
    if (cell->sign < sign)
        cell->sign = (uint8_t)sign;
}

static void paint_bucket(struct raster *raster, const struct plot_scan *scan, const struct bucket *bucket, int k, int x,
                         bool fill)
{
    int rows = raster->rows * raster->down;
    int top = dot_row(raster, scan, (double)bucket->max), bottom = dot_row(raster, scan, (double)bucket->min);
    if (bucket->count > 1)
        paint_band(raster, k, x, top, bottom, fill);
    if (top < 0)
        paint_sign(raster, x, true, RASTER_ABOVE);
    if (bottom >= rows)
        paint_sign(raster, x, false, RASTER_BELOW);
}

void raster_curve(struct raster *raster, const struct plot *plot, const struct plot_scan *scan, int k, bool fill)
{
    int columns = raster->columns * raster->across;
    struct bucket *bucket = malloc((size_t)columns * sizeof *bucket);
    if (!bucket)
        return;
    series_columns(plot->curve[k].series, scan->x0, scan->x1, columns, bucket);
    int last_x = -1, last_y = 0;
    for (int x = 0; x < columns; x++) {
        if (bucket[x].count > 0) {
            double mean = (double)bucket[x].mean;
            int y = dot_row(raster, scan, scan->log && mean <= 0 ? (double)bucket[x].max : mean);
            paint_bucket(raster, scan, &bucket[x], k, x, fill);
            if (last_x >= 0)
                join(raster, k, last_x, last_y, x, y);
            else
                paint_line(raster, k, x, y, y);
            last_x = x;
            last_y = y;
        }
        if (bucket[x].nonfinite > 0) { /* a line never crosses what is not a number */
            paint_sign(raster, x, true, RASTER_NONFINITE);
            last_x = -1;
        }
    }
    free(bucket);
}

uint32_t raster_glyph(const struct canvas *canvas, int k)
{
    static const char glyphs[PLOT_CURVES + 1] = "*o+x#@%&=$sv";
    if (canvas->ascii || (canvas->plain && k > 0))
        return (unsigned char)glyphs[k];
    return 0;
}

/* Which of the curves whose lines cross a cell shows its ink there: they take turns from column to column. */
static int curve_shown(uint16_t curves, int column)
{
    int n = 0;
    for (int k = 0; k < PLOT_CURVES; k++)
        n += curves >> k & 1;
    int turn = column % n;
    for (int k = 0; k < PLOT_CURVES; k++)
        if ((curves >> k & 1) && turn-- == 0)
            return k;
    return 0;
}

static void show_sign(struct canvas *canvas, int x, int y, enum raster_sign sign)
{
    if (sign == RASTER_NONFINITE)
        canvas_put(canvas, x, y, 0x2717, INK_BAD);
    else
        canvas_put(canvas, x, y, sign == RASTER_ABOVE ? 0x25b2 : 0x25bc, INK_WARN);
}

/* A cell with a line shows nothing of a band: what of the spread lies in the same cell as the mean is too little to
 * see, and dots of the same ink would thicken the line to a smear. */
static void show_line(const struct raster_cell *cell, const struct plot *plot, struct canvas *canvas, int x, int y,
                      int column)
{
    int k = curve_shown(cell->curves, column);
    uint32_t glyph = raster_glyph(canvas, k);
    canvas_put(canvas, x, y, glyph ? glyph : 0x2800u + cell->line, plot->curve[k].ink);
}

void raster_show(const struct raster *raster, const struct plot *plot, struct canvas *canvas, int x, int y)
{
    for (int row = 0; row < raster->rows; row++)
        for (int column = 0; column < raster->columns; column++) {
            const struct raster_cell *cell = &raster->cell[row * raster->columns + column];
            if (cell->sign != RASTER_NONE) {
                show_sign(canvas, x + column, y + row, (enum raster_sign)cell->sign);
            } else if (cell->line) {
                show_line(cell, plot, canvas, x + column, y + row, column);
            } else if (cell->band) {
                enum ink ink = plot->curve[cell->band_curve].ink;
                canvas_put(canvas, x + column, y + row, canvas->ascii ? ':' : 0x2800u + cell->band,
                           ink == INK_TRAIN ? INK_BAND : ink);
            }
        }
}
