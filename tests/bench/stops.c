/*
 * stops.c: what breakpoints, watches and displays cost a training step: 784-256-128-10 with batches of 128, on random
 * pictures. Steps with and without take turns, so that both see the same machine; the median of the differences is
 * told. Of one thread the time of the processor counts, which other programs disturb little; of two that of the clock. No
 * snapshots are kept meanwhile: they would fall on some steps and not on others.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "debug/history.h"
#include "debug/stops.h"

#define PATH_ROOM 64
#define PAIRS 301 /* of steps */

static void fail(const char *message)
{
    fprintf(stderr, "stops: %s\n", message);
    exit(1);
}

/* A dataset of SAMPLES x 784 bytes and their classes, as idx files. */
static void write_pictures(const char *folder, int samples)
{
    char path[PATH_ROOM + 32];
    unsigned state = 1;
    for (int labels = 0; labels < 2; labels++) {
        snprintf(path, sizeof path, "%s/%s", folder, labels ? "a-labels-idx1-ubyte" : "a-images-idx3-ubyte");
        FILE *file = fopen(path, "wb");
        if (!file)
            fail("cannot write to /tmp");
        unsigned char head[16] = {0, 0, 8, labels ? 1 : 3, 0, 0, (unsigned char)(samples >> 8), (unsigned char)samples,
                                  0, 0, 0, 28, 0, 0, 0, 28};
        fwrite(head, 1, labels ? 8 : 16, file);
        for (int i = 0; i < samples * (labels ? 1 : 784); i++) {
            state = state * 1664525u + 1013904223u;
            fputc((int)(labels ? (unsigned)i % 10 : state >> 24), file);
        }
        fclose(file);
    }
}

static struct session *open_session(const char *folder, int threads)
{
    struct err err = {0};
    struct session *session = session_open(&(struct session_options){.seed = 1, .threads = threads}, &err);
    struct data_origin origin = data_origin_default();
    struct topology top;
    snprintf(origin.source, sizeof origin.source, "%s/a-images-idx3-ubyte", folder);
    if (!session || session_load_data(session, &origin, false, NULL, &err) ||
        topology_parse("dense 256, relu, dense 128, relu", 10, &top, &err) ||
        session_set_topology(session, &top, NULL, &err) || session_set_batch(session, 128, &err))
        fail(err.message);
    return session;
}

static double now(const struct session *session)
{
    struct timespec time;
    bool alone = program_ranks(session->train) == 1;
    clock_gettime(alone ? CLOCK_PROCESS_CPUTIME_ID : CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

/* Nanoseconds of one step of a run that goes on; validation is left out. */
static double measure(struct session *session)
{
    uint64_t step;
    if (session->goal == GOAL_NONE)
        session_run_steps(session, GOAL_FOREVER);
    while (session->evaluation.active)
        session_advance(session, 0);
    step = session->step;
    double begun = now(session);
    while (session->step == step)
        session_advance(session, 0);
    return now(session) - begun;
}

static int ascending(const void *a, const void *b)
{
    return (*(const double *)a > *(const double *)b) - (*(const double *)a < *(const double *)b);
}

static double median(double *took)
{
    qsort(took, PAIRS, sizeof *took, ascending);
    return took[PAIRS / 2];
}

static void compare(struct session *session, int threads, const struct stops_kind *kind, const char *what)
{
    static double without[PAIRS], more[PAIRS];
    struct err err = {0};
    const struct stops_entry *entry = stops_add(session, kind, what, &err);
    if (!entry)
        fail(err.message);
    int number = entry->number;
    for (int i = 0; i < PAIRS; i++) {
        double took[2];
        for (int k = 0; k < 2; k++) {
            bool enabled = (k + i) % 2; /* either comes first as often */
            stops_find(session->stops, number)->enabled = enabled;
            took[enabled] = measure(session);
        }
        without[i] = took[0];
        more[i] = took[1] - took[0];
    }
    stops_delete(session->stops, number);
    double step = median(without), cost = median(more);
    printf("%d thread%s  %s %-40s %7.1f us of a step of %7.1f: %5.2f %%\n", threads, threads > 1 ? "s" : " ",
           kind->words, what ? what : "", cost / 1e3, step / 1e3, 100 * cost / step);
}

int main(void)
{
    char folder[PATH_ROOM] = "/tmp/dnntui-bench-XXXXXX", command[PATH_ROOM + 16];
    if (!mkdtemp(folder))
        fail("cannot write to /tmp");
    write_pictures(folder, 6400);
    for (int threads = 1; threads <= 2; threads++) {
        struct session *session = open_session(folder, threads);
        history_set_budget(session, 0);
        measure(session);
        compare(session, threads, &stops_break_if, "fc1.grad.norm > 1e9 and relu2.dead > 2");
        compare(session, threads, &stops_break_if, "loss < 0");
        compare(session, threads, &stops_watch, "fc1.grad.norm");
        compare(session, threads, &stops_break_nan, NULL);
        session_close(session);
    }
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command);
}
