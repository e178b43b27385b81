/* rate.c: the learning rate: tried higher and lower on forks. */
#include <math.h>
#include <stdio.h>

#include "examination.h"
#include "rules.h"

/* --- update-too-small */

/* Which of the cures of SUSPICION gets furthest, and clearly further than training as it is; -1: none. -2: given up. */
static int helps(struct examination *examination, const struct suspicion *suspicion, struct err *err)
{
    const struct trial *asis, *trial;
    double furthest;
    int best = -1;
    if (trial_of(examination, "", TRIAL_RUNS, &asis, err))
        return -2;
    furthest = asis->high + doctor_limit(examination->session, DOCTOR_LIMIT_BETTER);
    for (int i = 0; i < suspicion->cures; i++) {
        if (trial_of(examination, suspicion->cure[i], 1, &trial, err))
            return -2;
        if (!trial->refused && trial->reached > furthest) {
            furthest = trial->reached;
            best = i;
        }
    }
    return best;
}

static int examine_small(struct examination *examination, const struct doctor_rule *rule, struct err *err)
{
    const struct session *session = examination->session;
    struct suspicion rates = {0};
    if (examination_judge(examination, err))
        return -1;
    if (!examination->report->ill || !(session->optimizer.lr >= 0))
        return 0;
    cures_faster(&rates, session);
    int best = helps(examination, &rates, err);
    double times = best >= 0 ? pow(10, best + 1) : 1;
    if (best < -1)
        return -1;
    if (!(times > doctor_threshold(session, rule)))
        return 0;
    struct suspicion *found = suspect(examination, NULL, "times the rate that gets further", times);
    suspicion_why(found, "steps are so short that the next %llu get no further than %.2f of the way; longer ones do",
                  (unsigned long long)examination->report->soon_steps, fmax(examination->report->soon, 0));
    cures_faster(found, session);
    return 0;
}

const struct doctor_rule rule_update_too_small = {
    .name = "update-too-small", .summary = "steps are too short: the rate is too low",
    .metric = "how many times the rate (10, 100, 1000) gets clearly further in the same steps, on copies",
    .setting = "small", .threshold = 5, .tip = "D3, raise the rate; about 0.001 is good for Adam",
    .source = "a rate within a factor of 5 of the best will do", .evidence = DOCTOR_EXPERIMENT, .proof = DOCTOR_ILL,
    .examine = examine_small};

/* --- update-too-large */

/* The greatest update of a layer over its weights, in the last step that SESSION has made. */
static double update_ratio(const struct session *session, int *layer)
{
    double most = 0;
    for (int i = 0; i < session->net->top.layers; i++) {
        const struct layer_norms *norms = program_norms(session->train, i);
        if (norms->weight > 0 && norms->update / norms->weight > most) {
            most = norms->update / norms->weight;
            *layer = i;
        }
    }
    return most;
}

static int examine_large(struct examination *examination, const struct doctor_rule *rule, struct err *err)
{
    const struct session *session = examination->session;
    int layer = 0;
    if (examination_judge(examination, err))
        return -1;
    double ratio = update_ratio(examination->soon, &layer);
    if (!(ratio > doctor_threshold(session, rule)))
        return 0;
    struct suspicion *found = suspect(examination, session->net->top.layer[layer].name, "update over weights", ratio);
    suspicion_why(found, "each step changes %s by %.0f %% of its weights and undoes what the one before has learnt",
                  session->net->top.layer[layer].name, 100 * ratio);
    cures_slower(found, session);
    return 0;
}

const struct doctor_rule rule_update_too_large = {
    .name = "update-too-large", .summary = "steps are too long: the rate is too high",
    .metric = "the norm of a layer's update over that of its weights, some hundred steps on, on a copy",
    .setting = "large", .threshold = 0.005, .tip = "D2, lower the rate", .source = "healthy is near 0.001",
    .evidence = DOCTOR_EXPERIMENT, .proof = DOCTOR_CURED, .examine = examine_large};

/* --- decay-too-fast */

static int examine_decay(struct examination *examination, const struct doctor_rule *rule, struct err *err)
{
    const struct session *session = examination->session;
    struct bucket all;
    double now = session->optimizer.lr;
    (void)err;
    if (series_count(session->lr_series) == 0)
        return 0;
    series_columns(session->lr_series, series_first_x(session->lr_series) - 0.5,
                   series_last_x(session->lr_series) + 0.5, 1, &all);
    double fallen = now > 0 ? (double)all.max / now : INFINITY;
    if (!(fallen > doctor_threshold(session, rule)))
        return 0;
    struct suspicion *found = suspect(examination, NULL, "greatest rate so far over the present one", fallen);
    suspicion_why(found, "the rate has fallen from %s to %s before training was done, and now it stands still",
                  text_short((double)all.max).s, text_short(now).s);
    suspicion_cure(found, "lr %s", text_short((double)all.max).s);
    suspicion_cure(found, "lr %s", text_short((double)all.max / 10).s);
    return 0;
}

const struct doctor_rule rule_decay_too_fast = {
    .name = "decay-too-fast", .summary = "the rate has fallen before training was done",
    .metric = "the greatest rate so far over the present one", .setting = "decay", .threshold = 5,
    .tip = "G8, usually no decay; perhaps one drop near the end", .source = "one last drop is by ten",
    .evidence = DOCTOR_RUNNING, .proof = DOCTOR_CURED, .examine = examine_decay};
