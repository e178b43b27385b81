/* test_breath.c: long work that a command waits for can be given up between two pieces, and then nothing has changed.
 */
#include "debug/shift.h"
#include "live.h"

struct asked {
    int times, most;
};

static bool take(void *context)
{
    struct asked *asked = context;
    return ++asked->times <= asked->most;
}

static void test_validation(void **state)
{
    (void)state;
    struct session *session = live_open("digits", 3, 1);
    struct asked asked = {0};
    struct err err = {0};
    live_steps(session, 5);
    uint64_t before = session_hash(session);
    session->breath = (struct breath){take, &asked};
    assert_int_equal(session_validate(session, &err), -1);
    assert_int_equal(err.code, ERR_INTERRUPT);
    assert_int_equal(asked.times, 1);
    assert_false(session_running(session));
    assert_true(session_hash(session) == before && session->validation_step != session->step);

    asked.most = 1000;
    assert_int_equal(session_validate(session, &err), 0);
    assert_true(asked.times > 1 && session->validation_step == session->step);
    double loss = session->validation.loss;
    session->breath = (struct breath){0};
    session->validation_step = UINT64_MAX;
    assert_int_equal(session_validate(session, &err), 0);
    assert_true(session->validation.loss == loss && session_hash(session) == before);
    session_close(session);
}

static void test_shift(void **state)
{
    (void)state;
    struct session *session = live_open("digits", 3, 1);
    struct data_origin origin = session->data->origin;
    struct asked asked = {.most = 3};
    struct shift_curve curve;
    struct err err = {0};
    snprintf(origin.shape, sizeof origin.shape, "1x8x8");
    assert_int_equal(session_load_data(session, &origin, true, NULL, &err), 0);
    live_steps(session, 5);
    uint64_t before = session_hash(session);
    session->breath = (struct breath){take, &asked};
    assert_int_equal(shift_measure(session, 2, &curve, &err), -1);
    assert_int_equal(err.code, ERR_INTERRUPT);
    asked.most = 100000;
    assert_int_equal(shift_measure(session, 2, &curve, &err), 0);
    assert_true(session_validate(session, &err) == 0 && curve.score[0] == session->validation.score);
    assert_true(session_hash(session) == before);
    session_close(session);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_validation), cmocka_unit_test(test_shift)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
