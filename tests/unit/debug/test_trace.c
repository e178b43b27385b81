/*
 * test_trace.c: runs that break in ways that are known, and what is named: the op, the tensor, the reason; for one
 * thread and for two.
 */
#include <math.h>

#include "debug/trace.h"

#include "live.h"

static const char *explain(const struct session *session, const struct trace *trace)
{
    static char words[400];
    struct text out = {0};
    trace_explain(session, trace, &out);
    snprintf(words, sizeof words, "%s", out.data ? out.data : "");
    text_free(&out);
    return words;
}

/* The run has stopped before its update, and the trace names OP and TENSOR and says WHY. It leaves the state alone. */
static struct trace check(const struct session *session, const char *op, const char *tensor, const char *why)
{
    struct trace trace;
    uint64_t hash = session_hash(session);
    assert_true(session->held);
    assert_true(trace_find(session, &trace));
    assert_string_equal(program_op(session->train, trace.op)->name, op);
    assert_string_equal(trace.written.name, tensor);
    if (!strstr(explain(session, &trace), why))
        fail_msg("'%s' should say '%s'", explain(session, &trace), why);
    assert_int_equal(trace.step, session->step + 1);
    assert_true(session_hash(session) == hash);
    return trace;
}

static void fill(const struct session *session, const char *parameter, real value)
{
    size_t count = 0;
    real *w = live_parameter(session, parameter, &count);
    for (size_t i = 0; i < count; i++)
        w[i] = value;
}

static void test_great_weights(void **state)
{
    (void)state;
    for (int threads = 1; threads <= 2; threads++) {
        struct session *session = live_open("iris", 1, threads);
        live_init(session, "gaussian 1e18");
        live_steps(session, 3);
        struct trace trace = check(session, "fwd out", "out.out", "sums of their products pass 3.4e+38");
        assert_false(trace.ahead);
        assert_int_equal(trace.step, 1);
        assert_int_equal(trace.reads, 3);
        assert_string_equal(trace.read[0].operand.name, "relu2.out");
        assert_int_equal(census_bad(&trace.read[0].census), 0);
        assert_true(trace.read[0].census.greatest > 1e36 && trace.read[1].census.greatest > 1e18);
        session_close(session);
    }
}

static void test_exponential(void **state)
{
    (void)state;
    struct session *session = live_open("iris", 1, 1);
    live_net(session, "dense 8, exp, dense 8, exp");
    live_init(session, "gaussian 100");
    live_steps(session, 1);
    struct trace trace = check(session, "fwd exp1", "exp1.out", "from 88.7 on e^x passes 3.4e+38");
    assert_int_equal(trace.census.nan + trace.census.negative, 0);
    assert_true(trace.census.positive > 0);
    assert_true(trace.read[0].census.greatest > 88.8);
    session_close(session);
}

/* The steps before grow; the one that broke is named, with its number. */
static void test_great_rate(void **state)
{
    (void)state;
    struct session *session = live_open("iris", 1, 1);
    live_optimizer(session, "sgd", 1000);
    live_steps(session, 50);
    struct trace trace = check(session, "fwd out", "out.out", "|out.weight|");
    assert_true(trace.step > 1);
    session_close(session);
}

/* Logits so far apart that their difference overflows: the loss is the first, its input is finite. */
static void test_loss(void **state)
{
    (void)state;
    for (int threads = 1; threads <= 2; threads++) {
        struct session *session = live_open("digits", 1, threads);
        size_t count = 0;
        fill(session, "out.weight", 0);
        real *bias = live_parameter(session, "out.bias", &count);
        bias[0] = 3e38F;
        bias[1] = -3e38F;
        live_steps(session, 1);
        struct trace trace = check(session, "loss", "loss", "out.out goes from -3e+38 to 3e+38: differences pass");
        assert_string_equal(trace.read[0].operand.name, "out.out");
        session_close(session);
    }
}

/* Forward all is finite; the product of the gradient from above and the input is not. */
static void test_backward(void **state)
{
    (void)state;
    for (int threads = 1; threads <= 2; threads++) {
        struct session *session = live_open("diabetes", 1, threads);
        live_net(session, "dense 512");
        live_init(session, "gaussian 1e14");
        live_steps(session, 1);
        assert_int_equal(program_ranks(session->train), threads);
        assert_true(isfinite(program_loss(session->train)));
        struct trace trace = check(session, "bwd out", "out.grad", "|out.out.grad| reaches ");
        assert_non_null(strstr(explain(session, &trace), "|fc1.out| "));
        session_close(session);
    }
}

/* What goes down to the layer below overflows where the gradients of the parameters do not. */
static void test_backward_below(void **state)
{
    (void)state;
    struct session *session = live_open("diabetes", 1, 1);
    live_net(session, "dense 4, relu, dense 4");
    fill(session, "fc1.weight", 0);
    fill(session, "fc1.bias", 1e-18F);
    fill(session, "fc2.weight", 1e17F);
    fill(session, "out.weight", 1e12F);
    live_steps(session, 1);
    struct trace trace = check(session, "bwd fc2", "relu1.out.grad", "|fc2.weight| 1e+17");
    assert_non_null(strstr(explain(session, &trace), "|fc2.out.grad|"));
    session_close(session);
}

static void test_convolution(void **state)
{
    (void)state;
    for (int threads = 1; threads <= 2; threads++) {
        struct session *session = live_open("digits", 1, threads);
        live_net(session, "reshape 1x8x8, conv 8 3, relu, conv 8 3, relu, flatten");
        live_init(session, "gaussian 1e20");
        live_steps(session, 1);
        struct trace trace = check(session, "fwd conv2", "conv2.out", "|conv2.weight|");
        assert_int_equal(trace.written.tensor.rank, 4);
        session_close(session);
    }
}

static void test_variance(void **state)
{
    (void)state;
    struct session *session = live_open("digits", 1, 1);
    live_net(session, "dense 16, relu, bn, dense 16, tanh");
    live_init(session, "gaussian 1e20");
    live_steps(session, 1);
    check(session, "fwd bn1", "bn1.running_var", "the sum of squares for its variance passes");
    session_close(session);
}

/* bce far out: the logits themselves overflow before it can. */
static void test_binary(void **state)
{
    (void)state;
    struct session *session = live_open("cancer", 1, 1);
    live_loss(session, "bce");
    live_optimizer(session, "sgd", 1e20);
    live_steps(session, 20);
    struct trace trace = check(session, "fwd fc2", "fc2.out", "sums of their products pass");
    assert_int_equal(trace.step, 2);
    session_close(session);
}

/* A weight that was bad before is said to have been, and no rule of overflow speaks. */
static void test_bad_before(void **state)
{
    (void)state;
    struct session *session = live_open("iris", 1, 1);
    size_t count = 0;
    real *w = live_parameter(session, "fc2.weight", &count);
    w[3] = NAN;
    w[5] = INFINITY;
    w[6] = NAN;
    live_steps(session, 1);
    struct trace trace =
        check(session, "fwd fc2", "fc2.out", "fc2.weight held 2 NaN and 1 +inf before this step began");
    assert_string_equal(trace.read[1].operand.name, "fc2.weight");
    assert_int_equal(trace.read[1].census.first, 3);
    session_close(session);
}

/* A statistic that was bad before and that nothing in training reads is not taken for the cause. */
static void test_bad_statistic(void **state)
{
    (void)state;
    struct session *session = live_open("iris", 1, 1);
    live_net(session, "dense 8, bn, relu");
    session->net->s[0] = NAN;
    fill(session, "out.weight", INFINITY);
    live_steps(session, 1);
    check(session, "fwd out", "out.out", "out.weight held 24 +inf before this step began");
    session_close(session);
}

static void test_data(void **state)
{
    (void)state;
    struct session *session = live_open("iris", 1, 1);
    live_ops(session, 1);
    ((real *)program_out(session->train, -1))[5] = NAN;
    live_steps(session, 1);
    struct trace trace = check(session, "gather", "x", "they came with the data");
    assert_int_equal(trace.census.first, 5);
    session_close(session);
}

/* All that is known is finite, but the weights would not be: the update is named that would make them so. */
static void test_update(void **state)
{
    (void)state;
    struct session *session = live_open("iris", 1, 1);
    struct trace trace;
    live_optimizer(session, "momentum", 0.01);
    live_steps(session, 1);
    live_ops(session, (uint64_t)program_reduce(session->train) + 1);
    assert_false(trace_find(session, &trace));
    session->held = true;
    assert_false(trace_find(session, &trace));
    size_t count = 0;
    real *bias = live_parameter(session, "fc2.bias", &count);
    session->optimizer.slot[0][bias - session->net->w + 7] = 3e38F;
    session->optimizer.lr = 100;
    trace = check(session, "update fc2", "fc2.bias", "with |fc2.bias.grad| up to ");
    assert_true(trace.ahead);
    assert_int_equal(census_bad(&trace.census), 1);
    assert_int_equal(trace.census.first, 7);
    session_close(session);
}

/* What is worked out is what the update makes then, bit for bit, whatever the optimizer and the clipping. */
static void test_update_agrees(void **state)
{
    (void)state;
    const char *const optimizers[] = {"sgd", "momentum", "adam", "adamw", "rmsprop"};
    for (int k = 0; k < 5; k++) {
        struct session *session = live_open("iris", 1, 1);
        live_optimizer(session, optimizers[k], 0.01);
        session->optimizer.clip = 0.01;
        live_steps(session, 2);
        live_ops(session, (uint64_t)program_reduce(session->train) + 1);
        assert_true(program_gradient_norm(session->train) > 0.01);
        size_t count = 0, most = 0;
        real *w = live_parameter(session, "fc2.weight", &count);
        const real *g = program_gradient(session->train) + (w - session->net->w);
        for (size_t i = 1; i < count; i++)
            most = fabsf(g[i]) > fabsf(g[most]) ? i : most;
        w[most] = g[most] < 0 ? 3.4e38F : -3.4e38F;
        session->optimizer.lr = 3e38;
        session->held = true;
        struct trace trace, after;
        assert_true(trace_find(session, &trace) && trace.ahead);
        session->held = false;
        live_ops(session, (uint64_t)(trace.op - program_cursor(session->train) + 1));
        assert_true(trace_find(session, &after) && !after.ahead);
        assert_string_equal(after.written.name, trace.written.name);
        assert_memory_equal(&trace.census, &after.census, sizeof trace.census);
        session_close(session);
    }
}

/* In the midst of a step, before anything has stopped. */
static void test_inside(void **state)
{
    (void)state;
    struct session *session = live_open("iris", 1, 1);
    struct trace trace;
    assert_false(trace_find(session, &trace));
    live_init(session, "gaussian 1e18");
    live_ops(session, 5);
    assert_false(trace_find(session, &trace));
    live_ops(session, 1);
    assert_true(trace_find(session, &trace));
    assert_string_equal(trace.written.name, "out.out");
    session_close(session);
}

/* Weights that the step has overwritten since are not taken for what the op read. */
static void test_overwritten(void **state)
{
    (void)state;
    struct session *session = live_open("iris", 1, 1);
    live_init(session, "gaussian 1e18");
    live_steps(session, 1);
    live_ops(session, 2);
    struct trace trace;
    assert_true(trace_find(session, &trace));
    assert_string_equal(trace.written.name, "out.out");
    assert_false(trace.read[1].later);
    assert_null(strstr(explain(session, &trace), "before this step began"));
    live_init(session, "gaussian 1e36");
    live_steps(session, 1);
    live_ops(session, 2);
    assert_true(trace_find(session, &trace));
    assert_string_equal(trace.written.name, "fc2.out");
    assert_true(trace.read[1].later);
    assert_null(strstr(explain(session, &trace), "before this step began"));
    session_close(session);
}

int main(void)
{
    setenv("DNNTUI_ALL_THREADS", "1", 1);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_great_weights), cmocka_unit_test(test_exponential),
        cmocka_unit_test(test_great_rate),    cmocka_unit_test(test_loss),
        cmocka_unit_test(test_backward),      cmocka_unit_test(test_backward_below),
        cmocka_unit_test(test_convolution),   cmocka_unit_test(test_variance),
        cmocka_unit_test(test_binary),        cmocka_unit_test(test_bad_before),
        cmocka_unit_test(test_bad_statistic), cmocka_unit_test(test_data),
        cmocka_unit_test(test_update),        cmocka_unit_test(test_update_agrees),
        cmocka_unit_test(test_inside),        cmocka_unit_test(test_overwritten),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
