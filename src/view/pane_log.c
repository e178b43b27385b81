/*
 * pane_log.c: what was said, the newest at the bottom. Long lines are wrapped at blanks; what follows hangs two columns
 * deeper than the line began.
 */
#include <stdio.h>
#include <string.h>

#include "view/pane.h"

/* Where row ROW of TEXT, wrapped to WIDTH, begins, how many bytes it has and how far it is indented. False: there is no
 * such row. */
struct piece {
    const char *begin;
    int bytes, indent;
};

static bool wrapped_row(const char *text, int width, int row, struct piece *piece)
{
    int hang = (int)strspn(text, " ") + 2;
    if (hang > width / 2)
        hang = width > 4 ? 2 : 0;
    *piece = (struct piece){.begin = text, .indent = 0};
    for (int i = 0;; i++) {
        piece->bytes = (int)canvas_wrap(piece->begin, width - piece->indent);
        if (i == row)
            return true;
        const char *rest = piece->begin + piece->bytes;
        rest += strspn(rest, " ");
        if (!*rest)
            return false;
        piece->begin = rest;
        piece->indent = hang;
    }
}

static int wrapped_rows(const char *text, int width)
{
    struct piece piece;
    int rows = 1;
    while (wrapped_row(text, width, rows, &piece))
        rows++;
    return rows;
}

int log_back_to(const struct log *log, int lines, int width, int height)
{
    int rows = 0, line = lines < log_count(log) ? lines : log_count(log);
    if (width < 1 || height < 1)
        return 0;
    for (int all = 0, k = 0; k < line && all <= height; k++)
        if ((all += wrapped_rows(log_line(log, k, NULL), width)) > height)
            rows = 1; /* the mark */
    if (rows == 0)
        return 0;
    do
        rows += wrapped_rows(log_line(log, --line, NULL), width);
    while (line > 0 && rows + wrapped_rows(log_line(log, line - 1, NULL), width) <= height);
    return line;
}

int log_rows(const struct log *log, int lines, int width, int most)
{
    int rows = 0;
    for (int k = 0; width > 0 && k < lines && k < log_count(log) && rows <= most; k++)
        rows += wrapped_rows(log_line(log, k, NULL), width);
    return rows;
}

int log_shown(const struct log *log, int back, int width, int height)
{
    int rows = back > 0 && height > 1, lines = 0;
    while (width > 0 && back + lines < log_count(log) &&
           (rows += wrapped_rows(log_line(log, back + lines, NULL), width)) <= height)
        lines++;
    return lines > 0 ? lines : 1;
}

static enum ink kind_ink(enum log_kind kind)
{
    static const enum ink inks[] = {
        [LOG_ECHO] = INK_STRONG, [LOG_ANSWER] = INK_TEXT, [LOG_NOTICE] = INK_DIM, [LOG_ERROR] = INK_BAD};
    return inks[kind];
}

static void draw(const struct pane_context *context, struct canvas *canvas, struct rect where)
{
    if (where.width < 1 || where.height < 1)
        return;
    int bottom = where.y + where.height, back = context->log_back;
    if (back > 0 && where.height > 1) {
        canvas_print(canvas, where.x, --bottom, where.width, INK_MARK, "-- more: PageDown (%d line%s) --", back,
                     back == 1 ? "" : "s");
    }
    enum log_kind kind;
    const char *text;
    while (bottom > where.y && (text = log_line(context->log, back++, &kind)) != NULL) {
        struct piece piece;
        int rows = wrapped_rows(text, where.width);
        for (int row = rows - 1; row >= 0 && bottom > where.y; row--) {
            wrapped_row(text, where.width, row, &piece);
            canvas_print(canvas, where.x + piece.indent, --bottom, where.width - piece.indent, kind_ink(kind), "%.*s",
                         piece.bytes, piece.begin);
        }
    }
}

const struct pane_kind pane_log = {"log", "what was said, the newest at the bottom", draw};
