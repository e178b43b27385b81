/* test_init.c: what every initializer promises: variance, range, orthogonality, the same draw from the same stream. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "dnn/init.h"

enum { OUT = 150, IN = 100, SIZE = OUT * IN };

static real w[SIZE];

static void fill(const char *spec, int out, int in, uint32_t draw)
{
    char line[80], *words[8];
    struct arg_values args = {0};
    struct err err;
    snprintf(line, sizeof line, "%s", spec);
    int count = text_split(line, words, 8);
    const struct init_kind *kind = init_kind_find(words[0]);
    assert_non_null(kind);
    if (args_parse(kind->args, spec, count - 1, words + 1, NULL, &args, &err))
        fail_msg("%s", err.message);
    struct shape shape = {.rank = 2, .dim = {out, in}};
    struct rng rng = rng_start(11, RNG_INIT, draw, 0);
    struct init_run run = {.w = w, .shape = &shape, .fan_in = in, .fan_out = out, .args = &args, .rng = &rng};
    for (int i = 0; i < SIZE; i++)
        w[i] = NAN;
    kind->fill(&run);
}

struct moments {
    double mean, variance, kurtosis, largest;
};

static struct moments measured(void)
{
    struct moments m = {0};
    double fourth = 0;
    for (int i = 0; i < SIZE; i++) {
        m.mean += (double)w[i] / SIZE;
        m.largest = fmax(m.largest, fabs(w[i]));
    }
    for (int i = 0; i < SIZE; i++) {
        double d = w[i] - m.mean;
        m.variance += d * d / SIZE;
        fourth += d * d * d * d / SIZE;
    }
    m.kurtosis = fourth / (m.variance * m.variance);
    return m;
}

static void near(const char *spec, const char *what, double got, double want, double tolerance)
{
    if (!(fabs(got - want) <= tolerance))
        fail_msg("%s: %s is %.9g, not %.9g (within %.2g)", spec, what, got, want, tolerance);
}

/* Kurtosis of a normal distribution cut at two deviations. */
#define TRUNCATED_KURTOSIS 2.3655

static void variances_are_as_promised(void **state)
{
    (void)state;
    static const struct {
        const char *spec;
        double variance, kurtosis, limit; /* limit 0: none */
    } known[] = {
        {"variance-scaling", 2.0 / IN, TRUNCATED_KURTOSIS, 2 / 0.87962566103423978},
        {"variance-scaling 1 fan_out normal", 1.0 / OUT, 3, 0},
        {"variance-scaling fan_avg uniform", 2.0 / 125, 1.8, 1.7320509},
        {"variance-scaling 3 fan_avg", 3.0 / 125, TRUNCATED_KURTOSIS, 2 / 0.87962566103423978},
        {"he", 2.0 / IN, 3, 0},
        {"he uniform", 2.0 / IN, 1.8, 1.7320509},
        {"xavier", 2.0 / 250, 1.8, 1.7320509},
        {"xavier normal", 2.0 / 250, 3, 0},
        {"lecun", 1.0 / IN, 3, 0},
        {"lecun uniform", 1.0 / IN, 1.8, 1.7320509},
        {"gaussian 0.3", 0.09, 3, 0},
        {"truncated 0.5", 0.25 * 0.87962566103423978 * 0.87962566103423978, TRUNCATED_KURTOSIS,
         2 / 0.87962566103423978},
        {"uniform 0.6", 0.12, 1.8, 1.7320509}};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        const char *spec = known[i].spec;
        double deviation = sqrt(known[i].variance), kurtosis = known[i].kurtosis;
        fill(spec, OUT, IN, 1);
        struct moments m = measured();
        near(spec, "mean", m.mean, 0, 4 * deviation / sqrt(SIZE));
        near(spec, "variance", m.variance / known[i].variance, 1, 4 * sqrt((kurtosis - 1) / SIZE));
        near(spec, "kurtosis", m.kurtosis, kurtosis, kurtosis == 3 ? 4 * sqrt(24.0 / SIZE) : 0.06);
        if (known[i].limit > 0) {
            assert_true(m.largest <= known[i].limit * deviation * (1 + 1e-6));
            assert_true(m.largest >= 0.99 * known[i].limit * deviation);
        }
    }
}

static double product(const real *a, const real *b, int n, int step)
{
    double sum = 0;
    for (int i = 0; i < n; i++)
        sum += (double)a[i * step] * b[i * step];
    return sum;
}

static void orthogonal_matrices_are_orthogonal(void **state)
{
    (void)state;
    static const int shapes[][2] = {{1, 1}, {1, 9}, {9, 1}, {5, 5}, {30, 100}, {150, 100}, {100, 100}};
    for (size_t s = 0; s < sizeof shapes / sizeof shapes[0]; s++)
        for (int gain = 1; gain <= 2; gain++) {
            int out = shapes[s][0], in = shapes[s][1], tall = out > in;
            char spec[40];
            snprintf(spec, sizeof spec, "orthogonal gain=%d", gain);
            fill(spec, out, in, 2);
            int count = tall ? in : out, length = tall ? out : in, next = tall ? 1 : in, step = tall ? in : 1;
            for (int i = 0; i < count; i++)
                for (int j = 0; j <= i; j++)
                    near(spec, "a product", product(w + i * next, w + j * next, length, step),
                         i == j ? gain * gain : 0, 2e-6 * gain * gain);
        }
}

static void constants_are_constant(void **state)
{
    (void)state;
    fill("constant -0.25", OUT, IN, 1);
    for (int i = 0; i < SIZE; i++)
        assert_true(w[i] == -0.25f);
    fill("zeros", OUT, IN, 1);
    for (int i = 0; i < SIZE; i++)
        assert_true(w[i] == 0);
}

static void every_kind_fills_all_and_only_from_its_stream(void **state)
{
    (void)state;
    static real first[SIZE];
    for (int k = 0; init_kinds[k]; k++) {
        const char *name = init_kinds[k]->name;
        assert_ptr_equal(init_kind_find(name), init_kinds[k]);
        assert_true(strlen(init_kinds[k]->summary) > 0);
        fill(name, OUT, IN, 1);
        for (int i = 0; i < SIZE; i++)
            assert_true(isfinite(w[i]));
        memcpy(first, w, sizeof w);
        fill(name, OUT, IN, 1);
        assert_memory_equal(first, w, sizeof w);
        fill(name, OUT, IN, 2);
        int random = strcmp(name, "zeros") != 0 && strcmp(name, "constant") != 0;
        assert_int_equal(memcmp(first, w, sizeof w) != 0, random);
        fill(name, 3, 2, 1);
        assert_true(isnan(w[6]));
    }
    assert_null(init_kind_find("nothing"));
    assert_string_equal(init_kinds[0]->name, "variance-scaling");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(variances_are_as_promised),
        cmocka_unit_test(orthogonal_matrices_are_orthogonal),
        cmocka_unit_test(constants_are_constant),
        cmocka_unit_test(every_kind_fills_all_and_only_from_its_stream),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
