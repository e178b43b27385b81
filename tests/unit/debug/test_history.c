/*
 * test_history.c: what going somewhere leaves behind besides the hash: tensors, figures, curves and events; what it
 * does when it is given up, when memory is short, and where weights turn infinite in an update.
 */
#include <math.h>

#include "debug/history.h"
#include "live.h"

static void back(struct session *session, uint64_t steps)
{
    struct text notes = {0};
    struct err err;
    if (history_back(session, steps, &notes, &err))
        fail_msg("%s", err.message);
    text_free(&notes);
}

static void go_to(struct session *session, uint64_t step)
{
    struct text notes = {0};
    struct err err;
    if (history_goto_step(session, step, &notes, &err))
        fail_msg("%s", err.message);
    text_free(&notes);
}

static void go_to_end(struct session *session)
{
    struct text notes = {0};
    struct err err;
    if (history_goto_end(session, &notes, &err))
        fail_msg("%s", err.message);
    text_free(&notes);
}

/* What a person sees of a step: sums over its tensors, its figures, the curves' ends. */
struct sight {
    double loss, score, out, gradient, norm, last, last_x, events;
};

static struct sight look(struct session *session)
{
    return (struct sight){session->batch_figures.loss,
                          session->batch_figures.score,
                          live_number(session, "fc1.out.norm"),
                          live_number(session, "out.grad.mean"),
                          live_number(session, "fc2.grad.norm + fc2.ratio"),
                          series_last(session->loss_series),
                          series_last_x(session->loss_series),
                          session->events};
}

static void test_sights(void **state)
{
    enum { STEPS = 60 };
    struct session *session = live_open("iris", 2, 2);
    struct sight seen[STEPS + 1];
    (void)state;
    for (int i = 1; i <= STEPS; i++) {
        live_steps(session, 1);
        seen[i] = look(session);
        if (i == 30) {
            assert_int_equal(session_set_lr(session, 0.01, NULL), 0);
            session_event(session, "lr");
        }
    }
    static const int places[] = {59, 31, 30, 2, 58, 1, 29, 60};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        go_to(session, (uint64_t)places[i]);
        struct sight sight = look(session);
        assert_memory_equal(&sight, &seen[places[i]], sizeof sight);
    }
    session_close(session);
}

/* Every curve is whole again at the end, and cut in the past. */
static void test_curves(void **state)
{
    struct session *session = live_open("iris", 2, 1);
    (void)state;
    live_epochs(session, 12);
    size_t losses = series_count(session->loss_series), validations = series_count(session->validation_loss_series);
    struct figures validation = session->validation;
    uint64_t end = session->step;
    back(session, 20);
    assert_true(series_last_x(session->loss_series) == (double)end - 20);
    assert_true(series_last_x(session->validation_loss_series) <= (double)end - 20);
    assert_true(series_last_x(session->gradient_series[0]) == (double)end - 20);
    go_to_end(session);
    assert_int_equal(series_count(session->loss_series), losses);
    assert_int_equal(series_count(session->validation_loss_series), validations);
    assert_true(session->validation_step == end && session->validation.loss == validation.loss);
    back(session, 20);
    live_steps(session, 20); /* through what was recorded */
    assert_int_equal(series_count(session->loss_series), losses);
    assert_int_equal(series_count(session->validation_loss_series), validations);
    session_close(session);
}

static bool refuse_to_breathe(void *context)
{
    (*(int *)context)++;
    return false;
}

/* Ctrl-C on the way: the session stands where it stood. */
static void test_given_up(void **state)
{
    struct session *session = live_open("digits", 2, 1);
    struct text notes = {0};
    struct err err = {0};
    int asked = 0;
    (void)state;
    history_set_budget(session, 1); /* nothing but the root: all of it is to be run again */
    live_steps(session, 20000);
    live_ops(session, 5);
    uint64_t hash = session_hash(session);
    double out = live_number(session, "fc2.out.norm");
    session->breath = (struct breath){refuse_to_breathe, &asked};
    assert_int_equal(history_goto_step(session, 19999, &notes, &err), -1);
    assert_true(asked > 0);
    assert_int_equal(err.code, ERR_INTERRUPT);
    assert_true(session_hash(session) == hash);
    assert_true(live_number(session, "fc2.out.norm") == out);
    struct position here = session_position(session);
    assert_true(here.step == 20000 && here.op == 5);
    session->breath = (struct breath){NULL, NULL};
    live_ops(session, 1); /* and goes on from there */
    text_free(&notes);
    session_close(session);
}

/* Snapshots stay within the budget, whatever is asked, and everything can be gone to with the root's alone. */
static void test_budget(void **state)
{
    struct session *session = live_open("iris", 2, 1);
    struct text notes = {0};
    uint64_t hash[41];
    (void)state;
    history_set_budget(session, 200000);
    for (int i = 1; i <= 40; i++) {
        live_steps(session, 1);
        hash[i] = session_hash(session);
    }
    history_print(session, &notes);
    assert_non_null(strstr(notes.data, " of 195 KB"));
    history_set_budget(session, 1);
    text_clear(&notes);
    history_print(session, &notes);
    assert_non_null(strstr(notes.data, "\n1 snapshot,"));
    static const int places[] = {39, 1, 20, 40};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        go_to(session, (uint64_t)places[i]);
        assert_true(session_hash(session) == hash[places[i]]);
    }
    text_free(&notes);
    session_close(session);
}

/* Gradients are finite, the weights that an update would make are not: it is not made. */
static void test_update_held_back(void **state)
{
    struct session *session = live_open("iris", 2, 2);
    (void)state;
    live_optimizer(session, "sgd", 0.1);
    live_steps(session, 10);
    uint64_t hash = session_hash(session);
    assert_int_equal(session_set_lr(session, 1e38, NULL), 0);
    live_init(session, "gaussian 5"); /* gradients large enough for that rate to pass what a float holds */
    live_steps(session, 1);
    assert_int_equal(session->stop, STOP_NONFINITE);
    assert_true(session->inside && session->held && !program_nonfinite(session->train));
    assert_true(live_number(session, "fc1.weight.inf + fc2.weight.inf + out.weight.inf + out.weight.nan") == 0);
    assert_true(session->met_nonfinite);
    go_to(session, 4);
    go_to_end(session);
    assert_true(session->inside && session->held);
    assert_int_equal(session_set_lr(session, 0.1, NULL), 0); /* drops it */
    assert_int_equal(session->step, 11);
    assert_int_equal(session->lost_updates, 1);
    assert_false(session->inside || session->held);
    live_steps(session, 3);
    go_to(session, 10);
    assert_true(session_hash(session) == hash);
    go_to_end(session);
    assert_int_equal(session->step, 14);
    session_close(session);
}

/* A rate that is set between the updates of two layers: the first is made, the others are held back and dropped. */
static void test_rest_of_update_held_back(void **state)
{
    struct session *session = live_open("iris", 2, 2);
    (void)state;
    live_optimizer(session, "sgd", 1e-9);
    live_init(session, "gaussian 100");
    live_ops(session, (uint64_t)program_reduce(session->train) + 2);
    double first = live_number(session, "fc1.weight.norm"), second = live_number(session, "fc2.weight.norm");
    assert_int_equal(session_set_lr(session, 3e38, NULL), 0);
    struct position place = session_position(session);
    live_ops(session, 2);
    assert_int_equal(session->stop, STOP_NONFINITE);
    assert_int_equal(position_compare(session_position(session), place), 0);
    uint64_t hash = session_hash(session);
    go_to(session, 0);
    go_to_end(session);
    assert_true(session->held && session_hash(session) == hash);
    assert_int_equal(session_set_lr(session, 0.1, NULL), 0);
    assert_int_equal(session->step, 1);
    assert_int_equal(session->lost_updates, 1);
    assert_true(live_number(session, "fc1.weight.norm") == first && live_number(session, "fc2.weight.norm") == second);
    hash = session_hash(session);
    go_to(session, 0);
    go_to_end(session);
    assert_true(session_hash(session) == hash);
    session_close(session);
}

/* Who goes on makes it all the same. */
static void test_update_forced(void **state)
{
    struct session *session = live_open("iris", 2, 1);
    (void)state;
    live_optimizer(session, "sgd", 0.1);
    live_init(session, "gaussian 5");
    assert_int_equal(session_set_lr(session, 1e38, NULL), 0);
    live_steps(session, 1);
    assert_true(session->held);
    live_ops(session, 1);
    live_ops(session, 2);
    assert_int_equal(session->step, 1);
    assert_true(live_number(session, "fc1.weight.inf + fc2.weight.inf + out.weight.inf") > 0);
    session_close(session);
}

/* After `reset` the new way begins at its first step, however long or full of snapshots the old one is. */
static void check_new_root(uint64_t runs, uint64_t steps)
{
    struct session *session = live_open("iris", 2, 1);
    live_net(session, "dense 4");
    history_set_budget(session, (size_t)1 << 30);
    for (uint64_t i = 0; i < runs; i++)
        live_steps(session, steps);
    uint64_t old = session_hash(session);
    session_reset(session, 3);
    uint64_t first = session_hash(session);
    live_steps(session, 40);
    go_to(session, 0);
    assert_true(session_hash(session) == first);
    struct text notes = {0};
    struct err err;
    assert_int_equal(history_switch(session, "main", &notes, &err), 0);
    assert_true(session_hash(session) == old);
    text_free(&notes);
    session_close(session);
}

static void test_new_root(void **state)
{
    struct session *session = live_open("iris", 2, 1);
    struct branch_view view;
    (void)state;
    session_event(session, "load weights"); /* what the root was, however much is edited since */
    assert_int_equal(session_set_lr(session, 0.1, NULL), 0);
    assert_int_equal(history_find_branch(session, NULL, &view, NULL), 0);
    assert_string_equal(view.parted, "load weights");
    session_close(session);
    check_new_root(1, 20000);
    check_new_root(1200, 1); /* each ends with a snapshot: as many as are kept at most */
}

/* A little at a time until the session stands at PLACE. */
static void creep_to(struct session *session, struct position place)
{
    session_run_steps(session, GOAL_FOREVER);
    while (position_compare(session_position(session), place) < 0)
        session_advance(session, 0);
    assert_int_equal(position_compare(session_position(session), place), 0);
}

/* Ctrl-C on the way through the past leaves no recorded edit out and makes none too early. */
static void test_interrupted_in_the_past(void **state)
{
    struct session *session = live_open("iris", 2, 1);
    (void)state;
    live_steps(session, 5);
    assert_int_equal(session_set_lr(session, 0.01, NULL), 0);
    live_ops(session, 4);
    assert_int_equal(session_set_lr(session, 0.02, NULL), 0); /* in step 6 */
    live_steps(session, 2);
    uint64_t between = session_hash(session);
    live_ops(session, 3);
    uint64_t tip = session_hash(session);

    go_to(session, 3);
    creep_to(session, (struct position){5, 0});
    session_interrupt(session);
    assert_true(session->optimizer.lr == 0.001);
    creep_to(session, (struct position){5, 4});
    session_interrupt(session);
    assert_int_equal(position_compare(session_position(session), (struct position){5, 4}), 0);
    live_steps(session, 2);
    assert_true(session->optimizer.lr == 0.02);
    assert_true(session_hash(session) == between);
    live_ops(session, 3);
    assert_true(session_hash(session) == tip);
    session_close(session);
}

/* A refusal says what is legal, and a forked or empty session has no history to travel. */
static void test_refusals(void **state)
{
    struct session *session = live_open("iris", 2, 1);
    struct text notes = {0};
    struct err err = {0};
    (void)state;
    assert_int_equal(history_back(session, 1, &notes, &err), -1);
    assert_non_null(strstr(err.message, "history begins here"));
    live_steps(session, 4);
    assert_int_equal(history_goto_step(session, 5, &notes, &err), -1);
    assert_non_null(strstr(err.message, "steps 0 to 4, not 5"));
    assert_int_equal(history_branch(session, "main", &notes, &err), -1);
    assert_int_equal(history_branch(session, "\x1b[2J", &notes, &err), -1);
    assert_int_equal(history_switch(session, "none", &notes, &err), -1);
    assert_int_equal(notes.length, 0);
    session_close(session);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sights), cmocka_unit_test(test_curves),
        cmocka_unit_test(test_given_up), cmocka_unit_test(test_budget),
        cmocka_unit_test(test_update_held_back), cmocka_unit_test(test_rest_of_update_held_back),
        cmocka_unit_test(test_update_forced), cmocka_unit_test(test_new_root),
        cmocka_unit_test(test_interrupted_in_the_past), cmocka_unit_test(test_refusals),
    };
    return cmocka_run_group_tests(tests, NULL, live_clean);
}
