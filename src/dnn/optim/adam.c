/*
 * adam.c: Adam (Kingma, Ba 2015) and AdamW (Loshchilov, Hutter 2019). They differ in where the decay goes: into the
 * gradient, hence through the moments, or straight into the weights.
 */
#include <tgmath.h>

#include "adam_update.h"
#include "kinds.h"

#define MOMENTS \
    [BETA1] = {.name = "beta1", .type = ARG_NUMBER, .min = 0, .max = 0.999999, .preset = "0.9", \
               .summary = "memory of the mean gradient"}, \
    [BETA2] = {.name = "beta2", .type = ARG_NUMBER, .min = 0, .max = 0.99999999, .preset = "0.999", \
               .summary = "memory of the mean squared gradient"}, \
    [EPS] = {.name = "eps", .type = ARG_NUMBER, .min = 1e-30, .max = 1, .preset = "1e-8", \
             .summary = "added to the root of the mean square"}

static const struct arg_spec adam_args[] = {MOMENTS, [WEIGHT_DECAY] = OPTIM_WEIGHT_DECAY("0"), {0}};
static const struct arg_spec adamw_args[] = {MOMENTS, [WEIGHT_DECAY] = OPTIM_WEIGHT_DECAY("0.01"), {0}};

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

#ifdef KERNEL_WIDTHS
KERNEL_FOR_AVX2 static void update_wide(const struct optim_step *step, const double *constant, real shrink, real decay)
{
    update_body(step, constant, shrink, decay);
}
#endif

static void update_all(const struct optim_step *step, real shrink, real decay)
{
    double here[OPTIM_CONSTANTS];
    const double *constant = step->constant;
    if (!constant) {
        adam_prepare(step, here);
        constant = here;
    }
#ifdef KERNEL_WIDTHS
    if (kernel_width == KERNEL_WIDER) {
        adam_update_wider(step, constant, shrink, decay);
        return;
    }
    if (kernel_width == KERNEL_WIDE) {
        update_wide(step, constant, shrink, decay);
        return;
    }
#endif
    update_body(step, constant, shrink, decay);
}

static void adam_update(const struct optim_step *step)
{
    update_all(step, 1, (real)step->args->number[WEIGHT_DECAY]);
}

static void adamw_update(const struct optim_step *step)
{
    update_all(step, (real)(1 - step->lr * step->args->number[WEIGHT_DECAY]), 0);
}

const struct optim_kind optim_adam = {
    .name = "adam", .summary = "steps of the mean gradient over the root of its mean square", .args = adam_args,
    .slots = 2, .slot_name = {"exp_avg", "exp_avg_sq"}, .lr = 0.001, .prepare = adam_prepare,
    .update = adam_update};

const struct optim_kind optim_adamw = {
    .name = "adamw", .summary = "adam with the decay applied to the weights themselves", .args = adamw_args,
    .slots = 2, .slot_name = {"exp_avg", "exp_avg_sq"}, .lr = 0.001, .prepare = adam_prepare,
    .update = adamw_update};
