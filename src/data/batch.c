/* batch.c: the training rows, shuffled anew for every epoch from the same start, so no epoch depends on another. */
#include "data/batch.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"

static int take_rows(struct batch_order *order, struct err *err)
{
    order->row = malloc((size_t)order->rows * sizeof *order->row);
    if (!order->row)
        return err_set(err, ERR_MEMORY, "out of memory for the order of %d rows", order->rows);
    return 0;
}

int batch_order_open(struct batch_order *order, const struct dataset *dataset, uint64_t seed, struct err *err)
{
    *order = (struct batch_order){.rows = dataset->trains};
    if (take_rows(order, err))
        return -1;
    batch_order_set(order, dataset, seed, 0);
    return 0;
}

int batch_order_copy(struct batch_order *copy, const struct batch_order *order, struct err *err)
{
    *copy = *order;
    if (take_rows(copy, err))
        return -1;
    memcpy(copy->row, order->row, (size_t)order->rows * sizeof *copy->row);
    return 0;
}

void batch_order_close(struct batch_order *order)
{
    free(order->row);
    *order = (struct batch_order){0};
}

void batch_order_set(struct batch_order *order, const struct dataset *dataset, uint64_t seed, uint32_t epoch)
{
    assert(order->rows == dataset->trains);
    order->seed = seed;
    order->epoch = epoch;
    memcpy(order->row, dataset->train, (size_t)order->rows * sizeof *order->row);
    struct rng rng = rng_start(seed, RNG_SHUFFLE, epoch, 0);
    rng_shuffle(&rng, order->row, (size_t)order->rows);
}
