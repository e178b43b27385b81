/* sgd.c: gradient descent, plain and with momentum (Polyak 1964; Nesterov's form as in Sutskever et al. 2013). */
#include "each.h"
#include "kinds.h"

enum { DECAY_OF_SGD };

static const struct arg_spec sgd_args[] = {[DECAY_OF_SGD] = OPTIM_WEIGHT_DECAY("0"), {0}};

struct plain_shared {
    real rate, decay;
};

KERNEL_BODY void plain_some(const struct optim_piece *piece, size_t i, size_t count, const struct plain_shared *shared,
                            struct optim_sums *sums)
{
    reals before, g;
    lanes_load(&before, piece->w + i, count);
    optim_gradient(piece, i, count, &g);
    reals w = before - shared->rate * (g + shared->decay * before);
    optim_store(piece, i, count, &before, &w, sums);
}

KERNEL_BODY void plain_body(const struct optim_step *step)
{
    const struct plain_shared shared = {(real)step->lr, (real)step->args->number[DECAY_OF_SGD]};
    OPTIM_EACH(step, plain_some, &shared);
}

enum { MOMENTUM, NESTEROV, DECAY_OF_MOMENTUM };

static const struct arg_spec momentum_args[] = {
    [MOMENTUM] = {.name = "momentum", .type = ARG_NUMBER, .min = 0, .max = 0.999999, .preset = "0.9",
                  .summary = "what is kept of the last step's direction"},
    [NESTEROV] = {.name = "nesterov", .type = ARG_SWITCH, .preset = "off", .summary = "look one step ahead"},
    [DECAY_OF_MOMENTUM] = OPTIM_WEIGHT_DECAY("0"),
    {0}};

struct heavy_shared {
    real rate, momentum, decay, now, ahead; /* the last two: the shares of the gradient and of the buffer */
};

KERNEL_BODY void heavy_some(const struct optim_piece *piece, size_t i, size_t count, const struct heavy_shared *shared,
                            struct optim_sums *sums)
{
    reals before, g, buffer;
    lanes_load(&before, piece->w + i, count);
    optim_gradient(piece, i, count, &g);
    lanes_load(&buffer, piece->slot[0] + i, count);
    g = g + shared->decay * before;
    buffer = buffer * shared->momentum + g;
    lanes_store(piece->slot[0] + i, &buffer, count);
    reals w = before - shared->rate * (shared->now * g + shared->ahead * buffer);
    optim_store(piece, i, count, &before, &w, sums);
}

KERNEL_BODY void heavy_body(const struct optim_step *step)
{
    const double *number = step->args->number;
    bool nesterov = number[NESTEROV] != 0;
    const struct heavy_shared shared = {.rate = (real)step->lr, .momentum = (real)number[MOMENTUM],
                                        .decay = (real)number[DECAY_OF_MOMENTUM], .now = nesterov ? 1 : 0,
                                        .ahead = nesterov ? (real)number[MOMENTUM] : 1};
    OPTIM_EACH(step, heavy_some, &shared);
}

KERNEL_EACH_WIDTH(void, plain, (const struct optim_step *step), (step))
KERNEL_EACH_WIDTH(void, heavy, (const struct optim_step *step), (step))

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
