/*
 * overfitting.c: validation rows that get worse while the training rows get better.
 *
 * Every network that is trained to the end does so a little, and many are none the worse for it. So a rise of the loss
 * alarms only where the score too is far from that of the training rows. A cure is judged by other rows, not by those
 * that are trained on.
 */
#include <math.h>

#include "examination.h"
#include "rules.h"

#define APART 0.4 /* of the way, that the training rows are ahead */

/* The validation rows' least loss; NaN: they have not been looked at twice. */
static double least_loss(const struct session *session)
{
    const struct series *losses = session->validation_loss_series;
    struct bucket bucket;
    if (series_count(losses) < 2)
        return NAN;
    series_columns(losses, series_first_x(losses) - 0.5, series_last_x(losses) + 0.5, 1, &bucket);
    return bucket.min > 0 ? (double)bucket.min : NAN;
}

/* Of a few cures the one with which other rows are known best. */
static int propose(struct examination *examination, struct suspicion *found, struct err *err)
{
    static const char *const lines[] = {"dropout 0.5; reset", "optimizer adamw weight_decay=0.3; reset",
                                        "net dense 16, relu; reset", "net out; reset"};
    const struct trial *trial, *best = NULL;
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        if (trial_of(examination, lines[i], 1, &trial, err))
            return -1;
        if (!trial->refused && (!best || trial->others > best->others))
            best = trial;
    }
    suspicion_cure(found, "%s", best ? best->line : lines[0]);
    return 0;
}

static int examine_overfitting(struct examination *examination, const struct doctor_rule *rule, struct err *err)
{
    const struct session *session = examination->session;
    double least = least_loss(session);
    if (session->data->validations == 0 || isnan(least))
        return 0;
    struct session *fork = examination_fork(examination, "", NULL, err);
    struct standing others;
    int rows = session->data->validations;
    int status = fork ? standing_of(fork, session->data->validation, rows, STANDING_EVALUATE, &others, err) : -1;
    session_close(fork);
    if (status || examination_judge(examination, err))
        return -1;
    double rise = others.loss / least - 1;
    bool apart = examination->now.reached - others.reached > APART;
    if (!apart || !(rise > doctor_threshold(session, rule)))
        return 0;
    struct suspicion *found = suspect(examination, NULL, "rise of the validation loss", rise);
    suspicion_why(found, "the validation loss is %s and was %s: what is learnt now holds for the training rows alone",
                  text_short(others.loss).s, text_short(least).s);
    return propose(examination, found, err);
}

const struct doctor_rule rule_overfitting = {
    .name = "overfitting", .summary = "the validation rows get worse while the training rows get better",
    .metric = "by what share the validation loss is above its least, where the score is far below that in training",
    .setting = "overfitting", .threshold = 1, .tip = "D1, first overfit, then regularize",
    .source = "published tools: a tenth; but converged networks that are well have that too",
    .evidence = DOCTOR_RUNNING, .proof = DOCTOR_CONCLUSIVE, .examine = examine_overfitting};
