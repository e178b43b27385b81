/*
 * score.h: accuracy of a classification, R2 of a regression.
 *
 * R2 = 1 - sum (y - prediction)^2 / sum (y - mean y)^2. For an evaluation the mean is that of the rows evaluated; for
 * one training batch it is that of all training rows, with their variance, so that a batch of one row has a score too.
 */
#ifndef DEBUG_SCORE_H
#define DEBUG_SCORE_H

#include "debug/session.h"

/* The score of the batch whose forward pass the training program has run. */
double score_batch(const struct session *session);

/* Adds the ROWS rows that PROGRAM, which evaluates the session's network, has run to the sums of EVALUATION. */
void score_add(const struct session *session, const struct program *program, int rows, struct evaluation *evaluation);

/* The score from the finished sums. */
double score_evaluation(const struct session *session, const struct evaluation *evaluation);

#endif
