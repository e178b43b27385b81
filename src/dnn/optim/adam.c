/*
 * adam.c: Adam (Kingma, Ba 2015) and AdamW (Loshchilov, Hutter 2019). They differ in where the decay goes: into the
 * gradient, hence through the moments, or straight into the weights.
 */
#include <tgmath.h>

#include "dnn/kernel.h"
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

static void adam_prepare(const struct optim_step *step, double constant[OPTIM_CONSTANTS])
{
    const double *number = step->args->number;
    constant[RATE] = step->lr / (1 - pow(number[BETA1], (double)step->t));
    constant[CORRECTION] = 1 / sqrt(1 - pow(number[BETA2], (double)step->t));
}

/* w <- SHRINK w, g <- g + DECAY w, then m, v and the step. */
KERNEL_BODY void update_body(const struct optim_step *step, const double *constant, real shrink, real decay)
{
    const double *number = step->args->number;
    real beta1 = (real)number[BETA1], beta2 = (real)number[BETA2], eps = (real)number[EPS];
    real rest1 = (real)(1 - number[BETA1]), rest2 = (real)(1 - number[BETA2]);
    real rate = (real)constant[RATE], correction = (real)constant[CORRECTION];
    real *restrict w = step->w, *restrict mean = step->slot[0], *restrict square = step->slot[1];
    const real *restrict gradient = step->g;
    for (size_t i = 0; i < step->n; i++) {
        real weight = w[i] * shrink;
        real g = gradient[i] + decay * weight;
        real m = mean[i] * beta1 + rest1 * g;
        real v = square[i] * beta2 + rest2 * g * g;
        mean[i] = m;
        square[i] = v;
        w[i] = weight - rate * m / (sqrt(v) * correction + eps);
    }
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
