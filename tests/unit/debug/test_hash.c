/* test_hash.c: the same build, seed, threads and commands give the same state; looking changes nothing. */
#include "debug/lookup.h"
#include "live.h"

#define SPEC "dense 64, bn, relu, dropout 0.2, dense 32, tanh"

static struct session *open_busy(uint64_t seed, int threads)
{
    struct session *session = live_open("digits", seed, threads);
    live_net(session, SPEC);
    return session;
}

static uint64_t hash_after(uint64_t seed, int threads, uint64_t steps)
{
    struct session *session = open_busy(seed, threads);
    live_steps(session, steps);
    uint64_t hash = session_hash(session);
    session_close(session);
    return hash;
}

static void test_reproducible(void **state)
{
    (void)state;
    for (int threads = 1; threads <= 2; threads++) {
        uint64_t hash = hash_after(1, threads, 60); /* into the second epoch */
        assert_true(hash == hash_after(1, threads, 60));
        assert_true(hash != hash_after(2, threads, 60));
        assert_true(hash != hash_after(1, threads, 61));
    }
}

/* Op by op, in pieces, with interruptions, with pauses for looking: the same bits. */
static void test_roads_to_a_step(void **state)
{
    (void)state;
    for (int threads = 1; threads <= 2; threads++) {
        uint64_t hash = hash_after(1, threads, 50);
        struct session *session = open_busy(1, threads);
        uint64_t ops = (uint64_t)program_ops(session->train);
        while (session->step < 3)
            live_ops(session, 1);
        live_ops(session, 7 * ops);
        live_ops(session, 5);
        live_steps(session, 1);
        session_run_steps(session, GOAL_FOREVER);
        session_advance(session, 0);
        session_interrupt(session);
        live_until(session, "step >= 40 and val.loss > 0");
        session_run_epochs(session, 1);
        while (session_running(session) && session->step < 44)
            session_advance(session, 0);
        session_interrupt(session);
        live_steps(session, 50 - session->step);
        assert_int_equal(session->step, 50);
        assert_true(session_hash(session) == hash);
        session_close(session);
    }
}

static void look_at_everything(struct session *session)
{
    static const char *const prefixes[] = {"", "fc1.weight.", "fc1.grad.", "bn1.out.grad.", "x.", "target."};
    uint64_t hash = session_hash(session);
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++) {
        struct text names = {0}, out = {0};
        lookup_names(session, prefixes[i], &names);
        for (char *rest = names.data, *name; rest && (name = strsep(&rest, "\n")) && *name;) {
            struct named named;
            struct err err;
            lookup(session, name, &named, &err);
            if (session_hash(session) != hash)
                fail_msg("looking at %s changed the state", name);
        }
        choices_print(session, &out);
        text_free(&names);
        text_free(&out);
    }
    assert_true(session_hash(session) == hash);
}

static void test_looking(void **state)
{
    (void)state;
    struct session *session = open_busy(1, 2), *other = open_busy(1, 2);
    int ops = program_ops(session->train);
    look_at_everything(session);
    for (int i = 0; i < 2 * ops; i++) {
        live_ops(session, 1);
        look_at_everything(session);
    }
    live_ops(other, (uint64_t)(2 * ops));
    assert_true(session_hash(session) == session_hash(other));
    session_close(session);
    session_close(other);
}

/* Every place inside of a step is another state. */
static void test_cursor(void **state)
{
    (void)state;
    struct session *session = open_busy(1, 1);
    uint64_t before = session_hash(session);
    for (int i = 0; i < program_ops(session->train); i++) {
        live_ops(session, 1);
        uint64_t now = session_hash(session);
        assert_true(now != before);
        before = now;
    }
    session_close(session);
}

/* --- each setting is part of the state */

static void set_lr(struct session *s)
{
    assert_int_equal(session_set_lr(s, 0.5, NULL), 0);
}
static void set_clip(struct session *s)
{
    assert_int_equal(session_set_clip(s, 3, NULL), 0);
}
static void set_batch(struct session *s)
{
    assert_int_equal(session_set_batch(s, 31, NULL), 0);
}
static void set_whiten(struct session *s)
{
    assert_int_equal(session_set_whiten(s, false, false, NULL), 0);
}
static void set_loss(struct session *s)
{
    live_loss(s, "mse");
}
static void set_loss_argument(struct session *s)
{
    live_loss(s, "huber 2");
}
static void set_optimizer(struct session *s)
{
    live_optimizer(s, "sgd", 0.001);
}
static void set_optimizer_argument(struct session *s)
{
    live_optimizer(s, "adam eps=1e-5", 0.001);
}
static void set_net(struct session *s)
{
    live_net(s, "dense 64, bn, relu, dropout 0.3, dense 32, tanh");
}
static void set_init(struct session *s)
{
    live_init(s, "he");
}
static void set_init_again(struct session *s)
{
    live_init(s, "variance-scaling");
}
static void set_seed(struct session *s)
{
    session_reset(s, 5);
}
static void reload(struct session *s, struct data_origin origin)
{
    struct err err = {0};
    if (session_load_data(s, &origin, true, NULL, &err))
        fail_msg("%s", err.message);
}
static void set_split(struct session *s)
{
    struct data_origin origin = s->data->origin;
    origin.validation = 0.3;
    reload(s, origin);
}
static void set_split_seed(struct session *s)
{
    struct data_origin origin = s->data->origin;
    origin.seed = 77;
    reload(s, origin);
}
static void set_target(struct session *s)
{
    struct data_origin origin = s->data->origin;
    strcpy(origin.target, "p3");
    reload(s, origin);
}
static void set_task(struct session *s)
{
    struct data_origin origin = s->data->origin;
    origin.task = TASK_REGRESS;
    reload(s, origin);
}
static void set_weight(struct session *s)
{
    s->net->w[7] = 1;
}
static void set_statistic(struct session *s)
{
    s->net->s[3] = 9;
}
static void set_slot(struct session *s)
{
    s->optimizer.slot[1][2] = 9;
}

static void test_settings(void **state)
{
    static void (*const settings[])(struct session *) = {
        set_lr,     set_clip,          set_batch,      set_whiten,
        set_loss,   set_loss_argument, set_optimizer,  set_optimizer_argument,
        set_net,    set_init,          set_init_again, set_seed,
        set_split,  set_split_seed,    set_target,     set_task,
        set_weight, set_statistic,     set_slot};
    enum { SETTINGS = sizeof settings / sizeof *settings };
    uint64_t hash[SETTINGS + 1];
    (void)state;
    for (int i = 0; i <= SETTINGS; i++) {
        struct session *session = open_busy(1, 1);
        if (i < SETTINGS)
            settings[i](session);
        hash[i] = session_hash(session);
        session_close(session);
        for (int k = 0; k < i; k++)
            if (hash[k] == hash[i])
                fail_msg("settings %d and %d give the same hash", k, i);
    }
}

static void test_reset(void **state)
{
    (void)state;
    struct session *session = open_busy(1, 1);
    live_init(session, "xavier");
    session_reset(session, 4);
    uint64_t start = session_hash(session);
    live_steps(session, 20);
    uint64_t after = session_hash(session);
    live_ops(session, 3);
    live_init(session, "xavier");
    session_reset(session, 4);
    assert_true(session_hash(session) == start);
    assert_int_equal(session->step, 0);
    assert_int_equal(series_count(session->loss_series), 0);
    live_steps(session, 20);
    assert_true(session_hash(session) == after);
    session_close(session);
}

/* Dropout draws from a stream of its own: the rows come in the same order with and without it. */
static void test_streams(void **state)
{
    (void)state;
    struct session *with = live_open("iris", 1, 1), *without = live_open("iris", 1, 1);
    live_net(with, "dense 8, relu, dropout 0.5");
    live_net(without, "dense 8, relu");
    for (int i = 0; i < 6; i++) {
        live_steps(with, 1);
        live_steps(without, 1);
        assert_memory_equal(program_out(with->train, -1), program_out(without->train, -1),
                            (size_t)program_rows(with->train) * 4 * sizeof(real));
    }
    session_close(with);
    session_close(without);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reproducible), cmocka_unit_test(test_roads_to_a_step), cmocka_unit_test(test_looking),
        cmocka_unit_test(test_cursor),       cmocka_unit_test(test_settings),        cmocka_unit_test(test_reset),
        cmocka_unit_test(test_streams),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
