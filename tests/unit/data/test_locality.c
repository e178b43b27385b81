/* test_locality.c: which reading of a row the neighbours speak for: digits, clothes, colours, noise. */
#include "array_files.h"

#include <math.h>

#include "base/rng.h"
#include "data/locality.h"

#define LIST 64

static struct dataset *open_set(const char *name, const char *shape)
{
    struct data_origin origin = data_origin_default();
    struct err err;
    snprintf(origin.source, sizeof origin.source, "%s", name);
    snprintf(origin.shape, sizeof origin.shape, "%s", shape);
    struct dataset *dataset = dataset_open(&origin, &err);
    if (!dataset)
        fail_msg("%s", err.message);
    return dataset;
}

static double score_of(const struct dataset *dataset, const char *text)
{
    struct reading reading;
    struct err err;
    if (reading_parse(text, dataset->features, &reading, &err) != 0)
        fail_msg("%s", err.message);
    return locality_score(dataset, &reading);
}

static void digits_are_8x8(void **state)
{
    (void)state;
    struct dataset *dataset = open_set("digits", ""), *image = open_set("digits", "1x8x8");
    struct locality list[LIST];
    int count = locality_readings(dataset, list, LIST);
    assert_true(count > 5 && count < LIST);
    assert_true(list[0].reading.shape.dim[0] == 1 && list[0].reading.shape.dim[1] == 8);
    for (int i = 0; i < count; i++) {
        assert_true(i == 0 || list[i].score >= list[i - 1].score);
        assert_true(list[i].score == locality_score(dataset, &list[i].reading));
        assert_int_equal(shape_size(&list[i].reading.shape), 64);
    }
    assert_true(score_of(dataset, "1x8x8") < 0.5);
    assert_true(score_of(dataset, "1x16x4") > 1);
    /* Whatever the shape it was given when it was read. */
    assert_true(score_of(dataset, "1x8x8") == score_of(image, "1x8x8"));
    struct locality first[3];
    assert_int_equal(locality_readings(dataset, first, 3), count);
    for (int i = 0; i < 3; i++)
        assert_true(first[i].score == list[i].score && shape_equal(&first[i].reading.shape, &list[i].reading.shape));
    dataset_close(dataset);
    dataset_close(image);
}

static void clothes_are_28x28(void **state)
{
    (void)state;
    struct err err;
    if (known_set_check(known_set_find("fashion"), &err) != 0)
        skip();
    struct dataset *dataset = open_set("fashion", "");
    struct locality list[LIST];
    assert_true(locality_readings(dataset, list, LIST) > 5);
    assert_true(list[0].reading.shape.dim[0] == 1 && list[0].reading.shape.dim[1] == 28 && !list[0].reading.hwc);
    assert_true(score_of(dataset, "1x28x28") < 0.2);
    assert_true(score_of(dataset, "1x28x28") < 0.8 * score_of(dataset, "1x14x56"));
    assert_true(score_of(dataset, "1x28x28") < 0.25 * score_of(dataset, "1x56x14"));
    assert_true(score_of(dataset, "1x28x28") < 0.5 * score_of(dataset, "14x14x4 hwc"));
    assert_true(dataset->rows == 70000 && dataset->tests == 10000 && dataset->bytes && !dataset->x);
    assert_string_equal(dataset->class_name[0], "T-shirt/top");
    assert_string_equal(dataset->class_name[9], "Ankle boot");
    dataset_close(dataset);
}

/* Smooth pictures of three colours, written pixel by pixel; read in whichever order, the scores are the same. */
static void colours_are_told_apart(void **state)
{
    enum { SIDE = 12, SIZE = SIDE * SIDE * 3, ROWS = 30 };
    static float values[ROWS * SIZE];
    uint8_t labels[ROWS];
    struct rng rng = rng_start(1, RNG_TEST, 0, 0);
    for (int r = 0; r < ROWS; r++) {
        labels[r] = (uint8_t)(r % 2);
        for (int c = 0; c < 3; c++) {
            double a = rng_normal(&rng), b = rng_normal(&rng), phase = rng_normal(&rng);
            for (int p = 0; p < SIDE * SIDE; p++)
                values[r * SIZE + p * 3 + c] = (float)sin(a * (p / SIDE) / 3 + b * (p % SIDE) / 3 + phase);
        }
    }
    write_npy(*state, "x.npy", "<f4", "(30, 12, 12, 3)", values, ROWS * SIZE, 4);
    write_npy(*state, "y.npy", "|u1", "(30,)", labels, ROWS, 1);
    static const char *const shapes[] = {"", "flat", "3x12x12", "1x12x36"};
    for (int i = 0; i < 4; i++) {
        struct dataset *dataset = must_open_array(*state, "x.npy", shapes[i]);
        struct locality list[LIST];
        assert_true(locality_readings(dataset, list, LIST) > 5);
        assert_true(list[0].reading.hwc && list[0].reading.shape.dim[0] == 3 && list[0].reading.shape.dim[1] == 12);
        assert_true(score_of(dataset, "12x12x3") < 0.5 * score_of(dataset, "3x12x12"));
        assert_true(score_of(dataset, "12x12x3") < 0.5 * score_of(dataset, "1x12x36"));
        dataset_close(dataset);
    }
}

static void noise_has_no_neighbours(void **state)
{
    enum { SIZE = 256, ROWS = 60 };
    static float values[ROWS * SIZE];
    uint8_t labels[ROWS];
    struct rng rng = rng_start(2, RNG_TEST, 0, 0);
    for (int i = 0; i < ROWS * SIZE; i++)
        values[i] = (float)(5 + rng_normal(&rng));
    for (int r = 0; r < ROWS; r++)
        labels[r] = (uint8_t)(r % 2);
    write_npy(*state, "x.npy", "<f4", "(60, 16, 16)", values, ROWS * SIZE, 4);
    write_npy(*state, "y.npy", "|u1", "(60,)", labels, ROWS, 1);
    struct dataset *dataset = must_open_array(*state, "x.npy", "");
    struct locality list[LIST];
    int count = locality_readings(dataset, list, LIST);
    assert_true(count > 5 && count < LIST);
    for (int i = 0; i < count; i++)
        assert_true(fabs(list[i].score - 1) < 0.05);
    dataset_close(dataset);
    for (int i = 0; i < ROWS * SIZE; i++)
        values[i] = 3;
    write_npy(*state, "x.npy", "<f4", "(60, 16, 16)", values, ROWS * SIZE, 4);
    dataset = must_open_array(*state, "x.npy", "");
    assert_true(isnan(score_of(dataset, "1x16x16")));
    assert_int_equal(locality_readings(dataset, list, LIST), 0);
    dataset_close(dataset);
    dataset = open_set("iris", "");
    assert_int_equal(locality_readings(dataset, list, LIST), 0);
    dataset_close(dataset);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(digits_are_8x8),
        cmocka_unit_test(clothes_are_28x28),
        cmocka_unit_test_setup_teardown(colours_are_told_apart, folder_open, folder_close),
        cmocka_unit_test_setup_teardown(noise_has_no_neighbours, folder_open, folder_close),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
