/*
 * capture.h: what libraries write to standard error, while a screen stands where it would land.
 */
#ifndef TERM_CAPTURE_H
#define TERM_CAPTURE_H

#include <stdbool.h>

#include "base/err.h"
#include "base/text.h"

int capture_open(struct err *err); /* standard error goes into a pipe from here on */
int capture_fd(void);
bool capture_take(struct text *out); /* adds what came to OUT; false: nothing */
void capture_close(void);          /* standard error is as it was; what was not taken is printed there */
void capture_restore(void);        /* the same; may be called by a signal handler */

#endif
