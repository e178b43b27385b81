/* test_doctor.c: every rule finds a mistake made on purpose, and is silent where it has not been made. */
#include <math.h>

#include "debug/doctor.h"
#include "talk.h"

/* --- tables of our own */

#define ROWS 160

/* Two clouds, five columns of which three are constant. */
static void write_constants(FILE *file)
{
    fprintf(file, "a,b,c,d,e,class\n");
    for (int i = 0; i < ROWS; i++)
        fprintf(file, "%g,%g,7,7,7,%s\n", sin(i) + i % 2 * 4, cos(3 * i), i % 2 ? "in" : "out");
}

/* Two clouds, one of them of one row in ten. */
static void write_rare(FILE *file)
{
    fprintf(file, "a,b,class\n");
    for (int i = 0; i < ROWS; i++)
        fprintf(file, "%g,%g,%s\n", sin(i) + (i % 10 == 0) * 4, cos(3 * i), i % 10 == 0 ? "rare" : "often");
}

/* A line that does not go through the origin. */
static void write_line(FILE *file)
{
    fprintf(file, "x,y\n");
    for (int i = 0; i < ROWS; i++)
        fprintf(file, "%g,%g\n", i / 20.0 - 4, 0.5 * (i / 20.0 - 4) + 3);
}

/* Classes that have nothing to do with the features. */
static void write_unpaired(FILE *file)
{
    unsigned state = 1;
    fprintf(file, "a,b,c,d,class\n");
    for (int i = 0; i < 2 * ROWS; i++) {
        state = state * 1664525u + 1013904223u;
        fprintf(file, "%g,%g,%g,%g,%s\n", sin(i), cos(3 * i), sin(5 * i), cos(7 * i), state >> 31 ? "in" : "out");
    }
}

/* Twenty columns, of which the first says with some doubt which class it is. */
static void write_noisy(FILE *file)
{
    unsigned state = 1;
    for (int j = 0; j < 20; j++)
        fprintf(file, "x%d,", j);
    fprintf(file, "class\n");
    for (int i = 0; i < 2 * ROWS; i++) {
        double x = sin(i), noise = 0;
        for (int j = 0; j < 20; j++)
            fprintf(file, "%g,", j == 0 ? x : sin(i * (j + 1.37) * j));
        state = state * 1664525u + 1013904223u;
        noise = (double)(state >> 8) / (1 << 24) - 0.5;
        fprintf(file, "%s\n", x + 4 * noise > 0 ? "in" : "out");
    }
}

static const struct {
    const char *name;
    void (*write)(FILE *file);
} tables[] = {{"constants.csv", write_constants}, {"rare.csv", write_rare}, {"line.csv", write_line},
              {"unpaired.csv", write_unpaired},
              {"noisy.csv", write_noisy}};

/* SOURCE, or the path of the table of that name, which is written. */
static const char *source_of(const char *source, char room[LIVE_PATH])
{
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        if (strcmp(tables[i].name, source) == 0) {
            FILE *file = fopen(live_path(room, source), "w");
            assert_non_null(file);
            tables[i].write(file);
            assert_int_equal(fclose(file), 0);
            return room;
        }
    return source;
}

/* --- one rule, one mistake */

#define COMMANDS 6
#define FOUR(layers)   layers ", " layers ", " layers ", " layers
#define TWELVE(layers) "net " FOUR(layers) ", " FOUR(layers) ", " FOUR(layers)

static const struct {
    const char *rule, *data;
    const char *mistake[COMMANDS]; /* commands that make it */
    const char *layer;             /* that is named; NULL: none, or any */
} cases[] = {
    {"nonfinite", "iris", {"net dense 16, exp, dense 16, exp, dense 16, exp", "init gaussian 1", "step 2"}, NULL},
    {"bn-masks-init", "iris", {"net dense 64, bn, relu, dense 64, bn, relu", "init gaussian 30", "step 10"}, "fc2"},
    {"output-activation", "iris", {"net dense 8, relu, out softmax"}, "softmax1"},
    {"symmetric-init", "iris", {"init constant 0.01", "step 20"}, "fc1"},
    {"inputs-unscaled", "wine", {"whiten off", "step 10"}, NULL},
    {"targets-unscaled", "diabetes", {"whiten off targets", "net dense 16, tanh"}, NULL},
    {"constant-feature", "constants.csv", {"lr 0"}, NULL},
    {"class-imbalance", "rare.csv", {"lr 1e-9", "step 100"}, NULL},
    {"loss-mismatch", "diabetes", {"loss bce"}, NULL},
    {"no-nonlinearity", "iris", {"net dense 16, leaky slope=1, dense 16"}, "fc2"},
    {"no-bias", "line.csv", {"whiten off targets", "net out bias=off", "lr 0.05", "step 50"}, "out"},
    {"too-wide", "digits", {"shape 1x8x8", "net conv 300 3x3 stride=4, relu, gap"}, "conv1"},
    {"reshape-locality", "digits", {"shape 1x16x4", "net conv 4 3x3, relu, gap"}, NULL},
    {"bad-init", "iris", {"init gaussian 20", "step 5"}, NULL},
    {"regularizer-dominates", "iris", {"optimizer adam weight_decay=1", "step 200"}, NULL},
    {"decay-too-fast", "iris", {"decay 0.8 per step", "step 30"}, NULL},
    {"update-too-large", "iris", {"lr 3", "step 20"}, NULL},
    {"update-too-small", "iris", {"lr 1e-6", "step 20"}, NULL},
    {"train-eval-gap", "wine", {"whiten off", "net dense 16, bn momentum=0, relu", "step 100"}, "bn1"},
    {"dead-units", "iris", {"lr 3", "step 60"}, NULL},
    {"saturated-units", "iris", {"net dense 16, tanh, dense 16, tanh", "init gaussian 20", "step 5"}, NULL},
    {"vanishing-gradient", "iris", {"init zeros", "step 5"}, "fc1"},
    {"exploding-gradient", "iris", {TWELVE("dense 32, tanh"), "init gaussian 1"}, "fc1"},
    {"diverging", "line.csv", {"whiten off targets", "whiten off", "net out", "optimizer sgd", "lr 0.3", "step 3"},
     NULL},
    {"oscillating", "diabetes", {"lr 0.1", "step 1000"}, NULL},
    {"initial-loss", "iris", {"init gaussian 20"}, NULL},
    {"loss-flat", "iris", {"init zeros"}, NULL},
    {"undertrained", "diabetes", {"lr 1e-5", "step 100"}, NULL},
    {"overfitting", "noisy.csv", {"net dense 128, relu, dense 128, relu", "lr 3e-3", "step 2000"}, NULL},
    {"cannot-overfit", "iris", {"init zeros"}, NULL},
    {"ignores-input", "unpaired.csv", {"step 200"}, NULL},
};

/* What `doctor --json RULE` answers. */
static const char *ask(struct talk *talk, const char *rule)
{
    char line[80];
    uint64_t hash = session_hash(talk->session);
    int events = talk->session->events;
    snprintf(line, sizeof line, "doctor --json %s", rule);
    talk_say(talk, line);
    assert_true(session_hash(talk->session) == hash);
    assert_int_equal(talk->session->events, events);
    return talk_text(&talk->answers);
}

static void test_mistakes(void **state)
{
    char room[LIVE_PATH], layer[64];
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct talk talk;
        talk_open(&talk, source_of(cases[i].data, room), 1);
        for (int k = 0; k < COMMANDS && cases[i].mistake[k]; k++)
            talk_say(&talk, cases[i].mistake[k]);
        const char *answer = ask(&talk, cases[i].rule);
        if (!strstr(answer, cases[i].rule))
            fail_msg("%s is not found: %s", cases[i].rule, answer);
        snprintf(layer, sizeof layer, "\"layer\":\"%s\"", cases[i].layer);
        if (cases[i].layer && !strstr(answer, layer))
            fail_msg("%s names another layer: %s", cases[i].rule, answer);
        assert_null(strstr(answer, "\"fix\":\"\""));
        talk_close(&talk);
    }
}

/* Each table is healthy where no mistake is made on it, but for the one that is one. */
static void test_healthy(void **state)
{
    static const char *const steps[] = {"step 1", "step 40", "step 400"};
    static const char *const sources[] = {"iris", "wine", "diabetes", "constants.csv", "rare.csv", "line.csv"};
    char room[LIVE_PATH];
    (void)state;
    for (size_t i = 0; i < sizeof sources / sizeof *sources; i++) {
        struct talk talk;
        talk_open(&talk, source_of(sources[i], room), 1);
        for (size_t k = 0; k < sizeof steps / sizeof *steps; k++) {
            assert_string_equal(ask(&talk, ""), "[]\n");
            talk_say(&talk, steps[k]);
        }
        assert_string_equal(ask(&talk, ""), "[]\n");
        talk_close(&talk);
    }
}

/* --- layers that are wrong in themselves */

/* The rectifier, but for its faults. */
static void rectify(const struct layer_run *run, int part)
{
    (void)part;
    size_t width = shape_size(&run->layer->out);
    for (size_t i = (size_t)run->first * width; i < (size_t)run->last * width; i++)
        run->y[i] = run->x[i] <= 0 ? 0 : run->x[i];
}

/* Each row gets half of the row that stands before it in the batch. */
static void mix(const struct layer_run *run, int part)
{
    (void)part;
    size_t width = shape_size(&run->layer->out);
    for (size_t i = (size_t)run->first * width; i < (size_t)run->last * width; i++) {
        size_t other = i >= width ? i - width : i + (size_t)(run->rows - 1) * width;
        real x = run->x[i] + run->x[other] / 2;
        run->y[i] = x <= 0 ? 0 : x;
    }
}

static void pass_back(const struct layer_run *run, int part)
{
    (void)part;
    size_t width = shape_size(&run->layer->out);
    for (size_t i = (size_t)run->first * width; run->dx && i < (size_t)run->last * width; i++)
        run->dx[i] = run->y[i] <= 0 ? 0 : run->dy[i];
}

static void pass_back_reversed(const struct layer_run *run, int part)
{
    (void)part;
    size_t width = shape_size(&run->layer->out);
    for (size_t i = (size_t)run->first * width; run->dx && i < (size_t)run->last * width; i++)
        run->dx[i] = run->y[i] <= 0 ? 0 : -run->dy[i];
}

/* Called as the rectifier is: the engine in double has no other of that name. */
static const struct layer_kind mixing = {.name = "relu", .stem = "relu", .summary = "mixes rows",
                                         .flags = LAYER_ACTIVATION | LAYER_RECTIFIER, .forward_parts = 1,
                                         .backward_parts = 1, .forward = mix, .backward = pass_back};
static const struct layer_kind reversed = {.name = "relu", .stem = "relu", .summary = "passes gradients back reversed",
                                           .flags = LAYER_ACTIVATION | LAYER_RECTIFIER, .forward_parts = 1,
                                           .backward_parts = 1, .forward = rectify, .backward = pass_back_reversed};

static void check_kind(const struct layer_kind *kind, const char *rule)
{
    struct talk talk;
    struct err err = {0};
    talk_open(&talk, "iris", 1);
    assert_string_equal(ask(&talk, rule), "[]\n");
    struct topology top = talk.session->net->top;
    top.layer[net_layer(talk.session->net, "relu2")].kind = kind;
    assert_int_equal(session_set_topology(talk.session, &top, NULL, &err), 0);
    if (!strstr(ask(&talk, rule), rule))
        fail_msg("%s is not found: %s", rule, talk_text(&talk.answers));
    talk_close(&talk);
}

static void test_wrong_layers(void **state)
{
    (void)state;
    check_kind(&mixing, "rows-leak");
    check_kind(&reversed, "gradient-wrong");
}

/* --- the table, the words, the settings */

static bool has_case(const char *rule)
{
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (strcmp(cases[i].rule, rule) == 0)
            return true;
    return strcmp(rule, "rows-leak") == 0 || strcmp(rule, "gradient-wrong") == 0;
}

static void test_table(void **state)
{
    struct talk talk;
    char line[80];
    (void)state;
    talk_open(&talk, NULL, 1);
    for (int i = 0; doctor_rules[i]; i++) {
        const struct doctor_rule *rule = doctor_rules[i];
        if (!has_case(rule->name))
            fail_msg("no test makes the mistake of %s", rule->name);
        for (int k = 0; k < i; k++)
            assert_true(strcmp(rule->setting, doctor_rules[k]->setting) && strcmp(rule->name, doctor_rules[k]->name));
        snprintf(line, sizeof line, "help doctor %s", rule->name);
        talk_say(&talk, line);
        assert_non_null(strstr(talk_text(&talk.answers), rule->metric));
        assert_non_null(strstr(talk_text(&talk.answers), rule->tip));
        snprintf(line, sizeof line, "set doctor.%s 0.25", rule->setting);
        talk_say(&talk, line);
        assert_true(doctor_threshold(talk.session, rule) == 0.25);
        snprintf(line, sizeof line, "set doctor.%s preset", rule->setting);
        talk_say(&talk, line);
        assert_true(doctor_threshold(talk.session, rule) == rule->threshold);
    }
    talk_refuse(&talk, "set doctor.nothing 1", "there is no setting 'doctor.nothing'");
    talk_refuse(&talk, "set doctor.dead much", "legal: a number, or preset");
    talk_refuse(&talk, "help doctor deadunits", "there is no rule 'deadunits'; did you mean dead-units?");
    talk_refuse(&talk, "help net dead-units", "only `help doctor` takes another word");
    talk_refuse(&talk, "doctor deadunits", "there is no rule 'deadunits'; did you mean dead-units?");
    talk_close(&talk);
}

/* A threshold decides: what is found with one is not with another. */
static void test_threshold(void **state)
{
    struct talk talk;
    (void)state;
    talk_open(&talk, "iris", 1);
    talk_say(&talk, "net dense 8, relu, out sigmoid");
    assert_non_null(strstr(ask(&talk, "output-activation"), "\"layer\":\"sigmoid1\",\"step\":0"));
    talk_say(&talk, "set doctor.output 2");
    assert_string_equal(ask(&talk, "output-activation"), "[]\n");
    talk_close(&talk);
}

/* --- at any moment */

static void test_moments(void **state)
{
    struct talk talk;
    (void)state;
    talk_open(&talk, NULL, 1);
    talk_refuse(&talk, "doctor", "no data yet");
    live_load(talk.session, "iris");
    for (int op = 0; op < program_ops(talk.session->train); op++) {
        assert_string_equal(ask(&talk, "dead-units"), "[]\n");
        talk_say(&talk, "stepi");
    }
    talk_say(&talk, "lr 1e38");
    talk_try(&talk, "step 20"); /* ends where a figure is not finite */
    assert_int_equal(talk.session->stop, STOP_NONFINITE);
    assert_non_null(strstr(ask(&talk, ""), "\"rule\":\"nonfinite\""));
    talk_close(&talk);
    talk_open(&talk, "iris", 1);
    talk_say(&talk, "split 0");
    talk_say(&talk, "batch full");
    assert_string_equal(ask(&talk, ""), "[]\n");
    talk_close(&talk);
}

/* The findings of an examination come heaviest first, and the same again. */
static void test_order(void **state)
{
    struct talk talk;
    (void)state;
    talk_open(&talk, "iris", 1);
    talk_say(&talk, "net dense 64, bn, relu, dense 64, bn, relu");
    talk_say(&talk, "init gaussian 30");
    talk_say(&talk, "step 20");
    char *first = strdup(ask(&talk, ""));
    assert_int_equal(strncmp(first, "[{\"rule\":\"bn-masks-init\"", 24), 0);
    assert_non_null(strstr(first, "\"fix\":\"init variance-scaling\""));
    assert_string_equal(ask(&talk, ""), first);
    free(first);
    talk_close(&talk);
}

/* --- the watch */

static void test_watch(void **state)
{
    struct talk talk;
    (void)state;
    talk_open(&talk, "iris", 1);
    talk_say(&talk, "step 1000");
    assert_string_equal(talk.session->watch.line, "");
    talk_say(&talk, "lr 3");
    talk_say(&talk, "step 1000");
    assert_non_null(strstr(talk.session->watch.line, "doctor: "));
    talk_say(&talk, "set doctor off");
    assert_string_equal(talk.session->watch.line, "");
    talk_say(&talk, "step 1000");
    assert_string_equal(talk.session->watch.line, "");
    talk_close(&talk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table),        cmocka_unit_test(test_mistakes),  cmocka_unit_test(test_healthy),
        cmocka_unit_test(test_wrong_layers), cmocka_unit_test(test_threshold), cmocka_unit_test(test_moments),
        cmocka_unit_test(test_order),        cmocka_unit_test(test_watch),
    };
    return cmocka_run_group_tests(tests, NULL, live_clean);
}
