/* rig.c: making, carrying over, and installing what hangs on the shape of a network. */
#include "debug/rig.h"

#include <stdlib.h>
#include <string.h>

/* Rows of an evaluation that run at once: at most so many, and no more than some milliseconds' worth, since nobody
 * looks at the keys meanwhile. */
#define EVALUATION_ROWS  256
#define EVALUATION_FLOPS 2e8

static void gather_training(void *context, int first, int last, real *x, real *y)
{
    const struct session *session = context;
    transform_rows(&session->transform, session->data, session->order.row + session->batch_first, first, last, x, y,
                   net_width(session->net));
}

static void gather_evaluation(void *context, int first, int last, real *x, real *y)
{
    const struct session *session = context;
    transform_rows(&session->transform, session->data, session->evaluation.row + session->evaluation.done, first, last,
                   x, y, net_width(session->net));
}

struct rig_plan rig_plan_of(const struct session *session)
{
    return (struct rig_plan){.top = &session->net->top,
                             .loss = session->loss,
                             .optim = session->optimizer.kind,
                             .batch = session->batch};
}

static void carve(struct rig *rig, const struct optim_kind *kind, struct arena *arena)
{
    for (int slot = 0; slot < kind->slots; slot++)
        rig->slot[slot] = arena_take(arena, rig->net->size, sizeof(real));
    rig->stats_before = arena_take(arena, rig->net->stat_size, sizeof(real));
}

static int open_vectors(struct rig *rig, const struct optim_kind *kind, struct err *err)
{
    struct arena measure = arena_measure();
    carve(rig, kind, &measure);
    if (arena_open(&rig->arena, measure.used, "the optimizer's state", err))
        return -1;
    carve(rig, kind, &rig->arena);
    return 0;
}

static int open_programs(struct session *session, const struct dataset *data, const struct rig_plan *plan,
                         struct rig *rig, struct err *err)
{
    rig->train = program_open(rig->net, &plan->loss, PROGRAM_TRAIN, plan->batch, session->team,
                              (struct program_source){gather_training, session}, err);
    if (!rig->train)
        return -1;
    int rows = data->validations > data->tests ? data->validations : data->tests;
    if (rows == 0)
        return 0;
    double affordable = EVALUATION_FLOPS / net_flops(rig->net);
    int most = affordable < 1 ? 1 : affordable < EVALUATION_ROWS ? (int)affordable : EVALUATION_ROWS;
    rows = rows < most ? rows : most;
    rig->evaluate = program_open(rig->net, &plan->loss, PROGRAM_EVALUATE, rows, session->team,
                                 (struct program_source){gather_evaluation, session}, err);
    return rig->evaluate ? 0 : -1;
}

static int open_gradient_series(struct rig *rig, struct err *err)
{
    const struct net *net = rig->net;
    rig->gradient_series = calloc((size_t)net->top.layers + 1, sizeof(struct series *));
    if (!rig->gradient_series)
        return err_set(err, ERR_MEMORY, "no memory for the curves of %d layers", net->top.layers);
    for (int i = 0; i < net->top.layers; i++)
        if (net->first_param[i] < net->first_param[i + 1] &&
            !(rig->gradient_series[i] = series_open(SERIES_CAPACITY, err)))
            return -1;
    return 0;
}

int rig_open(struct session *session, const struct dataset *data, const struct rig_plan *plan, struct rig *rig,
             struct err *err)
{
    *rig = (struct rig){0};
    rig->net = net_open(plan->top, &data->shape, err);
    if (!rig->net || open_vectors(rig, plan->optim, err) || open_programs(session, data, plan, rig, err) ||
        open_gradient_series(rig, err)) {
        rig_close(rig);
        return -1;
    }
    net_init(rig->net, &session->init, session->seed, session->draws);
    return 0;
}

void rig_close(struct rig *rig)
{
    if (rig->gradient_series)
        for (int i = 0; i < rig->net->top.layers; i++)
            series_close(rig->gradient_series[i]);
    free(rig->gradient_series);
    program_close(rig->train);
    program_close(rig->evaluate);
    arena_close(&rig->arena);
    net_close(rig->net);
    *rig = (struct rig){0};
}

int rig_carry(const struct session *session, const struct rig_plan *plan, struct rig *rig, bool kept[])
{
    int slots = plan->optim == session->optimizer.kind ? plan->optim->slots : 0;
    return net_carry(session->net, rig->net, session->optimizer.slot, rig->slot, slots, kept);
}

/* The curve of a layer that is still there goes on. */
static void keep_curves(struct session *session, struct rig *rig)
{
    for (int i = 0; i < rig->net->top.layers; i++) {
        int old = rig->gradient_series[i] ? net_layer(session->net, rig->net->top.layer[i].name) : -1;
        if (old < 0 || !session->gradient_series[old])
            continue;
        struct series *fresh = rig->gradient_series[i];
        rig->gradient_series[i] = session->gradient_series[old];
        session->gradient_series[old] = fresh;
    }
}

void rig_install(struct session *session, const struct rig_plan *plan, struct rig *rig)
{
    struct rig old = {.net = session->net,
                      .arena = session->rig_arena,
                      .train = session->train,
                      .evaluate = session->evaluate,
                      .gradient_series = session->gradient_series};
    if (old.net)
        keep_curves(session, rig);
    session->net = rig->net;
    session->rig_arena = rig->arena;
    memcpy(session->optimizer.slot, rig->slot, sizeof rig->slot);
    session->stats_before = rig->stats_before;
    session->train = rig->train;
    session->evaluate = rig->evaluate;
    session->gradient_series = rig->gradient_series;
    session->loss = plan->loss;
    session->optimizer.kind = plan->optim;
    session->batch = plan->batch;
    session->inside = session->held = session->spoilt = false;
    session_forget_validation(session);
    rig_close(&old);
}
