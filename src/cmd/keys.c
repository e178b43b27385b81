/* keys.c: keys that type a line. */
#include <stddef.h>

#include "cmd/console.h"

const struct key_binding key_bindings[] = {
    {"F1", "help", "list the commands"},
    {"F2", "step", "run one step"},
    {"F3", "stepi", "run one op"},
    {"F4", "epoch", "run one epoch"},
    {"F5", "run", "train until stopped"},
    {"F6", "stop", "stop the run"},
    {"F7", "plot loss", "plot the loss"},
    {"F8", "plot grad", "plot the gradient norms"},
    {NULL, NULL, NULL},
};
