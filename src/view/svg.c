/*
 * svg.c: cells to shapes. Each rune family has one function: braille, box lines, blocks, and text for the rest.
 *
 * A run of equal ink is one path or one text element, which keeps a screen of 100 x 30 near 30 KB.
 */
#include "view/svg.h"

#include "view/palette.h"

#define CELL_WIDTH  8
#define CELL_HEIGHT 16
#define MARGIN      8
#define PAPER       "#16181d"
#define OWN_COLOUR  0xd5d8de

/* xterm's 256 colours from 16 on: a cube of 6 x 6 x 6, then 24 greys (xterm's 256colres.pl). */
static unsigned rgb_of(const struct look *look)
{
    static const unsigned level[] = {0, 95, 135, 175, 215, 255};
    int colour = look->colour256;
    if (colour < 16)
        return OWN_COLOUR;
    if (colour >= 232)
        return (unsigned)(8 + 10 * (colour - 232)) * 0x10101u;
    colour -= 16;
    return level[colour / 36] << 16 | level[colour / 6 % 6] << 8 | level[colour % 6];
}

/* Braille dots: the bits of U+2800.., left column downwards 0 1 2 6, right column 3 4 5 7 (Unicode 15, 21.1). */
static void add_braille(uint32_t rune, int x, int y, struct text *path)
{
    static const int bit[4][2] = {{0, 3}, {1, 4}, {2, 5}, {6, 7}};
    for (int row = 0; row < 4; row++)
        for (int column = 0; column < 2; column++)
            if (rune >> bit[row][column] & 1)
                text_add(path, "M%d.5 %d.5h3v3h-3z", x + 4 * column, y + 4 * row);
}

/* Where a box-drawing rune has arms: left, right, up, down. */
static unsigned arms_of(uint32_t rune)
{
    enum { LEFT = 1, RIGHT = 2, UP = 4, DOWN = 8 };
    switch (rune) {
    case 0x2500:
        return LEFT | RIGHT;
    case 0x2502:
        return UP | DOWN;
    case 0x250c:
        return RIGHT | DOWN;
    case 0x2510:
        return LEFT | DOWN;
    case 0x2514:
        return RIGHT | UP;
    case 0x2518:
        return LEFT | UP;
    case 0x251c:
        return RIGHT | UP | DOWN;
    case 0x2524:
        return LEFT | UP | DOWN;
    case 0x252c:
        return LEFT | RIGHT | DOWN;
    case 0x2534:
        return LEFT | RIGHT | UP;
    case 0x253c:
        return LEFT | RIGHT | UP | DOWN;
    default:
        return 0;
    }
}

static void add_box(unsigned arms, int x, int y, struct text *path)
{
    int middle = y + CELL_HEIGHT / 2, left = arms & 1 ? x : x + CELL_WIDTH / 2,
        right = arms & 2 ? x + CELL_WIDTH : x + CELL_WIDTH / 2 + 1;
    int top = arms & 4 ? y : middle, bottom = arms & 8 ? y + CELL_HEIGHT : middle + 1;
    if (arms & 3)
        text_add(path, "M%d %dh%dv1h%dz", left, middle, right - left, left - right);
    if (arms & 12)
        text_add(path, "M%d %dv%dh1v%dz", x + CELL_WIDTH / 2, top, bottom - top, top - bottom);
}

/* U+2588 full, U+2589..U+258F seven eighths down to one, from the left. */
static void add_block(uint32_t rune, int x, int y, struct text *path)
{
    int width = CELL_WIDTH * (int)(0x2590 - rune) / 8;
    text_add(path, "M%d %dh%dv%dh%dz", x, y + 3, width, CELL_HEIGHT - 6, -width);
}

/* U+2580 the upper half, U+2584 the lower half of a cell. */
static void add_half(uint32_t rune, int x, int y, struct text *path)
{
    text_add(path, "M%d %dh%dv%dh%dz", x, rune == 0x2580 ? y : y + CELL_HEIGHT / 2, CELL_WIDTH, CELL_HEIGHT / 2,
             -CELL_WIDTH);
}

/* Adds RUNE to PATH if it is a shape. */
static bool add_shape(uint32_t rune, int x, int y, struct text *path)
{
    unsigned arms = arms_of(rune);
    if (rune >= 0x2800 && rune < 0x2900)
        add_braille(rune, x, y, path);
    else if (arms)
        add_box(arms, x, y, path);
    else if (rune >= 0x2588 && rune <= 0x258f)
        add_block(rune, x, y, path);
    else if (rune == 0x2580 || rune == 0x2584)
        add_half(rune, x, y, path);
    else
        return false;
    return true;
}

static void add_rune(uint32_t rune, struct text *out)
{
    if (rune == '<' || rune == '>' || rune == '&')
        text_add(out, "&#%u;", (unsigned)rune);
    else if (rune < 0x80)
        text_add(out, "%c", (int)rune);
    else
        text_add(out, "&#x%x;", (unsigned)rune);
}

/* COLUMNS cells of one colour. */
static void add_ground(unsigned colour, int left, int top, int columns, struct text *out)
{
    text_add(out, "<path fill=\"#%06x\" d=\"M%d %dh%dv%dh%dz\"/>\n", colour, left, top, columns * CELL_WIDTH,
             CELL_HEIGHT, -columns * CELL_WIDTH);
}

/* The run of cells from X on that share ink and paper; its shapes as one path, its letters as one text. */
static int add_run(const struct canvas *canvas, int x, int y, struct text *out)
{
    const struct cell *row = canvas->cell + (size_t)y * (size_t)canvas->width;
    struct look look = palette_look((enum ink)row[x].ink);
    struct text path = {0};
    int end = x, top = MARGIN + y * CELL_HEIGHT, left = MARGIN + x * CELL_WIDTH;
    unsigned colour = rgb_of(&look);
    while (end < canvas->width && row[end].ink == row[x].ink && row[end].paper == row[x].paper)
        end++;
    if (look.reverse) {
        add_ground(colour, left, top, end - x, out);
        colour = 0x16181d;
    } else if (row[x].paper != INK_TEXT) {
        struct look paper = palette_look((enum ink)row[x].paper);
        add_ground(rgb_of(&paper), left, top, end - x, out);
    }
    for (int i = x; i < end; i++) {
        int first = i;
        struct text letters = {0};
        while (i < end && row[i].rune > ' ' && !add_shape(row[i].rune, MARGIN + i * CELL_WIDTH, top, &path))
            add_rune(row[i++].rune, &letters);
        if (letters.length)
            text_add(out, "<text x=\"%d\" y=\"%d\" textLength=\"%d\" fill=\"#%06x\"%s>%s</text>\n",
                     MARGIN + first * CELL_WIDTH, top + 12, (i - first) * CELL_WIDTH, colour,
                     look.bold ? " font-weight=\"bold\"" : "", letters.data);
        text_free(&letters);
    }
    if (path.length)
        text_add(out, "<path fill=\"#%06x\" d=\"%s\"/>\n", colour, path.data);
    text_free(&path);
    return end;
}

void canvas_svg(const struct canvas *canvas, const char *title, struct text *out)
{
    int width = canvas->width * CELL_WIDTH + 2 * MARGIN, height = canvas->height * CELL_HEIGHT + 2 * MARGIN;
    text_add(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\" role=\"img\">\n"
        "<title>%s</title>\n<rect width=\"%d\" height=\"%d\" rx=\"6\" fill=\"" PAPER "\"/>\n"
        "<g font-family=\"ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace\" font-size=\"13\" "
        "lengthAdjust=\"spacingAndGlyphs\">\n",
        width, height, width, height, title, width, height);
    for (int y = 0; y < canvas->height; y++)
        for (int x = 0; x < canvas->width;)
            x = add_run(canvas, x, y, out);
    text_add(out, "</g>\n</svg>\n");
}
