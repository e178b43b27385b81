/* test_commands.c: walks the command table and the tables of kinds. */
#include <ctype.h>
#include <math.h>

#include "data/dataset.h"
#include "talk.h"

static void test_rows(void **state)
{
    (void)state;
    for (int i = 0; commands[i]; i++) {
        const struct command *command = commands[i];
        assert_true(command->name && *command->name && command->run);
        assert_true(command->summary && *command->summary);
        assert_true(command->group <= GROUP_HELP && command_groups[command->group]);
        assert_int_not_equal(command->summary[strlen(command->summary) - 1], '.');
        assert_null(strchr(command->summary, '\n'));
        for (const char *c = command->name; *c; c++)
            assert_true(islower((unsigned char)*c));
        if (command->details) {
            assert_int_not_equal(command->details[strlen(command->details) - 1], '\n');
            for (const char *line = command->details; line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL)
                assert_true(strcspn(line, "\n") <= 120);
        }
        if (command->example)
            assert_memory_equal(command->example, command->name, strlen(command->name));
        for (int k = 0; commands[k] && command->aliases; k++)
            assert_true(strcmp(command->aliases, commands[k]->name) != 0 &&
                        (k == i || !commands[k]->aliases || strcmp(command->aliases, commands[k]->aliases) != 0));
        for (int k = 0; k < i; k++)
            assert_string_not_equal(command->name, commands[k]->name);
        /* Grouped, in the order of the help. */
        if (i > 0)
            assert_true(command->group >= commands[i - 1]->group);
        for (int k = 0; k < args_count(command->args); k++)
            assert_true(command->args[k].summary && *command->args[k].summary);
        assert_true(!command->args || args_count(command->args) > 0);
    }
}

static void test_examples(void **state)
{
    (void)state;
    for (int i = 0; commands[i]; i++) {
        struct talk talk;
        char folder[LIVE_PATH];
        talk_open(&talk, "digits", 1);
        assert_int_equal(chdir(live_path(folder, "")), 0);
        talk_say(&talk, "step 2");
        if (commands[i]->example)
            talk_say(&talk, commands[i]->example);
        talk_close(&talk);
        if (!(commands[i]->flags & COMMAND_NEEDS_DATA) || !commands[i]->example)
            continue;
        talk_open(&talk, NULL, 1);
        talk_refuse(&talk, commands[i]->example, "no data yet; `data FILE` loads some");
        assert_memory_equal(talk.errors.data, commands[i]->name, strlen(commands[i]->name));
        talk_close(&talk);
    }
}

static void test_help(void **state)
{
    struct talk talk;
    (void)state;
    talk_open(&talk, NULL, 1);
    talk_say(&talk, "help");
    for (int i = 0; commands[i]; i++) {
        char line[80];
        snprintf(line, sizeof line, "\n  %-11s %s\n", commands[i]->name, commands[i]->summary);
        assert_non_null(strstr(talk.answers.data, line));
    }
    for (int i = 0; command_groups[i]; i++)
        assert_non_null(strstr(talk.answers.data, command_groups[i]));
    for (int i = 0; commands[i]; i++) {
        char line[80];
        snprintf(line, sizeof line, "help %s", commands[i]->name);
        talk_say(&talk, line);
        assert_memory_equal(talk.answers.data, commands[i]->name, strlen(commands[i]->name));
        assert_non_null(strstr(talk.answers.data, commands[i]->summary));
        for (int k = 0; k < args_count(commands[i]->args); k++)
            assert_non_null(strstr(talk.answers.data, commands[i]->args[k].summary));
        if (commands[i]->example)
            assert_non_null(strstr(talk.answers.data, commands[i]->example));
        snprintf(line, sizeof line, "apropos %s", commands[i]->name);
        talk_say(&talk, line);
        assert_non_null(strstr(talk.answers.data, commands[i]->summary));
    }
    for (const struct help_topic *topic = help_topics; topic->name; topic++) {
        char line[80];
        snprintf(line, sizeof line, "help %s", topic->name);
        talk_say(&talk, line);
        assert_true(talk.answers.length > 50);
        assert_non_null(topic->summary);
    }
    talk_refuse(&talk, "help nosuch", "help: there is no command 'nosuch'");
    talk_refuse(&talk, "apropos xyzzy", "apropos: nothing speaks of 'xyzzy'");
    talk_close(&talk);
}

/* Each kind of each table is explained, whatever command begins like it. */
static void test_help_on_kinds(void **state)
{
    struct talk talk;
    int kinds = 0;
    (void)state;
    talk_open(&talk, NULL, 1);
    for (const struct help_topic *topic = help_topics; topic->name; topic++) {
        struct help_kind kind;
        for (int i = 0; topic->kind && topic->kind(i, &kind); i++, kinds++) {
            char line[80];
            snprintf(line, sizeof line, "help %s", kind.name);
            talk_say(&talk, line);
            assert_non_null(strstr(talk.answers.data, kind.summary));
            assert_non_null(strstr(talk.answers.data, topic->summary));
        }
    }
    assert_true(kinds > 30);
    talk_say(&talk, "help he");
    assert_memory_equal(talk.answers.data, "he [", 4);
    talk_say(&talk, "help dropout"); /* both a command and a kind */
    assert_non_null(strstr(talk.answers.data, "put dropout behind every hidden activation"));
    talk_close(&talk);
}

/* --- what only looks changes nothing */

/* All that the training program holds of a batch, in a number: what `print fc1.out` shows in the middle of a step. */
static uint64_t batch_sum(const struct session *session)
{
    const struct net *net = session->net;
    const struct program *train = session->train;
    uint64_t sum = (uint64_t)program_cursor(train);
    for (int layer = -1; layer < net->top.layers; layer++) {
        const struct shape *shape = layer < 0 ? &net->in : &net->top.layer[layer].out;
        const unsigned char *bytes = (const unsigned char *)program_out(train, layer);
        size_t n = (size_t)program_rows(train) * shape_size(shape) * sizeof(real);
        for (size_t i = 0; i < n; i++)
            sum = sum * 1099511628211u + bytes[i];
    }
    const unsigned char *gradient = (const unsigned char *)program_gradient(train);
    for (size_t i = 0; i < net->size * sizeof(real); i++)
        sum = sum * 1099511628211u + gradient[i];
    return sum;
}

static void look(struct talk *talk, const char *line)
{
    uint64_t hash = session_hash(talk->session), sum = batch_sum(talk->session);
    talk_try(talk, line);
    if (session_hash(talk->session) != hash)
        fail_msg("%s is read-only and changed the state", line);
    if (batch_sum(talk->session) != sum)
        fail_msg("%s is read-only and changed the tensors of the batch", line);
}

static void look_at_all(struct talk *talk)
{
    for (int i = 0; commands[i]; i++) {
        if (!(commands[i]->flags & COMMAND_READ_ONLY))
            continue;
        look(talk, commands[i]->name);
        if (commands[i]->example)
            look(talk, commands[i]->example);
    }
}

static void test_read_only(void **state)
{
    struct talk talk, other;
    char folder[LIVE_PATH];
    (void)state;
    assert_int_equal(chdir(live_path(folder, "")), 0);
    talk_open(&talk, "digits", 2);
    talk_open(&other, "digits", 2);
    talk_say(&talk, "net dense 32, bn, relu, dropout 0.3");
    talk_say(&other, "net dense 32, bn, relu, dropout 0.3");
    look_at_all(&talk);
    int ops = program_ops(talk.session->train);
    for (int i = 0; i < ops; i++) {
        talk_say(&talk, "stepi");
        look_at_all(&talk);
    }
    talk_say(&talk, "step 3");
    look_at_all(&talk);
    talk_say(&other, "step 4");
    assert_true(session_hash(talk.session) == session_hash(other.session));
    /* What prints a setting when no word follows changes nothing either. */
    static const char *const asking[] = {"net", "init", "optimizer", "lr", "batch", "loss", "gradclip", "seed", "data"};
    for (size_t i = 0; i < sizeof asking / sizeof *asking; i++) {
        look(&talk, asking[i]);
        assert_int_equal(talk.errors.length, 0);
        assert_true(talk.answers.length > 0);
    }
    talk_close(&talk);
    talk_close(&other);
}

/* --- wrong words */

/* Takes any word, or a name that the next test gives it. */
static bool takes_any_word(const struct command *command)
{
    for (int i = 0; i < args_count(command->args); i++)
        if (command->args[i].type == ARG_FILE)
            return true;
    return strcmp(command->name, "help") == 0 || strcmp(command->name, "branch") == 0 ||
           strcmp(command->name, "apropos") == 0;
}

static bool takes_expression(const struct command *command)
{
    static const char *const names[] = {"print", "until", "display", "watch", "expect"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(command->name, names[i]) == 0)
            return true;
    return false;
}

/* LINE must be refused by a message that begins with the command's name. */
static void refuse(struct talk *talk, const struct command *command, const char *line)
{
    talk_refuse(talk, line, command->name);
    if (strncmp(talk->errors.data, command->name, strlen(command->name)) != 0)
        fail_msg("%s: '%s' does not begin with the command's name", line, talk->errors.data);
}

static void refuse_all(struct talk *talk)
{
    static const char *const wrong[] = {"nonsense", "nan", "-1e999", "9e307", "''", "\x1b[2J", "=", "spec=="};
    for (int i = 0; commands[i]; i++) {
        const struct command *command = commands[i];
        char line[200];
        if (takes_any_word(command))
            continue;
        for (size_t k = 0; k < sizeof wrong / sizeof *wrong; k++) {
            snprintf(line, sizeof line, "%s %s", command->name, wrong[k]);
            bool chooses =
                strcmp(wrong[k], "''") == 0 && strcmp(command->name, "target") == 0; /* leaves it to the program */
            bool prints = strcmp(wrong[k], "''") == 0 && command->args && command->args[0].preset &&
                          !*command->args[0].preset && command->args[0].type == ARG_REST;
            bool number = takes_expression(command) && isdigit((unsigned char)wrong[k][0]);
            bool harmless =
                (strcmp(wrong[k], "9e307") == 0 && strcmp(command->name, "gradclip") == 0) || /* clips nothing */
                (strcmp(wrong[k], "nan") == 0 && strcmp(command->name, "break") == 0);
            if (!harmless && !chooses && !prints && !number)
                refuse(talk, command, line);
        }
        snprintf(line, sizeof line, "%s 1 2 3 4 5 6 7 8 9 10 99", command->name);
        refuse(talk, command, line);
    }
}

static void test_wrong_words(void **state)
{
    struct talk talk;
    (void)state;
    talk_open(&talk, "digits", 1);
    refuse_all(&talk);
    talk_say(&talk, "step 2");
    refuse_all(&talk);
    talk_close(&talk);
}

/* In the middle of a step, too: an edit that is refused leaves the cursor where it is. */
static void test_wrong_words_inside_a_step(void **state)
{
    static const char *const wrong[] = {"lr -3",
                                        "lr x",
                                        "batch 0",
                                        "batch 1.5",
                                        "batch 99999",
                                        "net dense x",
                                        "net dense 65536, dense 65536",
                                        "activation nosuch",
                                        "net dense",
                                        "net nonsense 3",
                                        "init nobody",
                                        "optimizer adam eps=x",
                                        "loss nothing",
                                        "gradclip -1",
                                        "seed -1",
                                        "split 2",
                                        "target nosuch",
                                        "task dance",
                                        "activation dense 3",
                                        "dropout 2",
                                        "bias off nosuch",
                                        "bn maybe",
                                        "whiten on targets",
                                        "save /nonexistent/x",
                                        "load /nonexistent/x",
                                        "source /nonexistent/x",
                                        "data /nonexistent/x.csv",
                                        "print 1 +",
                                        "until 1 +",
                                        "step 0",
                                        "stepi 0",
                                        "epoch 0",
                                        "finish now",
                                        "set nosuch 1",
                                        "plot nosuch"};
    (void)state;
    struct talk talk;
    talk_open(&talk, "digits", 1);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        talk_say(&talk, "stepi 5");
        uint64_t inside = session_hash(talk.session);
        if (talk_try(&talk, wrong[i]) == 0)
            fail_msg("%s was taken", wrong[i]);
        size_t length = strcspn(wrong[i], " ");
        if (strncmp(talk.errors.data, wrong[i], length) != 0)
            fail_msg("%s: %s", wrong[i], talk.errors.data);
        if (!talk.session->inside || session_hash(talk.session) != inside)
            fail_msg("%s was refused and changed the state", wrong[i]);
        talk_say(&talk, "reset");
    }
    talk_close(&talk);
}

static void test_precise_refusals(void **state)
{
    static const struct {
        const char *line, *says;
    } rows[] = {
        {"lr -1", "lr: -1; legal: 0 or more"},
        {"lr 1e39", "legal: 0 or more, and finite"},
        {"lr *nan", "legal: a rate such as 3e-4"},
        {"lr /0", "legal: a rate such as 3e-4"},
        {"batch 99999", "legal: 1 to 1438 (the training rows), or full"},
        {"batch 1e2", "legal: 1 to 1438, or full"},
        {"gradclip 0", "legal: a norm above 0, or off"},
        {"net dense 64, , relu", "nothing between two commas"},
        {"net dense 64, relu, conv9", "conv9"},
        {"net out softmax, dense 3", "only activations may follow the output layer"},
        {"init gaussian -1", "legal: 0 to 3.4e+38"},
        {"init gaussian 1e39", "legal: 0 to 3.4e+38"},
        {"init variance-scaling fan_off", "fan_off"},
        {"whiten on targets", "the targets are classes"},
        {"target nosuch", "nosuch"},
        {"bias off nosuch", "there is no layer 'nosuch'"},
        {"activation tanh fc1", "fc1 is a layer of kind dense, no activation"},
        {"activation dense 3", "dense is no activation"},
        {"data iris delimiter=xy", "delimiter: 'xy'"},
        {"data iris delimiter='\"'", "legal: one character"},
        {"data nosuch", "nor a known set (digits iris"},
        {"print 'a", "a quote is not closed"},
        {"finish", "finish: no step is under way"},
        {"set logy maybe", "set"},
        {"set logx", "did you mean logy?"},
        {"until los < 1", "did you mean loss?"},
        {"print fc1.weihgt", "did you mean fc1.weight?"},
        {"print fc1.grad", "no batch has been through this network yet"},
        {"hash now", "hash: 'now' is no hash; legal: 16 hexadecimal digits"},
        {"quit please", "one argument too many"},
        {"split 0.95", "legal: 0 to 0.9"},
        {"nosuchcommand", "there is no command 'nosuchcommand'"},
        {"lrr", "did you mean lr?"},
    };
    char line[1200];
    struct talk talk;
    (void)state;
    talk_open(&talk, "digits", 1);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        talk_refuse(&talk, rows[i].line, rows[i].says);
    strcpy(line, "target ");
    memset(line + 7, 'a', 400);
    line[407] = 0;
    talk_refuse(&talk, line, "a name of 400 bytes; legal: at most 255");
    talk_close(&talk);
}

/* --- every kind can be set by its command, and trains */

static void set_and_step(struct talk *talk, const char *command, const char *kind)
{
    char line[100];
    snprintf(line, sizeof line, "%s %s", command, kind);
    talk_say(talk, line);
    assert_int_equal(talk->session->event[talk->session->events - 1].step, talk->session->step);
    uint64_t step = talk->session->step;
    talk_say(talk, "step 3");
    assert_int_equal(talk->session->step, step + 3);
}

static void test_kinds(void **state)
{
    struct talk talk;
    struct text net = {0};
    (void)state;
    talk_open(&talk, "digits", 1);
    for (int i = 0; layer_kinds[i]; i++) {
        if (!talk_net_with(layer_kinds[i], false, &net) && !talk_net_with(layer_kinds[i], true, &net))
            fail_msg("no network takes %s", layer_kinds[i]->name);
        set_and_step(&talk, "net", net.data);
        if (layer_kinds[i]->flags & LAYER_ACTIVATION)
            set_and_step(&talk, "activation", layer_kinds[i]->name);
    }
    text_free(&net);
    talk_say(&talk, "net dense 16, relu");
    for (int i = 0; loss_kinds[i]; i++)
        set_and_step(&talk, "loss", loss_kinds[i]->name);
    for (int i = 0; optim_kinds[i]; i++)
        set_and_step(&talk, "optimizer", optim_kinds[i]->name);
    for (int i = 0; init_kinds[i]; i++)
        set_and_step(&talk, "init", init_kinds[i]->name);
    talk_close(&talk);
}

static void test_breaking_on_purpose(void **state)
{
    struct talk talk;
    (void)state;
    talk_open(&talk, "digits", 1);
    talk_say(&talk, "init gaussian 1e18");
    talk_say(&talk, "until step < 0");
    assert_int_equal(talk.session->stop, STOP_NONFINITE);
    talk_clear(&talk);
    console_run_ended(talk.console);
    assert_non_null(strstr(talk.notices.data, "is not finite"));
    assert_non_null(strstr(talk.notices.data, "its update has not been made"));
    assert_non_null(strstr(talk.notices.data, "next is update fc1"));
    talk_say(&talk, "init he");
    assert_non_null(strstr(talk.notices.data, "the update of step 1, which is not finite, is left out"));
    talk_say(&talk, "step 5");
    assert_int_equal(talk.session->stop, STOP_GOAL);
    talk_close(&talk);
}

/* --- the settings as commands */

static void test_edits(void **state)
{
    struct talk talk;
    (void)state;
    talk_open(&talk, "digits", 1);
    talk_say(&talk, "lr 0.01");
    talk_say(&talk, "lr /10");
    talk_say(&talk, "lr");
    assert_string_equal(talk.answers.data, "0.001\n");
    talk_say(&talk, "lr *3");
    assert_string_equal(talk.notices.data, "lr 0.001 -> 0.003\n");
    talk_say(&talk, "optimizer sgd"); /* a rate that was chosen stays */
    talk_say(&talk, "lr");
    assert_string_equal(talk.answers.data, "0.003\n");
    talk_say(&talk, "lr 0");
    talk_say(&talk, "batch full");
    talk_say(&talk, "batch");
    assert_string_equal(talk.answers.data, "1438\n");
    talk_say(&talk, "gradclip 2");
    talk_say(&talk, "gradclip off");
    talk_say(&talk, "gradclip");
    assert_string_equal(talk.answers.data, "off\n");
    talk_say(&talk, "bn on");
    talk_say(&talk, "bn on"); /* nothing to do is no failure */
    talk_say(&talk, "net");
    assert_string_equal(talk.answers.data, "net dense 64, bn, relu, dense 64, bn, relu\n");
    talk_say(&talk, "dropout 0.25");
    talk_say(&talk, "dropout 0.5");
    talk_say(&talk, "activation none relu2");
    talk_say(&talk, "activation relu1 leaky 0.1");
    talk_say(&talk, "net");
    assert_non_null(strstr(talk.answers.data, "net dense 64, bn, leaky"));
    talk_say(&talk, "dropout off");
    talk_say(&talk, "dropout off");
    talk_say(&talk, "bn off");
    talk_say(&talk, "activation none");
    talk_say(&talk, "net");
    assert_string_equal(talk.answers.data, "net dense 64, dense 64\n");
    talk_say(&talk, "activation tanh");
    talk_say(&talk, "bias off");
    talk_say(&talk, "bias on fc1");
    talk_say(&talk, "net");
    assert_string_equal(talk.answers.data, "net dense 64, tanh, dense 64 bias=off, tanh, out bias=off\n");
    talk_say(&talk, "seed 9");
    talk_say(&talk, "seed");
    assert_string_equal(talk.answers.data, "9\n");
    talk_say(&talk, "task regress");
    assert_int_equal(talk.session->data->task, TASK_REGRESS);
    talk_say(&talk, "whiten off targets");
    talk_say(&talk, "info events");
    assert_non_null(strstr(talk.answers.data, "a  whiten off targets @0"));
    talk_say(&talk, "step 2");
    talk_say(&talk, "info layers");
    talk_say(&talk, "plot grad 100");
    talk_say(&talk, "set ymin 0.5");
    talk_say(&talk, "set ymin auto");
    assert_true(isnan(console_view(talk.console)->y0));
    talk_close(&talk);
}

/* A long network keeps the columns. */
static void test_choices_fit(void **state)
{
    struct talk talk;
    (void)state;
    talk_open(&talk, "digits", 1);
    talk_say(&talk,
             "net dense 64, bn, relu, dropout 0.1, dense 128, bn, gelu, dense 32, bn, leaky 0.2, dense 16, tanh");
    talk_say(&talk, "optimizer adam beta1=0.87654321 beta2=0.98765432 eps=1.23456e-7");
    talk_say(&talk, "info choices");
    int lines = 0;
    for (char *rest = talk.answers.data, *line; rest && (line = strsep(&rest, "\n"));) {
        char *change = strstr(line, "change: ");
        if (text_columns(line) > 80)
            fail_msg("%s", line);
        if (change)
            assert_int_equal(change - line, 56);
        lines++;
    }
    assert_true(lines > 12);
    talk_close(&talk);
}

/* --- text from outside */

static void test_escapes(void **state)
{
    char path[LIVE_PATH], line[LIVE_PATH + 40];
    struct talk talk;
    (void)state;
    talk_open(&talk, NULL, 1);
    struct text table = {0};
    text_add(&table, "a\x1b[31m,b\xE2\x80\xAE" "c,back\\slash,class\x1b]0;x\x07\n");
    for (int i = 0; i < 30; i++)
        text_add(&table, "%d,%d,%d,%s\n", i, i * i % 7, i % 5, i % 2 ? "yes\x1b[2J" : "n\xE2\x80\xAEo");
    live_file(path, "evil \x1b[7m.csv", table.data);
    text_free(&table);
    snprintf(line, sizeof line, "data '%s'", path);
    talk_say(&talk, line); /* talk_put refuses control characters */
    assert_non_null(strstr(talk.notices.data, "class\\x1B]0;x\\x07"));
    assert_non_null(strstr(talk.notices.data, "evil \\x1B[7m.csv"));
    assert_null(strstr(talk.notices.data, "\\\\"));
    assert_null(strstr(talk.notices.data, "\xE2\x80\xAE"));
    talk_say(&talk, "step 3");
    static const char *const lines[] = {"info", "data", "info layers", "summary",
                                        "list", "plot", "info events", "print x"};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        talk_say(&talk, lines[i]);
        assert_null(strstr(talk.answers.data, "\xE2\x80\xAE"));
        assert_null(strstr(talk.answers.data, "\\\\"));
    }
    talk_refuse(&talk, "target '\x1b[2J'", "\\x1B[2J");
    talk_refuse(&talk, "print \x1b]52", "\\x1B]52");
    talk_refuse(&talk, "\x1b[5n", "\\x1B[5n");
    talk_refuse(&talk, "load '\xE2\x80\xAE'", "\\u{202E}");
    talk_refuse(&talk, "data 'back\\slash'", "back\\slash");
    snprintf(line, sizeof line, "save '%s.st'", path);
    talk_say(&talk, line);
    assert_non_null(strstr(talk.notices.data, "evil \\x1B[7m.csv.st"));
    snprintf(line, sizeof line, "load '%s.st'", path);
    talk_say(&talk, line);
    talk_say(&talk, "info events");
    assert_non_null(strstr(talk.answers.data, "\\x1B[7m.csv.st"));
    talk_close(&talk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_examples),
        cmocka_unit_test(test_help),
        cmocka_unit_test(test_help_on_kinds),
        cmocka_unit_test(test_read_only),
        cmocka_unit_test(test_wrong_words),
        cmocka_unit_test(test_wrong_words_inside_a_step),
        cmocka_unit_test(test_precise_refusals),
        cmocka_unit_test(test_kinds),
        cmocka_unit_test(test_breaking_on_purpose),
        cmocka_unit_test(test_edits),
        cmocka_unit_test(test_choices_fit),
        cmocka_unit_test(test_escapes),
    };
    return cmocka_run_group_tests(tests, NULL, live_clean);
}
