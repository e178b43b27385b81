/* clock.h: a steady clock. Nothing that the program computes depends on it but what it says about its own speed. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

/* Nanoseconds of CLOCK_MONOTONIC. */
int64_t clock_now(void);

#endif
