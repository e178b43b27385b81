/*
 * plot.c: puts a plot together: a heading with the legend and the true figures, the y axis with its labels, the curves,
 * the x axis whose line carries the marks of events, and its labels. What there is no room for goes in this order:
 * labels of x, the x axis (marks and all); the y axis goes where it would leave few columns. Curve and heading stay.
 */
#include "view/plot.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "view/plot_raster.h"

enum { TICKS = 32, PARTS = PLOT_CURVES + 8, PART_BYTES = 96, LEGEND = 3 /* its rank, see struct part */ };

/* A piece of the heading. Parts of a lower rank go first when the width is short; rank 0 never goes. */
struct part {
    char text[PART_BYTES];
    enum ink ink;
    int rank;
    uint32_t sample; /* a curve's rune, shown twice before the text; 0: none */
};

struct heading {
    struct part part[PARTS];
    int parts;
};

static int part_width(const struct part *part)
{
    return text_columns(part->text) + (part->sample ? 3 : 0);
}

static struct part *heading_part(struct heading *heading, int rank, enum ink ink)
{
    struct part *part = &heading->part[heading->parts++];
    *part = (struct part){.rank = rank, .ink = ink};
    return part;
}

static void heading_count(struct heading *heading, enum ink ink, struct plot_count count, const char *what)
{
    if (count.n == 0)
        return;
    struct part *part = heading_part(heading, 1, ink);
    snprintf(part->text, sizeof part->text, "%ld%s %s", count.n, count.at_least ? "+" : "", what);
}

static void heading_make(const struct plot *plot, const struct plot_scan *scan, const struct canvas *canvas,
                         struct heading *heading)
{
    heading->parts = 0;
    struct part *title = heading_part(heading, 0, INK_STRONG);
    snprintf(title->text, sizeof title->text, "%s", plot->title);
    if (plot->log_y)
        snprintf(heading_part(heading, LEGEND, INK_DIM)->text, PART_BYTES, "log");
    for (int k = 0; k < plot->curves; k++) {
        struct part *legend = heading_part(heading, LEGEND, plot->curve[k].ink);
        uint32_t glyph = raster_glyph(canvas, k);
        legend->sample = glyph ? glyph : 0x2812; /* ⠒ */
        snprintf(legend->text, sizeof legend->text, "%s", plot->curve[k].name);
    }
    if (scan->empty)
        return;
    heading_count(heading, INK_BAD, (struct plot_count){.n = scan->nonfinite}, "not finite");
    heading_count(heading, INK_WARN, scan->clipped, "clipped");
    heading_count(heading, INK_WARN, scan->not_positive, "not above 0");
    struct part *range = heading_part(heading, 4, INK_DIM);
    snprintf(range->text, sizeof range->text, "min %s  max %s", text_short(scan->min).s, text_short(scan->max).s);
    if (plot->curves <= 2 && series_count(plot->curve[0].series) > 0)
        snprintf(heading_part(heading, 2, INK_TEXT)->text, PART_BYTES, "last %s", text_short(scan->last).s);
}

/* Drops parts, the highest rank and the last of it first, until the rest fits WIDTH. */
static int heading_fit(struct heading *heading, int width)
{
    for (;;) {
        int used = 0, worst = 0;
        for (int i = 0; i < heading->parts; i++) {
            used += part_width(&heading->part[i]) + (i > 0 ? 2 : 0);
            if (heading->part[i].rank >= heading->part[worst].rank)
                worst = i;
        }
        if (used <= width || heading->part[worst].rank == 0)
            return used;
        memmove(&heading->part[worst], &heading->part[worst + 1],
                (size_t)(heading->parts - worst - 1) * sizeof heading->part[0]);
        heading->parts--;
    }
}

/* Says how many of CURVES the legend has no room for, where they are more than two and some are named. */
static int heading_count_curves(struct heading *heading, int curves, int width)
{
    int used = heading_fit(heading, width), named = 0, last = 0;
    for (int pass = 0; pass < 2; pass++) {
        named = 0;
        for (int i = 0; i < heading->parts; i++)
            if (heading->part[i].sample) {
                named++;
                last = i;
            }
        if (named == curves || named == 0 || curves <= 2)
            return used;
        if (pass == 0)
            used = heading_fit(heading, width - 5);
    }
    struct part *part = &heading->part[last + 1];
    memmove(part + 1, part, (size_t)(heading->parts - last - 1) * sizeof *part);
    heading->parts++;
    *part = (struct part){.ink = INK_DIM, .rank = LEGEND};
    snprintf(part->text, sizeof part->text, "+%d", curves - named);
    return used + 2 + part_width(part);
}

/* Title and legend on the left, figures on the right. */
static void heading_draw(struct heading *heading, int curves, struct canvas *canvas, struct rect where)
{
    int spare = where.width - heading_count_curves(heading, curves, where.width), x = where.x;
    bool moved = false;
    for (int i = 0; i < heading->parts; i++) {
        const struct part *part = &heading->part[i];
        if (!moved && i > 0 && part->rank != LEGEND) {
            x += spare > 0 ? spare : 0;
            moved = true;
        }
        int left = where.x + where.width - x;
        if (part->sample && left > 3) {
            canvas_put(canvas, x, where.y, part->sample, part->ink);
            canvas_put(canvas, x + 1, where.y, part->sample, part->ink);
            x += 3;
            left -= 3;
        }
        x += canvas_print(canvas, x, where.y, left, part->ink, "%s", part->text) + 2;
    }
}

/* Where the parts of a plot stand: the curves' cells, and whether there is room for each axis. */
struct frame {
    struct rect curves;
    bool x_axis, x_labels;
    double y_tick[TICKS];
    int y_ticks;
    int gutter; /* columns left of the curves; 0: no y axis */
};

static void frame_make(const struct plot_scan *scan, struct rect where, struct frame *frame)
{
    frame->x_axis = where.height >= 4;
    frame->x_labels = where.height >= 5;
    int rows = where.height - 1 - frame->x_axis - frame->x_labels;
    int most = (rows + 1) / 2 < 2 ? 2 : (rows + 1) / 2;
    frame->y_ticks = plot_ticks(scan->low, scan->high, most < TICKS ? most : TICKS, scan->log, frame->y_tick);
    frame->gutter = 0;
    for (int i = 0; i < frame->y_ticks; i++) {
        int width = (int)strlen(plot_tick_label(frame->y_tick, frame->y_ticks, i).s) + 2;
        if (width > frame->gutter)
            frame->gutter = width;
    }
    if (frame->gutter < 5)
        frame->gutter = 5; /* "step" stands below */
    if (where.width - frame->gutter < 8)
        frame->gutter = 0;
    frame->curves = (struct rect){where.x + frame->gutter, where.y + 1, where.width - frame->gutter, rows};
}

static void draw_y_axis(const struct frame *frame, const struct plot_scan *scan, int down, struct canvas *canvas)
{
    if (frame->gutter == 0)
        return;
    struct rect area = frame->curves;
    for (int row = 0; row < area.height; row++)
        canvas_put(canvas, area.x - 1, area.y + row, 0x2502, INK_DIM);
    int taken = -1;
    for (int i = frame->y_ticks - 1; i >= 0; i--) {
        double height = plot_scan_height(scan, frame->y_tick[i]);
        int row = (int)lround((1 - height) * (area.height * down - 1)) / down;
        if (row < 0 || row >= area.height || row == taken)
            continue;
        taken = row;
        struct figure label = plot_tick_label(frame->y_tick, frame->y_ticks, i);
        canvas_put(canvas, area.x - 1, area.y + row, 0x2524, INK_DIM);
        canvas_print(canvas, area.x - 2 - (int)strlen(label.s), area.y + row, frame->gutter, INK_DIM, "%s", label.s);
    }
}

/* Steps as people write them: 20000 is 20k, 1500000 is 1.5M. */
static struct figure step_label(double step)
{
    struct figure label;
    if (step >= 1e6)
        snprintf(label.s, sizeof label.s, "%.10gM", step / 1e6);
    else if (step >= 1e4)
        snprintf(label.s, sizeof label.s, "%.10gk", step / 1e3);
    else
        snprintf(label.s, sizeof label.s, "%.10g", step);
    return label;
}

static struct figure power_label(double power)
{
    struct figure label;
    snprintf(label.s, sizeof label.s, "1e%.0f", power);
    return label;
}

static void draw_x_labels(const struct plot *plot, const struct frame *frame, const double tick[], int ticks,
                          const struct plot_scan *scan, struct canvas *canvas)
{
    struct rect area = frame->curves;
    int y = area.y + area.height + 1, free_from = area.x;
    if (frame->gutter >= 5)
        canvas_print(canvas, area.x - 5, y, 4, INK_DIM, "%4s", plot->x_name ? plot->x_name : "step");
    for (int i = 0; i < ticks; i++) {
        struct figure label = plot->log_x ? power_label(tick[i]) : step_label(tick[i]);
        int length = (int)strlen(label.s);
        int x = area.x + plot_scan_column(scan, tick[i], area.width) - length / 2;
        if (x + length > area.x + area.width)
            x = area.x + area.width - length;
        if (x < area.x)
            x = area.x;
        if (x < free_from || length > area.width)
            continue;
        canvas_print(canvas, x, y, length, INK_DIM, "%s", label.s);
        free_from = x + length + 1;
    }
}

static void draw_marks(const struct plot *plot, const struct plot_scan *scan, struct rect area, struct canvas *canvas)
{
    int y = area.y + area.height, last_column = -1;
    for (int i = 0; i < plot->marks; i++) {
        int column = plot_scan_column(scan, plot->mark[i].x, area.width);
        if (column < 0 || column >= area.width)
            continue;
        char letter = column == last_column ? '+' : plot->mark[i].letter;
        canvas_put(canvas, area.x + column, y, (unsigned char)letter, INK_MARK);
        last_column = column;
    }
}

static void draw_x_axis(const struct plot *plot, const struct frame *frame, const struct plot_scan *scan,
                        struct canvas *canvas)
{
    if (!frame->x_axis)
        return;
    struct rect area = frame->curves;
    int y = area.y + area.height;
    double tick[TICKS];
    int most = area.width / 10 < 2 ? 2 : area.width / 10;
    int ticks = plot_ticks(scan->x0, scan->x1, most < TICKS ? most : TICKS, false, tick), whole = 0;
    for (int i = 0; i < ticks; i++)
        if (tick[i] == floor(tick[i])) /* there is no step 0.5; between powers of ten is none */
            tick[whole++] = tick[i];
    for (int x = 0; x < area.width; x++)
        canvas_put(canvas, area.x + x, y, 0x2500, INK_DIM);
    if (frame->gutter > 0)
        canvas_put(canvas, area.x - 1, y, 0x2514, INK_DIM);
    for (int i = 0; i < whole; i++)
        canvas_put(canvas, area.x + plot_scan_column(scan, tick[i], area.width), y, 0x252c, INK_DIM);
    if (frame->x_labels)
        draw_x_labels(plot, frame, tick, whole, scan, canvas);
    draw_marks(plot, scan, area, canvas);
}

static void draw_curves(const struct plot *plot, const struct plot_scan *scan, struct rect area, struct canvas *canvas)
{
    struct raster raster;
    if (raster_open(&raster, area.width, area.height, canvas->ascii) != 0)
        return;
    for (int k = 0; k < plot->curves; k++)
        if (series_count(plot->curve[k].series) > 0)
            raster_curve(&raster, plot, scan, k, plot->curves <= 2);
    raster_show(&raster, plot, canvas, area.x, area.y);
    raster_close(&raster);
}

static void draw_empty(const char *message, struct canvas *canvas, struct rect where)
{
    int lines = 0;
    size_t n;
    for (const char *in = message; *in; in += n + strspn(in + n, " "), lines++)
        n = canvas_wrap(in, where.width);
    int y = where.y + (where.height - lines) / 2;
    for (const char *in = message; *in; in += n + strspn(in + n, " "), y++) {
        n = canvas_wrap(in, where.width);
        canvas_print(canvas, where.x + (where.width - (int)n) / 2, y, where.width, INK_DIM, "%.*s", (int)n, in);
    }
}

void plot_draw(const struct plot *plot, struct canvas *canvas, struct rect where)
{
    if (where.width <= 0 || where.height <= 0)
        return;
    struct plot_scan scan;
    plot_scan(plot, &scan);
    struct heading heading;
    heading_make(plot, &scan, canvas, &heading);
    heading_draw(&heading, plot->curves, canvas, (struct rect){where.x, where.y, where.width, 1});
    if (where.height < 2)
        return;
    if (scan.empty) {
        draw_empty(plot->empty ? plot->empty : "no steps yet: type `step`, `epoch` or `run`", canvas,
                   (struct rect){where.x, where.y + 1, where.width, where.height - 1});
        return;
    }
    struct frame frame;
    frame_make(&scan, where, &frame);
    draw_curves(plot, &scan, frame.curves, canvas);
    draw_y_axis(&frame, &scan, canvas->ascii ? 1 : 4, canvas);
    draw_x_axis(plot, &frame, &scan, canvas);
}

void plot_text(const struct plot *plot, bool ascii, int width, int height, struct text *out)
{
    struct canvas canvas;
    if (canvas_open(&canvas, width, height, ascii, NULL) != 0) {
        text_add(out, "no memory to draw in\n");
        return;
    }
    canvas.plain = true;
    plot_draw(plot, &canvas, (struct rect){0, 0, width, height});
    canvas_text(&canvas, out);
    canvas_close(&canvas);
}
