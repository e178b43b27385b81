/*
 * checkpoint_format.h: the names that the two halves of a checkpoint, writing and reading, agree upon.
 *
 * The counters and numbers are one table, so that neither half can forget one.
 */
#ifndef DEBUG_CHECKPOINT_FORMAT_H
#define DEBUG_CHECKPOINT_FORMAT_H

#include "debug/session.h"
#include "io/safetensors.h"

#define CHECKPOINT_FORMAT    "dnntui 1"
#define CHECKPOINT_SLOT_NAME "optimizer.%s.%s" /* "optimizer.exp_avg.fc1.weight" */
#define CHECKPOINT_SQUASH    "data.squash"     /* [features] C; absent: nothing is squashed */
#define CHECKPOINT_CLIP      "data.clip"       /* "LOW HIGH"; absent: values are not clipped */
#define CHECKPOINT_DECAY     "decay"           /* as schedule_write says; absent: the rate does not fall */
#define CHECKPOINT_NAME_ROOM (LAYER_NAME_MAX + 64)

/* What a checkpoint says in numbers, besides the data's origin. */
struct checkpoint_numbers {
    uint64_t seed, step, epoch, visited, draws, t, batch, threads, whiten_inputs, whiten_targets;
    double lr, clip;
};

/* One row a number: its key, where it stands, whether it is a whole one, and then the greatest that is legal. */
struct checkpoint_field {
    const char *key;
    size_t offset;
    bool whole;
    uint64_t most;
};
extern const struct checkpoint_field checkpoint_fields[]; /* ended by a NULL key */

/* The string KEY of FILE; NULL, and ERR filled, when there is none. */
const char *checkpoint_need(const struct safetensors *file, const char *key, struct err *err);

/* All of checkpoint_fields, each in its range. */
int checkpoint_read_numbers(const struct safetensors *file, struct checkpoint_numbers *numbers, struct err *err);

/* Where the data came from and how they were read, and their hash then. */
int checkpoint_read_origin(const struct safetensors *file, struct data_origin *origin, uint64_t *hash,
                           struct err *err);

#endif
