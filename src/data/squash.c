/* squash.c: counts over the training rows, without a change to anything. */
#include "data/squash.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"

#define VALUES_MOST 1000000 /* that a percentile is taken of */

static int out_of_memory(struct err *err)
{
    return err_set(err, ERR_MEMORY, "out of memory for the values of the training rows");
}

static int by_size(const void *a, const void *b)
{
    float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

static float clipped(const struct transform *transform, float x)
{
    if (!transform->clips)
        return x;
    return x < transform->low ? transform->low : x > transform->high ? transform->high : x;
}

/* X to two digits, so that a person can type it again. */
static float rounded(float x)
{
    char text[40];
    double value = x;
    snprintf(text, sizeof text, "%.1e", value);
    text_to_double(text, &value);
    return isfinite((float)value) && (float)value > 0 ? (float)value : x;
}

/* The nearest-rank percentile of SIZE [count], or the greatest where that is 0. */
static float choose(float *size, size_t count)
{
    qsort(size, count, sizeof *size, by_size);
    size_t rank = (count * SQUASH_PERCENTILE + 99) / 100;
    float c = size[rank - 1];
    return rounded(c > 0 ? c : size[count - 1]);
}

int squash_choose(const struct transform *transform, const struct dataset *dataset, int first, int count, float *c,
                  struct err *err)
{
    int most = VALUES_MOST / count, rows = dataset->trains;
    rows = most < 1 ? 1 : rows < most ? rows : most;
    float *room = malloc((size_t)dataset->features * sizeof *room);
    float *size = malloc((size_t)rows * (size_t)count * sizeof *size);
    bool possible = room && size;
    for (int i = 0; possible && i < rows; i++) {
        int at = (int)((int64_t)i * dataset->trains / rows);
        const float *x = dataset_row(dataset, dataset->train[at], room) + first;
        for (int f = 0; f < count; f++)
            size[(size_t)i * (size_t)count + (size_t)f] = fabsf(clipped(transform, x[f]));
    }
    if (possible)
        *c = choose(size, (size_t)rows * (size_t)count);
    free(size);
    free(room);
    return possible ? 0 : out_of_memory(err);
}

static void widen(double *low, double *high, double x)
{
    *low = x < *low ? x : *low;
    *high = x > *high ? x : *high;
}

int squash_measure(const struct transform *transform, const struct dataset *dataset, const bool *chosen,
                   struct squash_effect *effect, struct err *err)
{
    double steep = 0, steep_raw = 0, all = 0;
    float *room = malloc((size_t)dataset->features * sizeof *room);
    if (!room)
        return out_of_memory(err);
    *effect = (struct squash_effect){INFINITY, -INFINITY, INFINITY, -INFINITY, 0, 0};
    for (int i = 0; i < dataset->trains; i++) {
        const float *row = dataset_row(dataset, dataset->train[i], room);
        for (int f = 0; f < dataset->features; f++) {
            if (!chosen[f])
                continue;
            float x = clipped(transform, row[f]), c = transform->squash[f];
            widen(&effect->low, &effect->high, x);
            widen(&effect->after_low, &effect->after_high, c > 0 ? tanhf(x / c) : x);
            steep += fabsf(x) <= (c > 0 ? c : 1) * SQUASH_STEEP;
            steep_raw += fabsf(x) <= SQUASH_STEEP;
            all++;
        }
    }
    free(room);
    effect->steep = all > 0 ? steep / all : 0;
    effect->steep_raw = all > 0 ? steep_raw / all : 0;
    return 0;
}

int clip_measure(const struct dataset *dataset, double low, double high, struct clip_effect *effect, struct err *err)
{
    float *room = malloc((size_t)dataset->features * sizeof *room);
    if (!room)
        return out_of_memory(err);
    *effect = (struct clip_effect){0, 0, 0, INFINITY, -INFINITY};
    for (int i = 0; i < dataset->trains; i++) {
        const float *x = dataset_row(dataset, dataset->train[i], room);
        for (int f = 0; f < dataset->features; f++) {
            effect->below += (double)x[f] < low;
            effect->above += (double)x[f] > high;
            widen(&effect->least, &effect->greatest, x[f]);
        }
    }
    effect->total = (double)dataset->trains * dataset->features;
    free(room);
    return 0;
}
