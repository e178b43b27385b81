/*
 * pool.c: maximum and average pooling, with PyTorch's conventions: a window that does not fit wholly is left out (floor
 * mode); the average divides by the whole window, zeros of the padding counted; the maximum never sees the padding, is
 * the first of equals, and a NaN wins.
 *
 * Backward looks for the place of each maximum again instead of keeping it: the first that equals y. That reads a
 * window once more and takes no memory. Each step works on a row of outputs, tap by tap, so that the inner loops run
 * along the row. Windows of 2 by 2 side by side have pool_pairs.h.
 */
#include <math.h>
#include <string.h>

#include "kinds.h"
#include "pool_pairs.h"
#include "slide.h"

enum { KIND, SIZE, STRIDE, PADDING };
enum { MAX, AVG };

static const char *const kind_names[] = {[MAX] = "max", [AVG] = "avg", NULL};

static const struct arg_spec pool_args[] = {
    [KIND] = {.name = "kind", .type = ARG_CHOICE, .choices = kind_names, .summary = "greatest value or mean"},
    [SIZE] = {.name = "size", .type = ARG_EXTENT, .min = 1, .max = 1024, .ranks = ARG_RANK(2), .square = 2,
              .summary = "height x width of the window; 2 is 2x2"},
    [STRIDE] = {.name = "stride", .type = ARG_EXTENT, .min = 1, .max = 1024, .ranks = ARG_RANK(2), .square = 2,
                .preset = "", .summary = "steps of the window; the window's size unless given"},
    [PADDING] = {.name = "padding", .type = ARG_EXTENT, .min = 0, .max = 512, .ranks = ARG_RANK(2), .square = 2,
                 .preset = "0", .summary = "width of the margin at each side, at most half the window"},
    {0}};

struct geometry {
    struct slide y, x;
    int planes; /* of a row of the batch */
    size_t in_plane, out_plane;
};

static struct slide axis(const struct layer *layer, int i)
{
    const struct arg_values *args = &layer->args;
    int size = args->extent[SIZE][i], padding = args->extent[PADDING][i];
    int stride = args->rank[STRIDE] ? args->extent[STRIDE][i] : size;
    return slide_over(layer->in.dim[1 + i], size, stride, 1, padding, padding);
}

static struct geometry geometry(const struct layer *layer)
{
    struct geometry g = {.y = axis(layer, 0), .x = axis(layer, 1), .planes = layer->in.dim[0]};
    g.in_plane = (size_t)g.y.in * g.x.in;
    g.out_plane = (size_t)g.y.out * g.x.out;
    return g;
}

static int pool_plan(struct layer *layer, struct err *err)
{
    if (layer_takes_images(layer, err))
        return -1;
    struct slide y = axis(layer, 0), x = axis(layer, 1);
    if (2 * y.before > y.kernel || 2 * x.before > x.kernel)
        return err_set(err, ERR_USAGE, "padding %dx%d is more than half of the %dx%d window", y.before, x.before,
                       y.kernel, x.kernel);
    if (y.out == 0 || x.out == 0) {
        struct text in = {0};
        shape_print(&layer->in, &in);
        err_set(err, ERR_USAGE, "%dx%d window with padding %dx%d on %s: the output would have no %s", y.kernel,
                x.kernel, y.before, x.before, in.data, y.out == 0 ? "rows" : "columns");
        text_free(&in);
        return -1;
    }
    layer->out = (struct shape){.rank = 3, .dim = {layer->in.dim[0], y.out, x.out}};
    return 0;
}

static void pool_needs(const struct layer *layer, struct layer_needs *needs)
{
    needs->scratch = (size_t)layer->out.dim[2]; /* a row of outputs */
}

static double pool_flops(const struct layer *layer)
{
    return (double)layer->args.extent[SIZE][0] * layer->args.extent[SIZE][1] * (double)shape_size(&layer->out);
}

/* The rows [*first, *last) of taps through which output row O sees the image. */
static void taps_inside(const struct slide *y, int o, int *first, int *last)
{
    int top = o * y->stride - y->before;
    *first = top < 0 ? -top : 0;
    *last = y->in - top < y->kernel ? y->in - top : y->kernel;
}

/* Outputs [first, last) through one tap, of which FROM is the place in the plane that output 0 sees. */
static inline void greatest_tap(const real *restrict plane, int from, int stride, int first, int last,
                                real *restrict best)
{
    for (int o = first; o < last; o++) {
        real v = plane[from + o * stride];
        best[o] = v > best[o] || v != v ? v : best[o];
    }
}

/* BEST [x.out] = the maxima of output row O of one plane. */
static void greatest_row(const struct geometry *g, const real *plane, int o, real *best)
{
    const struct slide *y = &g->y, *x = &g->x;
    int ty, last_tap, first, last;
    taps_inside(y, o, &ty, &last_tap);
    for (int i = 0; i < x->out; i++)
        best[i] = -INFINITY;
    for (; ty < last_tap; ty++)
        for (int tx = 0; tx < x->kernel; tx++) {
            int from = (o * y->stride - y->before + ty) * x->in + slide_offset(x, tx);
            slide_inside(x, tx, &first, &last);
            if (x->stride == 2) /* by far the commonest: the compiler can do more with a number */
                greatest_tap(plane, from, 2, first, last, best);
            else
                greatest_tap(plane, from, x->stride, first, last, best);
        }
}

/* What is LEFT of each output's gradient goes to the first tap that holds the maximum Y, and nothing is left then. */
static inline void give_tap(const real *restrict plane, int from, int stride, int first, int last,
                            const real *restrict y, real *restrict left, real *restrict dx)
{
    for (int o = first; o < last; o++) {
        real v = plane[from + o * stride], d = left[o];
        bool here = v == y[o] || v != v;
        dx[from + o * stride] += here ? d : 0;
        left[o] = here ? 0 : d;
    }
}

static void greatest_backward(const struct geometry *g, const real *plane, const real *y, const real *dy, real *left,
                              real *dx)
{
    int ty, last_tap, first, last, width = g->x.out, stride = g->x.stride;
    for (int o = 0; o < g->y.out; o++, dy += width, y += width) {
        memcpy(left, dy, (size_t)width * sizeof *left);
        taps_inside(&g->y, o, &ty, &last_tap);
        for (; ty < last_tap; ty++)
            for (int tx = 0; tx < g->x.kernel; tx++) {
                int from = (o * g->y.stride - g->y.before + ty) * g->x.in + slide_offset(&g->x, tx);
                slide_inside(&g->x, tx, &first, &last);
                if (stride == 2)
                    give_tap(plane, from, 2, first, last, y, left, dx);
                else
                    give_tap(plane, from, stride, first, last, y, left, dx);
            }
    }
}

static void mean_row(const struct geometry *g, const real *plane, int o, real *restrict mean)
{
    int ty, last_tap, first, last, stride = g->x.stride;
    taps_inside(&g->y, o, &ty, &last_tap);
    memset(mean, 0, (size_t)g->x.out * sizeof *mean);
    for (; ty < last_tap; ty++)
        for (int tx = 0; tx < g->x.kernel; tx++) {
            int from = (o * g->y.stride - g->y.before + ty) * g->x.in + slide_offset(&g->x, tx);
            slide_inside(&g->x, tx, &first, &last);
            for (int i = first; i < last; i++)
                mean[i] += plane[from + i * stride];
        }
    for (int i = 0; i < g->x.out; i++)
        mean[i] /= (real)(g->y.kernel * g->x.kernel);
}

static void mean_backward(const struct geometry *g, const real *restrict dy, real *restrict dx)
{
    int ty, last_tap, first, last, stride = g->x.stride;
    real share = (real)(g->y.kernel * g->x.kernel);
    for (int o = 0; o < g->y.out; o++, dy += g->x.out) {
        taps_inside(&g->y, o, &ty, &last_tap);
        for (; ty < last_tap; ty++)
            for (int tx = 0; tx < g->x.kernel; tx++) {
                int from = (o * g->y.stride - g->y.before + ty) * g->x.in + slide_offset(&g->x, tx);
                slide_inside(&g->x, tx, &first, &last);
                for (int i = first; i < last; i++)
                    dx[from + i * stride] += dy[i] / share;
            }
    }
}

static bool in_pairs(const struct geometry *g)
{
    return g->y.kernel == 2 && g->x.kernel == 2 && g->y.stride == 2 && g->x.stride == 2 && g->y.in == 2 * g->y.out &&
           g->x.in == 2 * g->x.out && g->y.before == 0 && g->x.before == 0 && pool_pairs_suit();
}

/* The planes [*first, *last) of the batch that are the caller's. */
static void own_planes(const struct layer_run *run, const struct geometry *g, size_t *first, size_t *last)
{
    size_t all = (size_t)run->rows * g->planes;
    *first = run->by_units ? all * (size_t)run->rank / (size_t)run->ranks : (size_t)run->first * g->planes;
    *last = run->by_units ? all * ((size_t)run->rank + 1) / (size_t)run->ranks : (size_t)run->last * g->planes;
}

static void pool_forward(const struct layer_run *run, int part)
{
    (void)part;
    struct geometry g = geometry(run->layer);
    bool max = run->layer->args.number[KIND] == MAX;
    size_t first, last;
    own_planes(run, &g, &first, &last);
    if (max && in_pairs(&g)) {
        pool_pairs_forward(run->x + first * g.in_plane, (last - first) * (size_t)g.y.out, g.x.out,
                           run->y + first * g.out_plane);
        return;
    }
    for (size_t p = first; p < last; p++)
        for (int o = 0; o < g.y.out; o++) {
            real *y = run->y + p * g.out_plane + (size_t)o * g.x.out;
            if (max)
                greatest_row(&g, run->x + p * g.in_plane, o, y);
            else
                mean_row(&g, run->x + p * g.in_plane, o, y);
        }
}

static void pool_backward(const struct layer_run *run, int part)
{
    (void)part;
    if (!run->dx)
        return;
    struct geometry g = geometry(run->layer);
    bool max = run->layer->args.number[KIND] == MAX;
    size_t first, last;
    own_planes(run, &g, &first, &last);
    if (max && in_pairs(&g)) {
        pool_pairs_backward(run->x + first * g.in_plane, run->y + first * g.out_plane, run->dy + first * g.out_plane,
                            (last - first) * (size_t)g.y.out, g.x.out, run->dx + first * g.in_plane);
        return;
    }
    for (size_t p = first; p < last; p++) {
        const real *dy = run->dy + p * g.out_plane;
        real *dx = run->dx + p * g.in_plane;
        memset(dx, 0, g.in_plane * sizeof *dx);
        if (max)
            greatest_backward(&g, run->x + p * g.in_plane, run->y + p * g.out_plane, dy, run->scratch, dx);
        else
            mean_backward(&g, dy, dx);
    }
}

const struct layer_kind layer_pool = {
    .name = "pool", .stem = "pool", .summary = "pooling: the greatest value, or the mean, of each window",
    .args = pool_args, .flags = LAYER_BY_PLACES, .forward_parts = 1, .backward_parts = 1, .plan = pool_plan,
    .needs = pool_needs, .flops = pool_flops, .forward = pool_forward, .backward = pool_backward};
