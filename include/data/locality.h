/*
 * locality.h: how alike neighbours are when a row of values is read as an image.
 *
 * The score is Geary's contiguity ratio (R. C. Geary: The contiguity ratio and statistical mapping, The Incorporated
 * Statistician 5, 1954) over a sample of training rows: the mean squared difference of values that are next to each
 * other divided by that of any two values of the same channel of the same row, the mean of both directions, across and
 * down. 1: neighbours are no more alike than others; near 0: they are nearly the same. Of two readings of the same data
 * the lower one is the more likely.
 */
#ifndef DATA_LOCALITY_H
#define DATA_LOCALITY_H

#include "data/dataset.h"
#include "data/reading.h"

/* The score of READING, whose size is that of a row of DATASET, in the order of its source. NaN where nothing can be
 * said: every row is constant. Depends on nothing but data and reading. */
double locality_score(const struct dataset *dataset, const struct reading *reading);

struct locality {
    struct reading reading;
    double score;
};

/* Every plausible reading of DATASET's rows, the most local first: 1 to 4 channels, either order, height and width at
 * least 4, neither more than 4 times the other. Those without a score are left out. Returns how many there are; the
 * first MAX are in LIST. */
int locality_readings(const struct dataset *dataset, struct locality *list, int max);

#endif
