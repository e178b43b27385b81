/* test_layers.c: the kinds of layers in float: known values, extremes, NaN, dropout's draws, and how they are read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "layer_driver.h"

static struct layer parsed(const char *spec)
{
    char line[64], *words[8];
    struct layer layer;
    struct err err;
    snprintf(line, sizeof line, "%s", spec);
    int count = text_split(line, words, 8);
    if (layer_parse(count, words, &layer, &err))
        fail_msg("%s: %s", spec, err.message);
    return layer;
}

static struct driver opened(const char *spec, int features, int rows, int ranks)
{
    struct layer layer = parsed(spec);
    struct driver d;
    assert_true(driver_open(&d, &layer, shape_row(features), rows, ranks));
    return d;
}

static void near(double a, double b, double tolerance)
{
    if (!(fabs(a - b) <= tolerance))
        fail_msg("%.9g is not %.9g", a, b);
}

static void forward_gives_known_values(void **state)
{
    (void)state;
    static const struct {
        const char *spec;
        double x, y;
    } known[] = {
        {"relu", -2, 0}, {"relu", 3, 3}, {"leaky", -2, -0.02}, {"leaky 0.2", -2, -0.4}, {"leaky", 5, 5},
        {"sigmoid", 0, 0.5}, {"sigmoid", 2, 0.880797077978}, {"sigmoid", -100, 0}, {"sigmoid", 100, 1},
        {"tanh", 1, 0.761594155956}, {"tanh", -50, -1}, {"elu", -1, -0.632120558829}, {"elu", 2, 2},
        {"elu alpha=0.5", -1, -0.316060279414}, {"gelu", 1, 0.841344746069}, {"gelu", -1, -0.158655253931},
        {"gelu", -30, 0}, {"gelu", 0, 0}, {"exp", 1, 2.718281828459}, {"exp", -200, 0},
        {"dropout 0", 1.5, 1.5}, {"softmax", 7, 1}};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        struct driver d = opened(known[i].spec, 1, 1, 1);
        d.x[0] = (real)known[i].x;
        driver_forward(&d);
        near(d.y[0], known[i].y, 1e-6);
        driver_close(&d);
    }
}

static void dense_is_a_matrix_product(void **state)
{
    (void)state;
    static const real x[] = {1, 2, 3, -1, 0, 2}, w[] = {1, 0, -1, 2, 1, 0}, b[] = {10, 20};
    static const real y[] = {8, 24, 7, 18};
    struct driver d = opened("dense 2", 3, 2, 1);
    memcpy(d.x, x, sizeof x);
    memcpy(d.param[0], w, sizeof w);
    memcpy(d.param[1], b, sizeof b);
    driver_forward(&d);
    assert_memory_equal(d.y, y, sizeof y);
    driver_close(&d);
    d = opened("dense 2 bias=off", 3, 2, 1);
    assert_int_equal(d.needs.params, 1);
    driver_close(&d);
}

static void softmax_survives_large_logits(void **state)
{
    (void)state;
    struct driver d = opened("softmax", 3, 1, 1);
    d.x[0] = 10000;
    d.x[1] = 10000;
    d.x[2] = -10000;
    driver_forward(&d);
    near(d.y[0], 0.5, 1e-7);
    near(d.y[1], 0.5, 1e-7);
    near(d.y[2], 0, 0);
    driver_close(&d);
}

static bool has_nan(const real *v, size_t n)
{
    bool found = false;
    for (size_t i = 0; i < n; i++)
        found = found || isnan(v[i]);
    return found;
}

static void nan_is_never_hidden(void **state)
{
    (void)state;
    struct rng rng = rng_start(2, RNG_TEST, 0, 0);
    for (int kind = 0; layer_kinds[kind]; kind++) {
        const char *name = layer_kinds[kind]->name;
        struct driver d;
        struct shape image = {.rank = 3, .dim = {3, 1, 1}};
        if (!driver_open_any(&d, layer_kinds[kind], 0, shape_row(3), 2, &rng) &&
            !driver_open_any(&d, layer_kinds[kind], 0, image, 2, &rng))
            fail_msg("%s takes neither rows nor images", name);
        for (int k = 0; k < d.needs.params; k++)
            driver_draw(&rng, d.param[k], driver_param_count(&d, k));
        driver_draw(&rng, d.x, 6);
        driver_draw(&rng, d.dy, d.out * 2);
        d.x[4] = NAN;
        driver_forward(&d);
        if (!has_nan(d.y + d.out, d.out))
            fail_msg("%s hides a NaN", name);
        d.x[4] = 1;
        driver_forward(&d);
        d.dy[d.out] = NAN;
        driver_backward(&d);
        if (!has_nan(d.dx + 3, 3))
            fail_msg("%s hides a NaN of the gradient", name);
        driver_close(&d);
    }
}

static void bn_follows_the_batch_and_remembers_it(void **state)
{
    (void)state;
    struct driver d = opened("bn", 1, 4, 1);
    static const real x[] = {1, 2, 3, 6}; /* mean 3, biased variance 3.5, unbiased 14 / 3 */
    memcpy(d.x, x, sizeof x);
    d.param[0][0] = 2;
    d.param[1][0] = 10;
    driver_forward(&d);
    for (int i = 0; i < 4; i++)
        near(d.y[i], 10 + 2 * (x[i] - 3) / sqrt(3.5 + 1e-5), 1e-5);
    near(d.stat[0][0], 0.1 * 3, 1e-6);
    near(d.stat[1][0], 0.9 + 0.1 * 14 / 3, 1e-6);
    d.training = false;
    driver_forward(&d);
    near(d.y[3], 10 + 2 * (6 - 0.3) / sqrt(0.9 + 1.4 / 3 + 1e-5), 1e-5);
    near(d.stat[0][0], 0.3, 1e-6);
    driver_close(&d);
}

static void bn_takes_a_batch_of_one(void **state)
{
    (void)state;
    struct driver d = opened("bn", 2, 1, 3);
    d.x[0] = 5;
    d.x[1] = -5;
    d.dy[0] = d.dy[1] = 1;
    driver_forward(&d);
    driver_backward(&d);
    for (int i = 0; i < 2; i++) {
        near(d.y[i], 0, 0);
        near(d.dx[i], 0, 0);
        near(d.stat[0][i], i ? -0.5 : 0.5, 1e-6);
        near(d.stat[1][i], 1, 0);
    }
    driver_close(&d);
}

enum { WIDE = 1003, TALL = 50 };

static int dropped(const struct driver *d)
{
    int zeros = 0;
    for (int i = 0; i < WIDE * TALL; i++)
        zeros += d->y[i] == 0;
    return zeros;
}

static void dropout_drops_at_its_rate(void **state)
{
    (void)state;
    struct driver d = opened("dropout 0.3", WIDE, TALL, 1);
    for (int i = 0; i < WIDE * TALL; i++)
        d.x[i] = 1;
    driver_forward(&d);
    for (int i = 0; i < WIDE * TALL; i++)
        assert_true(d.y[i] == 0 || fabs(d.y[i] - 1 / 0.7) < 1e-6);
    double deviation = sqrt(0.3 * 0.7 * WIDE * TALL);
    near(dropped(&d), 0.3 * WIDE * TALL, 4 * deviation);
    d.training = false;
    driver_forward(&d);
    assert_int_equal(dropped(&d), 0);
    driver_close(&d);
}

/* How many values of two masks differ. */
static int differing(const struct driver *a, const struct driver *b)
{
    int count = 0;
    for (int i = 0; i < WIDE * TALL; i++)
        count += (a->y[i] == 0) != (b->y[i] == 0);
    return count;
}

static void dropout_depends_on_its_position_alone(void **state)
{
    (void)state;
    struct driver base = opened("dropout", WIDE, TALL, 1);
    for (int i = 0; i < WIDE * TALL; i++)
        base.x[i] = 1;
    driver_forward(&base);
    double deviation = sqrt(0.25 * WIDE * TALL);
    for (int variant = 0; variant < 4; variant++) {
        struct driver other = opened("dropout", WIDE, TALL, variant == 0 ? 3 : 1);
        memcpy(other.x, base.x, sizeof(real) * WIDE * TALL);
        other.draw.seed += variant == 1;
        other.draw.step += variant == 2;
        other.stream += variant == 3;
        driver_forward(&other);
        if (variant == 0)
            assert_int_equal(differing(&base, &other), 0);
        else
            near(differing(&base, &other), 0.5 * WIDE * TALL, 4 * deviation);
        driver_close(&other);
    }
    int rows_alike = 0;
    for (int i = 0; i < WIDE; i++)
        rows_alike += base.y[i] == base.y[WIDE + i];
    near(rows_alike, 0.5 * WIDE, 4 * sqrt(0.25 * WIDE));
    driver_close(&base);
}

static void every_row_of_the_table_is_complete(void **state)
{
    (void)state;
    for (int i = 0; layer_kinds[i]; i++) {
        const struct layer_kind *kind = layer_kinds[i];
        assert_ptr_equal(layer_kind_find(kind->name), kind);
        assert_true(strlen(kind->stem) > 0 && strlen(kind->stem) < LAYER_NAME_MAX - 8);
        assert_true(strlen(kind->summary) > 0);
        assert_true(kind->forward && kind->backward && kind->forward_parts >= 1 && kind->backward_parts >= 1);
        for (int j = 0; j < i; j++)
            assert_true(strcmp(kind->stem, layer_kinds[j]->stem) != 0 || (kind->flags & LAYER_DROPOUT));
    }
    assert_null(layer_kind_find("nothing"));
}

static void refusals_name_what_is_legal(void **state)
{
    (void)state;
    struct layer layer;
    struct err err;
    char misspelt[] = "dens", many[] = "dense", none[] = "0";
    char *unknown[] = {misspelt}, *bad[] = {many, none};
    assert_int_equal(layer_parse(1, unknown, &layer, &err), -1);
    assert_non_null(strstr(err.message, "'dens'"));
    assert_non_null(strstr(err.message, "did you mean dense?"));
    assert_non_null(strstr(err.message, "softmax"));
    assert_int_equal(layer_parse(2, bad, &layer, &err), -1);
    assert_non_null(strstr(err.message, "units"));
    assert_int_equal(layer_parse(0, bad, &layer, &err), -1);
    struct driver d;
    layer = parsed("dense 65536");
    assert_false(driver_open(&d, &layer, shape_row(65536), 1, 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(forward_gives_known_values),
        cmocka_unit_test(dense_is_a_matrix_product),
        cmocka_unit_test(softmax_survives_large_logits),
        cmocka_unit_test(nan_is_never_hidden),
        cmocka_unit_test(bn_follows_the_batch_and_remembers_it),
        cmocka_unit_test(bn_takes_a_batch_of_one),
        cmocka_unit_test(dropout_drops_at_its_rate),
        cmocka_unit_test(dropout_depends_on_its_position_alone),
        cmocka_unit_test(every_row_of_the_table_is_complete),
        cmocka_unit_test(refusals_name_what_is_legal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
