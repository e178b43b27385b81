/*
 * pane_layers.c: a row a layer: what it is, the norms of its weight and gradient, how far an update moves the weight
 * (update / weight), and which units are dead or saturated in the last batch. As many columns as fit; as many rows,
 * too, and where layers are left out a row says how many.
 *
 * Bars show the gradients on a logarithmic scale over the layers, so that a vanishing gradient is seen from afar; the
 * exact number stands before it. The bars have the inks of the curves in the plot of gradients.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "debug/lookup.h"
#include "view/pane.h"

/* An update that changes a weight by more than a tenth of its norm leaps; by less than a ten-thousandth it crawls. */
#define RATIO_LEAPS  1e-1
#define RATIO_CRAWLS 1e-4

enum {
    CURSOR_WIDTH = 2,
    ROOMY = 64, /* columns from which the gaps are wider */
    BAR_LEAST = 6,
    BAR_MOST = 30,
    DECADES = 3, /* that a bar spans at least */
};

enum { NAME, KIND, SHAPE, WEIGHT, GRADIENT, BAR, RATIO, UNITS, COLUMNS };

static const struct {
    const char *title;
    bool right;    /* numbers are set to the right */
    int keeps;     /* columns of the lowest go first when the width is short */
} heads[COLUMNS] = {
    [NAME] = {"layer", false, 9},     [KIND] = {"kind", false, 2},     [SHAPE] = {"shape", false, 1},
    [WEIGHT] = {"weight", true, 3},   [GRADIENT] = {"gradient", true, 8}, [BAR] = {"", false, 4},
    [RATIO] = {"ratio", true, 6}, [UNITS] = {"dead", true, 7},
};

struct cell_text {
    char s[64];
    enum ink ink;
};

struct row {
    struct cell_text cell[COLUMNS];
    double gradient; /* NaN: no bar */
};

struct table {
    struct row row[NET_LAYERS_MAX];
    int rows;
    int width[COLUMNS]; /* 0: left out */
    int gap;            /* between columns */
    double bar_low, bar_high;
    int cursor;         /* the layer at which the program stands; -1: none */
    uint32_t mark;      /* which way it goes there */
};


static void fill_kind(const struct layer *layer, struct row *row)
{
    struct text text = {0};
    text_add(&text, "%s", layer->kind->name);
    args_format(layer->kind->args, &layer->args, &text);
    snprintf(row->cell[KIND].s, sizeof row->cell[KIND].s, "%s", text.data);
    text_free(&text);
}

/* The shape of the weight where there is one, else of what comes out. */
static void fill_shape(const struct net *net, int i, struct row *row)
{
    struct text text = {0};
    const struct window *window = &net->param[net->first_param[i]];
    bool weighted = net->first_param[i + 1] > net->first_param[i] && window->spec.role == TENSOR_WEIGHT;
    shape_print(weighted ? &window->spec.shape : &net->top.layer[i].out, &text);
    snprintf(row->cell[SHAPE].s, sizeof row->cell[SHAPE].s, "%s", text.data);
    text_free(&text);
}

static enum ink finite_ink(double x)
{
    return isfinite(x) ? INK_TEXT : INK_BAD;
}

/* Four digits always, so that numbers below one another compare at a glance. */
static struct figure norm_text(double x)
{
    struct figure figure = text_short(x);
    if (fabs(x) >= 1e-3 && fabs(x) < 999.95)
        snprintf(figure.s, sizeof figure.s, "%#.4g", x);
    return figure;
}

/* Several sums at once, for they are as fast as the memory then. */
static double squares_of(const real *w, size_t count)
{
    enum { SUMS = 8 };
    double sum[SUMS] = {0}, all = 0;
    for (size_t j = 0; j < count; j++)
        sum[j % SUMS] += (double)w[j] * (double)w[j];
    for (int k = 0; k < SUMS; k++)
        all += sum[k];
    return all;
}

/* Of the weights as they are now, for an edit changes them between two steps. While a network trains, those that its
 * last step left will do: a pass over all weights for each drawing would slow it down. */
static double weight_norm(const struct session *session, int i, const struct layer_norms *norms)
{
    const struct net *net = session->net;
    if (session->goal != GOAL_NONE && norms->weight != 0)
        return norms->weight;
    double squares = 0;
    for (int k = net->first_param[i]; k < net->first_param[i + 1]; k++)
        squares += squares_of(net->w + net->param[k].offset, net->param[k].count);
    return sqrt(squares);
}

/* Before the first step of a program it has no norms of gradients and updates: they are left blank. */
static void fill_norms(const struct session *session, int i, struct row *row)
{
    const struct net *net = session->net;
    row->gradient = NAN;
    if (net->first_param[i + 1] == net->first_param[i])
        return;
    struct layer_norms norms = *program_norms(session->train, i);
    double weight = weight_norm(session, i, &norms);
    snprintf(row->cell[WEIGHT].s, sizeof row->cell[WEIGHT].s, "%s", norm_text(weight).s);
    row->cell[WEIGHT].ink = finite_ink(weight);
    bool begun = norms.weight != 0 || norms.gradient != 0;
    if (!begun)
        return;
    row->gradient = norms.gradient;
    snprintf(row->cell[GRADIENT].s, sizeof row->cell[GRADIENT].s, "%s", norm_text(norms.gradient).s);
    row->cell[GRADIENT].ink = finite_ink(norms.gradient);
    if (norms.weight == 0)
        return;
    double ratio = norms.update / norms.weight;
    const char *flag = ratio > RATIO_LEAPS ? "↑" : ratio < RATIO_CRAWLS ? "↓" : " ";
    if (isnan(ratio))
        snprintf(row->cell[RATIO].s, sizeof row->cell[RATIO].s, "nan "); /* of either sign */
    else
        snprintf(row->cell[RATIO].s, sizeof row->cell[RATIO].s, "%.1e%s", ratio, flag);
    row->cell[RATIO].ink = !isfinite(ratio) ? INK_BAD : *flag != ' ' ? INK_WARN : INK_TEXT;
}

static void fill_dead(const struct tensor *out, struct cell_text *cell)
{
    int units, dead = tensor_dead(out, &units);
    snprintf(cell->s, sizeof cell->s, "%d/%d", dead, units);
    cell->ink = dead * 2 > units ? INK_BAD : dead * 4 > units ? INK_WARN : dead > 0 ? INK_TEXT : INK_DIM;
}

static void fill_saturated(const struct tensor *out, struct cell_text *cell)
{
    double share = tensor_saturated(out);
    snprintf(cell->s, sizeof cell->s, "%.0f%% sat", share * 100);
    cell->ink = share > 0.5 ? INK_BAD : share > 0.25 ? INK_WARN : share > 0 ? INK_TEXT : INK_DIM;
}

static void fill_units(const struct session *session, int i, struct row *row)
{
    const struct layer *layer = &session->net->top.layer[i];
    char name[LAYER_NAME_MAX + 4];
    struct tensor out;
    snprintf(name, sizeof name, "%s.out", layer->name);
    if (!(layer->kind->flags & (LAYER_RECTIFIER | LAYER_SATURATES)) ||
        lookup_tensor(session, name, &out, NULL)) /* its forward has not run on this batch yet */
        return;
    if (layer->kind->flags & LAYER_RECTIFIER)
        fill_dead(&out, &row->cell[UNITS]);
    else
        fill_saturated(&out, &row->cell[UNITS]);
}

static void fill_row(const struct session *session, int i, struct row *row)
{
    const struct layer *layer = &session->net->top.layer[i];
    *row = (struct row){.gradient = NAN};
    snprintf(row->cell[NAME].s, sizeof row->cell[NAME].s, "%s", layer->name);
    row->cell[NAME].ink = INK_STRONG;
    row->cell[KIND].ink = row->cell[SHAPE].ink = INK_DIM;
    fill_kind(layer, row);
    fill_shape(session->net, i, row);
    fill_norms(session, i, row);
    fill_units(session, i, row);
}

/* --- widths */

static int table_width(const struct table *table)
{
    int width = CURSOR_WIDTH - table->gap;
    for (int c = 0; c < COLUMNS; c++)
        width += table->width[c] > 0 ? table->width[c] + table->gap : 0;
    return width;
}

/* Columns as wide as what stands in them; those that keep least go until the rest fits; the bar takes what is left. */
static void fit_columns(struct table *table, int width)
{
    table->gap = width < ROOMY ? 1 : 2;
    for (int c = 0; c < COLUMNS; c++) {
        int needed = 0;
        for (int i = 0; i < table->rows; i++) {
            int columns = text_columns(table->row[i].cell[c].s);
            needed = columns > needed ? columns : needed;
        }
        int head = (int)strlen(heads[c].title);
        table->width[c] = needed == 0 ? 0 : needed > head ? needed : head;
    }
    if (table->width[GRADIENT] > 0) {
        table->width[BAR] = BAR_LEAST;
        table->width[WEIGHT] = table->width[WEIGHT] > 9 ? table->width[WEIGHT] : 9; /* figures that change must not */
        table->width[GRADIENT] = 9;                                               /* make the columns dance */
    }
    while (table_width(table) > width) {
        int first = NAME;
        for (int c = 0; c < COLUMNS; c++)
            if (table->width[c] > 0 && (table->width[first] == 0 || heads[c].keeps < heads[first].keeps))
                first = c;
        if (first == NAME)
            break;
        table->width[first] = 0;
    }
    if (table->width[BAR] > 0) {
        table->width[BAR] += width - table_width(table);
        if (table->width[BAR] > BAR_MOST)
            table->width[BAR] = BAR_MOST;
    }
}

static void scale_bars(struct table *table)
{
    table->bar_high = 0;
    table->bar_low = HUGE_VAL;
    for (int i = 0; i < table->rows; i++) {
        double gradient = table->row[i].gradient;
        if (!isfinite(gradient) || gradient <= 0)
            continue;
        table->bar_high = fmax(table->bar_high, gradient);
        table->bar_low = fmin(table->bar_low, gradient);
    }
    table->bar_low = fmin(table->bar_low / 2, table->bar_high * pow(10, -DECADES));
}

static double bar_fraction(const struct table *table, double gradient)
{
    if (!(gradient > 0) || isinf(gradient))
        return isinf(gradient) ? 1 : 0;
    return log(gradient / table->bar_low) / log(table->bar_high / table->bar_low);
}

/* --- drawing */

static void draw_head(const struct table *table, struct canvas *canvas, int x, int y, int right)
{
    x += CURSOR_WIDTH;
    for (int c = 0; c < COLUMNS; c++) {
        if (table->width[c] == 0)
            continue;
        int spare = table->width[c] - (int)strlen(heads[c].title);
        int shift = heads[c].right && spare > 0 ? spare : 0;
        canvas_print(canvas, x + shift, y, right - x - shift, INK_DIM, "%s", heads[c].title);
        x += table->width[c] + table->gap;
    }
}

static void draw_row(const struct session *session, const struct table *table, int i, struct canvas *canvas, int x,
                     int y, int right)
{
    const struct row *row = &table->row[i];
    if (table->cursor == i)
        canvas_put(canvas, x, y, table->mark, INK_MARK);
    x += CURSOR_WIDTH;
    for (int c = 0; c < COLUMNS; c++) {
        if (table->width[c] == 0)
            continue;
        int room = table->width[c] < right - x ? table->width[c] : right - x;
        int spare = room - text_columns(row->cell[c].s);
        if (c == BAR)
            canvas_bar(canvas, x, y, room, bar_fraction(table, row->gradient), pane_layer_ink(session->net, i));
        else
            canvas_print(canvas, x + (heads[c].right && spare > 0 ? spare : 0), y, room, row->cell[c].ink, "%s",
                         row->cell[c].s);
        x += table->width[c] + table->gap;
    }
}

/* Inside a step, the op that runs next: it need not be of a layer. Left out where it does not fit whole. */
static void draw_next(const struct session *session, struct canvas *canvas, int x, int y, int width)
{
    char words[80];
    if (!session->inside)
        return;
    int cursor = program_cursor(session->train);
    snprintf(words, sizeof words, "; next is %s (op %d of %d)", program_op(session->train, cursor)->name, cursor + 1,
             program_ops(session->train));
    if ((int)strlen(words) <= width)
        canvas_print(canvas, x, y, width, INK_MARK, "%s", words);
}

/* All rows where they fit; otherwise the first, a row that counts what is left out, and the last. */
static void draw_rows(const struct session *session, const struct table *table, struct canvas *canvas,
                      struct rect where)
{
    int right = where.x + where.width, left_out = table->rows > where.height ? table->rows - where.height + 1 : 0;
    int before = left_out ? where.height - 2 : table->rows;
    if (before < 0) { /* one row: no room for the last layer either */
        before = 0;
        left_out = table->rows;
    }
    for (int i = 0; i < before; i++)
        draw_row(session, table, i, canvas, where.x, where.y + i, right);
    int y = where.y + before;
    if (left_out) {
        if (table->cursor >= before && table->cursor < before + left_out)
            canvas_put(canvas, where.x, y, table->mark, INK_MARK);
        canvas_print(canvas, where.x + CURSOR_WIDTH, y, where.width - CURSOR_WIDTH, INK_DIM, "... %d more", left_out);
        if (before + left_out < table->rows)
            draw_row(session, table, table->rows - 1, canvas, where.x, y + 1, right);
    } else if (before < where.height) {
        int used = canvas_print(canvas, where.x + CURSOR_WIDTH, y, where.width - CURSOR_WIDTH, INK_DIM, "%s parameters",
                                text_count((double)session->net->parameters).s);
        draw_next(session, canvas, where.x + CURSOR_WIDTH + used, y, where.width - CURSOR_WIDTH - used);
    }
}

/* Forward the data go to the right, backward the gradients to the left; an update stays where it is. */
static void set_cursor(const struct op *op, struct table *table)
{
    table->cursor = op->layer;
    table->mark = op->code == OP_FORWARD ? 0x25b6 : op->code == OP_BACKWARD ? 0x25c0 : '*';
}

static void draw(const struct pane_context *context, struct canvas *canvas, struct rect where)
{
    const struct session *session = context->session;
    if (where.width <= CURSOR_WIDTH || where.height < 1)
        return;
    if (!session->net) {
        canvas_print(canvas, where.x, where.y, where.width, INK_DIM, "no network yet");
        return;
    }
    struct table table = {.rows = session->net->top.layers, .cursor = -1};
    for (int i = 0; i < table.rows; i++)
        fill_row(session, i, &table.row[i]);
    if (session->inside)
        set_cursor(program_op(session->train, program_cursor(session->train)), &table);
    fit_columns(&table, where.width);
    scale_bars(&table);
    draw_head(&table, canvas, where.x, where.y, where.x + where.width);
    if (where.height > 1)
        draw_rows(session, &table, canvas, (struct rect){where.x, where.y + 1, where.width, where.height - 1});
}

const struct pane_kind pane_layers = {"layers", "a row a layer: norms, gradients, updates, dead units", draw};
