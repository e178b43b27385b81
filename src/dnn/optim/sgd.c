/* sgd.c: gradient descent, plain and with momentum (Polyak 1964; Nesterov's form as in Sutskever et al. 2013). */
#include "dnn/kernel.h"
#include "kinds.h"

enum { DECAY_OF_SGD };

static const struct arg_spec sgd_args[] = {[DECAY_OF_SGD] = OPTIM_WEIGHT_DECAY("0"), {0}};

KERNEL_BODY void plain_body(const struct optim_step *step)
{
    real rate = (real)step->lr, decay = (real)step->args->number[DECAY_OF_SGD];
    real *restrict w = step->w;
    const real *restrict gradient = step->g;
    for (size_t i = 0; i < step->n; i++)
        w[i] -= rate * (gradient[i] + decay * w[i]);
}

enum { MOMENTUM, NESTEROV, DECAY_OF_MOMENTUM };

static const struct arg_spec momentum_args[] = {
    [MOMENTUM] = {.name = "momentum", .type = ARG_NUMBER, .min = 0, .max = 0.999999, .preset = "0.9",
                  .summary = "what is kept of the last step's direction"},
    [NESTEROV] = {.name = "nesterov", .type = ARG_SWITCH, .preset = "off", .summary = "look one step ahead"},
    [DECAY_OF_MOMENTUM] = OPTIM_WEIGHT_DECAY("0"),
    {0}};

KERNEL_BODY void heavy_body(const struct optim_step *step)
{
    real rate = (real)step->lr, momentum = (real)step->args->number[MOMENTUM];
    real decay = (real)step->args->number[DECAY_OF_MOMENTUM];
    real ahead = step->args->number[NESTEROV] != 0 ? momentum : 1, now = step->args->number[NESTEROV] != 0 ? 1 : 0;
    real *restrict w = step->w, *restrict buffer = step->slot[0];
    const real *restrict gradient = step->g;
    for (size_t i = 0; i < step->n; i++) {
        real g = gradient[i] + decay * w[i];
        real b = buffer[i] * momentum + g;
        buffer[i] = b;
        w[i] -= rate * (now * g + ahead * b);
    }
}

KERNEL_TWICE(void, plain, (const struct optim_step *step), (step))
KERNEL_TWICE(void, heavy, (const struct optim_step *step), (step))

static void sgd_update(const struct optim_step *step)
{
    plain(step);
}

static void momentum_update(const struct optim_step *step)
{
    heavy(step);
}

const struct optim_kind optim_sgd = {
    .name = "sgd", .summary = "plain gradient descent", .args = sgd_args, .lr = 0.01, .update = sgd_update};

const struct optim_kind optim_momentum = {
    .name = "momentum", .summary = "gradient descent along a decaying sum of gradients", .args = momentum_args,
    .slots = 1, .slot_name = {"momentum_buffer"}, .lr = 0.01, .update = momentum_update};
