/*
 * program.h: a training step as a flat list of ops with a cursor.
 *
 *     gather, fwd fc1, fwd relu1, ..., loss, bwd out, ..., bwd fc1, reduce, update fc1, ..., update out
 *
 * That list is what the debugger walks: `step` runs to its end, `stepi` one op. A program holds what one batch needs
 * (activations, their gradients, the threads' parameter gradients); the network and the optimizer's state are lent to
 * it. A forward-only program, for evaluation, is the same list up to the loss, in evaluation mode.
 *
 * Running op by op and running at full speed give the same bits: the partition of the rows, or of a layer's units where
 * it has many for the rows of a batch, depends on the plan, the number of rows, the ranks and the kind of processor
 * only, and reductions go by rank. While ops run, floats too small for full precision count as 0 (for the double of
 * gradient checks they do not).
 */
#ifndef DNN_PROGRAM_H
#define DNN_PROGRAM_H

#include <stdbool.h>
#include <stdint.h>

#include "dnn/loss.h"
#include "dnn/net.h"
#include "dnn/optim.h"
#include "dnn/team.h"

enum op_code { OP_GATHER, OP_FORWARD, OP_LOSS, OP_BACKWARD, OP_REDUCE, OP_UPDATE };

struct op {
    enum op_code code;
    int layer; /* of FORWARD, BACKWARD, UPDATE; else -1 */
    int parts;
    bool meet;      /* all threads meet before it */
    void (*pass)(const struct layer_run *run, int part); /* of FORWARD and BACKWARD: the kind's */
    int straight;   /* passes from this one on between which nothing is to be done; 0: no pass, or in parts */
    int joined;     /* ops from this one on that a thread goes through ROWS of its rows at a time; 1: no other */
    int rows;
    double flops;   /* for a full batch */
    char name[LAYER_NAME_MAX + 8]; /* "fwd fc1": what `list` shows and `break at` takes */
};

/* Where samples come from: writes rows [first, last) of the batch: x is [rows, in], y is [rows, out]. Called by every
 * thread for its own rows. */
struct program_source {
    void (*gather)(void *context, int first, int last, real *x, real *y);
    void *context;
};

/* The optimizer and its state, one set of flat vectors laid out as the network's parameters. */
struct optimizer {
    const struct optim_kind *kind;
    struct arg_values args;
    double lr;
    double clip; /* the greatest global norm of the gradient; 0: no clipping */
    uint64_t t;  /* updates since the state was cleared */
    real *slot[OPTIM_SLOTS]; /* [net->size] each, NULL beyond kind->slots */
};

/* Norms of one layer's parameters, as of the last step that got there. */
struct layer_norms {
    double weight;   /* after the update */
    double gradient; /* before clipping */
    double update;   /* of the change made */
};

/* Looks at what ops have written while a job goes on, for values that are not finite: the run ends behind the first op
 * that it does not let pass. Every thread, RANK of RANKS, calls it to look at its part of what OP has written, while
 * others may still be writing theirs: of what is by rows program_part, of gradients in parts its own. It may be called
 * for ops behind the one where the run ends, and is not for those that hand on what came in (LAYER_FINITE). SUMMED:
 * what backward leaves of parameters' gradients needs no look, since their norm gets one behind `reduce`. */
struct program_guard {
    bool (*passes)(void *context, int op, int rank, int ranks, bool summed);
    void *context;
};

struct program;

enum program_mode { PROGRAM_TRAIN, PROGRAM_EVALUATE };

/* Plans a program for at most ROWS rows a batch. NET, TEAM and SOURCE's context must outlive it. Evaluation takes no
 * memory for gradients. NULL on failure; the message holds the figure when memory is short. */
struct program *program_open(struct net *net, const struct loss *loss, enum program_mode mode, int rows,
                             struct team *team, struct program_source source, struct err *err);
void program_close(struct program *program);

/* Bytes that program_open would take, without taking them. */
size_t program_bytes(const struct net *net, enum program_mode mode, int rows, int ranks);

/* Puts PROGRAM where FROM stands: the batch begun, the cursor, and all that the ops so far have written. Both were
 * opened alike: for networks of the same topology, the same mode, rows and team. The network's own vectors are not
 * copied. */
void program_copy(struct program *program, const struct program *from);

/* Begins a batch of ROWS rows: the cursor goes to the first op. DRAW numbers the training steps, for dropout. */
void program_begin(struct program *program, int rows, uint64_t seed, uint64_t draw);

/* Has GUARD look at what the runs to come write, which are the same without; NULL: nobody. It is lent. */
void program_set_guard(struct program *program, const struct program_guard *guard);

/* Runs ops from the cursor up to END (not included). OPTIMIZER may be NULL for evaluation. Stops by itself after the
 * reduce op, before any weight is overwritten, when the loss or a gradient is not finite and STOP_NONFINITE is set, and
 * where the guard lets something not pass. Returns the cursor. */
int program_run(struct program *program, struct optimizer *optimizer, int end, bool stop_nonfinite);

int program_cursor(const struct program *program);
int program_ops(const struct program *program);
const struct op *program_op(const struct program *program, int i);
int program_reduce(const struct program *program); /* the index of the reduce op of a training program */
int program_rows(const struct program *program);       /* of the batch begun */
int program_rows_max(const struct program *program);
int program_ranks(const struct program *program);      /* threads that share a step: 1 for a small network */
double program_flops(const struct program *program);   /* of a whole step with a full batch */

/* What a batch has shown, once its ops have run. */
double program_loss(const struct program *program);     /* mean over rows */
bool program_nonfinite(const struct program *program);  /* the loss or a gradient norm is NaN or infinite */
bool program_weights_finite(const struct program *program); /* after the last update */
/* What is thread RANK's to look at of what OP writes for each row: rows [first, last), and of each all or, where COUNT
 * is not 0, the values [from, from + count) of its units. */
struct program_part {
    int first, last, from, count;
};
struct program_part program_part(const struct program *program, int op, int rank);

/* Whether what thread RANK has summed in OP is finite: its rows' loss, its share's squares of gradients, or of weights.
 * Other ops sum nothing. */
bool program_sums_finite(const struct program *program, int op, int rank);
double program_gradient_norm(const struct program *program);
double program_layer_gradient_norm(const struct program *program, int layer);
const struct layer_norms *program_norms(const struct program *program, int layer);

/* The tensors of a batch. Row i of out(l) starts at i * shape_size(out). Layer -1 is the input. */
const real *program_out(const struct program *program, int layer);
const real *program_out_gradient(const struct program *program, int layer); /* NULL in evaluation */
const real *program_target(const struct program *program);
const real *program_gradient(const struct program *program); /* [net->size]: the sum over threads, after reduce */

/* Whether backward leaves each thread's part of the gradient of LAYER's parameters, net->size values behind that of the
 * thread before, for `reduce` to add up; else it is whole at once. */
bool program_in_parts(const struct program *program, int layer);

#endif
