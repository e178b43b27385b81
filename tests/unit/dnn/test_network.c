/*
 * test_network.c: what determinism promises of a network made of every kind of layer: op by op or all at once, the same
 * bits; the same number of threads, the same bits from run to run; another number, the same to rounding.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "network_driver.h"

enum { IN = 20, UNITS = 4, OUT = 10, ROWS = 48, STEPS = 12, RANKS = 3 };

/* Batches get small: fewer rows than threads, and one row. */
static const int rows_of_step[STEPS] = {48, 48, 31, 2, 48, 1, 48, 48, 3, 48, 48, 47};

/* Every kind behind a dense layer: on rows, and on images. */
static void describe(struct text *spec)
{
    struct shape row = shape_row(24), image = {.rank = 3, .dim = {2, 3, 4}};
    for (int i = 0; layer_kinds[i]; i++) {
        bool rows = network_add_block(layer_kinds[i], UNITS, &row, true, spec);
        bool images = network_add_block(layer_kinds[i], UNITS, &image, false, spec);
        assert_true(rows || images);
    }
}

static void open_one(struct network *n, const char *optimizer, int ranks)
{
    struct text spec = {0};
    describe(&spec);
    network_open(n, spec.data, "ce", optimizer, IN, OUT, ROWS, ranks, 21);
    text_free(&spec);
    assert_int_equal(program_ranks(n->program), ranks);
}

static void train(struct network *n, bool op_by_op)
{
    for (int step = 0; step < STEPS; step++) {
        program_begin(n->program, rows_of_step[step], 5, (uint64_t)step);
        for (int i = 1; op_by_op && i < program_ops(n->program); i++)
            assert_int_equal(program_run(n->program, &n->optimizer, i, true), i);
        program_run(n->program, &n->optimizer, program_ops(n->program), true);
        assert_false(program_nonfinite(n->program));
    }
}

static void same_bits(const struct network *a, const struct network *b)
{
    assert_memory_equal(a->net->w, b->net->w, a->net->size * sizeof(real));
    assert_memory_equal(a->net->s, b->net->s, a->net->stat_size * sizeof(real));
    for (int i = 0; i < a->optimizer.kind->slots; i++)
        assert_memory_equal(a->optimizer.slot[i], b->optimizer.slot[i], a->net->size * sizeof(real));
    assert_true(program_loss(a->program) == program_loss(b->program));
    assert_true(program_gradient_norm(a->program) == program_gradient_norm(b->program));
}

static void op_by_op_gives_the_bits_of_a_whole_step(void **state)
{
    (void)state;
    for (int k = 0; optim_kinds[k]; k++)
        for (int ranks = 1; ranks <= RANKS; ranks++) {
            struct network whole, pieces;
            open_one(&whole, optim_kinds[k]->name, ranks);
            open_one(&pieces, optim_kinds[k]->name, ranks);
            train(&whole, false);
            train(&pieces, true);
            same_bits(&whole, &pieces);
            network_close(&whole);
            network_close(&pieces);
        }
}

static void runs_repeat_bit_for_bit(void **state)
{
    (void)state;
    for (int ranks = 1; ranks <= RANKS; ranks++) {
        struct network first;
        open_one(&first, "adam", ranks);
        train(&first, false);
        for (int again = 0; again < 10; again++) {
            struct network other;
            open_one(&other, "adam", ranks);
            train(&other, false);
            same_bits(&first, &other);
            network_close(&other);
        }
        network_close(&first);
    }
}

/* One step, from the same weights: the loss and every gradient. */
static void more_threads_change_rounding_alone(void **state)
{
    (void)state;
    for (int rows = 1; rows <= ROWS; rows += rows < 4 ? 1 : 11) {
        struct network alone, shared;
        open_one(&alone, "sgd", 1);
        program_begin(alone.program, rows, 5, 0);
        program_run(alone.program, &alone.optimizer, network_op(&alone, OP_REDUCE) + 1, false);
        const real *want = program_gradient(alone.program);
        for (int ranks = 2; ranks <= RANKS; ranks++) {
            open_one(&shared, "sgd", ranks);
            program_begin(shared.program, rows, 5, 0);
            program_run(shared.program, &shared.optimizer, network_op(&shared, OP_REDUCE) + 1, false);
            const real *got = program_gradient(shared.program);
            double greatest = 0, scale = 0;
            for (size_t i = 0; i < alone.net->size; i++) {
                greatest = fmax(greatest, fabs(want[i] - got[i]));
                scale = fmax(scale, fabs(want[i]));
                assert_false(isnan(got[i]));
            }
            assert_true(scale > 0 && greatest <= 1e-4 * scale);
            assert_true(fabs(program_loss(shared.program) / program_loss(alone.program) - 1) < 1e-5);
            network_close(&shared);
        }
        network_close(&alone);
    }
}

/* Batches of so few rows that threads share the units of large layers, and the rows of small ones: one large layer
 * behind another, behind what goes by rows, and before it. */
static void open_few(struct network *n, int rows, int ranks)
{
    network_open(n, "dense 300, relu, dense 150, dense 80, bn, dense 120, tanh, dense 12", "ce", "adam", 250, OUT,
                 rows, ranks, 22);
    assert_int_equal(program_ranks(n->program), ranks);
    for (int i = 0; ranks > 1 && i < program_ops(n->program); i++)
        if (strcmp(program_op(n->program, i)->name, "bwd fc2") == 0)
            assert_int_equal(program_op(n->program, i)->parts, 2); /* by units */
}

static void train_few(struct network *n, bool op_by_op)
{
    for (int step = 0; step < 6; step++) {
        program_begin(n->program, step % 3 == 2 ? (n->rows + 1) / 2 : n->rows, 5, (uint64_t)step);
        for (int i = 1; op_by_op && i < program_ops(n->program); i++)
            assert_int_equal(program_run(n->program, &n->optimizer, i, true), i);
        program_run(n->program, &n->optimizer, program_ops(n->program), true);
    }
}

/* Trains WHOLE at full speed and PIECES op by op, and closes them: the same bits, and nearly what ALONE came to. */
static void shared_as_alone(struct network *whole, struct network *pieces, const struct network *alone)
{
    train_few(whole, false);
    train_few(pieces, true);
    same_bits(whole, pieces);
    assert_true(fabs(program_loss(whole->program) / program_loss(alone->program) - 1) < 1e-3);
    assert_true(fabs(program_gradient_norm(whole->program) / program_gradient_norm(alone->program) - 1) < 1e-3);
    network_close(whole);
    network_close(pieces);
}

static void few_rows_are_shared_by_units(void **state)
{
    (void)state;
    const int rows[] = {2, 5, 16, 31, 100};
    for (size_t k = 0; k < sizeof rows / sizeof rows[0]; k++) {
        struct network alone;
        open_few(&alone, rows[k], 1);
        train_few(&alone, false);
        for (int ranks = 2; ranks <= RANKS; ranks++) {
            struct network whole, pieces;
            open_few(&whole, rows[k], ranks);
            open_few(&pieces, rows[k], ranks);
            shared_as_alone(&whole, &pieces, &alone);
        }
        network_close(&alone);
    }
}

/* A gradient of one row is not in memory after a whole step; who asks for it finds what stands there op by op. */
static void one_row_owes_its_gradient(void **state)
{
    (void)state;
    for (int ranks = 1; ranks <= RANKS; ranks++)
        for (int clips = 0; clips < 2; clips++) {
            struct network whole, pieces;
            const char *spec = "dense 300, relu, dense 80, tanh, dense 70 bias=off";
            network_open(&whole, spec, "ce", "adam", 250, OUT, 1, ranks, 24);
            network_open(&pieces, spec, "ce", "adam", 250, OUT, 1, ranks, 24);
            whole.optimizer.clip = pieces.optimizer.clip = clips ? 1e-3 : 0;
            train_few(&whole, false);
            train_few(&pieces, true);
            same_bits(&whole, &pieces);
            for (int i = 0; i < whole.net->top.layers; i++)
                assert_memory_equal(program_norms(whole.program, i), program_norms(pieces.program, i),
                                    sizeof(struct layer_norms));
            assert_memory_equal(program_gradient(whole.program), program_gradient(pieces.program),
                                whole.net->size * sizeof(real));
            train_few(&whole, false); /* nobody has asked, and somebody has */
            train_few(&pieces, true);
            same_bits(&whole, &pieces);
            network_close(&whole);
            network_close(&pieces);
        }
}

/* One image, of which threads share the places of convolutions, rectifiers and pooling. */
static void one_image_is_shared_by_places(void **state)
{
    (void)state;
    const char *spec = "reshape 1x30x30, conv 17 3x3, relu, pool max 2, conv 20 3x3, relu, conv 8 5x5 stride=2, bn";
    struct network alone, whole, pieces;
    network_open(&alone, spec, "ce", "adam", 900, OUT, 1, 1, 23);
    train_few(&alone, false);
    for (int ranks = 2; ranks <= RANKS; ranks++) {
        network_open(&whole, spec, "ce", "adam", 900, OUT, 1, ranks, 23);
        network_open(&pieces, spec, "ce", "adam", 900, OUT, 1, ranks, 23);
        assert_int_equal(program_ranks(whole.program), ranks);
        shared_as_alone(&whole, &pieces, &alone);
    }
    network_close(&alone);
}

enum { IMAGES = 70 };

/* Joined ops of CODE, from the first on. */
static const struct op *joined(const struct network *n, enum op_code code)
{
    for (int i = 0; i < program_ops(n->program); i++)
        if (program_op(n->program, i)->code == code && program_op(n->program, i)->joined > 1)
            return program_op(n->program, i);
    fail_msg("none is joined");
    return NULL;
}

/* Images go through several layers some at a time, where all together are more than a cache holds. */
static void images_are_joined(void **state)
{
    (void)state;
    const char *spec =
        "reshape 2x40x40, conv 12 3x3, relu, pool max 2, conv 12 3x3, dropout, tanh, pool avg 2, dense 20";
    for (int ranks = 1; ranks <= RANKS; ranks++) {
        struct network whole, pieces;
        network_open(&whole, spec, "ce", "adam", 3200, OUT, IMAGES, ranks, 23);
        network_open(&pieces, spec, "ce", "adam", 3200, OUT, IMAGES, ranks, 23);
        assert_int_equal(joined(&whole, OP_FORWARD)->joined, 8);
        assert_int_equal(joined(&whole, OP_BACKWARD)->joined, ranks == 1 ? 3 : 2); /* the small ones only alone */
        assert_in_range(joined(&whole, OP_FORWARD)->rows, 2, IMAGES / ranks - 1);
        train_few(&whole, false);
        train_few(&pieces, true);
        same_bits(&whole, &pieces);
        network_close(&whole);
        network_close(&pieces);
    }
}

/* Whether a step is shared hangs on what that saves: not one of a few products, all of a thousand rows. */
static void only_what_pays_is_shared(void **state)
{
    (void)state;
    struct network small, large;
    unsetenv("DNNTUI_ALL_THREADS");
    network_open(&small, "dense 16, relu", "ce", "adam", IN, OUT, ROWS, RANKS, 21);
    network_open(&large, "dense 256, relu, dense 256, relu", "ce", "adam", IN, OUT, 1024, RANKS, 21);
    setenv("DNNTUI_ALL_THREADS", "1", 1);
    assert_int_equal(program_ranks(small.program), 1);
    assert_int_equal(program_ranks(large.program), RANKS);
    network_close(&small);
    network_close(&large);
}

int main(void)
{
    setenv("DNNTUI_ALL_THREADS", "1", 1);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(op_by_op_gives_the_bits_of_a_whole_step),
        cmocka_unit_test(runs_repeat_bit_for_bit),
        cmocka_unit_test(few_rows_are_shared_by_units),
        cmocka_unit_test(one_row_owes_its_gradient),
        cmocka_unit_test(one_image_is_shared_by_places),
        cmocka_unit_test(images_are_joined),
        cmocka_unit_test(more_threads_change_rounding_alone),
        cmocka_unit_test(only_what_pays_is_shared),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
