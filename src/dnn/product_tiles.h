/*
 * product_tiles.h: tiles of some rows by one or two vectors of columns whose sums stay in registers. A tile reads its
 * columns of b step by step: from where they lie, or, where they are read often or lie across, from a copy laid out for
 * that. One row is product_row.h's. For who compiles it behind avx2.h or avx512.h.
 */
#ifndef DNN_PRODUCT_TILES_H
#define DNN_PRODUCT_TILES_H

#include "dnn/product.h"

enum {
    PANEL = 2 * LANES,            /* columns that are taken together */
    TILE = LANES == 16 ? 8 : 6,   /* rows of a tile: as many as there are registers for */
    TALL = LANES == 16 ? 16 : 6,  /* of one that is one vector wide */
    DEPTH = 1024,                 /* steps of a panel that are copied at once */
    HEIGHT = 504, /* rows that are multiplied with a panel before the next is taken, so that they stay in cache */
    COPY_FROM = 48, /* rows, and steps, from which on a copy of a panel that could be read in place pays */
    SMALL = 48      /* steps, and rows, up to which a product is small; whole vectors, as copies are */
};

/* Columns of either vector: how many of b may be read, and how many there are. */
struct columns {
    int read_first, read_second, first, second;
};

/* T, of as many ROWS and COLUMNS, b as it lies. */
WIDE_INLINE void multiply(int rows, const struct product *t, struct columns columns)
{
    vector low[16], high[16], low_bias = vector_zero(), high_bias = low_bias;
    const float *b = t->b, *a[4];
    ptrdiff_t a_row = t->a_row, a_step = t->a_step, b_row = t->b_row, c_row = t->c_row;
    float *c = t->c;
    ROWS(4, a[r] = t->a + 4 * r * a_row;);
    if (t->bias) {
        low_bias = load(t->bias, columns.first);
        high_bias = columns.second ? load(t->bias + LANES, columns.second) : high_bias;
    }
    ROWS_16(rows, {
        low[r] = low_bias;
        high[r] = high_bias;
    });
    if (t->add)
        ROWS_16(rows, {
            low[r] = vector_add(low[r], load(c + r * c_row, columns.first));
            high[r] = columns.second ? vector_add(high[r], load(c + r * c_row + LANES, columns.second)) : high[r];
        });
    for (int k = t->k; k > 0; k--, b += b_row) {
        vector b_low = load(b, columns.read_first);
        vector b_high = columns.read_second ? load(b + LANES, columns.read_second) : b_low;
        ROWS_16(rows, {
            vector each = vector_all(a[r / 4] + r % 4 * a_row);
            low[r] = vector_fma(each, b_low, low[r]);
            high[r] = columns.read_second ? vector_fma(each, b_high, high[r]) : high[r];
        });
        ROWS(4, a[r] += a_step;);
    }
    ROWS_16(rows, {
        store(c + r * c_row, columns.first, low[r]);
        if (columns.second)
            store(c + r * c_row + LANES, columns.second, high[r]);
    });
}

/* The shapes a panel may have: one vector or two; the last in part; and then read in part, too, where it is no copy.
 * Each has tiles of its own, since a number of columns that is not known costs a product of few rows more than
 * itself. */
enum shape { HALF, WHOLE, END_OF_HALF, END_OF_WHOLE, PART_OF_HALF, PART_OF_WHOLE, SHAPES };

#define TILE_OF(rows, shape, ...) \
    WIDE static void shape##_##rows(const struct product *t) { multiply(rows, t, (struct columns){__VA_ARGS__}); }
#define TALL_OF(rows) \
    TILE_OF(rows, half, LANES, 0, LANES, 0) \
    TILE_OF(rows, part_of_half, t->n, 0, t->n, 0)
#define TILES_OF(rows) \
    TALL_OF(rows) \
    TILE_OF(rows, whole, LANES, LANES, LANES, LANES) \
    TILE_OF(rows, part_of_whole, LANES, t->n - LANES, LANES, t->n - LANES)
/* What is read of a copy needs no mask, which costs AVX-512 nothing. */
#ifdef DNN_AVX512_H
#define ENDS_OF(rows)
#define TILE_ROW(rows) \
    [rows - 1] = {half_##rows, whole_##rows, part_of_half_##rows, part_of_whole_##rows, part_of_half_##rows, \
                  part_of_whole_##rows}
#else
#define ENDS_OF(rows) \
    TILE_OF(rows, end_of_half, LANES, 0, t->n, 0) \
    TILE_OF(rows, end_of_whole, LANES, LANES, LANES, t->n - LANES)
#define TILE_ROW(rows) \
    [rows - 1] = {half_##rows, whole_##rows, end_of_half_##rows, end_of_whole_##rows, part_of_half_##rows, \
                  part_of_whole_##rows}
#endif

TILES_OF(1) ENDS_OF(1)
TILES_OF(2) ENDS_OF(2)
TILES_OF(3) ENDS_OF(3)
TILES_OF(4) ENDS_OF(4)
TILES_OF(5) ENDS_OF(5)
TILES_OF(6) ENDS_OF(6)
#ifdef DNN_AVX512_H
TILES_OF(7)
TILES_OF(8)
TALL_OF(16)
#endif

static product_run *const tiles[TALL][SHAPES] = {
    TILE_ROW(1), TILE_ROW(2), TILE_ROW(3), TILE_ROW(4), TILE_ROW(5), TILE_ROW(6),
#ifdef DNN_AVX512_H
    TILE_ROW(7), TILE_ROW(8), [15] = {half_16, NULL, part_of_half_16, NULL, part_of_half_16, NULL},
#endif
};

/* Of a panel of COLUMNS; COPIED: there are zeros behind the last. */
static enum shape shape_of(int columns, bool copied)
{
    return (columns > LANES ? WHOLE : HALF) + (columns % LANES == 0 ? 0 : copied ? END_OF_HALF : PART_OF_HALF);
}

/* Of ROWS rows that are left of a panel of COLUMNS: those of the next tile, so that all are as even as can be. */
static int tile_rows(int rows, int columns)
{
    if (TALL > TILE && columns <= LANES && rows >= TALL)
        return TALL;
    return rows <= TILE ? rows : rows < 2 * TILE ? (rows + 1) / 2 : TILE;
}

/* All rows of PANEL. */
static void multiply_panel(struct product *panel, bool copied)
{
    enum shape shape = shape_of(panel->n, copied);
    for (int rows = panel->m; rows > 0;) {
        int now = tile_rows(rows, panel->n);
        tiles[now - 1][shape](panel);
        panel->a += now * panel->a_row;
        panel->c += now * panel->c_row;
        rows -= now;
    }
}

/* --- copies of panels: [steps, PANEL], zeros behind the last column of a vector that is there */

WIDE static void copy_panel(const float *b, ptrdiff_t row, int steps, int columns, float *panel)
{
    int first = columns < LANES ? columns : LANES, second = columns - first;
    for (int k = 0; k < steps; k++, b += row, panel += PANEL) {
        store(panel, LANES, load(b, first));
        store(panel + LANES, LANES, second ? load(b + LANES, second) : vector_zero());
    }
}

/* From a transposed b. */
WIDE static void turn_panel(const float *b, ptrdiff_t row, int steps, int columns, float *panel)
{
    for (int k = 0; k < steps; k += LANES) {
        int now = steps - k < LANES ? steps - k : LANES;
        float *to = panel + (ptrdiff_t)k * PANEL;
        for (int j = 0; j < PANEL; j += LANES)
            if (columns - j >= LANES && now == LANES)
                transpose_block(b + k + j * row, row, LANES, LANES, to + j, PANEL);
            else if (columns > j)
                transpose_block(b + k + j * row, row, now, columns - j, to + j, PANEL);
    }
}

/* --- products of many tiles */

/* Steps [from, from + steps) of columns from J on, for ROWS rows from I on. */
WIDE static void run_panel(const struct product *p, int i, int rows, int j, int from, int steps, float *copy)
{
    struct product panel = {.m = rows,
                            .n = p->n - j < PANEL ? p->n - j : PANEL,
                            .k = steps,
                            .a = p->a + i * p->a_row + from * p->a_step,
                            .a_row = p->a_row,
                            .a_step = p->a_step,
                            .b = copy,
                            .b_row = PANEL,
                            .bias = p->bias && from == 0 ? p->bias + j : NULL,
                            .add = p->add || from > 0,
                            .c = p->c + i * p->c_row + j,
                            .c_row = p->c_row};
    bool copied = p->transposed || (rows >= COPY_FROM && steps >= COPY_FROM);
    if (p->transposed) {
        turn_panel(p->b + j * p->b_row + from, p->b_row, steps, panel.n, copy);
    } else if (copied) {
        copy_panel(p->b + from * p->b_row + j, p->b_row, steps, panel.n, copy);
    } else {
        panel.b = p->b + from * p->b_row + j;
        panel.b_row = p->b_row;
    }
    multiply_panel(&panel, copied);
}

WIDE static void run_panels(const struct product *p)
{
    _Alignas(64) float copy[PANEL * DEPTH];
    for (int i = 0; i < p->m; i += HEIGHT)
        for (int from = 0; from < p->k; from += DEPTH)
            for (int j = 0; j < p->n; j += PANEL)
                run_panel(p, i, p->m - i < HEIGHT ? p->m - i : HEIGHT, j, from,
                          p->k - from < DEPTH ? p->k - from : DEPTH, copy);
}

/* --- of few columns: tiles of the product's transpose are full where those of the product would not be. It is turned
 * as it is stored; the sums are the same in the same order. Its b, which is a transposed, is there when a is read along
 * its columns, and is turned for it where b is transposed. */

static bool is_narrow(const struct product *p)
{
    bool there = p->a_row == 1 && !p->transposed, turned = p->a_step == 1 && p->transposed && p->k <= DEPTH;
    return p->n < 8 && p->m >= LANES && !p->add && (there || turned);
}

/* Stores ROWS columns, up to PANEL, of ACROSS [n, PANEL] as rows of c. */
WIDE static void store_turned(const float *across, int rows, int n, float *c, ptrdiff_t c_row)
{
    _Alignas(64) float along[LANES * LANES];
    for (int from = 0; from < rows; from += LANES) {
        int some = rows - from < LANES ? rows - from : LANES;
        transpose_block(across + from, PANEL, LANES, n, along, LANES);
        for (int r = 0; r < some; r++)
            store(c + (from + r) * c_row, n, load(along + r * LANES, LANES));
    }
}

WIDE static void run_narrow(const struct product *p)
{
    _Alignas(64) float copy[PANEL * DEPTH], across[LANES * PANEL];
    for (int i = 0; i < p->m; i += PANEL) {
        int rows = p->m - i < PANEL ? p->m - i : PANEL;
        struct product tile = {.m = p->n, .n = rows, .k = p->k, .a = p->b, .a_row = 1, .a_step = p->b_row,
                               .b = p->a + i, .b_row = p->a_step, .add = p->bias, .c = across, .c_row = PANEL};
        if (p->transposed) {
            turn_panel(p->a + i * p->a_row, p->a_row, p->k, rows, copy);
            tile.b = copy;
            tile.b_row = PANEL;
            tile.a_row = p->b_row;
            tile.a_step = 1;
        }
        for (int c = 0; p->bias && c < p->n; c++)
            for (int r = 0; r < PANEL; r += LANES)
                store(across + c * PANEL + r, LANES, vector_all(p->bias + c));
        multiply_panel(&tile, p->transposed);
        store_turned(across, rows, p->n, p->c + i * p->c_row, p->c_row);
    }
}

/* --- of one panel, and of so few steps that finding one's way would take as long as the product */

static bool is_small(const struct product *p)
{
    return p->n <= PANEL && p->k <= SMALL && p->m <= SMALL;
}

WIDE static void run_small(const struct product *p)
{
    struct product panel = *p;
    multiply_panel(&panel, false);
}

WIDE static void run_small_turned(const struct product *p)
{
    _Alignas(64) float copy[PANEL * SMALL];
    struct product panel = *p;
    turn_panel(p->b, p->b_row, p->k, p->n, copy);
    panel.b = copy;
    panel.b_row = PANEL;
    multiply_panel(&panel, true);
}

static product_run *choose_tiles(const struct product *p)
{
    if (is_narrow(p))
        return run_narrow;
    if (!is_small(p))
        return run_panels;
    if (p->transposed)
        return run_small_turned;
    return p->m == tile_rows(p->m, p->n) ? tiles[p->m - 1][shape_of(p->n, false)] : run_small;
}

#endif
