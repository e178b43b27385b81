/* test_arena.c: what is measured is what is taken, aligned and zeroed; what does not fit is refused with figures. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"

struct parts {
    char *a;
    double *b;
    float *none;
    int *c;
};

static struct parts carve(struct arena *arena)
{
    struct parts parts;
    parts.a = arena_take(arena, 3, sizeof *parts.a);
    parts.b = arena_take(arena, 100, sizeof *parts.b);
    parts.none = arena_take(arena, 0, sizeof *parts.none);
    parts.c = arena_take(arena, 16, sizeof *parts.c);
    return parts;
}

static void test_measure_then_take(void **state)
{
    (void)state;
    struct arena measure = arena_measure(), arena;
    struct err err = {0};
    struct parts parts = carve(&measure);
    assert_true(!parts.a && !parts.b && !parts.c);
    assert_int_equal(measure.used, 64 + 832 + 64);
    assert_int_equal(arena_open(&arena, measure.used, "the test", &err), 0);
    parts = carve(&arena);
    assert_int_equal(arena.used, arena.size);
    assert_int_equal((uintptr_t)parts.a % ARENA_ALIGN, 0);
    assert_int_equal((uintptr_t)parts.b % ARENA_ALIGN, 0);
    assert_int_equal((char *)parts.b - parts.a, 64);
    assert_int_equal((char *)parts.c - (char *)parts.b, 832);
    for (size_t i = 0; i < arena.size; i++)
        assert_int_equal(arena.base[i], 0);
    memset(parts.c, 1, 64);
    arena_close(&arena);
    assert_null(arena.base);
    arena_close(&arena);
}

static void test_empty(void **state)
{
    (void)state;
    struct arena arena;
    assert_int_equal(arena_open(&arena, 0, "nothing", NULL), 0);
    assert_non_null(arena.base);
    assert_int_equal(arena.size, 0);
    arena_close(&arena);
}

static void test_refused(void **state)
{
    (void)state;
    struct arena arena;
    struct err err = {0};
    assert_true(memory_available() > 0);
    if (memory_available() == SIZE_MAX)
        skip();
    assert_int_equal(arena_open(&arena, (size_t)1 << 50, "the network", &err), -1);
    assert_int_equal(err.code, ERR_MEMORY);
    assert_non_null(strstr(err.message, "the network would take 1.0 PB; "));
    assert_non_null(strstr(err.message, "of memory is available"));
    assert_null(arena.base);
}

/* A plan too large to count is refused like any that is too large. */
static void test_overflow(void **state)
{
    (void)state;
    struct arena measure = arena_measure(), arena;
    struct err err = {0};
    arena_take(&measure, SIZE_MAX / 2, 4);
    arena_take(&measure, 100, 4);
    assert_true(measure.used == SIZE_MAX);
    assert_int_equal(arena_open(&arena, measure.used, "the network", &err), -1);
    assert_int_equal(err.code, ERR_MEMORY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_measure_then_take),
        cmocka_unit_test(test_empty),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_overflow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
