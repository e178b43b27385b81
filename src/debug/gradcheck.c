/*
 * gradcheck.c: what of the live network is checked, on which rows, and the float gradient beside the one in double.
 *
 * The float gradient comes from a copy of the network, since a forward pass moves batch norm's running statistics.
 */
#include "debug/gradcheck.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "debug/gradcheck_twin.h"

/* Where more floating-point operations than this would be needed (some ten seconds), fewer rows, then fewer entries
 * are taken, but never fewer than these. It is a figure of the plan, not of a clock, so the same network gives the same
 * table. */
#define FLOPS_MAX   2e10
#define ROWS_MIN    8
#define ENTRIES_MIN 5

/* --- what is checked */

static void list_layers(const struct net *net, struct text *out)
{
    for (int i = 0; i < net->top.layers; i++)
        if (net->first_param[i] < net->first_param[i + 1])
            text_add(out, "%s%s", out->length ? ", " : "", net->top.layer[i].name);
}

static int refuse_name(const struct net *net, const char *name, struct err *err)
{
    const char *names[NET_LAYERS_MAX * (1 + LAYER_TENSORS) + 1] = {0};
    struct text list = {0};
    int layer = net_layer(net, name);
    for (int i = 0; i < net->top.layers; i++)
        names[i] = net->top.layer[i].name;
    for (int k = 0; k < net->params; k++)
        names[net->top.layers + k] = net->param[k].name;
    const char *near = text_nearest(name, names);
    list_layers(net, &list);
    if (layer >= 0)
        err_set(err, ERR_USAGE, "%s has no parameters, so no gradient of its own; those that have: %s", name,
                list.data);
    else
        err_set(err, ERR_USAGE, "there is no layer '%.60s'%s%s%s; those with parameters: %s", name,
                near ? "; did you mean " : "", near ? near : "", near ? "?" : "", list.data);
    text_free(&list);
    return -1;
}

static bool chosen(const struct net *net, const struct window *window, const char *name)
{
    return !name || strcmp(net->top.layer[window->layer].name, name) == 0 || strcmp(window->name, name) == 0;
}

/* What comparing takes: two forward passes an entry. */
static double flops_of(const struct net *net, const struct gradcheck *check)
{
    double entries = 0;
    for (int i = 0; i < check->rows; i++)
        entries += fmin((double)check->row[i].window->count, check->entries);
    return 2 * entries * net_flops(net) * check->batch_rows;
}

static void fit(const struct session *session, int entries, struct gradcheck *check)
{
    check->entries = entries > 0 ? entries : GRADCHECK_ENTRIES;
    for (; check->batch_rows > ROWS_MIN && flops_of(session->net, check) > FLOPS_MAX; check->batch_rows /= 2)
        ;
    for (; !entries && check->entries > ENTRIES_MIN && flops_of(session->net, check) > FLOPS_MAX; check->entries /= 2)
        ;
    check->flops = flops_of(session->net, check);
}

/* The first row of the batch under way, or of the next, in the order of the epoch. */
static int first_row(const struct session *session)
{
    return session->inside ? session->batch_first : session->visited;
}

int gradcheck_open(const struct session *session, const char *layer, int entries, struct gradcheck *check,
                   struct err *err)
{
    const struct net *net = session->net;
    int left = session->data->trains - first_row(session);
    *check = (struct gradcheck){.batch_rows = session->batch < GRADCHECK_ROWS ? session->batch : GRADCHECK_ROWS};
    check->batch_rows = left < check->batch_rows ? left : check->batch_rows;
    check->row = calloc((size_t)net->params + 1, sizeof *check->row);
    if (!check->row)
        return err_set(err, ERR_MEMORY, "no memory for a table of %d tensors", net->params);
    for (int k = 0; k < net->params; k++)
        if (chosen(net, &net->param[k], layer))
            check->row[check->rows++].window = &net->param[k];
    if (check->rows == 0) {
        gradcheck_close(check);
        return refuse_name(net, layer, err);
    }
    fit(session, entries, check);
    return 0;
}

void gradcheck_close(struct gradcheck *check)
{
    free(check->row);
    *check = (struct gradcheck){0};
}

/* --- the rows */

struct rows {
    int count;
    size_t in, out;
    float *x, *target;     /* [count, in], [count, out] */
    double *wide_x, *wide_target;
};

static void rows_close(struct rows *rows)
{
    free(rows->x);
    free(rows->target);
    free(rows->wide_x);
    free(rows->wide_target);
}

static void widen(const float *from, double *to, size_t count)
{
    for (size_t i = 0; i < count; i++)
        to[i] = (double)from[i];
}

static int rows_open(struct rows *rows, const struct session *session, int count, struct err *err)
{
    struct batch_order order;
    *rows = (struct rows){.count = count, .in = (size_t)session->data->features,
                          .out = (size_t)net_width(session->net)};
    size_t inputs = rows->in * (size_t)count, targets = rows->out * (size_t)count;
    rows->x = malloc(inputs * sizeof *rows->x);
    rows->target = malloc(targets * sizeof *rows->target);
    rows->wide_x = malloc(inputs * sizeof *rows->wide_x);
    rows->wide_target = malloc(targets * sizeof *rows->wide_target);
    if (!rows->x || !rows->target || !rows->wide_x || !rows->wide_target)
        return err_set(err, ERR_MEMORY, "no memory for %d rows", count);
    if (batch_order_open(&order, session->data, session->seed, err))
        return -1;
    batch_order_set(&order, session->data, session->seed, session->epoch);
    transform_rows(&session->transform, session->data, order.row + first_row(session), 0, count, rows->x, rows->target,
                   (int)rows->out);
    batch_order_close(&order);
    widen(rows->x, rows->wide_x, inputs);
    widen(rows->target, rows->wide_target, targets);
    return 0;
}

static void gather(void *context, int first, int last, real *x, real *y)
{
    const struct rows *rows = context;
    size_t at = (size_t)first, count = (size_t)(last - first);
    memcpy(x + at * rows->in, rows->x + at * rows->in, count * rows->in * sizeof *x);
    memcpy(y + at * rows->out, rows->target + at * rows->out, count * rows->out * sizeof *y);
}

/* --- the float gradient */

static double norm_of(const double *values, size_t count)
{
    double squares = 0;
    for (size_t i = 0; i < count; i++)
        squares += values[i] * values[i];
    return sqrt(squares);
}

static double float_error(const real *narrow, const double *wide, size_t count, double whole)
{
    double worst = 0;
    for (size_t i = 0; i < count; i++) {
        if (!isfinite(narrow[i]))
            return fabs((double)narrow[i]);
        worst = fmax(worst, fabs((double)narrow[i] - wide[i]));
    }
    return worst > 0 ? worst / fmax(norm_of(wide, count), 1e-3 * whole) : 0;
}

/* How far GRADIENT, of the float engine, is from the twin's. */
static void measure_float(const struct net *net, const real *gradient, const struct gradcheck_twin *twin,
                          struct gradcheck *check)
{
    double squares = 0;
    for (int k = 0; k < net->params; k++)
        squares += pow(norm_of(gradcheck_twin_gradient(twin, k), net->param[k].count), 2);
    for (int i = 0; i < check->rows; i++) {
        const struct window *window = check->row[i].window;
        check->row[i].float_error =
            float_error(gradient + window->offset, gradcheck_twin_gradient(twin, (int)(window - net->param)),
                        window->count, sqrt(squares));
    }
}

static int compare_float(const struct session *session, struct rows *rows, const struct gradcheck_twin *twin,
                         struct gradcheck *check, struct err *err)
{
    struct optimizer optimizer = {.kind = session->optimizer.kind}; /* no update runs */
    struct program *program = NULL;
    struct net *net = net_open(&session->net->top, &session->net->in, err);
    if (net) {
        memcpy(net->w, session->net->w, net->size * sizeof *net->w);
        program = program_open(net, &session->loss, PROGRAM_TRAIN, rows->count, session->team,
                               (struct program_source){gather, rows}, err);
    }
    if (program) {
        program_begin(program, rows->count, session->seed, session->step);
        program_run(program, &optimizer, program_reduce(program) + 1, false);
        measure_float(session->net, program_gradient(program), twin, check);
    }
    int status = program ? 0 : -1;
    program_close(program);
    net_close(net);
    return status;
}

/* --- the check */

static struct gradcheck_twin *open_twin(const struct session *session, const struct rows *rows, struct err *err)
{
    const struct net *net = session->net;
    struct gradcheck_twin_plan plan = {.top = &net->top, .in = &net->in, .loss = session->loss.kind->name,
                                       .loss_args = &session->loss.args, .rows = rows->count, .x = rows->wide_x,
                                       .target = rows->wide_target, .seed = session->seed, .draw = session->step,
                                       .threads = team_ranks(session->team)};
    struct gradcheck_twin *twin = gradcheck_twin_open(&plan, err);
    for (int k = 0; twin && k < net->params; k++)
        widen(net->w + net->param[k].offset, gradcheck_twin_parameter(twin, k), net->param[k].count);
    return twin;
}

static double twin_loss(void *twin)
{
    return gradcheck_twin_loss(twin);
}

/* The twin keeps its gradient meanwhile: forward passes do not write it. */
static int compare(const struct session *session, struct gradcheck_twin *twin, struct gradcheck *check,
                   struct err *err)
{
    for (int i = 0; i < check->rows; i++) {
        const struct window *window = check->row[i].window;
        int k = (int)(window - session->net->param);
        struct gradcheck_comparison comparison = {.loss = twin_loss,
                                                  .context = twin,
                                                  .w = gradcheck_twin_parameter(twin, k),
                                                  .analytic = gradcheck_twin_gradient(twin, k),
                                                  .count = window->count,
                                                  .entries = check->entries,
                                                  .seed = (uint64_t)k,
                                                  .breath = session->breath};
        if (gradcheck_compare(&comparison, &check->row[i]))
            return err_set(err, ERR_INTERRUPT, "interrupted");
    }
    return 0;
}

int gradcheck_run(const struct session *session, struct gradcheck *check, struct err *err)
{
    struct rows rows;
    struct gradcheck_twin *twin = NULL;
    int status = rows_open(&rows, session, check->batch_rows, err);
    if (status == 0)
        status = (twin = open_twin(session, &rows, err)) ? 0 : -1;
    if (status == 0) {
        gradcheck_twin_backward(twin);
        status = compare_float(session, &rows, twin, check, err);
    }
    if (status == 0)
        status = compare(session, twin, check, err);
    gradcheck_twin_close(twin);
    rows_close(&rows);
    return status;
}
