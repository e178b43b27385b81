/* doctor_words.c: the doctor's rules and thresholds in words. */
#include "doctor_words.h"

#include <math.h>
#include <string.h>

#define PREFIX "doctor."

static const char *const proofs[] = {
    [DOCTOR_CONCLUSIVE] = "alarms by itself",
    [DOCTOR_ILL] = "alarms only where training is ill: far from where a plain network gets, and not on its way there",
    [DOCTOR_CURED] = "alarms only where its cure, tried on copies, is clearly better",
};

static double threshold(const struct doctor_rule *rule, const struct session *session)
{
    return session ? doctor_threshold(session, rule) : rule->threshold;
}

void doctor_words_rule(const struct doctor_rule *rule, const struct session *session, struct text *out)
{
    text_add(out, "%s\n    %s\n", rule->name, rule->summary);
    text_add(out, "    metric     %s\n", rule->metric);
    text_add(out, "    threshold  %s (`set " PREFIX "%s`): %s\n", text_short(threshold(rule, session)).s, rule->setting,
             rule->source);
    text_add(out, "    evidence   %s; %s\n", doctor_evidence_names[rule->evidence], proofs[rule->proof]);
    text_add(out, "    tip        %s\n", rule->tip);
}

bool doctor_words_setting(int i, bool in_full, const struct session *session, struct text *out)
{
    struct doctor_setting setting;
    if (!doctor_setting(i, &setting))
        return false;
    text_add(out, PREFIX "%-13s %-10s  %s", setting.name, text_short(doctor_setting_value(session, i)).s, setting.of);
    text_add(out, "%s%s\n", in_full ? ": " : "", in_full ? setting.summary : "");
    return true;
}

/* The number of the setting that is called NAME in full; -1: there is none. */
static int find(const char *name)
{
    struct doctor_setting setting;
    for (int i = 0; doctor_setting(i, &setting); i++)
        if (strcmp(setting.name, name + strlen(PREFIX)) == 0)
            return i;
    return -1;
}

int doctor_words_set(struct session *session, const char *name, const char *value, struct text *out, struct err *err)
{
    double number = NAN;
    int i = find(name);
    if (i < 0)
        return err_set(err, ERR_USAGE, "set: there is no setting '%s'; `set doctor` lists the doctor's", name);
    if (!value) {
        doctor_words_setting(i, true, session, out);
        return 0;
    }
    if (strcmp(value, "preset") != 0 && !text_to_double(value, &number))
        return err_set(err, ERR_USAGE, "set: %s '%s'; legal: a number, or preset", name, value);
    return doctor_set(session, i, number, err);
}
