/* course.c: how the loss goes: on from here as it is, and so far. */
#include <math.h>
#include <stdio.h>

#include "examination.h"
#include "rules.h"

#define GLANCE 200 /* steps that a glance looks back over, as often as it compares */

/* The mean loss of the GLANCE steps before the last BACK of them; NaN: there were none. */
static double past_loss(const struct session *session, double back)
{
    struct bucket bucket;
    double last = series_last_x(session->loss_series) - back;
    if (!(last - GLANCE >= series_first_x(session->loss_series) - 1))
        return NAN;
    series_columns(session->loss_series, last - GLANCE + 0.5, last + 0.5, 1, &bucket);
    return bucket.count > 0 ? (double)bucket.mean : NAN;
}

/* --- loss-flat */

/* The greatest fall over five stretches that follow each other. */
static double glance_flat(const struct session *session, char *layer)
{
    double most = -INFINITY;
    (void)layer;
    for (int i = 0; i < 5; i++) {
        double fall = 1 - past_loss(session, i * GLANCE) / past_loss(session, (i + 1) * GLANCE);
        if (!isfinite(fall))
            return NAN;
        most = fmax(most, fall);
    }
    return most;
}

static int examine_flat(struct examination *examination, const struct doctor_rule *rule, struct err *err)
{
    const struct session *session = examination->session;
    if (examination_judge(examination, err))
        return -1;
    double before = trial_losses(examination->soon, 0, 0.2), after = trial_losses(examination->soon, 0.8, 1);
    double fall = before > 0 ? 1 - after / before : 0;
    if (!examination->report->ill || !(fall < doctor_threshold(session, rule)))
        return 0;
    struct suspicion *found = suspect(examination, NULL, "fall of the loss", fall);
    suspicion_why(found, "in the next %llu steps the loss goes from %s to %s, far from what a plain network reaches",
                  (unsigned long long)examination->report->soon_steps, text_short(before).s, text_short(after).s);
    cures_general(found, session);
    return 0;
}

const struct doctor_rule rule_loss_flat = {
    .name = "loss-flat", .summary = "the loss does not fall, far from its floor",
    .metric = "by what share the loss falls over the next some hundred steps, on a copy",
    .setting = "flat", .threshold = 0.05, .tip = "D1, overfit one data point first; D8, check the loss function",
    .source = "a twentieth, as published tools have it", .evidence = DOCTOR_EXPERIMENT, .proof = DOCTOR_ILL,
    .below = true, .share = true, .vague = true, .examine = examine_flat, .glance = glance_flat};

/* --- diverging */

static double glance_diverging(const struct session *session, char *layer)
{
    (void)layer;
    return past_loss(session, 0) / past_loss(session, GLANCE);
}

static int examine_diverging(struct examination *examination, const struct doctor_rule *rule, struct err *err)
{
    const struct session *session = examination->session;
    if (examination_judge(examination, err))
        return -1;
    const struct session *soon = examination->soon;
    double before = trial_losses(soon, 0, 0.2), after = trial_losses(soon, 0.8, 1);
    bool finite = soon->stop != STOP_NONFINITE;
    double growth = finite && before > 0 ? after / before : INFINITY;
    if (!examination->report->ill || !(growth > doctor_threshold(session, rule)))
        return 0;
    struct suspicion *found = suspect(examination, NULL, "growth of the loss", growth);
    if (finite)
        suspicion_why(found, "in the next %llu steps the loss grows from %s to %s: each step overshoots",
                      (unsigned long long)examination->report->soon_steps, text_short(before).s, text_short(after).s);
    else
        suspicion_why(found, "%.0f steps on the numbers are not finite any more",
                      soon->nonfinite_step - (double)session->step);
    cures_slower(found, session);
    if (!session->transform.inputs)
        suspicion_cure(found, "whiten on; reset");
    return 0;
}

const struct doctor_rule rule_diverging = {
    .name = "diverging", .summary = "the loss grows",
    .metric = "the loss some hundred steps on over that of the next steps, on a copy; infinite where it is not finite",
    .setting = "diverging", .threshold = 1.5, .tip = "D2, lower the rate",
    .source = "batches differ by less", .evidence = DOCTOR_EXPERIMENT, .proof = DOCTOR_ILL,
    .examine = examine_diverging, .glance = glance_diverging};

/* --- oscillating */

static int examine_oscillating(struct examination *examination, const struct doctor_rule *rule, struct err *err)
{
    const struct session *session = examination->session;
    struct bucket part;
    double high = 0, low = INFINITY;
    if (examination_judge(examination, err))
        return -1;
    const struct series *losses = examination->soon->loss_series;
    double first = series_first_x(losses), steps = series_last_x(losses) - first + 1;
    /* Means of twenty stretches of the second half: what is left of the noise of batches is small. */
    for (int i = 0; i < 20; i++) {
        double x = first - 0.5 + steps * (0.5 + i / 40.0);
        series_columns(losses, floor(x) + 0.5, floor(x + steps / 40) + 0.5, 1, &part);
        if (part.count > 0) {
            high = fmax(high, (double)part.mean);
            low = fmin(low, (double)part.mean);
        }
    }
    double swing = low > 0 && low < INFINITY ? high / low : 1;
    if (!(swing > doctor_threshold(session, rule)))
        return 0;
    struct suspicion *found = suspect(examination, NULL, "highest over lowest mean loss", swing);
    suspicion_why(found, "the loss goes up to %s and down to %s and does not settle: steps are too long for the way",
                  text_short(high).s, text_short(low).s);
    cures_slower(found, session);
    return 0;
}

const struct doctor_rule rule_oscillating = {
    .name = "oscillating", .summary = "the loss goes up and down and does not settle",
    .metric = "the highest over the lowest mean loss of twenty stretches of the next steps, on a copy",
    .setting = "oscillating", .threshold = 3, .tip = "D2, lower the rate; D6, a larger batch",
    .source = "means over stretches differ by less where training goes on", .evidence = DOCTOR_EXPERIMENT,
    .proof = DOCTOR_CURED, .examine = examine_oscillating};

/* --- undertrained */

#define EPOCHS 5 /* before which nobody expects that it is done */

static int examine_undertrained(struct examination *examination, const struct doctor_rule *rule, struct err *err)
{
    const struct session *session = examination->session;
    const struct doctor_report *report = examination->report;
    if (session_epochs(session) < EPOCHS)
        return 0;
    if (examination_judge(examination, err))
        return -1;
    double gain = report->soon - report->now;
    if (!report->ill || !(gain > doctor_threshold(session, rule)))
        return 0;
    struct suspicion *found = suspect(examination, NULL, "further on the way, soon", gain);
    suspicion_why(found, "training stands at %.2f of the way and still gets on: %.2f after %llu more steps",
                  fmax(report->now, 0), report->soon, (unsigned long long)report->soon_steps);
    cures_faster(found, session);
    return 0;
}

const struct doctor_rule rule_undertrained = {
    .name = "undertrained", .summary = "training is far from done and gets on slowly",
    .metric = "from the fifth epoch on, how much of the way the next some hundred steps go, on a copy",
    .setting = "undertrained", .threshold = 0.03, .tip = "D3, raise the rate, or train for longer",
    .source = "a thirtieth of the way is no standstill", .evidence = DOCTOR_EXPERIMENT, .proof = DOCTOR_ILL,
    .vague = true, .examine = examine_undertrained};
