/* test_rng.c: the known answers of Philox, and what its draws must look like. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/rng.h"

enum { DRAWS = 400000 };

/* The known answers that the authors of Philox publish (Random123, kat_vectors, philox4x32 10). */
static void test_known_answers(void **state)
{
    (void)state;
    static const struct {
        uint32_t counter[4], key[2], want[4];
    } known[] = {
        {{0, 0, 0, 0}, {0, 0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
        {{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
         {0xffffffff, 0xffffffff},
         {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
        {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
         {0xa4093822, 0x299f31d0},
         {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        uint32_t out[4];
        rng_philox(known[i].counter, known[i].key, out);
        assert_memory_equal(out, known[i].want, sizeof out);
    }
}

/* The mean of N draws of deviation 1 strays from the truth by more than 5 / sqrt(N) once in a million. */
static void assert_near(double got, double want, double deviation)
{
    if (fabs(got - want) > 5 * deviation / sqrt(DRAWS))
        fail_msg("%g is not near %g", got, want);
}

static void test_uniform(void **state)
{
    (void)state;
    struct rng rng = rng_start(3, RNG_TEST, 0, 0);
    double sum = 0, squares = 0;
    for (int i = 0; i < DRAWS; i++) {
        double u = rng_uniform(&rng);
        assert_true(u > 0 && u < 1);
        sum += u;
        squares += u * u;
    }
    assert_near(sum / DRAWS, 0.5, sqrt(1.0 / 12));
    assert_near(squares / DRAWS, 1.0 / 3, sqrt(4.0 / 45));
}

static void test_normal(void **state)
{
    (void)state;
    struct rng rng = rng_start(4, RNG_TEST, 0, 0);
    double moment[4] = {0}, product = 0, before = 0;
    int beyond = 0;
    for (int i = 0; i < DRAWS; i++) {
        double z = rng_normal(&rng), power = z;
        for (int k = 0; k < 4; k++, power *= z)
            moment[k] += power / DRAWS;
        product += z * before / DRAWS;
        before = z;
        beyond += fabs(z) > 1.959963984540054;
    }
    /* The deviations of z, z^2, z^3, z^4: 1, sqrt(2), sqrt(15), sqrt(96). */
    assert_near(moment[0], 0, 1);
    assert_near(moment[1], 1, sqrt(2));
    assert_near(moment[2], 0, sqrt(15));
    assert_near(moment[3], 3, sqrt(96));
    assert_near(product, 0, 1);
    assert_near((double)beyond / DRAWS, 0.05, sqrt(0.05 * 0.95));
}

static void test_below(void **state)
{
    (void)state;
    struct rng rng = rng_start(5, RNG_TEST, 0, 0);
    int count[7] = {0};
    for (int i = 0; i < DRAWS; i++)
        count[rng_below(&rng, 7)]++;
    for (int i = 0; i < 7; i++)
        assert_near((double)count[i] / DRAWS, 1.0 / 7, sqrt(6.0 / 49));
    /* 3/4 of 2^32: a multiplication without a second draw would give each residue of 3 not 1/3 but 1/2 or 1/4. */
    double third[3] = {0};
    for (int i = 0; i < DRAWS; i++) {
        uint32_t v = rng_below(&rng, 0xC0000000u);
        assert_true(v < 0xC0000000u);
        third[v % 3] += 1.0 / DRAWS;
    }
    for (int i = 0; i < 3; i++)
        assert_near(third[i], 1.0 / 3, sqrt(2.0 / 9));
    for (int i = 0; i < 100; i++)
        assert_int_equal(rng_below(&rng, 1), 0);
}

static void test_shuffle(void **state)
{
    (void)state;
    struct rng rng = rng_start(6, RNG_TEST, 0, 0);
    int order[24] = {0}; /* of 4 things, by the place of each permutation among all */
    for (int i = 0; i < DRAWS; i++) {
        int v[4] = {0, 1, 2, 3}, seen = 0;
        rng_shuffle(&rng, v, 4);
        for (int k = 0; k < 4; k++)
            seen |= 1 << v[k];
        assert_int_equal(seen, 15);
        int second = v[1] - (v[1] > v[0]);
        int third = v[2] - (v[2] > v[0]) - (v[2] > v[1]);
        order[v[0] * 6 + second * 2 + third]++;
    }
    for (int i = 0; i < 24; i++)
        assert_near((double)order[i] / DRAWS, 1.0 / 24, sqrt(23.0) / 24);
    rng_shuffle(&rng, NULL, 0);
}

/* However it draws, a shuffle takes one number after the other: from any place, and where the count carries. */
static void test_shuffle_in_sequence(void **state)
{
    (void)state;
    static int v[3000], expected[3000];
    const int sizes[] = {1, 2, 7, 8, 9, 31, 32, 33, 100, 3000};
    for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++)
        for (uint32_t from = 0; from < 40; from++) {
            int n = sizes[k];
            struct rng rng = rng_start(7, RNG_TEST, from, (uint32_t)n);
            if (from >= 20)
                rng.counter[0] = UINT32_MAX - (from - 20);
            for (uint32_t i = 0; i < from % 5; i++)
                rng_u32(&rng);
            struct rng plain = rng;
            for (int i = 0; i < n; i++)
                v[i] = expected[i] = i;
            rng_shuffle(&rng, v, (size_t)n);
            for (int i = n; i > 1; i--) {
                uint32_t j = rng_below(&plain, (uint32_t)i);
                int held = expected[i - 1];
                expected[i - 1] = expected[j];
                expected[j] = held;
            }
            assert_memory_equal(v, expected, (size_t)n * sizeof *v);
            assert_int_equal(rng.left, plain.left);
            assert_memory_equal(rng.counter, plain.counter, sizeof rng.counter);
            for (int i = 0; i < 6; i++)
                assert_int_equal(rng_u32(&rng), rng_u32(&plain));
        }
}

static double correlation(struct rng a, struct rng b)
{
    double sum = 0;
    for (int i = 0; i < DRAWS; i++)
        sum += rng_normal(&a) * rng_normal(&b);
    return sum / DRAWS;
}

static void test_streams(void **state)
{
    (void)state;
    struct rng base = rng_start(1, RNG_INIT, 2, 3);
    assert_near(correlation(base, rng_start(1, RNG_SHUFFLE, 2, 3)), 0, 1);
    assert_near(correlation(base, rng_start(2, RNG_INIT, 2, 3)), 0, 1);
    assert_near(correlation(base, rng_start((uint64_t)1 << 32 | 1, RNG_INIT, 2, 3)), 0, 1);
    assert_near(correlation(base, rng_start(1, RNG_INIT, 3, 3)), 0, 1);
    assert_near(correlation(base, rng_start(1, RNG_INIT, 2, 4)), 0, 1);
    struct rng a = base, b = rng_start(1, RNG_INIT, 2, 3);
    for (int i = 0; i < 1000; i++)
        assert_int_equal(rng_u32(&a), rng_u32(&b));
}

/* After 2^32 blocks the count carries into the next word, and the sequence does not begin anew. */
static void test_carry(void **state)
{
    (void)state;
    struct rng rng = rng_start(1, RNG_TEST, 0, 0), fresh = rng;
    rng.counter[0] = UINT32_MAX;
    for (int i = 0; i < 4; i++)
        rng_u32(&rng);
    uint32_t next[4], first[4];
    for (int i = 0; i < 4; i++) {
        next[i] = rng_u32(&rng);
        first[i] = rng_u32(&fresh);
    }
    assert_memory_not_equal(next, first, sizeof next);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known_answers), cmocka_unit_test(test_uniform), cmocka_unit_test(test_normal),
        cmocka_unit_test(test_below),         cmocka_unit_test(test_shuffle), cmocka_unit_test(test_streams),
        cmocka_unit_test(test_shuffle_in_sequence),
        cmocka_unit_test(test_carry),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
