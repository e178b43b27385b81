/* test_console.c: lines, the queue, files in files, prefixes, what is said. */
#include "talk.h"

/* Works off the queue and the runs that it starts, as the loops do. */
static int work_off(struct talk *talk)
{
    int status = 0;
    while (status == 0 && (console_waiting(talk->console) || session_running(talk->session))) {
        live_run(talk->session);
        status = console_pump(talk->console);
    }
    live_run(talk->session);
    return status;
}

static void test_lines(void **state)
{
    struct talk talk;
    (void)state;
    talk_open(&talk, "iris", 1);
    talk_say(&talk, "");
    talk_say(&talk, "   ");
    talk_say(&talk, "# a comment");
    assert_int_equal(talk.answers.length + talk.notices.length + talk.errors.length, 0);
    talk_say(&talk, "  print   1 + 1   # and a comment");
    assert_string_equal(talk.answers.data, "2\n");
    talk_say(&talk, "print 0.1");
    assert_string_equal(talk.answers.data, "0.1\n");
    talk_say(&talk, "print 1 / 3");
    assert_string_equal(talk.answers.data, "0.333333333\n");
    talk_say(&talk, "print log(-1)");
    assert_non_null(strstr(talk.answers.data, "nan"));
    talk_say(&talk, "print fc1.weight");
    int rows = 0, blanks = 0;
    for (const char *c = talk.answers.data; *c; c++) {
        rows += *c == '\n';
        blanks += *c == ' ';
    }
    assert_int_equal(rows, 64);
    assert_int_equal(blanks, 64 * 3);
    talk_say(&talk, "print fc1.bias");
    assert_int_equal(strspn(talk.answers.data, "0 \n"), talk.answers.length);
    talk_say(&talk, "hash");
    assert_int_equal(talk.answers.length, 17);
    assert_int_equal(strspn(talk.answers.data, "0123456789abcdef"), 16);
    talk_close(&talk);
}

static void test_prefixes(void **state)
{
    struct talk talk;
    (void)state;
    talk_open(&talk, "iris", 1);
    struct err err;
    for (int i = 0; commands[i]; i++) {
        assert_ptr_equal(command_find(commands[i]->name, &err), commands[i]);
        char prefix[32];
        for (size_t length = 1; length < strlen(commands[i]->name); length++) {
            int matches = 0, exact = -1;
            snprintf(prefix, sizeof prefix, "%.*s", (int)length, commands[i]->name);
            for (int k = 0; commands[k]; k++) {
                matches += strncmp(commands[k]->name, prefix, length) == 0;
                exact = strcmp(commands[k]->name, prefix) == 0 ? k : exact;
                if (exact < 0 && commands[k]->aliases && strcmp(commands[k]->aliases, prefix) == 0)
                    exact = k; /* so far no command has two */
            }
            const struct command *found = command_find(prefix, &err);
            if (exact >= 0)
                assert_ptr_equal(found, commands[exact]);
            else if (matches == 1)
                assert_ptr_equal(found, commands[i]);
            else {
                assert_null(found);
                assert_non_null(strstr(err.message, "is ambiguous"));
                assert_non_null(strstr(err.message, commands[i]->name));
            }
        }
    }
    talk_say(&talk, "pri 3");
    assert_string_equal(talk.answers.data, "3\n");
    talk_say(&talk, "ep 2");
    assert_int_equal(talk.session->epoch, 2);
    talk_refuse(&talk, "st", "'st' is ambiguous: ");
    talk_close(&talk);
}

static void test_aliases(void **state)
{
    static const char *const short_names[][2] = {{"s", "step"}, {"si", "stepi"}, {"l", "list"},
                                                 {"p", "print"}, {"q", "quit"},   {"h", "help"}};
    struct talk talk;
    (void)state;
    talk_open(&talk, "iris", 1);
    for (size_t i = 0; i < sizeof short_names / sizeof *short_names; i++)
        assert_string_equal(command_find(short_names[i][0], NULL)->name, short_names[i][1]);
    talk_say(&talk, "s 3");
    assert_int_equal(talk.session->step, 3);
    talk_say(&talk, "p 6 * 7");
    assert_string_equal(talk.answers.data, "42\n");
    talk_refuse(&talk, "s 0", "step: steps is 0");
    talk_say(&talk, "h stepi");
    assert_non_null(strstr(talk.answers.data, "\n    short: si\n"));
    talk_say(&talk, "help");
    assert_non_null(strstr(talk.answers.data, "  si stepi"));
    talk_close(&talk);
}

/* A setting that is only printed is no edit: the cursor stays where it is. An edit drops what is held back. */
static void test_edits_and_the_cursor(void **state)
{
    static const char *const prints[] = {"net", "init", "lr", "loss", "optimizer", "batch", "gradclip"};
    static const char *const cures[] = {"lr /10", "gradclip 1", "init he", "batch 8", "bn on"};
    struct talk talk;
    (void)state;
    talk_open(&talk, "iris", 1);
    talk_say(&talk, "stepi 3");
    for (size_t i = 0; i < sizeof prints / sizeof *prints; i++) {
        talk_say(&talk, prints[i]);
        assert_true(talk.session->inside && program_cursor(talk.session->train) == 3);
    }
    talk_say(&talk, "lr 0.01"); /* a rate holds for the update of the step under way */
    assert_true(talk.session->inside && program_cursor(talk.session->train) == 3);
    talk_say(&talk, "lr 0.001");
    for (size_t i = 0; i < sizeof cures / sizeof *cures; i++) {
        talk_say(&talk, "reset");
        talk_say(&talk, "init gaussian 1e18");
        talk_say(&talk, "step");
        console_run_ended(talk.console);
        assert_non_null(strstr(talk.notices.data, "the update is held back: `lr /10`, "));
        assert_true(talk.session->inside);
        talk_refuse(&talk, "save held.safetensors", "its update is not finite: `lr /10`, ");
        talk_refuse(&talk, "lr -3", "legal: 0 or more"); /* what is refused drops nothing */
        talk_refuse(&talk, "gradclip x", "legal: a norm");
        talk_refuse(&talk, "net dense x", "units");
        talk_say(&talk, cures[i]);
        assert_non_null(strstr(talk.notices.data, "is left out: the weights are those before it"));
        assert_false(talk.session->inside);
        talk_say(&talk, "print fc1.weight.nan");
        assert_string_equal(talk.answers.data, "0\n");
    }
    talk_close(&talk);
}

/* Lines wait for the run that the line before them started. */
static void test_queue(void **state)
{
    struct talk talk;
    (void)state;
    talk_open(&talk, "iris", 1);
    console_queue(talk.console, "print step", "-c");
    console_queue(talk.console, "step 5", "-c");
    console_queue(talk.console, "print step", NULL);
    console_queue(talk.console, "epoch 2", "-c");
    console_queue(talk.console, "print step", "-c");
    assert_int_equal(console_pump(talk.console), 0);
    assert_string_equal(talk.answers.data, "0\n");
    assert_true(session_running(talk.session) && console_waiting(talk.console));
    assert_int_equal(console_pump(talk.console), 0); /* a run is under way: nothing is carried out */
    assert_string_equal(talk.answers.data, "0\n");
    assert_int_equal(work_off(&talk), 0);
    assert_string_equal(talk.answers.data, "0\n5\n12\n");
    assert_false(console_waiting(talk.console));
    console_queue(talk.console, "print 1", "-c");
    console_drop_queue(talk.console);
    assert_false(console_waiting(talk.console));
    talk_close(&talk);
}

static void test_failure_drops_the_queue(void **state)
{
    struct talk talk;
    char path[LIVE_PATH], where[LIVE_PATH + 20];
    struct err err = {0};
    (void)state;
    talk_open(&talk, "iris", 1);
    live_file(path, "script.dnn", "print 1\r\n\n# nothing\nstep 2\nlr banana\nprint 3\n");
    assert_int_equal(console_queue_file(talk.console, path, &err), 0);
    console_queue(talk.console, "print 4", "-c");
    assert_int_equal(work_off(&talk), -1);
    assert_string_equal(talk.answers.data, "1\n");
    snprintf(where, sizeof where, "%s:5: lr: 'banana'", path);
    assert_memory_equal(talk.errors.data, where, strlen(where));
    assert_false(console_waiting(talk.console));
    assert_int_equal(talk.session->step, 2);
    talk_clear(&talk);
    console_queue(talk.console, "nosuch", NULL);
    assert_int_equal(work_off(&talk), -1);
    assert_memory_equal(talk.errors.data, "there is no command", 19);
    assert_int_equal(console_queue_file(talk.console, "/nonexistent/file", &err), -1);
    assert_non_null(strstr(err.message, "/nonexistent/file: No such file"));
    assert_int_equal(console_queue_file(talk.console, "/tmp", &err), -1);
    assert_false(console_waiting(talk.console));
    talk_close(&talk);
}

static void test_files_in_files(void **state)
{
    struct talk talk;
    char outer[LIVE_PATH], inner[LIVE_PATH], innermost[LIVE_PATH], text[3 * LIVE_PATH], line[LIVE_PATH + 20];
    (void)state;
    talk_open(&talk, "iris", 1);
    live_file(innermost, "innermost", "print 30\nstep 1\nprint step");
    snprintf(text, sizeof text, "print 20\nsource %s\nprint 21\n", innermost);
    live_file(inner, "inner", text);
    snprintf(text, sizeof text, "print 10\nsource %s\nprint 11\n", inner);
    live_file(outer, "outer", text);
    snprintf(line, sizeof line, "source %s", outer);
    console_queue(talk.console, line, "-c");
    console_queue(talk.console, "print 1", "-c");
    assert_int_equal(work_off(&talk), 0);
    assert_string_equal(talk.answers.data, "10\n20\n30\n1\n21\n11\n1\n");
    /* Typed at the prompt, the file's lines come before those that wait. */
    talk_clear(&talk);
    console_queue(talk.console, "print 2", "-c");
    assert_int_equal(console_execute(talk.console, line), 0);
    assert_int_equal(work_off(&talk), 0);
    assert_string_equal(talk.answers.data, "10\n20\n30\n2\n21\n11\n2\n");
    /* An error names the file that it stands in. */
    talk_clear(&talk);
    live_file(innermost, "innermost", "print 1\nnonsense\n");
    console_queue(talk.console, line, "-c");
    assert_int_equal(work_off(&talk), -1);
    snprintf(text, sizeof text, "%s:2: ", innermost);
    assert_memory_equal(talk.errors.data, text, strlen(text));
    /* A file that sources itself ends. */
    talk_clear(&talk);
    snprintf(text, sizeof text, "source %s\nprint 1\n", outer);
    live_file(outer, "outer", text);
    console_queue(talk.console, line, "-c");
    assert_int_equal(work_off(&talk), -1);
    assert_non_null(strstr(talk.errors.data, "does one source itself?"));
    assert_false(console_waiting(talk.console));
    /* One after the other there may be as many as one likes. */
    talk_clear(&talk);
    live_file(inner, "inner", "print 5");
    snprintf(line, sizeof line, "source %s", inner);
    for (int i = 0; i < 100; i++)
        console_queue(talk.console, line, "-c");
    assert_int_equal(work_off(&talk), 0);
    assert_int_equal(talk.answers.length, 200);
    talk_close(&talk);
}

static void test_quitting(void **state)
{
    struct talk talk;
    (void)state;
    talk_open(&talk, "iris", 1);
    console_queue(talk.console, "quit", "-c");
    console_queue(talk.console, "print 1", "-c");
    assert_false(console_quitting(talk.console));
    assert_int_equal(console_pump(talk.console), 0);
    assert_true(console_quitting(talk.console));
    assert_int_equal(talk.answers.length, 0);
    talk_close(&talk);
}

static void test_long_lines(void **state)
{
    struct talk talk;
    struct text line = {0};
    (void)state;
    talk_open(&talk, "iris", 1);
    text_add(&line, "net dense 2");
    for (int i = 0; i < 250; i++)
        text_add(&line, ", dense 2");
    talk_say(&talk, line.data);
    assert_int_equal(talk.session->net->top.layers, 252);
    for (int i = 0; i < 10; i++)
        text_add(&line, ", dense 2");
    talk_refuse(&talk, line.data, "at most 256 layers");
    for (int i = 0; i < 3000; i++)
        text_add(&line, " 1");
    for (int i = 0; i < 3000; i++)
        text_add(&line, " 1");
    talk_refuse(&talk, line.data, "a line has at most 4096 words");
    text_clear(&line);
    text_add(&line, "print 1");
    for (int i = 0; i < 100000; i++)
        text_add(&line, "+1");
    talk_refuse(&talk, line.data, "print: column");
    text_free(&line);
    talk_close(&talk);
}

/* Edits, other data and other states while a run goes on. */
static void test_lines_during_a_run(void **state)
{
    static const char *const edits[] = {
        "lr /2",           "bn on",      "net dense 8, relu", "batch 7",        "optimizer sgd",
        "init he",         "loss mse",   "whiten off",        "gradclip 1",     "dropout 0.5",
        "activation gelu", "print loss", "info layers",       "print val.loss", "plot",
        "bias off",        "step 3",     "stepi 20",          "epoch 1",        "until step > 5"};
    static const char *const fresh[] = {"data wine", "reset",    "seed 4",
                                        "split 0.3", "target 1", "load run.safetensors"};
    static const char *const runs[] = {"run", "stepi 100000", "epoch 100", "until step < 0"};
    char folder[LIVE_PATH];
    struct talk talk;
    (void)state;
    assert_int_equal(chdir(live_path(folder, "")), 0);
    talk_open(&talk, "iris", 1);
    talk_say(&talk, "step 2");
    talk_say(&talk, "save run.safetensors");
    for (size_t r = 0; r < sizeof runs / sizeof *runs; r++) {
        for (size_t i = 0; i < sizeof edits / sizeof *edits; i++) {
            assert_int_equal(console_execute(talk.console, runs[r]), 0);
            session_advance(talk.session, 0);
            assert_true(session_running(talk.session));
            uint64_t step = talk.session->step;
            if (console_execute(talk.console, edits[i]))
                fail_msg("%s: %s", edits[i], talk_text(&talk.errors));
            for (int ops = 0; ops < 1000 && talk.session->step == step; ops++)
                session_advance(talk.session, 0);
            assert_true(talk.session->step > step);
            assert_int_equal(console_execute(talk.console, "stop"), 0);
            assert_false(session_running(talk.session));
        }
        for (size_t i = 0; i < sizeof fresh / sizeof *fresh; i++) {
            talk_say(&talk, "data iris");
            assert_int_equal(console_execute(talk.console, runs[r]), 0);
            session_advance(talk.session, 0);
            if (console_execute(talk.console, fresh[i]))
                fail_msg("%s: %s", fresh[i], talk_text(&talk.errors));
            assert_false(session_running(talk.session));
            talk_clear(&talk);
            console_run_ended(talk.console); /* has nothing to add */
            assert_int_equal(talk.notices.length, 0);
            talk_say(&talk, "step 3");
        }
        /* What is refused leaves the run alone. */
        assert_int_equal(console_execute(talk.console, runs[r]), 0);
        assert_int_equal(console_execute(talk.console, "data /nonexistent/x.csv"), -1);
        assert_int_equal(console_execute(talk.console, "load /nonexistent/x"), -1);
        assert_int_equal(console_execute(talk.console, "net dense"), -1);
        assert_true(session_running(talk.session));
        console_execute(talk.console, "stop");
    }
    talk_close(&talk);
}

static void test_report(void **state)
{
    struct talk talk;
    (void)state;
    talk_open(&talk, "iris", 1);
    console_run_ended(talk.console);
    assert_int_equal(talk.notices.length, 0);
    talk_say(&talk, "epoch 1");
    talk_clear(&talk);
    console_run_ended(talk.console);
    assert_memory_equal(talk.notices.data, "step 4  epoch 1  loss ", 22);
    assert_non_null(strstr(talk.notices.data, "  val acc "));
    assert_null(strstr(talk.notices.data, "at step"));
    talk_say(&talk, "stepi 5");
    talk_clear(&talk);
    console_run_ended(talk.console);
    assert_non_null(strstr(talk.notices.data, "inside step 5: next is fwd out (op 6 of "));
    talk_say(&talk, "until loss < 2 or step > 5");
    talk_clear(&talk);
    console_run_ended(talk.console);
    assert_memory_equal(talk.notices.data, "stopped: loss < 2 or step > 5\nstep 5  epoch 1.27", 46);
    assert_non_null(strstr(talk.notices.data, "(at step 4)"));
    talk_close(&talk);
    talk_open(&talk, NULL, 1);
    console_run_ended(talk.console);
    assert_int_equal(talk.notices.length, 0);
    talk_say(&talk, "stop");
    talk_refuse(&talk, "data", "data: none yet");
    talk_refuse(&talk, "load /nonexistent", "No such file");
    talk_close(&talk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines),          cmocka_unit_test(test_prefixes),
        cmocka_unit_test(test_aliases),
        cmocka_unit_test(test_edits_and_the_cursor),
        cmocka_unit_test(test_queue),          cmocka_unit_test(test_failure_drops_the_queue),
        cmocka_unit_test(test_files_in_files), cmocka_unit_test(test_quitting),
        cmocka_unit_test(test_long_lines),     cmocka_unit_test(test_lines_during_a_run),
        cmocka_unit_test(test_report),
    };
    return cmocka_run_group_tests(tests, NULL, live_clean);
}
