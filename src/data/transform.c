/*
 * transform.c: statistics of the training rows, in double and in two passes, and their use on one row at a time.
 *
 * They are of the values as whitening meets them: clipped and squashed.
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

/* --- clipping and squashing */

static float prepare_value(const struct transform *transform, size_t feature, float x)
{
    if (transform->clips)
        x = x < transform->low ? transform->low : x > transform->high ? transform->high : x;
    return transform->squash[feature] > 0 ? tanhf(x / transform->squash[feature]) : x;
}

static bool prepares(const struct transform *transform)
{
    return transform->clips || transform->squashes;
}

const float *transform_prepared(const struct transform *transform, const struct dataset *dataset, int row,
                                float *room)
{
    const float *raw = dataset_row(dataset, row, room);
    if (!prepares(transform))
        return raw;
    for (size_t f = 0; f < (size_t)transform->features; f++)
        room[f] = prepare_value(transform, f, raw[f]);
    return room;
}

/* --- statistics */

/* One mean and deviation for each column. Sums go row by row over all features at once, as the values lie in memory;
 * SUM and SQUARE [features] start at 0. They are of differences from the first row, so that a constant column has a
 * deviation of exactly 0. ROOM [2, features] is for rows of bytes. */
static void learn_columns(struct transform *transform, const struct dataset *dataset, double *sum, double *square,
                          float *room)
{
    int features = dataset->features, n = dataset->trains;
    const float *first = transform_prepared(transform, dataset, dataset->train[0], room + features);
    for (int i = 0; i < n; i++) {
        const float *x = transform_prepared(transform, dataset, dataset->train[i], room);
        for (int f = 0; f < features; f++)
            sum[f] += (double)x[f] - first[f];
    }
    for (int i = 0; i < n; i++) {
        const float *x = transform_prepared(transform, dataset, dataset->train[i], room);
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

/* One mean and deviation for each of CHANNELS of images of floats, or of bytes that are clipped or squashed, by
 * differences from a channel's first value. SUM and SQUARE [channels] start at 0. */
static void learn_channels(struct transform *transform, const struct dataset *dataset, int channels, int pixels,
                           double *sum, double *square, float *room)
{
    double n = (double)dataset->trains * pixels;
    const float *first = transform_prepared(transform, dataset, dataset->train[0], room + dataset->features);
    for (int i = 0; i < dataset->trains; i++) {
        const float *x = transform_prepared(transform, dataset, dataset->train[i], room);
        for (int c = 0; c < channels; c++)
            for (int p = c * pixels; p < (c + 1) * pixels; p++)
                sum[c] += (double)x[p] - first[c * pixels];
    }
    for (int i = 0; i < dataset->trains; i++) {
        const float *x = transform_prepared(transform, dataset, dataset->train[i], room);
        for (int c = 0; c < channels; c++)
            for (int p = c * pixels; p < (c + 1) * pixels; p++) {
                double difference = (double)x[p] - first[c * pixels] - sum[c] / n;
                square[c] += difference * difference;
            }
    }
    for (int c = 0; c < channels; c++)
        set_channel(transform, c, pixels, first[c * pixels] + sum[c] / n, scale_of(square[c], n));
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

int transform_learn(struct transform *transform, const struct dataset *dataset, struct err *err)
{
    bool images = dataset->shape.rank == 3;
    int channels = images ? dataset->shape.dim[0] : dataset->features, pixels = dataset->features / channels;
    if (images && dataset->bytes && !prepares(transform)) {
        for (int channel = 0; channel < channels; channel++)
            learn_byte_channel(transform, dataset, channel, pixels);
        return 0;
    }
    double *sum = calloc(2 * (size_t)channels, sizeof *sum);
    float *room = malloc(2 * (size_t)dataset->features * sizeof *room);
    bool possible = sum && room;
    if (possible && images)
        learn_channels(transform, dataset, channels, pixels, sum, sum + channels, room);
    else if (possible)
        learn_columns(transform, dataset, sum, sum + channels, room);
    free(sum);
    free(room);
    if (!possible)
        return err_set(err, ERR_MEMORY, "out of memory for the statistics of %d features", dataset->features);
    return 0;
}

/* One block for all three; TRANSFORM's number of features is set. */
static int take_statistics(struct transform *transform, struct err *err)
{
    size_t features = (size_t)transform->features;
    transform->mean = calloc(3 * features, sizeof *transform->mean);
    if (!transform->mean)
        return err_set(err, ERR_MEMORY, "out of memory for the statistics of %d features", transform->features);
    transform->scale = transform->mean + features;
    transform->squash = transform->scale + features;
    return 0;
}

int transform_open(struct transform *transform, const struct dataset *dataset, struct err *err)
{
    *transform = (struct transform){.features = dataset->features, .y_sd = 1};
    if (take_statistics(transform, err))
        return -1;
    if (transform_learn(transform, dataset, err)) {
        transform_close(transform);
        return -1;
    }
    if (dataset->task == TASK_REGRESS)
        learn_target(transform, dataset);
    return 0;
}

int transform_inherit(struct transform *transform, const struct dataset *dataset, const struct transform *old,
                      const struct dataset *other, struct err *err)
{
    int from = 0;
    transform->clips = old->clips;
    transform->low = old->low;
    transform->high = old->high;
    for (int f = 0; old->squashes && f < dataset->features; f++) {
        /* As a rule the next one has the next name. */
        for (int tried = 0; tried < other->features; tried++, from = (from + 1) % other->features)
            if (strcmp(dataset->feature_name[f], other->feature_name[from]) == 0) {
                transform->squash[f] = old->squash[from];
                transform->squashes = transform->squashes || old->squash[from] > 0;
                from = (from + 1) % other->features;
                break;
            }
    }
    return prepares(transform) ? transform_learn(transform, dataset, err) : 0;
}

void transform_assign(struct transform *transform, const struct transform *from)
{
    float *block = transform->mean;
    size_t features = (size_t)from->features;
    assert(transform->features == from->features);
    memcpy(block, from->mean, 3 * features * sizeof *block);
    *transform = *from;
    transform->mean = block;
    transform->scale = block + features;
    transform->squash = block + 2 * features;
}

bool transform_same(const struct transform *a, const struct transform *b)
{
    return a->features == b->features && a->inputs == b->inputs && a->targets == b->targets && a->clips == b->clips &&
           a->low == b->low && a->high == b->high && a->y_mean == b->y_mean && a->y_sd == b->y_sd &&
           memcmp(a->mean, b->mean, 3 * (size_t)a->features * sizeof *a->mean) == 0;
}

int transform_copy(struct transform *copy, const struct transform *transform, struct err *err)
{
    *copy = (struct transform){.features = transform->features};
    if (take_statistics(copy, err))
        return -1;
    transform_assign(copy, transform);
    return 0;
}

void transform_close(struct transform *transform)
{
    free(transform->mean);
    *transform = (struct transform){0};
}

static void write_targets(const struct transform *transform, const struct dataset *dataset, const int *row, int rows,
                          float *y, int width)
{
    const float *value = dataset->y;
    bool whitens = dataset->task == TASK_REGRESS && transform->targets;
    assert(width == (dataset->task == TASK_REGRESS ? 1 : width == 1 ? dataset->classes - 1 : dataset->classes));
    if (width == 1) {
        for (int i = 0; i < rows; i++)
            y[i] = whitens ? (value[row[i]] - transform->y_mean) / transform->y_sd : value[row[i]];
        return;
    }
    memset(y, 0, (size_t)rows * (size_t)width * sizeof *y);
    for (int i = 0; i < rows; i++, y += width)
        y[(int)value[row[i]]] = 1;
}

/* No pointer leads to what another writes to, so that the loop below becomes vector instructions. */
static void whiten_bytes(const uint8_t *restrict raw, const float *restrict mean, const float *restrict scale,
                         size_t n, float *restrict x)
{
    for (size_t f = 0; f < n; f++)
        x[f] = ((float)raw[f] - mean[f]) * scale[f];
}

static void whiten_numbers(const float *restrict raw, const float *restrict mean, const float *restrict scale,
                           size_t n, float *restrict x)
{
    typedef float fours __attribute__((vector_size(4 * sizeof(float)))); /* rows are often short */
    size_t f = 0;
    for (; f + 4 <= n; f += 4) {
        fours v, m, s;
        memcpy(&v, raw + f, sizeof v);
        memcpy(&m, mean + f, sizeof m);
        memcpy(&s, scale + f, sizeof s);
        v = (v - m) * s;
        memcpy(x + f, &v, sizeof v);
    }
    for (; f < n; f++)
        x[f] = (raw[f] - mean[f]) * scale[f];
}

void transform_inputs(const struct transform *transform, const float *raw, float *x)
{
    for (size_t f = 0; f < (size_t)transform->features; f++)
        x[f] = transform_value(transform, f, raw[f]);
}

float transform_value(const struct transform *transform, size_t feature, float raw)
{
    float x = prepare_value(transform, feature, raw);
    return transform->inputs ? (x - transform->mean[feature]) * transform->scale[feature] : x;
}

static void write_inputs(const struct transform *transform, const struct dataset *dataset, int row, float *x)
{
    size_t features = (size_t)dataset->features, first = (size_t)row * features;
    if (prepares(transform)) {
        transform_inputs(transform, dataset_row(dataset, row, x), x);
    } else if (!transform->inputs) {
        const float *raw = dataset_row(dataset, row, x);
        if (raw != x)
            memcpy(x, raw, features * sizeof *x);
    } else if (dataset->bytes) {
        whiten_bytes(dataset->bytes + first, transform->mean, transform->scale, features, x);
    } else {
        whiten_numbers(dataset->x + first, transform->mean, transform->scale, features, x);
    }
}

void transform_rows(const struct transform *transform, const struct dataset *dataset, const int *row, int first,
                    int last, float *x, float *y, int width)
{
    size_t features = (size_t)dataset->features;
    bool numbers = transform->inputs && !dataset->bytes && !prepares(transform);
    x += (size_t)first * features;
    for (int i = first; i < last; i++, x += features) {
        assert(row[i] >= 0 && row[i] < dataset->rows);
        if (numbers)
            whiten_numbers(dataset->x + (size_t)row[i] * features, transform->mean, transform->scale, features, x);
        else
            write_inputs(transform, dataset, row[i], x);
    }
    write_targets(transform, dataset, row + first, last - first, y + (size_t)first * (size_t)width, width);
}

void transform_row(const struct transform *transform, const struct dataset *dataset, int row, float *x, float *y,
                   int width)
{
    transform_rows(transform, dataset, &row, 0, 1, x, y, width);
}
