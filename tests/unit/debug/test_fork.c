/* test_fork.c: a fork goes on as the session it came from would have, and leaves no trace in it. */
#include <math.h>

#include "debug/fork.h"
#include "live.h"

#define SPEC "dense 48, bn, relu, dropout 0.2, dense 24, tanh"

static const char *const optimizers[] = {"adam", "sgd", "momentum", "momentum nesterov=on", "rmsprop"};

static struct session *fork_of(const struct session *session)
{
    struct err err = {0};
    struct session *fork = session_fork(session, &err);
    if (!fork)
        fail_msg("%s", err.message);
    return fork;
}

static struct session *open_busy(int threads, const char *optimizer)
{
    struct session *session = live_open("digits", 3, threads);
    live_net(session, SPEC);
    assert_int_equal(session_set_batch(session, 128, NULL), 0);
    live_optimizer(session, optimizer, 0);
    assert_int_equal(session_set_clip(session, 0.5, NULL), 0);
    return session;
}

/* Everything of the live session that looking can show, besides the state: what the programs hold. */
static uint64_t trace_of(const struct session *session)
{
    const struct program *train = session->train;
    uint64_t sum = session_hash(session) + series_count(session->loss_series) * 31 + (uint64_t)session->events;
    for (int layer = -1; layer < session->net->top.layers; layer++) {
        const struct shape *out = layer < 0 ? &session->net->in : &session->net->top.layer[layer].out;
        const unsigned char *bytes = (const unsigned char *)program_out(train, layer);
        for (size_t i = 0; i < (size_t)program_rows(train) * shape_size(out) * sizeof(real); i++)
            sum = sum * 1099511628211u + bytes[i];
    }
    const unsigned char *gradient = (const unsigned char *)program_gradient(train);
    for (size_t i = 0; i < session->net->size * sizeof(real); i++)
        sum = sum * 1099511628211u + gradient[i];
    return sum * 31 + (uint64_t)program_cursor(train);
}

static void test_same_future(void **state)
{
    (void)state;
    for (int threads = 1; threads <= 2; threads++)
        for (size_t i = 0; i < sizeof optimizers / sizeof *optimizers; i++) {
            struct session *session = open_busy(threads, optimizers[i]);
            live_steps(session, 17); /* in the middle of the second epoch */
            struct session *fork = fork_of(session);
            assert_true(session_hash(fork) == session_hash(session));
            live_steps(fork, 23);
            assert_true(session_hash(fork) != session_hash(session));
            live_steps(session, 23);
            assert_true(session_hash(fork) == session_hash(session));
            assert_true(fork->batch_figures.loss == session->batch_figures.loss);
            session_close(fork);
            session_close(session);
        }
}

/* Wherever inside of a step the session stands: its fork is at the beginning of the step or, when an update has been
 * made, at its end; and the session is not touched. */
static void test_inside(void **state)
{
    (void)state;
    for (int threads = 1; threads <= 2; threads++) {
        struct session *session = open_busy(threads, "adam");
        live_steps(session, 13);
        uint64_t before = session_hash(session);
        int ops = program_ops(session->train), update = program_reduce(session->train) + 1;
        struct session *whole = fork_of(session);
        live_steps(whole, 1);
        uint64_t after = session_hash(whole);
        session_close(whole);
        for (int op = 1; op < ops; op++) {
            live_ops(session, 1);
            uint64_t trace = trace_of(session);
            struct session *fork = fork_of(session);
            assert_false(fork->inside);
            assert_true(session_hash(fork) == (op <= update ? before : after));
            live_steps(fork, op <= update ? 1 : 12);
            assert_true(op > update || session_hash(fork) == after);
            session_close(fork);
            assert_true(trace_of(session) == trace);
        }
        live_ops(session, 1);
        assert_true(session_hash(session) == after);
        session_close(session);
    }
}

/* Every edit of a fork, other data among them, and the session is what it was. */
static void test_no_trace(void **state)
{
    (void)state;
    struct session *session = open_busy(2, "momentum");
    live_steps(session, 20);
    live_ops(session, 9);
    session_event(session, "a mark");
    uint64_t trace = trace_of(session);
    const struct dataset *data = session->data;
    struct session *fork = fork_of(session), *grandchild;
    assert_int_equal(fork->events, 0);
    assert_true(fork->data == data);
    live_init(fork, "he");
    live_net(fork, "dense 7, relu");
    live_optimizer(fork, "rmsprop", 0);
    live_loss(fork, "mse");
    assert_int_equal(session_set_whiten(fork, false, false, NULL), 0);
    live_steps(fork, 30);
    session_event(fork, "a mark of the fork");
    grandchild = fork_of(fork);
    assert_true(session_hash(grandchild) == session_hash(fork));
    live_steps(grandchild, 2);
    session_close(grandchild);
    live_load(fork, "iris");
    assert_true(fork->data != data);
    live_steps(fork, 30);
    session_reset(fork, 9);
    session_close(fork);
    assert_true(session->data == data);
    assert_true(trace_of(session) == trace);
    session_close(session);
}

/* An update that is not finite is held back; the fork has it not counted either. */
static void test_held_back(void **state)
{
    (void)state;
    struct session *session = open_busy(1, "adam");
    live_steps(session, 5);
    uint64_t before = session_hash(session);
    size_t count;
    real *weight = live_parameter(session, "fc1.weight", &count), kept = weight[0];
    weight[0] = (real)INFINITY;
    live_steps(session, 3);
    assert_true(session->inside);
    assert_int_equal(session->stop, STOP_NONFINITE);
    struct session *fork = fork_of(session);
    assert_int_equal(fork->step, 5);
    assert_int_equal(fork->optimizer.t, 5);
    live_parameter(fork, "fc1.weight", &count)[0] = kept;
    assert_true(session_hash(fork) == before);
    session_close(fork);
    session_close(session);
}

static void test_narrow(void **state)
{
    (void)state;
    struct session *session = open_busy(2, "adam");
    live_net(session, "dense 32, relu");
    live_steps(session, 11);
    uint64_t trace = trace_of(session);
    struct session *fork = fork_of(session);
    struct dataset view;
    struct err err = {0};
    int row[3] = {session->data->train[5], session->data->train[70], session->data->train[200]};
    assert_int_equal(session_fork_narrow(fork, &view, row, 3, &err), 0);
    assert_memory_equal(fork->net->w, session->net->w, session->net->size * sizeof(real));
    assert_int_equal(fork->optimizer.t, session->optimizer.t);
    live_steps(fork, 300);
    assert_int_equal(program_rows(fork->train), 3);
    assert_int_equal(fork->step, 311);
    assert_true(fork->batch_figures.loss < 0.05);
    assert_true(fork->batch_figures.score == 1);
    session_close(fork);
    assert_true(trace_of(session) == trace);
    session_close(session);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same_future), cmocka_unit_test(test_inside), cmocka_unit_test(test_no_trace),
        cmocka_unit_test(test_held_back),   cmocka_unit_test(test_narrow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
