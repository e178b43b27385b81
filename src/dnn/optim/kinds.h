/* kinds.h: the rows that optim.c lists, from the files beside this one. */
#ifndef DNN_OPTIM_KINDS_H
#define DNN_OPTIM_KINDS_H

#include "dnn/optim.h"

extern const struct optim_kind optim_adam, optim_adamw, optim_sgd, optim_momentum, optim_rmsprop;

/* The same argument of every optimizer, with its own preset. */
#define OPTIM_WEIGHT_DECAY(value) \
    {.name = "weight_decay", .type = ARG_NUMBER, .min = 0, .max = 1, .preset = value, \
     .summary = "pull of every parameter towards 0"}

#endif
