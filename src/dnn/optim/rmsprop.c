/* rmsprop.c: RMSprop (Tieleman, Hinton 2012), without momentum and uncentred. */
#include "each.h"
#include "kinds.h"

enum { ALPHA, EPS, WEIGHT_DECAY };

static const struct arg_spec rmsprop_args[] = {
    [ALPHA] = {.name = "alpha", .type = ARG_NUMBER, .min = 0, .max = 0.999999, .preset = "0.99",
               .summary = "memory of the mean squared gradient"},
    [EPS] = {.name = "eps", .type = ARG_NUMBER, .min = 1e-30, .max = 1, .preset = "1e-8",
             .summary = "added to the root of the mean square"},
    [WEIGHT_DECAY] = OPTIM_WEIGHT_DECAY("0"),
    {0}};

struct shared {
    real rate, alpha, rest, eps, decay;
};

KERNEL_BODY void update_some(const struct optim_piece *piece, size_t i, size_t count, const struct shared *shared,
                             struct optim_sums *sums)
{
    reals before, g, v;
    lanes_load(&before, piece->w + i, count);
    optim_gradient(piece, i, count, &g);
    lanes_load(&v, piece->slot[0] + i, count);
    g = g + shared->decay * before;
    v = v * shared->alpha + shared->rest * g * g;
    lanes_store(piece->slot[0] + i, &v, count);
    lanes_root(&v);
    reals w = before - shared->rate * g / (v + shared->eps);
    optim_store(piece, i, count, &before, &w, sums);
}

KERNEL_BODY void update_body(const struct optim_step *step)
{
    const double *number = step->args->number;
    const struct shared shared = {.rate = (real)step->lr, .alpha = (real)number[ALPHA],
                                  .rest = (real)(1 - number[ALPHA]), .eps = (real)number[EPS],
                                  .decay = (real)number[WEIGHT_DECAY]};
    OPTIM_EACH(step, update_some, &shared);
}

KERNEL_EACH_WIDTH(void, update, (const struct optim_step *step), (step))

static void rmsprop_update(const struct optim_step *step)
{
    update(step);
}

const struct optim_kind optim_rmsprop = {
    .name = "rmsprop", .summary = "steps of the gradient over the root of its mean square", .args = rmsprop_args,
    .slots = 1, .slot_name = {"square_avg"}, .lr = 0.001, .update = rmsprop_update};
