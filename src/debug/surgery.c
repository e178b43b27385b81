/*
 * surgery.c: edits of the live network and its settings.
 *
 * Each makes what it needs beside the live state; once nothing can refuse it any more it completes the step under way,
 * so that it sees whole steps, and swaps. On failure nothing has changed, inside a step either.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "debug/choices.h"
#include "debug/history.h"
#include "debug/rig.h"

void session_forget_validation(struct session *session)
{
    session->evaluation.active = false;
    session->validation_step = session->test_step = UINT64_MAX;
}

/* What became of the parameters: "kept fc1 fc2 out; made anew bn1 bn2". A layer of which some are kept and some are
 * not is told by its tensors: "kept fc1.weight; made anew fc1.bias". STATE: the optimizer has some of its own. */
static void note_carried(const struct net *net, const bool kept[], bool state, struct text *notes)
{
    struct text old = {0}, new = {0};
    for (int i = 0; i < net->top.layers; i++) {
        int first = net->first_param[i], last = net->first_param[i + 1];
        if (first == last)
            continue;
        int found = 0;
        for (int k = first; k < last; k++)
            found += kept[k];
        if (found == 0 || found == last - first)
            text_add(found ? &old : &new, " %s", net->top.layer[i].name);
        else
            for (int k = first; k < last; k++)
                text_add(kept[k] ? &old : &new, " %s", net->param[k].name);
    }
    text_add(notes, "kept%s", old.length ? old.data : " nothing");
    if (old.length && state)
        text_add(notes, " with the optimizer's state");
    if (new.length)
        text_add(notes, "; made anew%s", new.data);
    text_add(notes, "\n");
    text_free(&old);
    text_free(&new);
}

/* Builds a rig by PLAN, completes the step under way, carries over, installs. */
static int rebuild(struct session *session, const struct rig_plan *plan, struct text *notes, struct err *err)
{
    struct rig rig;
    bool same_optimizer = plan->optim == session->optimizer.kind;
    if (rig_open(session, session->data, plan, &rig, err))
        return -1;
    bool *kept = calloc((size_t)rig.net->params + 1, sizeof *kept);
    if (!kept) {
        rig_close(&rig);
        return err_set(err, ERR_MEMORY, "no memory to carry %d tensors over", rig.net->params);
    }
    session_complete_step(session);
    rig_carry(session, plan, &rig, kept);
    if (notes)
        note_carried(rig.net, kept, same_optimizer && plan->optim->slots > 0, notes);
    free(kept);
    rig_install(session, plan, &rig);
    if (!same_optimizer)
        session->optimizer.t = 0;
    return 0;
}

/* The same, as an edit of KIND. */
static int rebuild_as(struct session *session, enum edit_kind kind, const struct rig_plan *plan, struct text *notes,
                      struct err *err)
{
    struct edit_mark before = history_before_edit(session);
    if (rebuild(session, plan, notes, err))
        return -1;
    history_edited(session, kind, &before);
    return 0;
}

int session_set_topology(struct session *session, const struct topology *top, struct text *notes, struct err *err)
{
    struct rig_plan plan = rig_plan_of(session);
    plan.top = top;
    return rebuild_as(session, EDIT_TOPOLOGY, &plan, notes, err);
}

void session_initialize(struct session *session, const struct init *init, struct text *notes)
{
    struct edit_mark before = history_before_edit(session);
    session_complete_step(session);
    session->init = *init;
    net_init(session->net, init, session->seed, ++session->draws);
    for (int slot = 0; slot < session->optimizer.kind->slots; slot++)
        memset(session->optimizer.slot[slot], 0, session->net->size * sizeof(real));
    session->optimizer.t = 0;
    session_forget_validation(session);
    history_edited(session, EDIT_INIT, &before);
    if (notes)
        text_add(notes,
                 "all %s parameters drawn anew, biases 0; the optimizer's state starts at zero; step %llu goes on\n",
                 text_count((double)session->net->parameters).s, (unsigned long long)session->step);
}

/* A loss may ask for another number of outputs: then `out`, and what stands on it, is made anew. */
int session_set_loss(struct session *session, const struct loss *loss, struct text *notes, struct err *err)
{
    struct topology top = session->net->top;
    struct rig_plan plan = rig_plan_of(session);
    plan.loss = *loss;
    plan.top = &top;
    top.layer[topology_out(&top)].args.number[0] = session_outputs(session->data, loss);
    return rebuild_as(session, EDIT_LOSS, &plan, notes, err);
}

/* A rate by hand: the schedule goes on from it. */
static void set_rate(struct session *session, double lr)
{
    schedule_rebase(&session->schedule, lr, session->step, session->epoch);
    session->optimizer.lr = lr;
}

int session_set_optimizer(struct session *session, const struct optim_kind *kind, const struct arg_values *args,
                          double lr, struct text *notes, struct err *err)
{
    struct edit_mark before = history_before_edit(session);
    if (kind != session->optimizer.kind) {
        struct rig_plan plan = rig_plan_of(session);
        plan.optim = kind;
        if (rebuild(session, &plan, NULL, err))
            return -1;
        if (notes)
            text_add(notes, "all weights kept; the optimizer's state starts at zero\n");
    } else {
        session_complete_step(session);
        if (notes)
            text_add(notes, "all weights and the optimizer's state kept\n");
    }
    session->optimizer.args = *args;
    if (lr != session->optimizer.lr)
        set_rate(session, lr);
    history_edited(session, EDIT_OPTIMIZER, &before);
    return 0;
}

int session_set_batch(struct session *session, int rows, struct err *err)
{
    if (rows < 1 || rows > session->data->trains)
        return err_set(err, ERR_USAGE, "batch: %d rows; legal: 1 to %d, the training rows", rows,
                       session->data->trains);
    struct rig_plan plan = rig_plan_of(session);
    plan.batch = rows;
    return rebuild_as(session, EDIT_BATCH, &plan, NULL, err);
}

/* Another rate or clipping is what helps where an update is held back, so that one is left out. Any other step goes on
 * with them. */
static void drop_held_back(struct session *session)
{
    if (session->held)
        session_complete_step(session);
}

int session_set_lr(struct session *session, double lr, struct err *err)
{
    if (!(lr >= 0) || !isfinite((float)lr))
        return err_set(err, ERR_USAGE, "lr: %s; legal: 0 or more, and finite", text_short(lr).s);
    struct edit_mark before = history_before_edit(session);
    drop_held_back(session);
    set_rate(session, lr);
    session->lr_chosen = true;
    history_edited(session, EDIT_LR, &before);
    return 0;
}

void session_set_schedule(struct session *session, const struct schedule *schedule)
{
    struct edit_mark before = history_before_edit(session);
    drop_held_back(session);
    session->schedule = *schedule;
    session->optimizer.lr = schedule_rate(schedule, session->step, session->epoch);
    history_edited(session, EDIT_LR, &before);
}

int session_set_clip(struct session *session, double norm, struct err *err)
{
    if (!(norm >= 0) || !isfinite(norm))
        return err_set(err, ERR_USAGE, "gradclip: %s; legal: a norm above 0, or off", text_short(norm).s);
    struct edit_mark before = history_before_edit(session);
    drop_held_back(session);
    session->optimizer.clip = norm;
    history_edited(session, EDIT_CLIP, &before);
    return 0;
}

void session_set_transform(struct session *session, const struct transform *transform)
{
    struct edit_mark before = history_before_edit(session);
    session_complete_step(session);
    transform_assign(&session->transform, transform);
    session_forget_validation(session);
    history_edited(session, EDIT_TRANSFORM, &before);
}

int session_set_whiten(struct session *session, bool inputs, bool targets, struct err *err)
{
    struct transform transform;
    if (targets && session->data->task != TASK_REGRESS)
        return err_set(err, ERR_USAGE, "whiten: the targets are classes; only a regression's targets are whitened");
    if (transform_copy(&transform, &session->transform, err))
        return -1;
    transform.inputs = inputs;
    transform.targets = targets;
    session_set_transform(session, &transform);
    transform_close(&transform);
    return 0;
}

void session_reset(struct session *session, uint64_t seed)
{
    history_new_root(session, false);
    session->seed = seed;
    session_clear_record(session);
    session_restart_schedule(session);
    net_init(session->net, &session->init, seed, 0);
    for (int slot = 0; slot < session->optimizer.kind->slots; slot++)
        memset(session->optimizer.slot[slot], 0, session->net->size * sizeof(real));
    session->optimizer.t = 0;
    batch_order_set(&session->order, session->data, seed, 0);
}
