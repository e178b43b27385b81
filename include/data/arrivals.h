/*
 * arrivals.h: rows that come later, from another file, as the features that a dataset has: the same columns by name,
 * the same categories, missing values filled as those of the dataset were. Values are raw, as a dataset's are.
 */
#ifndef DATA_ARRIVALS_H
#define DATA_ARRIVALS_H

#include "data/dataset.h"

struct arrivals {
    int rows;
    float *x;    /* [rows, features] in the dataset's order */
    float *y;    /* [rows] as in the dataset; NaN: missing, or of no class that the dataset has. NULL: no target */
    int missing; /* cells that were filled */
    int words;   /* cells of text that the dataset never met: none of the categories is set */
    int labels;  /* targets of no class that the dataset has */
};

/* Reads SOURCE: a known set, a table (with the dataset's choices of delimiter and header), or an array of samples. Of a
 * table without a header columns go by their place, with the target or without. On failure nothing is taken. ERR_DATA:
 * a column is not there, or holds text where DATASET has numbers; samples are of another size. */
int arrivals_open(struct arrivals *arrivals, const struct dataset *dataset, const char *source, struct err *err);
void arrivals_close(struct arrivals *arrivals);

#endif
