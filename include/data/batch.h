/*
 * batch.h: the order in which training rows are visited.
 *
 * The order of an epoch is a pure function of (seed, epoch), so the data cursor is two numbers and nothing else need be
 * saved. The last batch of an epoch may be smaller; no row is left out and none comes twice.
 */
#ifndef DATA_BATCH_H
#define DATA_BATCH_H

#include <stdint.h>

#include "base/err.h"
#include "data/dataset.h"

struct batch_order {
    int *row;  /* [rows] row numbers of the dataset in the order of `epoch` */
    int rows;
    uint64_t seed;
    uint32_t epoch;
};

/* The order of epoch 0 over the training rows of DATASET. */
int batch_order_open(struct batch_order *order, const struct dataset *dataset, uint64_t seed, struct err *err);
int batch_order_copy(struct batch_order *copy, const struct batch_order *order, struct err *err);
void batch_order_close(struct batch_order *order);

/* Makes ORDER that of (SEED, EPOCH). Allocates nothing. */
void batch_order_set(struct batch_order *order, const struct dataset *dataset, uint64_t seed, uint32_t epoch);

#endif
