/*
 * history.c: what going back costs, on 784-256-128-10 with batches of 128 rows and Adam: what keeping the history adds
 * to a step, against a fork that keeps none, in turns; how long `back` takes after a run; how long it takes to go
 * anywhere in a run of 10,000 steps.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "debug/fork.h"
#include "debug/history.h"

enum { COLUMNS = 784, ROWS = 1280, ROUNDS = 15, STEPS = 40, LONG_RUN = 10000, BACKS = 20, GOTOS = 30 };

static void check(int status, const struct err *err)
{
    if (status == 0)
        return;
    fprintf(stderr, "history: %s\n", err->message);
    exit(1);
}

static void write_table(const char *path)
{
    FILE *file = fopen(path, "w");
    unsigned state = 1;
    if (!file)
        exit(1);
    for (int row = 0; row < ROWS; row++) {
        for (int i = 0; i < COLUMNS; i++) {
            state = state * 1664525u + 1013904223u;
            fprintf(file, "%u,", state >> 26);
        }
        fprintf(file, "class%d\n", row % 10);
    }
    fclose(file);
}

static struct session *open_session(const char *path)
{
    struct err err = {0};
    struct data_origin origin = data_origin_default();
    struct topology top;
    struct session *session = session_open(&(struct session_options){.seed = 1}, &err);
    snprintf(origin.source, sizeof origin.source, "%s", path);
    check(session ? 0 : -1, &err);
    check(session_load_data(session, &origin, false, NULL, &err), &err);
    check(topology_parse("dense 256, relu, dense 128, relu", session_outputs(session->data, &session->loss), &top, &err),
          &err);
    check(session_set_topology(session, &top, NULL, &err), &err);
    check(session_set_batch(session, 128, &err), &err);
    return session;
}

/* Milliseconds that STEPS steps take, as a run does whose end is not known. */
static double run(struct session *session, uint64_t steps)
{
    int64_t begun = clock_now();
    uint64_t end = session->step + steps;
    session_run_steps(session, GOAL_FOREVER);
    while (session->step < end)
        session_advance(session, 0);
    double time = (double)(clock_now() - begun) / 1e6;
    session_interrupt(session);
    return time;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void measure_keeping(struct session *session)
{
    struct err err = {0};
    struct session *fork = session_fork(session, &err);
    double with[ROUNDS], without[ROUNDS];
    check(fork ? 0 : -1, &err);
    for (int i = 0; i < ROUNDS; i++) {
        with[i] = run(session, STEPS) / STEPS;
        without[i] = run(fork, STEPS) / STEPS;
    }
    qsort(with, ROUNDS, sizeof *with, by_size);
    qsort(without, ROUNDS, sizeof *without, by_size);
    printf("history: a step %.3f ms, without a history %.3f ms: x%.3f (median of %d rounds)\n", with[ROUNDS / 2],
           without[ROUNDS / 2], with[ROUNDS / 2] / without[ROUNDS / 2], ROUNDS);
    session_close(fork);
}

static void measure_back(struct session *session)
{
    struct err err = {0};
    struct text notes = {0};
    double first[BACKS], settled[BACKS];
    for (int i = 0; i < BACKS; i++) {
        run(session, 50);
        int64_t begun = clock_now();
        history_settle(session); /* the loop does so when a run ends */
        settled[i] = (double)(clock_now() - begun) / 1e6;
        begun = clock_now();
        check(history_back(session, 1, &notes, &err), &err);
        first[i] = (double)(clock_now() - begun) / 1e6;
        check(history_goto_end(session, &notes, &err), &err);
    }
    qsort(first, BACKS, sizeof *first, by_size);
    qsort(settled, BACKS, sizeof *settled, by_size);
    printf("history: `back` after a run of 50 steps: median %.1f ms, most %.1f ms; what the end of the run takes for it: "
           "median %.1f ms, most %.1f ms\n",
           first[BACKS / 2], first[BACKS - 1], settled[BACKS / 2], settled[BACKS - 1]);
    text_free(&notes);
}

static void measure_goto(struct session *session)
{
    struct err err = {0};
    struct text notes = {0};
    double time[GOTOS];
    unsigned state = 7;
    run(session, LONG_RUN - session->step);
    for (int i = 0; i < GOTOS; i++) {
        state = state * 1664525u + 1013904223u;
        int64_t begun = clock_now();
        check(history_goto_step(session, (state >> 8) % LONG_RUN, &notes, &err), &err);
        time[i] = (double)(clock_now() - begun) / 1e6;
    }
    qsort(time, GOTOS, sizeof *time, by_size);
    printf("history: `goto` anywhere in %d steps: median %.0f ms, most %.0f ms\n", LONG_RUN, time[GOTOS / 2],
           time[GOTOS - 1]);
    text_clear(&notes);
    history_print(session, &notes);
    printf("%s", notes.data);
    text_free(&notes);
}

int main(void)
{
    char path[] = "/tmp/dnntui-bench-XXXXXX.csv";
    int file = mkstemps(path, 4);
    if (file < 0)
        return 1;
    close(file);
    write_table(path);
    struct session *session = open_session(path);
    unlink(path);
    measure_keeping(session);
    measure_back(session);
    measure_goto(session);
    session_close(session);
    return 0;
}
