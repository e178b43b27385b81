/* settings.c: the thresholds: one of each rule, and those by which all are judged. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "debug/doctor.h"

#define SETTINGS (DOCTOR_FINDINGS + DOCTOR_LIMITS)

struct doctor_settings {
    double value[SETTINGS]; /* by the number of the setting; NaN: as preset */
};

static const struct doctor_setting limits[DOCTOR_LIMITS] = {
    [DOCTOR_LIMIT_ILL] = {"ill", 0.15, "whether training is ill",
                          "so much behind a plain network, on a scale of 0 (the best constant answer) to 1 (all is "
                          "right)"},
    [DOCTOR_LIMIT_BETTER] = {"better", 0.1, "whether a cure is better", "so much further, on the same scale"},
};

static int rules(void)
{
    int count = 0;
    while (doctor_rules[count])
        count++;
    return count;
}

bool doctor_setting(int i, struct doctor_setting *setting)
{
    int count = rules();
    if (i >= count + DOCTOR_LIMITS)
        return false;
    if (i >= count)
        *setting = limits[i - count];
    else
        *setting = (struct doctor_setting){doctor_rules[i]->setting, doctor_rules[i]->threshold,
                                           doctor_rules[i]->name, doctor_rules[i]->metric};
    return true;
}

double doctor_setting_value(const struct session *session, int i)
{
    struct doctor_setting setting;
    if (session && session->doctor && !isnan(session->doctor->value[i]))
        return session->doctor->value[i];
    return doctor_setting(i, &setting) ? setting.preset : NAN;
}

double doctor_threshold(const struct session *session, const struct doctor_rule *rule)
{
    int i = 0;
    while (doctor_rules[i] != rule)
        i++;
    return doctor_setting_value(session, i);
}

double doctor_limit(const struct session *session, enum doctor_limit limit)
{
    return doctor_setting_value(session, rules() + (int)limit);
}

int doctor_set(struct session *session, int i, double value, struct err *err)
{
    if (!session->doctor) {
        session->doctor = malloc(sizeof *session->doctor);
        if (!session->doctor)
            return err_set(err, ERR_MEMORY, "doctor: no memory for a threshold");
        for (int k = 0; k < SETTINGS; k++)
            session->doctor->value[k] = NAN;
    }
    session->doctor->value[i] = value;
    return 0;
}

void doctor_settings_close(struct doctor_settings *settings)
{
    free(settings);
}
