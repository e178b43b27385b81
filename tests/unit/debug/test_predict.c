/* test_predict.c: predictions agree with an evaluation of the same rows; the session stays as it was. */
#include <math.h>

#include "debug/predict.h"
#include "live.h"

static struct prediction *predict(struct session *session, const char *source, struct arrivals *rows)
{
    struct err err = {0};
    uint64_t hash = session_hash(session);
    if (arrivals_open(rows, session->data, source, &err))
        fail_msg("%s", err.message);
    struct prediction *prediction = calloc((size_t)rows->rows, sizeof *prediction);
    if (!prediction || predict_rows(session, rows, prediction, &err))
        fail_msg("%s", err.message);
    assert_true(session_hash(session) == hash);
    return prediction;
}

/* Over the validation rows alone: their numbers in the file are those in the dataset. */
static double accuracy(const struct session *session, const struct prediction *prediction)
{
    const struct dataset *data = session->data;
    int right = 0;
    for (int i = 0; i < data->validations; i++)
        right += prediction[data->validation[i]].value == data->y[data->validation[i]];
    return (double)right / data->validations;
}

static void classes(void **state)
{
    (void)state;
    static const char *const losses[] = {"ce", "mse", "bce"};
    for (int i = 0; i < 3; i++) {
        struct session *session = live_open(i == 2 ? "cancer" : "wine", 4, 2);
        struct arrivals rows;
        struct err err;
        live_loss(session, losses[i]);
        live_epochs(session, 5);
        struct prediction *prediction = predict(session, session->data->origin.source, &rows);
        assert_int_equal(session_validate(session, &err), 0);
        if (i != 1) /* one output under mse is scored as a logit */
            assert_true(fabs(accuracy(session, prediction) - session->validation.score) < 1e-9);
        for (int r = 0; r < rows.rows; r++)
            if (i == 1)
                assert_true(isnan(prediction[r].confidence));
            else
                assert_true(prediction[r].confidence >= (i == 0 ? 0.33 : 0.5) && prediction[r].confidence <= 1);
        free(prediction);
        arrivals_close(&rows);
        session_close(session);
    }
}

/* In the target's own units, whether it is whitened or not; squashed and clipped as the rows that train. */
static void numbers(void **state)
{
    (void)state;
    for (int targets = 0; targets < 2; targets++) {
        struct session *session = live_open("diabetes", 4, 2);
        struct transform transform;
        struct arrivals rows;
        struct err err;
        assert_int_equal(transform_copy(&transform, &session->transform, &err), 0);
        transform.clips = transform.squashes = true;
        transform.low = -0.1f;
        transform.high = 300;
        transform.squash[2] = 0.05f;
        transform.targets = targets;
        assert_int_equal(transform_learn(&transform, session->data, &err), 0);
        session_set_transform(session, &transform);
        transform_close(&transform);
        live_epochs(session, 30);
        assert_int_equal(session_validate(session, &err), 0);
        struct prediction *prediction = predict(session, "diabetes", &rows);
        const struct dataset *data = session->data;
        double square = 0;
        for (int i = 0; i < data->validations; i++) {
            double d = (double)prediction[data->validation[i]].value - data->y[data->validation[i]];
            square += d * d / data->validations;
        }
        double unit = targets ? (double)session->transform.y_sd * session->transform.y_sd : 1;
        if (!(fabs(square / unit / session->validation.loss - 1) < 1e-4))
            fail_msg("%g, not %g", square / unit, session->validation.loss);
        free(prediction);
        arrivals_close(&rows);
        session_close(session);
    }
}

static void what_is_not_finite_is_no_prediction(void **state)
{
    (void)state;
    struct session *session = live_open("iris", 1, 1);
    struct arrivals rows;
    live_init(session, "gaussian 1e25");
    struct prediction *prediction = predict(session, "iris", &rows);
    int nothing = 0;
    for (int r = 0; r < rows.rows; r++)
        nothing += isnan(prediction[r].value);
    assert_true(nothing > 0);
    free(prediction);
    arrivals_close(&rows);
    session_close(session);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(classes),
        cmocka_unit_test(numbers),
        cmocka_unit_test(what_is_not_finite_is_no_prediction),
    };
    return cmocka_run_group_tests(tests, NULL, live_clean);
}
