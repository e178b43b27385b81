/*
 * each.h: how an optimizer goes over its vectors: once, eight parameters at a time, summing the squares of what it
 * stores and of what it changes on the way.
 */
#ifndef DNN_OPTIM_EACH_H
#define DNN_OPTIM_EACH_H

#include "dnn/lanes.h"
#include "dnn/optim.h"

/* A stretch of the parameters: the squares so far, and what they were, from FROM on. */
struct optim_sums {
    reals weight, change;
    real *before; /* [LANES_STRETCH] */
    size_t from;
};

/* Calls SOME(step, i, count, shared, sums) for all of the step's parameters. */
#define OPTIM_EACH(step, some, shared) \
    do { \
        const struct optim_step own = *(step); /* which no store can change */ \
        real before[LANES_STRETCH]; \
        for (size_t from = 0, n; from < own.n; from += n) { \
            struct optim_sums sums = {.before = before, .from = from}; \
            n = own.n - from < LANES_STRETCH ? own.n - from : LANES_STRETCH; \
            size_t whole = from + n / LANES * LANES; \
            for (size_t i = from; i < whole; i += LANES) \
                some(&own, i, LANES, shared, &sums); \
            if (whole < from + n) \
                some(&own, whole, from + n - whole, shared, &sums); \
            optim_add(&own, n, &sums); \
        } \
    } while (0)

/* G <- the gradient of the COUNT parameters from I on. */
KERNEL_BODY void optim_gradient(const struct optim_step *step, size_t i, size_t count, reals *g)
{
    lanes_load(g, step->g + i, count);
    *g *= step->scale;
}

/* Stores W, the COUNT parameters from I on, which were BEFORE. */
KERNEL_BODY void optim_store(const struct optim_step *step, size_t i, size_t count, const reals *before, const reals *w,
                             struct optim_sums *sums)
{
    reals change = *w - *before;
    lanes_store(step->w + i, w, count);
    memcpy(sums->before + (i - sums->from), before, sizeof *before);
    sums->weight += *w * *w;
    sums->change += change * change;
}

/* The squares of the N parameters of a stretch to those of the step. */
KERNEL_BODY void optim_add(const struct optim_step *step, size_t n, struct optim_sums *sums)
{
    double weight, change;
    const real *w = step->w + sums->from;
    if (!step->squares)
        return;
    if (!lanes_total(&sums->weight, &weight))
        weight = lanes_exact(w, 1, n);
    if (!lanes_total(&sums->change, &change)) {
        for (size_t i = 0; i < n; i++)
            sums->before[i] = w[i] - sums->before[i];
        change = lanes_exact(sums->before, 1, n);
    }
    step->squares->weight += weight;
    step->squares->change += change;
}

#endif
