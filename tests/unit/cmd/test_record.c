/* test_record.c: whatever a command does, its record does again; what the lines of a record say. */
#include <unistd.h>

#include "cmd/record.h"
#include "cmd/rows.h"
#include "talk.h"

static const struct record_place nowhere = {.version = "test"};

/* A console whose session is recorded from its start. */
struct recorded {
    struct talk talk;
    struct record *record;
};

static void recorded_open(struct recorded *recorded)
{
    struct err err;
    talk_open(&recorded->talk, "iris", 2);
    recorded->record = record_open(&nowhere, recorded->talk.session, &err);
    assert_non_null(recorded->record);
    record_start(recorded->record);
    console_set_record(recorded->talk.console, recorded->record);
}

static void recorded_close(struct recorded *recorded)
{
    record_close(recorded->record, true);
    talk_close(&recorded->talk);
}

/* LINE and the run that it starts, as a loop does it; it may be refused. */
static void carry_out(struct recorded *recorded, const char *line)
{
    if (talk_try(&recorded->talk, line) == 0)
        console_run_ended(recorded->talk.console);
}

static char *read_all(const char *path)
{
    static char bytes[1 << 16];
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    bytes[fread(bytes, 1, sizeof bytes - 1, file)] = '\0';
    fclose(file);
    return bytes;
}

/* What PATH records leads to HASH. */
static void replays_to(const char *path, uint64_t hash, const char *what)
{
    struct talk talk;
    char line[LIVE_PATH + 16];
    talk_open(&talk, "wine", 2);
    snprintf(line, sizeof line, "replay '%s'", path);
    talk_say(&talk, line);
    if (session_hash(talk.session) != hash)
        fail_msg("%s: done again it ends in another state:\n%s", what, read_all(path));
    assert_int_equal(talk.answers.length, 0);
    assert_non_null(strstr(talk.notices.data, "replayed "));
    talk_close(&talk);
}

/* Each command of the table, between two steps and inside one, with training before and behind it. */
static void test_every_command(void **state)
{
    static const char *const before[] = {"step 3", "stepi 5"};
    char folder[LIVE_PATH];
    (void)state;
    assert_int_equal(chdir(live_path(folder, "")), 0);
    for (int i = 0; commands[i]; i++)
        for (int k = 0; k < 2 && commands[i]->example; k++) {
            struct recorded recorded;
            char path[64];
            if (commands[i] == &command_record)
                continue;
            snprintf(path, sizeof path, "%s%d.dnn", commands[i]->name, k);
            recorded_open(&recorded);
            carry_out(&recorded, "lr 0.01");
            carry_out(&recorded, before[k]);
            carry_out(&recorded, commands[i]->example);
            carry_out(&recorded, "step 2");
            carry_out(&recorded, "stepi 2");
            snprintf(path, sizeof path, "record %s%d.dnn", commands[i]->name, k);
            talk_say(&recorded.talk, path);
            uint64_t hash = session_hash(recorded.talk.session);
            recorded_close(&recorded);
            replays_to(path + strlen("record "), hash, commands[i]->example);
            bool kept = !(commands[i]->flags & COMMAND_READ_ONLY) || (commands[i]->flags & COMMAND_VIEW);
            char line[80];
            snprintf(line, sizeof line, "\n%s", commands[i]->name);
            if (!kept && strstr(read_all(path + strlen("record ")), line) && commands[i] != &command_hash)
                fail_msg("%s only looks, and is recorded", commands[i]->name);
            unlink(path + strlen("record "));
        }
}

/* A run that goes on while edits are made: they stand where they were made. */
static void test_edits_in_a_run(void **state)
{
    struct recorded recorded;
    char folder[LIVE_PATH];
    (void)state;
    assert_int_equal(chdir(live_path(folder, "")), 0);
    recorded_open(&recorded);
    struct talk *talk = &recorded.talk;
    assert_int_equal(console_execute(talk->console, "record run.dnn"), 0);
    assert_int_equal(console_execute(talk->console, "run"), 0);
    for (int i = 0; i < 5; i++)
        console_advance(talk->console, 0);
    assert_true(session_running(talk->session) && talk->session->step > 0);
    assert_int_equal(console_execute(talk->console, "lr 0.02"), 0);
    for (int i = 0; i < 5; i++)
        console_advance(talk->console, 0);
    assert_int_equal(console_execute(talk->console, "net dense 8, tanh"), 0);
    for (int i = 0; i < 5; i++)
        console_advance(talk->console, 0);
    assert_int_equal(console_execute(talk->console, "stop"), 0);
    console_run_ended(talk->console);
    uint64_t hash = session_hash(talk->session);
    recorded_close(&recorded);
    assert_non_null(strstr(read_all("run.dnn"), "  # run, going on\n"));
    assert_non_null(strstr(read_all("run.dnn"), "  # run, interrupted\n"));
    replays_to("run.dnn", hash, "run");
    unlink("run.dnn");
}

/* An update that would make infinite weights is held back once it has been tried, and so it is when done again. */
static void test_update_held_back(void **state)
{
    static const char *const before[] = {"step 10", "stepi 13", "stepi 14"};
    static const char *const behind[] = {"lr 0.01", "back", "branch other", "finish"};
    char folder[LIVE_PATH];
    (void)state;
    assert_int_equal(chdir(live_path(folder, "")), 0);
    for (int i = 0; i < 3; i++)
        for (int k = 0; k < 4; k++) {
            struct recorded recorded;
            recorded_open(&recorded);
            carry_out(&recorded, "record held.dnn");
            carry_out(&recorded, "optimizer sgd");
            carry_out(&recorded, "init gaussian 100");
            carry_out(&recorded, "lr 3e38");
            carry_out(&recorded, before[i]);
            carry_out(&recorded, "step");
            carry_out(&recorded, behind[k]);
            carry_out(&recorded, "goto 0");
            carry_out(&recorded, "goto end");
            carry_out(&recorded, "lr 0.01");
            carry_out(&recorded, "step 3");
            uint64_t hash = session_hash(recorded.talk.session);
            recorded_close(&recorded);
            replays_to("held.dnn", hash, behind[k]);
            unlink("held.dnn");
        }
}

/* A session whose record NAME has begun, in the directory for scratch files. */
static void start_record(struct recorded *recorded, const char *name)
{
    char folder[LIVE_PATH], line[LIVE_PATH];
    assert_int_equal(chdir(live_path(folder, "")), 0);
    recorded_open(recorded);
    snprintf(line, sizeof line, "record %s", name);
    carry_out(recorded, line);
}

/* Ctrl-C completes a quick step, but runs over nothing that its record would stop at, and looks at conditions. */
static void test_interrupted_before_a_breakpoint(void **state)
{
    struct recorded recorded;
    (void)state;
    start_record(&recorded, "stop.dnn");
    struct console *console = recorded.talk.console;
    struct session *session = recorded.talk.session;
    carry_out(&recorded, "break at 4");
    carry_out(&recorded, "break at 9");
    carry_out(&recorded, "break if step > 0");
    carry_out(&recorded, "ignore 1 1");
    assert_int_equal(console_execute(console, "run"), 0);
    console_advance(console, 0);
    assert_int_equal(program_cursor(session->train), 3);
    session_interrupt(session);
    console_run_ended(console);
    assert_int_equal(program_cursor(session->train), 3); /* breakpoint 2 is ahead */
    assert_int_equal(session->stop, STOP_INTERRUPT);
    carry_out(&recorded, "disable 2");
    carry_out(&recorded, "ignore 1 1");
    carry_out(&recorded, "step");
    carry_out(&recorded, "break at 3");
    carry_out(&recorded, "ignore 4 1");
    carry_out(&recorded, "delete 1");
    assert_int_equal(console_execute(console, "run"), 0);
    console_advance(console, 0);
    session_interrupt(session);
    console_run_ended(console);
    carry_out(&recorded, "lr 0.5");
    uint64_t hash = session_hash(session);
    recorded_close(&recorded);
    replays_to("stop.dnn", hash, "a run interrupted before a breakpoint");
    unlink("stop.dnn");
}

/* Whoever goes back during a run goes from where the run ends, which is what the record says. */
static void test_travel_in_a_run(void **state)
{
    struct recorded recorded;
    (void)state;
    start_record(&recorded, "travel.dnn");
    struct console *console = recorded.talk.console;
    struct session *session = recorded.talk.session;
    carry_out(&recorded, "break at 4");
    assert_int_equal(console_execute(console, "run"), 0);
    console_advance(console, 0);
    carry_out(&recorded, "delete 1");
    assert_int_equal(console_execute(console, "step 1000000"), 0);
    assert_true(session->inside);
    assert_int_equal(console_execute(console, "back --op"), 0);
    assert_int_equal(program_cursor(session->train), program_ops(session->train) - 1);
    console_run_ended(console);
    uint64_t hash = session_hash(session);
    recorded_close(&recorded);
    replays_to("travel.dnn", hash, "back --op in a run");
    unlink("travel.dnn");
}

/* A record leaves out who only looks, and what failed: so neither may change what later commands do. */
static void test_looking(void **state)
{
    static const char *const looks[] = {"branches", "compare main", "info history", "goto event 3", "switch none"};
    char folder[LIVE_PATH];
    (void)state;
    assert_int_equal(chdir(live_path(folder, "")), 0);
    for (size_t i = 0; i < sizeof looks / sizeof *looks; i++) {
        struct recorded recorded;
        recorded_open(&recorded);
        carry_out(&recorded, "record looking.dnn");
        carry_out(&recorded, looks[i]);
        carry_out(&recorded, "seed 4");
        carry_out(&recorded, looks[i]);
        carry_out(&recorded, "reset");
        carry_out(&recorded, "step 5");
        carry_out(&recorded, "reset");
        carry_out(&recorded, looks[i]);
        carry_out(&recorded, "seed 5");
        carry_out(&recorded, "step 3");
        carry_out(&recorded, "switch main");
        assert_int_equal(recorded.talk.session->step, 5);
        carry_out(&recorded, "switch b1");
        assert_int_equal(recorded.talk.session->step, 3);
        uint64_t hash = session_hash(recorded.talk.session);
        recorded_close(&recorded);
        replays_to("looking.dnn", hash, looks[i]);
        unlink("looking.dnn");
    }
}

static void test_remarks(void **state)
{
    int threads = 0;
    uint64_t content = 0;
    (void)state;
    assert_true(record_is_head("# dnntui record, version 1"));
    assert_false(record_is_head("# dnntui"));
    assert_true(record_says_threads("# threads 12\n", &threads));
    assert_int_equal(threads, 12);
    assert_false(record_says_threads("# threads 0", &threads));
    assert_false(record_says_threads("# threads many", &threads));
    assert_false(record_says_threads("threads 3", &threads));
    assert_true(record_says_content("load '/a  # content 1/b'  # content 00000000000000ff", &content));
    assert_int_equal(content, 255);
    assert_false(record_says_content("load /a # content 12", &content));
    assert_false(record_says_content("data iris", &content));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_command),    cmocka_unit_test(test_edits_in_a_run),
        cmocka_unit_test(test_update_held_back), cmocka_unit_test(test_interrupted_before_a_breakpoint),
        cmocka_unit_test(test_travel_in_a_run),  cmocka_unit_test(test_looking),
        cmocka_unit_test(test_remarks)};
    return cmocka_run_group_tests(tests, NULL, live_clean);
}
