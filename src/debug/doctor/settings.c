/* settings.c: the thresholds that a person has changed. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "debug/doctor.h"

struct doctor_settings {
    double threshold[DOCTOR_FINDINGS]; /* by rule; NaN: as preset */
};

static int index_of(const struct doctor_rule *rule)
{
    int i = 0;
    while (doctor_rules[i] != rule)
        i++;
    return i;
}

double doctor_threshold(const struct session *session, const struct doctor_rule *rule)
{
    double chosen = session->doctor ? session->doctor->threshold[index_of(rule)] : NAN;
    return isnan(chosen) ? rule->threshold : chosen;
}

const struct doctor_rule *doctor_rule_of_setting(const char *setting)
{
    for (int i = 0; doctor_rules[i]; i++)
        if (strcmp(doctor_rules[i]->setting, setting) == 0)
            return doctor_rules[i];
    return NULL;
}

int doctor_set_threshold(struct session *session, const struct doctor_rule *rule, double threshold, struct err *err)
{
    if (!session->doctor) {
        session->doctor = malloc(sizeof *session->doctor);
        if (!session->doctor)
            return err_set(err, ERR_MEMORY, "doctor: no memory for a threshold");
        for (int i = 0; i < DOCTOR_FINDINGS; i++)
            session->doctor->threshold[i] = NAN;
    }
    session->doctor->threshold[index_of(rule)] = threshold;
    return 0;
}

void doctor_settings_close(struct doctor_settings *settings)
{
    free(settings);
}
