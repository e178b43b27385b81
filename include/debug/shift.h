/*
 * shift.h: how well images are still classified when they are moved: translation invariance, measured (tip G10).
 *
 * Nothing live is touched: the network is only read, by a program of its own.
 */
#ifndef DEBUG_SHIFT_H
#define DEBUG_SHIFT_H

#include "debug/session.h"

#define SHIFT_ROWS 1000 /* validation rows that are measured, at most */

/* Measures shifts of 0 .. MOST pixels over the first SHIFT_ROWS validation rows. What moves in is 0 in the data's
 * units. Refused where samples are no images or there are no validation rows. */
int shift_measure(struct session *session, int most, struct shift_curve *curve, struct err *err);

#endif
