/*
 * cost.c: what the debugger adds to a training step: W2 (784-256-128-10) with batches of 128 rows and Adam. In turns:
 * the step's program alone; a session, which records figures and curves; the same with two breakpoints armed; a session
 * that keeps a history as well. Each is compared with the one before it, by the means of all rounds but the fastest and
 * the slowest tenth: a median would miss the snapshots of a history, which fall on some rounds alone.
 *
 * Norms of gradients, weights and updates are part of the update itself. There is nothing to switch off.
 *
 * Of one thread the time of the processor counts, which other programs disturb little; of two that of the clock.
 */
#include <time.h>

#include "bench.h"
#include "debug/fork.h"
#include "debug/history.h"
#include "debug/stops.h"

enum { ROUNDS = 41, STEPS = 24, BATCH = 128, ROWS = 4096 };
enum { ALONE, SESSION, BREAKPOINTS, HISTORY, KINDS };

static const char *const names[KINDS] = {"program alone, with all norms", "session: figures, curves",
                                         "two breakpoints armed", "history kept"};
static const int before[KINDS] = {ALONE, ALONE, SESSION, SESSION};
static const double allowed[KINDS] = {0, 5, 5, 10}; /* per cent over that */

static double now(int threads)
{
    struct timespec time;
    clock_gettime(threads == 1 ? CLOCK_PROCESS_CPUTIME_ID : CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e6 + (double)time.tv_nsec / 1e3;
}

static void run_alone(struct session *session)
{
    struct program *program = session->train;
    int ops = program_ops(program);
    for (int i = 0; i < STEPS; i++) {
        session->batch_first = i * BATCH;
        program_begin(program, BATCH, session->seed, session->step);
        if (program_run(program, &session->optimizer, ops, true) < ops)
            bench_fail("a figure is not finite");
    }
}

static void run_session(struct session *session)
{
    uint64_t end = session->step + STEPS;
    if (session->goal == GOAL_NONE)
        session_run_steps(session, GOAL_FOREVER);
    while (session->step < end)
        session_advance(session, 0);
}

static double measure(struct session *session, int kind, int threads)
{
    for (int i = 0; session->stops && i < session->stops->entries; i++)
        session->stops->entry[i].enabled = kind == BREAKPOINTS;
    double begun = now(threads);
    if (kind == ALONE)
        run_alone(session);
    else
        run_session(session);
    return (now(threads) - begun) / STEPS;
}

/* Sorts TOOK; the mean without its ends. */
static double trimmed_mean(double took[ROUNDS])
{
    double sum = 0;
    enum { CUT = ROUNDS / 10 };
    qsort(took, ROUNDS, sizeof *took, bench_ascending);
    for (int i = CUT; i < ROUNDS - CUT; i++)
        sum += took[i];
    return sum / (ROUNDS - 2 * CUT);
}

static void print_kind(int kind, int threads, const double mean[KINDS], double ratio[ROUNDS], json_t *figures)
{
    double percent = 100 * (mean[kind] / mean[before[kind]] - 1);
    printf("| %d | %s | %.0f | ", threads, names[kind], mean[kind]);
    bench_figure(figures, mean[kind], "µs", NAN, NAN, "threads: %d, %s", threads, names[kind]);
    if (kind == ALONE) {
        printf("- | - |\n");
        return;
    }
    bench_figure(figures, percent, "% over the one before", NAN, allowed[kind], "threads: %d, %s", threads,
                 names[kind]);
    qsort(ratio, ROUNDS, sizeof *ratio, bench_ascending);
    printf("%+.1f (%+.1f to %+.1f) | %.0f |\n", percent, 100 * (ratio[ROUNDS / 4] - 1),
           100 * (ratio[ROUNDS * 3 / 4] - 1), allowed[kind]);
}

static void compare(struct session *with_history, int threads, json_t *figures)
{
    static double took[KINDS][ROUNDS], ratio[KINDS][ROUNDS], mean[KINDS];
    struct err err = {0};
    struct session *fork = session_fork(with_history, &err); /* keeps none */
    bench_check(fork ? 0 : -1, &err);
    if (!stops_add(fork, &stops_break_if, "loss > 1e9", &err) ||
        !stops_add(fork, &stops_break_if, "fc1.grad.norm > 1e9", &err))
        bench_fail(err.message);
    for (int i = -3; i < ROUNDS; i++) /* the first warm up */
        for (int kind = 0; kind < KINDS; kind++)
            took[kind][i < 0 ? 0 : i] = measure(kind == HISTORY ? with_history : fork, kind, threads);
    for (int kind = 0; kind < KINDS; kind++)
        for (int i = 0; i < ROUNDS; i++)
            ratio[kind][i] = took[kind][i] / took[before[kind]][i];
    for (int kind = 0; kind < KINDS; kind++)
        mean[kind] = trimmed_mean(took[kind]);
    for (int kind = 0; kind < KINDS; kind++)
        print_kind(kind, threads, mean, ratio[kind], figures);
    session_close(fork);
}

int main(void)
{
    char folder[] = "/tmp/dnntui-bench-XXXXXX";
    json_t *figures = json_array();
    bench_folder(folder);
    bench_write_set(folder, ROWS, &(struct shape){1, {784}}, 10);
    printf("W2, batch %d. History is compared with the session that keeps none.\n\n"
           "| threads | step | µs, mean | %% over the one before (quartiles of rounds) | at most %% |\n"
           "|--:|---|--:|--:|--:|\n",
           BATCH);
    for (int threads = 1; threads <= 2; threads++) {
        struct session *session = bench_session(folder, "dense 256, relu, dense 128, relu", BATCH, threads);
        compare(session, threads, figures);
        session_close(session);
    }
    bench_write_figures("cost", figures);
    bench_remove(folder);
    return 0;
}
