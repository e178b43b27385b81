/*
 * layer.h: what a kind of layer is, and what one sees when it runs.
 *
 * A kind is a const row at the end of its own short file in src/dnn/layers/; layer_kinds lists the rows. A kind knows
 * shapes, parameters and the two passes. It knows nothing of optimizers, initializers, losses or its neighbours.
 *
 * Work is shared by rows: a team of threads calls forward (or backward) at once, each for its own rows [first, last).
 * A kind whose rows mix, such as batch norm, says in how many parts it runs: between two parts all threads meet, and
 * what they reduce they add up in the order of their ranks, so that the bits do not depend on who came first.
 * Nobody waits between forward and backward: what a last part reads of other threads, a first part must not write;
 * between two steps all meet. `partial` is the layer's own. With training unset, `saved` and `partial` may be NULL.
 *
 * A kind flagged LAYER_BY_UNITS may be asked to share its units instead, in whole groups of LAYER_GROUP; all meet
 * before and after it. What a thread reads of a weight, forward and backward, are then its own units, which stay in its
 * cache, so it can tell only their part of dx. Where dx is asked for, backward has one part more: part 0 leaves each
 * thread's dx in `partial`, which has room for it, and the last part adds them up, for the rows [sum_first, sum_last),
 * which are the caller's where rows are shared: an op that goes on by rows need not wait.
 */
#ifndef DNN_LAYER_H
#define DNN_LAYER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/args.h"
#include "base/err.h"
#include "dnn/outer.h"
#include "dnn/product.h"
#include "dnn/real.h"
#include "dnn/shape.h"

#define LAYER_NAME_MAX   24
#define LAYER_TENSORS    4 /* tensors of one sort (parameters, statistics, saved) that one layer may have */
#define LAYER_THREADS    64
#define LAYER_PRODUCTS   3 /* matrix products that one layer makes of its tensors as they lie */
#define LAYER_GROUP      16 /* units that no two threads share, as kernels take them */

enum layer_flag {
    LAYER_ACTIVATION = 1 << 0, /* keeps the shape, no parameters: what `activation` swaps and `out` takes */
    LAYER_NORM = 1 << 1,       /* what `bn on` inserts */
    LAYER_DROPOUT = 1 << 2,    /* drops in training only: what `dropout` inserts and takes away */
    LAYER_WEIGHTED = 1 << 3,   /* has a weight that `init` draws */
    LAYER_RECTIFIER = 1 << 4,  /* a unit of it is dead when its output is 0 for every row */
    LAYER_SATURATES = 1 << 5,  /* flat on both sides: sigmoid, tanh */
    LAYER_BY_UNITS = 1 << 6,   /* can share its units among threads instead of the rows (layer_run.by_units) */
    LAYER_BY_PLACES = 1 << 7,  /* likewise, but that pays only where there are fewer rows than threads */
    LAYER_FINITE = 1 << 8,     /* no tensors of its own; what comes in finite goes out so, both ways */
};

struct layer {
    const struct layer_kind *kind;
    char name[LAYER_NAME_MAX]; /* "fc1": kind and count, or "out"; kept when the network is edited */
    struct arg_values args;    /* numbers and sizes only: no layer argument is text */
    struct shape in, out;      /* filled when the network is planned */
};

/* A tensor that a layer declares: its name after the layer's ("weight"), its shape, and for a weight how many inputs
 * feed a unit and how many units an input feeds. */
enum tensor_role { TENSOR_WEIGHT, TENSOR_BIAS, TENSOR_SCALE, TENSOR_STATISTIC };

struct tensor_spec {
    const char *name;
    enum tensor_role role;
    struct shape shape;
    int fan_in, fan_out;
    real fill; /* what it starts with, where no initializer applies */
};

/* What a kind needs; the counts are read by the planner, once the shapes are known. */
struct layer_needs {
    struct tensor_spec param[LAYER_TENSORS]; /* trained; each has a gradient */
    int params;
    struct tensor_spec stat[LAYER_TENSORS]; /* kept with the weights, not trained: running mean and variance */
    int stats;
    size_t saved_per_row[LAYER_TENSORS]; /* values a row that forward leaves for backward */
    size_t saved[LAYER_TENSORS];         /* values a batch, likewise; a slot is sized by rows or as a whole */
    size_t partial;                      /* values a thread for sums that are reduced between parts of rows */
    size_t scratch;                      /* values a thread that last one call, shared with the other layers */
};

/* What is drawn in a step hangs on. */
struct layer_draw {
    uint64_t seed, step; /* STEP: which training step this is */
};

struct layer_run {
    const struct layer *layer;
    bool training;    /* dropout drops, batch norm uses and updates the batch's statistics */
    int in, out;      /* values a row */
    int rows;         /* of the whole batch */
    int first, last;  /* the caller's own rows */
    int sum_first, sum_last; /* the same, also where units are shared */
    int unit, units;  /* the first unit, and how many: all, or where they are shared the caller's */
    int rank, ranks;  /* the caller, and how many share the work */
    bool by_units;    /* of a kind that may: what is shared are the units, of all rows; then [first, last) are all, and
                         `grad` is one for all threads, each writes its units' */
    bool owed;        /* backward leaves `grad` as it is: the kind's `gradient` is asked instead */
    const real *x;    /* [rows, in] */
    real *y;          /* [rows, out]; written by forward, read by backward */
    real *dx;         /* [rows, in], d loss / d x; NULL where nobody asks (the first layer) */
    const real *dy;   /* [rows, out], d loss / d y */
    const real *param[LAYER_TENSORS];
    real *grad[LAYER_TENSORS]; /* the caller's own sums over its own rows; overwritten, not added to */
    real *stat[LAYER_TENSORS];
    real *saved[LAYER_TENSORS];
    real *partial;          /* [ranks, partial, or rows * in]: every thread's; slot `rank` is the caller's */
    size_t partial_stride;  /* values from one thread's slot to the next, a whole number of cache lines */
    real *scratch;          /* [scratch]: the caller's own, always there; holds anything when a call begins */
    const struct layer_draw *draw; /* for dropout */
    uint32_t stream;        /* for dropout: tells one layer from another */
    struct product product[LAYER_PRODUCTS]; /* the kind's, made ready by its `ready` */
};

struct layer_kind {
    const char *name;    /* what a person types: "dense" */
    const char *stem;    /* what layers of it are called: "fc" */
    const char *summary; /* one line, with the formula */
    const struct arg_spec *args;
    unsigned flags;
    int forward_parts, backward_parts; /* 1 unless rows mix */
    int plenty; /* a higher first argument seldom pays; 0: that is not known. Never a limit */
    /* Sets layer->out from layer->in and the arguments; refuses a shape it cannot take, in words that say which shape
     * came and what is needed (the caller puts the layer's name before them). NULL: out is in. */
    int (*plan)(struct layer *layer, struct err *err);
    /* Declares tensors; NULL: none. NEEDS comes zeroed. */
    void (*needs)(const struct layer *layer, struct layer_needs *needs);
    /* Floating-point operations of forward for one row; backward is counted as twice that. NULL: one a value. */
    double (*flops)(const struct layer *layer);
    /* Makes ready what hangs on the rest of RUN; asked before the first pass and when rows or units change. All of a
     * thread's rows then go through together, never some of them. NULL: nothing does. */
    void (*ready)(struct layer_run *run);
    void (*forward)(const struct layer_run *run, int part);
    void (*backward)(const struct layer_run *run, int part);
    /* Of a batch of one row: a piece of the parameters' gradient, from value AT on, counted from grad[0] with the gaps
     * between parameters. Lets a step do without a gradient in memory that is larger by far than the vectors that it is
     * the product of. NULL: cannot. */
    struct outer (*gradient)(const struct layer_run *run, size_t at);
};

extern const struct layer_kind *const layer_kinds[]; /* ended by NULL */

/* The kind called NAME, or NULL. */
const struct layer_kind *layer_kind_find(const char *name);

/* Reads "dense 64 bias=off" (already split into words) into LAYER: kind and arguments; no name, no shapes. */
int layer_parse(int count, char *const words[], struct layer *layer, struct err *err);

#endif
