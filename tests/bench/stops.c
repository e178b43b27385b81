/*
 * stops.c: what breakpoints, watches and displays cost a training step: 784-256-128-10 with batches of 128, on random
 * rows. Steps with and without take turns, so that both see the same machine; the median of the differences is told.
 * Of one thread the time of the processor counts, which other programs disturb little; of two that of the clock. No
 * snapshots are kept meanwhile: they would fall on some steps and not on others.
 */
#include <time.h>

#include "bench.h"
#include "debug/history.h"
#include "debug/stops.h"

enum { PAIRS = 151, /* of steps */ ROWS = 5120 };
#define ALLOWED 5.0 /* per cent of a step */

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

static void compare(struct session *session, int threads, const struct stops_kind *kind, const char *what,
                    json_t *figures)
{
    static double without[PAIRS], more[PAIRS];
    struct err err = {0};
    const struct stops_entry *entry = stops_add(session, kind, what, &err);
    if (!entry)
        bench_fail(err.message);
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
    double step = bench_median(without, PAIRS), cost = bench_median(more, PAIRS);
    double percent = 100 * cost / step;
    printf("| %d | `%s%s%s` | %.1f | %.1f | %.2f | %.0f |\n", threads, kind->words, what ? " " : "", what ? what : "",
           step / 1e3, cost / 1e3, percent, ALLOWED);
    bench_figure(figures, percent, "%", NAN, ALLOWED, "threads: %d, %s%s%s", threads, kind->words, what ? " " : "",
                 what ? what : "");
}

int main(void)
{
    char folder[] = "/tmp/dnntui-bench-XXXXXX";
    json_t *figures = json_array();
    bench_folder(folder);
    bench_write_set(folder, ROWS, &(struct shape){1, {784}}, 10);
    printf("W2, batch 128. Steps with and without take turns.\n\n"
           "| threads | | a step, µs | it adds, µs | %% | at most %% |\n|--:|---|--:|--:|--:|--:|\n");
    for (int threads = 1; threads <= 2; threads++) {
        struct session *session = bench_session(folder, "dense 256, relu, dense 128, relu", 128, threads);
        history_set_budget(session, 0);
        measure(session);
        compare(session, threads, &stops_break_if, "fc1.grad.norm > 1e9 and relu2.dead > 2", figures);
        compare(session, threads, &stops_break_if, "loss < 0", figures);
        compare(session, threads, &stops_watch, "fc1.grad.norm", figures);
        compare(session, threads, &stops_break_nan, NULL, figures);
        session_close(session);
    }
    bench_write_figures("stops", figures);
    bench_remove(folder);
    return 0;
}
