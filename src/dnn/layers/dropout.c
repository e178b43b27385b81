/*
 * dropout.c: dropout (Srivastava et al. 2014), inverted: what is kept is scaled up in training, so that evaluation
 * changes nothing.
 *
 * Whether a value is dropped is a function of (seed, step, layer, row, feature), drawn four features at a time, so it
 * does not depend on the number of threads. The factors are saved, since backward needs the same ones.
 */
#include <string.h>

#include "base/rng.h"
#include "kinds.h"

enum { RATE };

static const struct arg_spec dropout_args[] = {
    [RATE] = {.name = "rate", .type = ARG_NUMBER, .min = 0, .max = 0.999, .preset = "0.5",
              .summary = "probability that a value is dropped"},
    {0}};

static void dropout_needs(const struct layer *layer, struct layer_needs *needs)
{
    needs->saved_per_row[0] = shape_size(&layer->in);
}

/* The factors of one row: 0 or 1 / (1 - rate). */
static void draw_row(const struct layer_run *run, int row, size_t width, real *factor)
{
    double rate = run->layer->args.number[RATE];
    uint32_t threshold = (uint32_t)(rate * 4294967296.0);
    real kept = (real)(1 / (1 - rate));
    struct rng start = rng_start(run->seed, RNG_DROPOUT, (uint32_t)run->draw, run->stream);
    for (size_t i = 0; i < width; i += 4) {
        uint32_t counter[4] = {(uint32_t)(i / 4), (uint32_t)row, start.counter[2], start.counter[3]}, word[4];
        rng_philox(counter, start.key, word);
        for (size_t k = 0; k < 4 && i + k < width; k++)
            factor[i + k] = word[k] < threshold ? 0 : kept;
    }
}

static void dropout_forward(const struct layer_run *run, int part)
{
    (void)part;
    size_t width = shape_size(&run->layer->in);
    struct layer_span own = layer_own_values(run);
    if (!run->training) {
        memcpy(run->y + own.first, run->x + own.first, (own.last - own.first) * sizeof(real));
        return;
    }
    for (int r = run->first; r < run->last; r++)
        draw_row(run, r, width, run->saved[0] + (size_t)r * width);
    const real *restrict x = run->x, *restrict factor = run->saved[0];
    real *restrict y = run->y;
    for (size_t i = own.first; i < own.last; i++)
        y[i] = x[i] * factor[i];
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
    const real *restrict dy = run->dy, *restrict factor = run->saved[0];
    real *restrict dx = run->dx;
    for (size_t i = own.first; i < own.last; i++)
        dx[i] = dy[i] * factor[i];
}

const struct layer_kind layer_dropout = {
    .name = "dropout", .stem = "drop", .summary = "drops each value with probability rate, in training only",
    .args = dropout_args, .flags = LAYER_DROPOUT, .forward_parts = 1, .backward_parts = 1, .needs = dropout_needs,
    .forward = dropout_forward, .backward = dropout_backward};
