/*
 * test_layers_double.c: every kind of layer, whatever the table lists: its gradients against centred differences, and
 * its results against themselves when more threads share the rows.
 *
 * Compiled in double. A five-point difference of step 1e-4 is good to some 1e-11, so a tolerance of 1e-7 tells a right
 * gradient from a nearly right one. Errors are signed all the way: a gradient of the wrong sign fails.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "layer_driver.h"

#define STEP 1e-4

static const struct shape shapes[] = {{.rank = 1, .dim = {1}},       {.rank = 1, .dim = {5}},
                                      {.rank = 1, .dim = {8}},       {.rank = 3, .dim = {2, 3, 2}},
                                      {.rank = 2, .dim = {3, 4}},    {.rank = 3, .dim = {1, 1, 1}},
                                      {.rank = 3, .dim = {4, 1, 1}}, {.rank = 3, .dim = {1, 5, 4}},
                                      {.rank = 3, .dim = {6, 3, 2}}, {.rank = 3, .dim = {2, 1, 7}},
                                      {.rank = 3, .dim = {2, 5, 5}}};
static const int batches[] = {1, 2, 5};

#define COUNT(a) ((int)(sizeof(a) / sizeof(a)[0]))

/* A scalar that depends on every output: sum(dy * y). */
static double objective(const struct driver *d)
{
    driver_forward(d);
    double sum = 0;
    for (size_t i = 0; i < d->out * (size_t)d->rows; i++)
        sum += d->y[i] * d->dy[i];
    return sum;
}

static double difference(const struct driver *d, real *v)
{
    static const double offset[] = {-2, -1, 1, 2}, weight[] = {1, -8, 8, -1};
    real kept = *v;
    double sum = 0;
    for (int i = 0; i < 4; i++) {
        *v = kept + offset[i] * STEP;
        sum += weight[i] * objective(d);
    }
    *v = kept;
    return sum / (12 * STEP);
}

static void compare(const struct driver *d, const char *tensor, size_t i, double analytic, double numeric)
{
    double scale = fmax(fabs(analytic), fabs(numeric));
    if (!(fabs(analytic - numeric) <= 1e-7 * scale + 1e-9))
        fail_msg("%s, %d rows, %s: gradient of %s[%zu] is %.12g, the difference says %.12g", d->layer.kind->name,
                 d->rows, d->training ? "training" : "evaluation", tensor, i, analytic, numeric);
}

#define APART 0.004

/* Values of x of the same channel (or feature) are not near each other: the maximum of a window has a corner where two
 * are equal, and batch norm bends sharply where all nearly are. */
static void draw_apart(struct driver *d, struct rng *rng)
{
    size_t plane = d->in / (size_t)d->layer.in.dim[0], count = d->in * (size_t)d->rows;
    for (size_t i = 0; i < count;) {
        driver_draw(rng, &d->x[i], 1);
        bool apart = true;
        for (size_t k = 0; k < i && apart; k++)
            apart = k % d->in / plane != i % d->in / plane || fabs(d->x[k] - d->x[i]) > APART;
        i += apart;
    }
}

static void fill(struct driver *d, struct rng *rng)
{
    draw_apart(d, rng);
    driver_draw(rng, d->dy, d->out * (size_t)d->rows);
    for (int k = 0; k < d->needs.params; k++)
        driver_draw(rng, d->param[k], driver_param_count(d, k));
    for (int k = 0; k < d->needs.stats; k++)
        for (size_t i = 0; i < shape_size(&d->needs.stat[k].shape); i++)
            d->stat[k][i] = 0.5 + rng_uniform(rng);
}

static void check_gradients(struct driver *d)
{
    objective(d);
    driver_backward(d);
    for (size_t i = 0; i < d->in * (size_t)d->rows; i++)
        compare(d, "x", i, d->dx[i], difference(d, &d->x[i]));
    for (int k = 0; k < d->needs.params; k++)
        for (size_t i = 0; i < driver_param_count(d, k); i++)
            compare(d, d->needs.param[k].name, i, driver_gradient(d, k, i), difference(d, &d->param[k][i]));
}

/* Calls CHECK for every kind with several arguments, shapes and batches; every kind must take at least one shape. */
static void for_every_case(void (*check)(const struct layer *, struct shape, int rows, struct rng *))
{
    struct rng rng = rng_start(1, RNG_TEST, 0, 0);
    for (int kind = 0; layer_kinds[kind]; kind++) {
        int taken = 0;
        for (int variant = 0; variant < 4; variant++)
            for (int s = 0; s < COUNT(shapes); s++)
                for (int b = 0; b < COUNT(batches); b++) {
                    struct driver d;
                    if (!driver_open_any(&d, layer_kinds[kind], variant, shapes[s], batches[b], &rng))
                        continue;
                    struct layer layer = {.kind = d.layer.kind, .args = d.layer.args};
                    driver_close(&d);
                    check(&layer, shapes[s], batches[b], &rng);
                    taken++;
                }
        assert_true(taken > 0);
    }
}

static void check_case(const struct layer *layer, struct shape in, int rows, struct rng *rng)
{
    for (int training = 0; training < 2; training++) {
        struct driver d;
        assert_true(driver_open(&d, layer, in, rows, 1));
        d.training = training;
        fill(&d, rng);
        check_gradients(&d);
        driver_close(&d);
    }
}

static void gradients_are_those_of_centred_differences(void **state)
{
    (void)state;
    for_every_case(check_case);
}

static void same(const char *kind, const char *what, int ranks, const real *a, const real *b, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!(fabs(a[i] - b[i]) <= 1e-12 * (1 + fabs(a[i]))))
            fail_msg("%s: %s[%zu] is %.17g alone, %.17g with %d threads", kind, what, i, a[i], b[i], ranks);
}

static void compare_drivers(const struct driver *alone, const struct driver *shared)
{
    const char *kind = alone->layer.kind->name;
    size_t rows = (size_t)alone->rows;
    same(kind, "y", shared->ranks, alone->y, shared->y, rows * alone->out);
    same(kind, "dx", shared->ranks, alone->dx, shared->dx, rows * alone->in);
    for (int k = 0; k < alone->needs.stats; k++)
        same(kind, "statistic", shared->ranks, alone->stat[k], shared->stat[k],
             shape_size(&alone->needs.stat[k].shape));
    for (int k = 0; k < alone->needs.params; k++)
        for (size_t i = 0; i < driver_param_count(alone, k); i++) {
            real a = alone->grad[0][k][i], b = driver_gradient(shared, k, i);
            same(kind, alone->needs.param[k].name, shared->ranks, &a, &b, 1);
        }
}

static void share_case(const struct layer *layer, struct shape in, int rows, struct rng *rng)
{
    struct driver alone, shared;
    for (int ranks = 2; ranks <= DRIVER_RANKS; ranks++) {
        struct rng from = *rng, again = *rng;
        assert_true(driver_open(&alone, layer, in, rows, 1));
        assert_true(driver_open(&shared, layer, in, rows, ranks));
        fill(&alone, &from);
        fill(&shared, &again);
        driver_forward(&alone);
        driver_backward(&alone);
        driver_forward(&shared);
        driver_backward(&shared);
        compare_drivers(&alone, &shared);
        driver_close(&alone);
        driver_close(&shared);
    }
    rng_u32(rng);
}

static void threads_share_the_rows_without_changing_the_result(void **state)
{
    (void)state;
    for_every_case(share_case);
}

/* The first layer is not asked for the gradient of its input. */
static void no_input_case(const struct layer *layer, struct shape in, int rows, struct rng *rng)
{
    struct driver d;
    assert_true(driver_open(&d, layer, in, rows, 1));
    fill(&d, rng);
    free(d.dx);
    d.dx = NULL;
    driver_forward(&d);
    driver_backward(&d);
    for (int k = 0; k < d.needs.params; k++)
        for (size_t i = 0; i < driver_param_count(&d, k); i++)
            assert_true(isfinite(d.grad[0][k][i]));
    driver_close(&d);
}

static void a_first_layer_leaves_the_input_gradient_out(void **state)
{
    (void)state;
    for_every_case(no_input_case);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gradients_are_those_of_centred_differences),
        cmocka_unit_test(threads_share_the_rows_without_changing_the_result),
        cmocka_unit_test(a_first_layer_leaves_the_input_gradient_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
