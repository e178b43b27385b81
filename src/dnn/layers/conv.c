/*
 * conv.c: convolution of images (cross-correlation, as everywhere in the field), with PyTorch's shapes: weight
 * [out, in / groups, kernel height, kernel width], y [out, height, width].
 *
 * Each thread goes through its own samples; of one sample it lays out what the kernel sees of some rows of outputs
 * (columns.h), as many as stay in the second-level cache, and multiplies. A batch is never laid out at once. A 1 by 1
 * kernel sees the image itself, so nothing is laid out at all. Backward lays out again rather than keep the matrices.
 * Where winograd.h or direct.h apply, they do with less.
 *
 * padding=same puts dilation * (kernel - 1) zeros around each axis, the smaller half of them before: at stride 1 the
 * image keeps its size, as in PyTorch; at a larger stride, where PyTorch has no `same`, it is divided by the stride and
 * rounded up (for an odd kernel that is PyTorch's padding = dilation * (kernel - 1) / 2).
 */
#include <limits.h>
#include <string.h>

#include "columns.h"
#include "direct.h"
#include "dnn/gemm.h"
#include "dnn/kernel.h"
#include "kinds.h"
#include "sums.h"
#include "winograd.h"

enum { FILTERS, KERNEL, STRIDE, PADDING, DILATION, GROUPS, BIAS };
enum { SAME, VALID };

/* Values of a matrix of columns: 256 KB of float, half of a common second-level cache. */
#define COLUMN_VALUES 65536

/* Rows of a batch that go through both backward products while they are in the cache; two, since winograd.c works on an
 * even number of strips, and a row may have an odd one. */
#define ROWS_TOGETHER 2

static const char *const paddings[] = {[SAME] = "same", [VALID] = "valid", NULL};

static const struct arg_spec conv_args[] = {
    [FILTERS] = {.name = "filters", .type = ARG_INT, .min = 1, .max = 65536, .summary = "number of output channels"},
    [KERNEL] = {.name = "kernel", .type = ARG_EXTENT, .min = 1, .max = 1024, .ranks = ARG_RANK(2), .square = 2,
                .summary = "height x width of the kernel; 3 is 3x3"},
    [STRIDE] = {.name = "stride", .type = ARG_EXTENT, .min = 1, .max = 1024, .ranks = ARG_RANK(2), .square = 2,
                .preset = "1", .summary = "steps of the kernel"},
    [PADDING] = {.name = "padding", .type = ARG_EXTENT, .min = 0, .max = 1024, .ranks = ARG_RANK(2), .square = 2,
                 .choices = paddings, .preset = "same",
                 .summary = "zeros at each side; same: the size is kept (over the stride); valid: none"},
    [DILATION] = {.name = "dilation", .type = ARG_EXTENT, .min = 1, .max = 1024, .ranks = ARG_RANK(2), .square = 2,
                  .preset = "1", .summary = "distance between the kernel's taps"},
    [GROUPS] = {.name = "groups", .type = ARG_INT, .min = 1, .max = 65536, .preset = "1",
                .summary = "parts of the channels that do not see each other"},
    [BIAS] = {.name = "bias", .type = ARG_SWITCH, .preset = "on", .summary = "whether a bias is added"},
    {0}};

struct geometry {
    struct columns columns; /* of one group */
    int groups, filters;    /* filters of one group */
    int taps;               /* inputs of one output: channels of a group times the kernel */
    int in_plane, out_plane;
    int rows;               /* of outputs, laid out at once */
    bool pointwise;         /* what the kernel sees is the image itself */
};

static struct slide axis(const struct layer *layer, int i)
{
    const struct arg_values *args = &layer->args;
    int kernel = args->extent[KERNEL][i], dilation = args->extent[DILATION][i];
    int before = args->extent[PADDING][i], after = before;
    if (args->rank[PADDING] == 0) {
        int both = args->number[PADDING] == SAME ? dilation * (kernel - 1) : 0;
        before = both / 2;
        after = both - before;
    }
    return slide_over(layer->in.dim[1 + i], kernel, args->extent[STRIDE][i], dilation, before, after);
}

static struct geometry geometry(const struct layer *layer)
{
    int groups = (int)layer->args.number[GROUPS];
    struct geometry g = {.columns = {.channels = layer->in.dim[0] / groups, .y = axis(layer, 0), .x = axis(layer, 1)},
                         .groups = groups, .filters = (int)layer->args.number[FILTERS] / groups};
    const struct slide *y = &g.columns.y, *x = &g.columns.x;
    g.taps = g.columns.channels * y->kernel * x->kernel;
    g.in_plane = y->in * x->in;
    g.out_plane = y->out * x->out;
    g.pointwise = y->kernel * x->kernel == 1 && y->stride * x->stride == 1 && g.in_plane == g.out_plane;
    size_t row = (size_t)g.taps * (size_t)x->out;
    size_t rows = g.pointwise || row == 0 ? (size_t)y->out : row > COLUMN_VALUES ? 1 : COLUMN_VALUES / row;
    g.rows = rows < (size_t)y->out ? (int)rows : y->out;
    return g;
}

static struct winograd winograd(const struct geometry *g)
{
    return (struct winograd){.channels = g->columns.channels, .filters = g->filters, .y = g->columns.y,
                             .x = g->columns.x, .parts = 1};
}

/* By its shape, whatever the processor; so what a plan takes does not depend on that. */
static bool suits_winograd(const struct geometry *g)
{
    struct winograd fast = winograd(g);
    return g->groups == 1 && winograd_suits(&fast);
}

static struct direct direct(const struct geometry *g)
{
    return (struct direct){.channels = g->columns.channels, .filters = g->filters, .y = g->columns.y,
                           .x = g->columns.x};
}

static bool suits_direct(const struct geometry *g)
{
    struct direct fast = direct(g);
    return g->groups == 1 && direct_suits(&fast);
}

static bool has_bias(const struct layer *layer)
{
    return layer->args.number[BIAS] != 0;
}

/* "3x3 kernel with padding valid on 64x2x2" */
static void describe(const struct layer *layer, struct text *out)
{
    const struct arg_values *args = &layer->args;
    text_add(out, "%dx%d kernel", args->extent[KERNEL][0], args->extent[KERNEL][1]);
    if (args->extent[DILATION][0] * args->extent[DILATION][1] > 1)
        text_add(out, " with dilation %dx%d", args->extent[DILATION][0], args->extent[DILATION][1]);
    if (args->rank[PADDING] == 0)
        text_add(out, " with padding %s on ", paddings[(int)args->number[PADDING]]);
    else
        text_add(out, " with padding %dx%d on ", args->extent[PADDING][0], args->extent[PADDING][1]);
    shape_print(&layer->in, out);
}

static int refuse(const struct layer *layer, const char *why, struct err *err)
{
    struct text what = {0};
    describe(layer, &what);
    err_set(err, ERR_USAGE, "%s: %s", what.data, why);
    text_free(&what);
    return -1;
}

static int conv_plan(struct layer *layer, struct err *err)
{
    if (layer_takes_images(layer, err))
        return -1;
    int channels = layer->in.dim[0], filters = (int)layer->args.number[FILTERS];
    int groups = (int)layer->args.number[GROUPS];
    if (channels % groups || filters % groups)
        return err_set(err, ERR_USAGE, "groups=%d must divide the %d channels that come in and the %d filters", groups,
                       channels, filters);
    struct slide y = axis(layer, 0), x = axis(layer, 1);
    if (y.out == 0 || x.out == 0)
        return refuse(layer, y.out == 0 ? "the output would have no rows" : "the output would have no columns", err);
    double taps = (double)(channels / groups) * y.kernel * x.kernel;
    if (taps * filters > INT_MAX || taps * x.out > INT_MAX || (double)y.out * x.out * filters > INT_MAX)
        return refuse(layer, "too large: more than 2^31 weights or outputs", err);
    layer->out = (struct shape){.rank = 3, .dim = {filters, y.out, x.out}};
    return 0;
}

static void conv_needs(const struct layer *layer, struct layer_needs *needs)
{
    struct geometry g = geometry(layer);
    const struct slide *y = &g.columns.y, *x = &g.columns.x;
    int filters = g.filters * g.groups;
    needs->param[0] = (struct tensor_spec){
        .name = "weight", .role = TENSOR_WEIGHT, .fan_in = g.taps, .fan_out = g.filters * y->kernel * x->kernel,
        .shape = {.rank = 4, .dim = {filters, g.columns.channels, y->kernel, x->kernel}}};
    needs->param[1] = (struct tensor_spec){.name = "bias", .role = TENSOR_BIAS, .shape = shape_row(filters)};
    needs->params = has_bias(layer) ? 2 : 1;
    needs->scratch = g.pointwise ? 0 : (size_t)g.taps * (size_t)g.rows * (size_t)x->out;
    struct winograd minimal = winograd(&g);
    if (suits_winograd(&g) && winograd_scratch(&minimal) > needs->scratch)
        needs->scratch = winograd_scratch(&minimal);
    struct direct few = direct(&g);
    if (suits_direct(&g) && direct_scratch(&few) > needs->scratch)
        needs->scratch = direct_scratch(&few);
}

static double conv_flops(const struct layer *layer)
{
    return (2.0 * geometry(layer).taps + has_bias(layer)) * (double)shape_size(&layer->out);
}

/* What outputs from row FIRST on, ROWS of them, see of IMAGE, the channels of one group. */
static struct gemm_block seen(const struct geometry *g, const real *image, int first, int rows, real *scratch)
{
    int width = g->columns.x.out;
    if (g->pointwise)
        return (struct gemm_block){.at = image + (size_t)first * width, .stride = g->in_plane};
    columns_gather(&g->columns, image, first, rows, scratch);
    return (struct gemm_block){.at = scratch, .stride = rows * width};
}

/* Y [filters, out_plane] = W [filters, taps] times what is seen, plus B, of one group of one sample. */
static void forward_group(const struct geometry *g, const real *image, const real *w, const real *b, real *scratch,
                          real *y)
{
    int width = g->columns.x.out, height = g->columns.y.out;
    for (int f = 0; b && f < g->filters; f++)
        for (int i = 0; i < g->out_plane; i++)
            y[(size_t)f * g->out_plane + i] = b[f];
    for (int first = 0; first < height; first += g->rows) {
        int rows = first + g->rows < height ? g->rows : height - first;
        struct gemm_block columns = seen(g, image, first, rows, scratch);
        struct gemm_block weight = {.at = w, .stride = g->taps};
        gemm_blocks(g->filters, rows * width, g->taps, weight, columns, b != NULL, y + (size_t)first * width,
                    g->out_plane);
    }
}

/* Adds to DW; writes DX, the gradient of the group's channels, unless it is NULL. The scratch holds first what is seen,
 * then its gradient. */
static void backward_group(const struct geometry *g, const real *image, const real *w, const real *dy, real *scratch,
                           real *dw, real *dx)
{
    int width = g->columns.x.out, height = g->columns.y.out;
    if (dx && !g->pointwise)
        memset(dx, 0, (size_t)g->columns.channels * g->in_plane * sizeof *dx);
    for (int first = 0; first < height; first += g->rows) {
        int rows = first + g->rows < height ? g->rows : height - first, n = rows * width;
        struct gemm_block columns = seen(g, image, first, rows, scratch);
        struct gemm_block d = {.at = dy + (size_t)first * width, .stride = g->out_plane};
        columns.transposed = true;
        gemm_blocks(g->filters, g->taps, n, d, columns, true, dw, g->taps);
        struct gemm_block weight = {.at = w, .stride = g->taps, .transposed = true};
        if (dx && g->pointwise) {
            gemm_blocks(g->taps, n, g->filters, weight, d, false, dx + (size_t)first * width, g->in_plane);
        } else if (dx) {
            gemm_blocks(g->taps, n, g->filters, weight, d, false, scratch, n);
            columns_scatter(&g->columns, scratch, first, rows, dx);
        }
    }
}

static const real *bias_of(const struct layer_run *run)
{
    return has_bias(run->layer) ? run->param[1] : NULL;
}

/* The filters [*first, *last) that are the caller's: all, or of rows shared by places its share. */
static void own_filters(const struct layer_run *run, const struct geometry *g, int *first, int *last)
{
    int filters = g->filters * g->groups;
    *first = run->by_units ? filters * run->rank / run->ranks : 0;
    *last = run->by_units ? filters * (run->rank + 1) / run->ranks : filters;
}

static struct winograd own_winograd(const struct layer_run *run, const struct geometry *g)
{
    struct winograd own = winograd(g);
    own.part = run->by_units ? run->rank : 0;
    own.parts = run->by_units ? run->ranks : 1;
    return own;
}

static void forward_winograd(const struct layer_run *run, const struct geometry *g)
{
    size_t in = (size_t)g->columns.channels * g->in_plane, out = (size_t)g->filters * g->out_plane;
    struct winograd fast = own_winograd(run, g);
    winograd_forward(&fast, run->last - run->first, run->x + (size_t)run->first * in, run->param[0], bias_of(run),
                     run->scratch, run->y + (size_t)run->first * out);
}

static void forward_direct(const struct layer_run *run, const struct geometry *g)
{
    size_t in = (size_t)g->columns.channels * g->in_plane, out = (size_t)g->filters * g->out_plane;
    int first, last;
    own_filters(run, g, &first, &last);
    struct direct fast = direct(g);
    fast.filters = last - first;
    for (int r = run->first; r < run->last; r++)
        direct_forward(&fast, run->x + (size_t)r * in, run->param[0] + (size_t)first * g->taps,
                       bias_of(run) ? bias_of(run) + first : NULL, run->scratch,
                       run->y + (size_t)r * out + (size_t)first * g->out_plane);
}

static void forward_columns(const struct layer_run *run, const struct geometry *g)
{
    size_t in = (size_t)g->columns.channels * g->in_plane, out = (size_t)g->filters * g->out_plane;
    for (int r = run->first; r < run->last; r++)
        for (int group = 0; group < g->groups; group++) {
            size_t at = (size_t)r * g->groups + group;
            forward_group(g, run->x + at * in, run->param[0] + (size_t)group * g->filters * g->taps,
                          has_bias(run->layer) ? run->param[1] + (size_t)group * g->filters : NULL, run->scratch,
                          run->y + at * out);
        }
}

static void conv_forward(const struct layer_run *run, int part)
{
    (void)part;
    struct geometry g = geometry(run->layer);
    if (kernel_wide() && suits_winograd(&g))
        forward_winograd(run, &g);
    else if (kernel_wide() && suits_direct(&g))
        forward_direct(run, &g);
    else if (!run->by_units || run->rank == 0)
        forward_columns(run, &g);
}

KERNEL_BODY void bias_body(const real *dy, int filters, size_t plane, real *db)
{
    for (int f = 0; f < filters; f++)
        db[f] += sum_values(dy + f * plane, plane);
}
KERNEL_EACH_WIDTH(void, bias, (const real *dy, int filters, size_t plane, real *db), (dy, filters, plane, db))

/* Adds what rows [first, last) give to filters [filter, end), while their gradients are near. */
static void add_bias_gradient(const struct layer_run *run, const struct geometry *g, int first, int last, int filter,
                              int end)
{
    size_t filters = (size_t)g->filters * g->groups;
    for (int r = first; has_bias(run->layer) && r < last; r++)
        bias(run->dy + (r * filters + (size_t)filter) * g->out_plane, end - filter, (size_t)g->out_plane,
             run->grad[1] + filter);
}

static void backward_winograd(const struct layer_run *run, const struct geometry *g)
{
    size_t in = (size_t)g->columns.channels * g->in_plane, out = (size_t)g->filters * g->out_plane;
    struct winograd fast = own_winograd(run, g);
    int first, last;
    own_filters(run, g, &first, &last);
    winograd_backward_begin(&fast, run->param[0], run->dx != NULL, run->scratch);
    for (int r = run->first; r < run->last; r += ROWS_TOGETHER) {
        int rows = run->last - r < ROWS_TOGETHER ? run->last - r : ROWS_TOGETHER;
        winograd_backward_rows(&fast, rows, run->x + (size_t)r * in, run->dy + (size_t)r * out, run->scratch,
                               run->dx ? run->dx + (size_t)r * in : NULL);
        add_bias_gradient(run, g, r, r + rows, first, last);
    }
    winograd_backward_end(&fast, run->scratch, run->grad[0]);
}

static void backward_direct(const struct layer_run *run, const struct geometry *g)
{
    size_t in = (size_t)g->columns.channels * g->in_plane, out = (size_t)g->filters * g->out_plane;
    int first, last;
    own_filters(run, g, &first, &last);
    struct direct fast = direct(g);
    fast.filters = last - first;
    for (int r = run->first; r < run->last; r++) {
        direct_backward_weight(&fast, run->x + (size_t)r * in,
                               run->dy + (size_t)r * out + (size_t)first * g->out_plane, run->scratch,
                               run->grad[0] + (size_t)first * g->taps);
        add_bias_gradient(run, g, r, r + 1, first, last);
    }
}

static void backward_columns(const struct layer_run *run, const struct geometry *g)
{
    size_t in = (size_t)g->columns.channels * g->in_plane, out = (size_t)g->filters * g->out_plane;
    size_t weights = (size_t)g->filters * g->taps;
    for (int r = run->first; r < run->last; r++) {
        for (int group = 0; group < g->groups; group++) {
            size_t at = (size_t)r * g->groups + group;
            backward_group(g, run->x + at * in, run->param[0] + group * weights, run->dy + at * out, run->scratch,
                           run->grad[0] + group * weights, run->dx ? run->dx + at * in : NULL);
        }
        add_bias_gradient(run, g, r, r + 1, 0, g->filters * g->groups);
    }
}

static void conv_backward(const struct layer_run *run, int part)
{
    (void)part;
    struct geometry g = geometry(run->layer);
    bool minimal = kernel_wide() && suits_winograd(&g), few = kernel_wide() && suits_direct(&g) && !run->dx;
    int first = 0, last = g.filters * g.groups;
    if (minimal || few)
        own_filters(run, &g, &first, &last);
    else if (run->by_units && run->rank > 0)
        return; /* matrices of columns are not shared by places */
    memset(run->grad[0] + (size_t)first * g.taps, 0, (size_t)(last - first) * g.taps * sizeof(real));
    if (has_bias(run->layer))
        memset(run->grad[1] + first, 0, (size_t)(last - first) * sizeof(real));
    if (minimal)
        backward_winograd(run, &g);
    else if (few)
        backward_direct(run, &g);
    else
        backward_columns(run, &g);
}

const struct layer_kind layer_conv = {.name = "conv",
                                      .stem = "conv",
                                      .summary = "convolution of images: y_f = sum_c w_fc * x_c + b_f",
                                      .args = conv_args,
                                      .plenty = 128,
                                      .flags = LAYER_WEIGHTED | LAYER_BY_PLACES,
                                      .forward_parts = 1,
                                      .backward_parts = 1,
                                      .plan = conv_plan,
                                      .needs = conv_needs,
                                      .flops = conv_flops,
                                      .forward = conv_forward,
                                      .backward = conv_backward};
