/* rmsprop.c: RMSprop (Tieleman, Hinton 2012), without momentum and uncentred. */
#include <tgmath.h>

#include "dnn/kernel.h"
#include "kinds.h"

enum { ALPHA, EPS, WEIGHT_DECAY };

static const struct arg_spec rmsprop_args[] = {
    [ALPHA] = {.name = "alpha", .type = ARG_NUMBER, .min = 0, .max = 0.999999, .preset = "0.99",
               .summary = "memory of the mean squared gradient"},
    [EPS] = {.name = "eps", .type = ARG_NUMBER, .min = 1e-30, .max = 1, .preset = "1e-8",
             .summary = "added to the root of the mean square"},
    [WEIGHT_DECAY] = OPTIM_WEIGHT_DECAY("0"),
    {0}};

KERNEL_BODY void update_body(const struct optim_step *step)
{
    const double *number = step->args->number;
    real rate = (real)step->lr, alpha = (real)number[ALPHA], rest = (real)(1 - number[ALPHA]);
    real eps = (real)number[EPS], decay = (real)number[WEIGHT_DECAY];
    real *restrict w = step->w, *restrict square = step->slot[0];
    const real *restrict gradient = step->g;
    for (size_t i = 0; i < step->n; i++) {
        real g = gradient[i] + decay * w[i];
        real v = square[i] * alpha + rest * g * g;
        square[i] = v;
        w[i] -= rate * g / (sqrt(v) + eps);
    }
}

KERNEL_TWICE(void, update, (const struct optim_step *step), (step))

static void rmsprop_update(const struct optim_step *step)
{
    update(step);
}

const struct optim_kind optim_rmsprop = {
    .name = "rmsprop", .summary = "steps of the gradient over the root of its mean square", .args = rmsprop_args,
    .slots = 1, .slot_name = {"square_avg"}, .lr = 0.001, .update = rmsprop_update};
