/*
 * rig.h: all that hangs on the shape of a network, made whole beside the live one and then swapped in.
 *
 * Every edit that changes the network, its outputs, the optimizer's kind or the batch makes a new rig by a plan; what
 * can be kept is carried over; only then is the old one given back. So a refusal leaves the session as it was.
 */
#ifndef DEBUG_RIG_H
#define DEBUG_RIG_H

#include "debug/session.h"

/* Buckets a level of the series that are plotted: more than any terminal has columns. */
#define SERIES_CAPACITY 4096

struct rig_plan {
    const struct topology *top;
    struct loss loss;
    const struct optim_kind *optim;
    int batch;
};

struct rig {
    struct net *net;
    struct arena arena; /* of the next two */
    real *slot[OPTIM_SLOTS];
    real *stats_before;
    struct program *train, *evaluate; /* evaluate is NULL without validation and test rows */
    struct series **gradient_series;
};

/* A session without data whose threads are TEAM's, lent to it. */
struct session *session_open_on(struct team *team, struct err *err);

/* What the session has now, as a plan to change one thing of. */
struct rig_plan rig_plan_of(const struct session *session);

/* Makes a rig for DATA; weights are drawn by the session's initializer and seed. */
int rig_open(struct session *session, const struct dataset *data, const struct rig_plan *plan, struct rig *rig,
             struct err *err);
void rig_close(struct rig *rig);

/* Carries over from the live rig what has the same name and shape: KEPT as in net_carry. The optimizer's state comes
 * too when its kind stays. */
int rig_carry(const struct session *session, const struct rig_plan *plan, struct rig *rig, bool kept[]);

/* Makes RIG the live one and gives back the old. */
void rig_install(struct session *session, const struct rig_plan *plan, struct rig *rig);

/* Puts other data in place of the session's, which is given back; the rig for it is installed next. */
void session_adopt(struct session *session, struct dataset *data, const struct transform *transform,
                   const struct batch_order *order);

/* Step 0: counters, curves, events and figures as if nothing had run; a run that is under way ends. Weights are not
 * touched. */
void session_clear_record(struct session *session);

/* At step 0: the rate that a person chose last, and its fall from there. */
void session_restart_schedule(struct session *session);

/* What was evaluated, or is being, is not of this network any more. */
void session_forget_validation(struct session *session);

#endif
