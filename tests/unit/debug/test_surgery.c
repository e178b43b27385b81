/* test_surgery.c: edits of the live network: what must be kept is kept bit for bit, what must not is not, and a refused
 * edit leaves everything as it was. */
#include <math.h>

#include "live.h"

/* Copies of parameters and of the optimizer's state, by name, to compare with after an edit. */
struct copy {
    int count;
    struct {
        char name[LAYER_NAME_MAX + 16];
        size_t count;
        real *value[1 + OPTIM_SLOTS];
    } tensor[40];
};

static struct copy *copy_of(const struct session *session)
{
    struct copy *copy = calloc(1, sizeof *copy);
    const struct net *net = session->net;
    assert_non_null(copy);
    for (int i = 0; i < net->params; i++) {
        const struct window *window = &net->param[i];
        strcpy(copy->tensor[i].name, window->name);
        copy->tensor[i].count = window->count;
        for (int k = 0; k <= session->optimizer.kind->slots; k++) {
            const real *from = k ? session->optimizer.slot[k - 1] : net->w;
            copy->tensor[i].value[k] = malloc(window->count * sizeof(real));
            assert_non_null(copy->tensor[i].value[k]);
            memcpy(copy->tensor[i].value[k], from + window->offset, window->count * sizeof(real));
        }
        copy->count++;
    }
    return copy;
}

static void free_copy(struct copy *copy)
{
    for (int i = 0; i < copy->count; i++)
        for (int k = 0; k <= OPTIM_SLOTS; k++)
            free(copy->tensor[i].value[k]);
    free(copy);
}

/* Whether the weights (K = 0) or slot K - 1 of the tensor NAME are bit for bit as in COPY. */
static bool same(const struct session *session, const struct copy *copy, const char *name, int k)
{
    for (int i = 0; i < session->net->params; i++) {
        const struct window *window = &session->net->param[i];
        if (strcmp(window->name, name) != 0)
            continue;
        const real *now = (k ? session->optimizer.slot[k - 1] : session->net->w) + window->offset;
        for (int c = 0; c < copy->count; c++)
            if (strcmp(copy->tensor[c].name, name) == 0)
                return copy->tensor[c].count == window->count &&
                       memcmp(copy->tensor[c].value[k], now, window->count * sizeof(real)) == 0;
    }
    fail_msg("%s is not in both networks", name);
    return false;
}

/* NAMES, separated by blanks, kept: weights, and the optimizer's state where STATE is set. */
static void check_kept(const struct session *session, const struct copy *copy, const char *names, bool state)
{
    char *list = strdup(names);
    for (char *rest = list, *name; (name = strsep(&rest, " "));)
        for (int k = 0; k <= (state ? session->optimizer.kind->slots : 0); k++)
            if (!same(session, copy, name, k))
                fail_msg("%s, vector %d, was not kept", name, k);
    free(list);
}

static bool is_zero(const struct session *session, const char *name, int slot)
{
    for (int i = 0; i < session->net->params; i++) {
        const struct window *window = &session->net->param[i];
        if (strcmp(window->name, name) == 0) {
            for (size_t k = 0; k < window->count; k++)
                if (session->optimizer.slot[slot][window->offset + k] != 0)
                    return false;
            return true;
        }
    }
    fail_msg("no %s", name);
    return false;
}

static void check_goes_on(struct session *session)
{
    uint64_t step = session->step;
    live_steps(session, 3);
    assert_int_equal(session->stop, STOP_GOAL);
    assert_int_equal(session->step, step + 3);
    assert_true(isfinite(session->batch_figures.loss));
}

static void test_batch_norm(void **state)
{
    (void)state;
    struct session *session = live_open("digits", 1, 2);
    live_steps(session, 50);
    struct copy *copy = copy_of(session);
    uint64_t t = session->optimizer.t;
    uint32_t epoch = session->epoch;
    int visited = session->visited;
    live_net(session, "dense 64, bn, relu, dense 64, bn, relu");
    check_kept(session, copy, "fc1.weight fc1.bias fc2.weight fc2.bias out.weight out.bias", true);
    assert_true(is_zero(session, "bn1.weight", 0) && !is_zero(session, "fc1.weight", 0));
    assert_int_equal(session->step, 50);
    assert_int_equal(session->epoch, epoch);
    assert_int_equal(session->visited, visited);
    assert_int_equal(session->optimizer.t, t);
    assert_int_equal(session->validation_step, UINT64_MAX);
    assert_int_equal(series_count(session->loss_series), 50);
    assert_int_equal(series_count(session->gradient_series[net_layer(session->net, "fc2")]), 50);
    assert_int_equal(series_count(session->gradient_series[net_layer(session->net, "bn2")]), 0);
    check_goes_on(session);
    free_copy(copy);
    copy = copy_of(session);
    real *statistics = malloc(session->net->stat_size * sizeof(real));
    memcpy(statistics, session->net->s, session->net->stat_size * sizeof(real));
    live_net(session, "dense 64, bn, relu, dense 64, bn, tanh");
    assert_memory_equal(statistics, session->net->s, session->net->stat_size * sizeof(real));
    check_kept(session, copy, "bn1.weight bn1.bias bn2.weight bn2.bias", true);
    free(statistics);
    live_net(session, "dense 64, relu, dense 64, relu");
    check_kept(session, copy, "fc1.weight fc1.bias fc2.weight fc2.bias out.weight out.bias", true);
    check_goes_on(session);
    free_copy(copy);
    session_close(session);
}

static void test_widths(void **state)
{
    (void)state;
    struct session *session = live_open("digits", 1, 1);
    struct text notes = {0};
    struct err err = {0};
    live_steps(session, 20);
    struct copy *copy = copy_of(session);
    struct topology top = live_topology(session, "dense 64, relu, dense 32, relu");
    assert_int_equal(session_set_topology(session, &top, &notes, &err), 0);
    check_kept(session, copy, "fc1.weight fc1.bias", true);
    assert_string_equal(notes.data, "kept fc1 out.bias with the optimizer's state; made anew fc2 out.weight\n");
    assert_true(is_zero(session, "fc2.weight", 0) && is_zero(session, "out.weight", 1));
    check_goes_on(session);
    text_free(&notes);
    free_copy(copy);
    session_close(session);
}

static void test_losses(void **state)
{
    (void)state;
    struct session *session = live_open("cancer", 1, 1); /* two classes */
    live_steps(session, 10);
    struct copy *copy = copy_of(session);
    size_t count;
    live_parameter(session, "out.weight", &count);
    assert_int_equal(count, 128);
    live_loss(session, "bce");
    check_kept(session, copy, "fc1.weight fc1.bias fc2.weight fc2.bias", true);
    live_parameter(session, "out.weight", &count);
    assert_int_equal(count, 64);
    assert_true(is_zero(session, "out.weight", 0));
    check_goes_on(session);
    live_loss(session, "ce");
    live_parameter(session, "out.weight", &count);
    assert_int_equal(count, 128);
    check_goes_on(session);
    free_copy(copy);
    copy = copy_of(session);
    live_loss(session, "mse"); /* as many outputs: nothing is made anew */
    check_kept(session, copy, "fc1.weight fc1.bias fc2.weight fc2.bias out.weight out.bias", true);
    check_goes_on(session);
    free_copy(copy);
    session_close(session);
}

static void test_optimizers(void **state)
{
    (void)state;
    struct session *session = live_open("iris", 1, 1);
    for (int i = 0; optim_kinds[i]; i++) {
        live_steps(session, 5);
        struct copy *copy = copy_of(session);
        bool same_kind = optim_kinds[i] == session->optimizer.kind;
        live_optimizer(session, optim_kinds[i]->name, 0.0123);
        check_kept(session, copy, "fc1.weight fc1.bias fc2.weight fc2.bias out.weight out.bias", same_kind);
        assert_true(session->optimizer.lr == 0.0123);
        assert_int_equal(session->optimizer.t, same_kind ? 5 : 0);
        for (int slot = 0; !same_kind && slot < optim_kinds[i]->slots; slot++)
            assert_true(is_zero(session, "fc1.weight", slot) && is_zero(session, "out.bias", slot));
        check_goes_on(session);
        free_copy(copy);
    }
    /* Other arguments of the same kind keep its state. */
    live_optimizer(session, "adam", 0.001);
    live_steps(session, 5);
    struct copy *copy = copy_of(session);
    live_optimizer(session, "adam beta1=0.8", 0.002);
    check_kept(session, copy, "fc1.weight fc1.bias out.weight", true);
    assert_int_equal(session->optimizer.t, 5);
    free_copy(copy);
    session_close(session);
}

static void test_batch_whiten_init(void **state)
{
    (void)state;
    struct err err = {0};
    struct session *session = live_open("diabetes", 1, 1);
    live_steps(session, 20);
    struct copy *copy = copy_of(session);
    int visited = session->visited;
    assert_int_equal(session_set_batch(session, 50, &err), 0);
    check_kept(session, copy, "fc1.weight fc1.bias fc2.weight fc2.bias out.weight out.bias", true);
    assert_int_equal(session->visited, visited);
    assert_int_equal(session->optimizer.t, 20);
    assert_int_equal(session_set_whiten(session, false, true, &err), 0);
    assert_int_equal(session_set_whiten(session, true, false, &err), 0);
    check_kept(session, copy, "fc1.weight fc1.bias fc2.weight fc2.bias out.weight out.bias", true);
    live_init(session, "xavier");
    assert_false(same(session, copy, "fc1.weight", 0));
    for (int slot = 0; slot < session->optimizer.kind->slots; slot++)
        assert_true(is_zero(session, "fc1.weight", slot) && is_zero(session, "out.bias", slot));
    assert_int_equal(session->optimizer.t, 0);
    assert_int_equal(session->step, 20);
    size_t count;
    real first = live_parameter(session, "fc1.weight", &count)[0];
    live_init(session, "xavier"); /* each draws anew */
    assert_true(live_parameter(session, "fc1.weight", &count)[0] != first);
    check_goes_on(session);
    free_copy(copy);
    session_close(session);
}

/* The evaluation under way when something changes is not finished with the new network. */
static void test_evaluation_is_forgotten(void **state)
{
    (void)state;
    struct err err = {0};
    for (int edit = 0; edit < 5; edit++) {
        struct session *session = live_open("digits", 1, 1);
        session_run_epochs(session, 1);
        while (session_running(session) && !(session->evaluation.active && session->evaluation.done > 0))
            session_advance(session, 0);
        assert_true(session->evaluation.active && session->evaluation.done > 0);
        if (edit == 0)
            live_init(session, "he");
        else if (edit == 1)
            assert_int_equal(session_set_whiten(session, false, false, &err), 0);
        else if (edit == 2)
            live_net(session, "dense 8, relu");
        else if (edit == 3)
            session_reset(session, 9);
        else
            live_load(session, "wine");
        assert_false(session->evaluation.active);
        live_run(session);
        double loss = live_number(session, "val.loss");
        session_reset(session, session->seed);
        if (edit >= 3)
            assert_true(live_number(session, "val.loss") == loss);
        session_close(session);
    }
}

static void test_step_under_way(void **state)
{
    (void)state;
    struct session *session = live_open("iris", 1, 1), *whole = live_open("iris", 1, 1);
    live_steps(session, 4);
    live_ops(session, 6);
    live_net(session, "dense 64, bn, relu, dense 64, relu");
    live_steps(whole, 5);
    live_net(whole, "dense 64, bn, relu, dense 64, relu");
    assert_int_equal(session->step, 5);
    assert_true(session_hash(session) == session_hash(whole));
    session_close(session);
    session_close(whole);
}

/* --- refusals */

static void test_refusals(void **state)
{
    (void)state;
    struct session *session = live_open("digits", 1, 1);
    struct err err;
    live_steps(session, 7);
    uint64_t hash = session_hash(session);
    struct text net = {0};
    for (int i = 0; i < 200; i++)
        text_add(&net, "%sdense 32000", i ? ", " : "");
    struct topology top = live_topology(session, net.data), wide = live_topology(session, "dense 65536, dense 65536");
    text_free(&net);
    assert_int_equal(session_set_topology(session, &top, NULL, &err), -1);
    assert_int_equal(err.code, ERR_MEMORY);
    if (!strstr(err.message, "GB"))
        fail_msg("%s", err.message);
    assert_int_equal(session_set_topology(session, &wide, NULL, &err), -1);
    assert_non_null(strstr(err.message, "65536"));
    assert_int_equal(session_set_batch(session, 0, &err), -1);
    assert_int_equal(session_set_batch(session, -3, &err), -1);
    assert_int_equal(session_set_batch(session, session->data->trains + 1, &err), -1);
    assert_non_null(strstr(err.message, "1438"));
    assert_int_equal(session_set_lr(session, -1, &err), -1);
    assert_int_equal(session_set_lr(session, NAN, &err), -1);
    assert_int_equal(session_set_lr(session, INFINITY, &err), -1);
    assert_int_equal(session_set_lr(session, 1e39, &err), -1);
    assert_int_equal(session_set_clip(session, -1, &err), -1);
    assert_int_equal(session_set_clip(session, NAN, &err), -1);
    assert_int_equal(session_set_whiten(session, true, true, &err), -1);
    struct data_origin origin = session->data->origin;
    strcpy(origin.source, "/nonexistent/data.csv");
    assert_int_equal(session_load_data(session, &origin, false, NULL, &err), -1);
    assert_int_equal(session_load_data(session, &origin, true, NULL, &err), -1);
    origin = session->data->origin;
    strcpy(origin.target, "no such column");
    assert_int_equal(session_load_data(session, &origin, true, NULL, &err), -1);
    origin = session->data->origin;
    origin.validation = 0.95;
    assert_int_equal(session_load_data(session, &origin, true, NULL, &err), -1);
    assert_true(session_hash(session) == hash);
    assert_int_equal(session->step, 7);
    check_goes_on(session);
    session_close(session);
}

static void test_other_data_keeps_settings(void **state)
{
    (void)state;
    struct err err = {0};
    struct session *session = live_open("iris", 1, 1);
    live_net(session, "dense 10, tanh");
    live_optimizer(session, "rmsprop", 0.02);
    live_init(session, "xavier");
    assert_int_equal(session_set_batch(session, 100, &err), 0);
    live_steps(session, 5);
    struct data_origin origin = session->data->origin;
    origin.validation = 0.5; /* 75 rows are left to train */
    assert_int_equal(session_load_data(session, &origin, true, NULL, &err), 0);
    assert_int_equal(session->batch, 75);
    assert_string_equal(session->optimizer.kind->name, "rmsprop");
    assert_true(session->optimizer.lr == 0.02);
    assert_string_equal(session->init.kind->name, "xavier");
    assert_non_null(session->net->top.layer[1].kind);
    assert_string_equal(session->net->top.layer[1].kind->name, "tanh");
    assert_int_equal(session->step, 0);
    assert_int_equal(session->optimizer.t, 0);
    check_goes_on(session);
    strcpy(origin.target, "sepal_length");
    origin.task = -1;
    if (session_load_data(session, &origin, true, NULL, &err))
        strcpy(origin.target, "1"), assert_int_equal(session_load_data(session, &origin, true, NULL, &err), 0);
    assert_int_equal(session->data->task, TASK_REGRESS);
    assert_string_equal(session->loss.kind->name, "mse");
    assert_true(session->transform.targets);
    check_goes_on(session);
    live_load(session, "wine"); /* afresh: the defaults */
    assert_string_equal(session->optimizer.kind->name, optim_kinds[0]->name);
    assert_int_equal(session->net->top.layers, 5);
    session_close(session);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_batch_norm),       cmocka_unit_test(test_widths),
        cmocka_unit_test(test_losses),           cmocka_unit_test(test_optimizers),
        cmocka_unit_test(test_batch_whiten_init), cmocka_unit_test(test_evaluation_is_forgotten),
        cmocka_unit_test(test_step_under_way),   cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_other_data_keeps_settings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
