/* evaluate.h: the validation rows' evaluation, piece by piece, for who runs towards a goal (run.c). */
#ifndef SRC_DEBUG_EVALUATE_H
#define SRC_DEBUG_EVALUATE_H

#include "debug/session.h"

/* Begins one, if there are such rows. */
void evaluation_start(struct session *session);

/* The next rows of the one under way; behind the last its figures are recorded. */
void evaluation_piece(struct session *session);

#endif
