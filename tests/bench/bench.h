/*
 * bench.h: what the measurements share: giving up, clocks, medians, sets of made-up samples, sessions on them.
 *
 * A made-up set is two .npy files in a folder of its own, `x` and `y`: each class has a point of its own, and a sample
 * is that point and as much noise again, so that a network can learn it and every run has the same.
 *
 * What is found goes to the standard output for people, and as a list of figures to BENCH_OUT/PART.json for summary.py.
 */
#ifndef BENCH_H
#define BENCH_H

#include <jansson.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/rng.h"
#include "debug/session.h"
#include "io/array.h"

#define BENCH_PATH 512

static inline void bench_fail(const char *message)
{
    fprintf(stderr, "bench: %s\n", message);
    exit(1);
}

static inline void bench_check(int status, const struct err *err)
{
    if (status != 0)
        bench_fail(err->message);
}

static inline int bench_ascending(const void *a, const void *b)
{
    return (*(const double *)a > *(const double *)b) - (*(const double *)a < *(const double *)b);
}

/* Sorts TOOK [n]. */
static inline double bench_median(double *took, size_t n)
{
    qsort(took, n, sizeof *took, bench_ascending);
    return took[n / 2];
}

/* Decimals that give VALUE three digits or more. */
static inline int bench_decimals(double value)
{
    return value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
}

/* Adds to FIGURES a VALUE of UNIT, named by FORMAT, and what it must be: LEAST or more, MOST or less; NAN: anything. */
__attribute__((format(printf, 6, 7))) static inline void bench_figure(json_t *figures, double value, const char *unit,
                                                                       double least, double most, const char *format,
                                                                       ...)
{
    char what[BENCH_PATH];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    json_t *figure = json_pack("{s:s, s:f, s:s}", "what", what, "value", value, "unit", unit);
    if (!isnan(least))
        json_object_set_new(figure, "at_least", json_real(least));
    if (!isnan(most))
        json_object_set_new(figure, "at_most", json_real(most));
    json_array_append_new(figures, figure);
}

/* Writes FIGURES for PART and lets go of them. */
static inline void bench_write_figures(const char *part, json_t *figures)
{
    char path[BENCH_PATH];
    const char *folder = getenv("BENCH_OUT");
    snprintf(path, sizeof path, "%s/%s.json", folder ? folder : ".", part);
    json_t *all = json_pack("{s:o}", "figures", figures);
    if (!all || json_dump_file(all, path, JSON_INDENT(1) | JSON_REAL_PRECISION(6)))
        bench_fail("cannot write its figures");
    json_decref(all);
}

/* Makes a folder for a set, of a name that ends in XXXXXX; removes it with its set. */
static inline void bench_folder(char *name)
{
    if (!mkdtemp(name))
        bench_fail("cannot write to /tmp");
}

static inline void bench_remove(const char *folder)
{
    char path[BENCH_PATH];
    snprintf(path, sizeof path, "%s/x.npy", folder);
    unlink(path);
    snprintf(path, sizeof path, "%s/y.npy", folder);
    unlink(path);
    rmdir(folder);
}

static inline FILE *bench_create(const char *folder, const char *name)
{
    char path[BENCH_PATH + 32];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "wb");
    if (!file)
        bench_fail("cannot write its data");
    return file;
}

static inline void bench_close(FILE *file)
{
    if (ferror(file) || fclose(file))
        bench_fail("cannot write its data");
}

/* Whole numbers of a byte each: the labels. */
static inline void bench_write_labels(const char *folder, int rows, int classes)
{
    FILE *file = bench_create(folder, "y.npy");
    char header[119];
    snprintf(header, sizeof header, "{'descr': '|u1', 'fortran_order': False, 'shape': (%d,), }", rows);
    fwrite("\x93NUMPY\1\0\x76\0", 1, 10, file);
    fprintf(file, "%-117s\n", header);
    for (int i = 0; i < rows; i++)
        fputc(i % classes, file);
    bench_close(file);
}

/* ROWS samples of SHAPE. */
static inline void bench_write_set(const char *folder, int rows, const struct shape *shape, int classes)
{
    int rank = shape->rank, dim[SHAPE_MAX + 1] = {rows};
    size_t values = shape_size(shape);
    struct rng noise = rng_start(1, RNG_TEST, 0, 0), places = rng_start(1, RNG_TEST, 1, 0);
    struct text header = {0};
    float *place = malloc((size_t)classes * values * sizeof *place), *row = malloc(values * sizeof *row);
    FILE *file = bench_create(folder, "x.npy");
    if (!place || !row)
        bench_fail("no memory for its data");
    memcpy(dim + 1, shape->dim, (size_t)rank * sizeof *dim);
    npy_print_header(rank + 1, dim, &header);
    fwrite(header.data, 1, header.length, file);
    for (size_t i = 0; i < (size_t)classes * values; i++)
        place[i] = (float)rng_normal(&places);
    for (int r = 0; r < rows; r++) {
        for (size_t i = 0; i < values; i++)
            row[i] = place[(size_t)(r % classes) * values + i] + (float)rng_normal(&noise);
        fwrite(row, sizeof *row, values, file);
    }
    bench_close(file);
    text_free(&header);
    free(place);
    free(row);
    bench_write_labels(folder, rows, classes);
}

/* A session on the set in FOLDER, every row of which is trained on; THREADS 0: as many as a user gets. */
static inline struct session *bench_session(const char *folder, const char *net, int batch, int threads)
{
    struct err err = {0};
    struct session *session = session_open(&(struct session_options){.seed = 1, .threads = threads}, &err);
    struct data_origin origin = data_origin_default();
    struct topology top;
    snprintf(origin.source, sizeof origin.source, "%s/x.npy", folder);
    origin.validation = 0;
    bench_check(session ? 0 : -1, &err);
    bench_check(session_load_data(session, &origin, false, NULL, &err), &err);
    bench_check(topology_parse(net, session_outputs(session->data, &session->loss), &top, &err), &err);
    bench_check(session_set_topology(session, &top, NULL, &err), &err);
    bench_check(session_set_batch(session, batch, &err), &err);
    return session;
}

/* Floating-point operations of the products in one step of BATCH rows: forward, and backward for weights and, but in
 * the first layer, for inputs. All else is left out, as it is in what a processor is said to reach. */
static inline double bench_flops(const struct net *net, int batch)
{
    double sum = 0;
    for (int i = 0, passes = 2; i < net->params; i++) {
        const struct window *window = &net->param[i];
        const struct shape *out = &net->top.layer[window->layer].out;
        if (window->spec.role != TENSOR_WEIGHT)
            continue;
        double places = out->rank == 3 ? (double)out->dim[1] * out->dim[2] : 1;
        sum += passes * 2.0 * (double)window->count * places;
        passes = 3;
    }
    return sum * batch;
}

#endif
