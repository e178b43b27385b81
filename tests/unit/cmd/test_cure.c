/* test_cure.c: cures measured on forks: which are proposed, which are not, and what carrying one out does. */
#include <math.h>

#include "debug/cures.h"
#include "talk.h"

static const struct doctor_rule rule = {.name = "a-rule"};

static void hush(void *context, enum log_kind kind, const char *text)
{
    (void)text;
    *(bool *)context |= kind == LOG_ERROR;
}

static int carry_out(void *context, struct session *fork, const char *line, struct err *err)
{
    bool failed = false;
    (void)context;
    struct console *console = console_open(fork, &(struct outlet){hush, &failed}, err);
    assert_non_null(console);
    int status = console_execute(console, line);
    console_close(console);
    assert_true(failed == (status != 0));
    return status;
}

/* Measures LINES, ended by NULL, as the cures of findings. */
static void measure(struct session *session, const char *const lines[], uint64_t steps, int seeds, struct cures *cures)
{
    struct doctor_report report = {0};
    struct err err = {0};
    uint64_t before = session_hash(session);
    for (int i = 0; lines[i]; i++) {
        struct doctor_finding *finding = &report.finding[report.findings++];
        finding->rule = &rule;
        snprintf(finding->fix, sizeof finding->fix, "%s", lines[i]);
    }
    if (cures_measure(session, &report, &(struct doctor_hand){carry_out, NULL}, steps, seeds, NULL, NULL, cures, &err))
        fail_msg("%s", err.message);
    assert_true(session_hash(session) == before);
}

static const struct cure *cure_of(const struct cures *cures, const char *line)
{
    for (int i = 0; i < cures->count; i++)
        if (strcmp(cures->cure[i].line, line) == 0)
            return &cures->cure[i];
    fail_msg("'%s' was not measured", line);
    return NULL;
}

static void test_best_first(void **state)
{
    struct talk talk;
    struct cures cures;
    (void)state;
    talk_open(&talk, "digits", 1);
    talk_say(&talk, "lr 1e-6");
    measure(talk.session, (const char *const[]){"lr 1e-5", "lr 1e-3", "lr 1e-3", "lr 1e-6", "lr", "nonsense", NULL},
            100, 3, &cures);
    assert_int_equal(cures.count, 5);
    assert_false(cures.by_score);
    assert_true(cures.validation);
    assert_string_equal(cures.cure[0].line, "lr 1e-3");
    assert_string_equal(cures.cure[1].line, "lr 1e-5");
    assert_true(cures.cure[0].proposed && cures.cure[1].proposed);
    assert_false(cures.cure[0].anew);
    assert_true(cures.cure[0].effect.mean + cures.cure[0].effect.spread < cures.as_is.mean - cures.as_is.spread);
    assert_true(cure_of(&cures, "lr 1e-6")->unchanged);
    assert_true(cure_of(&cures, "lr")->unchanged);
    assert_true(cure_of(&cures, "nonsense")->refused);
    for (int i = 2; i < cures.count; i++)
        assert_false(cures.cure[i].proposed);
    talk_close(&talk);
}

/* What differs by no more than chance is not proposed, however it is ordered. */
static void test_chance_is_no_cure(void **state)
{
    struct talk talk;
    struct cures cures;
    (void)state;
    talk_open(&talk, "iris", 1);
    measure(talk.session, (const char *const[]){"init variance-scaling", "init he", "lr 0.00101", "batch 31", NULL},
            100, 4, &cures);
    assert_int_equal(cures.count, 5);
    assert_string_equal(cures.cure[4].line, "init variance-scaling; lr 0.00101; batch 31");
    assert_true(cures.cure[4].together);
    assert_true(cures.as_is.spread > 0);
    for (int i = 0; i < cures.count; i++)
        assert_false(cures.cure[i].proposed);
    talk_close(&talk);
}

/* The figures of the first seed are those of the session itself, had it gone on. */
static void test_first_seed_goes_on(void **state)
{
    struct talk talk;
    struct cures cures, fewer;
    (void)state;
    talk_open(&talk, "wine", 1);
    talk_say(&talk, "step 13");
    measure(talk.session, (const char *const[]){"lr 0.01", NULL}, 40, 2, &cures);
    measure(talk.session, (const char *const[]){"lr 0.01", NULL}, 40, 2, &fewer);
    assert_true(cures.as_is.mean == fewer.as_is.mean && cures.cure[0].effect.mean == fewer.cure[0].effect.mean);
    talk_say(&talk, "lr 0.01");
    talk_say(&talk, "step 40");
    talk_say(&talk, "print val.loss");
    const struct cure_effect *effect = &cures.cure[0].effect;
    assert_true(fabs(fabs(strtod(talk_text(&talk.answers), NULL) - effect->mean) - effect->spread) < 1e-6);
    talk_close(&talk);
}

/* Losses of different kinds cannot be compared: scores are. */
static void test_other_loss(void **state)
{
    struct talk talk;
    struct cures cures;
    (void)state;
    talk_open(&talk, "digits", 1);
    talk_say(&talk, "loss mae");
    talk_say(&talk, "lr 1e-4");
    measure(talk.session, (const char *const[]){"loss ce", "lr 1e-3", NULL}, 150, 3, &cures);
    assert_true(cures.by_score);
    const struct cure *rate = cure_of(&cures, "lr 1e-3");
    assert_true(rate->proposed && rate->effect.mean > cures.as_is.mean + cures.as_is.spread);
    talk_close(&talk);
}

/* Neither of two mistakes mended alone is enough; both are. What would undo another is left out. */
static void test_together(void **state)
{
    struct talk talk;
    struct cures cures;
    (void)state;
    talk_open(&talk, "diabetes", 1);
    talk_say(&talk, "net dense 16, tanh, out sigmoid");
    talk_say(&talk, "whiten off");
    talk_say(&talk, "lr 3e-3");
    measure(talk.session, (const char *const[]){"activation none sigmoid1", "whiten on", "whiten on", "lr 1e-3",
                                                "lr 1e-4", "nonsense", NULL}, 200, 3, &cures);
    assert_int_equal(cures.count, 6);
    assert_string_equal(cures.cure[0].line, "activation none sigmoid1; whiten on; lr 1e-3");
    assert_true(cures.cure[0].together && cures.cure[0].proposed);
    talk_close(&talk);
}

/* Weights that are beyond help: the cure stands with the training begun again. */
static void test_begun_again(void **state)
{
    struct talk talk;
    struct cures cures;
    (void)state;
    talk_open(&talk, "diabetes", 1);
    talk_say(&talk, "optimizer sgd");
    talk_say(&talk, "lr 100");
    talk_try(&talk, "step 20");
    assert_int_equal(talk.session->stop, STOP_NONFINITE);
    measure(talk.session, (const char *const[]){"lr 0.01", NULL}, 100, 3, &cures);
    assert_int_equal(cures.as_is.finite, 0);
    assert_true(cures.cure[0].proposed && cures.cure[0].anew);
    assert_int_equal(cures.cure[0].effect.finite, 3);
    talk_close(&talk);
}

static void test_no_findings(void **state)
{
    struct talk talk;
    struct cures cures;
    (void)state;
    talk_open(&talk, "iris", 1);
    measure(talk.session, (const char *const[]){NULL}, 10, 3, &cures);
    assert_int_equal(cures.count, 0);
    talk_refuse(&talk, "cure 1", "there is no cure 1; `doctor --cure` measures some");
    talk_refuse(&talk, "cure 0", "legal: 1 to 9");
    talk_refuse(&talk, "doctor --cure 0", "the number of steps is '0'; legal: 1 to");
    talk_refuse(&talk, "doctor --cure 10 1", "the number of seeds is '1'; legal: 2 to 10");
    talk_refuse(&talk, "doctor --cure 10 2 3", "one word too many: '3'");
    talk_say(&talk, "cure");
    talk_close(&talk);
}

/* From the question to the cure: nothing is touched, then one event. */
static void test_carried_out(void **state)
{
    struct talk talk;
    (void)state;
    talk_open(&talk, "digits", 1);
    talk_say(&talk, "net dense 64, bn, relu, dense 64, bn, relu");
    talk_say(&talk, "init gaussian 30");
    talk_say(&talk, "step 20");
    uint64_t hash = session_hash(talk.session);
    int events = talk.session->events;
    talk_say(&talk, "doctor --cure 60");
    assert_true(session_hash(talk.session) == hash);
    assert_int_equal(talk.session->events, events);
    assert_non_null(strstr(talk_text(&talk.answers), "  1  init variance-scaling"));
    talk_say(&talk, "cure 1");
    assert_int_equal(talk.session->events, events + 1);
    assert_string_equal(talk.session->event[events].text, "init variance-scaling");
    talk_close(&talk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_best_first),         cmocka_unit_test(test_chance_is_no_cure),
        cmocka_unit_test(test_first_seed_goes_on), cmocka_unit_test(test_other_loss),
        cmocka_unit_test(test_together),           cmocka_unit_test(test_begun_again),
        cmocka_unit_test(test_no_findings),        cmocka_unit_test(test_carried_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
