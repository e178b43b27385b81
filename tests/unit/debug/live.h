/*
 * live.h: live sessions for tests: opened on a known set or a small table, run to the end of their goal.
 */
#ifndef TEST_LIVE_H
#define TEST_LIVE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "debug/choices.h"
#include "debug/expr.h"
#include "debug/session.h"

static inline struct session *live_empty(uint64_t seed, int threads)
{
    struct err err = {0};
    struct session *session = session_open(&(struct session_options){.seed = seed, .threads = threads}, &err);
    if (!session)
        fail_msg("%s", err.message);
    return session;
}

static inline void live_load(struct session *session, const char *source)
{
    struct err err = {0};
    struct data_origin origin = data_origin_default();
    snprintf(origin.source, sizeof origin.source, "%s", source);
    origin.seed = session->seed;
    if (session_load_data(session, &origin, false, NULL, &err))
        fail_msg("%s", err.message);
}

static inline struct session *live_open(const char *source, uint64_t seed, int threads)
{
    struct session *session = live_empty(seed, threads);
    live_load(session, source);
    return session;
}

/* Works until the goal is reached. */
static inline void live_run(struct session *session)
{
    while (session_running(session))
        session_advance(session, clock_now() + 1000000000);
}

static inline void live_steps(struct session *session, uint64_t steps)
{
    session_run_steps(session, steps);
    live_run(session);
}

static inline void live_ops(struct session *session, uint64_t ops)
{
    session_run_ops(session, ops);
    live_run(session);
}

static inline void live_epochs(struct session *session, uint32_t epochs)
{
    session_run_epochs(session, epochs);
    live_run(session);
}

static inline void live_until(struct session *session, const char *condition)
{
    struct err err = {0};
    struct expr *expr = expr_parse(condition, &err);
    if (!expr)
        fail_msg("%s", err.message);
    session_run_until(session, expr);
    live_run(session);
}

static inline struct topology live_topology(const struct session *session, const char *spec)
{
    struct topology top;
    struct err err = {0};
    if (topology_parse(spec, session_outputs(session->data, &session->loss), &top, &err))
        fail_msg("%s: %s", spec, err.message);
    return top;
}

static inline void live_net(struct session *session, const char *spec)
{
    struct topology top = live_topology(session, spec);
    struct err err = {0};
    if (session_set_topology(session, &top, NULL, &err))
        fail_msg("%s: %s", spec, err.message);
}

static inline void live_optimizer(struct session *session, const char *words, double lr)
{
    const struct optim_kind *kind;
    struct arg_values args;
    struct err err = {0};
    if (choice_read_optimizer(words, &kind, &args, &err) ||
        session_set_optimizer(session, kind, &args, lr > 0 ? lr : kind->lr, NULL, &err))
        fail_msg("%s: %s", words, err.message);
}

static inline void live_loss(struct session *session, const char *words)
{
    struct loss loss;
    struct err err = {0};
    if (choice_read_loss(words, &loss, &err) || session_set_loss(session, &loss, NULL, &err))
        fail_msg("%s: %s", words, err.message);
}

static inline void live_decay(struct session *session, const char *words)
{
    struct schedule schedule;
    struct err err = {0};
    if (schedule_parse(words, session->optimizer.lr, session->step, session->epoch, &schedule, &err))
        fail_msg("%s", err.message);
    session_set_schedule(session, &schedule);
}

static inline void live_init(struct session *session, const char *words)
{
    struct init init;
    struct err err = {0};
    if (choice_read_init(words, &init, &err))
        fail_msg("%s: %s", words, err.message);
    session_initialize(session, &init, NULL);
}

/* The value of an expression that must have one. */
static inline double live_number(struct session *session, const char *text)
{
    double value = 0;
    struct err err = {0};
    struct expr *expr = expr_parse(text, &err);
    if (!expr || expr_number(expr, session, &value, &err))
        fail_msg("%s: %s", text, err.message);
    expr_free(expr);
    return value;
}

/* The parameter called NAME, as it lies in the network; COUNT becomes its length. */
static inline real *live_parameter(const struct session *session, const char *name, size_t *count)
{
    for (int i = 0; i < session->net->params; i++)
        if (strcmp(session->net->param[i].name, name) == 0) {
            *count = session->net->param[i].count;
            return session->net->w + session->net->param[i].offset;
        }
    fail_msg("no parameter %s", name);
    return NULL;
}

/* A new file in a folder of its own that holds TEXT; its path is good until the next call with the same ROOM. */
#define LIVE_PATH 300
static inline const char *live_path(char room[LIVE_PATH], const char *name)
{
    static char folder[64];
    if (!folder[0]) {
        strcpy(folder, "/tmp/dnntui-test-XXXXXX");
        if (!mkdtemp(folder))
            fail_msg("no folder to write to");
    }
    snprintf(room, LIVE_PATH, "%s/%s", folder, name);
    return room;
}

static inline const char *live_file(char room[LIVE_PATH], const char *name, const char *text)
{
    FILE *file = fopen(live_path(room, name), "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
    return room;
}

/* For a group's teardown: gives the folder back. */
static inline int live_clean(void **state)
{
    char room[LIVE_PATH], command[LIVE_PATH + 16];
    (void)state;
    live_path(room, "");
    snprintf(command, sizeof command, "rm -rf %s", room);
    return system(command);
}

#endif
