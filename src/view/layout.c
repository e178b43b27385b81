/*
 * layout.c: where the panes stand. From top to bottom: status, plot, layer table, log, prompt; on a wide screen the
 * table stands to the right of the plot. A picture takes the right of the plot and of the table's rows, the table going
 * under the plot or giving way; on a wide screen it stands below the table.
 *
 * Rows go first to the prompt and the status line, then to the plot; the log joins when there is room for a plot and an
 * answer, the table when there is room for a useful piece of it. While a long answer is read the log grows upwards: the
 * plot shrinks, then the table gives way, then the plot.
 */
#include <string.h>

#include "view/view.h"

enum {
    WIDE = 140,       /* columns from which plot and table stand side by side */
    TABLE_WIDTH = 40, /* the least of a layer table */
    GAP = 2,          /* columns between plot and table */
    PICTURE_WIDTH = 60, /* the most of a picture beside a plot */
    PICTURE_JOINS = 30, /* columns that it must leave to the plot */
    LOG_JOINS = 6,    /* rows below the status from which there is a log */
    TABLE_JOINS = 12, /* and a table */
    PLOT_LEAST = 6,   /* rows to which a plot shrinks for the log before it gives way */
};

static int least(int a, int b)
{
    return a < b ? a : b;
}

static int within(int value, int low, int high)
{
    return value < low ? low : value > high ? high : value;
}

/* Of FREE rows gives LOG to the log, or all of them. */
static void grow_log(int free, int log, int rows[PANES])
{
    if (rows[PANE_LOG] == 0 || log <= rows[PANE_LOG])
        return;
    int rest = free - least(log, free);
    if (rest - rows[PANE_LAYERS] < PLOT_LEAST)
        rows[PANE_LAYERS] = 0;
    rows[PANE_PLOT] = rest < PLOT_LEAST ? 0 : rest - rows[PANE_LAYERS];
    rows[PANE_LOG] = free - rows[PANE_PLOT] - rows[PANE_LAYERS];
}

/* ROWS from row TOP on, the whole width. */
static void stack(int width, int top, const int rows[PANES], struct rect place[PANES])
{
    static const enum pane order[] = {PANE_PLOT, PANE_LAYERS, PANE_LOG};
    for (int i = 0; i < 3; i++) {
        if (rows[order[i]] > 0)
            place[order[i]] = (struct rect){0, top, width, rows[order[i]]};
        top += rows[order[i]];
    }
}

static void layout_narrow(int width, int top, int free, int table, int asked, struct rect place[PANES])
{
    int rows[PANES] = {0};
    rows[PANE_LOG] = free >= LOG_JOINS ? within(free / 5, 2, 4) : 0;
    rows[PANE_PLOT] = free - rows[PANE_LOG];
    if (free >= TABLE_JOINS && width >= TABLE_WIDTH && table > 0) {
        rows[PANE_PLOT] = (free * 9 + 10) / 20;
        rows[PANE_LAYERS] = least(table, free - rows[PANE_PLOT] - rows[PANE_LOG]);
    } else if (free >= TABLE_JOINS) {
        rows[PANE_PLOT] = (free * 3 + 2) / 5;
    }
    /* What the table does not want goes to the log, up to a third of the rows, and then to the plot. */
    int log = free - rows[PANE_PLOT] - rows[PANE_LAYERS];
    int most = free / 3 > rows[PANE_LOG] ? free / 3 : rows[PANE_LOG];
    rows[PANE_LOG] = least(log, most);
    rows[PANE_PLOT] = free - rows[PANE_LAYERS] - rows[PANE_LOG];
    grow_log(free, asked, rows);
    stack(width, top, rows, place);
}

/* Splits the right part of the plot off for a picture, as high as the plot; the table's rows join both. */
static void add_picture(int width, struct rect place[PANES])
{
    struct rect *plot = &place[PANE_PLOT], *table = &place[PANE_LAYERS], *picture = &place[PANE_PICTURE];
    int wide = least(width / 2, PICTURE_WIDTH);
    if (width - wide - GAP < PICTURE_JOINS)
        return;
    plot->height += table->height;
    *table = (struct rect){0};
    *picture = (struct rect){width - wide, plot->y, wide, plot->height};
    plot->width = width - wide - GAP;
}

static void layout_wide(int width, int top, int free, bool shown, int asked, struct rect place[PANES])
{
    int rows[PANES] = {0};
    rows[PANE_LOG] = within(free / 3, 2, 16);
    rows[PANE_PLOT] = free - rows[PANE_LOG];
    grow_log(free, asked, rows);
    stack(width, top, rows, place);
    if (rows[PANE_PLOT] == 0)
        return;
    int table = within(width * 9 / 20, 64, 100);
    place[PANE_PLOT].width = width - table - GAP;
    int below = shown ? rows[PANE_PLOT] * 3 / 5 : 0; /* rows of the picture */
    place[PANE_LAYERS] = (struct rect){width - table, top, table, rows[PANE_PLOT] - below};
    if (below > 0)
        place[PANE_PICTURE] = (struct rect){width - table, top + rows[PANE_PLOT] - below, table, below};
}

void layout(int width, int height, int layers, bool picture, int prompt, int log, struct rect place[PANES])
{
    memset(place, 0, PANES * sizeof *place);
    if (width < 1 || height < 1)
        return;
    /* A prompt of many rows leaves a status line and a plot where it can; the rest of it scrolls. */
    int most = height > 6 ? height - 5 : height > 2 ? height - 2 : 1;
    int asked = within(prompt, 1, most);
    place[PANE_PROMPT] = (struct rect){0, height - asked, width, asked};
    if (height - asked < 1)
        return;
    place[PANE_STATUS] = (struct rect){0, 0, width, 1};
    int free = height - asked - 1;
    if (free < 1)
        return;
    if (width >= WIDE && free >= LOG_JOINS && layers > 0)
        layout_wide(width, 1, free, picture, log, place);
    else
        layout_narrow(width, 1, free, layers, log, place);
    if (picture && place[PANE_PICTURE].width == 0 && place[PANE_PLOT].height > 0)
        add_picture(width, place);
}
