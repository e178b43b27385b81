/*
 * watch.c: what the doctor's watch adds to a training step: W2 (784-256-128-10) with batches of 128 rows and Adam. The
 * rate is 0, so that nothing is learnt and every glance is a full one. One glance is timed by itself and shared out
 * over the steps between two.
 */
#include <time.h>

#include "bench.h"
#include "debug/doctor.h"

enum { ROUNDS = 15, STEPS = 200, GLANCES = 50, BATCH = 128, ROWS = 4096 };

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e6 + (double)time.tv_nsec / 1e3;
}

int main(void)
{
    char folder[] = "/tmp/dnntui-bench-XXXXXX";
    struct err err = {0};
    static double step[ROUNDS], glance[ROUNDS], share[ROUNDS];
    json_t *figures = json_array();
    bench_folder(folder);
    bench_write_set(folder, ROWS, &(struct shape){1, {784}}, 10);
    printf("W2, batch %d: a glance every %d steps; at most 1 %%\n\n"
           "| threads | step, µs | glance, µs | %% of the steps |\n|--:|--:|--:|--:|\n", BATCH, STEPS);
    for (int threads = 1; threads <= 2; threads++) {
        struct session *session = bench_session(folder, "dense 256, relu, dense 128, relu", BATCH, threads);
        session->watch.on = false;
        bench_check(session_set_lr(session, 0, &err), &err);
        for (int i = 0; i < ROUNDS; i++) {
            double begun = now();
            session_run_steps(session, STEPS);
            while (session_running(session))
                session_advance(session, INT64_MAX);
            step[i] = (now() - begun) / STEPS;
            begun = now();
            for (int k = 0; k < GLANCES; k++)
                doctor_watch(session);
            glance[i] = (now() - begun) / GLANCES;
            share[i] = 100 * glance[i] / (STEPS * step[i]);
        }
        printf("| %d | %.0f | %.1f | %.3f |\n", threads, bench_median(step, ROUNDS), bench_median(glance, ROUNDS),
               bench_median(share, ROUNDS));
        bench_figure(figures, bench_median(share, ROUNDS), "% of the steps", NAN, 1, "threads: %d, the doctor's watch",
                     threads);
        session_close(session);
    }
    bench_write_figures("watch", figures);
    bench_remove(folder);
    return 0;
}
