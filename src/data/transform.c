/*
 * transform.c: statistics of the training rows, in double and in two passes, and their use on one row at a time.
 */
#include "data/transform.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static float scale_of(double square, double n)
{
    double deviation = sqrt(square / n);
    float scale = deviation > 0 ? (float)(1 / deviation) : 0;
    return isfinite(scale) ? scale : 0;
}

/* One mean and deviation for each column. Sums go row by row over all features at once, as the values lie in memory;
 * SUM and SQUARE [features] start at 0. They are of differences from the first row, so that a constant column has a
 * deviation of exactly 0. ROOM [2, features] is for rows of bytes. */
static void learn_columns(struct transform *transform, const struct dataset *dataset, double *sum, double *square,
                          float *room)
{
    int features = dataset->features, n = dataset->trains;
    const float *first = dataset_row(dataset, dataset->train[0], room + features);
    for (int i = 0; i < n; i++) {
        const float *x = dataset_row(dataset, dataset->train[i], room);
        for (int f = 0; f < features; f++)
            sum[f] += (double)x[f] - first[f];
    }
    for (int i = 0; i < n; i++) {
        const float *x = dataset_row(dataset, dataset->train[i], room);
        for (int f = 0; f < features; f++) {
            double difference = (double)x[f] - first[f] - sum[f] / n;
            square[f] += difference * difference;
        }
    }
    for (int f = 0; f < features; f++) {
        transform->mean[f] = (float)(first[f] + sum[f] / n);
        transform->scale[f] = scale_of(square[f], n);
    }
}

static void set_channel(struct transform *transform, int channel, int pixels, double mean, float scale)
{
    for (int f = channel * pixels; f < (channel + 1) * pixels; f++) {
        transform->mean[f] = (float)mean;
        transform->scale[f] = scale;
    }
}

/* One mean and deviation for each channel of images of floats, by differences from its first value. */
static void learn_channel(struct transform *transform, const struct dataset *dataset, int channel, int pixels)
{
    double n = (double)dataset->trains * pixels, sum = 0, square = 0;
    size_t features = (size_t)dataset->features;
    const float *x = dataset->x + (size_t)channel * (size_t)pixels;
    double first = x[(size_t)dataset->train[0] * features];
    for (int i = 0; i < dataset->trains; i++)
        for (int p = 0; p < pixels; p++)
            sum += x[(size_t)dataset->train[i] * features + (size_t)p] - first;
    for (int i = 0; i < dataset->trains; i++)
        for (int p = 0; p < pixels; p++) {
            double difference = x[(size_t)dataset->train[i] * features + (size_t)p] - first - sum / n;
            square += difference * difference;
        }
    set_channel(transform, channel, pixels, first + sum / n, scale_of(square, n));
}

/* The same of bytes: sums of whole numbers, exact; 2^16 squares of bytes fit 32 bits. */
static void learn_byte_channel(struct transform *transform, const struct dataset *dataset, int channel, int pixels)
{
    enum { PIECE = 65536 };
    double n = (double)dataset->trains * pixels;
    uint64_t sum = 0, square = 0;
    for (int i = 0; i < dataset->trains; i++) {
        const uint8_t *x = dataset->bytes + (size_t)dataset->train[i] * (size_t)dataset->features +
                           (size_t)channel * (size_t)pixels;
        for (int at = 0, end; at < pixels; at = end) {
            end = pixels - at > PIECE ? at + PIECE : pixels;
            uint32_t piece = 0, squares = 0;
            for (int p = at; p < end; p++) {
                piece += x[p];
                squares += (uint32_t)x[p] * x[p];
            }
            sum += piece;
            square += squares;
        }
    }
    double mean = (double)sum / n, rest = (double)square - (double)sum * mean;
    set_channel(transform, channel, pixels, mean, rest > 0 ? scale_of(rest, n) : 0);
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

static int learn_table(struct transform *transform, const struct dataset *dataset, struct err *err)
{
    size_t features = (size_t)dataset->features;
    double *sum = calloc(2 * features, sizeof *sum);
    float *room = malloc(2 * features * sizeof *room);
    bool possible = sum && room;
    if (possible)
        learn_columns(transform, dataset, sum, sum + features, room);
    free(sum);
    free(room);
    if (!possible)
        return err_set(err, ERR_MEMORY, "out of memory for the statistics of %d features", dataset->features);
    return 0;
}

static void learn_images(struct transform *transform, const struct dataset *dataset)
{
    int pixels = dataset->shape.dim[1] * dataset->shape.dim[2];
    for (int channel = 0; channel < dataset->shape.dim[0]; channel++)
        if (dataset->bytes)
            learn_byte_channel(transform, dataset, channel, pixels);
        else
            learn_channel(transform, dataset, channel, pixels);
}

/* One block for both; TRANSFORM's number of features is set. */
static int take_statistics(struct transform *transform, struct err *err)
{
    size_t features = (size_t)transform->features;
    transform->mean = malloc(2 * features * sizeof *transform->mean);
    if (!transform->mean)
        return err_set(err, ERR_MEMORY, "out of memory for the statistics of %d features", transform->features);
    transform->scale = transform->mean + features;
    return 0;
}

int transform_open(struct transform *transform, const struct dataset *dataset, struct err *err)
{
    *transform = (struct transform){.features = dataset->features, .y_sd = 1};
    if (take_statistics(transform, err))
        return -1;
    if (dataset->shape.rank == 3) {
        learn_images(transform, dataset);
    } else if (learn_table(transform, dataset, err) != 0) {
        transform_close(transform);
        return -1;
    }
    if (dataset->task == TASK_REGRESS)
        learn_target(transform, dataset);
    return 0;
}

int transform_copy(struct transform *copy, const struct transform *transform, struct err *err)
{
    *copy = *transform;
    if (take_statistics(copy, err))
        return -1;
    memcpy(copy->mean, transform->mean, 2 * (size_t)transform->features * sizeof *copy->mean);
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

/* No pointer leads to what another writes to, so that the loops below become vector instructions. */
static void whiten_bytes(const uint8_t *restrict raw, const float *restrict mean, const float *restrict scale,
                         size_t n, float *restrict x)
{
    for (size_t f = 0; f < n; f++)
        x[f] = ((float)raw[f] - mean[f]) * scale[f];
}

static void whiten_numbers(const float *restrict raw, const float *restrict mean, const float *restrict scale,
                           size_t n, float *restrict x)
{
    for (size_t f = 0; f < n; f++)
        x[f] = (raw[f] - mean[f]) * scale[f];
}

void transform_row(const struct transform *transform, const struct dataset *dataset, int row, float *x, float *y,
                   int width)
{
    assert(row >= 0 && row < dataset->rows);
    size_t features = (size_t)dataset->features, first = (size_t)row * features;
    if (!transform->inputs) {
        const float *raw = dataset_row(dataset, row, x);
        if (raw != x)
            memcpy(x, raw, features * sizeof *x);
    } else if (dataset->bytes) {
        whiten_bytes(dataset->bytes + first, transform->mean, transform->scale, features, x);
    } else {
        whiten_numbers(dataset->x + first, transform->mean, transform->scale, features, x);
    }
    write_target(transform, dataset, dataset->y[row], y, width);
}
