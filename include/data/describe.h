/*
 * describe.h: how the values of a feature are spread over the training rows, raw or as the network is given them.
 */
#ifndef DATA_DESCRIBE_H
#define DATA_DESCRIBE_H

#include "data/transform.h"

#define DESCRIPTION_BINS 10

struct description {
    double least, greatest;
    double mean, sd, skew; /* of the whole population: E(x - mean)^3 / sd^3; skew is NaN where sd is 0 */
    /* log10 of the greatest |x| over the SPAN_PERCENTILE-th percentile of those that are not 0: a few values next to 0,
     * which every bell curve has, do not count. 0 where all are 0. */
    double decades;
    double zeros; /* the share of values that are 0 */
    double bin[DESCRIPTION_BINS]; /* how many lie in each tenth of [least, greatest] */
};
#define SPAN_PERCENTILE 1

/* A column that spans more is hard to learn from as it is (tip G7). */
#define SPAN_MOST 5.0

/* Of features [FIRST, FIRST + COUNT) taken together; raw where TRANSFORM is NULL. */
int describe_features(const struct dataset *dataset, const struct transform *transform, int first, int count,
                      struct description *description, struct err *err);

/* Of the targets, which are numbers or class indices; whitened where TRANSFORM says so. */
int describe_target(const struct dataset *dataset, const struct transform *transform, struct description *description,
                    struct err *err);

#endif
