/* standing.h: where training stands, in one line for a person. */
#ifndef TERM_STANDING_H
#define TERM_STANDING_H

#include "debug/session.h"

/* Adds "step 1,350 (epoch 30), loss 0.00136, validation loss 0.129, validation accuracy 0.975" to OUT, as far as there
 * are figures; no newline. */
void standing_add(const struct session *session, struct text *out);

#endif
