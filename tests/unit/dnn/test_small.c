/*
 * test_small.c: a small network's passes in one go (small.c) against its ops, one by one: all that they leave in
 * memory, bit by bit, for many widths, depths, numbers of rows and losses, and for values that no step should see.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "dnn/kernel.h"
#include "dnn/program_body.h"
#include "network_driver.h"

enum { WIDEST = 16, ROWS = 40, MANY = 700, STEPS = 6, NETWORKS = 1500 };

/* The same bits, but that one NaN is as good as another. */
static bool same(const real *a, const real *b, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (memcmp(&a[i], &b[i], sizeof *a) != 0 && !(isnan(a[i]) && isnan(b[i])))
            return false;
    return true;
}

static bool equal(double a, double b)
{
    return a == b || (isnan(a) && isnan(b));
}

static void check_layer(const struct network *a, const struct network *b, int i, const char *spec)
{
    int rows = program_rows(a->program);
    size_t n = (size_t)rows * shape_size(&a->net->top.layer[i].out);
    const struct layer_norms *norms = program_norms(a->program, i), *others = program_norms(b->program, i);
    if (!same(program_out(a->program, i), program_out(b->program, i), n))
        fail_msg("%s, %d rows: what layer %d puts out", spec, rows, i);
    if (!same(program_out_gradient(a->program, i), program_out_gradient(b->program, i), n))
        fail_msg("%s, %d rows: what goes back to layer %d", spec, rows, i);
    if (!equal(norms->weight, others->weight) || !equal(norms->gradient, others->gradient) ||
        !equal(norms->update, others->update))
        fail_msg("%s, %d rows: norms of layer %d: %.9g %.9g %.9g, by ops %.9g %.9g %.9g", spec, rows, i, norms->weight,
                 norms->gradient, norms->update, others->weight, others->gradient, others->update);
}

static void check(const struct network *a, const struct network *b, const char *spec)
{
    for (int i = 0; i < a->net->top.layers; i++)
        check_layer(a, b, i, spec);
    if (!equal(program_loss(a->program), program_loss(b->program)))
        fail_msg("%s, %d rows: loss %.17g, by ops %.17g", spec, program_rows(a->program), program_loss(a->program),
                 program_loss(b->program));
    if (!same(program_gradient(a->program), program_gradient(b->program), a->net->size))
        fail_msg("%s, %d rows: gradients of parameters", spec, program_rows(a->program));
    assert_true(equal(program_gradient_norm(a->program), program_gradient_norm(b->program)));
    if (!same(a->net->w, b->net->w, a->net->size))
        fail_msg("%s, %d rows: weights", spec, program_rows(a->program));
    assert_int_equal(program_cursor(a->program), program_cursor(b->program));
}

/* A network of layers as drawn: the widths that have ways of their own often. */
static void describe(struct rng *rng, struct text *spec)
{
    int layers = (int)rng_below(rng, 4);
    for (int i = 0; i < layers; i++) {
        int width = rng_below(rng, 2) ? WIDEST : 2 + (int)rng_below(rng, WIDEST - 1);
        text_add(spec, "%sdense %d%s", i ? ", " : "", width, rng_below(rng, 4) ? ", relu" : "");
    }
}

/* Targets of one class; and in some rows what is not finite, or huge. */
static void draw_samples(struct network *n, struct rng *rng)
{
    const real odd[] = {NAN, INFINITY, -INFINITY, 3e38f, -1e20f, 1e-38f, -0.0f};
    bool classes = rng_below(rng, 4) > 0, spoilt = rng_below(rng, 8) == 0;
    for (int r = 0; classes && r < n->rows; r++) {
        int wanted = (int)rng_below(rng, (uint32_t)n->out);
        for (int k = 0; k < n->out; k++)
            n->target[r * n->out + k] = k == wanted;
    }
    for (int k = 0; spoilt && k < 3; k++)
        n->x[rng_below(rng, (uint32_t)(n->rows * n->in))] = odd[rng_below(rng, sizeof odd / sizeof *odd)];
}

/* Weights whose products are often too small for a float: what is left of one is a zero with its sign. */
static void draw_tiny(struct network *a, struct network *b, struct rng *rng)
{
    for (size_t i = 0; i < a->net->size; i++)
        a->net->w[i] = b->net->w[i] = (real)(rng_uniform(rng) - 0.5) * 1e-37f;
}

static void train_both(struct network *whole, struct network *pieces, bool tiny, struct rng *rng, const char *spec)
{
    for (int step = 0; step < STEPS; step++) {
        int rows = rng_below(rng, 2) ? whole->rows : 1 + (int)rng_below(rng, (uint32_t)whole->rows);
        if (tiny)
            draw_tiny(whole, pieces, rng);
        program_begin(whole->program, rows, 5, (uint64_t)step);
        program_begin(pieces->program, rows, 5, (uint64_t)step);
        program_run(whole->program, &whole->optimizer, program_ops(whole->program), true);
        for (int i = 1; i <= program_ops(pieces->program); i++) {
            program_run(pieces->program, &pieces->optimizer, i, true);
            if (i == program_reduce(pieces->program) + 1 && program_nonfinite(pieces->program))
                break; /* as the whole step halts there */
        }
        check(whole, pieces, spec);
    }
}

static void one_go_is_op_by_op(void **state)
{
    (void)state;
    const char *const losses[] = {"ce", "ce", "ce", "mse", "bce"};
    struct rng rng = rng_start(31, RNG_TEST, 0, 0);
    if (!kernel_choose(KERNEL_WIDER))
        skip();
    for (int i = 0; i < NETWORKS; i++) {
        struct text spec = {0};
        struct network whole, pieces;
        int in = rng_below(&rng, 3) ? 2 + (int)rng_below(&rng, WIDEST - 1) : 4;
        int out = rng_below(&rng, 3) ? 1 + (int)rng_below(&rng, 5) : 1 + (int)rng_below(&rng, WIDEST);
        int some = rng_below(&rng, 3) ? 1 + (int)rng_below(&rng, ROWS) : 1;
        int rows = i % 50 == 0 ? MANY : rng_below(&rng, 2) ? 8 : some;
        const char *loss = losses[rng_below(&rng, 5)], *optimizer = rng_below(&rng, 2) ? "adam" : "sgd";
        describe(&rng, &spec);
        network_open(&whole, spec.data ? spec.data : "", loss, optimizer, in, out, rows, 1, (uint64_t)i);
        network_open(&pieces, spec.data ? spec.data : "", loss, optimizer, in, out, rows, 1, (uint64_t)i);
        assert_true(whole.program->small);
        draw_samples(&whole, &rng);
        memcpy(pieces.target, whole.target, sizeof(real) * (size_t)(rows * out));
        memcpy(pieces.x, whole.x, sizeof(real) * (size_t)(rows * in));
        train_both(&whole, &pieces, rng_below(&rng, 3) == 0, &rng, spec.data ? spec.data : "no hidden layer");
        network_close(&whole);
        network_close(&pieces);
        text_free(&spec);
    }
}

static void others_go_op_by_op(void **state)
{
    (void)state;
    static const struct {
        const char *spec;
        int in, rows;
    } others[] = {{"dense 16, relu", 4, 1025}, {"dense 17, relu", 4, 1},      {"dense 16, relu", 17, 1},
                  {"dense 16, tanh", 4, 1},    {"dense 16, bn", 4, 4},        {"dense 16 bias=off", 4, 1},
                  {"relu, dense 4", 4, 1},     {"dense 16, relu", 1, 1},      {"dense 16, relu, relu", 4, 1},
                  {"dense 16, softmax", 4, 1}, {"dense 16, dropout 0.5", 4, 1}};
    if (!kernel_choose(KERNEL_WIDER))
        skip();
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        struct network n;
        network_open(&n, others[i].spec, "ce", "adam", others[i].in, 3, others[i].rows, 1, 1);
        assert_false(n.program->small);
        network_close(&n);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(one_go_is_op_by_op), cmocka_unit_test(others_go_op_by_op)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
