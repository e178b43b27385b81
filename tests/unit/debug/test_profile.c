/* test_profile.c: times are taken of every op, on a copy, and can be given up. */
#include "debug/profile.h"

#include "debug/census.h"
#include "live.h"

static void measure(const struct session *session, int steps, struct profile *profile)
{
    struct err err = {0};
    if (profile_measure(session, steps, profile, &err))
        fail_msg("%s", err.message);
}

/* Each op once, the longest first, and the sum is theirs. */
static void test_rows(void **state)
{
    (void)state;
    for (int threads = 1; threads <= 2; threads++) {
        struct session *session = live_open("iris", 1, threads);
        struct profile profile;
        measure(session, 4, &profile);
        bool seen[64] = {false};
        double sum = 0;
        assert_int_equal(profile.ops, program_ops(session->train));
        for (int i = 0; i < profile.ops; i++) {
            assert_false(seen[profile.row[i].op]);
            seen[profile.row[i].op] = true;
            sum += profile.row[i].nanoseconds;
            assert_true(profile.row[i].nanoseconds > 0);
            assert_true(i == 0 || profile.row[i].nanoseconds <= profile.row[i - 1].nanoseconds);
        }
        assert_true(profile.sum > 0.999 * sum && profile.sum < 1.001 * sum);
        assert_true(profile.whole > 0);
        profile_close(&profile);
        session_close(session);
    }
}

static int place(const struct session *session, const struct profile *profile, const char *op)
{
    for (int i = 0; i < profile->ops; i++)
        if (strcmp(program_op(session->train, profile->row[i].op)->name, op) == 0)
            return i;
    fail_msg("no op %s", op);
    return -1;
}

/* Sixty million products take longer than the loss of ten logits a row. */
static void test_order(void **state)
{
    (void)state;
    struct session *session = live_open("digits", 1, 1);
    struct profile profile;
    live_net(session, "dense 1024, relu, dense 1024, relu");
    measure(session, 5, &profile);
    assert_true(place(session, &profile, "bwd fc2") < place(session, &profile, "loss"));
    profile_close(&profile);
    session_close(session);
}

/* State, tensors of the step under way, curves: all as before. */
static void test_leaves_no_trace(void **state)
{
    (void)state;
    struct session *session = live_open("iris", 1, 1);
    struct profile profile;
    struct tensor before, after;
    struct err err;
    live_net(session, "dense 8, bn, relu, dropout 0.5");
    live_steps(session, 3);
    live_ops(session, 5);
    uint64_t hash = session_hash(session);
    assert_int_equal(lookup_tensor(session, "drop1.out", &before, &err), 0);
    size_t bytes = before.count * sizeof *before.data, count = series_count(session->loss_series);
    float *copy = malloc(bytes);
    assert_non_null(copy);
    memcpy(copy, before.data, bytes);
    measure(session, 10, &profile);
    assert_true(session_hash(session) == hash);
    assert_int_equal(program_cursor(session->train), 5);
    assert_int_equal(lookup_tensor(session, "drop1.out", &after, &err), 0);
    assert_ptr_equal(after.data, before.data);
    assert_memory_equal(after.data, copy, bytes);
    assert_int_equal(series_count(session->loss_series), count);
    free(copy);
    profile_close(&profile);
    session_close(session);
}

/* One step an epoch; and one row a batch. */
static void test_batches(void **state)
{
    (void)state;
    struct err err;
    const int batches[] = {120, 119, 1};
    for (int i = 0; i < 3; i++) {
        struct session *session = live_open("iris", 1, 1);
        struct profile profile;
        assert_int_equal(session_set_batch(session, batches[i], &err), 0);
        measure(session, 3, &profile);
        assert_int_equal(profile.steps, 3);
        profile_close(&profile);
        session_close(session);
    }
}

/* Weights that are not finite are no reason to stop. */
static void test_not_finite(void **state)
{
    (void)state;
    struct session *session = live_open("iris", 1, 1);
    struct profile profile;
    live_init(session, "gaussian 1e18");
    live_steps(session, 1);
    assert_true(session->held);
    measure(session, 3, &profile);
    assert_true(session->held);
    profile_close(&profile);
    session_close(session);
}

static bool refuse(void *context)
{
    ++*(int *)context;
    return false;
}

static void test_interrupt(void **state)
{
    (void)state;
    struct session *session = live_open("digits", 1, 1);
    struct profile profile;
    struct err err;
    int asked = 0;
    live_net(session, "dense 1024, relu, dense 1024, relu");
    session->breath = (struct breath){refuse, &asked};
    uint64_t hash = session_hash(session);
    assert_int_equal(profile_measure(session, PROFILE_STEPS_MAX, &profile, &err), -1);
    assert_int_equal(err.code, ERR_INTERRUPT);
    assert_int_equal(asked, 1);
    assert_true(session_hash(session) == hash);
    profile_close(&profile);
    session_close(session);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),    cmocka_unit_test(test_order),      cmocka_unit_test(test_leaves_no_trace),
        cmocka_unit_test(test_batches), cmocka_unit_test(test_not_finite), cmocka_unit_test(test_interrupt),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
