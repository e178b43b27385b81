/*
 * test_network_double.c: the gradient of whole networks, as a program computes it, against centred differences of the
 * loss: every kind of layer after every other, every loss.
 *
 * A difference across a corner (of a rectifier, of an absolute error) means nothing, so data are drawn until no value
 * is near one: no input of an activation near 0, no error near 0 or near huber's 1.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "network_driver.h"

enum { IN = 3, UNITS = 4, OUT = 3, ROWS = 5 };

#define STEP   2e-5
#define CORNER 1e-3

static double loss_of(struct network *n)
{
    program_begin(n->program, ROWS, 9, 4);
    program_run(n->program, &n->optimizer, network_op(n, OP_LOSS) + 1, false);
    return program_loss(n->program);
}

static double difference(struct network *n, real *w)
{
    static const double offset[] = {-2, -1, 1, 2}, weight[] = {1, -8, 8, -1};
    real kept = *w;
    double sum = 0;
    for (int i = 0; i < 4; i++) {
        *w = kept + offset[i] * STEP;
        sum += weight[i] * loss_of(n);
    }
    *w = kept;
    return sum / (12 * STEP);
}

/* Whether two different values of one channel are near each other; equal ones (zeros of a rectifier) have a corner of
 * their own, which is looked for where they came from. */
static bool near_tie(const real *x, const struct shape *in)
{
    size_t plane = shape_size(in) / (size_t)in->dim[0];
    for (size_t i = 0; i < shape_size(in); i++)
        for (size_t k = i / plane * plane; k < i; k++)
            if (x[i] != x[k] && fabs(x[i] - x[k]) < CORNER)
                return true;
    return false;
}

static int near_corner(struct network *n)
{
    loss_of(n);
    for (int i = 1; i < n->net->top.layers; i++) {
        const struct shape *in = &n->net->top.layer[i].in;
        for (int r = 0; n->net->top.layer[i].kind == layer_kind_find("pool") && r < ROWS; r++)
            if (near_tie(program_out(n->program, i - 1) + (size_t)r * shape_size(in), in))
                return 1;
    }
    for (int i = 1; i < n->net->top.layers; i++) {
        const struct layer *layer = &n->net->top.layer[i];
        size_t count = shape_size(&layer->in) * ROWS;
        for (size_t k = 0; layer->kind->flags & LAYER_ACTIVATION && k < count; k++)
            if (fabs(program_out(n->program, i - 1)[k]) < CORNER)
                return 1;
    }
    const real *z = program_out(n->program, n->net->top.layers - 1), *target = program_target(n->program);
    for (int i = 0; i < OUT * ROWS; i++) {
        double error = fabs(z[i] - target[i]);
        if (error < CORNER || fabs(error - 1) < CORNER)
            return 1;
    }
    return 0;
}

/* Returns the greatest deviation, relative to the value (where it is not tiny beside the greatest of all). */
static double check_gradients(struct network *n, const char *spec)
{
    loss_of(n);
    program_run(n->program, &n->optimizer, network_op(n, OP_REDUCE) + 1, false);
    const real *gradient = program_gradient(n->program);
    double greatest = 0, worst = 0;
    for (size_t i = 0; i < n->net->size; i++)
        greatest = fmax(greatest, fabs(gradient[i]));
    for (int k = 0; k < n->net->params; k++)
        for (size_t i = 0; i < n->net->param[k].count; i++) {
            size_t at = n->net->param[k].offset + i;
            double analytic = gradient[at], numeric = difference(n, &n->net->w[at]);
            double scale = fmax(fabs(analytic), fabs(numeric)) + 1e-3 * greatest + 1e-6;
            double relative = fabs(analytic - numeric) / scale;
            if (!(relative <= 1e-6))
                fail_msg("%s, %s: gradient of %s[%zu] is %.12g, the difference says %.12g", spec, n->loss.kind->name,
                         n->net->param[k].name, i, analytic, numeric);
            worst = fmax(worst, relative);
        }
    return worst;
}

/* Moves every parameter off its first value: a bias of 0 behind a row that dropout emptied is a corner of what
 * follows. */
static void disturb(struct network *n, uint64_t seed)
{
    struct rng rng = rng_start(seed, RNG_TEST, 1, 0);
    for (int k = 0; k < n->net->params; k++)
        for (size_t i = 0; i < n->net->param[k].count; i++)
            n->net->w[n->net->param[k].offset + i] += 0.1 * rng_normal(&rng);
}

static double check_network(const char *spec, const char *loss, uint64_t seed)
{
    for (int attempt = 0; attempt < 200; attempt++) {
        struct network n;
        network_open(&n, spec, loss, "sgd", IN, OUT, ROWS, 1, seed + 1000 * (uint64_t)attempt);
        disturb(&n, seed + 1000 * (uint64_t)attempt);
        int refused = near_corner(&n);
        double worst = refused ? 0 : check_gradients(&n, spec);
        network_close(&n);
        if (!refused)
            return worst;
    }
    fail_msg("%s: no data away from every corner", spec);
    return NAN;
}

static void gradients_are_those_of_centred_differences(void **state)
{
    (void)state;
    struct shape image = {.rank = 3, .dim = {2, 3, 2}}, rows[] = {shape_row(UNITS), shape_row(UNITS + 1)};
    int losses = 0, networks = 0;
    double worst = 0;
    while (loss_kinds[losses])
        losses++;
    for (int i = 0; layer_kinds[i]; i++)
        for (int j = 0; layer_kinds[j]; j++, networks++) {
            struct text spec = {0};
            bool plain = (i + j) % 2;
            for (int k = 0; k < 2; k++) {
                const struct layer_kind *kind = layer_kinds[k ? j : i];
                if (!(plain && network_add_block(kind, UNITS, &rows[k], plain, &spec)))
                    assert_true(network_add_block(kind, UNITS, &image, plain, &spec));
            }
            worst = fmax(worst, check_network(spec.data, loss_kinds[(i + j) % losses]->name, (uint64_t)networks));
            text_free(&spec);
        }
    print_message("%d networks; gradients off by at most %.1e\n", networks, worst);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(gradients_are_those_of_centred_differences)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
