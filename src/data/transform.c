/* transform.c: statistics of the training rows, in double and in two passes, and their use on one row at a time. */
#include "data/transform.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Sums go row by row over all features at once, as the values lie in memory; SUM and SQUARE [features] start at 0.
 * They are of differences from the first row, so that a constant column has a deviation of exactly 0. */
static void learn_inputs(struct transform *transform, const struct dataset *dataset, double *sum, double *square)
{
    int features = dataset->features, n = dataset->trains;
    const float *first = dataset->x + (size_t)dataset->train[0] * (size_t)features;
    for (int i = 0; i < n; i++) {
        const float *x = dataset->x + (size_t)dataset->train[i] * (size_t)features;
        for (int f = 0; f < features; f++)
            sum[f] += (double)x[f] - first[f];
    }
    for (int i = 0; i < n; i++) {
        const float *x = dataset->x + (size_t)dataset->train[i] * (size_t)features;
        for (int f = 0; f < features; f++) {
            double difference = (double)x[f] - first[f] - sum[f] / n;
            square[f] += difference * difference;
        }
    }
    for (int f = 0; f < features; f++) {
        double deviation = sqrt(square[f] / n);
        transform->mean[f] = (float)(first[f] + sum[f] / n);
        transform->scale[f] = deviation > 0 ? (float)(1 / deviation) : 0;
        if (!isfinite(transform->scale[f]))
            transform->scale[f] = 0;
    }
}

static void learn_target(struct transform *transform, const struct dataset *dataset)
{
    double sum = 0, square = 0;
    int n = dataset->trains;
    for (int i = 0; i < n; i++)
        sum += dataset->y[dataset->train[i]];
    for (int i = 0; i < n; i++) {
        double difference = dataset->y[dataset->train[i]] - sum / n;
        square += difference * difference;
    }
    transform->y_mean = (float)(sum / n);
    transform->y_sd = square > 0 ? (float)sqrt(square / n) : 1;
    if (!(transform->y_sd > 0))
        transform->y_sd = 1;
}

int transform_open(struct transform *transform, const struct dataset *dataset, struct err *err)
{
    size_t features = (size_t)dataset->features;
    *transform = (struct transform){.features = dataset->features, .y_sd = 1};
    transform->mean = malloc(2 * features * sizeof *transform->mean);
    double *sum = calloc(2 * features, sizeof *sum);
    if (!transform->mean || !sum) {
        free(sum);
        transform_close(transform);
        return err_set(err, ERR_MEMORY, "out of memory for the statistics of %d features", dataset->features);
    }
    transform->scale = transform->mean + features;
    learn_inputs(transform, dataset, sum, sum + features);
    if (dataset->task == TASK_REGRESS)
        learn_target(transform, dataset);
    free(sum);
    return 0;
}

void transform_close(struct transform *transform)
{
    free(transform->mean);
    *transform = (struct transform){0};
}

static void write_target(const struct transform *transform, const struct dataset *dataset, float value, float *y,
                         int width)
{
    if (dataset->task == TASK_REGRESS) {
        assert(width == 1);
        y[0] = transform->targets ? (value - transform->y_mean) / transform->y_sd : value;
    } else if (width == 1) {
        assert(dataset->classes == 2);
        y[0] = value;
    } else {
        assert(width == dataset->classes);
        memset(y, 0, (size_t)width * sizeof *y);
        y[(int)value] = 1;
    }
}

void transform_row(const struct transform *transform, const struct dataset *dataset, int row, float *x, float *y,
                   int width)
{
    assert(row >= 0 && row < dataset->rows);
    size_t features = (size_t)dataset->features;
    const float *raw = dataset->x + (size_t)row * features;
    if (transform->inputs)
        for (size_t f = 0; f < features; f++)
            x[f] = (raw[f] - transform->mean[f]) * transform->scale[f];
    else
        memcpy(x, raw, features * sizeof *x);
    write_target(transform, dataset, dataset->y[row], y, width);
}
