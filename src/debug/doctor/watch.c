/*
 * watch.c: a glance at the live run every few hundred steps: rules that cost no more than a look at what the last step
 * has left. Nothing here allocates.
 *
 * A glance has no experiments to prove anything with. So it speaks only while much is still wrong, and only of what it
 * has seen twice in a row.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "debug/doctor.h"

#define EVERY 200 /* steps */

/* Scores, over the last steps, below which much is still wrong: accuracy, R2. */
#define ACCURACY 0.8
#define R2       0.5

static bool much_is_wrong(const struct session *session)
{
    struct bucket bucket;
    double last = series_last_x(session->score_series);
    series_columns(session->score_series, last - EVERY + 0.5, last + 0.5, 1, &bucket);
    return bucket.count > 0 && (double)bucket.mean < (session->data->task == TASK_CLASSIFY ? ACCURACY : R2);
}

/* The first rule that sees something; VALUE and LAYER say what. */
static const struct doctor_rule *glance(const struct session *session, double *value, char *layer)
{
    for (int i = 0; doctor_rules[i]; i++) {
        const struct doctor_rule *rule = doctor_rules[i];
        if (!rule->glance)
            continue;
        layer[0] = 0;
        *value = rule->glance(session, layer);
        double threshold = doctor_threshold(session, rule);
        if (rule->below ? *value < threshold : *value > threshold)
            return rule;
    }
    return NULL;
}

void doctor_watch(struct session *session)
{
    struct doctor_watch *watch = &session->watch;
    char layer[LAYER_NAME_MAX];
    double value;
    if (session->step % EVERY != 0 || session->step == 0)
        return;
    const struct doctor_rule *seen = much_is_wrong(session) ? glance(session, &value, layer) : NULL;
    bool again = seen && watch->seen == seen;
    watch->seen = seen;
    watch->line[0] = 0;
    if (!again)
        return;
    int length = snprintf(watch->line, sizeof watch->line, "doctor: %s%s%s ", seen->name, layer[0] ? " " : "", layer);
    if (seen->share)
        snprintf(watch->line + length, sizeof watch->line - (size_t)length, "%.0f %%", 100 * value);
    else
        snprintf(watch->line + length, sizeof watch->line - (size_t)length, "%s", text_short(value).s);
}

void doctor_set_watch(struct session *session, bool on)
{
    session->watch = (struct doctor_watch){.on = on};
}
