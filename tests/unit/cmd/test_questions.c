/* test_questions.c: experiments on a copy: what they rank, conclude and refuse, and that nothing of it stays. */
#include "talk.h"

/* The rank of the row that begins with WHAT in the table of `try`: 0 where it has none. */
static int rank_of(struct talk *talk, const char *what)
{
    char *copy = strdup(talk_text(&talk->answers));
    int rank = -1;
    for (char *rest = copy, *line; (line = strsep(&rest, "\n"));)
        if (strlen(line) > 6 && strncmp(line + 6, what, strlen(what)) == 0 && line[6 + strlen(what)] == ' ')
            rank = atoi(line);
    free(copy);
    if (rank < 0)
        fail_msg("no row '%s' in:\n%s", what, talk_text(&talk->answers));
    return rank;
}

static bool answers(const struct talk *talk, const char *words)
{
    return strstr(talk_text(&talk->answers), words) != NULL;
}

static void say_the_same_state(struct talk *talk, const char *line)
{
    uint64_t hash = session_hash(talk->session);
    int events = talk->session->events;
    size_t samples = series_count(talk->session->loss_series);
    talk_say(talk, line);
    assert_true(session_hash(talk->session) == hash);
    assert_int_equal(talk->session->events, events);
    assert_int_equal(series_count(talk->session->loss_series), samples);
    assert_int_equal(talk->notices.length, 0);
}

static void test_try_ranks(void **state)
{
    struct talk talk;
    (void)state;
    talk_open(&talk, "iris", 1);
    talk_say(&talk, "step 20");
    say_the_same_state(&talk, "try 'lr 1e-7' 'lr 1e30' 'lr 1e-2; init he' 'lr -1' 'lr' -- 60");
    assert_true(answers(&talk, "60 steps each, ranked by val loss\n"));
    assert_int_equal(rank_of(&talk, "lr 1e-2; init he"), 1);
    assert_true(rank_of(&talk, "as it is") < rank_of(&talk, "lr 1e-7"));
    assert_int_equal(rank_of(&talk, "lr 1e30"), 0);
    assert_true(answers(&talk, "not finite at step 22"));
    assert_true(answers(&talk, "lr: -1; legal: 0 or more, and finite"));
    assert_true(answers(&talk, "changes nothing"));
    talk_close(&talk);
}

/* The figures of a row are those that the same commands bring about on the live network. */
static void test_try_tells_the_future(void **state)
{
    struct talk talk;
    struct figure loss;
    (void)state;
    talk_open(&talk, "digits", 2);
    talk_say(&talk, "step 30");
    say_the_same_state(&talk, "try 'optimizer rmsprop; lr 0.002; dropout 0.1' -- 70");
    struct text said = {0};
    text_add(&said, "%s", talk.answers.data);
    talk_say(&talk, "optimizer rmsprop");
    talk_say(&talk, "lr 0.002");
    talk_say(&talk, "dropout 0.1");
    talk_say(&talk, "step 70");
    talk_say(&talk, "print val.loss");
    loss = text_short(talk.session->validation.loss);
    assert_non_null(strstr(said.data, loss.s));
    text_free(&said);
    talk_close(&talk);
}

static void test_try_other_losses(void **state)
{
    struct talk talk;
    (void)state;
    talk_open(&talk, "iris", 1);
    say_the_same_state(&talk, "try 'loss mse' 'lr 0' -- 50");
    assert_true(answers(&talk, "ranked by val acc, since"));
    assert_true(rank_of(&talk, "loss mse") < rank_of(&talk, "lr 0"));
    talk_say(&talk, "split 0");
    say_the_same_state(&talk, "try 'lr 1e-2'");
    assert_true(answers(&talk, "100 steps each, ranked by train loss"));
    assert_int_equal(rank_of(&talk, "lr 1e-2"), 1);
    talk_close(&talk);
}

static void test_try_refuses(void **state)
{
    struct talk talk;
    (void)state;
    talk_open(&talk, "iris", 1);
    static const char *const no_edit[] = {"quit", "save x.st", "load x.st", "data iris", "source x", "run",    "step",
                                          "stepi", "try x", "summary",  "hash",      "split 0",  "target 1", "stop"};
    for (size_t i = 0; i < sizeof no_edit / sizeof *no_edit; i++) {
        char line[64];
        snprintf(line, sizeof line, "try 'lr 1e-2; %.20s' -- 5", no_edit[i]);
        talk_refuse(&talk, line, "is no edit");
    }
    talk_refuse(&talk, "try", "candidates is missing");
    talk_refuse(&talk, "try lr 1e-2 -- 5", "there is no command '1e-2'; a candidate stands in quotes");
    talk_refuse(&talk, "try 'lr 1e-2' --", "how many steps");
    talk_refuse(&talk, "try 'lr 1e-2' -- 0", "how many steps");
    talk_refuse(&talk, "try 'lr 1e-2' -- 5 6", "how many steps");
    talk_refuse(&talk, "try ';' -- 5", "a candidate holds no command");
    talk_close(&talk);
}

/* Inside of a step the copies begin at its start. */
static void test_try_inside(void **state)
{
    struct talk talk;
    (void)state;
    talk_open(&talk, "iris", 1);
    talk_say(&talk, "step 5");
    say_the_same_state(&talk, "try 'lr 1e-2' -- 10");
    struct text whole = {0};
    text_add(&whole, "%s", talk.answers.data);
    talk_say(&talk, "stepi 6");
    say_the_same_state(&talk, "try 'lr 1e-2' -- 10");
    assert_string_equal(talk.answers.data, whole.data);
    text_free(&whole);
    talk_close(&talk);
}

/* --- overfit */

static void test_overfit_learns(void **state)
{
    static const char *const sets[] = {"iris", "digits", "diabetes"};
    (void)state;
    for (size_t i = 0; i < sizeof sets / sizeof *sets; i++) {
        struct talk talk;
        talk_open(&talk, sets[i], 2);
        talk_say(&talk, "step 3");
        talk_say(&talk, "stepi 4");
        say_the_same_state(&talk, "overfit");
        assert_true(answers(&talk, "\nlearnt: "));
        say_the_same_state(&talk, "overfit 7 --steps 2");
        assert_true(answers(&talk, "7 of "));
        assert_true(answers(&talk, "on a copy, 2 steps"));
        assert_true(answers(&talk, "not learnt"));
        talk_close(&talk);
    }
}

struct case_of {
    const char *lines[4], *says[2];
};

static void check_cases(const struct case_of *cases, size_t n, const char *question)
{
    for (size_t i = 0; i < n; i++) {
        struct talk talk;
        talk_open(&talk, "iris", 1);
        for (int k = 0; k < 4 && cases[i].lines[k]; k++)
            talk_say(&talk, cases[i].lines[k]);
        say_the_same_state(&talk, question);
        for (int k = 0; k < 2 && cases[i].says[k]; k++)
            if (!answers(&talk, cases[i].says[k]))
                fail_msg("case %zu should say '%s':\n%s", i, cases[i].says[k], talk_text(&talk.answers));
        talk_close(&talk);
    }
}

/* What stands in the way is found and named. */
static void test_overfit_diagnoses(void **state)
{
    static const struct case_of cases[] = {
        {{"lr 0"}, {"the rate is 0; try `lr 1e-3`"}},
        {{"lr 1e-6"}, {"still falling"}},
        {{"net dense 64, relu, out softmax"}, {"in the way: softmax1: losses take logits", "not learnt"}},
        {{"dropout 0.9", "optimizer adam weight_decay=0.5", "gradclip 1e-3"},
         {"in the way: drop1 drop2: what it drops", "in the way: weight_decay 0.5 pulls"}},
        {{"net dense 64, relu, out relu", "optimizer sgd", "lr 1e4"}, {"not learnt"}},
        {{"optimizer sgd", "lr 1e10"}, {"not finite any more; try `lr /10`"}},
        {{"init gaussian 1e18"}, {"not finite from the start; try `init he`"}},
        {{"epoch 600"}, {"known already"}},
    };
    (void)state;
    check_cases(cases, sizeof cases / sizeof *cases, "overfit 4");
}

/* Rows that are the same and mean different things cannot be learnt. */
static void test_overfit_twins(void **state)
{
    struct text table = {0};
    char path[LIVE_PATH];
    struct talk talk;
    (void)state;
    text_add(&table, "x,class\n");
    for (int i = 0; i < 40; i++)
        text_add(&table, "1.5,%s\n", i % 2 ? "odd" : "even");
    text_add(&table, "2.5,odd\n");
    talk_open(&talk, live_file(path, "twins.csv", table.data), 1);
    say_the_same_state(&talk, "overfit 20 --steps 20");
    assert_true(answers(&talk, "the same features and different targets"));
    talk_close(&talk);
    text_free(&table);
}

static void test_overfit_refuses(void **state)
{
    struct talk talk;
    (void)state;
    talk_open(&talk, "iris", 1);
    talk_refuse(&talk, "overfit 121", "legal: 1 to 120, the training rows");
    talk_refuse(&talk, "overfit 0", "legal: 1 to");
    talk_refuse(&talk, "overfit 4 --steps 0", "legal: 1 to");
    say_the_same_state(&talk, "overfit 120 --steps 5");
    talk_close(&talk);
}

/* --- lrfind */

/* The rate that is suggested serves: it beats one a thousandth of it, and one a thousand times as high. */
static void test_lrfind_suggests(void **state)
{
    static const char *const optimizers[] = {"adam", "sgd", "momentum", "rmsprop"};
    (void)state;
    for (size_t i = 0; i < sizeof optimizers / sizeof *optimizers; i++) {
        struct talk talk;
        char line[200], rate[32] = "", high[64], low[64];
        talk_open(&talk, "digits", 2);
        live_optimizer(talk.session, optimizers[i], 0);
        say_the_same_state(&talk, "lrfind");
        assert_true(answers(&talk, "\nrate ") || answers(&talk, " rate "));
        const char *last = strstr(talk.answers.data, "\nlr ");
        if (!last || sscanf(last, " lr %31s", rate) != 1)
            fail_msg("%s: no rate in:\n%s", optimizers[i], talk_text(&talk.answers));
        snprintf(line, sizeof line, "lr %s", rate);
        talk_say(&talk, line);
        double chosen = talk.session->optimizer.lr;
        snprintf(high, sizeof high, "lr %.9g", chosen * 1000);
        snprintf(low, sizeof low, "lr %.9g", chosen / 1000);
        snprintf(line, sizeof line, "try '%s' '%s' -- 100", low, high);
        talk_say(&talk, line);
        assert_int_equal(rank_of(&talk, "as it is"), 1);
        talk_close(&talk);
    }
}

static void test_lrfind_concludes(void **state)
{
    static const struct case_of cases[] = {
        {{"epoch 150"}, {"at none of the rates does it fall"}},
        {{"init gaussian 1e18"}, {"not finite with the weights as they are"}},
        {{"stepi 5"}, {"times its least", "\nlr "}},
    };
    struct talk talk;
    (void)state;
    check_cases(cases, sizeof cases / sizeof *cases, "lrfind");
    talk_open(&talk, "iris", 1);
    say_the_same_state(&talk, "lrfind 1e-9 1e-7 --steps 40");
    assert_true(answers(&talk, "up to rate 1e-07 it does not explode"));
    assert_false(answers(&talk, "\nlr "));
    say_the_same_state(&talk, "lrfind 1e3 1e30");
    assert_false(answers(&talk, "\nlr "));
    talk_refuse(&talk, "lrfind 1 2", "at least 10 times the first");
    talk_refuse(&talk, "lrfind 0 2", "legal: ");
    talk_refuse(&talk, "lrfind --steps 3", "legal: 20 to");
    talk_close(&talk);
}

struct patience {
    int left;
};

static bool take_breath(void *context)
{
    return ((struct patience *)context)->left-- > 0;
}

static void test_giving_up(void **state)
{
    static const char *const lines[] = {"try 'lr 1e-2' -- 1e9", "lrfind --steps 1e6",
                                        "overfit 1000 --steps 1e9"};
    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        struct talk talk;
        struct patience patience = {2};
        talk_open(&talk, "digits", 1);
        talk_say(&talk, "step 7");
        talk.session->breath = (struct breath){take_breath, &patience};
        talk_refuse(&talk, lines[i], "interrupted");
        assert_true(patience.left < 0);
        talk_close(&talk);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_try_ranks),        cmocka_unit_test(test_try_tells_the_future),
        cmocka_unit_test(test_try_other_losses), cmocka_unit_test(test_try_refuses),
        cmocka_unit_test(test_try_inside),       cmocka_unit_test(test_overfit_learns),
        cmocka_unit_test(test_overfit_diagnoses), cmocka_unit_test(test_overfit_twins),
        cmocka_unit_test(test_overfit_refuses),  cmocka_unit_test(test_lrfind_suggests),
        cmocka_unit_test(test_lrfind_concludes), cmocka_unit_test(test_giving_up),
    };
    return cmocka_run_group_tests(tests, NULL, live_clean);
}
