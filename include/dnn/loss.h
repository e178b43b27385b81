/*
 * loss.h: the losses. Each takes what the network puts out (logits, for ce and bce) and targets of the same shape.
 *
 * The definitions and the means are PyTorch's: ce is the mean over rows of -sum(target * log softmax(z)); bce, mse, mae
 * and huber are means over all values. An epoch's loss is the mean over its rows.
 */
#ifndef DNN_LOSS_H
#define DNN_LOSS_H

#include "base/args.h"
#include "dnn/real.h"

struct loss_kind {
    const char *name, *summary;
    const char *unit; /* of the loss: "nats" */
    const struct arg_spec *args;
    int one_of_two; /* 1: two classes are one output (bce) */
    int classes;    /* 1: made for classification; 0: for numbers */
    /* For rows [first, last) of z and target, each [rows, width]: returns the SUM over those rows of the row's loss
     * and, where DZ is not NULL, writes d(mean over ROWS)/dz there. */
    double (*run)(const struct arg_values *args, const real *z, const real *target, int first, int last, int rows,
                  int width, real *dz);
};

struct loss {
    const struct loss_kind *kind;
    struct arg_values args;
};

extern const struct loss_kind *const loss_kinds[]; /* ended by NULL */
const struct loss_kind *loss_kind_find(const char *name);

#endif
