/*
 * test_history_property.c: random sequences of edits, steps, travels and branches. After each travel the state has the
 * hash that was seen when the place was first reached; and after some, and at the end, that of a straight run of the
 * same edits, made on a fork, which has no history. A sequence that fails prints its seed; DNNTUI_SEQUENCE runs that
 * one alone and tells it.
 */
#include "base/rng.h"
#include "debug/fork.h"
#include "debug/history.h"
#include "live.h"

enum { SEQUENCES = 1000, ACTIONS = 24, EDITS = 40, BRANCHES = 30, SEEN = 4000 };

struct made {
    struct position at;
    int edit;
    bool dropped;
};

/* A branch as the test knows it. */
struct way {
    char name[BRANCH_NAME];
    struct made made[EDITS];
    int edits;
    struct position tip;
};

struct sequence {
    uint64_t seed;
    struct rng rng;
    bool tell;
    struct session *base, *live;
    struct way way[BRANCHES];
    int ways, now, applied;
    struct {
        int way;
        uint64_t step, hash;
    } seen[SEEN];
    int seens;
};

static uint32_t draw(struct sequence *sequence, uint32_t n)
{
    return rng_below(&sequence->rng, n);
}

/* --- edits */

static void edit_lr(struct session *session, int k)
{
    static const double rate[] = {1e-3, 0.02, 1e30};
    assert_int_equal(session_set_lr(session, rate[k], NULL), 0);
}

static void edit_batch(struct session *session, int k)
{
    static const int rows[] = {7, 16, 64};
    assert_int_equal(session_set_batch(session, rows[k], NULL), 0);
}

static void edit_net(struct session *session, int k)
{
    static const char *const spec[] = {"dense 6, relu", "dense 6, bn, relu, dropout 0.3",
                                       "dense 5, tanh, dense 4, elu"};
    live_net(session, spec[k]);
}

static void edit_init(struct session *session, int k)
{
    static const char *const words[] = {"he", "gaussian 0.1", "gaussian 1e18"};
    live_init(session, words[k]);
}

static void edit_optimizer(struct session *session, int k)
{
    static const char *const words[] = {"sgd", "momentum", "adamw weight_decay=0.1"};
    live_optimizer(session, words[k], 0);
}

static void edit_loss(struct session *session, int k)
{
    static const char *const words[] = {"ce", "mse", "ce"};
    live_loss(session, words[k]);
}

static void edit_clip(struct session *session, int k)
{
    assert_int_equal(session_set_clip(session, k, NULL), 0);
}

static void edit_whiten(struct session *session, int k)
{
    assert_int_equal(session_set_whiten(session, k != 0, false, NULL), 0);
}

/* Clips, squashes, or neither. */
static void edit_inputs(struct session *session, int k)
{
    struct transform transform;
    assert_int_equal(transform_copy(&transform, &session->transform, NULL), 0);
    transform.clips = k == 0;
    transform.low = -1;
    transform.high = 5;
    transform.squash[0] = k == 1 ? 3 : 0;
    transform.squashes = k == 1;
    assert_int_equal(transform_learn(&transform, session->data, NULL), 0);
    session_set_transform(session, &transform);
    transform_close(&transform);
}

static void edit_decay(struct session *session, int k)
{
    static const char *const words[] = {"0.9 per step", "0.5 per epoch", "cosine 20"};
    live_decay(session, words[k]);
}

static void (*const edits[])(struct session *, int) = {edit_lr,        edit_batch, edit_net,  edit_init,
                                                       edit_optimizer, edit_loss,  edit_clip, edit_whiten,
                                                       edit_inputs,    edit_decay};
enum { KINDS = sizeof edits / sizeof *edits };

static void make(struct session *session, int edit)
{
    edits[edit / 3](session, edit % 3);
    session_event(session, "edit %d", edit);
}

/* --- the straight run */

/* To PLACE without a thought for what is not finite. */
static void straight_to(struct session *session, struct position place)
{
    while (position_compare(session_position(session), place) < 0) {
        struct position here = session_position(session);
        if (here.step < place.step)
            session_run_steps(session, place.step - here.step);
        else
            session_run_ops(session, (uint64_t)(place.op - here.op));
        live_run(session);
    }
}

static uint64_t straight_hash(const struct sequence *sequence, int applied, struct position place)
{
    const struct way *way = &sequence->way[sequence->now];
    struct err err;
    struct session *straight = session_fork(sequence->base, &err);
    assert_non_null(straight);
    for (int i = 0; i < applied; i++) {
        straight_to(straight, way->made[i].at);
        straight->held = way->made[i].dropped;
        make(straight, way->made[i].edit);
    }
    straight_to(straight, place);
    uint64_t hash = session_hash(straight);
    session_close(straight);
    return hash;
}

/* --- actions; each moves the model as it moves the session */

static struct way *way_of(struct sequence *sequence)
{
    return &sequence->way[sequence->now];
}

static bool in_the_past(struct sequence *sequence)
{
    struct way *way = way_of(sequence);
    return sequence->applied < way->edits || position_compare(session_position(sequence->live), way->tip) < 0;
}

static struct way *new_way(struct sequence *sequence)
{
    struct branch_view *view;
    int count = history_branches(sequence->live, &view);
    struct way *way = &sequence->way[sequence->ways++];
    assert_true(sequence->ways < BRANCHES);
    *way = *way_of(sequence);
    for (int i = 0; i < count; i++)
        if (view[i].current)
            snprintf(way->name, sizeof way->name, "%s", view[i].name);
    free(view);
    way->edits = sequence->applied;
    sequence->now = sequence->ways - 1;
    return way;
}

/* What the session has run through has been made again, or the tip has moved. */
static void moved(struct sequence *sequence)
{
    struct way *way = way_of(sequence);
    struct position here = session_position(sequence->live);
    while (sequence->applied < way->edits && position_compare(way->made[sequence->applied].at, here) < 0)
        sequence->applied++;
    if (sequence->applied == way->edits && position_compare(here, way->tip) > 0)
        way->tip = here;
}

/* Between steps, and before anything is edited there: this is what the step is known by. */
static void see(struct sequence *sequence)
{
    struct session *live = sequence->live;
    if (live->inside || sequence->seens == SEEN)
        return;
    uint64_t hash = session_hash(live);
    for (int i = 0; i < sequence->seens; i++)
        if (sequence->seen[i].way == sequence->now && sequence->seen[i].step == live->step) {
            if (sequence->seen[i].hash != hash)
                fail_msg("sequence %llu: step %llu has another hash than when it was first reached",
                         (unsigned long long)sequence->seed, (unsigned long long)live->step);
            return;
        }
    sequence->seen[sequence->seens].way = sequence->now;
    sequence->seen[sequence->seens].step = live->step;
    sequence->seen[sequence->seens++].hash = hash;
}

static void check(struct sequence *sequence, const char *what)
{
    struct session *live = sequence->live;
    struct position here = session_position(live);
    uint64_t hash = session_hash(live), straight = straight_hash(sequence, sequence->applied, here);
    if (sequence->tell)
        print_message("%s: %s step %llu op %d, %d edits: %016llx\n", what, way_of(sequence)->name,
                      (unsigned long long)here.step, here.op, sequence->applied, (unsigned long long)hash);
    if (hash != straight)
        fail_msg("sequence %llu: after %s, at step %llu op %d of %s with %d edits, the hash is not a straight run's",
                 (unsigned long long)sequence->seed, what, (unsigned long long)here.step, here.op,
                 way_of(sequence)->name, sequence->applied);
}

static void act_edit(struct sequence *sequence)
{
    struct way *way = way_of(sequence);
    if (way->edits == EDITS || sequence->ways == BRANCHES - 1)
        return;
    struct session *live = sequence->live;
    struct made made = {session_position(live), (int)draw(sequence, 3 * KINDS), false};
    bool past = in_the_past(sequence);
    uint64_t lost = live->lost_updates;
    make(live, made.edit);
    made.dropped = live->lost_updates != lost;
    if (past)
        way = new_way(sequence);
    way->made[way->edits++] = made;
    sequence->applied = way->edits;
    way->tip = session_position(live);
}

static void act_steps(struct sequence *sequence)
{
    uint64_t steps = 1 + draw(sequence, 9);
    for (uint64_t i = 0; i < steps; i++) { /* one by one, so that each is seen */
        live_steps(sequence->live, 1);
        moved(sequence);
        struct way *way = way_of(sequence);
        bool before_edits = sequence->applied == 0 ||
                            position_compare(way->made[sequence->applied - 1].at, session_position(sequence->live)) < 0;
        if (before_edits && sequence->live->step > 0)
            see(sequence);
    }
}

static void act_ops(struct sequence *sequence)
{
    live_ops(sequence->live, 1 + draw(sequence, 20));
    moved(sequence);
}

/* How many edits come before PLACE, by the rule that history.h states. */
static int before(struct sequence *sequence, struct position place)
{
    struct way *way = way_of(sequence);
    int applied = 0;
    bool root = place.step == 0 && place.op == 0;
    while (applied < way->edits) {
        int order = position_compare(way->made[applied].at, place);
        if (order > 0 || (order == 0 && !root))
            break;
        applied++;
    }
    return applied;
}

/* A travel succeeded, and led to PLACE. */
static void arrived(struct sequence *sequence, int status, const struct err *err, struct position place)
{
    struct position here = session_position(sequence->live);
    if (status)
        fail_msg("sequence %llu: %s", (unsigned long long)sequence->seed, err->message);
    if (position_compare(here, place) != 0)
        fail_msg("sequence %llu: step %llu op %d instead of step %llu op %d", (unsigned long long)sequence->seed,
                 (unsigned long long)here.step, here.op, (unsigned long long)place.step, place.op);
}

static void act_goto(struct sequence *sequence)
{
    struct text notes = {0};
    struct err err;
    struct position place = {draw(sequence, (uint32_t)way_of(sequence)->tip.step + 1), 0};
    int status = history_goto_step(sequence->live, place.step, &notes, &err);
    arrived(sequence, status, &err, place);
    sequence->applied = before(sequence, place);
    if (place.step > 0)
        see(sequence);
    text_free(&notes);
}

static void act_back(struct sequence *sequence)
{
    struct text notes = {0};
    struct session *live = sequence->live;
    if (live->step == 0 || live->inside)
        return;
    uint64_t steps = 1 + draw(sequence, (uint32_t)live->step);
    struct position place = {live->step - steps, 0};
    struct err err;
    int status = history_back(live, steps, &notes, &err);
    arrived(sequence, status, &err, place);
    sequence->applied = before(sequence, place);
    if (place.step > 0)
        see(sequence);
    text_free(&notes);
}

static void act_back_ops(struct sequence *sequence)
{
    struct text notes = {0};
    struct err err;
    struct position was = session_position(sequence->live);
    if (history_back_ops(sequence->live, 1 + draw(sequence, 30), &notes, &err) == 0) {
        struct position here = session_position(sequence->live);
        assert_true(position_compare(here, was) < 0);
        int applied = before(sequence, here);
        sequence->applied = applied < sequence->applied ? applied : sequence->applied;
    }
    text_free(&notes);
}

static void act_event(struct sequence *sequence)
{
    struct way *way = way_of(sequence);
    struct text notes = {0};
    char number[16];
    if (way->edits == 0)
        return;
    int event = (int)draw(sequence, (uint32_t)way->edits);
    snprintf(number, sizeof number, "%d", event + 1);
    struct err err;
    assert_int_equal(history_goto_event(sequence->live, number, &notes, &err), 0);
    sequence->applied = event + 1;
    text_free(&notes);
}

static void act_end(struct sequence *sequence)
{
    struct text notes = {0};
    struct err err;
    if (in_the_past(sequence)) {
        int status = history_goto_end(sequence->live, &notes, &err);
        sequence->applied = way_of(sequence)->edits;
        arrived(sequence, status, &err, way_of(sequence)->tip);
    }
    text_free(&notes);
}

static void act_switch(struct sequence *sequence)
{
    struct text notes = {0};
    int to = (int)draw(sequence, (uint32_t)sequence->ways);
    if (to != sequence->now) {
        struct err err;
        int status = history_switch(sequence->live, sequence->way[to].name, &notes, &err);
        sequence->now = to;
        sequence->applied = way_of(sequence)->edits;
        arrived(sequence, status, &err, way_of(sequence)->tip);
    }
    text_free(&notes);
}

static void act_branch(struct sequence *sequence)
{
    struct text notes = {0};
    char name[16];
    if (sequence->ways >= BRANCHES - 2)
        return;
    snprintf(name, sizeof name, "way-%d", sequence->ways);
    assert_int_equal(history_branch(sequence->live, name, &notes, NULL), 0);
    new_way(sequence)->tip = session_position(sequence->live);
    text_free(&notes);
}

static const struct {
    const char *name;
    void (*act)(struct sequence *);
    unsigned weight;
    bool travels;
} actions[] = {{"an edit", act_edit, 5, false},     {"steps", act_steps, 6, false},  {"ops", act_ops, 2, false},
               {"goto", act_goto, 3, true},         {"back", act_back, 3, true},
               {"back --op", act_back_ops, 2, true},
               {"goto event", act_event, 2, true},  {"goto end", act_end, 1, true}, {"switch", act_switch, 2, true},
               {"branch", act_branch, 1, true}};

static void act(struct sequence *sequence)
{
    unsigned all = 0;
    for (size_t i = 0; i < sizeof actions / sizeof *actions; i++)
        all += actions[i].weight;
    unsigned at = draw(sequence, all);
    size_t i = 0;
    while (at >= actions[i].weight)
        at -= actions[i++].weight;
    actions[i].act(sequence);
    /* A straight run costs much more than the travel: after some of them, and at the end. */
    if ((actions[i].travels && draw(sequence, 3) == 0) || sequence->tell)
        check(sequence, actions[i].name);
}

static void run_sequence(struct session *base, uint64_t seed, bool tell)
{
    struct sequence *sequence = calloc(1, sizeof *sequence);
    assert_non_null(sequence);
    *sequence = (struct sequence){.seed = seed, .rng = rng_start(seed, RNG_TEST, 0, 0), .tell = tell, .base = base,
                                  .live = live_open("iris", 5, 1)};
    snprintf(sequence->way[0].name, BRANCH_NAME, "main");
    sequence->ways = 1;
    live_net(sequence->live, "dense 6, relu");
    history_new_root(sequence->live, true); /* as the base stands */
    if (seed % 3 == 0)
        history_set_budget(sequence->live, 20000); /* room for a few snapshots only */
    for (int i = 0; i < ACTIONS; i++)
        act(sequence);
    check(sequence, "all of it");
    session_close(sequence->live);
    free(sequence);
}

static void test_sequences(void **state)
{
    const char *one = getenv("DNNTUI_SEQUENCE");
    struct session *base = live_open("iris", 5, 1);
    (void)state;
    live_net(base, "dense 6, relu");
    if (one) {
        run_sequence(base, strtoull(one, NULL, 10), true);
    } else {
        for (uint64_t seed = 1; seed <= SEQUENCES; seed++)
            run_sequence(base, seed, false);
        print_message("  seeds 1 to %d, %d actions each\n", SEQUENCES, ACTIONS);
    }
    session_close(base);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_sequences)};
    return cmocka_run_group_tests(tests, NULL, live_clean);
}
