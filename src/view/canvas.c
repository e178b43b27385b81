/* canvas.c: cells, clipping, text into cells and cells into text. */
#include "view/canvas.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

/* Runes that the panes draw, and what an ASCII canvas shows for them. */
static const struct {
    uint32_t rune;
    char likeness;
} likenesses[] = {
    {0x2502, '|'}, {0x2524, '+'}, {0x2514, '+'}, {0x2500, '-'}, {0x2534, '+'}, {0x252c, '+'}, /* │ ┤ └ ─ ┴ ┬ */
    {0x25b6, '>'}, {0x25c0, '<'}, {0x25a0, '#'}, {0x25b2, '^'}, {0x25bc, 'v'},                /* ▶ ◀ ■ ▲ ▼ */
    {0x2191, '^'}, {0x2193, 'v'},                                                             /* ↑ ↓ */
    {0x2192, '>'}, {0x2717, '!'}, {0x2026, '~'}, {0x00b7, '.'}, {0x00d7, 'x'}, {0x00b2, '2'}, /* → ✗ … · × ² */
    {0x2013, '-'}, {0x2014, '-'}, {0x2018, '\''}, {0x2019, '\''}, {0x201c, '"'}, {0x201d, '"'},
};

int canvas_open(struct canvas *canvas, int width, int height, bool ascii, struct err *err)
{
    *canvas = (struct canvas){.width = width > 0 ? width : 0, .height = height > 0 ? height : 0, .ascii = ascii};
    size_t cells = (size_t)canvas->width * (size_t)canvas->height;
    canvas->cell = calloc(cells ? cells : 1, sizeof *canvas->cell);
    if (!canvas->cell)
        return err_set(err, ERR_MEMORY, "no memory for a canvas of %d x %d cells", width, height);
    canvas_clear(canvas);
    return 0;
}

void canvas_close(struct canvas *canvas)
{
    free(canvas->cell);
    *canvas = (struct canvas){0};
}

void canvas_clear(struct canvas *canvas)
{
    size_t cells = (size_t)canvas->width * (size_t)canvas->height;
    for (size_t i = 0; i < cells; i++)
        canvas->cell[i] = (struct cell){.rune = ' ', .ink = INK_TEXT};
}

static uint32_t ascii_likeness(uint32_t rune)
{
    if (rune >= ' ' && rune < 127)
        return rune;
    if (rune >= 0x2588 && rune <= 0x258f) /* blocks: from half a column on */
        return rune <= 0x258c ? '#' : ' ';
    if (rune >= 0x2800 && rune <= 0x28ff)
        return rune == 0x2800 ? ' ' : '*';
    for (size_t i = 0; i < sizeof likenesses / sizeof *likenesses; i++)
        if (likenesses[i].rune == rune)
            return (unsigned char)likenesses[i].likeness;
    return '?';
}

/* Columns of RUNE; one where the locale does not know it. */
static int rune_columns(uint32_t rune)
{
    if (rune < 127)
        return 1;
    int columns = wcwidth((wchar_t)rune);
    return columns < 0 ? 1 : columns;
}

/* A cell that is about to be overwritten may be half of a wide rune: the other half becomes a blank. */
static void split_wide(struct cell *row, int width, int x)
{
    if (row[x].rune == 0 && x > 0)
        row[x - 1].rune = ' ';
    if (x + 1 < width && row[x + 1].rune == 0)
        row[x + 1].rune = ' ';
}

void canvas_put(struct canvas *canvas, int x, int y, uint32_t rune, enum ink ink)
{
    if (rune < ' ' || rune == 127)
        rune = '?';
    int columns = rune_columns(rune);
    if (columns == 0 || x < 0 || y < 0 || y >= canvas->height || x > canvas->width - columns)
        return;
    if (canvas->ascii) {
        rune = ascii_likeness(rune);
        columns = 1;
    }
    struct cell *row = &canvas->cell[(size_t)y * (size_t)canvas->width];
    split_wide(row, canvas->width, x);
    if (columns == 2) {
        split_wide(row, canvas->width, x + 1);
        row[x + 1] = (struct cell){.rune = 0, .ink = (uint8_t)ink};
    }
    row[x] = (struct cell){.rune = rune == 0x2800 ? ' ' : rune, .ink = (uint8_t)ink};
}

void canvas_halves(struct canvas *canvas, int x, int y, enum ink upper, enum ink lower)
{
    if (canvas->ascii || x < 0 || y < 0 || y >= canvas->height || x >= canvas->width)
        return;
    canvas_put(canvas, x, y, 0x2580, upper);
    canvas->cell[(size_t)y * (size_t)canvas->width + (size_t)x].paper = (uint8_t)lower;
}

/* The character at IN and its columns; a byte that is no character reads as '?'. Returns its bytes, 0 at the end. */
static int next_rune(const char *in, uint32_t *rune, int *columns)
{
    int bytes = text_decode(in, rune);
    if (bytes == 0)
        return 0;
    if (*rune == TEXT_INVALID)
        *rune = '?';
    *columns = rune_columns(*rune);
    return bytes;
}

int canvas_print(struct canvas *canvas, int x, int y, int columns, enum ink ink, const char *format, ...)
{
    char line[4096];
    va_list list;
    va_start(list, format);
    int length = vsnprintf(line, sizeof line, format, list);
    va_end(list);
    if (length < 0 || columns <= 0)
        return 0;

    int total = 0, used = 0, wide, bytes;
    uint32_t rune;
    for (const char *in = line; (bytes = next_rune(in, &rune, &wide)) > 0; in += bytes)
        total += wide;
    int room = total > columns ? columns - 1 : columns; /* the last column is the ellipsis's */
    for (const char *in = line; (bytes = next_rune(in, &rune, &wide)) > 0 && used + wide <= room; in += bytes) {
        canvas_put(canvas, x + used, y, rune, ink);
        used += wide;
    }
    if (total > columns)
        canvas_put(canvas, x + used++, y, 0x2026, ink);
    return used;
}

size_t canvas_wrap(const char *text, int columns)
{
    size_t at = 0, blank = 0;
    int used = 0, wide, bytes;
    uint32_t rune;
    while ((bytes = next_rune(text + at, &rune, &wide)) > 0) {
        if (rune == ' ' && at > 0 && text[at - 1] != ' ')
            blank = at;
        if (used + wide > columns && at > 0)
            return blank > strspn(text, " ") ? blank : at;
        used += wide;
        at += (size_t)bytes;
    }
    return at;
}

void canvas_bar(struct canvas *canvas, int x, int y, int columns, double fraction, enum ink ink)
{
    if (!(fraction > 0) || columns <= 0)
        return;
    int unit = canvas->ascii ? 1 : 8;
    double length = (fraction < 1 ? fraction : 1) * columns * unit;
    int parts = (int)lround(length);
    if (parts < 1)
        parts = 1;
    for (int i = 0; i < parts / unit; i++)
        canvas_put(canvas, x + i, y, 0x2588, ink);
    if (parts % unit)
        canvas_put(canvas, x + parts / unit, y, 0x2590 - (uint32_t)(parts % unit), ink);
}

static void add_rune(struct text *out, uint32_t rune)
{
    char bytes[4];
    size_t n;
    if (rune < 0x80) {
        bytes[0] = (char)rune;
        n = 1;
    } else if (rune < 0x800) {
        bytes[0] = (char)(0xc0 | rune >> 6);
        bytes[1] = (char)(0x80 | (rune & 0x3f));
        n = 2;
    } else if (rune < 0x10000) {
        bytes[0] = (char)(0xe0 | rune >> 12);
        bytes[1] = (char)(0x80 | (rune >> 6 & 0x3f));
        bytes[2] = (char)(0x80 | (rune & 0x3f));
        n = 3;
    } else {
        bytes[0] = (char)(0xf0 | (rune >> 18 & 0x07));
        bytes[1] = (char)(0x80 | (rune >> 12 & 0x3f));
        bytes[2] = (char)(0x80 | (rune >> 6 & 0x3f));
        bytes[3] = (char)(0x80 | (rune & 0x3f));
        n = 4;
    }
    text_add_bytes(out, bytes, n);
}

void canvas_text(const struct canvas *canvas, struct text *out)
{
    for (int y = 0; y < canvas->height; y++) {
        const struct cell *row = &canvas->cell[(size_t)y * (size_t)canvas->width];
        int end = canvas->width;
        while (end > 0 && row[end - 1].rune == ' ')
            end--;
        for (int x = 0; x < end; x++)
            if (row[x].rune != 0)
                add_rune(out, row[x].rune);
        text_add_bytes(out, "\n", 1);
    }
}
