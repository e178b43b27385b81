/*
 * dropout.c: dropout (Srivastava et al. 2014), inverted: what is kept is scaled up in training, so that evaluation
 * changes nothing.
 *
 * Two kinds: dropout drops values, dropout2d whole channels of an image (Tompson et al. 2015), whose neighbouring
 * values tell each other too much for dropping some to matter. Both draw for units: a value, or a channel.
 *
 * Whether a unit is dropped is a function of (seed, step, layer, row, unit), drawn four units at a time, so it does not
 * depend on the number of threads. The factors are saved, since backward needs the same ones.
 */
#include <string.h>

#include "base/rng.h"
#include "kinds.h"

enum { RATE };

static const struct arg_spec dropout_args[] = {
    [RATE] = {.name = "rate", .type = ARG_NUMBER, .min = 0, .max = 0.999, .preset = "0.5",
              .summary = "probability that a value is dropped"},
    {0}};

static const struct arg_spec dropout2d_args[] = {
    [RATE] = {.name = "rate", .type = ARG_NUMBER, .min = 0, .max = 0.999, .preset = "0.5",
              .summary = "probability that a channel is dropped"},
    {0}};

static int dropout2d_plan(struct layer *layer, struct err *err)
{
    layer->out = layer->in;
    return layer_takes_images(layer, err);
}

/* What is drawn for, of one row. */
static size_t units(const struct layer *layer)
{
    return layer->kind == &layer_dropout2d ? (size_t)layer->in.dim[0] : shape_size(&layer->in);
}

static void dropout_needs(const struct layer *layer, struct layer_needs *needs)
{
    needs->saved_per_row[0] = units(layer);
}

/* The factors of one row: 0 or 1 / (1 - rate). */
static void draw_row(const struct layer_run *run, int row, size_t width, real *factor)
{
    double rate = run->layer->args.number[RATE];
    uint32_t threshold = (uint32_t)(rate * 4294967296.0);
    real kept = (real)(1 / (1 - rate));
    struct rng start = rng_start(run->draw->seed, RNG_DROPOUT, (uint32_t)run->draw->step, run->stream);
    for (size_t i = 0; i < width; i += 4) {
        uint32_t counter[4] = {(uint32_t)(i / 4), (uint32_t)row, start.counter[2], start.counter[3]}, word[4];
        rng_philox(counter, start.key, word);
        for (size_t k = 0; k < 4 && i + k < width; k++)
            factor[i + k] = word[k] < threshold ? 0 : kept;
    }
}

/* OUT = IN times the factors, for the caller's own rows. */
static void scale(const struct layer_run *run, const real *restrict in, real *restrict out)
{
    const real *restrict factor = run->saved[0];
    size_t width = units(run->layer), plane = shape_size(&run->layer->in) / width;
    size_t first = (size_t)run->first * width, last = (size_t)run->last * width;
    if (plane == 1)
        for (size_t i = first; i < last; i++)
            out[i] = in[i] * factor[i];
    else
        for (size_t u = first; u < last; u++)
            for (size_t i = u * plane; i < (u + 1) * plane; i++)
                out[i] = in[i] * factor[u];
}

static void dropout_forward(const struct layer_run *run, int part)
{
    (void)part;
    size_t width = units(run->layer);
    struct layer_span own = layer_own_values(run);
    if (!run->training) {
        memcpy(run->y + own.first, run->x + own.first, (own.last - own.first) * sizeof(real));
        return;
    }
    for (int r = run->first; r < run->last; r++)
        draw_row(run, r, width, run->saved[0] + (size_t)r * width);
    scale(run, run->x, run->y);
}

static void dropout_backward(const struct layer_run *run, int part)
{
    (void)part;
    if (!run->dx)
        return;
    struct layer_span own = layer_own_values(run);
    if (!run->training) {
        memcpy(run->dx + own.first, run->dy + own.first, (own.last - own.first) * sizeof(real));
        return;
    }
    scale(run, run->dy, run->dx);
}

const struct layer_kind layer_dropout = {
    .name = "dropout", .stem = "drop", .summary = "drops each value with probability rate, in training only",
    .args = dropout_args, .flags = LAYER_DROPOUT, .forward_parts = 1, .backward_parts = 1, .needs = dropout_needs,
    .forward = dropout_forward, .backward = dropout_backward};

const struct layer_kind layer_dropout2d = {
    .name = "dropout2d", .stem = "drop", .summary = "drops each channel with probability rate, in training only",
    .args = dropout2d_args, .flags = LAYER_DROPOUT, .forward_parts = 1, .backward_parts = 1, .plan = dropout2d_plan,
    .needs = dropout_needs, .forward = dropout_forward, .backward = dropout_backward};
