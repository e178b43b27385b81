/* test_score.c: accuracy and R2 against plain sums over the rows. */
#include <math.h>

#include "live.h"

/* The network's output for dataset row ROW, through the evaluation program's own source of rows: a batch of training
 * rows has been gathered into the training program, so outputs are read there. */
static const real *output(const struct session *session, int row, int *width)
{
    int last = session->net->top.layers - 1;
    *width = (int)shape_size(&session->net->top.layer[last].out);
    return program_out(session->train, last) + (size_t)row * (size_t)*width;
}

static double right_share(const struct session *session)
{
    int right = 0, rows = program_rows(session->train), width;
    for (int i = 0; i < rows; i++) {
        const real *z = output(session, i, &width);
        int guess = 0, truth = (int)session->data->y[session->order.row[session->batch_first + i]];
        for (int k = 1; k < width; k++)
            if (z[k] > z[guess])
                guess = k;
        if (width == 1)
            guess = z[0] > 0;
        right += guess == truth;
    }
    return (double)right / rows;
}

static void test_accuracy(void **state)
{
    (void)state;
    struct session *session = live_open("digits", 1, 2);
    for (int i = 0; i < 20; i++) {
        live_steps(session, 1);
        assert_true(fabs(session->batch_figures.score - right_share(session)) < 1e-12);
    }
    session_close(session);
    session = live_open("cancer", 1, 1);
    live_loss(session, "bce");
    for (int i = 0; i < 20; i++) {
        live_steps(session, 1);
        assert_true(fabs(session->batch_figures.score - right_share(session)) < 1e-12);
    }
    session_close(session);
}

/* A constant network predicts one class: the accuracy is the share of that class. */
static void test_constant_classifier(void **state)
{
    (void)state;
    struct session *session = live_open("iris", 1, 1);
    size_t count;
    live_init(session, "zeros");
    live_parameter(session, "out.bias", &count)[1] = 5;
    assert_int_equal(count, 3);
    int of_class = 0;
    for (int i = 0; i < session->data->validations; i++)
        of_class += session->data->y[session->data->validation[i]] == 1;
    assert_true(live_number(session, "val.acc") == (double)of_class / session->data->validations);
    /* What is not a number is not right. */
    live_parameter(session, "out.bias", &count)[1] = NAN;
    session->validation_step = UINT64_MAX;
    assert_true(live_number(session, "val.acc") == 0);
    session_close(session);
}

static double validation_mean(const struct dataset *data)
{
    double sum = 0;
    for (int i = 0; i < data->validations; i++)
        sum += data->y[data->validation[i]];
    return sum / data->validations;
}

/* Predicting the mean of the validation rows explains nothing; a constant elsewhere is worse than nothing. */
static void test_constant_regression(void **state)
{
    (void)state;
    struct session *session = live_open("diabetes", 1, 1);
    const struct dataset *data = session->data;
    struct err err = {0};
    size_t count;
    double mean = validation_mean(data), spread = 0, error = 0;
    assert_int_equal(session_set_whiten(session, true, false, &err), 0);
    live_init(session, "zeros");
    live_parameter(session, "out.bias", &count)[0] = (real)mean;
    assert_true(fabs(live_number(session, "val.r2")) < 1e-5);
    for (int i = 0; i < data->validations; i++) {
        double y = data->y[data->validation[i]];
        spread += (y - mean) * (y - mean);
        error += (y - 100) * (y - 100);
    }
    live_parameter(session, "out.bias", &count)[0] = 100;
    session->validation_step = UINT64_MAX;
    assert_true(fabs(live_number(session, "val.r2") - (1 - error / spread)) < 1e-6);
    assert_true(fabs(live_number(session, "val.loss") - error / data->validations) < 1e-6 * error);
    session_close(session);
}

/* The score is the same in the units of the target and in whitened ones, and defined for a batch of one row. */
static void test_batch_r2(void **state)
{
    (void)state;
    struct err err = {0};
    for (int whiten = 0; whiten < 2; whiten++) {
        struct session *session = live_open("diabetes", 1, 1);
        const struct dataset *data = session->data;
        double mean = 0, variance = 0;
        for (int i = 0; i < data->trains; i++)
            mean += data->y[data->train[i]] / data->trains;
        for (int i = 0; i < data->trains; i++)
            variance += (data->y[data->train[i]] - mean) * (data->y[data->train[i]] - mean) / data->trains;
        assert_int_equal(session_set_whiten(session, true, whiten, &err), 0);
        live_init(session, "zeros");
        assert_int_equal(session_set_lr(session, 0, &err), 0);
        for (int batch = 1; batch <= 40; batch += 13) {
            assert_int_equal(session_set_batch(session, batch, &err), 0);
            live_steps(session, 1);
            double squares = 0, guess = whiten ? mean : 0;
            for (int i = 0; i < batch; i++) {
                double y = data->y[session->order.row[session->batch_first + i]];
                squares += (y - guess) * (y - guess) / batch;
            }
            double expected = 1 - squares / variance;
            assert_true(fabs(session->batch_figures.score - expected) < 1e-4 * fmax(1, fabs(expected)));
        }
        session_close(session);
    }
}

/* The validation figures do not depend on the pieces that the rows come in. */
static void test_validation_over_pieces(void **state)
{
    (void)state;
    struct session *session = live_open("digits", 1, 1); /* 359 rows: more than one piece */
    live_steps(session, 30);
    double accuracy = live_number(session, "val.acc"), loss = live_number(session, "val.loss");
    assert_true(session->data->validations > program_rows_max(session->evaluate));
    session_run_steps(session, 0);
    live_run(session);
    session->validation_step = UINT64_MAX;
    assert_true(live_number(session, "val.acc") == accuracy && live_number(session, "val.loss") == loss);
    assert_true(accuracy > 0.1 && fabs(accuracy * 359 - round(accuracy * 359)) < 1e-9);
    session_close(session);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_accuracy),   cmocka_unit_test(test_constant_classifier),
        cmocka_unit_test(test_constant_regression), cmocka_unit_test(test_batch_r2),
        cmocka_unit_test(test_validation_over_pieces),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
