/* test_loss_double.c: the gradient of every loss in the table against centred differences, and rows that are shared. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "base/rng.h"
#include "dnn/loss.h"

enum { ROWS = 7, WIDTH = 4, VALUES = ROWS * WIDTH };

struct sample {
    struct arg_values args;
    int rows, width;
    double z[VALUES], target[VALUES], dz[VALUES];
};

/* Targets are shares of 1, legal for every loss; outputs stay 0.05 away from a target and from 1 beyond it, where mae
 * and huber have their corners. */
static struct sample drawn(const struct loss_kind *kind, int rows, int width, struct rng *rng)
{
    struct sample s = {.rows = rows, .width = width};
    args_preset(kind->args, &s.args);
    for (int i = 0; i < rows * width; i++) {
        double distance;
        do
            distance = 2 * rng_normal(rng);
        while (fabs(distance) < 0.05 || fabs(fabs(distance) - 1) < 0.05);
        s.target[i] = rng_uniform(rng);
        s.z[i] = s.target[i] + distance;
        s.dz[i] = NAN;
    }
    return s;
}

static double mean(const struct loss_kind *kind, const struct sample *s)
{
    return kind->run(&s->args, s->z, s->target, 0, s->rows, s->rows, s->width, NULL) / s->rows;
}

static void gradients_are_those_of_centred_differences(void **state)
{
    (void)state;
    struct rng rng = rng_start(5, RNG_TEST, 0, 0);
    const double step = 1e-5;
    for (int k = 0; loss_kinds[k]; k++)
        for (int round = 0; round < 24; round++) {
            const struct loss_kind *kind = loss_kinds[k];
            struct sample s = drawn(kind, 1 + round % ROWS, 1 + round % WIDTH, &rng);
            kind->run(&s.args, s.z, s.target, 0, s.rows, s.rows, s.width, s.dz);
            for (int i = 0; i < s.rows * s.width; i++) {
                double kept = s.z[i];
                s.z[i] = kept + step;
                double up = mean(kind, &s);
                s.z[i] = kept - step;
                double difference = (up - mean(kind, &s)) / (2 * step);
                s.z[i] = kept;
                if (!(fabs(s.dz[i] - difference) <= 1e-7 * fabs(difference) + 1e-9))
                    fail_msg("%s: gradient %.12g, the difference says %.12g", kind->name, s.dz[i], difference);
            }
        }
}

static void parts_of_a_batch_add_up(void **state)
{
    (void)state;
    struct rng rng = rng_start(6, RNG_TEST, 0, 0);
    for (int k = 0; loss_kinds[k]; k++) {
        const struct loss_kind *kind = loss_kinds[k];
        struct sample whole = drawn(kind, ROWS, WIDTH, &rng), parts = whole;
        double sum = kind->run(&whole.args, whole.z, whole.target, 0, ROWS, ROWS, WIDTH, whole.dz);
        double first = kind->run(&parts.args, parts.z, parts.target, 0, 3, ROWS, WIDTH, parts.dz);
        assert_true(isnan(parts.dz[3 * WIDTH]));
        double nothing = kind->run(&parts.args, parts.z, parts.target, 3, 3, ROWS, WIDTH, parts.dz);
        double last = kind->run(&parts.args, parts.z, parts.target, 3, ROWS, ROWS, WIDTH, parts.dz);
        assert_true(nothing == 0);
        assert_true(fabs(first + last - sum) <= 1e-13 * fabs(sum));
        assert_memory_equal(whole.dz, parts.dz, sizeof whole.dz);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gradients_are_those_of_centred_differences),
        cmocka_unit_test(parts_of_a_batch_add_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
