/* test_session.c: goals, interrupts, the stop at a figure that is not finite, series, epochs. */
#include <math.h>

#include "live.h"

static void test_step_and_stepi(void **state)
{
    (void)state;
    struct session *session = live_open("iris", 1, 1);
    int ops = program_ops(session->train);
    assert_false(session_running(session));
    live_steps(session, 3);
    assert_int_equal(session->step, 3);
    assert_int_equal(session->stop, STOP_GOAL);
    assert_false(session->inside);
    live_ops(session, 1);
    assert_true(session->inside);
    assert_int_equal(program_cursor(session->train), 1);
    assert_int_equal(session->step, 3);
    live_ops(session, (uint64_t)ops); /* to the same place of the next step */
    assert_int_equal(session->step, 4);
    assert_int_equal(program_cursor(session->train), 1);
    live_ops(session, (uint64_t)(3 * ops + 4));
    assert_int_equal(session->step, 7);
    assert_int_equal(program_cursor(session->train), 5);
    live_steps(session, 1); /* the step under way counts as the first */
    assert_int_equal(session->step, 8);
    assert_false(session->inside);
    live_ops(session, 2);
    live_ops(session, (uint64_t)(ops - 2)); /* finish */
    assert_false(session->inside);
    assert_int_equal(session->step, 9);
    session_close(session);
}

static void test_epochs(void **state)
{
    (void)state;
    struct session *session = live_open("iris", 1, 1); /* 120 rows train: 32 32 32 24 */
    live_epochs(session, 2);
    assert_int_equal(session->epoch, 2);
    assert_int_equal(session->step, 8);
    assert_int_equal(session->validation_step, 8);
    assert_int_equal(series_count(session->validation_loss_series), 2);
    assert_true(series_last_x(session->validation_loss_series) == 8);
    live_steps(session, 1);
    live_epochs(session, 1); /* the epoch under way counts as the first */
    assert_int_equal(session->epoch, 3);
    assert_int_equal(session->step, 12);
    assert_int_equal(series_count(session->loss_series), 12);
    assert_int_equal(series_count(session->score_series), 12);
    assert_int_equal(series_count(session->lr_series), 12);
    assert_int_equal(series_count(session->gradient_series[0]), 12);
    assert_null(session->gradient_series[1]);
    assert_true(series_last(session->loss_series) == session->batch_figures.loss);
    session_close(session);
}

/* Runs an epoch step by step and counts how often each row came; the last batch may be smaller. */
static void check_rows(const char *source, int batch)
{
    struct session *session = live_open(source, 3, 1);
    struct err err = {0};
    assert_int_equal(session_set_batch(session, batch, &err), 0);
    int *seen = calloc((size_t)session->data->rows, sizeof *seen), trains = session->data->trains, total = 0;
    assert_non_null(seen);
    for (uint32_t epoch = 0; epoch < 2; epoch++) {
        while (session->epoch == epoch) {
            live_ops(session, 1);
            int rows = program_rows(session->train);
            bool last = session->batch_first + rows == trains;
            assert_int_equal(rows, last && trains % batch ? trains % batch : batch);
            for (int i = 0; i < rows; i++)
                seen[session->order.row[session->batch_first + i]]++;
            total += rows;
            session_complete_step(session);
        }
    }
    assert_int_equal(total, 2 * trains);
    for (int i = 0; i < trains; i++)
        assert_int_equal(seen[session->data->train[i]], 2);
    for (int i = 0; i < session->data->validations; i++)
        assert_int_equal(seen[session->data->validation[i]], 0);
    free(seen);
    session_close(session);
}

static void test_every_row_once_an_epoch(void **state)
{
    (void)state;
    check_rows("iris", 32);
    check_rows("iris", 7);
    check_rows("iris", 120);
    check_rows("iris", 1);
    check_rows("digits", 500);
}

static void test_until(void **state)
{
    (void)state;
    struct session *session = live_open("iris", 1, 1);
    live_until(session, "step >= 5");
    assert_int_equal(session->step, 5);
    assert_int_equal(session->stop, STOP_CONDITION);
    assert_string_equal(session->stop_text, "step >= 5");
    assert_null(session->until);
    live_until(session, "step >= 5"); /* it is asked after a step, so one runs */
    assert_int_equal(session->step, 6);
    live_ops(session, 3);
    live_until(session, "step == 8"); /* from the middle of a step */
    assert_int_equal(session->step, 8);
    assert_false(session->inside);
    live_until(session, "loss < 0.9");
    assert_true(session->batch_figures.loss < 0.9);
    live_until(session, "val.acc > 0.5 and epoch >= 2");
    assert_true(session->validation.score > 0.5);
    live_until(session, "fc9.ratio > 1"); /* what cannot be evaluated stops the run and says why */
    assert_int_equal(session->stop, STOP_BROKEN);
    assert_non_null(strstr(session->stop_text, "fc9.ratio"));
    session_close(session);
}

static void test_goal_replaces_goal(void **state)
{
    (void)state;
    struct session *session = live_open("iris", 1, 1);
    struct err err;
    session_run_until(session, expr_parse("step < 0", &err));
    session_advance(session, 0);
    assert_true(session_running(session));
    uint64_t before = session->step;
    session_run_steps(session, 2);
    assert_null(session->until);
    live_run(session);
    assert_int_equal(session->step, before + 2);
    session_run_steps(session, GOAL_FOREVER);
    session_advance(session, 0);
    /* A deadline that is past lets one op run at least, and one step at most. */
    assert_true(session->inside || session->step == before + 3);
    assert_true(session->step <= before + 3);
    session_interrupt(session);
    uint32_t epoch = session->epoch;
    session_run_epochs(session, 1);
    live_run(session);
    assert_int_equal(session->epoch, epoch + 1);
    session_close(session);
}

static void test_interrupt(void **state)
{
    (void)state;
    struct session *session = live_open("iris", 1, 1);
    session_interrupt(session); /* nothing to stop */
    assert_int_equal(session->stop, STOP_NONE);
    session_run_steps(session, GOAL_FOREVER);
    session_advance(session, clock_now() + 2000000);
    session_interrupt(session);
    assert_false(session_running(session));
    assert_false(session->inside);
    assert_int_equal(session->stop, STOP_INTERRUPT);
    assert_true(session->step > 0);
    uint64_t step = session->step;
    /* Inside of a step it stays where it is when ops were asked for. */
    live_ops(session, 3);
    assert_int_equal(program_cursor(session->train), 3);
    session_run_ops(session, 1000000);
    session_interrupt(session);
    assert_true(session->inside);
    assert_int_equal(program_cursor(session->train), 3);
    assert_int_equal(session->step, step);
    /* An evaluation that is under way ends with the run. */
    session_run_epochs(session, 1);
    while (session_running(session) && !session->evaluation.active)
        session_advance(session, 0);
    if (session->evaluation.active)
        session_interrupt(session);
    assert_false(session_running(session));
    session_close(session);
}

/* A step that takes long goes op by op; each call runs one at least, whatever the deadline. */
static void test_long_steps(void **state)
{
    (void)state;
    struct session *session = live_open("iris", 1, 1), *whole = live_open("iris", 1, 1);
    int ops = program_ops(session->train);
    session_run_steps(session, 2);
    for (int i = 0; i < 2 * ops; i++) {
        assert_true(session_running(session));
        session->step_nanoseconds = 1e12;
        session_advance(session, 0);
        assert_int_equal(session->inside ? program_cursor(session->train) : ops, i % ops + 1);
    }
    assert_false(session_running(session));
    assert_int_equal(session->step, 2);
    live_steps(whole, 2);
    assert_true(session_hash(session) == session_hash(whole));
    /* Interrupted, such a step stays where it is. */
    session_run_steps(session, 2);
    session->step_nanoseconds = 1e12;
    session_advance(session, 0);
    session_interrupt(session);
    assert_true(session->inside);
    assert_int_equal(program_cursor(session->train), 1);
    session_close(session);
    session_close(whole);
}

/* A condition that never holds does not hide what is not finite; the weights are still those before the update. */
static void check_nonfinite(int threads, const char *source)
{
    struct session *session = live_open(source, 1, threads);
    live_net(session, "dense 32, relu, dense 32, relu");
    live_optimizer(session, "momentum", 0.01);
    live_steps(session, 5);
    live_init(session, "gaussian 1e18");
    size_t bytes = session->net->size * sizeof(real);
    real *weights = malloc(bytes), *slot = malloc(bytes);
    assert_true(weights && slot);
    memcpy(weights, session->net->w, bytes);
    memcpy(slot, session->optimizer.slot[0], bytes);
    live_until(session, "step < 0");
    assert_int_equal(session->stop, STOP_NONFINITE);
    assert_true(session->inside);
    assert_int_equal(session->step, 5);
    assert_true(session->nonfinite_step == 6);
    assert_non_null(strstr(session->stop_text, "of step 6 is not finite"));
    assert_non_null(strstr(session->stop_text, "its update has not been made"));
    assert_memory_equal(weights, session->net->w, bytes);
    assert_memory_equal(slot, session->optimizer.slot[0], bytes);
    assert_int_equal(series_count(session->loss_series), 6);
    assert_string_equal(program_op(session->train, program_cursor(session->train))->name, "update fc1");
    /* An edit leaves that update out, and so rescues the weights. */
    assert_false(session_complete_step(session));
    assert_memory_equal(weights, session->net->w, bytes);
    assert_memory_equal(slot, session->optimizer.slot[0], bytes);
    assert_int_equal(session->step, 6);
    assert_int_equal(session->optimizer.t, 0);
    live_init(session, "variance-scaling");
    live_steps(session, 10);
    assert_int_equal(session->stop, STOP_GOAL);
    assert_true(isfinite(session->batch_figures.loss));
    assert_true(session->nonfinite_step == 6); /* the first one stays known */
    assert_int_equal(session->optimizer.t, 10);
    free(weights);
    free(slot);
    session_close(session);
}

static void test_nonfinite(void **state)
{
    (void)state;
    check_nonfinite(1, "iris");
    check_nonfinite(2, "digits");
}

/* A table with one training row that exp makes infinite. */
static struct session *open_one_wild_row(int threads)
{
    struct text table = {0};
    char path[LIVE_PATH];
    text_add(&table, "a,b,label\n");
    for (int i = 0; i < 100; i++)
        text_add(&table, "%d,%d,%s\n", i == 50 ? 10000 : i % 7, i % 5, i % 3 ? "yes" : "no");
    struct session *session = live_open(live_file(path, "wild.csv", table.data), 1, threads);
    text_free(&table);
    bool trains = false;
    for (int i = 0; i < session->data->trains; i++)
        trains = trains || session->data->train[i] == 50;
    assert_true(trains);
    assert_int_equal(session_set_whiten(session, false, false, NULL), 0);
    assert_int_equal(session_set_batch(session, 8, NULL), 0);
    live_net(session, "dense 16, exp, bn, relu");
    return session;
}

/* The forward pass of a step whose update is lost has spoilt batch norm's statistics already: they are put back too,
 * whether a run stopped there or an edit completed the step. */
static void check_statistics(int threads, bool stopped)
{
    struct session *session = open_one_wild_row(threads);
    size_t bytes = session->net->stat_size * sizeof(real);
    real *before = malloc(bytes);
    assert_true(before && bytes > 0);
    do {
        assert_true(session->epoch == 0 && !session->met_nonfinite);
        memcpy(before, session->net->s, bytes);
        if (stopped)
            live_steps(session, 1);
        else
            live_ops(session, 3);
    } while (stopped ? session->stop != STOP_NONFINITE : session_complete_step(session));
    assert_true(session->inside == stopped);
    assert_int_equal(session_set_lr(session, 1e-6, NULL), 0);
    assert_false(session->inside);
    assert_int_equal(session->lost_updates, 1);
    assert_true(session->met_nonfinite && session->nonfinite_step == (double)session->step);
    assert_memory_equal(before, session->net->s, bytes);
    live_steps(session, 1);
    assert_true(live_number(session, "bn1.running_var.nan") == 0);
    assert_true(isfinite(live_number(session, "val.loss")));
    session_reset(session, 1);
    assert_true(session->met_nonfinite && isnan(session->nonfinite_step));
    free(before);
    session_close(session);
}

static void test_statistics_of_a_lost_update(void **state)
{
    (void)state;
    for (int threads = 1; threads <= 2; threads++) {
        check_statistics(threads, true);
        check_statistics(threads, false);
    }
}

/* Who goes on after the stop gets the update that was held back. */
static void test_going_on_after_nonfinite(void **state)
{
    (void)state;
    struct session *session = live_open("iris", 1, 1);
    live_init(session, "gaussian 1e18");
    live_steps(session, 1);
    assert_int_equal(session->stop, STOP_NONFINITE);
    live_steps(session, 1);
    assert_int_equal(session->stop, STOP_GOAL);
    assert_int_equal(session->step, 1);
    assert_true(live_number(session, "fc1.weight.nan") > 0);
    live_steps(session, 5);
    assert_int_equal(session->stop, STOP_NONFINITE);
    assert_int_equal(session->step, 1);
    session_close(session);
}

static void test_validate(void **state)
{
    (void)state;
    struct err err = {0};
    struct session *session = live_open("iris", 1, 1);
    assert_int_equal(session_validate(session, &err), 0);
    double loss = session->validation.loss;
    assert_true(isfinite(loss) && session->validation_step == 0);
    assert_int_equal(series_count(session->validation_loss_series), 1);
    assert_int_equal(session_validate(session, &err), 0);
    assert_int_equal(series_count(session->validation_loss_series), 1);
    live_steps(session, 1);
    assert_int_equal(session_validate(session, &err), 0);
    assert_true(session->validation.loss != loss);
    struct data_origin origin = session->data->origin;
    origin.validation = 0;
    assert_int_equal(session_load_data(session, &origin, true, NULL, &err), 0);
    assert_int_equal(session_validate(session, &err), -1);
    assert_int_equal(err.code, ERR_USAGE);
    live_epochs(session, 1);
    assert_int_equal(session->epoch, 1);
    assert_int_equal(series_count(session->validation_loss_series), 0);
    session_close(session);
}

/* Edits and other data in the middle of a run, and of every sort of goal, leave a session that works. */
static void test_edits_during_a_run(void **state)
{
    static const char *const nets[] = {"dense 8, relu", "", "dense 8, bn, relu, dense 8, bn, relu, dense 8",
                                       "dense 4, tanh"};
    (void)state;
    struct session *session = live_open("iris", 1, 1);
    struct err err = {0};
    for (int goal = 0; goal < 4; goal++)
        for (int edit = 0; edit < 4; edit++) {
            char condition[80];
            snprintf(condition, sizeof condition, "step > %d and out.out.mean > -1e9", (int)session->step + 300);
            if (goal == 0)
                session_run_ops(session, 5000);
            else if (goal == 1)
                session_run_steps(session, 100);
            else if (goal == 2)
                session_run_epochs(session, 20);
            else
                session_run_until(session, expr_parse(condition, &err));
            session_advance(session, 0);
            assert_true(session_running(session));
            live_net(session, nets[edit]);
            if (edit == 1)
                live_optimizer(session, "rmsprop", 0.001);
            session_advance(session, 0);
            if (edit == 2)
                assert_int_equal(session_set_batch(session, 5 + goal, &err), 0);
            if (edit == 3) {
                live_load(session, goal % 2 ? "wine" : "iris");
                assert_false(session_running(session));
                assert_null(session->until);
                assert_int_equal(session->step, 0);
            }
            live_run(session);
            assert_false(session_running(session));
        }
    session_close(session);
}

static void test_events(void **state)
{
    (void)state;
    struct session *session = live_open("iris", 1, 1);
    for (int i = 0; i < 60; i++)
        session_event(session, "edit %d", i);
    assert_int_equal(session->events, 60);
    assert_int_equal(session->event[0].mark, 'a');
    assert_int_equal(session->event[25].mark, 'z');
    assert_int_equal(session->event[26].mark, 'A');
    assert_int_equal(session->event[51].mark, 'Z');
    assert_int_equal(session->event[52].mark, '*');
    assert_string_equal(session->event[59].text, "edit 59");
    session_reset(session, 1);
    assert_int_equal(session->events, 0);
    session_close(session);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_step_and_stepi),
        cmocka_unit_test(test_epochs),
        cmocka_unit_test(test_every_row_once_an_epoch),
        cmocka_unit_test(test_until),
        cmocka_unit_test(test_goal_replaces_goal),
        cmocka_unit_test(test_interrupt),
        cmocka_unit_test(test_long_steps),
        cmocka_unit_test(test_nonfinite),
        cmocka_unit_test(test_statistics_of_a_lost_update),
        cmocka_unit_test(test_going_on_after_nonfinite),
        cmocka_unit_test(test_validate),
        cmocka_unit_test(test_edits_during_a_run),
        cmocka_unit_test(test_events),
    };
    return cmocka_run_group_tests(tests, NULL, live_clean);
}
