/* test_tensor.c: slices, statistics and histograms against plain computations. */
#include <float.h>
#include <math.h>

#include "base/rng.h"
#include "debug/tensor.h"
#include "live.h"

enum { VALUES = 3 * 4 * 5 * 7 };

static const struct shape box = {.rank = 3, .dim = {4, 5, 7}};

static void fill(float x[VALUES], uint64_t seed)
{
    struct rng rng = rng_start(seed, RNG_TEST, 0, 0);
    for (int i = 0; i < VALUES; i++)
        x[i] = (float)rng_normal(&rng);
}

/* The values of TENSOR, by its indices. */
static size_t gather(const struct tensor *tensor, float *out)
{
    size_t count = 0;
    int at[TENSOR_RANK] = {0};
    for (size_t i = 0; i < tensor->count; i++) {
        const float *from = tensor->data;
        for (int k = 0; k < tensor->rank; k++)
            from += at[k] * tensor->stride[k];
        out[count++] = *from;
        for (int k = tensor->rank - 1; k >= 0 && ++at[k] == tensor->dim[k]; k--)
            at[k] = 0;
    }
    return count;
}

static double get(const struct tensor *tensor, const char *name)
{
    const struct tensor_statistic *statistic = tensor_statistic_find(name, strlen(name));
    assert_non_null(statistic);
    return statistic->get(tensor);
}

static void near(double a, double b)
{
    if (!(fabs(a - b) <= 1e-12 * fmax(1, fabs(b))))
        fail_msg("%.17g is not %.17g", a, b);
}

/* A walk gives what indices give, in the same order; so do the statistics. */
static void check(const struct tensor *tensor)
{
    static float x[VALUES];
    size_t count = gather(tensor, x), done = 0, n;
    struct tensor_walk walk;
    tensor_walk_begin(&walk, tensor);
    for (const float *stretch; (stretch = tensor_next(&walk, &n)); done += n)
        assert_memory_equal(stretch, x + done, n * sizeof *x);
    assert_int_equal(done, tensor->count);
    if (count == 0)
        return;
    double sum = 0, squares = 0, deviation = 0, least = (double)x[0], most = (double)x[0];
    for (size_t i = 0; i < count; i++) {
        sum += (double)x[i];
        squares += (double)x[i] * (double)x[i];
        least = fmin(least, (double)x[i]);
        most = fmax(most, (double)x[i]);
    }
    for (size_t i = 0; i < count; i++)
        deviation += pow((double)x[i] - sum / (double)count, 2);
    near(get(tensor, "mean"), sum / (double)count);
    near(get(tensor, "norm"), sqrt(squares));
    near(get(tensor, "std"), sqrt(deviation / (double)count));
    assert_true(get(tensor, "min") == least && get(tensor, "max") == most);
    assert_true(get(tensor, "absmax") == fmax(fabs(least), fabs(most)));
}

static void test_random_slices(void **state)
{
    static float x[VALUES];
    struct rng rng = rng_start(7, RNG_TEST, 0, 0);
    (void)state;
    fill(x, 1);
    for (int trial = 0; trial < 5000; trial++) {
        struct tensor tensor = tensor_of(x, &box, 3);
        for (int cuts = (int)rng_below(&rng, 5); cuts > 0 && tensor.rank > 0; cuts--) {
            int axis = (int)rng_below(&rng, (uint32_t)tensor.rank), length = tensor.dim[axis];
            if (length == 0)
                continue;
            int first = (int)rng_below(&rng, (uint32_t)length), step = 1 + (int)rng_below(&rng, 3);
            bool back = rng_below(&rng, 2);
            int room = back ? first / step + 1 : (length - 1 - first) / step + 1;
            if (rng_below(&rng, 3) == 0)
                tensor_pick(&tensor, axis, first);
            else
                tensor_slice(&tensor, axis, first, (int)rng_below(&rng, (uint32_t)room + 1), back ? -step : step);
        }
        check(&tensor);
    }
}

static void test_odd_values(void **state)
{
    static float x[VALUES];
    struct tensor tensor = tensor_of(x, &box, 3);
    (void)state;
    for (int at = 0; at < VALUES; at += 41) { /* in the vectors and in what is left over */
        fill(x, 2);
        x[at] = NAN;
        assert_true(isnan(get(&tensor, "mean")) && isnan(get(&tensor, "std")) && isnan(get(&tensor, "min")) &&
                    isnan(get(&tensor, "max")) && isnan(get(&tensor, "absmax")) && isnan(get(&tensor, "norm")));
        assert_true(get(&tensor, "nan") == 1 && get(&tensor, "inf") == 0 && get(&tensor, "zero") == 0);
        x[at] = -INFINITY;
        assert_true(get(&tensor, "min") == -INFINITY && get(&tensor, "absmax") == INFINITY);
        assert_true(get(&tensor, "inf") == 1 && get(&tensor, "norm") == INFINITY && get(&tensor, "nan") == 0);
        x[at] = -0.0f;
        assert_true(get(&tensor, "zero") == 1);
    }
    for (int i = 0; i < VALUES; i++)
        x[i] = i % 2 ? FLT_MAX : -FLT_MAX;
    near(get(&tensor, "norm") / (double)FLT_MAX, sqrt(VALUES));
    near(get(&tensor, "std") / (double)FLT_MAX, 1);
    for (int i = 0; i < VALUES; i++)
        x[i] = 16777216; /* equal values do not deviate, however large */
    assert_true(get(&tensor, "std") == 0 && get(&tensor, "mean") == 16777216);
    tensor_slice(&tensor, 1, 4, 0, 1);
    assert_int_equal(tensor.count, 0);
    assert_true(isnan(get(&tensor, "mean")) && isnan(get(&tensor, "max")) && isnan(get(&tensor, "std")));
    assert_true(get(&tensor, "norm") == 0 && get(&tensor, "nan") == 0);
}

static void test_units(void **state)
{
    static float x[VALUES];
    struct tensor tensor = tensor_of(x, &box, 3), one;
    struct layer layer = {.kind = layer_kind_find("tanh")};
    int units;
    (void)state;
    tensor.of_batch = true;
    tensor.unit_axis = 1;
    assert_int_equal(tensor_dead(&tensor, &units), 4);
    assert_int_equal(units, 4);
    x[2 * 140 + 35 + 34] = 1; /* the last value of channel 1 in the last row */
    x[3 * 35] = NAN;
    assert_int_equal(tensor_dead(&tensor, NULL), 2);
    assert_true(get(&tensor, "dead") == 0.5);
    one = tensor;
    tensor_pick(&one, 0, 0); /* one row: the NaN is in it, the 1 is not */
    assert_int_equal(tensor_dead(&one, &units), 3);
    assert_int_equal(units, 4);
    tensor_pick(&one, 0, 3);
    assert_int_equal(tensor_dead(&one, &units), 0);
    assert_int_equal(units, 1);
    for (int i = 0; i < VALUES; i++)
        x[i] = i % 4 == 0 ? 0.95f : i % 4 == 1 ? -0.91f : i % 4 == 2 ? 0.89f : -0.5f;
    tensor.layer = &layer;
    near(get(&tensor, "saturated"), 0.5);
    layer.kind = layer_kind_find("sigmoid"); /* ends at 0 and 1: the negative ones are beyond, 0.95 is at the edge */
    near(get(&tensor, "saturated"), 0.5);
    layer.kind = layer_kind_find("relu");
    assert_false(tensor_saturates(&tensor));
}

static void check_histogram(const struct tensor *tensor)
{
    static float x[VALUES];
    struct histogram histogram;
    size_t count = gather(tensor, x), in_bins = 0;
    tensor_histogram(tensor, &histogram);
    assert_int_equal(histogram.finite + histogram.nan + histogram.positive_inf + histogram.negative_inf, count);
    assert_in_range(histogram.bins, 0, HISTOGRAM_BINS);
    for (int bin = 0; bin < histogram.bins; bin++) {
        size_t expected = 0;
        double from = (histogram.first + bin) * histogram.width, to = (histogram.first + bin + 1) * histogram.width;
        for (size_t i = 0; i < count; i++)
            if (histogram.width == 0)
                expected += isfinite(x[i]);
            else
                expected += (double)x[i] >= from &&
                            ((double)x[i] < to || (bin == histogram.bins - 1 && (double)x[i] <= to));
        if (histogram.width == 0 || histogram.width >= 1) /* else an edge itself is rounded */
            assert_int_equal(histogram.bin[bin], expected);
        in_bins += histogram.bin[bin];
    }
    assert_int_equal(in_bins, histogram.finite);
    if (histogram.finite)
        assert_true(histogram.bin[0] > 0 && histogram.bin[histogram.bins - 1] > 0);
}

static void test_histograms(void **state)
{
    static float x[VALUES];
    struct tensor tensor = tensor_of(x, &box, 3);
    struct histogram histogram;
    (void)state;
    for (uint64_t seed = 0; seed < 40; seed++) {
        fill(x, seed);
        for (int i = 0; i < VALUES; i++)
            x[i] = floorf(x[i] * (float)(seed + 1)) * (seed % 3 ? 1 : 1000);
        check_histogram(&tensor);
        x[5] = NAN;
        x[77] = INFINITY;
        check_histogram(&tensor);
    }
    fill(x, 3);
    x[0] = FLT_MAX;
    x[1] = -FLT_MAX;
    x[2] = FLT_MIN / 1024; /* denormal */
    check_histogram(&tensor);
    tensor_histogram(&tensor, &histogram);
    assert_true(histogram.least == -(double)FLT_MAX && histogram.most == (double)FLT_MAX);
    for (int i = 0; i < VALUES; i++)
        x[i] = i % 3 ? 0.25f : 0.25f + FLT_EPSILON / 4; /* neighbours */
    check_histogram(&tensor);
    for (int i = 0; i < VALUES; i++)
        x[i] = 3;
    tensor_histogram(&tensor, &histogram);
    assert_int_equal(histogram.bins, 1);
    assert_int_equal(histogram.bin[0], VALUES);
    for (int i = 0; i < VALUES; i++)
        x[i] = NAN;
    tensor_histogram(&tensor, &histogram);
    assert_int_equal(histogram.nan, VALUES);
    assert_int_equal(histogram.bins, 0);
    tensor_slice(&tensor, 0, 0, 0, 1);
    tensor_histogram(&tensor, &histogram);
    assert_int_equal(histogram.count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random_slices), cmocka_unit_test(test_odd_values), cmocka_unit_test(test_units),
        cmocka_unit_test(test_histograms),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
