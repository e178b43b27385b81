/*
 * standing.h: how far a network has got, on a scale that losses, tasks and units do not matter to. Private to this
 * folder.
 */
#ifndef DEBUG_DOCTOR_STANDING_H
#define DEBUG_DOCTOR_STANDING_H

#include "debug/session.h"

/* How the network stands on some rows. */
struct standing {
    double loss;    /* mean over the rows */
    double score;   /* accuracy, or R2 */
    double reached; /* of the way from the best constant answer (0) to the perfect one (1); -1 at least, and where a
                       figure is not finite */
};

enum standing_mode {
    STANDING_EVALUATE, /* as validation does it */
    STANDING_ZEROED,   /* the same with all features at 0 */
    STANDING_TRAIN     /* as training does: batch norm by the rows' own statistics, dropout drops; nothing is kept */
};

/* Finds out how SESSION stands on ROW [rows], rows of its dataset. Changes nothing. -1: no memory. */
int standing_of(struct session *session, const int *row, int rows, enum standing_mode mode, struct standing *standing,
                struct err *err);

/* What SESSION answers in evaluation for the first of ROW [rows], all of them being one batch: ANSWER [width]. */
int standing_answer(struct session *session, const int *row, int rows, real *answer, struct err *err);

/* The mean loss over ROW [rows] of the best answer that is the same for all rows, in the units of SESSION's loss. */
double standing_constant_loss(const struct session *session, const int *row, int rows);

#endif
