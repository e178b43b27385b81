/* test_sweep.c: the sums over parameters against sums taken one by one, and the same bits from either kernel. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "base/rng.h"
#include "dnn/kernel.h"
#include "dnn/optim.h"
#include "dnn/sweep.h"

enum { MOST = 1100 };

static real a[MOST], b[MOST];

static void draw(double scale)
{
    struct rng rng = rng_start(1, RNG_TEST, 0, 0);
    for (int i = 0; i < MOST; i++) {
        a[i] = (real)(scale * rng_normal(&rng));
        b[i] = (real)(scale * rng_normal(&rng));
    }
}

static void near(double got, double want)
{
    if (!(fabs(got - want) <= 1e-5 * fabs(want)))
        fail_msg("%.17g is not %.17g", got, want);
}

static void check(size_t n)
{
    double squares = 0, both = 0;
    real total[MOST];
    for (size_t i = 0; i < n; i++) {
        real sum = a[i] + b[i];
        squares += (double)a[i] * a[i];
        both += (double)sum * sum;
        total[i] = a[i];
    }
    near(sweep_squares(a, 1, n), squares);
    near(sweep_squares(a, 2, n), 4 * squares);
    near(sweep_add(total, b, n), both);
    for (size_t i = 0; i < n; i++)
        assert_true(total[i] == a[i] + b[i]);
}

/* Arrays one behind the other, of 0, 1, 2, ... values. */
static void check_parts(void)
{
    enum { PARTS = 46 };
    struct sweep_part part[PARTS];
    double squares[PARTS];
    size_t at = 0;
    for (size_t n = 0; n < PARTS; at += n++)
        part[n] = (struct sweep_part){a + at, n, &squares[n]};
    assert_true(at <= MOST);
    sweep_parts(part, PARTS);
    for (size_t n = 0; n < PARTS; n++) {
        double want = 0;
        for (size_t i = 0; i < n; i++)
            want += (double)part[n].x[i] * part[n].x[i];
        near(squares[n], want);
        near(sweep_exact(part[n].x, 1, n), want);
    }
}

/* Squares that no float holds, too. */
static void sums_are_those_of_single_values(void **state)
{
    (void)state;
    const double scales[] = {1, 1e-30, 1e30};
    for (int s = 0; s < 9; s++) {
        kernel_choose((enum kernel_width)(s / 3));
        draw(scales[s % 3]);
        for (size_t n = 0; n < 70; n++)
            check(n);
        check(MOST);
        check_parts();
    }
}

/* What is not a number, or would not be one, is told. */
static void a_sum_is_not_finite_where_a_value_is_not(void **state)
{
    (void)state;
    for (int s = 0; s < 9; s++) {
        const real odd[] = {NAN, INFINITY, -INFINITY};
        double parts;
        kernel_choose((enum kernel_width)(s / 3));
        draw(1);
        a[MOST / 3] = odd[s % 3];
        sweep_parts(&(struct sweep_part){a, MOST, &parts}, 1);
        assert_true(!isfinite(parts) && !isfinite(sweep_squares(a, 1, MOST)) && !isfinite(sweep_exact(a, 1, MOST)));
    }
}

/* Three steps of KIND, whose squares must be those of what it did to w; LAST: those of the third. */
static void stepped(const struct optim_kind *kind, enum kernel_width width, real w[MOST],
                    struct optim_squares *last)
{
    real slot[OPTIM_SLOTS][MOST] = {{0}};
    struct arg_values args = {0};
    args_preset(kind->args, &args);
    kernel_choose(width);
    for (int i = 0; i < MOST; i++)
        w[i] = b[i];
    for (uint64_t t = 1; t <= 3; t++) {
        real before[MOST];
        struct optim_squares squares = {1, 1}; /* added to */
        memcpy(before, w, sizeof before);
        kind->update(&(struct optim_step){
            .args = &args, .lr = 0.1, .t = t, .w = w, .slot = {slot[0], slot[1]}, .stretches = 1,
            .stretch = &(struct optim_stretch){.g = outer_of(a, MOST), .squares = &squares}});
        for (int i = 0; i < MOST; i++)
            before[i] = w[i] - before[i];
        near(squares.weight, 1 + sweep_squares(w, 1, MOST));
        near(squares.change, 1 + sweep_squares(before, 1, MOST));
        *last = squares;
    }
}

/* Those that this processor has. */
static void all_kernels_give_the_same_bits(void **state)
{
    (void)state;
    static real plain[MOST], wide[MOST];
    enum kernel_width before = kernel_width;
    struct optim_squares one, other;
    draw(1);
    for (int k = 0; optim_kinds[k]; k++) {
        stepped(optim_kinds[k], KERNEL_PORTABLE, plain, &one);
        for (enum kernel_width width = KERNEL_WIDE; width <= KERNEL_WIDER && kernel_choose(width); width++) {
            stepped(optim_kinds[k], width, wide, &other);
            assert_memory_equal(plain, wide, sizeof plain);
            near(one.weight, other.weight);
            near(one.change, other.change);
        }
    }
    kernel_choose(before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sums_are_those_of_single_values),
        cmocka_unit_test(a_sum_is_not_finite_where_a_value_is_not),
        cmocka_unit_test(all_kernels_give_the_same_bits),
    };
    return cmocka_run_group_tests_name("sweep", tests, NULL, NULL);
}
