/* test_noise.c: the noise against what theory and a whole batch say of it; the session stays as it was. */
#include <math.h>

#include "debug/noise.h"
#include "live.h"

static struct noise measure(const struct session *session)
{
    struct noise noise;
    struct err err = {0};
    uint64_t hash = session_hash(session);
    if (noise_measure(session, &noise, &err))
        fail_msg("%s", err.message);
    assert_true(session_hash(session) == hash);
    return noise;
}

/* Of independent rows the variance goes as one over the batch; of a sixteenfold batch the noise is a quarter. */
static void falls_with_the_root_of_the_batch(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 3; seed++) {
        struct session *session = live_open("digits", seed, 2);
        struct noise noise = measure(session);
        const struct noise_size *last = &noise.size[noise.sizes - 1];
        assert_int_equal(noise.rows, session->data->trains);
        assert_int_equal(noise.size[0].batch, 1);
        assert_int_equal(noise.size[2].batch, 16);
        assert_int_equal(noise.size[3].batch, 32); /* the session's own */
        double ratio = noise.size[0].noise / noise.size[2].noise;
        if (!(ratio > 3 && ratio < 5.3))
            fail_msg("seed %d: ratio %g", (int)seed, ratio);
        assert_true(noise.scale / (noise.size[2].noise * noise.size[2].noise * 16) < 1.02);
        assert_true(last->batch == session->data->trains && last->noise == 0);
        assert_true(last->bytes > 20 * noise.size[0].bytes);
        session_close(session);
    }
}

/* G is the gradient of a full batch. */
static void the_mean_is_that_of_all_rows(void **state)
{
    (void)state;
    struct session *session = live_open("digits", 5, 2);
    struct noise noise = measure(session);
    assert_int_equal(session_set_batch(session, session->data->trains, NULL), 0);
    live_ops(session, (uint64_t)program_reduce(session->train) + 1);
    double whole = program_gradient_norm(session->train);
    assert_true(fabs(noise.norm / whole - 1) < 1e-4);
    session_close(session);
}

static void refuses_what_cannot_be_compared(void **state)
{
    (void)state;
    struct noise noise;
    struct err err = {0};
    struct session *session = live_open("iris", 1, 1);
    live_init(session, "gaussian 1e18");
    assert_int_equal(noise_measure(session, &noise, &err), -1);
    assert_non_null(strstr(err.message, "not finite"));
    session_close(session);
}

static void small_sets_and_batch_norm(void **state)
{
    (void)state;
    struct session *session = live_open("iris", 1, 2);
    live_net(session, "dense 8, bn, relu, dropout 0.5");
    live_steps(session, 3);
    assert_int_equal(session_set_batch(session, 120, NULL), 0);
    struct noise noise = measure(session);
    assert_int_equal(noise.size[noise.sizes - 1].batch, 120);
    for (int i = 1; i < noise.sizes; i++)
        assert_true(noise.size[i].batch > noise.size[i - 1].batch);
    session_close(session);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(falls_with_the_root_of_the_batch),
        cmocka_unit_test(the_mean_is_that_of_all_rows),
        cmocka_unit_test(refuses_what_cannot_be_compared),
        cmocka_unit_test(small_sets_and_batch_norm),
    };
    return cmocka_run_group_tests(tests, NULL, live_clean);
}
