/*
 * history.c: how long it takes to go back, on 784-256-128-10 with batches of 128 rows and Adam: `back` after a run, and
 * `goto` anywhere in a run of 10,000 steps. What keeping the history adds to a step is in cost.c.
 */
#include "bench.h"
#include "debug/history.h"

enum { ROWS = 1280, LONG_RUN = 10000, BACKS = 20, GOTOS = 30 };

/* STEPS steps, as a run makes them whose end is not known. */
static void run(struct session *session, uint64_t steps)
{
    uint64_t end = session->step + steps;
    session_run_steps(session, GOAL_FOREVER);
    while (session->step < end)
        session_advance(session, 0);
    session_interrupt(session);
}

static void measure_back(struct session *session, json_t *figures)
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
        bench_check(history_back(session, 1, &notes, &err), &err);
        first[i] = (double)(clock_now() - begun) / 1e6;
        bench_check(history_goto_end(session, &notes, &err), &err);
    }
    double back = bench_median(first, BACKS), end = bench_median(settled, BACKS); /* which sorts them */
    printf("`back 1` after a run of 50 steps: median %.1f ms, most %.1f ms; what the end of the run takes: median "
           "%.1f ms, most %.1f ms\n\n",
           back, first[BACKS - 1], end, settled[BACKS - 1]);
    bench_figure(figures, back, "ms", NAN, NAN, "back 1");
    text_free(&notes);
}

static void measure_goto(struct session *session, json_t *figures)
{
    struct err err = {0};
    struct text notes = {0};
    double time[GOTOS];
    unsigned state = 7;
    run(session, LONG_RUN - session->step);
    for (int i = 0; i < GOTOS; i++) {
        state = state * 1664525u + 1013904223u;
        int64_t begun = clock_now();
        bench_check(history_goto_step(session, (state >> 8) % LONG_RUN, &notes, &err), &err);
        time[i] = (double)(clock_now() - begun) / 1e6;
    }
    double median = bench_median(time, GOTOS);
    printf("`goto` anywhere in %d steps: median %.0f ms, most %.0f ms\n\n", LONG_RUN, median, time[GOTOS - 1]);
    bench_figure(figures, median, "ms", NAN, NAN, "goto anywhere in %d steps", LONG_RUN);
    text_clear(&notes);
    history_print(session, &notes);
    printf("%s", notes.data);
    text_free(&notes);
}

int main(void)
{
    char folder[] = "/tmp/dnntui-bench-XXXXXX";
    json_t *figures = json_array();
    bench_folder(folder);
    bench_write_set(folder, ROWS, &(struct shape){1, {784}}, 10);
    struct session *session = bench_session(folder, "dense 256, relu, dense 128, relu", 128, 0);
    measure_back(session, figures);
    measure_goto(session, figures);
    bench_write_figures("history", figures);
    session_close(session);
    bench_remove(folder);
    return 0;
}
