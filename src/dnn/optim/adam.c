/*
 * adam.c: Adam (Kingma, Ba 2015) and AdamW (Loshchilov, Hutter 2019). They differ in where the decay goes: into the
 * gradient, hence through the moments, or straight into the weights.
 */
#include <tgmath.h>

#include "each.h"
#include "kinds.h"

enum { BETA1, BETA2, EPS, WEIGHT_DECAY };

#define MOMENTS \
    [BETA1] = {.name = "beta1", .type = ARG_NUMBER, .min = 0, .max = 0.999999, .preset = "0.9", \
               .summary = "memory of the mean gradient"}, \
    [BETA2] = {.name = "beta2", .type = ARG_NUMBER, .min = 0, .max = 0.99999999, .preset = "0.999", \
               .summary = "memory of the mean squared gradient"}, \
    [EPS] = {.name = "eps", .type = ARG_NUMBER, .min = 1e-30, .max = 1, .preset = "1e-8", \
             .summary = "added to the root of the mean square"}

static const struct arg_spec adam_args[] = {MOMENTS, [WEIGHT_DECAY] = OPTIM_WEIGHT_DECAY("0"), {0}};
static const struct arg_spec adamw_args[] = {MOMENTS, [WEIGHT_DECAY] = OPTIM_WEIGHT_DECAY("0.01"), {0}};

enum { RATE, CORRECTION }; /* constants of a step: lr / (1 - beta1^t); 1 / sqrt(1 - beta2^t) */

/* 1 - beta^t. From where beta^t <= exp(-t (1 - beta)) is less than half the distance from 1 to the double before it,
 * that is 1, and no power needs to be taken. */
static double rest_of(double beta, double t)
{
    return t * (1 - beta) > 37.5 ? 1 : 1 - pow(beta, t);
}

static void adam_prepare(const struct optim_step *step, double constant[OPTIM_CONSTANTS])
{
    const double *number = step->args->number;
    constant[RATE] = step->lr / rest_of(number[BETA1], (double)step->t);
    constant[CORRECTION] = 1 / sqrt(rest_of(number[BETA2], (double)step->t));
}

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

KERNEL_TWICE(void, update, (const struct optim_step *step, const double *constant, real shrink, real decay),
             (step, constant, shrink, decay))

static void adam_update(const struct optim_step *step)
{
    double here[OPTIM_CONSTANTS];
    if (!step->constant)
        adam_prepare(step, here);
    update(step, step->constant ? step->constant : here, 1, (real)step->args->number[WEIGHT_DECAY]);
}

static void adamw_update(const struct optim_step *step)
{
    double here[OPTIM_CONSTANTS];
    if (!step->constant)
        adam_prepare(step, here);
    update(step, step->constant ? step->constant : here, (real)(1 - step->lr * step->args->number[WEIGHT_DECAY]), 0);
}

const struct optim_kind optim_adam = {
    .name = "adam", .summary = "steps of the mean gradient over the root of its mean square", .args = adam_args,
    .slots = 2, .slot_name = {"exp_avg", "exp_avg_sq"}, .lr = 0.001, .prepare = adam_prepare,
    .update = adam_update};

const struct optim_kind optim_adamw = {
    .name = "adamw", .summary = "adam with the decay applied to the weights themselves", .args = adamw_args,
    .slots = 2, .slot_name = {"exp_avg", "exp_avg_sq"}, .lr = 0.001, .prepare = adam_prepare,
    .update = adamw_update};
