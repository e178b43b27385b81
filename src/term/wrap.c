/*
 * wrap.c: folds a line into rows: a character that would stick out of a row begins the next one, as terminals do it.
 */
#include "term/wrap.h"

#include <wchar.h>

#include "base/text.h"

/* The cursor takes one column wherever it stands, so a full row ends on the next one. */
static void make_room(struct wrap *wrap, int columns)
{
    if (wrap->column + columns > wrap->width && wrap->column > 0) {
        wrap->row++;
        wrap->column = 0;
    }
}

int wrap_next(struct wrap *wrap, const char *utf8)
{
    uint32_t rune;
    int bytes = text_decode(utf8, &rune);
    wrap->column += wrap->columns;
    wrap->columns = 0;
    wrap->rune = rune;
    if (bytes == 0) {
        make_room(wrap, 1);
        return 0;
    }
    int columns = rune == TEXT_INVALID ? 1 : wcwidth((wchar_t)rune);
    wrap->columns = columns < 0 ? 1 : columns;
    if (wrap->columns > 0)
        make_room(wrap, wrap->columns);
    return bytes;
}

int wrap_rows(const char *text, size_t cursor, int width, int *cursor_row, int *cursor_column)
{
    struct wrap wrap = {.width = width};
    size_t at = 0;
    for (;;) {
        int bytes = wrap_next(&wrap, text + at);
        if (at == cursor) {
            *cursor_row = wrap.row;
            *cursor_column = wrap.column;
        }
        if (bytes == 0)
            break;
        at += (size_t)bytes;
    }
    return wrap.row + 1;
}
