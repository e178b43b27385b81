/*
 * lookup.h: the things of a session that have names: figures (`val.acc`), tensors (`fc1.weight`), statistics of tensors
 * (`fc1.weight.std`), a layer's norms (`fc1.grad.norm`, `fc1.ratio`), and, short for statistics of what a layer puts
 * out, `relu1.dead` and `tanh1.saturated`; numbers that are remembered (remembered.h): `$first`.
 *
 * One table of figures here and one of statistics in tensor.h; completion and help read them.
 */
#ifndef DEBUG_LOOKUP_H
#define DEBUG_LOOKUP_H

#include "debug/session.h"
#include "debug/tensor.h"

struct named_figure {
    const char *name, *summary;
    /* Some figures must be worked out (val.*); hence not a const session. They leave session_hash as it was. */
    int (*get)(struct session *session, double *value, struct err *err);
    bool test; /* it is listed only where the data has official test rows */
};
extern const struct named_figure named_figures[]; /* ended by a NULL name */

enum named_type { NAMED_NUMBER, NAMED_TENSOR, NAMED_HISTOGRAM }; /* a histogram: of `tensor` */
struct named {
    enum named_type type;
    double number;
    struct tensor tensor;
};

/* Finds NAME; the error names the nearest that exists. */
int lookup(struct session *session, const char *name, struct named *named, struct err *err);

/* The tensor NAME alone, as `lookup` finds it; works nothing out. */
int lookup_tensor(const struct session *session, const char *name, struct tensor *tensor, struct err *err);

/* Where the tensor NAME lies, written or not; OP becomes the op of the training program behind which it is whole, -1
 * for parameters and statistics, which are there always. The session has a network. False: there is none of that
 * name. */
bool lookup_locate(const struct session *session, const char *name, struct tensor *tensor, int *op);

/* STATISTIC of TENSOR, which is called NAME, for a message. */
int lookup_statistic(const struct tensor *tensor, const struct tensor_statistic *statistic, const char *name,
                     struct named *named, struct err *err);

/* Adds every name that lookup takes now and that begins with PREFIX, one a line, to OUT (for completion). */
void lookup_names(const struct session *session, const char *prefix, struct text *out);

#endif
