/*
 * schedule.h: how the learning rate falls by itself: a pure function of how many steps and epochs are done.
 *
 * So the rate of a step is the same whenever it is gone back to, resumed or replayed; nothing is carried from step to
 * step. A rate that a person sets on the way becomes the new BASE, and the fall goes on from there.
 */
#ifndef DNN_SCHEDULE_H
#define DNN_SCHEDULE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/text.h"

#define SCHEDULE_POINTS 16

enum schedule_kind {
    SCHEDULE_NONE,
    SCHEDULE_STEP,  /* times `factor` with every step */
    SCHEDULE_EPOCH, /* with every epoch */
    SCHEDULE_AT,    /* times the factor of each point once so many steps are done */
    SCHEDULE_COSINE /* (1 + cos(pi x)) / 2, x from 0 to 1 in `steps` from `begin`; 0 after that (SGDR without restarts,
                       Loshchilov and Hutter 2016, arXiv:1608.03983, equation 5) */
};

struct schedule {
    enum schedule_kind kind;
    double base;         /* the rate at step `from_step` of epoch `from_epoch` */
    uint64_t from_step;
    uint32_t from_epoch;
    double factor;
    uint64_t begin, steps; /* of SCHEDULE_COSINE */
    int points;
    struct {
        uint64_t step;
        double factor;
    } point[SCHEDULE_POINTS]; /* steps ascend */
};

/* The rate of the update after STEP steps, in epoch EPOCH; neither before where it begins. */
double schedule_rate(const struct schedule *schedule, uint64_t step, uint32_t epoch);

/* Goes on from STEP and EPOCH with RATE as the rate there. */
void schedule_rebase(struct schedule *schedule, double rate, uint64_t step, uint32_t epoch);

/* As if training began anew at step 0 with RATE. */
void schedule_restart(struct schedule *schedule, double rate);

/* Reads "0.9995 per step", "0.9 per epoch", "at 300:0.1,3000:0.1", "cosine 1000" or "off", which begins at STEP and
 * EPOCH with RATE. ERR_USAGE; a point that is not behind STEP is refused. */
int schedule_parse(const char *words, double rate, uint64_t step, uint32_t epoch, struct schedule *schedule,
                   struct err *err);

/* Adds the words that are read back as the same. */
void schedule_print(const struct schedule *schedule, struct text *out);

/* All of it in one line, for a file, and back: ERR_DATA. */
void schedule_write(const struct schedule *schedule, struct text *out);
int schedule_read(const char *line, struct schedule *schedule, struct err *err);

#endif
