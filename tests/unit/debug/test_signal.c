/* test_signal.c: the deviations are those of the tensors that a step makes; the session stays as it was. */
#include <math.h>

#include "debug/signal.h"
#include "live.h"

static struct signal measure(const struct session *session)
{
    struct signal signal;
    struct err err = {0};
    uint64_t hash = session_hash(session);
    if (signal_measure(session, &signal, &err))
        fail_msg("%s", err.message);
    assert_true(session_hash(session) == hash);
    return signal;
}

static void expect_near(double found, double expected)
{
    if (!(fabs(found - expected) <= 1e-5 * fabs(expected)))
        fail_msg("%g, not %g", found, expected);
}

static void agrees_with_the_tensors(void **state)
{
    (void)state;
    struct session *session = live_open("wine", 3, 2);
    char name[64];
    live_net(session, "dense 16, bn, relu, dense 8, tanh");
    live_steps(session, 2);
    struct signal signal = measure(session);
    assert_int_equal(signal.count, session->net->top.layers + 1);
    assert_string_equal(signal.row[0].name, "input");
    assert_true(isnan(signal.row[0].gradient));
    assert_int_equal(signal.first, 1);
    assert_string_equal(signal.row[signal.last].name, "out");
    live_ops(session, (uint64_t)program_reduce(session->train) + 1);
    assert_int_equal(signal.rows, program_rows(session->train));
    for (int i = 1; i < signal.count; i++) {
        snprintf(name, sizeof name, "%s.out.std", signal.row[i].name);
        expect_near(signal.row[i].out, live_number(session, name));
        snprintf(name, sizeof name, "%s.out.grad.std", signal.row[i].name);
        expect_near(signal.row[i].gradient, live_number(session, name));
    }
    session_close(session);
}

/* Ten sigmoid layers drawn by a narrow bell: hardly a gradient is left at the first. */
static void sees_a_gradient_vanish(void **state)
{
    (void)state;
    struct session *session = live_open("digits", 1, 1);
    struct signal before = measure(session);
    assert_true(before.row[1].gradient > 0.1 * before.row[before.last].gradient);
    live_net(session, "dense 16, sigmoid, dense 16, sigmoid, dense 16, sigmoid, dense 16, sigmoid, dense 16, sigmoid");
    live_init(session, "gaussian 0.1");
    struct signal after = measure(session);
    assert_true(after.row[1].gradient < 1e-3 * after.row[after.last].gradient);
    session_close(session);
}

/* Inside a step it is the batch of that step. */
static void stands_inside_a_step(void **state)
{
    (void)state;
    struct session *session = live_open("iris", 1, 1);
    struct signal between = measure(session);
    live_ops(session, 3);
    struct signal inside = measure(session);
    for (int i = 0; i < between.count; i++)
        assert_true(between.row[i].out == inside.row[i].out);
    live_init(session, "gaussian 1e30");
    struct signal broken = measure(session);
    assert_false(isfinite(broken.row[broken.last].out));
    session_close(session);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agrees_with_the_tensors),
        cmocka_unit_test(sees_a_gradient_vanish),
        cmocka_unit_test(stands_inside_a_step),
    };
    return cmocka_run_group_tests(tests, NULL, live_clean);
}
