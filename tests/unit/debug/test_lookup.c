/* test_lookup.c: names: every one that is listed is there; what has not been written is refused; misspelt ones. */
#include <math.h>

#include "debug/lookup.h"
#include "live.h"

static void check_all_listed(struct session *session, const char *prefix, bool regression)
{
    struct text names = {0};
    int found = 0;
    lookup_names(session, prefix, &names);
    for (char *rest = names.data, *name; rest && (name = strsep(&rest, "\n")) && *name; found++) {
        struct named named;
        struct err err = {0};
        bool other_task = strcmp(name, regression ? "acc" : "r2") == 0 ||
                          strcmp(name, regression ? "val.acc" : "val.r2") == 0;
        bool other_data = strcmp(name, "locality") == 0 && session->data->shape.rank != 3; /* no images */
        int status = lookup(session, name, &named, &err);
        if (other_task || other_data ? status == 0 || err.code != (other_task ? ERR_USAGE : ERR_STATE) : status != 0)
            fail_msg("%s: %s", name, status ? err.message : "is not of this task or data, and was found");
        if (status == 0 && named.type == NAMED_TENSOR)
            assert_true(named.tensor.count > 0 && named.tensor.data);
        assert_memory_equal(name, prefix, strlen(prefix));
    }
    assert_true(found > 5);
    text_free(&names);
}

static void test_every_name(void **state)
{
    (void)state;
    for (int threads = 1; threads <= 2; threads++)
        for (int regression = 0; regression < 2; regression++) {
            struct session *session = live_open(regression ? "diabetes" : "digits", 1, threads);
            live_net(session, "dense 64, bn, relu, dropout 0.1, dense 64, relu");
            live_steps(session, 1);
            check_all_listed(session, "", regression);
            check_all_listed(session, "fc1.weight.", regression);
            check_all_listed(session, "fc1.grad.", regression);
            check_all_listed(session, "bn1.running_mean.", regression);
            check_all_listed(session, "out.", regression);
            check_all_listed(session, "x.", regression);
            session_close(session);
        }
}

static void check_refused(struct session *session, const char *name, enum err_code code, const char *says)
{
    struct named named;
    struct err err = {0};
    if (lookup(session, name, &named, &err) == 0)
        fail_msg("%s was found", name);
    if (err.code != code || !strstr(err.message, says))
        fail_msg("%s: %s", name, err.message);
}

static void test_before_any_step(void **state)
{
    static const char *const none[] = {"loss",          "acc",           "grad.norm",      "update.norm", "fc1.out",
                                       "fc1.grad",      "fc1.bias.grad", "relu1.out.grad", "x",           "target",
                                       "fc1.grad.norm", "fc1.ratio",     "fc1.update.norm"};
    static const char *const some[] = {"step", "epoch", "lr", "batch", "weight.norm", "fc1.weight", "fc1.bias.max",
                                       "val.loss", "val.acc"};
    (void)state;
    struct session *session = live_empty(1, 1);
    check_refused(session, "loss", ERR_STATE, "no data");
    live_load(session, "iris");
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        check_refused(session, none[i], ERR_STATE, "no batch has been through this network yet");
        check_refused(session, none[i], ERR_STATE, none[i]);
    }
    check_refused(session, "fc1.out.mean", ERR_STATE, "fc1.out: no batch");
    for (size_t i = 0; i < sizeof some / sizeof *some; i++)
        live_number(session, strcmp(some[i], "fc1.weight") ? some[i] : "fc1.weight.norm");
    /* An edit makes a network that no batch has been through; the last loss stays what it was. */
    live_steps(session, 2);
    double loss = live_number(session, "loss");
    live_net(session, "dense 8, tanh");
    check_refused(session, "fc1.out", ERR_STATE, "no batch");
    check_refused(session, "grad.norm", ERR_STATE, "no batch");
    assert_true(live_number(session, "loss") == loss);
    session_reset(session, 1);
    check_refused(session, "loss", ERR_STATE, "no batch");
    check_refused(session, "x", ERR_STATE, "no batch");
    session_close(session);
}

/* Walks the first step op by op: each name appears with the very op that its refusal named, and not before. */
static void walk_step(struct session *session)
{
    static const char *const names[] = {"x", "target", "fc1.out", "relu1.out", "out.out", "loss", "acc", "out.out.grad",
                                        "fc1.out.grad", "out.grad", "fc1.grad", "fc1.bias.grad", "grad.norm",
                                        "fc1.grad.norm", "fc1.update.norm", "fc1.ratio", "out.ratio", "update.norm"};
    enum { NAMES = sizeof names / sizeof *names };
    int promised[NAMES] = {0}, seen = 0;
    int ops = program_ops(session->train);
    for (int cursor = 1; cursor < ops; cursor++) {
        live_ops(session, 1);
        assert_true(session->inside);
        for (int i = 0; i < NAMES; i++) {
            struct named named;
            struct err err = {0};
            char where[40];
            int op = 0;
            if (lookup(session, names[i], &named, &err)) {
                assert_int_equal(err.code, ERR_STATE);
                const char *at = strstr(err.message, "is written by op ");
                if (!at || sscanf(at, "is written by op %d", &op) != 1)
                    fail_msg("%s: %s", names[i], err.message);
                snprintf(where, sizeof where, "the cursor is at op %d", cursor + 1);
                assert_non_null(strstr(err.message, where));
                assert_non_null(strstr(err.message, program_op(session->train, op - 1)->name));
                assert_true(op > cursor && (promised[i] == 0 || promised[i] == op));
                promised[i] = op;
            } else if (promised[i]) {
                assert_true(cursor >= promised[i]);
                seen++;
            } else {
                promised[i] = cursor;
            }
        }
    }
    assert_true(seen > NAMES);
    live_ops(session, 1);
    assert_false(session->inside);
}

static void test_unwritten(void **state)
{
    (void)state;
    for (int threads = 1; threads <= 2; threads++) {
        struct session *session = live_open("digits", 1, threads);
        live_net(session, "dense 64, relu");
        walk_step(session);
        walk_step(session); /* what the step before has left is not shown either */
        session_close(session);
    }
}

static void test_values(void **state)
{
    (void)state;
    struct session *session = live_open("iris", 1, 1);
    struct named named;
    struct err err = {0};
    live_net(session, "dense 3, bn, relu");
    live_steps(session, 3);
    size_t count = 0;
    const real *w = live_parameter(session, "fc1.weight", &count);
    double sum = 0, squares = 0, least = w[0], most = w[0];
    int zeros = 0;
    for (size_t i = 0; i < count; i++) {
        sum += w[i];
        squares += (double)w[i] * w[i];
        least = w[i] < least ? w[i] : least;
        most = w[i] > most ? w[i] : most;
        zeros += w[i] == 0;
    }
    double mean = sum / (double)count;
    assert_true(fabs(live_number(session, "fc1.weight.mean") - mean) < 1e-12);
    assert_true(fabs(live_number(session, "fc1.weight.norm") - sqrt(squares)) < 1e-9);
    assert_true(fabs(live_number(session, "fc1.weight.std") - sqrt(squares / (double)count - mean * mean)) < 1e-6);
    assert_true(live_number(session, "fc1.weight.min") == least && live_number(session, "fc1.weight.max") == most);
    assert_true(live_number(session, "fc1.weight.absmax") == fmax(fabs(least), fabs(most)));
    assert_true(live_number(session, "fc1.weight.zero") == zeros);
    assert_true(fabs(live_number(session, "fc1.ratio") * program_norms(session->train, 0)->weight -
                     live_number(session, "fc1.update.norm")) < 1e-9);
    assert_int_equal(lookup(session, "fc1.out", &named, &err), 0);
    assert_int_equal(named.tensor.dim[0], 32);
    assert_int_equal(named.tensor.dim[1], 3);
    assert_int_equal(lookup(session, "target", &named, &err), 0);
    assert_int_equal(named.tensor.dim[1], 3);
    for (int row = 0; row < 32; row++)
        assert_true(named.tensor.data[3 * row] + named.tensor.data[3 * row + 1] + named.tensor.data[3 * row + 2] == 1);
    /* A NaN anywhere is seen by every statistic but the counts, which count it. */
    live_parameter(session, "fc1.weight", &count)[1] = NAN;
    assert_true(live_number(session, "fc1.weight.nan") == 1 && isnan(live_number(session, "fc1.weight.min")) &&
                isnan(live_number(session, "fc1.weight.max")) && isnan(live_number(session, "fc1.weight.absmax")) &&
                isnan(live_number(session, "fc1.weight.mean")) && isnan(live_number(session, "fc1.weight.norm")));
    live_parameter(session, "fc1.weight", &count)[2] = -INFINITY;
    assert_true(live_number(session, "fc1.weight.inf") == 1);
    session_close(session);
}

static void test_misspelt(void **state)
{
    static const struct {
        const char *name, *near;
    } rows[] = {{"los", "did you mean loss?"},
                {"val.los", "did you mean val.loss?"},
                {"fc1.wieght", "did you mean fc1.weight?"},
                {"fc1.weight.nrom", "did you mean fc1.weight.norm?"},
                {"relu1.outt", "did you mean relu1.out?"},
                {"fc9.weight", "did you mean fc"},
                {"grad.nrm", "did you mean grad.norm?"},
                {"relu1.weight", "did you mean"},
                {"out", "there is no 'out'"},
                {"fc1", "there is no 'fc1'"},
                {"fc1.", "there is no"},
                {"fc1..norm", "there is no"},
                {".", "there is no"},
                {"x.grad", "there is no"},
                {"relu1.grad", "there is no"},
                {"fc1.weight.norm.norm", "there is no"},
                {"zzzzzzzzzzzzzzzzzzzz", "help names"}};
    char longest[200];
    (void)state;
    struct session *session = live_open("iris", 1, 1);
    live_steps(session, 1);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        check_refused(session, rows[i].name, ERR_USAGE, rows[i].near);
    memset(longest, 'a', sizeof longest);
    longest[sizeof longest - 1] = 0;
    check_refused(session, longest, ERR_USAGE, "longest has 95");
    check_refused(session, "r2", ERR_USAGE, "this is a classification");
    session_close(session);
}

/* val.* worked out inside a step is that of the network as it is there, and is worked out anew when it moves on. */
static void test_validation_inside_a_step(void **state)
{
    (void)state;
    struct session *session = live_open("iris", 1, 1);
    live_steps(session, 3);
    double before = live_number(session, "val.loss");
    live_ops(session, (uint64_t)program_ops(session->train) - 1);
    double inside = live_number(session, "val.loss");
    assert_true(before != inside);
    live_ops(session, 1);
    double after = live_number(session, "val.loss");
    assert_true(after != inside && after != before);
    struct session *whole = live_open("iris", 1, 1);
    live_steps(whole, 4);
    assert_true(live_number(whole, "val.loss") == after);
    assert_int_equal(series_count(session->validation_loss_series), 2);
    session_close(whole);
    session_close(session);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_name), cmocka_unit_test(test_before_any_step), cmocka_unit_test(test_unwritten),
        cmocka_unit_test(test_values),     cmocka_unit_test(test_misspelt),
        cmocka_unit_test(test_validation_inside_a_step),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
