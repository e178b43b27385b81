/*
 * product.c: tiles of 6 rows by 16 columns whose sums stay in registers. A tile reads 16 columns of b step by step:
 * from where they lie, or, where they are read often or lie across, from a copy laid out for that. One row is
 * product_row.c's.
 */
#include "dnn/product.h"

#include <assert.h>

#include "dnn/kernel.h"

#if defined(__x86_64__) && !defined(DNN_DOUBLE)

#include "dnn/avx2.h"

enum {
    PANEL = 16,     /* columns of a tile */
    TILE = 6,       /* rows */
    DEPTH = 1024,   /* steps of a panel that are copied at once */
    HEIGHT = 504,   /* rows that are multiplied with a panel before the next is taken, so that they stay in cache */
    COPY_FROM = 48, /* rows, and steps, from which on a copy of a panel that could be read in place pays */
    SMALL = 48      /* steps, and rows, up to which a product is small; whole eights, as copies are */
};

/* What a tile is: its first values, and as in struct product. */
struct tile {
    const float *a, *b, *bias;
    float *c;
    ptrdiff_t a_row, a_step, b_row, c_row;
    int steps, first, second; /* columns in either half */
    bool add;
};

/* Columns of either half: how many of b may be read, and how many there are. */
struct columns {
    int read_first, read_second, first, second;
};

WIDE_INLINE void multiply(int rows, const struct tile *t, struct columns columns)
{
    __m256 low[LANES], high[LANES], low_bias = _mm256_setzero_ps(), high_bias = low_bias;
    const float *a = t->a, *b = t->b;
    ptrdiff_t a_row = t->a_row, a_step = t->a_step, b_row = t->b_row, c_row = t->c_row;
    float *c = t->c;
    if (t->bias) {
        low_bias = load(t->bias, columns.first);
        high_bias = columns.second ? load(t->bias + LANES, columns.second) : high_bias;
    }
    ROWS(rows, {
        low[r] = low_bias;
        high[r] = high_bias;
    });
    if (t->add)
        ROWS(rows, {
            low[r] = _mm256_add_ps(low[r], load(c + r * c_row, columns.first));
            high[r] = columns.second ? _mm256_add_ps(high[r], load(c + r * c_row + LANES, columns.second)) : high[r];
        });
    for (int k = t->steps; k > 0; k--, a += a_step, b += b_row) {
        __m256 b_low = load(b, columns.read_first);
        __m256 b_high = columns.read_second ? load(b + LANES, columns.read_second) : b_low;
        ROWS(rows, {
            __m256 each = _mm256_broadcast_ss(a + r * a_row);
            low[r] = _mm256_fmadd_ps(each, b_low, low[r]);
            high[r] = columns.read_second ? _mm256_fmadd_ps(each, b_high, high[r]) : high[r];
        });
    }
    ROWS(rows, {
        store(c + r * c_row, columns.first, low[r]);
        if (columns.second)
            store(c + r * c_row + LANES, columns.second, high[r]);
    });
}

/* The shapes a panel may have: one half or two; the last in part; and then read in part, too, where it is no copy. Each
 * has tiles of its own, since a number of columns that is not known costs a product of few rows more than itself. */
enum shape { HALF, WHOLE, END_OF_HALF, END_OF_WHOLE, PART_OF_HALF, PART_OF_WHOLE, SHAPES };

#define TILE_OF(rows, shape, ...) \
    WIDE static void shape##_##rows(const struct tile *t) { multiply(rows, t, (struct columns){__VA_ARGS__}); }
#define TILES_OF(rows) \
    TILE_OF(rows, half, LANES, 0, LANES, 0) \
    TILE_OF(rows, whole, LANES, LANES, LANES, LANES) \
    TILE_OF(rows, end_of_half, LANES, 0, t->first, 0) \
    TILE_OF(rows, end_of_whole, LANES, LANES, LANES, t->second) \
    TILE_OF(rows, part_of_half, t->first, 0, t->first, 0) \
    TILE_OF(rows, part_of_whole, LANES, t->second, LANES, t->second)

TILES_OF(1)
TILES_OF(2)
TILES_OF(3)
TILES_OF(4)
TILES_OF(5)
TILES_OF(6)

#define SHAPES_OF(rows) \
    {half_##rows, whole_##rows, end_of_half_##rows, end_of_whole_##rows, part_of_half_##rows, part_of_whole_##rows}

static void (*const tiles[TILE][SHAPES])(const struct tile *t) = {
    SHAPES_OF(1), SHAPES_OF(2), SHAPES_OF(3), SHAPES_OF(4), SHAPES_OF(5), SHAPES_OF(6)};

/* All rows of a panel, in tiles as even as can be; TILE comes as that of the first. */
static void multiply_panel(struct tile *tile, int rows, enum shape shape)
{
    while (rows > 0) {
        int now = rows <= TILE ? rows : rows < 2 * TILE ? (rows + 1) / 2 : TILE;
        tiles[now - 1][shape](tile);
        tile->a += now * tile->a_row;
        tile->c += now * tile->c_row;
        rows -= now;
    }
}

/* --- copies of panels: [steps, 16], zeros behind the last column of a half that is there */

WIDE static void copy_panel(const float *b, ptrdiff_t row, int steps, int columns, float *panel)
{
    int first = columns < LANES ? columns : LANES, second = columns - first;
    for (int k = 0; k < steps; k++, b += row, panel += PANEL) {
        _mm256_store_ps(panel, load(b, first));
        _mm256_store_ps(panel + LANES, second ? load(b + LANES, second) : _mm256_setzero_ps());
    }
}

/* Eight steps of up to eight columns, from a transposed b. */
WIDE_INLINE void turn(const float *b, ptrdiff_t row, int steps, int columns, float *panel)
{
    __m256 quarter[2][4];
    for (int half = 0; half < 2; half++) {
        const float *from = b + 4 * half * row;
        int there = columns - 4 * half;
        __m256 zero = _mm256_setzero_ps();
        __m256 r0 = there > 0 ? load(from, steps) : zero, r1 = there > 1 ? load(from + row, steps) : zero;
        __m256 r2 = there > 2 ? load(from + 2 * row, steps) : zero, r3 = there > 3 ? load(from + 3 * row, steps) : zero;
        __m256 a = _mm256_unpacklo_ps(r0, r1), c = _mm256_unpackhi_ps(r0, r1);
        __m256 d = _mm256_unpacklo_ps(r2, r3), e = _mm256_unpackhi_ps(r2, r3);
        quarter[half][0] = _mm256_shuffle_ps(a, d, 0x44);
        quarter[half][1] = _mm256_shuffle_ps(a, d, 0xee);
        quarter[half][2] = _mm256_shuffle_ps(c, e, 0x44);
        quarter[half][3] = _mm256_shuffle_ps(c, e, 0xee);
    }
    for (int i = 0; i < 4; i++) {
        _mm256_store_ps(panel + i * PANEL, _mm256_permute2f128_ps(quarter[0][i], quarter[1][i], 0x20));
        _mm256_store_ps(panel + (i + 4) * PANEL, _mm256_permute2f128_ps(quarter[0][i], quarter[1][i], 0x31));
    }
}

WIDE static void turn_panel(const float *b, ptrdiff_t row, int steps, int columns, float *panel)
{
    for (int k = 0; k < steps; k += LANES) {
        int now = steps - k < LANES ? steps - k : LANES;
        float *to = panel + (ptrdiff_t)k * PANEL;
        for (int j = 0; j < PANEL; j += LANES)
            if (columns - j >= LANES && now == LANES)
                turn(b + k + j * row, row, LANES, LANES, to + j);
            else if (columns > j)
                turn(b + k + j * row, row, now, columns - j, to + j);
    }
}

/* --- the whole */

/* Steps [from, from + steps) of columns from J on, for ROWS rows from I on. */
WIDE static void run_panel(const struct product *p, int i, int rows, int j, int from, int steps, float *panel)
{
    int columns = p->n - j < PANEL ? p->n - j : PANEL, first = columns < LANES ? columns : LANES;
    struct tile tile = {.a = p->a + i * p->a_row + from * p->a_step,
                        .b = panel,
                        .bias = p->bias && from == 0 ? p->bias + j : NULL,
                        .c = p->c + i * p->c_row + j,
                        .a_row = p->a_row,
                        .a_step = p->a_step,
                        .b_row = PANEL,
                        .c_row = p->c_row,
                        .steps = steps,
                        .first = first,
                        .second = columns - first,
                        .add = p->add || from > 0};
    enum shape shape = columns > LANES ? WHOLE : HALF;
    bool part = columns % LANES;
    if (p->transposed) {
        turn_panel(p->b + j * p->b_row + from, p->b_row, steps, columns, panel);
        shape += part ? END_OF_HALF : 0;
    } else if (rows >= COPY_FROM && steps >= COPY_FROM) {
        copy_panel(p->b + from * p->b_row + j, p->b_row, steps, columns, panel);
        shape += part ? END_OF_HALF : 0;
    } else {
        tile.b = p->b + from * p->b_row + j;
        tile.b_row = p->b_row;
        shape += part ? PART_OF_HALF : 0;
    }
    multiply_panel(&tile, rows, shape);
}

/* Few columns: tiles of the product's transpose are full where those of the product would not be. It is turned as it is
 * stored; the sums are the same in the same order. Its b, which is a transposed, is there when a is read along its
 * columns, and is turned for it where b is transposed. */
static bool is_narrow(const struct product *p)
{
    bool there = p->a_row == 1 && !p->transposed, turned = p->a_step == 1 && p->transposed && p->k <= DEPTH;
    return p->n < LANES && p->m >= LANES && !p->add && (there || turned);
}

/* Stores ROWS columns, up to 16, of ACROSS [n, 16] as rows of c. */
WIDE static void store_turned(const float *across, int rows, int n, float *c, ptrdiff_t c_row)
{
    _Alignas(32) float along[LANES * PANEL];
    for (int from = 0; from < rows; from += LANES) {
        int some = rows - from < LANES ? rows - from : LANES;
        turn(across + from, PANEL, some, n, along);
        for (int r = 0; r < some; r++)
            store(c + (from + r) * c_row, n, _mm256_load_ps(along + r * PANEL));
    }
}

WIDE __attribute__((noinline)) static void run_narrow(const struct product *p, float *panel)
{
    _Alignas(32) float across[LANES * PANEL];
    for (int i = 0; i < p->m; i += PANEL) {
        int rows = p->m - i < PANEL ? p->m - i : PANEL, first = rows < LANES ? rows : LANES;
        enum shape shape = rows > LANES ? WHOLE : HALF, part = rows % LANES ? PART_OF_HALF : HALF;
        struct tile tile = {.a = p->b, .b = p->a + i, .c = across, .a_row = 1, .a_step = p->b_row, .b_row = p->a_step,
                            .c_row = PANEL, .steps = p->k, .first = first, .second = rows - first, .add = p->bias};
        if (p->transposed) {
            turn_panel(p->a + i * p->a_row, p->a_row, p->k, rows, panel);
            tile.b = panel;
            tile.b_row = PANEL;
            tile.a_row = p->b_row;
            tile.a_step = 1;
            part = part ? END_OF_HALF : HALF;
        }
        for (int c = 0; p->bias && c < p->n; c++)
            for (int r = 0; r < PANEL; r += LANES)
                _mm256_store_ps(across + c * PANEL + r, _mm256_broadcast_ss(p->bias + c));
        multiply_panel(&tile, p->n, shape + part);
        store_turned(across, rows, p->n, p->c + i * p->c_row, p->c_row);
    }
}

/* A product of one panel, and of so few steps that finding one's way would take as long as the product. */
WIDE __attribute__((noinline)) static void run_small(const struct product *p)
{
    _Alignas(64) float panel[PANEL * SMALL];
    int first = p->n < LANES ? p->n : LANES;
    struct tile tile = {p->a, p->b, p->bias, p->c, p->a_row, p->a_step, p->b_row, p->c_row, p->k, first, p->n - first,
                        p->add};
    enum shape shape = p->n > LANES ? WHOLE : HALF;
    if (p->transposed) {
        turn_panel(p->b, p->b_row, p->k, p->n, panel);
        tile.b = panel;
        tile.b_row = PANEL;
    }
    if (p->n % LANES)
        shape += p->transposed ? END_OF_HALF : PART_OF_HALF;
    multiply_panel(&tile, p->m, shape);
}

WIDE void product_run(const struct product *p)
{
    _Alignas(64) float panel[PANEL * DEPTH];
    if (is_narrow(p)) {
        run_narrow(p, panel);
        return;
    }
    if (p->n <= PANEL && p->k <= SMALL && p->m <= SMALL) {
        run_small(p);
        return;
    }
    for (int i = 0; i < p->m; i += HEIGHT)
        for (int from = 0; from < p->k; from += DEPTH)
            for (int j = 0; j < p->n; j += PANEL)
                run_panel(p, i, p->m - i < HEIGHT ? p->m - i : HEIGHT, j, from,
                          p->k - from < DEPTH ? p->k - from : DEPTH, panel);
}

#else

void product_run(const struct product *p)
{
    (void)p;
    assert(!"there are wide kernels");
}

#endif
