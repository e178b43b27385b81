/*
 * program_body.h: what a program is made of, for the files that share it: program.c, which plans a step and answers
 * questions about it, sharing.c, which says who does what of it, execute.c and guarded.c, which run it, and
 * parameters.c, where it goes over parameters. Nobody else looks inside.
 */
#ifndef DNN_PROGRAM_BODY_H
#define DNN_PROGRAM_BODY_H

#include "dnn/program.h"
#include "dnn/sweep.h"

struct sums {
    /* of one thread's share of one layer; aligned so that a whole number of them fills a cache line */
    _Alignas(32) double gradient; /* squares */
    struct optim_squares update;
    double before; /* GRADIENT before the last `reduce` */
};

/* A stretch [first, last) of the vectors. */
struct stretch {
    size_t first, last;
};

/* A thread's share of a layer's parameters, with the gaps between them, whose zeros no optimizer changes. */
struct share {
    struct stretch own;
    bool in_pieces; /* in a batch of one row it is gone over piece by piece (parameters.c) */
};

/* What one thread alone writes; a whole number of cache lines. */
struct lane {
    _Alignas(ARENA_ALIGN) double loss; /* sum over its rows */
    double clip;                       /* what it multiplies gradients by */
    double gradient, weight;           /* squares of its share of the gradient, and of what was updated since */
    double before;                     /* GRADIENT before the last `reduce` */
    bool halt;
    _Atomic int found; /* the first op that the guard has not let pass, of what this thread looks at */
    int end;     /* where the last job has come to; all say the same */
    int first, last; /* the rows that are its own */
};

struct program {
    struct net *net;
    struct loss loss;
    enum program_mode mode;
    struct team *team;
    struct program_source source;
    int ranks, rows_max, rows, cursor;
    struct layer_draw draw;
    int aimed;                       /* the rows that the layers' runs are set for */
    bool owing;                      /* gradients that need not be in memory (parameters.c) are not */
    struct op *op;
    int ops, reduce;                 /* REDUCE: which op that is */
    double flops;

    real *x, *target;                /* [rows_max, in], [rows_max, out] */
    real **out, **out_gradient;      /* by layer: [rows_max, size] */
    real *(*saved)[LAYER_TENSORS];   /* by layer */
    real **partial;                  /* by layer */
    size_t *partial_stride;
    struct layer_run *run;           /* [ranks, layers]: what a layer sees of the batch begun */
    struct share *share;             /* [ranks, layers] */
    struct optim_stretch *stretch;   /* [ranks, layers] by update, as their gradients lie in memory */
    struct sweep_part *part;         /* likewise */
    bool in_pieces;                  /* some shares are */
    bool small, small_ce;            /* the passes may go in one go (small.c); the loss is cross-entropy */
    real *scratch;                   /* [ranks, scratch_stride]: what a layer needs during one call */
    size_t scratch_stride;
    real *gradient;                  /* [ranks, net->size] */
    struct lane *lane;               /* [ranks] */
    struct sums *sums;               /* [ranks, sums_stride] by layer */
    size_t sums_stride;
    struct layer_norms *norms;       /* by layer: what program_norms hands out */
    struct arena arena;

    const struct program_guard *guard; /* NULL: none */

    /* the job under way */
    struct optimizer *optimizer;
    double constant[OPTIM_CONSTANTS]; /* the optimizer's, of its present t */
    struct optim_step step;           /* what all updates of it share */
    int end;
    bool stop_nonfinite;
    bool summed; /* the guard need not look at parameters' gradients */
};

/* Of the whole gradient. */
static inline double gradient_squares(const struct program *program)
{
    double squares = 0;
    for (int rank = 0; rank < program->ranks; rank++)
        squares += program->lane[rank].gradient;
    return squares;
}

/* A thread at work, and its own of all that is kept by rank. */
struct worker {
    struct program *program;
    int rank;
    struct lane *lane;
    const struct layer_run *run; /* by layer, and the others */
    const struct share *share;
    const struct optim_stretch *stretch;
    const struct sweep_part *part;
    struct sums *sums;
};

/* --- execute.c */

/* WORKER's share of OP, which is no update. */
void execute_op(const struct worker *worker, const struct op *op);

/* WORKER's share of the loss. */
void execute_loss(const struct worker *worker);

/* All threads meet here. */
void execute_meet(const struct worker *worker);

/* Has all threads run the job under way. */
void execute_job(struct program *program);

/* --- small.c */

/* Whether the passes of PROGRAM, forward, loss and backward, may go in one go. */
bool small_fits(const struct program *program);

/* All of them, and what `reduce` does first; only of a program that they fit. */
void small_passes(const struct worker *worker);

/* --- guarded.c */

/* WORKER's share of the ops from BEGIN on, before *END and the updates; returns the one behind. Where one is not let
 * pass that is the one behind it, and *END, too. */
const struct op *guarded_ops(const struct worker *worker, const struct op *begin, const struct op **end);

/* Of the updates OP up to END; likewise. */
const struct op *guarded_updates(const struct worker *worker, const struct op *op, const struct op *end);

/* Runs the job under way with its guard. */
void guarded_run(struct program *program);

/* --- parameters.c */

/* Less than the square of the largest float: what the sum of a product's squares may be, to be that of its factors. */
#define OUTER_HELD 1e76

/* Says once what RANK's share of the parameters is, for the two below; shares are there. */
void parameters_ready(struct program *program, int rank);

/* WORKER's share of what `reduce` does first. */
void parameters_reduce(const struct worker *worker);

/* WORKER's share of the updates UPDATE up to END. */
void parameters_update(const struct worker *worker, const struct op *update, const struct op *end);

/* Whether gradients that need not be in memory are left out of it, in the steps to come. */
void program_owe(struct program *program, bool owing);

/* Puts the gradients that are owed into memory, as they would stand there. */
void program_settle(struct program *program);

/* --- sharing.c */

/* How many of RANKS threads share a step of ROWS rows: one, where more would not make it quicker. For tests: all where
 * the environment holds DNNTUI_ALL_THREADS. */
int sharing_ranks(const struct net *net, enum program_mode mode, int rows, int ranks);

/* Whether the threads share the units of layer I, or its places, not the rows. This and the next look at the program's
 * net, mode, ranks and rows_max alone, as does who measures a program that is not there. */
bool sharing_by_units(const struct program *program, int i);

/* Whether the threads' parts of what layer I passes back are added up (layer.h). */
bool sharing_adds_parts(const struct program *program, int i);

/* Whether the threads meet before OP, the last of those that there are: where it, or the one before, is not shared by
 * rows; behind parts that have been added up, rows are shared again. */
bool sharing_meets(const struct program *program, const struct op *op);

/* The share of rank RANK of N things, in whole groups of EACH but the last: [*first, *last). */
void sharing_part(size_t n, size_t each, int rank, int ranks, size_t *first, size_t *last);

/* What of the parameters of LAYER is RANK's; the layer's runs are there. */
struct share sharing_of(const struct program *program, int layer, int rank);

/* Sets which units are RUN's. */
void sharing_units(const struct program *program, struct layer_run *run);

/* Sets what of the layers' runs depends on the batch begun. */
void sharing_aim(struct program *program);

#endif
