/*
 * test_optim.c: the optimizers against the published rules, worked out here in double for a single weight, three steps
 * long, and what every row of the table promises.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "dnn/optim.h"

static const double gradients[] = {0.5, -0.25, 2};
#define STEPS 3
#define RATE  0.1

static struct arg_values arguments(const struct optim_kind *kind, const char *spec)
{
    char line[80], *words[8];
    struct arg_values args = {0};
    struct err err;
    snprintf(line, sizeof line, "%s", spec);
    int count = text_split(line, words, 8);
    if (args_parse(kind->args, spec, count - 1, words + 1, NULL, &args, &err))
        fail_msg("%s", err.message);
    return args;
}

/* The weight, from 1, after STEPS steps of the optimizer that SPEC names. */
static double stepped(const char *spec)
{
    char name[16];
    assert_int_equal(sscanf(spec, "%15s", name), 1);
    const struct optim_kind *kind = optim_kind_find(name);
    assert_non_null(kind);
    struct arg_values args = arguments(kind, spec);
    real w = 1, state[OPTIM_SLOTS] = {0};
    for (int t = 1; t <= STEPS; t++) {
        real g = (real)gradients[t - 1];
        struct optim_stretch all = {.g = outer_of(&g, 1)};
        struct optim_step step = {.args = &args, .lr = RATE, .t = (uint64_t)t, .w = &w, .stretch = &all,
                                  .stretches = 1};
        for (int i = 0; i < kind->slots; i++)
            step.slot[i] = &state[i];
        kind->update(&step);
    }
    return w;
}

static double adam(double beta1, double beta2, double eps, double coupled, double decoupled)
{
    double w = 1, m = 0, v = 0;
    for (int t = 1; t <= STEPS; t++) {
        w -= RATE * decoupled * w;
        double g = gradients[t - 1] + coupled * w;
        m = beta1 * m + (1 - beta1) * g;
        v = beta2 * v + (1 - beta2) * g * g;
        w -= RATE * (m / (1 - pow(beta1, t))) / (sqrt(v / (1 - pow(beta2, t))) + eps);
    }
    return w;
}

static double momentum(double factor, int nesterov, double decay)
{
    double w = 1, b = 0;
    for (int t = 0; t < STEPS; t++) {
        double g = gradients[t] + decay * w;
        b = factor * b + g;
        w -= RATE * (nesterov ? g + factor * b : b);
    }
    return w;
}

static double rmsprop(double alpha, double eps, double decay)
{
    double w = 1, v = 0;
    for (int t = 0; t < STEPS; t++) {
        double g = gradients[t] + decay * w;
        v = alpha * v + (1 - alpha) * g * g;
        w -= RATE * g / (sqrt(v) + eps);
    }
    return w;
}

static void steps_follow_the_published_rules(void **state)
{
    (void)state;
    const struct {
        const char *spec;
        double want;
    } known[] = {
        {"adam", adam(0.9, 0.999, 1e-8, 0, 0)},
        {"adam 0.5 0.9 0.01 weight_decay=0.3", adam(0.5, 0.9, 0.01, 0.3, 0)},
        {"adamw", adam(0.9, 0.999, 1e-8, 0, 0.01)},
        {"adamw weight_decay=0.5", adam(0.9, 0.999, 1e-8, 0, 0.5)},
        {"sgd", momentum(0, 0, 0)},
        {"sgd weight_decay=0.2", momentum(0, 0, 0.2)},
        {"momentum", momentum(0.9, 0, 0)},
        {"momentum 0.5 weight_decay=0.2", momentum(0.5, 0, 0.2)},
        {"momentum nesterov=on", momentum(0.9, 1, 0)},
        {"momentum 0.5 nesterov=on weight_decay=0.2", momentum(0.5, 1, 0.2)},
        {"rmsprop", rmsprop(0.99, 1e-8, 0)},
        {"rmsprop 0.5 eps=0.1 weight_decay=0.2", rmsprop(0.5, 0.1, 0.2)}};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        double got = stepped(known[i].spec);
        if (!(fabs(got - known[i].want) <= 1e-6))
            fail_msg("%s: %.9g is not %.9g", known[i].spec, got, known[i].want);
    }
    assert_true(fabs(stepped("sgd") - (1 - 0.1 * 2.25)) < 1e-6); /* by hand */
}

enum { COUNT = 37 };

/* Vectors are updated value by value: the place in the vector and its length do not matter. */
static void a_vector_is_updated_value_by_value(void **unused)
{
    (void)unused;
    for (int k = 0; optim_kinds[k]; k++) {
        const struct optim_kind *kind = optim_kinds[k];
        struct arg_values args = arguments(kind, kind->name);
        real w[COUNT], g[COUNT], state[OPTIM_SLOTS][COUNT] = {{0}};
        real apart[COUNT], apart_state[OPTIM_SLOTS][COUNT] = {{0}};
        for (int i = 0; i < COUNT; i++) {
            w[i] = apart[i] = (real)sin(i);
            g[i] = (real)cos(3 * i);
        }
        for (uint64_t t = 1; t <= 3; t++) {
            struct optim_stretch whole = {.g = outer_of(g, COUNT)}, single[COUNT];
            struct optim_step all = {.args = &args, .lr = kind->lr, .t = t, .w = w, .slot = {state[0], state[1]},
                                     .stretch = &whole, .stretches = 1};
            kind->update(&all);
            for (int i = 0; i < COUNT; i++)
                single[i] = (struct optim_stretch){.at = (size_t)i, .g = outer_of(&g[i], 1)};
            all.w = apart;
            for (int i = 0; i < OPTIM_SLOTS; i++)
                all.slot[i] = apart_state[i];
            all.stretch = single;
            all.stretches = COUNT;
            kind->update(&all);
        }
        assert_memory_equal(w, apart, sizeof w);
        assert_memory_equal(state, apart_state, sizeof state);
        for (int i = 0; i < COUNT; i++)
            assert_true(isfinite(w[i]) && w[i] != (real)sin(i));
    }
}

enum { ROWS = 21, MOST = 1300 };

/* Two steps of KIND on ROWS rows of WIDTH parameters: their gradient as the product of two vectors, or written out. */
static struct optim_squares stepped_rows(const struct optim_kind *kind, double lr, size_t width, bool written, real *w,
                                         real *slots)
{
    static real x[MOST], factor[ROWS], g[ROWS * MOST];
    struct arg_values args = arguments(kind, kind->name);
    size_t n = ROWS * width;
    for (size_t i = 0; i < width; i++)
        x[i] = (real)cos(3 * (double)i);
    for (size_t i = 0; i < n; i++)
        w[i] = (real)sin((double)i);
    memset(slots, 0, OPTIM_SLOTS * n * sizeof *slots);
    struct optim_squares squares = {0, 0};
    for (uint64_t t = 1; t <= 2; t++) {
        for (size_t r = 0; r < ROWS; r++) {
            factor[r] = (real)sin((double)(t + 5 * r));
            for (size_t i = 0; i < width; i++)
                g[r * width + i] = factor[r] * x[i];
        }
        struct optim_stretch all = {.g = written ? outer_of(g, n) : (struct outer){ROWS, width, factor, x},
                                    .squares = &squares};
        kind->update(&(struct optim_step){.args = &args, .lr = lr, .t = t, .w = w, .slot = {slots, slots + n},
                                          .stretch = &all, .stretches = 1});
    }
    return squares;
}

/* Rows of fewer parameters than are summed together, of as many, and of more; and steps whose squares no float can
 * hold. */
static void a_product_of_vectors_is_as_if_written_out(void **unused)
{
    (void)unused;
    static real w[ROWS * MOST], slots[OPTIM_SLOTS * ROWS * MOST];
    static real apart[ROWS * MOST], apart_slots[OPTIM_SLOTS * ROWS * MOST];
    const size_t widths[] = {1, 5, 16, 48, 100, 512, 1024, MOST};
    for (int k = 0; optim_kinds[k]; k++)
        for (size_t i = 0; i < 2 * sizeof widths / sizeof *widths; i++) {
            size_t width = widths[i / 2], n = ROWS * width;
            double lr = i % 2 ? 1e20 : optim_kinds[k]->lr;
            struct optim_squares one = stepped_rows(optim_kinds[k], lr, width, true, w, slots);
            struct optim_squares other = stepped_rows(optim_kinds[k], lr, width, false, apart, apart_slots);
            assert_memory_equal(w, apart, n * sizeof *w);
            assert_memory_equal(slots, apart_slots, OPTIM_SLOTS * n * sizeof *slots);
            assert_true(fabs(other.weight / one.weight - 1) < 1e-5 && fabs(other.change / one.change - 1) < 1e-5);
            assert_true(i % 2 == 0 || (one.change > 1e38 && isfinite(one.change)));
        }
}

/* The gaps between tensors hold zeros and must stay so; what is not a number must not vanish. */
static void zeros_stay_and_nan_shows(void **unused)
{
    (void)unused;
    for (int k = 0; optim_kinds[k]; k++) {
        const struct optim_kind *kind = optim_kinds[k];
        struct arg_values args = arguments(kind, kind->name);
        real w[2] = {0, 1}, g[2] = {0, NAN}, state[OPTIM_SLOTS][2] = {{0}};
        struct optim_stretch all = {.g = outer_of(g, 2)};
        struct optim_step step = {.args = &args, .lr = kind->lr, .t = 1, .w = w, .slot = {state[0], state[1]},
                                  .stretch = &all, .stretches = 1};
        kind->update(&step);
        assert_true(w[0] == 0 && isnan(w[1]));
        for (int i = 0; i < kind->slots; i++)
            assert_true(state[i][0] == 0);
    }
}

static void the_table_is_complete(void **unused)
{
    (void)unused;
    for (int k = 0; optim_kinds[k]; k++) {
        const struct optim_kind *kind = optim_kinds[k];
        assert_ptr_equal(optim_kind_find(kind->name), kind);
        assert_true(strlen(kind->summary) > 0 && kind->lr > 0);
        assert_in_range(kind->slots, 0, OPTIM_SLOTS);
        for (int i = 0; i < OPTIM_SLOTS; i++)
            assert_int_equal(kind->slot_name[i] != NULL, i < kind->slots);
    }
    assert_string_equal(optim_kinds[0]->name, "adam");
    assert_null(optim_kind_find("nothing"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(steps_follow_the_published_rules),
        cmocka_unit_test(a_vector_is_updated_value_by_value),
        cmocka_unit_test(a_product_of_vectors_is_as_if_written_out),
        cmocka_unit_test(zeros_stay_and_nan_shows),
        cmocka_unit_test(the_table_is_complete),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
