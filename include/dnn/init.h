/*
 * init.h: the ways to draw the first weights.
 *
 * An initializer fills one weight tensor from (fan_in, fan_out) and a random stream. Biases start at 0, batch norm's
 * scale at 1 and shift at 0, whatever the initializer.
 */
#ifndef DNN_INIT_H
#define DNN_INIT_H

#include "base/args.h"
#include "base/rng.h"
#include "dnn/real.h"
#include "dnn/shape.h"

struct init_run {
    real *w;                  /* [shape]; [out, in] for dense */
    const struct shape *shape;
    int fan_in, fan_out;
    const struct arg_values *args;
    struct rng *rng;
};

struct init_kind {
    const char *name, *summary;
    const struct arg_spec *args;
    void (*fill)(const struct init_run *run);
};

/* An initializer with its arguments: what the network keeps, to make new layers with. */
struct init {
    const struct init_kind *kind;
    struct arg_values args;
};

extern const struct init_kind *const init_kinds[]; /* ended by NULL; the first is the default */
const struct init_kind *init_kind_find(const char *name);

#endif
