/*
 * optim.h: the optimizers: loops over flat vectors that know no layer.
 *
 * The update rules are PyTorch's, in PyTorch's order of operations, so that a run can be compared step by step.
 */
#ifndef DNN_OPTIM_H
#define DNN_OPTIM_H

#include <stddef.h>
#include <stdint.h>

#include "base/args.h"
#include "dnn/outer.h"
#include "dnn/real.h"

#define OPTIM_SLOTS     2
#define OPTIM_CONSTANTS 2

/* Sums of squares: of the parameters after an update, and of what it changed; values below 1e-19 may count as 0. */
struct optim_squares {
    double weight, change;
};

/* Parameters of the vectors, from AT on, which are to be updated. */
struct optim_stretch {
    size_t at;
    struct outer g; /* their gradient, clipped already */
    struct optim_squares *squares; /* those of this update are added to it; NULL: nobody asks */
};

struct optim_step {
    const struct arg_values *args;
    double lr;
    uint64_t t;   /* 1 at the first update since the state was cleared */
    real *w;                  /* changed in place */
    real *slot[OPTIM_SLOTS];  /* laid out as w; as many as the kind has */
    const double *constant;   /* what the kind's `prepare` said of this args, lr and t; NULL: not asked yet */
    const struct optim_stretch *stretch; /* [stretches] */
    int stretches;
};

struct optim_kind {
    const char *name, *summary;
    const struct arg_spec *args;
    int slots;
    const char *slot_name[OPTIM_SLOTS]; /* "exp_avg": what a checkpoint calls them; PyTorch's names */
    double lr;                          /* the rate it starts with when the person names none */
    /* Works out what all values of a step share; reads args, lr and t alone. NULL: there is no such thing. */
    void (*prepare)(const struct optim_step *step, double constant[OPTIM_CONSTANTS]);
    void (*update)(const struct optim_step *step);
};

extern const struct optim_kind *const optim_kinds[]; /* ended by NULL; the first is the default */
const struct optim_kind *optim_kind_find(const char *name);

#endif
