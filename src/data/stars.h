/*
 * stars.h: the generator of the known set `stars`. The numbers are a pure function of STARS_SEED; datasets/stars.csv
 * holds the same bytes, for who wants to read them elsewhere.
 */
#ifndef SRC_DATA_STARS_H
#define SRC_DATA_STARS_H

#include "base/text.h"

#define STARS_SEED     1969
#define STARS_SIDE     16  /* pixels across and down */
#define STARS_PICTURES 160

/* Adds the pictures to CSV: a header, then one a line, its pixels row by row and the number of its stars. */
void stars_make(struct text *csv);

#endif
