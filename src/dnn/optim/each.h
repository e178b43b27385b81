/*
 * each.h: how an optimizer goes over its vectors: once, LANES parameters at a time, summing the squares of what it
 * stores and of what it changes on the way.
 */
#ifndef DNN_OPTIM_EACH_H
#define DNN_OPTIM_EACH_H

#include "dnn/lanes.h"
#include "dnn/optim.h"

/* A piece of a stretch: as many parameters as one sum of squares takes. */
struct optim_piece {
    size_t n;
    real *restrict w;
    const real *restrict g;
    real *restrict slot[OPTIM_SLOTS]; /* NULL beyond the kind's */
    real scale;
    real *restrict change; /* [LANES_STRETCH] what is added to w */
};

struct optim_sums {
    reals weight, change;
};

KERNEL_BODY struct optim_piece optim_piece(const struct optim_step *step, const struct optim_stretch *stretch,
                                           size_t from, real *change)
{
    size_t at = stretch->at + from, left = stretch->n - from;
    struct optim_piece piece = {.n = left < LANES_STRETCH ? left : LANES_STRETCH, .w = step->w + at,
                                .g = stretch->g + from, .scale = stretch->scale, .change = change};
    for (int k = 0; k < OPTIM_SLOTS; k++)
        piece.slot[k] = step->slot[k] ? step->slot[k] + at : NULL;
    return piece;
}

/* G <- the gradient of the COUNT parameters from I on. */
KERNEL_BODY void optim_gradient(const struct optim_piece *piece, size_t i, size_t count, reals *g)
{
    lanes_load(g, piece->g + i, count);
    *g *= piece->scale;
}

/* Stores W, the COUNT parameters from I on, which were BEFORE. */
KERNEL_BODY void optim_store(const struct optim_piece *piece, size_t i, size_t count, const reals *before,
                             const reals *w, struct optim_sums *sums)
{
    reals change = *w - *before;
    lanes_store(piece->w + i, w, count);
    memcpy(piece->change + i, &change, sizeof change);
    sums->weight += *w * *w;
    sums->change += change * change;
}

/* Adds the squares of PIECE to those of the update. */
KERNEL_BODY void optim_add(const struct optim_piece *piece, const struct optim_sums *sums,
                           struct optim_squares *squares)
{
    double weight, change;
    if (!lanes_total(&sums->weight, &weight))
        weight = lanes_exact(piece->w, 1, piece->n);
    if (!lanes_total(&sums->change, &change))
        change = lanes_exact(piece->change, 1, piece->n);
    squares->weight += weight;
    squares->change += change;
}

/* Calls SOME(piece, i, count, shared, sums) for the parameters of a piece, LANES at a time. */
#define OPTIM_PIECE(piece, some, shared, sums) \
    do { \
        size_t whole = (piece)->n / LANES * LANES; \
        for (size_t i = 0; i < whole; i += LANES) \
            some(piece, i, LANES, shared, sums); \
        if (whole < (piece)->n) \
            some(piece, whole, (piece)->n - whole, shared, sums); \
    } while (0)

/* The same for all parameters that STEP names. Most gradients are in memory as they are: a scale of 1 that is known
 * when this is compiled is no multiplication. */
#define OPTIM_EACH(step, some, shared) \
    do { \
        _Alignas(64) real change[LANES_STRETCH]; \
        for (int k = 0; k < (step)->stretches; k++) { \
            const struct optim_stretch *stretch = &(step)->stretch[k]; \
            for (size_t from = 0; from < stretch->n; from += LANES_STRETCH) { \
                struct optim_piece piece = optim_piece(step, stretch, from, change); \
                struct optim_sums sums = {{0}, {0}}; \
                if (piece.scale == 1) { \
                    piece.scale = 1; \
                    OPTIM_PIECE(&piece, some, shared, &sums); \
                } else { \
                    OPTIM_PIECE(&piece, some, shared, &sums); \
                } \
                if (stretch->squares) \
                    optim_add(&piece, &sums, stretch->squares); \
            } \
        } \
    } while (0)

#endif
