/*
 * test_gradcheck.c: the check of the gradient finds what is wrong, passes what is right, skips corners and leaves no
 * trace in the session.
 */
#include <float.h>
#include <math.h>

#include "../cmd/talk.h"
#include "debug/gradcheck.h"
#include "debug/gradcheck_twin.h"

/* --- functions of known gradient */

enum { COUNT = 50 };

struct function {
    double w[COUNT];
    double (*of)(double w);
};

static double sum(void *context)
{
    const struct function *f = context;
    double total = 0;
    for (int i = 0; i < COUNT; i++)
        total += f->of(f->w[i]);
    return total;
}

static double wave(double w)
{
    return sin(3 * w) + w * w * w;
}

static double wave_slope(double w)
{
    return 3 * cos(3 * w) + 3 * w * w;
}

static struct gradcheck_row check(struct function *f, const double *analytic, int entries)
{
    struct gradcheck_row row = {0};
    double before[COUNT];
    memcpy(before, f->w, sizeof before);
    struct gradcheck_comparison comparison = {.loss = sum, .context = f, .w = f->w, .analytic = analytic,
                                              .count = COUNT, .entries = entries, .seed = 3};
    assert_int_equal(gradcheck_compare(&comparison, &row), 0);
    assert_memory_equal(before, f->w, sizeof before);
    return row;
}

static void make_wave(struct function *f, double *analytic)
{
    f->of = wave;
    for (int i = 0; i < COUNT; i++) {
        f->w[i] = 0.11 * i - 2.3;
        analytic[i] = wave_slope(f->w[i]);
    }
}

static void test_right(void **state)
{
    struct function f;
    double analytic[COUNT];
    (void)state;
    make_wave(&f, analytic);
    struct gradcheck_row row = check(&f, analytic, COUNT);
    assert_int_equal(row.verdict, GRADCHECK_AGREES);
    assert_int_equal(row.checked, COUNT);
    assert_int_equal(row.corners, 0);
    assert_true(fabs(row.error) < 1e-7);
    row = check(&f, analytic, 7);
    assert_int_equal(row.verdict, GRADCHECK_AGREES);
    assert_int_equal(row.checked, 7);
}

/* One wrong entry is found, its place named, and the error has the sign of analytic - numeric. */
static void test_wrong_entry(void **state)
{
    static const double factor[] = {-1, 0, 0.5, 0.9999, 1.0001, 2, 100};
    struct function f;
    double analytic[COUNT];
    (void)state;
    for (size_t i = 0; i < sizeof factor / sizeof *factor; i++)
        for (int at = 0; at < COUNT; at += 7) {
            make_wave(&f, analytic);
            double right = analytic[at];
            analytic[at] *= factor[i];
            struct gradcheck_row row = check(&f, analytic, COUNT);
            assert_int_equal(row.verdict, GRADCHECK_DIFFERS);
            assert_int_equal(row.at, at);
            assert_true(row.analytic == analytic[at]);
            assert_true(fabs(row.numeric - right) < 1e-6);
            assert_true((row.error > 0) == (analytic[at] > right));
            double expected = (analytic[at] - right) / fmax(fabs(analytic[at]), fabs(right));
            assert_true(fabs(row.error - expected) < 1e-6);
        }
}

/* The greatest entry is always among those that are looked at: there a wrong one cannot hide. */
static void test_greatest_is_checked(void **state)
{
    struct function f;
    double analytic[COUNT];
    (void)state;
    for (int at = 0; at < COUNT; at++) {
        make_wave(&f, analytic);
        analytic[at] = 1000;
        struct gradcheck_row row = check(&f, analytic, 3);
        assert_int_equal(row.verdict, GRADCHECK_DIFFERS);
        assert_int_equal(row.at, at);
    }
}

static double hinge(double w)
{
    return w > 0 ? 3 * w : -w;
}

static void test_corners(void **state)
{
    struct function f = {.of = hinge};
    double analytic[COUNT];
    (void)state;
    for (int i = 0; i < COUNT; i++) {
        f.w[i] = i % 5 ? 0.2 * i - 5.1 : i % 2 ? 1e-7 : 0; /* some on the corner, some beside it, within both steps */
        analytic[i] = f.w[i] > 0 ? 3 : -1;
    }
    struct gradcheck_row row = check(&f, analytic, COUNT);
    assert_int_equal(row.verdict, GRADCHECK_AGREES);
    assert_int_equal(row.corners, COUNT / 5);
    assert_int_equal(row.checked, COUNT - COUNT / 5);
    analytic[13] = 4;
    row = check(&f, analytic, COUNT);
    assert_int_equal(row.verdict, GRADCHECK_DIFFERS);
    assert_int_equal(row.at, 13);
    /* Within the first step, not the second: looked at again, nearer. */
    for (int i = 0; i < COUNT; i++)
        f.w[i] = i % 2 ? 4e-6 : -4e-6, analytic[i] = i % 2 ? 3 : -1;
    row = check(&f, analytic, COUNT);
    assert_int_equal(row.verdict, GRADCHECK_AGREES);
    assert_int_equal(row.corners, 0);
    memset(f.w, 0, sizeof f.w);
    row = check(&f, analytic, COUNT);
    assert_int_equal(row.verdict, GRADCHECK_UNCLEAR);
    assert_int_equal(row.checked, 0);
}

static double flat(double w)
{
    (void)w;
    return 1;
}

static double wild(double w)
{
    return w > 0 ? INFINITY : w;
}

static void test_nothing_to_compare(void **state)
{
    struct function f = {.of = flat};
    double analytic[COUNT] = {[4] = 1e-15};
    (void)state;
    assert_int_equal(check(&f, analytic, COUNT).verdict, GRADCHECK_SMALL);
    analytic[4] = 1e-3;
    assert_int_equal(check(&f, analytic, COUNT).verdict, GRADCHECK_DIFFERS);
    analytic[9] = NAN;
    struct gradcheck_row row = check(&f, analytic, COUNT);
    assert_int_equal(row.verdict, GRADCHECK_NONFINITE);
    assert_int_equal(row.at, 9);
    assert_int_equal(row.checked, 0);
    f.of = wild;
    f.w[0] = 1;
    memset(analytic, 0, sizeof analytic);
    assert_int_equal(check(&f, analytic, COUNT).verdict, GRADCHECK_NONFINITE);
}

/* --- networks */

/* A twin of SESSION's network on ROWS rows of its own, dropout by DRAW. */
static struct gradcheck_twin *open_twin(const struct session *session, int rows, uint64_t draw)
{
    struct err err = {0};
    const struct net *net = session->net;
    double x[64 * 64], target[64 * 64] = {0};
    int width = net_width(net);
    assert_true(rows <= 64 && session->data->features <= 64 && width <= 64);
    struct rng rng = rng_start(7, RNG_TEST, 0, 0);
    for (int i = 0; i < rows * session->data->features; i++)
        x[i] = rng_normal(&rng);
    for (int i = 0; i < rows; i++)
        target[i * width + i % width] = 1;
    struct gradcheck_twin_plan plan = {.top = &net->top, .in = &net->in, .loss = session->loss.kind->name,
                                       .loss_args = &session->loss.args, .rows = rows, .x = x, .target = target,
                                       .seed = 1, .draw = draw, .threads = 1};
    struct gradcheck_twin *twin = gradcheck_twin_open(&plan, &err);
    if (!twin)
        fail_msg("%s", err.message);
    for (int k = 0; k < net->params; k++)
        for (size_t i = 0; i < net->param[k].count; i++)
            gradcheck_twin_parameter(twin, k)[i] = (double)net->w[net->param[k].offset + i];
    return twin;
}

static double twin_loss(void *twin)
{
    return gradcheck_twin_loss(twin);
}

/* The gradient that SUSPECT gives for tensor K against the loss of JUDGE. */
static enum gradcheck_verdict judge(struct gradcheck_twin *suspect, struct gradcheck_twin *judge, int k, size_t count)
{
    struct gradcheck_row row;
    gradcheck_twin_backward(suspect);
    struct gradcheck_comparison comparison = {.loss = twin_loss, .context = judge,
                                              .w = gradcheck_twin_parameter(judge, k),
                                              .analytic = gradcheck_twin_gradient(suspect, k), .count = count,
                                              .entries = 20};
    assert_int_equal(gradcheck_compare(&comparison, &row), 0);
    return row.verdict;
}

/* The backward pass of one network does not fit the forward pass of one that is built a little differently: a layer
 * whose formulas do not belong together is told. */
static void test_wrong_layers(void **state)
{
    static const char *const pairs[][2] = {
        {"dense 12, leaky 0.01, dense 8, tanh", "dense 12, leaky 0.03, dense 8, tanh"},
        {"dense 12, sigmoid, dense 8, tanh", "dense 12, tanh, dense 8, tanh"},
        {"dense 12, bn, relu, dense 8, tanh", "dense 12, bn eps=0.01, relu, dense 8, tanh"},
        {"dense 12, gelu, dense 8, elu", "dense 12, gelu, dense 8, elu 0.9"},
    };
    struct session *session = live_open("digits", 1, 1);
    (void)state;
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        live_net(session, pairs[i][0]);
        struct gradcheck_twin *one = open_twin(session, 20, 3);
        size_t count = session->net->param[0].count;
        live_net(session, pairs[i][1]);
        struct gradcheck_twin *other = open_twin(session, 20, 3);
        for (int k = 0; k < session->net->params; k++) /* the second was made with the first's weights */
            memcpy(gradcheck_twin_parameter(one, k), gradcheck_twin_parameter(other, k),
                   session->net->param[k].count * sizeof(double));
        assert_int_equal(judge(one, one, 0, count), GRADCHECK_AGREES);
        assert_int_equal(judge(other, other, 0, count), GRADCHECK_AGREES);
        assert_int_equal(judge(one, other, 0, count), GRADCHECK_DIFFERS);
        assert_int_equal(judge(other, one, 0, count), GRADCHECK_DIFFERS);
        gradcheck_twin_close(one);
        gradcheck_twin_close(other);
    }
    /* Other factors of dropout are another function. */
    live_net(session, "dense 12, dropout 0.5, tanh");
    struct gradcheck_twin *one = open_twin(session, 20, 3), *other = open_twin(session, 20, 4);
    assert_int_equal(judge(one, one, 0, session->net->param[0].count), GRADCHECK_AGREES);
    assert_int_equal(judge(one, other, 0, session->net->param[0].count), GRADCHECK_DIFFERS);
    gradcheck_twin_close(one);
    gradcheck_twin_close(other);
    session_close(session);
}

static struct gradcheck run(const struct session *session, const char *layer, int entries)
{
    struct err err = {0};
    struct gradcheck found;
    if (gradcheck_open(session, layer, entries, &found, &err) || gradcheck_run(session, &found, &err))
        fail_msg("%s", err.message);
    return found;
}

/* Every kind of layer with every loss in turn; nothing disagrees, and float is near double. */
static void test_all_kinds(void **state)
{
    struct talk talk;
    struct text spec = {0}, line = {0};
    int agreed = 0, losses = 0;
    (void)state;
    talk_open(&talk, "digits", 2);
    while (loss_kinds[losses])
        losses++;
    for (int i = 0; layer_kinds[i]; i++) {
        if (!talk_net_with(layer_kinds[i], false, &spec) && !talk_net_with(layer_kinds[i], true, &spec))
            fail_msg("no network with %s", layer_kinds[i]->name);
        text_clear(&line);
        text_add(&line, "net %s", spec.data);
        talk_say(&talk, line.data);
        live_loss(talk.session, loss_kinds[i % losses]->name);
        live_steps(talk.session, 2);
        struct gradcheck found = run(talk.session, NULL, 10);
        assert_int_equal(found.rows, talk.session->net->params);
        for (int k = 0; k < found.rows; k++) {
            if (found.row[k].verdict == GRADCHECK_DIFFERS || !(found.row[k].float_error < 1e-3))
                fail_msg("%s, %s: %s off by %g, in float by %g", line.data, loss_kinds[i % losses]->name,
                         found.row[k].window->name, found.row[k].error, found.row[k].float_error);
            agreed += found.row[k].verdict == GRADCHECK_AGREES;
        }
        gradcheck_close(&found);
    }
    print_message("%d tensors agree\n", agreed);
    assert_true(agreed > 60);
    text_free(&spec);
    text_free(&line);
    talk_close(&talk);
}

/* The rows and the dropout are those of the step under way: where it takes all rows of the batch, its float gradient
 * is the live one. */
static void test_rows_are_the_batch(void **state)
{
    struct session *session = live_open("digits", 1, 1);
    (void)state;
    live_net(session, "dense 20, bn, relu, dropout 0.4");
    live_steps(session, 46); /* in the second epoch */
    live_ops(session, (uint64_t)program_reduce(session->train) + 1);
    struct gradcheck found = run(session, "fc1.weight", 0);
    assert_int_equal(found.rows, 1);
    assert_int_equal(found.batch_rows, session->batch);
    double live = (double)program_gradient(session->train)[found.row[0].at], analytic = found.row[0].analytic;
    assert_true(fabs(live - analytic) < 1e-6);
    assert_true(fabs(analytic) > 1e-5);
    gradcheck_close(&found);
    session_close(session);
}

/* Before, inside and between steps: the session's own bytes, the vectors and every tensor of the batch stay. */
static void test_no_trace(void **state)
{
    struct session *session = live_open("digits", 1, 2), before;
    (void)state;
    live_net(session, "dense 20, bn, relu, dropout 0.4, dense 16, tanh");
    for (int op = 0; op < program_ops(session->train) + 3; op++) {
        const struct net *net = session->net;
        size_t gradients = net->size * sizeof(real), outs = (size_t)session->batch * sizeof(real);
        real *gradient = malloc(gradients), *out[2] = {malloc(20 * outs), malloc(16 * outs)};
        int layer[2] = {net_layer(net, "bn1"), net_layer(net, "fc2")};
        uint64_t hash = session_hash(session);
        memcpy(&before, session, sizeof before);
        memcpy(gradient, program_gradient(session->train), gradients);
        memcpy(out[0], program_out(session->train, layer[0]), 20 * outs);
        memcpy(out[1], program_out_gradient(session->train, layer[1]), 16 * outs);
        struct gradcheck found = run(session, NULL, 3);
        gradcheck_close(&found);
        assert_memory_equal(&before, session, sizeof before);
        assert_true(hash == session_hash(session));
        assert_memory_equal(gradient, program_gradient(session->train), gradients);
        assert_memory_equal(out[0], program_out(session->train, layer[0]), 20 * outs);
        assert_memory_equal(out[1], program_out_gradient(session->train, layer[1]), 16 * outs);
        free(gradient);
        free(out[0]);
        free(out[1]);
        live_ops(session, 1);
    }
    session_close(session);
}

/* The same question has the same answer. */
static void test_deterministic(void **state)
{
    struct session *session = live_open("digits", 1, 2);
    (void)state;
    live_net(session, "dense 20, bn, relu, dropout 0.4");
    live_steps(session, 5);
    struct gradcheck one = run(session, NULL, 0), other = run(session, NULL, 0);
    for (int k = 0; k < one.rows; k++)
        assert_memory_equal(&one.row[k], &other.row[k], sizeof one.row[k]);
    gradcheck_close(&one);
    gradcheck_close(&other);
    session_close(session);
}

/* What overflows in float alone, and what does in both. */
static void test_not_finite(void **state)
{
    struct session *session = live_open("digits", 1, 1);
    (void)state;
    live_init(session, "gaussian 1e18");
    struct gradcheck found = run(session, NULL, 0);
    assert_int_equal(found.row[0].verdict, GRADCHECK_AGREES);
    assert_false(isfinite(found.row[0].float_error));
    gradcheck_close(&found);
    size_t count;
    live_parameter(session, "fc1.weight", &count)[3] = NAN;
    found = run(session, NULL, 0);
    for (int k = 0; k < found.rows; k++)
        assert_int_equal(found.row[k].verdict, GRADCHECK_NONFINITE);
    gradcheck_close(&found);
    session_close(session);
}

static bool give_up(void *context)
{
    return --*(int *)context > 0;
}

static void test_interrupt(void **state)
{
    struct session *session = live_open("digits", 1, 2);
    struct gradcheck found;
    struct err err = {0};
    int breaths = 100;
    (void)state;
    session->breath = (struct breath){give_up, &breaths};
    assert_int_equal(gradcheck_open(session, NULL, 0, &found, &err), 0);
    assert_int_equal(gradcheck_run(session, &found, &err), -1);
    assert_int_equal(err.code, ERR_INTERRUPT);
    assert_int_equal(breaths, 0);
    gradcheck_close(&found);
    session_close(session);
}

static void test_command(void **state)
{
    struct talk talk;
    (void)state;
    talk_open(&talk, NULL, 1);
    talk_refuse(&talk, "gradcheck", "data");
    talk_close(&talk);
    talk_open(&talk, "digits", 1);
    talk_say(&talk, "gradcheck");
    assert_non_null(strstr(talk_text(&talk.answers), "all 6 tensors agree to "));
    talk_say(&talk, "gradcheck fc2 2");
    assert_non_null(strstr(talk_text(&talk.answers), "both tensors agree to "));
    assert_null(strstr(talk_text(&talk.answers), "fc1"));
    talk_say(&talk, "gradcheck fc2.bias");
    assert_non_null(strstr(talk_text(&talk.answers), "fc2.bias agrees to "));
    talk_refuse(&talk, "gradcheck relu1", "relu1 has no parameters");
    talk_refuse(&talk, "gradcheck fx2", "there is no layer 'fx2'; did you mean fc2?");
    talk_refuse(&talk, "gradcheck fc1 0", "legal: 1 to");
    struct text words = {0};
    bool files;
    int start;
    console_complete(talk.console, "gradcheck f", 11, &start, &files, &words);
    assert_string_equal(words.data, "fc1\nfc2\n");
    text_free(&words);
    talk_close(&talk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_right),
        cmocka_unit_test(test_wrong_entry),
        cmocka_unit_test(test_greatest_is_checked),
        cmocka_unit_test(test_corners),
        cmocka_unit_test(test_nothing_to_compare),
        cmocka_unit_test(test_wrong_layers),
        cmocka_unit_test(test_all_kinds),
        cmocka_unit_test(test_rows_are_the_batch),
        cmocka_unit_test(test_no_trace),
        cmocka_unit_test(test_deterministic),
        cmocka_unit_test(test_not_finite),
        cmocka_unit_test(test_interrupt),
        cmocka_unit_test(test_command),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
