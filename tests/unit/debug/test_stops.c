/* test_stops.c: breakpoints, displays and watches: when they are met, what they count, and that they change nothing. */
#include <math.h>

#include "debug/operands.h"
#include "debug/stops.h"
#include "live.h"

#define NETWORK "dense 16, relu, dense 16, relu"

static struct session *open_session(int threads)
{
    struct session *session = live_open("iris", 1, threads);
    live_net(session, NETWORK);
    return session;
}

static int add(struct session *session, const struct stops_kind *kind, const char *what)
{
    struct err err = {0};
    const struct stops_entry *entry = stops_add(session, kind, what, &err);
    if (!entry)
        fail_msg("%s: %s", what ? what : kind->words, err.message);
    return entry->number;
}

static void refuse(struct session *session, const struct stops_kind *kind, const char *what, const char *says)
{
    struct err err = {0};
    int before = session->stops ? session->stops->entries : 0;
    if (stops_add(session, kind, what, &err))
        fail_msg("%s was taken", what ? what : kind->words);
    if (!strstr(err.message, says))
        fail_msg("%s: '%s' should say '%s'", what, err.message, says);
    assert_int_equal(session->stops ? session->stops->entries : 0, before);
}

static void run_on(struct session *session)
{
    session_run_steps(session, GOAL_FOREVER);
    live_run(session);
}

/* --- break if */

static void test_condition_becomes_true(void **state)
{
    (void)state;
    struct session *session = open_session(1);
    int number = add(session, &stops_break_if, "step >= 5 and step < 8 or step == 20");
    run_on(session);
    assert_int_equal(session->stop, STOP_BREAK);
    assert_int_equal(session->step, 5);
    assert_non_null(strstr(session->stop_text, "breakpoint 1: step >= 5 and step < 8 or step == 20 became true"));
    assert_non_null(strstr(session->stop_text, "(step 5"));
    run_on(session); /* it stays true for two steps more, and becomes true anew much later */
    assert_int_equal(session->step, 20);
    assert_int_equal(stops_find(session->stops, number)->hits, 2);
    session_close(session);
}

static void test_condition_that_holds_already(void **state)
{
    (void)state;
    struct session *session = open_session(1);
    live_steps(session, 3);
    int number = add(session, &stops_break_if, "step < 6 or step > 8");
    assert_int_equal(stops_find(session->stops, number)->truth, TRUTH_TRUE);
    run_on(session);
    assert_int_equal(session->step, 9);
    /* What cannot be known yet is not true. */
    session_reset(session, 1);
    stops_delete(session->stops, number);
    add(session, &stops_break_if, "loss > 0");
    run_on(session);
    assert_int_equal(session->step, 1);
    session_close(session);
}

/* After going back the condition is what it is there, not what it was where the session came from. */
static void test_condition_is_forgotten(void **state)
{
    (void)state;
    struct session *session = open_session(1);
    int number = add(session, &stops_break_if, "step != 7");
    live_steps(session, 1); /* met at once: step 0 has it already, and it holds */
    assert_int_equal(session->stop, STOP_GOAL);
    stops_truncate(session->stops, 0);
    assert_int_equal(stops_find(session->stops, number)->truth, TRUTH_UNKNOWN);
    run_on(session);
    assert_int_equal(session->step, 8);
    assert_int_equal(stops_find(session->stops, number)->hits, 1);
    session_close(session);
}

static void test_ignore(void **state)
{
    (void)state;
    struct session *session = open_session(1);
    int number = add(session, &stops_break_at, "loss");
    struct stops_entry *entry = stops_find(session->stops, number);
    entry->ignore = 3;
    run_on(session);
    assert_int_equal(session->step, 3);
    assert_true(session->inside);
    assert_int_equal(entry->hits, 4);
    assert_int_equal(entry->ignore, 0);
    run_on(session);
    assert_int_equal(session->step, 4);
    entry->enabled = false;
    live_steps(session, 10);
    assert_int_equal(session->stop, STOP_GOAL);
    assert_int_equal(entry->hits, 5);
    session_close(session);
}

/* A goal that is reached together with a breakpoint: the breakpoint is what is told. */
static void test_breakpoint_before_goal(void **state)
{
    (void)state;
    struct session *session = open_session(1);
    add(session, &stops_break_if, "step == 4");
    live_steps(session, 4);
    assert_int_equal(session->stop, STOP_BREAK);
    assert_int_equal(session->step, 4);
    session_close(session);
}

static void test_broken_condition(void **state)
{
    (void)state;
    struct session *session = open_session(1);
    struct text notices = {0};
    int number = add(session, &stops_break_if, "fc2.weight.norm > 1e9");
    live_steps(session, 2);
    live_net(session, "dense 16, relu");
    live_steps(session, 2);
    assert_int_equal(session->stop, STOP_GOAL);
    struct stops_entry *entry = stops_find(session->stops, number);
    assert_false(entry->enabled);
    stops_take_notices(session->stops, &notices);
    assert_non_null(strstr(notices.data, "breakpoint 1, break if fc2.weight.norm > 1e9, is disabled: there is no "));
    text_clear(&notices);
    stops_take_notices(session->stops, &notices);
    assert_int_equal(notices.length, 0);
    /* With the layer back it works again. */
    live_net(session, NETWORK);
    entry->enabled = true;
    live_steps(session, 2);
    assert_true(entry->enabled);
    text_free(&notices);
    session_close(session);
}

/* --- break at */

static void test_every_op(void **state)
{
    (void)state;
    struct session *session = open_session(1);
    int ops = program_ops(session->train);
    for (int op = 1; op < ops; op++)
        add(session, &stops_break_at, program_op(session->train, op)->name);
    for (int step = 0; step < 2; step++)
        for (int op = 1; op < ops; op++) {
            run_on(session);
            assert_int_equal(session->stop, STOP_BREAK);
            assert_int_equal(session->step, step);
            assert_int_equal(program_cursor(session->train), op);
        }
    session_close(session);
}

/* The first op: the run stops between the steps, not inside. */
static void test_first_op(void **state)
{
    (void)state;
    struct session *session = open_session(1);
    add(session, &stops_break_at, "gather");
    for (uint64_t step = 1; step < 6; step++) {
        run_on(session);
        assert_int_equal(session->stop, STOP_BREAK);
        assert_int_equal(session->step, step);
        assert_false(session->inside);
    }
    live_ops(session, 1); /* who starts there does not stop there */
    assert_int_equal(session->stop, STOP_GOAL);
    session_close(session);
}

static void test_single_ops_meet_it(void **state)
{
    (void)state;
    struct session *session = open_session(1);
    add(session, &stops_break_at, "3");
    live_ops(session, 1);
    assert_int_equal(session->stop, STOP_GOAL);
    live_ops(session, 5);
    assert_int_equal(session->stop, STOP_BREAK);
    assert_int_equal(program_cursor(session->train), 2);
    live_ops(session, 1);
    assert_int_equal(session->stop, STOP_GOAL);
    live_steps(session, 1); /* the step under way counts as the first */
    assert_int_equal(session->stop, STOP_GOAL);
    assert_int_equal(session->step, 1);
    session_close(session);
}

static void test_op_goes_and_comes(void **state)
{
    (void)state;
    struct session *session = open_session(1);
    int number = add(session, &stops_break_at, "fwd fc2");
    live_net(session, "dense 16, relu");
    assert_int_equal(stops_op(session, stops_find(session->stops, number)), -1);
    live_steps(session, 3);
    assert_int_equal(session->stop, STOP_GOAL);
    live_net(session, NETWORK);
    run_on(session);
    assert_int_equal(session->stop, STOP_BREAK);
    assert_string_equal(program_op(session->train, program_cursor(session->train))->name, "fwd fc2");
    session_close(session);
}

/* Steps so long that they run op by op under a deadline. */
static void test_long_steps(void **state)
{
    (void)state;
    struct session *session = open_session(1);
    int number = add(session, &stops_break_at, "bwd relu1");
    for (uint64_t step = 0; step < 4; step++) {
        session_run_steps(session, GOAL_FOREVER);
        while (session_running(session)) {
            session->step_nanoseconds = 1e9;
            session_advance(session, 0); /* one op a call */
        }
        assert_int_equal(session->stop, STOP_BREAK);
        assert_int_equal(session->step, step);
        assert_string_equal(program_op(session->train, program_cursor(session->train))->name, "bwd relu1");
    }
    assert_int_equal(stops_find(session->stops, number)->hits, 4);
    session_close(session);
}

/* --- nothing of it changes a bit */

static uint64_t straight(int threads, uint64_t steps)
{
    struct session *session = open_session(threads);
    live_net(session, "dense 200, relu, dense 200, relu"); /* enough for two threads to share a step */
    live_steps(session, steps);
    uint64_t hash = session_hash(session);
    session_close(session);
    return hash;
}

static void test_same_bits(void **state)
{
    enum { STEPS = 40 };
    (void)state;
    for (int threads = 1; threads <= 2; threads++) {
        struct session *session = open_session(threads);
        live_net(session, "dense 200, relu, dense 200, relu");
        add(session, &stops_break_nan, NULL);
        add(session, &stops_break_at, "fwd relu2");
        add(session, &stops_break_at, "reduce");
        add(session, &stops_break_at, "update out");
        add(session, &stops_break_at, "gather");
        add(session, &stops_break_if, "val.acc > 0.5 or relu1.out.mean > 0.5");
        add(session, &stops_watch, "val.loss");
        add(session, &stops_watch, "fc2.out.std");
        int stopped = 0;
        while (session->step < STEPS) {
            session_run_steps(session, STEPS - session->step);
            live_run(session);
            stopped++;
        }
        assert_true(stopped >= 4 * STEPS);
        assert_true(session_hash(session) == straight(threads, STEPS));
        session_close(session);
    }
}

/* --- break nan */

/* The weights of fc2 become so large that its own outputs overflow: no other op can be first. */
static void test_nan(void **state)
{
    (void)state;
    for (int threads = 1; threads <= 2; threads++) {
        struct session *session = open_session(threads);
        live_net(session, "dense 200, relu, dense 200, relu");
        live_steps(session, 3);
        size_t count = 0;
        real *weight = live_parameter(session, "fc2.weight", &count);
        for (size_t i = 0; i < count; i++)
            weight[i] = 3e38f;
        int number = add(session, &stops_break_nan, NULL);
        run_on(session);
        assert_int_equal(session->stop, STOP_BREAK);
        assert_non_null(strstr(session->stop_text, "breakpoint 1: fwd fc2 wrote fc2.out with "));
        assert_string_equal(program_op(session->train, program_cursor(session->train))->name, "fwd relu2");
        run_on(session); /* from there on it spreads, until the update is held back as ever */
        assert_int_equal(session->stop, STOP_NONFINITE);
        assert_int_equal(session->step, 3);
        assert_int_equal(stops_find(session->stops, number)->hits, 1);
        session_close(session);
    }
}

/* A network that two threads share, after a step. */
static struct session *open_two_threads(void)
{
    struct session *session = open_session(2);
    live_net(session, "dense 200, relu, dense 200, relu");
    live_steps(session, 1);
    assert_int_equal(program_ranks(session->train), 2);
    return session;
}

static uint64_t ops_before(const struct session *session, const char *name)
{
    int op = 0;
    while (strcmp(program_op(session->train, op)->name, name) != 0)
        op++;
    return (uint64_t)op;
}

/* A part of the gradient that only the second thread has. */
static void test_nan_in_a_part(void **state)
{
    (void)state;
    struct session *session = open_two_threads();
    live_ops(session, ops_before(session, "bwd fc2"));
    /* The last rows are those of the second thread. */
    real *gradient = (real *)program_out_gradient(session->train, 2);
    gradient[(size_t)program_rows(session->train) * 200 - 1] = NAN;
    add(session, &stops_break_nan, NULL);
    live_ops(session, 1);
    assert_int_equal(session->stop, STOP_BREAK);
    assert_non_null(strstr(session->stop_text, "bwd fc2 wrote fc2.grad with 200 NaN and 0 infinite of 40000 values"));
    session_close(session);
}

/* Two threads; some of backward has run in a job of its own when an input becomes infinite, which only `bwd fc1` reads
 * from then on. Runs to the end of the step. */
static struct session *run_behind_an_earlier_job(bool guarded)
{
    struct session *session = open_two_threads();
    if (guarded)
        add(session, &stops_break_nan, NULL);
    live_ops(session, ops_before(session, "bwd relu2"));
    real *x = (real *)program_out(session->train, -1);
    x[(size_t)program_rows(session->train) * 4 - 1] = INFINITY;
    live_steps(session, 1);
    if (guarded) {
        assert_int_equal(session->stop, STOP_BREAK);
        assert_non_null(strstr(session->stop_text, "bwd fc1 wrote fc1.grad"));
        live_steps(session, 1);
    }
    assert_int_equal(session->stop, STOP_NONFINITE);
    live_ops(session, (uint64_t)(program_ops(session->train) - program_cursor(session->train)));
    return session;
}

/* The gradients of layers that are well, and what is made of them, do not depend on who looks. */
static void test_nan_behind_an_earlier_job(void **state)
{
    (void)state;
    struct session *plain = run_behind_an_earlier_job(false), *guarded = run_behind_an_earlier_job(true);
    assert_int_equal(guarded->step, plain->step);
    for (int i = 0; i < plain->net->params; i++) {
        const struct window *window = &plain->net->param[i];
        if (window->layer == 0)
            continue;
        assert_memory_equal(plain->net->w + window->offset, guarded->net->w + window->offset,
                            window->count * sizeof(real));
    }
    session_close(plain);
    session_close(guarded);
}

/* One whose values are of about 10^POWER, or whose gradients are. */
static struct session *open_large(int threads, int power, bool gradients)
{
    struct session *session = open_session(threads);
    live_net(session, gradients ? "dense 200, dense 200, dense 200" : "dense 200, bn, relu, dense 200, relu");
    session->optimizer.lr = power % 4 < 2 ? 1e-3 : 1e37;
    for (int i = 0; i < session->net->params; i++) {
        const struct window *window = &session->net->param[i];
        int here = gradients && window->layer < 2 ? -power : power;
        for (size_t k = 0; k < window->count; k++)
            session->net->w[window->offset + k] *= (real)pow(10, here);
    }
    add(session, &stops_break_nan, NULL);
    return session;
}

/* Runs on until something is not finite, in whole steps or by so many OPS. */
static void run_until_nan(struct session *session, uint64_t ops)
{
    uint64_t end = session->step + 4;
    do {
        if (ops)
            live_ops(session, ops);
        else
            live_steps(session, 1);
    } while (session->step < end && session->stop == STOP_GOAL);
}

static void compare_written(const struct session *a, const struct session *b)
{
    struct operand one, other;
    for (int op = 0; op < program_cursor(a->train); op++)
        for (int i = 0; op_writes(a, op, i, &one); i++) {
            assert_true(op_writes(b, op, i, &other));
            assert_memory_equal(one.tensor.data, other.tensor.data, one.tensor.count * sizeof(float));
        }
}

static void compare_stops(const struct session *whole, const struct session *ops)
{
    assert_int_equal(whole->stop, ops->stop);
    assert_string_equal(whole->stop_text, ops->stop_text);
    assert_int_equal(whole->step, ops->step);
    assert_int_equal(whole->held, ops->held);
    assert_int_equal(program_cursor(whole->train), program_cursor(ops->train));
    assert_int_equal(whole->optimizer.t, ops->optimizer.t);
    assert_true(session_hash(whole) == session_hash(ops));
    compare_written(whole, ops);
}

/* In one job for all ops the run stops behind the same op, with the same said of it and the same bits, as op by op; and
 * so when it goes on. */
static void test_nan_op_by_op(void **state)
{
    bool met[OP_UPDATE + 1] = {false};
    (void)state;
    for (int threads = 1; threads <= 3; threads++)
        for (int i = 0; i < 2 * 38; i += 3) {
            struct session *whole = open_large(threads, i / 2, i % 2);
            struct session *ops = open_large(threads, i / 2, i % 2), *some = open_large(threads, i / 2, i % 2);
            assert_int_equal(program_ranks(whole->train), threads);
            for (int stops = 0; stops < 4; stops++) {
                run_until_nan(whole, 0);
                run_until_nan(ops, 1);
                compare_stops(whole, ops);
                run_until_nan(some, 7);
                if (whole->stop != STOP_GOAL && some->stop != STOP_GOAL)
                    compare_stops(whole, some);
                if (whole->stop == STOP_BREAK)
                    met[program_op(whole->train, program_cursor(whole->train) - 1)->code] = true;
            }
            session_close(whole);
            session_close(ops);
            session_close(some);
        }
    assert_true(met[OP_FORWARD] && met[OP_BACKWARD] && met[OP_UPDATE]);
}

/* `bwd out` overflows in the gradient of its weight alone, which waits for `reduce`; before that `bwd fc3` does in what
 * it passes back. The first is named. */
static void test_nan_in_a_gradient_first(void **state)
{
    (void)state;
    for (int threads = 1; threads <= 3; threads++)
        for (int by_op = 0; by_op < 2; by_op++) {
            struct session *session = live_open("diabetes", 1, threads);
            live_net(session, "dense 200, dense 200, dense 200");
            for (int i = 0; i < session->net->params; i++) {
                const struct window *window = &session->net->param[i];
                double scale = window->layer == 2 ? 1e33 : window->layer == 3 ? 1e-12 : 1;
                for (size_t k = 0; k < window->count; k++)
                    session->net->w[window->offset + k] *= (real)scale;
            }
            add(session, &stops_break_nan, NULL);
            run_until_nan(session, (uint64_t)by_op);
            assert_int_equal(session->stop, STOP_BREAK);
            assert_non_null(strstr(session->stop_text, "bwd out wrote out.grad"));
            assert_string_equal(program_op(session->train, program_cursor(session->train))->name, "bwd fc3");
            session_close(session);
        }
}

/* --- watch */

static void test_watch(void **state)
{
    (void)state;
    struct session *session = open_session(1);
    int step = add(session, &stops_watch, "step * 2"), loss = add(session, &stops_watch, "loss");
    const struct series *series = stops_find(session->stops, step)->series;
    live_steps(session, 10);
    assert_int_equal(series_count(series), 11); /* step 0 had a value too */
    assert_true(series_last(series) == 20);
    assert_int_equal(series_count(stops_find(session->stops, loss)->series), 10);
    live_ops(session, 5);
    session_complete_step(session); /* as an edit does */
    assert_true(series_last_x(series) == 11);
    stops_truncate(session->stops, 4);
    assert_true(series_last_x(series) == 4 && series_last(series) == 8);
    live_steps(session, 1);
    assert_true(series_last_x(series) == 12);
    session_reset(session, 1);
    assert_int_equal(series_count(series), 0);
    live_steps(session, 2);
    stops_find(session->stops, step)->enabled = false;
    live_steps(session, 2);
    assert_true(series_last_x(series) == 2);
    session_close(session);
}

/* What is not finite is in the curve as that; what has no value leaves a gap. */
static void test_watch_gaps(void **state)
{
    (void)state;
    struct session *session = open_session(1);
    int nan = add(session, &stops_watch, "log(0 - step)"), gone = add(session, &stops_watch, "fc2.weight.norm");
    live_steps(session, 3);
    struct bucket all;
    series_columns(stops_find(session->stops, nan)->series, 1, 3, 1, &all);
    assert_int_equal(all.nonfinite, 3);
    live_net(session, "dense 16, relu");
    live_steps(session, 3);
    assert_true(series_last_x(stops_find(session->stops, gone)->series) == 3);
    assert_true(stops_find(session->stops, gone)->enabled);
    session_close(session);
}

/* --- the list */

static void test_list(void **state)
{
    (void)state;
    struct session *session = open_session(1);
    struct text out = {0};
    struct err err;
    assert_null(session->stops);
    refuse(session, &stops_break_if, "nosuch > 1", "there is no 'nosuch'");
    refuse(session, &stops_break_if, "fc1.weight", "is a tensor; a number was expected");
    refuse(session, &stops_break_if, "loss <", "column 7");
    refuse(session, &stops_break_at, "fc2", "'fc2' may be any of fwd fc2, bwd fc2, update fc2");
    refuse(session, &stops_break_at, "fwd", "'fwd' may be any of fwd fc1, fwd relu1,");
    refuse(session, &stops_break_at, "fwd fc9", "there is no op 'fwd fc9'; `list` shows the ops, from gather to");
    refuse(session, &stops_break_at, "0", "there is no op '0'");
    refuse(session, &stops_break_at, "99", "there is no op '99'");
    refuse(session, &stops_break_at, "", "an op is missing");
    refuse(session, &stops_break_nan, "soon", "nothing comes behind nan; found 'soon'");
    refuse(session, &stops_display, "fc1.nosuch", "there is no 'fc1.nosuch'");
    refuse(session, &stops_watch, "fc1.weight", "is a tensor");
    assert_int_equal(add(session, &stops_display, "fc1.bias"), 1);
    assert_int_equal(add(session, &stops_watch, "loss"), 2);
    assert_int_equal(add(session, &stops_break_nan, NULL), 3);
    stops_delete(session->stops, 2);
    stops_delete(session->stops, 2);
    assert_null(stops_find(session->stops, 2));
    assert_int_equal(add(session, &stops_display, "loss"), 4); /* a number is never given again */
    stops_print_values(session, &stops_display, &out);
    assert_string_equal(out.data, "  1  fc1.bias  [16]  min 0  mean 0  max 0\n  4  loss      not written yet\n");
    text_free(&out);
    for (int i = session->stops->entries; i < 1000; i++)
        add(session, &stops_display, "lr");
    assert_null(stops_add(session, &stops_display, "lr", &err));
    assert_non_null(strstr(err.message, "there are 1000 breakpoints"));
    session_close(session);
}

int main(void)
{
    setenv("DNNTUI_ALL_THREADS", "1", 1);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_condition_becomes_true),
        cmocka_unit_test(test_condition_that_holds_already),
        cmocka_unit_test(test_condition_is_forgotten),
        cmocka_unit_test(test_ignore),
        cmocka_unit_test(test_breakpoint_before_goal),
        cmocka_unit_test(test_broken_condition),
        cmocka_unit_test(test_every_op),
        cmocka_unit_test(test_first_op),
        cmocka_unit_test(test_single_ops_meet_it),
        cmocka_unit_test(test_op_goes_and_comes),
        cmocka_unit_test(test_long_steps),
        cmocka_unit_test(test_same_bits),
        cmocka_unit_test(test_nan),
        cmocka_unit_test(test_nan_in_a_part),
        cmocka_unit_test(test_nan_behind_an_earlier_job),
        cmocka_unit_test(test_nan_op_by_op),
        cmocka_unit_test(test_nan_in_a_gradient_first),
        cmocka_unit_test(test_watch),
        cmocka_unit_test(test_watch_gaps),
        cmocka_unit_test(test_list),
    };
    return cmocka_run_group_tests(tests, NULL, live_clean);
}
