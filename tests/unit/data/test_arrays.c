/* test_arrays.c: arrays as data: labels and test samples beside them, bytes, shapes, orders, and what is refused. */
#include "array_files.h"

#include <limits.h>

#include "base/arena.h"
#include "data/transform.h"

#define ROWS 40
#define TESTS 10

/* Stands for that of the engine: how much memory there seems to be. */
static size_t available = SIZE_MAX;
size_t memory_available(void)
{
    return available;
}

/* ROWS samples of HEIGHT x WIDTH bytes that follow from their place, and labels 0, 1, 2, 3. */
static void make_bytes(uint8_t *samples, uint8_t *labels, int rows, int size, int shift)
{
    for (int i = 0; i < rows * size; i++)
        samples[i] = (uint8_t)((i * 7 + i / size * 3 + shift) % 251);
    for (int r = 0; r < rows; r++)
        labels[r] = (uint8_t)(r % 4);
}

static void write_images(const char *folder, const char *gz)
{
    uint8_t samples[ROWS * 20], labels[ROWS];
    char name[64];
    make_bytes(samples, labels, ROWS, 20, 0);
    snprintf(name, sizeof name, "train-images-idx3-ubyte%s", gz);
    write_idx(folder, name, 3, (int[]){ROWS, 4, 5}, samples);
    snprintf(name, sizeof name, "train-labels-idx1-ubyte%s", gz);
    write_idx(folder, name, 1, (int[]){ROWS}, labels);
    make_bytes(samples, labels, TESTS, 20, 100);
    snprintf(name, sizeof name, "t10k-images-idx3-ubyte%s", gz);
    write_idx(folder, name, 3, (int[]){TESTS, 4, 5}, samples);
    snprintf(name, sizeof name, "t10k-labels-idx1-ubyte%s", gz);
    write_idx(folder, name, 1, (int[]){TESTS}, labels);
}

static void images_bring_labels_and_test_rows(void **state)
{
    write_images(*state, "");
    struct dataset *dataset = must_open_array(*state, "train-images-idx3-ubyte", "");
    uint8_t samples[ROWS * 20], labels[ROWS];
    assert_int_equal(dataset->rows, ROWS + TESTS);
    assert_int_equal(dataset->features, 20);
    assert_int_equal(dataset->classes, 4);
    assert_null(dataset->x);
    assert_int_equal(dataset->shape.rank, 3);
    assert_true(dataset->shape.dim[0] == 1 && dataset->shape.dim[1] == 4 && dataset->shape.dim[2] == 5);
    make_bytes(samples, labels, ROWS, 20, 0);
    assert_memory_equal(dataset->bytes, samples, sizeof samples);
    make_bytes(samples, labels, TESTS, 20, 100);
    assert_memory_equal(dataset->bytes + ROWS * 20, samples, TESTS * 20);
    for (int r = 0; r < ROWS + TESTS; r++)
        assert_true(dataset->y[r] == (float)((r < ROWS ? r : r - ROWS) % 4));
    assert_int_equal(dataset->trains + dataset->validations, ROWS);
    for (int i = 0; i < dataset->trains; i++)
        assert_true(dataset->train[i] < ROWS);
    for (int i = 0; i < dataset->validations; i++)
        assert_true(dataset->validation[i] < ROWS);
    assert_int_equal(dataset->tests, TESTS);
    for (int i = 0; i < TESTS; i++)
        assert_int_equal(dataset->test[i], ROWS + i);
    assert_string_equal(dataset->feature_name[19], "p19");
    assert_non_null(strstr(dataset->notes.data, "test        10 samples, in t10k-images-idx3-ubyte"));
    assert_non_null(strstr(dataset->notes.data, "target      label, from train-labels-idx1-ubyte\n"));
    assert_non_null(strstr(dataset->notes.data, "shape       1x4x5: channels, height, width"));
    dataset_close(dataset);
}

static void packing_changes_nothing(void **state)
{
    write_images(*state, "");
    struct dataset *plain = must_open_array(*state, "train-images-idx3-ubyte", "");
    char command[128];
    snprintf(command, sizeof command, "gzip %s/t*-ubyte", (char *)*state);
    assert_int_equal(system(command), 0);
    struct dataset *packed = must_open_array(*state, "train-images-idx3-ubyte.gz", "");
    assert_true(plain->hash == packed->hash);
    assert_int_equal(packed->tests, TESTS);
    assert_memory_equal(plain->bytes, packed->bytes, (ROWS + TESTS) * 20);
    dataset_close(packed);
    /* Plain samples, packed labels: found too. A label changed: another hash. */
    uint8_t samples[ROWS * 20], labels[ROWS];
    make_bytes(samples, labels, ROWS, 20, 0);
    write_idx(*state, "train-images-idx3-ubyte", 3, (int[]){ROWS, 4, 5}, samples);
    labels[7] = 2;
    write_idx(*state, "train-labels-idx1-ubyte.gz", 1, (int[]){ROWS}, labels);
    struct dataset *mixed = must_open_array(*state, "train-images-idx3-ubyte", "");
    assert_true(mixed->hash != plain->hash && mixed->y[7] == 2);
    dataset_close(mixed);
    dataset_close(plain);
}

static void statistics_are_of_training_rows_and_channels(void **state)
{
    write_images(*state, "");
    struct dataset *dataset = must_open_array(*state, "train-images-idx3-ubyte", "");
    struct transform transform;
    struct err err;
    assert_int_equal(transform_open(&transform, dataset, &err), 0);
    double sum = 0, square = 0, n = dataset->trains * 20.0;
    for (int i = 0; i < dataset->trains; i++)
        for (int f = 0; f < 20; f++)
            sum += dataset->bytes[dataset->train[i] * 20 + f];
    for (int i = 0; i < dataset->trains; i++)
        for (int f = 0; f < 20; f++) {
            double difference = dataset->bytes[dataset->train[i] * 20 + f] - sum / n;
            square += difference * difference;
        }
    double sd = square > 0 ? __builtin_sqrt(square / n) : 0;
    float x[20], raw[20], y[4];
    for (int f = 0; f < 20; f++) {
        assert_true(__builtin_fabs(transform.mean[f] - sum / n) < 1e-4);
        assert_true(__builtin_fabs(transform.scale[f] * sd - 1) < 1e-5);
    }
    transform_row(&transform, dataset, ROWS + 3, raw, y, 4);
    transform.inputs = true;
    transform_row(&transform, dataset, ROWS + 3, x, y, 4);
    for (int f = 0; f < 20; f++) {
        assert_true(raw[f] == dataset->bytes[(ROWS + 3) * 20 + f]);
        assert_true(__builtin_fabs(x[f] - (raw[f] - sum / n) / sd) < 1e-5);
    }
    transform_close(&transform);
    dataset_close(dataset);
}

/* Two channels of bytes or floats, one of them constant, however they are stored. */
static void constant_channels_are_left_at_zero(void **state)
{
    float numbers[ROWS * 32];
    uint8_t bytes[ROWS * 32], labels[ROWS];
    make_bytes(bytes, labels, ROWS, 32, 0);
    for (int i = 0; i < ROWS * 32; i++) {
        bytes[i] = i % 32 >= 16 ? 77 : bytes[i];
        numbers[i] = i % 32 >= 16 ? 0.1f : (float)bytes[i] / 255;
    }
    write_npy(*state, "y.npy", "|u1", "(40,)", labels, ROWS, 1);
    for (int b = 0; b < 2; b++) {
        if (b)
            write_npy(*state, "x.npy", "|u1", "(40, 2, 4, 4)", bytes, ROWS * 32, 1);
        else
            write_npy(*state, "x.npy", "<f4", "(40, 2, 4, 4)", numbers, ROWS * 32, 4);
        struct dataset *dataset = must_open_array(*state, "x.npy", "2x4x4 chw");
        struct transform transform;
        struct err err;
        float x[32], y[4];
        double sum = 0, square = 0;
        assert_int_equal(transform_open(&transform, dataset, &err), 0);
        transform.inputs = true;
        for (int i = 0; i < dataset->trains; i++) {
            transform_row(&transform, dataset, dataset->train[i], x, y, 4);
            for (int f = 0; f < 16; f++) {
                sum += x[f];
                square += (double)x[f] * x[f];
            }
            for (int f = 16; f < 32; f++)
                assert_true(x[f] == 0);
        }
        assert_true(__builtin_fabs(sum / (dataset->trains * 16)) < 1e-5);
        assert_true(__builtin_fabs(square / (dataset->trains * 16) - 1) < 1e-4);
        transform_close(&transform);
        dataset_close(dataset);
    }
}

static void labels_go_by_name(void **state)
{
    static const struct {
        const char *samples, *labels, *test, *test_labels;
    } cases[] = {
        {"x.npy", "y.npy", NULL, NULL},
        {"X.npy", "Y.npy", NULL, NULL},
        {"X.npy", "y.npy", NULL, NULL},
        {"birds.npy", "birds-labels.npy", NULL, NULL},
        {"birds.npy", "birds_labels.npy", NULL, NULL},
        {"x_train.npy", "y_train.npy", "x_test.npy", "y_test.npy"},
        {"train_images.npy", "train_labels.npy", "test_images.npy", "test_labels.npy.gz"},
        {"train-x.2.npy.gz", "train-y.2.npy", "test-x.2.npy", "test-y.2.npy"},
    };
    uint8_t samples[ROWS * 16], labels[ROWS];
    make_bytes(samples, labels, ROWS, 16, 0);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char command[128];
        write_npy(*state, cases[i].samples, "|u1", "(40, 4, 4)", samples, ROWS * 16, 1);
        must_refuse_array(*state, cases[i].samples, "", "found no labels beside it; looked for ");
        write_npy(*state, cases[i].labels, "|u1", "(40, 1)", labels, ROWS, 1);
        if (cases[i].test)
            write_npy(*state, cases[i].test, "|u1", "(10, 4, 4)", samples, TESTS * 16, 1);
        struct dataset *dataset = must_open_array(*state, cases[i].samples, "");
        assert_true(dataset->tests == 0 && dataset->classes == 4);
        assert_true(!cases[i].test == !strstr(dataset->notes.data, "has no labels beside it and is not used"));
        dataset_close(dataset);
        if (cases[i].test_labels) {
            write_npy(*state, cases[i].test_labels, "|u1", "(10,)", labels, TESTS, 1);
            dataset = must_open_array(*state, cases[i].samples, "");
            assert_int_equal(dataset->tests, TESTS);
            dataset_close(dataset);
        }
        snprintf(command, sizeof command, "rm %s/*", (char *)*state);
        assert_int_equal(system(command), 0);
    }
}

static void tables_in_arrays_are_tables(void **state)
{
    double values[ROWS * 3];
    uint8_t labels[ROWS];
    for (int i = 0; i < ROWS * 3; i++)
        values[i] = i % 3 == 2 ? i * 0.25 : i;
    values[4] = (double)__builtin_nanf("");
    write_npy(*state, "t.npy", "<f8", "(40, 3)", values, ROWS * 3, 8);
    struct dataset *dataset = must_open_array(*state, "t.npy", "");
    assert_int_equal(dataset->task, TASK_REGRESS);
    assert_int_equal(dataset->features, 2);
    assert_int_equal(dataset->shape.rank, 1);
    assert_true(dataset->y[1] == 1.25f && dataset->x[2 * 2] == 6);
    assert_true(dataset->x[1 * 2 + 1] == (float)dataset->column[1].fill);
    assert_int_equal(dataset->column[1].missing, 1);
    dataset_close(dataset);
    for (int r = 0; r < ROWS; r++)
        labels[r] = (uint8_t)(r % 3);
    write_npy(*state, "t-labels.npy", "|u1", "(40,)", labels, ROWS, 1);
    dataset = must_open_array(*state, "t.npy", "");
    assert_true(dataset->task == TASK_CLASSIFY && dataset->features == 3 && dataset->classes == 3);
    dataset_close(dataset);
    values[5] = (double)__builtin_inff();
    write_npy(*state, "t.npy", "<f8", "(40, 3)", values, ROWS * 3, 8);
    must_refuse_array(*state, "t.npy", "", "column 3 of row 2 is infinite");
}

static void many_whole_labels_are_classes(void **state)
{
    uint8_t samples[200 * 16], labels[200];
    float numbers[200];
    make_bytes(samples, labels, 200, 16, 0);
    for (int r = 0; r < 200; r++) {
        labels[r] = (uint8_t)(r % 47);
        numbers[r] = labels[r];
    }
    write_npy(*state, "x.npy", "|u1", "(200, 4, 4)", samples, 200 * 16, 1);
    write_npy(*state, "y.npy", "|u1", "(200,)", labels, 200, 1);
    struct dataset *dataset = must_open_array(*state, "x.npy", "");
    assert_int_equal(dataset->classes, 47);
    dataset_close(dataset);
    write_npy(*state, "y.npy", "<f4", "(200,)", numbers, 200, 4);
    dataset = must_open_array(*state, "x.npy", "");
    assert_int_equal(dataset->task, TASK_REGRESS);
    dataset_close(dataset);
    numbers[9] = __builtin_nanf("");
    write_npy(*state, "y.npy", "<f4", "(200,)", numbers, 200, 4);
    must_refuse_array(*state, "x.npy", "", "label 9 is not finite");
}

/* What stands at (y, x, c) of H x W x C stands at (c, y, x) of C x H x W. */
static void channels_are_put_first(void **state)
{
    enum { H = 5, W = 6, C = 3, SIZE = H * W * C };
    uint8_t hwc[ROWS * SIZE], labels[ROWS];
    make_bytes(hwc, labels, ROWS, SIZE, 0);
    write_npy(*state, "x.npy", "|u1", "(40, 5, 6, 3)", hwc, ROWS * SIZE, 1);
    write_npy(*state, "y.npy", "|u1", "(40,)", labels, ROWS, 1);
    struct dataset *dataset = must_open_array(*state, "x.npy", "");
    assert_true(dataset->hwc && dataset->shape.dim[0] == C && dataset->shape.dim[1] == H && dataset->shape.dim[2] == W);
    for (int r = 0; r < ROWS; r++)
        for (int c = 0; c < C; c++)
            for (int p = 0; p < H * W; p++)
                assert_int_equal(dataset->bytes[r * SIZE + c * H * W + p], hwc[r * SIZE + p * C + c]);
    assert_string_equal(dataset->feature_name[H * W], "p1");
    dataset_close(dataset);
    dataset = must_open_array(*state, "x.npy", "5x6x3 chw");
    assert_true(!dataset->hwc && dataset->shape.dim[0] == 5);
    assert_memory_equal(dataset->bytes, hwc, sizeof hwc);
    dataset_close(dataset);
    dataset = must_open_array(*state, "x.npy", "flat");
    assert_int_equal(dataset->shape.rank, 1);
    assert_memory_equal(dataset->bytes, hwc, sizeof hwc);
    dataset_close(dataset);
    must_refuse_array(*state, "x.npy", "3x32x32", "takes 3,072 values; a row has 90");
}

static void tables_of_pixels_have_a_shape(void **state)
{
    struct data_origin origin = data_origin_default();
    struct err err;
    (void)state;
    snprintf(origin.shape, sizeof origin.shape, "1x8x8");
    struct dataset *dataset = dataset_open(&origin, &err), *flat;
    assert_non_null(dataset);
    assert_true(dataset->shape.rank == 3 && dataset->shape.dim[1] == 8 && !dataset->hwc);
    origin.shape[0] = 0;
    flat = dataset_open(&origin, &err);
    assert_non_null(flat);
    assert_true(flat->shape.rank == 1 && flat->shape.dim[0] == 64);
    snprintf(origin.shape, sizeof origin.shape, "4x4x4 hwc");
    struct dataset *hwc = dataset_open(&origin, &err);
    assert_non_null(hwc);
    for (int f = 0; f < 64; f++) {
        int from = f % 16 * 4 + f / 16;
        char name[16];
        snprintf(name, sizeof name, "p%d", from);
        assert_string_equal(hwc->feature_name[f], name);
        assert_int_equal(hwc->column[from].first, f);
        for (int r = 0; r < hwc->rows; r += 100)
            assert_true(hwc->x[r * 64 + f] == flat->x[r * 64 + from]);
    }
    snprintf(origin.source, sizeof origin.source, "iris");
    assert_null(dataset_open(&origin, &err));
    assert_string_equal(err.message, "shape: 4x4x4 hwc takes 64 values; a row has 4");
    dataset_close(dataset);
    dataset_close(flat);
    dataset_close(hwc);
}

static void what_does_not_fit_is_refused(void **state)
{
    uint8_t samples[ROWS * 16], labels[ROWS];
    make_bytes(samples, labels, ROWS, 16, 0);
    write_npy(*state, "x_train.npy", "|u1", "(40, 4, 4)", samples, ROWS * 16, 1);
    write_npy(*state, "y_train.npy", "|u1", "(39,)", labels, 39, 1);
    must_refuse_array(*state, "x_train.npy", "", "39 labels; its samples are 40");
    write_npy(*state, "y_train.npy", "|u1", "(20, 2)", labels, 40, 1);
    must_refuse_array(*state, "x_train.npy", "", "labels of shape 20x2; expected one number for each sample");
    write_npy(*state, "y_train.npy", "|u1", "(40,)", labels, 40, 1);
    must_refuse_array(*state, "y_train.npy", "", "an array of one dimension");
    write_npy(*state, "x_test.npy", "|u1", "(10, 2, 8)", samples, TESTS * 16, 1);
    write_npy(*state, "y_test.npy", "|u1", "(10,)", labels, 10, 1);
    must_refuse_array(*state, "x_train.npy", "", "an array of 10x2x8; expected samples and a type as in the training");
    write_npy(*state, "x_test.npy", "|i1", "(10, 4, 4)", samples, TESTS * 16, 1);
    must_refuse_array(*state, "x_train.npy", "", "expected samples and a type");
    float numbers[16 * 4] = {[37] = __builtin_inff()};
    write_npy(*state, "z.npy", "<f4", "(4, 4, 4)", numbers, 64, 4);
    write_npy(*state, "z_labels.npy", "|u1", "(4,)", labels, 4, 1);
    must_refuse_array(*state, "z.npy", "", "value 5 of sample 2 is not finite");
}

/* An array of one sample with VALUES values, all zero, that takes no room on the disk; and a label. */
static void write_wide(const char *folder, const char *type, const char *shape, size_t values)
{
    char path[256];
    uint8_t label = 0;
    write_npy(folder, "x.npy", type, shape, NULL, 0, 1);
    write_npy(folder, "y.npy", "|u1", "(1,)", &label, 1, 1);
    snprintf(path, sizeof path, "%s/x.npy", folder);
    FILE *file = fopen(path, "r+");
    assert_non_null(file);
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    assert_int_equal(ftruncate(fileno(file), ftell(file) + (off_t)values), 0);
    assert_int_equal(fclose(file), 0);
}

static void what_is_too_wide_is_refused(void **state)
{
    write_wide(*state, "|i1", "(1, 2147483647)", INT_MAX);
    must_refuse_array(*state, "x.npy", "", "a table of 2147483647 columns; legal: at most 100000");
}

/* The names of a sample's values take more than its bytes: 40 bytes to each. */
static void names_count_as_memory(void **state)
{
    write_wide(*state, "|u1", "(1, 200000)", 200000);
    available = 1 << 20;
    struct err err = {0};
    struct dataset *dataset = open_array(*state, "x.npy", "", &err);
    available = SIZE_MAX;
    assert_null(dataset);
    assert_non_null(strstr(err.message, "would take 7.8 MB; 1.0 MB of memory is available"));
}

#define ARRAY_TEST(test) cmocka_unit_test_setup_teardown(test, folder_open, folder_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ARRAY_TEST(images_bring_labels_and_test_rows),
        ARRAY_TEST(packing_changes_nothing),
        ARRAY_TEST(statistics_are_of_training_rows_and_channels),
        ARRAY_TEST(constant_channels_are_left_at_zero),
        ARRAY_TEST(labels_go_by_name),
        ARRAY_TEST(tables_in_arrays_are_tables),
        ARRAY_TEST(many_whole_labels_are_classes),
        ARRAY_TEST(channels_are_put_first),
        cmocka_unit_test(tables_of_pixels_have_a_shape),
        ARRAY_TEST(what_does_not_fit_is_refused),
        ARRAY_TEST(what_is_too_wide_is_refused),
        ARRAY_TEST(names_count_as_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
