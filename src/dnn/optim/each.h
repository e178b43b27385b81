/*
 * each.h: how an optimizer goes over its vectors: once, LANES parameters at a time, summing the squares of what it
 * stores and of what it changes on the way.
 */
#ifndef DNN_OPTIM_EACH_H
#define DNN_OPTIM_EACH_H

#include "dnn/lanes.h"
#include "dnn/optim.h"

/* Parameters side by side whose squares are summed together, LANES_STRETCH at most: rows of a gradient, or a part of
 * one. It moves on from row to row. */
struct optim_piece {
    size_t n; /* of the present row */
    real *restrict w;
    const real *restrict g;
    real *restrict slot[OPTIM_SLOTS]; /* NULL beyond the kind's */
    real scale;
    real *restrict change; /* what is added to w */
};

struct optim_sums {
    reals weight, change;
};

/* COUNT values of a row, from value FROM of STRETCH on, which are those from COLUMN on of the row. */
KERNEL_BODY struct optim_piece optim_piece(const struct optim_step *step, const struct optim_stretch *stretch,
                                           size_t from, size_t column, size_t count, real *change)
{
    size_t at = stretch->at + from;
    struct optim_piece piece = {.n = count, .w = step->w + at, .g = stretch->g.x + column, .change = change};
    for (int k = 0; k < OPTIM_SLOTS; k++)
        piece.slot[k] = step->slot[k] ? step->slot[k] + at : NULL;
    return piece;
}

/* To the next row. */
KERNEL_BODY void optim_move(struct optim_piece *piece)
{
    piece->w += piece->n;
    piece->change += piece->n;
    for (int k = 0; k < OPTIM_SLOTS; k++)
        piece->slot[k] = piece->slot[k] ? piece->slot[k] + piece->n : NULL;
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
    lanes_store(piece->change + i, &change, count);
    sums->weight += *w * *w;
    sums->change += change * change;
}

/* Sums of squares that are still to be added to those of an update: of N parameters, now W, that CHANGE was added to.
 * Some pieces wait together, since the additions of one would keep the next waiting. */
struct optim_sum {
    struct optim_sums sums;
    const real *w, *change;
    size_t n;
    struct optim_squares *squares;
};

enum { OPTIM_OWED = 8 };
struct optim_owed {
    _Alignas(64) real change[LANES_STRETCH];
    struct optim_sum sum[OPTIM_OWED];
    int count;
    size_t used; /* of CHANGE */
};

KERNEL_BODY void optim_settle(struct optim_owed *owed)
{
    for (int i = 0; i < owed->count; i++) {
        const struct optim_sum *sum = &owed->sum[i];
        double of_weight, of_change;
        if (!lanes_total(&sum->sums.weight, &of_weight))
            of_weight = lanes_exact(sum->w, 1, sum->n);
        if (!lanes_total(&sum->sums.change, &of_change))
            of_change = lanes_exact(sum->change, 1, sum->n);
        sum->squares->weight += of_weight;
        sum->squares->change += of_change;
    }
    owed->count = 0;
    owed->used = 0;
}

/* Room for what is added to N parameters. */
KERNEL_BODY real *optim_change(struct optim_owed *owed, size_t n)
{
    if (owed->count == OPTIM_OWED || owed->used + n > LANES_STRETCH)
        optim_settle(owed);
    return owed->change + owed->used;
}

/* SUMS of the N parameters from W on. */
KERNEL_BODY void optim_owe(struct optim_owed *owed, const real *w, size_t n, const struct optim_sums *sums,
                           struct optim_squares *squares)
{
    if (!squares)
        return;
    owed->sum[owed->count++] = (struct optim_sum){*sums, w, owed->change + owed->used, n, squares};
    owed->used += (n + LANES - 1) / LANES * LANES;
}

/* Calls SOME(piece, i, count, shared, sums) for the parameters of a row, LANES at a time. */
#define OPTIM_ROW(piece, some, shared, sums) \
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
        struct optim_owed owed; \
        owed.count = 0; \
        owed.used = 0; \
        for (int k = 0; k < (step)->stretches; k++) { \
            const struct optim_stretch *stretch = &(step)->stretch[k]; \
            const struct outer *g = &stretch->g; \
            for (size_t row = 0, column = 0, from = 0; row < g->rows;) { \
                size_t left = g->width - column, count = left < LANES_STRETCH ? left : LANES_STRETCH, all = 0; \
                real *change = optim_change(&owed, g->factor && count == g->width ? LANES_STRETCH : count); \
                struct optim_piece piece = optim_piece(step, stretch, from, column, count, change); \
                struct optim_sums sums = {{0}, {0}}; \
                if (!g->factor) { \
                    piece.scale = 1; \
                    OPTIM_ROW(&piece, some, shared, &sums); \
                    all = count; \
                    row += count == left; \
                } else { \
                    do { \
                        piece.scale = g->factor[row]; \
                        OPTIM_ROW(&piece, some, shared, &sums); \
                        optim_move(&piece); \
                        all += count; \
                        row += count == left; \
                    } while (count == g->width && row < g->rows && all + count <= LANES_STRETCH); \
                } \
                optim_owe(&owed, (step)->w + stretch->at + from, all, &sums, stretch->squares); \
                column = count == left ? 0 : column + count; \
                from += all; \
            } \
        } \
        optim_settle(&owed); \
    } while (0)

#endif
