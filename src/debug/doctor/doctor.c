/* doctor.c: asks the rules, judges what they suspect, and puts the findings in order. */
#include "debug/doctor.h"

#include <math.h>
#include <string.h>

#include "debug/session.h"
#include "examination.h"
#include "judge.h"
#include "rules.h"

const char *const doctor_evidence_names[] = {"structure", "running", "experiment"};

const struct doctor_rule *doctor_rule_find(const char *name, struct err *err)
{
    const char *names[DOCTOR_FINDINGS + 1] = {0};
    const struct doctor_rule *found = NULL;
    int matches = 0;
    for (int i = 0; doctor_rules[i]; i++) {
        names[i] = doctor_rules[i]->name;
        if (strcmp(names[i], name) == 0)
            return doctor_rules[i];
        if (strncmp(names[i], name, strlen(name)) == 0) {
            found = doctor_rules[i];
            matches++;
        }
    }
    if (matches == 1)
        return found;
    const char *near = text_nearest(name, names);
    err_set(err, ERR_USAGE, "doctor: there is no rule '%s'%s%s%s", name,
            near ? "; did you mean " : "; `doctor --list` lists them", near ? near : "", near ? "?" : "");
    return NULL;
}

static int ask(struct examination *examination, const struct doctor_rule *rule, struct err *err)
{
    examination->rule = rule;
    examination->report->rules++;
    return rule->examine(examination, rule, err);
}

static int ask_all(struct examination *examination, const struct doctor_rule *only, struct err *err)
{
    for (int i = 0; doctor_rules[i]; i++) {
        if (only && doctor_rules[i] != only)
            continue;
        if (ask(examination, doctor_rules[i], err))
            return -1;
        if (!session_breathe(examination->session))
            return err_set(err, ERR_INTERRUPT, "interrupted");
    }
    return 0;
}

/* A weight as far as it orders: experiments are no finer. */
static double rounded(double weight)
{
    return floor(weight * 20 + 0.5);
}

/* Falling by weight; of equal ones the first asked is first. */
static void insert(struct doctor_report *report, const struct doctor_finding *finding)
{
    int at = report->findings++;
    for (; at > 0 && rounded(report->finding[at - 1].weight) < rounded(finding->weight); at--)
        report->finding[at] = report->finding[at - 1];
    report->finding[at] = *finding;
}

int doctor_examine(const struct session *session, const struct doctor_rule *only, const struct doctor_hand *hand,
                   struct doctor_report *report, struct err *err)
{
    struct examination examination = {.session = session, .hand = hand, .report = report};
    *report = (struct doctor_report){0};
    int status = ask_all(&examination, only, err);
    if (status == 0)
        status = judge(&examination, err);
    for (int i = 0; status == 0 && i < examination.suspicions; i++)
        if (!examination.suspicion[i].dropped)
            insert(report, &examination.suspicion[i].finding);
    examination_close(&examination);
    return status;
}
