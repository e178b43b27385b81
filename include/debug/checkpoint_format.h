/*
 * checkpoint_format.h: the names that the two halves of a checkpoint, writing and reading, agree upon.
 *
 * The counters and numbers are one table, so that neither half can forget one.
 */
#ifndef DEBUG_CHECKPOINT_FORMAT_H
#define DEBUG_CHECKPOINT_FORMAT_H

#include "debug/session.h"

#define CHECKPOINT_FORMAT    "dnntui 1"
#define CHECKPOINT_SLOT_NAME "optimizer.%s.%s" /* "optimizer.exp_avg.fc1.weight" */
#define CHECKPOINT_NAME_ROOM (LAYER_NAME_MAX + 64)

/* What a checkpoint says in numbers, besides the data's origin. */
struct checkpoint_numbers {
    uint64_t seed, step, epoch, visited, draws, t, batch, threads, whiten_inputs, whiten_targets;
    double lr, clip;
};

/* One row a number: its key, where it stands, and whether it is a whole one. */
struct checkpoint_field {
    const char *key;
    size_t offset;
    bool whole;
};
extern const struct checkpoint_field checkpoint_fields[]; /* ended by a NULL key */

#endif
