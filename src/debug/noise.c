/*
 * noise.c: gradients of random batches, with a training program of its own on a fork's network.
 *
 * The rows are shuffled once; the batches of one size are consecutive stretches of them, so that no row comes twice. A
 * batch that is larger than a chunk is run in chunks, whose gradients are averaged: exact but for batch norm, which
 * then sees a chunk at a time. Batches without repetition are nearer to the mean than independent ones; where only a sample
 * of the training rows is measured, that is put right.
 */
#include "debug/noise.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/rng.h"
#include "debug/fork.h"

#define CHUNK   256  /* rows */
#define BATCHES 32   /* of a size, at most */
#define FLOPS   2e10 /* of the forward passes of the rows that are measured: large networks measure fewer */
#define BREATH  10000000 /* nanoseconds */

struct measure {
    struct session *fork;
    struct program *program;
    struct optimizer optimizer; /* the fork's, to be counted up */
    const int *row;             /* [rows] of the dataset, shuffled */
    int rows, chunk;
    int first;                  /* of the chunk that is gathered */
    uint64_t draw;
    int64_t breath;
    double *gradient, *mean;    /* [net->size] */
};

static void gather(void *context, int first, int last, real *x, real *y)
{
    const struct measure *measure = context;
    const struct session *fork = measure->fork;
    transform_rows(&fork->transform, fork->data, measure->row + measure->first, first, last, x, y,
                   net_width(fork->net));
}

static int run_chunk(struct measure *measure, int first, int rows, struct err *err)
{
    measure->first = first;
    program_begin(measure->program, rows, measure->fork->seed, measure->draw++);
    program_run(measure->program, &measure->optimizer, program_reduce(measure->program) + 1, false);
    if (program_nonfinite(measure->program))
        return err_set(err, ERR_STATE, "a loss or gradient is not finite with the weights as they are");
    if (clock_now() - measure->breath < BREATH)
        return 0;
    if (!session_breathe(measure->fork))
        return err_set(err, ERR_INTERRUPT, "interrupted");
    measure->breath = clock_now();
    return 0;
}

/* The mean gradient of ROWS rows from FIRST on, into measure->gradient. */
static int batch_gradient(struct measure *measure, int first, int rows, struct err *err)
{
    size_t size = measure->fork->net->size;
    memset(measure->gradient, 0, size * sizeof *measure->gradient);
    for (int at = 0; at < rows; at += measure->chunk) {
        int count = rows - at < measure->chunk ? rows - at : measure->chunk;
        if (run_chunk(measure, first + at, count, err))
            return -1;
        const real *g = program_gradient(measure->program);
        double weight = (double)count / rows;
        for (size_t i = 0; i < size; i++)
            measure->gradient[i] += weight * (double)g[i];
    }
    return 0;
}

/* The mean over batches of BATCH rows of |g - G|^2. */
static int mean_square(struct measure *measure, int batch, int batches, double *square, struct err *err)
{
    size_t size = measure->fork->net->size;
    *square = 0;
    for (int b = 0; b < batches; b++) {
        if (batch_gradient(measure, b * batch, batch, err))
            return -1;
        for (size_t i = 0; i < size; i++) {
            double d = measure->gradient[i] - measure->mean[i];
            *square += d * d / batches;
        }
    }
    return 0;
}

/* By how much drawing BATCH of ROWS without repetition lowers the variance of their mean. */
static double left_over(int batch, int rows)
{
    return rows > 1 ? 1 - (double)(batch - 1) / (rows - 1) : 1;
}

static int measure_size(struct measure *measure, int batch, struct noise *noise, struct err *err)
{
    struct session *fork = measure->fork;
    struct noise_size *size = &noise->size[noise->sizes++];
    int trains = fork->data->trains, most = measure->rows / batch;
    *size = (struct noise_size){.batch = batch, .batches = most < 1 ? 1 : most < BATCHES ? most : BATCHES};
    size->bytes = program_bytes(fork->net, PROGRAM_TRAIN, batch, team_ranks(fork->team));
    if (batch == trains)
        return 0;
    double square;
    if (mean_square(measure, batch, size->batches, &square, err))
        return -1;
    size->noise = sqrt(square * left_over(batch, trains) / left_over(batch, measure->rows)) / noise->norm;
    return 0;
}

static int measure_mean(struct measure *measure, struct noise *noise, struct err *err)
{
    size_t size = measure->fork->net->size;
    double square = 0;
    if (batch_gradient(measure, 0, measure->rows, err))
        return -1;
    memcpy(measure->mean, measure->gradient, size * sizeof *measure->mean);
    for (size_t i = 0; i < size; i++)
        square += measure->mean[i] * measure->mean[i];
    noise->norm = sqrt(square);
    noise->rows = measure->rows;
    return square > 0 ? 0 : err_set(err, ERR_STATE, "the gradient of all rows is 0: there is nothing to compare with");
}

/* 1, 4, 16, ..., the session's own among them, and all. */
static int measure_sizes(struct measure *measure, struct noise *noise, struct err *err)
{
    int own = measure->fork->batch, trains = measure->fork->data->trains;
    for (int batch = 1; batch < measure->rows && 4 * batch <= 3 * measure->rows; batch *= 4) {
        if (own < batch && own > batch / 4 && own <= measure->rows && measure_size(measure, own, noise, err))
            return -1;
        if (measure_size(measure, batch, noise, err))
            return -1;
    }
    int last = noise->sizes ? noise->size[noise->sizes - 1].batch : 0;
    if (own > last && own < trains && own <= measure->rows && measure_size(measure, own, noise, err))
        return -1;
    return measure_size(measure, trains, noise, err);
}

/* From a size of several rows, since of one row batch norm makes nothing, and of many batches. */
static double scale_of(const struct noise *noise, int trains)
{
    const struct noise_size *best = &noise->size[0];
    for (int i = 1; i < noise->sizes - 1; i++)
        if (noise->size[i].batch <= 16)
            best = &noise->size[i];
    return best->noise * best->noise * best->batch / left_over(best->batch, trains);
}

static int *shuffled_rows(const struct session *session)
{
    const struct dataset *data = session->data;
    int *row = malloc((size_t)data->trains * sizeof *row);
    struct rng rng = rng_start(session->seed, RNG_NOISE, 0, 0);
    if (row) {
        memcpy(row, data->train, (size_t)data->trains * sizeof *row);
        rng_shuffle(&rng, row, (size_t)data->trains);
    }
    return row;
}

static int measure_all(struct measure *measure, struct noise *noise, struct err *err)
{
    struct session *fork = measure->fork;
    double affordable = FLOPS / net_flops(fork->net);
    int trains = fork->data->trains, rows = affordable < CHUNK ? CHUNK : affordable < NOISE_ROWS ? (int)affordable
                                                                                                 : NOISE_ROWS;
    measure->rows = rows < trains ? rows : trains;
    measure->chunk = measure->rows < CHUNK ? measure->rows : CHUNK;
    measure->optimizer = fork->optimizer;
    measure->program = program_open(fork->net, &fork->loss, PROGRAM_TRAIN, measure->chunk, fork->team,
                                    (struct program_source){gather, measure}, err);
    if (!measure->program || measure_mean(measure, noise, err) || measure_sizes(measure, noise, err))
        return -1;
    noise->scale = scale_of(noise, trains);
    return 0;
}

int noise_measure(const struct session *session, struct noise *noise, struct err *err)
{
    int *row = shuffled_rows(session), status = -1;
    struct measure measure = {.row = row, .breath = clock_now()};
    *noise = (struct noise){0};
    measure.fork = session_fork(session, err);
    if (measure.fork) {
        size_t size = measure.fork->net->size;
        measure.gradient = calloc(size, sizeof *measure.gradient);
        measure.mean = calloc(size, sizeof *measure.mean);
        if (row && measure.gradient && measure.mean)
            status = measure_all(&measure, noise, err);
        else
            err_set(err, ERR_MEMORY, "no memory for two gradients of %zu parameters", size);
    }
    program_close(measure.program);
    session_close(measure.fork);
    free(measure.gradient);
    free(measure.mean);
    free(row);
    return status;
}
