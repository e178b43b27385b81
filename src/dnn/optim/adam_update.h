/*
 * adam_update.h: what Adam and AdamW (adam.c) do to LANES parameters at once, for whoever compiles it. KERNEL_BODY
 * functions alone.
 */
#ifndef DNN_OPTIM_ADAM_UPDATE_H
#define DNN_OPTIM_ADAM_UPDATE_H

#include "each.h"

enum { BETA1, BETA2, EPS, WEIGHT_DECAY };
enum { RATE, CORRECTION }; /* constants of a step: lr / (1 - beta1^t); 1 / sqrt(1 - beta2^t) */

/* What all values of a step share. */
struct shared {
    real shrink, decay, beta1, beta2, rest1, rest2, rate, correction, eps;
};

/* w <- SHRINK w, g <- g + DECAY w, where it DECAYS, then m, v and the step; of COUNT values from I on. */
KERNEL_BODY void update_some(const struct optim_piece *piece, size_t i, size_t count, const struct shared *shared,
                             bool decays, struct optim_sums *sums)
{
    reals before, g, m, v;
    lanes_load(&before, piece->w + i, count);
    optim_gradient(piece, i, count, &g);
    lanes_load(&m, piece->slot[0] + i, count);
    lanes_load(&v, piece->slot[1] + i, count);
    reals w = before;
    if (decays) {
        w = before * shared->shrink;
        g = g + shared->decay * w;
    }
    m = m * shared->beta1 + shared->rest1 * g;
    v = v * shared->beta2 + shared->rest2 * g * g;
    lanes_store(piece->slot[0] + i, &m, count);
    lanes_store(piece->slot[1] + i, &v, count);
    lanes_root(&v);
    w = w - shared->rate * m / (v * shared->correction + shared->eps);
    optim_store(piece, i, count, &before, &w, sums);
}

KERNEL_BODY void decaying_some(const struct optim_piece *piece, size_t i, size_t count, const struct shared *shared,
                               struct optim_sums *sums)
{
    update_some(piece, i, count, shared, true, sums);
}

KERNEL_BODY void lasting_some(const struct optim_piece *piece, size_t i, size_t count, const struct shared *shared,
                              struct optim_sums *sums)
{
    update_some(piece, i, count, shared, false, sums);
}

KERNEL_BODY void update_body(const struct optim_step *step, const double *constant, real shrink, real decay)
{
    const double *number = step->args->number;
    const struct shared shared = {.shrink = shrink, .decay = decay,
                                  .beta1 = (real)number[BETA1], .rest1 = (real)(1 - number[BETA1]),
                                  .beta2 = (real)number[BETA2], .rest2 = (real)(1 - number[BETA2]),
                                  .rate = (real)constant[RATE], .correction = (real)constant[CORRECTION],
                                  .eps = (real)number[EPS]};
    if (shrink == 1 && decay == 0)
        OPTIM_EACH(step, lasting_some, &shared);
    else
        OPTIM_EACH(step, decaying_some, &shared);
}

/* The same, for KERNEL_WIDER. */
void adam_update_wider(const struct optim_step *step, const double *constant, real shrink, real decay);

#endif
