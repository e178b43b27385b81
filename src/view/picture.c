/*
 * picture.c: scales tiles to the room there is, and colours their pixels.
 *
 * A tile is enlarged by whole factors only and, when it is too large, reduced by whole factors with the mean of the
 * pixels that fall together: no pixel is ever left out.
 */
#include "view/picture.h"

#include <math.h>

#define ENLARGE_MAX 8
#define SMALLEST    12 /* pixels of a side that many tiles are reduced to */
#define TEXT_RAMP   " .:-=+*#%@"

/* How the tiles are laid out: in pixels of the screen. */
struct grid {
    int enlarge, reduce;       /* one of them is 1 */
    int tile_width, tile_height;
    int across, down;          /* tiles */
    int pixels_wide, pixels_high;
};

struct range {
    double low, high;
    int nonfinite, clipped;
};

static int scaled(int length, int enlarge, int reduce)
{
    return length * enlarge / reduce + (length * enlarge % reduce != 0);
}

/* The grid at one scale; tiles are one pixel apart. */
static struct grid grid_at(const struct picture *picture, int wide, int high, int enlarge, int reduce)
{
    struct grid grid = {.enlarge = enlarge, .reduce = reduce, .pixels_wide = wide, .pixels_high = high};
    grid.tile_width = scaled(picture->width, enlarge, reduce);
    grid.tile_height = scaled(picture->height, enlarge, reduce);
    grid.across = (wide + 1) / (grid.tile_width + 1);
    grid.down = (high + 1) / (grid.tile_height + 1);
    if (grid.across > picture->tiles)
        grid.across = picture->tiles;
    return grid;
}

/* The largest scale at which all tiles fit, down to where a tile would be smaller than SMALLEST; then as many tiles as
 * fit. A single tile is reduced until it fits. */
static struct grid choose_grid(const struct picture *picture, int wide, int high)
{
    for (int enlarge = ENLARGE_MAX; enlarge >= 1; enlarge--) {
        struct grid grid = grid_at(picture, wide, high, enlarge, 1);
        if (grid.across * grid.down >= picture->tiles)
            return grid;
    }
    int reduce = 1;
    struct grid grid = grid_at(picture, wide, high, 1, reduce);
    while (((grid.across < 1 || grid.down < 1) && (grid.tile_width > 1 || grid.tile_height > 1)) ||
           (grid.across * grid.down < picture->tiles && scaled(picture->width, 1, reduce + 1) >= SMALLEST &&
            scaled(picture->height, 1, reduce + 1) >= SMALLEST))
        grid = grid_at(picture, wide, high, 1, ++reduce);
    return grid;
}

static struct range find_range(const struct picture *picture)
{
    struct range range = {INFINITY, -INFINITY, 0, 0};
    size_t count = (size_t)picture->tiles * (size_t)picture->height * (size_t)picture->width;
    for (size_t i = 0; i < count; i++) {
        double value = picture->data[i];
        if (!isfinite(value)) {
            range.nonfinite++;
            continue;
        }
        range.low = fmin(range.low, value);
        range.high = fmax(range.high, value);
        range.clipped += value < picture->low || value > picture->high;
    }
    return range;
}

/* The value of screen pixel (X, Y) of tile TILE: one value, or the mean of those that fall together. */
static double pixel(const struct picture *picture, const struct grid *grid, int tile, int x, int y)
{
    const float *data = picture->data + (size_t)tile * (size_t)picture->height * (size_t)picture->width;
    double sum = 0;
    int count = 0;
    x = x / grid->enlarge * grid->reduce;
    y = y / grid->enlarge * grid->reduce;
    for (int row = y; row < y + grid->reduce && row < picture->height; row++)
        for (int column = x; column < x + grid->reduce && column < picture->width; column++, count++)
            sum += data[(size_t)row * (size_t)picture->width + (size_t)column];
    return sum / count;
}

/* Where VALUE stands between LOW and HIGH, in [0, 1]; a map centred on 0 has 0 at a half. */
static double place(double value, double low, double high, bool diverging)
{
    if (diverging) {
        double most = fmax(fabs(low), fabs(high));
        low = -most;
        high = most;
    }
    double share = high > low ? (value - low) / (high - low) : 0.5;
    return share < 0 ? 0 : share > 1 ? 1 : share;
}

static enum ink ink_of(const struct picture *picture, double value, double low, double high)
{
    enum ink ramp = picture->ramp ? picture->ramp : INK_RAMP;
    if (!isfinite(value))
        return INK_BAD;
    int step = (int)lround(place(value, low, high, picture->diverging) * (RAMP_STEPS - 1));
    return (enum ink)((picture->diverging ? INK_SIGNED : ramp) + step);
}

/* Two columns of text: a doubled shade, or the sign and the magnitude in ninths. */
static void put_text(struct canvas *canvas, int x, int y, double value, double low, double high, bool diverging)
{
    double share = place(value, low, high, diverging);
    char left, right;
    if (!isfinite(value)) {
        left = right = '!';
    } else if (diverging) {
        int ninths = (int)lround(fabs(share - 0.5) * 18);
        left = ninths == 0 ? ' ' : value < 0 ? '-' : '+';
        right = ninths == 0 ? '.' : (char)('0' + ninths);
    } else {
        left = right = TEXT_RAMP[lround(share * (sizeof TEXT_RAMP - 2))];
    }
    canvas_put(canvas, x, y, (unsigned char)left, INK_TEXT);
    canvas_put(canvas, x + 1, y, (unsigned char)right, INK_TEXT);
}

/* Whether the screen pixel (X, Y) of the grid is in a tile: which, and where in it. */
static int tile_at(const struct picture *picture, const struct grid *grid, int x, int y, int *inner_x, int *inner_y)
{
    int column = x / (grid->tile_width + 1), row = y / (grid->tile_height + 1);
    *inner_x = x % (grid->tile_width + 1);
    *inner_y = y % (grid->tile_height + 1);
    int tile = row * grid->across + column;
    bool inside =
        column < grid->across && row < grid->down && *inner_x < grid->tile_width && *inner_y < grid->tile_height;
    return inside && tile < picture->tiles ? tile : -1;
}

static bool value_at(const struct picture *picture, const struct grid *grid, int x, int y, double *value)
{
    int inner_x, inner_y, tile = tile_at(picture, grid, x, y, &inner_x, &inner_y);
    if (tile >= 0)
        *value = pixel(picture, grid, tile, inner_x, inner_y);
    return tile >= 0;
}

static void draw_text(const struct picture *picture, const struct grid *grid, double low, double high,
                      struct canvas *canvas, struct rect where)
{
    double value;
    for (int y = 0; y < where.height; y++)
        for (int x = 0; x < where.width / 2; x++)
            if (value_at(picture, grid, x, y, &value))
                put_text(canvas, where.x + 2 * x, where.y + y, value, low, high, picture->diverging);
}

static void draw_halves(const struct picture *picture, const struct grid *grid, double low, double high,
                        struct canvas *canvas, struct rect where)
{
    for (int y = 0; y < where.height; y++)
        for (int x = 0; x < where.width; x++) {
            double above, below;
            bool upper = value_at(picture, grid, x, 2 * y, &above),
                 lower = value_at(picture, grid, x, 2 * y + 1, &below);
            enum ink up = upper ? ink_of(picture, above, low, high) : INK_TEXT;
            enum ink down = lower ? ink_of(picture, below, low, high) : INK_TEXT;
            if (upper)
                canvas_halves(canvas, where.x + x, where.y + y, up, down);
            else if (lower)
                canvas_put(canvas, where.x + x, where.y + y, 0x2584, down);
        }
}

static void draw_title(const struct picture *picture, const struct grid *grid, const struct range *range,
                       struct canvas *canvas, struct rect where)
{
    struct text line = {0};
    int shown = grid->across * grid->down;
    text_add(&line, "  %d x %d", picture->height, picture->width);
    if (picture->tiles > 1)
        text_add(&line, " x %d", picture->tiles);
    text_add(&line, "  min %s  max %s", text_short(range->low).s, text_short(range->high).s);
    if (range->nonfinite)
        text_add(&line, "  %d not finite", range->nonfinite);
    if (range->clipped)
        text_add(&line, "  %d clipped", range->clipped);
    if (shown < picture->tiles)
        text_add(&line, "  the first %d shown", shown);
    if (grid->reduce > 1)
        text_add(&line, "  1:%d", grid->reduce);
    int used = canvas_print(canvas, where.x, where.y, where.width, INK_STRONG, "%s", picture->title);
    canvas_print(canvas, where.x + used, where.y, where.width - used, INK_DIM, "%s", line.data);
    text_free(&line);
}

void picture_draw(const struct picture *picture, struct canvas *canvas, struct rect where)
{
    if (where.height < 2 || where.width < 4 || picture->tiles < 1)
        return;
    bool text = canvas->ascii || canvas->plain;
    struct rect body = {where.x, where.y + 1, where.width, where.height - 1};
    struct grid grid = choose_grid(picture, text ? body.width / 2 : body.width, text ? body.height : 2 * body.height);
    struct range range = find_range(picture);
    bool fixed = !isnan(picture->low) && !isnan(picture->high);
    double low = fixed ? picture->low : range.low, high = fixed ? picture->high : range.high;
    draw_title(picture, &grid, &range, canvas, where);
    if (text)
        draw_text(picture, &grid, low, high, canvas, body);
    else
        draw_halves(picture, &grid, low, high, canvas, body);
}

int picture_rows(const struct picture *picture, int width, bool text)
{
    int across = (text ? width / 2 : width) + 1;
    across /= picture->width + 1;
    if (across < 1)
        across = 1;
    int down = (picture->tiles + across - 1) / across, high = down * (picture->height + 1);
    return 1 + (text ? high : (high + 1) / 2);
}
