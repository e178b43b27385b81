/*
 * test_official.c: figures of official test rows: evaluated apart, as the validation rows are, and leaving no trace;
 * and the shape of the data, through a checkpoint.
 */
#include <math.h>

#include "debug/checkpoint.h"
#include "debug/lookup.h"
#include "live.h"

#define SIDE 6
#define SIZE (SIDE * SIDE)
#define TRAIN_ROWS 600
#define TEST_ROWS 300 /* more than one piece of an evaluation */

static void put_idx(const char *name, int rows, bool labels, unsigned shift)
{
    char room[LIVE_PATH];
    FILE *file = fopen(live_path(room, name), "wb");
    assert_non_null(file);
    const int dim[3] = {rows, SIDE, SIDE}, rank = labels ? 1 : 3;
    fputc(0, file), fputc(0, file), fputc(8, file), fputc(rank, file);
    for (int i = 0; i < rank; i++)
        for (int byte = 3; byte >= 0; byte--)
            fputc(dim[i] >> 8 * byte & 255, file);
    for (unsigned r = 0; r < (unsigned)rows; r++)
        for (unsigned p = 0; p < (labels ? 1 : SIZE); p++) {
            unsigned noise = (r + shift) * 2654435761u / 7 * (p + 1) % 97;
            fputc((int)(labels ? r % 3 : (r % 3 * 40 + noise) & 255), file);
        }
    assert_int_equal(fclose(file), 0);
}

static struct session *open_images(void)
{
    char room[LIVE_PATH];
    put_idx("train-images-idx3-ubyte", TRAIN_ROWS, false, 0);
    put_idx("train-labels-idx1-ubyte", TRAIN_ROWS, true, 0);
    put_idx("t10k-images-idx3-ubyte", TEST_ROWS, false, 5000);
    put_idx("t10k-labels-idx1-ubyte", TEST_ROWS, true, 0);
    return live_open(live_path(room, "train-images-idx3-ubyte"), 3, 1);
}

static void test_figures_are_those_of_the_test_rows(void **state)
{
    (void)state;
    struct session *session = open_images();
    live_steps(session, 40);
    double acc = live_number(session, "test.acc"), loss = live_number(session, "test.loss");
    assert_true(acc > 0.4 && acc <= 1 && isfinite(loss));
    assert_true(fabs(acc * TEST_ROWS - round(acc * TEST_ROWS)) < 1e-9);
    /* The same rows as validation rows give the same figures. */
    struct dataset *data = session->data;
    int *validation = data->validation, validations = data->validations;
    data->validation = data->test;
    data->validations = data->tests;
    session->validation_step = UINT64_MAX;
    assert_true(live_number(session, "val.acc") == acc && live_number(session, "val.loss") == loss);
    data->validation = validation;
    data->validations = validations;
    session->validation_step = UINT64_MAX;
    assert_true(live_number(session, "val.loss") != loss);
    assert_true(live_number(session, "test.loss") == loss);
    /* They follow the weights. */
    live_steps(session, 1);
    assert_true(live_number(session, "test.loss") != loss);
    session_close(session);
}

static void test_evaluation_leaves_no_trace(void **state)
{
    (void)state;
    struct session *session = open_images(), *other = open_images();
    live_steps(session, 3);
    live_steps(other, 3);
    live_ops(session, 4);
    live_ops(other, 4);
    uint64_t hash = session_hash(session);
    double out = live_number(session, "fc1.out.norm");
    live_number(session, "test.loss");
    assert_true(session_hash(session) == hash);
    assert_true(live_number(session, "fc1.out.norm") == out);
    /* An evaluation of the validation rows that is under way goes on. */
    live_steps(session, 1);
    live_steps(other, 1);
    session->evaluation = (struct evaluation){
        .active = true, .row = session->data->validation, .rows = session->data->validations, .done = 7, .loss = 3};
    live_number(session, "test.acc");
    assert_true(session->evaluation.active && session->evaluation.done == 7 && session->evaluation.loss == 3);
    session->evaluation.active = false;
    live_epochs(session, 1);
    live_epochs(other, 1);
    assert_true(session_hash(session) == session_hash(other));
    session_close(session);
    session_close(other);
}

static void test_without_validation_rows(void **state)
{
    (void)state;
    struct session *session = open_images();
    struct data_origin origin = session->data->origin;
    struct err err = {0};
    origin.validation = 0;
    assert_int_equal(session_load_data(session, &origin, true, NULL, &err), 0);
    live_epochs(session, 1);
    assert_true(session->validation_step == UINT64_MAX);
    assert_int_equal(session_validate(session, &err), -1);
    assert_true(isfinite(live_number(session, "test.loss")));
    session_close(session);
}

static void test_data_without_test_rows(void **state)
{
    (void)state;
    struct session *session = live_open("digits", 1, 1);
    struct err err = {0};
    struct named named;
    struct text names = {0};
    assert_int_equal(lookup(session, "test.acc", &named, &err), -1);
    assert_int_equal(err.code, ERR_USAGE);
    assert_non_null(strstr(err.message, "this data has no official test rows"));
    lookup_names(session, "test.", &names);
    assert_int_equal(names.length, 0);
    session_close(session);
    session = open_images();
    lookup_names(session, "test.", &names);
    assert_string_equal(names.data, "test.loss\ntest.acc\ntest.r2\n");
    assert_int_equal(lookup(session, "test.r2", &named, &err), -1);
    assert_non_null(strstr(err.message, "is for regression"));
    text_free(&names);
    session_close(session);
}

static void test_shape_reaches_the_network_and_a_checkpoint(void **state)
{
    (void)state;
    char room[LIVE_PATH];
    struct session *session = open_images();
    struct data_origin origin = session->data->origin;
    struct err err = {0};
    assert_true(session->net->in.rank == 3 && session->net->in.dim[1] == SIDE);
    uint64_t image = session_hash(session);
    snprintf(origin.shape, sizeof origin.shape, "4x9");
    assert_int_equal(session_load_data(session, &origin, false, NULL, &err), 0);
    assert_true(session->net->in.dim[1] == 4 && session->net->in.dim[2] == 9);
    assert_true(session_hash(session) != image);
    live_net(session, "conv 4 3x3, relu, pool max 2");
    live_steps(session, 5);
    uint64_t hash = session_hash(session);
    if (checkpoint_save(session, live_path(room, "shape.safetensors"), &err))
        fail_msg("%s", err.message);
    session_close(session);
    session = live_empty(9, 1);
    if (checkpoint_load(session, room, NULL, &err))
        fail_msg("%s", err.message);
    assert_string_equal(session->data->origin.shape, "4x9");
    assert_true(session->net->in.dim[2] == 9);
    assert_true(session_hash(session) == hash);
    session_close(session);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_figures_are_those_of_the_test_rows),
        cmocka_unit_test(test_evaluation_leaves_no_trace),
        cmocka_unit_test(test_without_validation_rows),
        cmocka_unit_test(test_data_without_test_rows),
        cmocka_unit_test(test_shape_reaches_the_network_and_a_checkpoint),
    };
    return cmocka_run_group_tests(tests, NULL, live_clean);
}
