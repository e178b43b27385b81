/* test_schedule.c: rates against their formulas, words there and back, what is refused. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dnn/schedule.h"

static struct schedule parse(const char *words, double rate, uint64_t step, uint32_t epoch)
{
    struct schedule schedule;
    struct err err;
    if (schedule_parse(words, rate, step, epoch, &schedule, &err))
        fail_msg("%s: %s", words, err.message);
    return schedule;
}

static bool near(double a, double b)
{
    return fabs(a - b) <= 1e-12 * fabs(b);
}

static void test_rates(void **state)
{
    (void)state;
    struct schedule schedule = parse("0.9995 per step", 0.01, 100, 3);
    assert_true(schedule_rate(&schedule, 100, 3) == 0.01);
    assert_true(near(schedule_rate(&schedule, 1100, 9), 0.01 * exp(1000 * log(0.9995))));
    schedule = parse("0.5 per epoch", 0.01, 100, 3);
    assert_true(schedule_rate(&schedule, 5000, 3) == 0.01 && schedule_rate(&schedule, 9000, 5) == 0.0025);
    schedule = parse("at 300:0.1,3000:0.5", 1, 0, 0);
    assert_true(schedule_rate(&schedule, 299, 0) == 1 && schedule_rate(&schedule, 300, 0) == 0.1);
    assert_true(schedule_rate(&schedule, 2999, 0) == 0.1 && schedule_rate(&schedule, 3000, 0) == 0.1 * 0.5);
    schedule = parse("cosine 1000", 2, 50, 0);
    assert_true(schedule_rate(&schedule, 50, 0) == 2 && near(schedule_rate(&schedule, 550, 0), 1));
    assert_true(near(schedule_rate(&schedule, 300, 0), 1 + cos(acos(-1) / 4)));
    assert_true(schedule_rate(&schedule, 1050, 0) == 0 && schedule_rate(&schedule, 99999, 0) == 0);
    schedule = parse("off", 2, 50, 0);
    assert_true(schedule_rate(&schedule, 9999, 99) == 2);
}

/* A rate that is set on the way is exactly that there, and falls on. */
static void test_rebase(void **state)
{
    (void)state;
    struct schedule schedule = parse("at 300:0.1 3000:0.1", 1, 0, 0);
    schedule_rebase(&schedule, 0.3, 300, 2);
    assert_true(schedule_rate(&schedule, 300, 2) == 0.3 && schedule_rate(&schedule, 3000, 2) == 0.3 * 0.1);
    schedule = parse("cosine 1000", 1, 0, 0);
    schedule_rebase(&schedule, 0.3, 500, 2);
    assert_true(schedule_rate(&schedule, 500, 2) == 0.3 && schedule_rate(&schedule, 1000, 2) == 0);
    assert_true(near(schedule_rate(&schedule, 750, 2), 0.3 * (1 - sqrt(0.5))));
    schedule_rebase(&schedule, 0.2, 1000, 4); /* it is over: the rate stays */
    assert_true(schedule_rate(&schedule, 1000, 4) == 0.2 && schedule_rate(&schedule, 4000, 4) == 0.2);
    schedule = parse("0.5 per step", 1, 7, 0);
    schedule_rebase(&schedule, 3, 9, 0);
    assert_true(schedule_rate(&schedule, 9, 0) == 3 && schedule_rate(&schedule, 11, 0) == 0.75);
    schedule_restart(&schedule, 4);
    assert_true(schedule_rate(&schedule, 0, 0) == 4 && schedule_rate(&schedule, 1, 0) == 2);
}

static void test_words(void **state)
{
    static const char *const words[] = {"off", "0.9995 per step", "0.25 per epoch", "at 300:0.1,3000:0.1", "at 9:1",
                                        "cosine 123456"};
    (void)state;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        struct schedule schedule = parse(words[i], 0.1 / 3, 5, 2), again;
        struct text text = {0};
        struct err err;
        schedule_print(&schedule, &text);
        assert_string_equal(text.data, words[i]);
        text_clear(&text);
        schedule_rebase(&schedule, 1.0 / 7, 40, 3);
        schedule_write(&schedule, &text);
        if (schedule_read(text.data, &again, &err))
            fail_msg("%s", err.message);
        for (uint64_t step = 40; step < 4000; step += 33)
            assert_true(schedule_rate(&again, step, 3 + (uint32_t)step / 50) ==
                        schedule_rate(&schedule, step, 3 + (uint32_t)step / 50));
        text_free(&text);
    }
}

static void test_refused(void **state)
{
    static const char *const words[] = {
        "", "0.5", "0.5 per", "0.5 per day", "per step", "0 per step", "-1 per step", "1.5 per epoch", "nan per step",
        "at", "at 300", "at 300:", "at :0.1", "at 300:2", "at 20:0.1", "at 300:0.1,200:0.1", "at 300:0.1,300:0.1",
        "at 3.5:0.1", "cosine", "cosine 0", "cosine -5", "cosine 1.5", "cosine many", "off now", "on", "'0.5 per step",
        "at 21:1,22:1,23:1,24:1,25:1,26:1,27:1,28:1,29:1,30:1,31:1,32:1,33:1,34:1,35:1,36:1,37:1"};
    static const char *const lines[] = {"", "1 2 3", "nan 0 0 0 off", "-1 0 0 0 off", "1 0 0 0", "1 0 0 0 nonsense",
                                        "1e300 0 0 0 off", "1 5 0 6 cosine 9", "1 0 99999999999 0 off"};
    struct schedule schedule;
    struct err err;
    (void)state;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (schedule_parse(words[i], 1, 20, 0, &schedule, &err) == 0)
            fail_msg("'%s' was taken", words[i]);
        assert_true(strncmp(err.message, "decay", 5) == 0);
    }
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        if (schedule_read(lines[i], &schedule, &err) == 0)
            fail_msg("'%s' was taken", lines[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rates),
        cmocka_unit_test(test_rebase),
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
