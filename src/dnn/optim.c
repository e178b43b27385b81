/* optim.c: the table of the optimizers. */
#include "dnn/optim.h"

#include <string.h>

#include "optim/kinds.h"

const struct optim_kind *const optim_kinds[] = {&optim_adam,     &optim_adamw,   &optim_sgd,
                                                &optim_momentum, &optim_rmsprop, NULL};

const struct optim_kind *optim_kind_find(const char *name)
{
    for (int i = 0; optim_kinds[i]; i++)
        if (strcmp(optim_kinds[i]->name, name) == 0)
            return optim_kinds[i];
    return NULL;
}
