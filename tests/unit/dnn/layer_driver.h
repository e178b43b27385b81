/*
 * layer_driver.h: runs one layer without a network: plans it, gives it buffers, and calls its parts rank by rank in
 * order, as a team of threads would between its meetings.
 *
 * What a kind must write is filled with NaN first, so that a value left out, or read before it is written, shows.
 */
#ifndef TEST_LAYER_DRIVER_H
#define TEST_LAYER_DRIVER_H

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "dnn/layer.h"

#define DRIVER_RANKS 5

struct driver {
    struct layer layer;
    struct layer_needs needs;
    int rows, ranks;
    bool training, by_units; /* whether ranks share every row instead (layer_run.by_units) */
    size_t in, out;
    real *x, *y, *dx, *dy;
    real *param[LAYER_TENSORS], *stat[LAYER_TENSORS], *saved[LAYER_TENSORS];
    real *grad[DRIVER_RANKS][LAYER_TENSORS];
    real *partial;
    size_t partial_stride;
    real *scratch; /* of whoever is called; filled with NaN before each call */
    struct layer_draw draw;
    uint32_t stream;
};

static inline real *driver_values(size_t n, real value)
{
    real *v = malloc((n ? n : 1) * sizeof *v);
    for (size_t i = 0; i < n; i++)
        v[i] = value;
    return v;
}

/* LAYER has its kind and arguments; false when the kind refuses the shape IN. */
static inline bool driver_open(struct driver *d, const struct layer *layer, struct shape in, int rows, int ranks)
{
    struct err err;
    *d = (struct driver){.layer = *layer, .rows = rows, .ranks = ranks, .training = true, .draw = {7, 3},
                         .stream = 2};
    d->layer.in = d->layer.out = in;
    strcpy(d->layer.name, "tested");
    if (layer->kind->plan && layer->kind->plan(&d->layer, &err))
        return false;
    if (layer->kind->needs)
        layer->kind->needs(&d->layer, &d->needs);
    d->in = shape_size(&d->layer.in);
    d->out = shape_size(&d->layer.out);
    d->x = driver_values(d->in * (size_t)rows, 0);
    d->dy = driver_values(d->out * (size_t)rows, 0);
    d->y = driver_values(d->out * (size_t)rows, NAN);
    d->dx = driver_values(d->in * (size_t)rows, NAN);
    for (int k = 0; k < LAYER_TENSORS; k++) {
        const struct tensor_spec *param = &d->needs.param[k], *stat = &d->needs.stat[k];
        size_t count = k < d->needs.params ? shape_size(&param->shape) : 0;
        d->param[k] = driver_values(count, param->fill);
        d->stat[k] = driver_values(k < d->needs.stats ? shape_size(&stat->shape) : 0, stat->fill);
        d->saved[k] = driver_values(d->needs.saved_per_row[k] * (size_t)rows + d->needs.saved[k], NAN);
        for (int rank = 0; rank < ranks; rank++)
            d->grad[rank][k] = driver_values(count, NAN);
    }
    d->partial_stride = (d->needs.partial + 15) / 16 * 16;
    d->partial = driver_values(d->partial_stride * (size_t)ranks, NAN);
    d->scratch = driver_values(d->needs.scratch, NAN);
    return true;
}

static inline void driver_close(struct driver *d)
{
    free(d->x);
    free(d->y);
    free(d->dx);
    free(d->dy);
    free(d->partial);
    free(d->scratch);
    for (int k = 0; k < LAYER_TENSORS; k++) {
        free(d->param[k]);
        free(d->stat[k]);
        free(d->saved[k]);
        for (int rank = 0; rank < d->ranks; rank++)
            free(d->grad[rank][k]);
    }
}

static inline size_t driver_param_count(const struct driver *d, int k)
{
    return shape_size(&d->needs.param[k].shape);
}

static inline struct layer_run driver_run(const struct driver *d, int rank)
{
    struct layer_run run = {
        .layer = &d->layer, .in = (int)shape_size(&d->layer.in), .out = (int)shape_size(&d->layer.out),
        .training = d->training, .rows = d->rows, .first = d->rows * rank / d->ranks,
        .last = d->rows * (rank + 1) / d->ranks, .sum_first = d->rows * rank / d->ranks,
        .sum_last = d->rows * (rank + 1) / d->ranks, .units = (int)shape_size(&d->layer.out), .rank = rank,
        .ranks = d->ranks, .x = d->x, .y = d->y, .dx = d->dx,
        .dy = d->dy, .partial = d->training ? d->partial : NULL, .partial_stride = d->partial_stride,
        .scratch = d->scratch, .draw = &d->draw, .stream = d->stream, .by_units = d->by_units};
    if (d->by_units) {
        run.first = 0;
        run.last = d->rows;
    }
    for (size_t i = 0; i < d->needs.scratch; i++)
        d->scratch[i] = NAN;
    for (int k = 0; k < LAYER_TENSORS; k++) {
        run.param[k] = d->param[k];
        run.stat[k] = d->stat[k];
        run.grad[k] = d->grad[d->by_units ? 0 : rank][k];
        run.saved[k] = d->training ? d->saved[k] : NULL;
    }
    if (d->layer.kind->ready)
        d->layer.kind->ready(&run);
    return run;
}

static inline void driver_forward(const struct driver *d)
{
    for (int part = 0; part < d->layer.kind->forward_parts; part++)
        for (int rank = 0; rank < d->ranks; rank++) {
            struct layer_run run = driver_run(d, rank);
            d->layer.kind->forward(&run, part);
        }
}

static inline void driver_backward(const struct driver *d)
{
    for (int part = 0; part < d->layer.kind->backward_parts; part++)
        for (int rank = 0; rank < d->ranks; rank++) {
            struct layer_run run = driver_run(d, rank);
            d->layer.kind->backward(&run, part);
        }
}

/* The gradient of value I of parameter K, over all ranks. */
static inline double driver_gradient(const struct driver *d, int k, size_t i)
{
    double sum = 0;
    for (int rank = 0; rank < (d->by_units ? 1 : d->ranks); rank++)
        sum += d->grad[rank][k][i];
    return sum;
}

/* Normal numbers at least 0.05 from 0, where several kinds have a kink. */
static inline void driver_draw(struct rng *rng, real *v, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        double z = rng_normal(rng);
        v[i] = (real)(z + copysign(0.05, z));
    }
}

/* A size: where whole shapes are legal, the extents of IN in another order; otherwise a few small numbers. */
static inline void driver_extent(struct layer *layer, int i, const struct shape *in, struct rng *rng)
{
    const struct arg_spec *spec = &layer->kind->args[i];
    int *extent = layer->args.extent[i], choices = 0;
    bool whole = spec->ranks & ARG_RANK(3);
    layer->args.rank[i] = whole ? in->rank : 2;
    for (int k = 0; k < layer->args.rank[i]; k++)
        extent[k] = whole ? in->dim[k] : (int)spec->min + (int)rng_below(rng, 3);
    for (int k = layer->args.rank[i] - 1; whole && k > 0; k--) {
        int other = (int)rng_below(rng, (uint32_t)k + 1), kept = extent[k];
        extent[k] = extent[other];
        extent[other] = kept;
    }
    while (spec->choices && spec->choices[choices])
        choices++;
    bool optional = spec->preset && !*spec->preset;
    if ((choices || optional) && rng_below(rng, 2)) {
        layer->args.rank[i] = 0;
        layer->args.number[i] = choices ? rng_below(rng, (uint32_t)choices) : 0;
    }
}

/* Arguments for a kind: presets, where there are, if VARIANT is 0; otherwise anything legal (numbers not far from 0).
 * The kind may refuse them on IN all the same. */
static inline void driver_arguments(struct layer *layer, int variant, const struct shape *in, struct rng *rng)
{
    int count = args_count(layer->kind->args);
    for (int i = 0; i < count; i++) {
        const struct arg_spec *spec = &layer->kind->args[i];
        if (variant == 0 && spec->preset) {
            struct arg_values preset;
            struct arg_spec alone[] = {*spec, {0}};
            args_preset(alone, &preset);
            layer->args.number[i] = preset.number[0];
            layer->args.rank[i] = preset.rank[0];
            memcpy(layer->args.extent[i], preset.extent[0], sizeof preset.extent[0]);
            continue;
        }
        bool any = spec->min == 0 && spec->max == 0;
        double low = any ? -2 : spec->min, high = any || spec->max > low + 2 ? low + 2 : spec->max;
        double value = 0;
        int choices = 0;
        switch (spec->type) {
        case ARG_INT:
            value = low + rng_below(rng, 7);
            break;
        case ARG_EXTENT:
            driver_extent(layer, i, in, rng);
            continue;
        case ARG_CHOICE:
            while (spec->choices[choices])
                choices++;
            value = rng_below(rng, (uint32_t)choices);
            break;
        case ARG_SWITCH:
            value = rng_below(rng, 2);
            break;
        default:
            value = low + (high - low) * rng_uniform(rng);
        }
        layer->args.number[i] = value;
    }
}

/* Opens a driver with such arguments; false when the kind refuses every one of many tries. */
static inline bool driver_open_any(struct driver *d, const struct layer_kind *kind, int variant, struct shape in,
                                   int rows, struct rng *rng)
{
    for (int attempt = 0; attempt < 50; attempt++) {
        struct layer layer = {.kind = kind};
        driver_arguments(&layer, variant, &in, rng);
        if (driver_open(d, &layer, in, rows, 1))
            return true;
    }
    return false;
}

#endif
