/* rate.c: the learning rate: tried higher and lower on forks. */
#include <math.h>
#include <stdio.h>
#include <string.h>

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
        if (furthest > examination->report->sound)
            break;
    }
    return best;
}

/* How many times the present rate that is which LINE sets; where it sets none, or another optimizer's, 10. */
static double times_of(const struct session *session, const char *line)
{
    double rate;
    if (strncmp(line, "lr ", 3) == 0 && text_to_double(line + 3, &rate) && session->optimizer.lr > 0)
        return rate / session->optimizer.lr;
    return 10;
}

static bool is_suspected(const struct examination *examination, const struct doctor_rule *rule)
{
    for (int i = 0; i < examination->suspicions; i++)
        if (examination->suspicion[i].finding.rule == rule)
            return true;
    return false;
}

static int examine_small(struct examination *examination, const struct doctor_rule *rule, struct err *err)
{
    const struct session *session = examination->session;
    struct suspicion rates = {0};
    if (examination_judge(examination, err))
        return -1;
    if (!examination->report->ill || is_suspected(examination, &rule_update_too_large))
        return 0;
    cures_faster(&rates, session);
    int best = helps(examination, &rates, err);
    if (best < -1)
        return -1;
    double times = best >= 0 ? times_of(session, rates.cure[best]) : 1;
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

/* Whether training, begun again, gets clearly further with a lower rate than with this one. */
static int examine_begun_again(struct examination *examination, struct err *err)
{
    const struct session *session = examination->session;
    const struct trial *again, *slower;
    double better = doctor_limit(session, DOCTOR_LIMIT_BETTER);
    if (trial_of(examination, "reset", 1, &again, err))
        return -1;
    for (double part = 10; part <= 1e4 && session->optimizer.lr > 0; part *= 10) {
        char line[64];
        cure_slower(session, part, true, line, sizeof line);
        if (trial_of(examination, line, 1, &slower, err))
            return -1;
        if (!(fmax(slower->reached, 0) > fmax(again->reached, 0) + 2 * better))
            continue;
        struct suspicion *found = suspect(examination, NULL, "times lower, a rate that gets further", part);
        found->finding.threshold = 1;
        suspicion_why(found, "begun again, training gets to %.2f of the way at this rate, and to %.2f at one %g times "
                      "lower", fmax(again->reached, 0), slower->reached, part);
        cures_slower(found, session);
        return 0;
    }
    return 0;
}

static int examine_large(struct examination *examination, const struct doctor_rule *rule, struct err *err)
{
    const struct session *session = examination->session;
    int layer = 0;
    if (examination_judge(examination, err))
        return -1;
    double ratio = update_ratio(examination->soon, &layer);
    if (!(ratio > doctor_threshold(session, rule)))
        return examination->report->soon < examination->report->sound ? examine_begun_again(examination, err) : 0;
    struct suspicion *found = suspect(examination, session->net->top.layer[layer].name, "update over weights", ratio);
    suspicion_why(found, "each step changes %s by %.2g %% of its weights and undoes what the one before has learnt",
                  session->net->top.layer[layer].name, 100 * ratio);
    cures_slower(found, session);
    return 0;
}

const struct doctor_rule rule_update_too_large = {
    .name = "update-too-large", .summary = "steps are too long: the rate is too high",
    .metric = "the norm of a layer's update over that of its weights, some hundred steps on, on a copy; or how many "
              "times lower a rate gets further",
    .setting = "large", .threshold = 0.005, .tip = "D2, lower the rate", .source = "healthy is near 0.001",
    .evidence = DOCTOR_EXPERIMENT, .proof = DOCTOR_CURED, .examine = examine_large};

/* --- decay-too-fast */

static int examine_decay(struct examination *examination, const struct doctor_rule *rule, struct err *err)
{
    const struct session *session = examination->session;
    struct bucket all;
    bool falls = session->schedule.kind != SCHEDULE_NONE;
    if (examination_judge(examination, err))
        return -1;
    double first = falls ? session->schedule.base : session->optimizer.lr, now = examination->soon->optimizer.lr;
    if (series_count(session->lr_series) > 0) {
        series_columns(session->lr_series, series_first_x(session->lr_series) - 0.5,
                       series_last_x(session->lr_series) + 0.5, 1, &all);
        first = fmax(first, (double)all.max);
    }
    double fallen = now > 0 ? first / now : INFINITY;
    if (!(fallen > doctor_threshold(session, rule)))
        return 0;
    struct suspicion *found = suspect(examination, NULL, "greatest rate so far over the coming one", fallen);
    suspicion_why(found, "the rate falls from %s to %s before training is done, and then it stands still",
                  text_short(first).s, text_short(now).s);
    suspicion_cure(found, "%slr %s", falls ? "decay off; " : "", text_short(first).s);
    suspicion_cure(found, "%slr %s", falls ? "decay off; " : "", text_short(first / 10).s);
    return 0;
}

const struct doctor_rule rule_decay_too_fast = {
    .name = "decay-too-fast", .summary = "the rate has fallen before training was done",
    .metric = "the greatest rate so far over the one some hundred steps on", .setting = "decay", .threshold = 5,
    .tip = "G8, usually no decay; perhaps one drop near the end", .source = "one last drop is by ten",
    .evidence = DOCTOR_RUNNING, .proof = DOCTOR_CURED, .examine = examine_decay};
