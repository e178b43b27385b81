/*
 * gradcheck_twin.h: the double-precision twin of a network: the same layers, loss, weights and rows, computed by the
 * engine compiled in double.
 *
 * The program has two engines: the float one that trains, and a private one in double that only this header reaches
 * (src/debug/gradcheck_twin.c says how). Only types that do not depend on the engine's `real` cross the border. A
 * topology does; its kinds are those of the float engine, and the twin takes its own of the same names.
 */
#ifndef DEBUG_GRADCHECK_TWIN_H
#define DEBUG_GRADCHECK_TWIN_H

#include <stdint.h>

#include "base/args.h"
#include "base/err.h"
#include "dnn/net.h"

struct gradcheck_twin;

/* What the twin is made of. Everything is copied. */
struct gradcheck_twin_plan {
    const struct topology *top;
    const struct shape *in;           /* of a sample */
    const char *loss;                 /* its kind's name */
    const struct arg_values *loss_args;
    int rows;
    const double *x, *target;         /* [rows, in], [rows, out] */
    uint64_t seed, draw;              /* what dropout draws by: the same factors as the float engine's step */
    int threads;
};

/* NULL on failure. The parameters are at their fill values: gradcheck_twin_parameter is for writing them. */
struct gradcheck_twin *gradcheck_twin_open(const struct gradcheck_twin_plan *plan, struct err *err);
void gradcheck_twin_close(struct gradcheck_twin *twin);

/* The values of parameter window K, in the order of the float network's windows. */
double *gradcheck_twin_parameter(struct gradcheck_twin *twin, int k);

/* The training loss of the rows, as the parameters are now: batch norm by the batch's statistics, dropout drops. */
double gradcheck_twin_loss(struct gradcheck_twin *twin);

/* Computes loss and gradient; the values for window K then stand until the next call. */
void gradcheck_twin_backward(struct gradcheck_twin *twin);
const double *gradcheck_twin_gradient(const struct gradcheck_twin *twin, int k);

#endif
