/*
 * doctor.h: what is wrong with a training run, how that is known, and which command mends it.
 *
 * A rule is a const row: what it measures, from which threshold on that is a fault, and how it is found out. Rules look
 * at three kinds of evidence, the cheapest first: how things are set up; what the live run shows; experiments on forks,
 * which leave the session as it was, bit for bit.
 *
 * A symptom alone is seldom proof: a converged network has tiny gradients and is well. So most symptoms become findings
 * only where training is found to be ill (it neither is nor will soon be where a plain network gets with the same rows)
 * and many only where the cure, tried on forks, is clearly better than going on without.
 */
#ifndef DEBUG_DOCTOR_H
#define DEBUG_DOCTOR_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "debug/session.h"

#define DOCTOR_FINDINGS 40

enum doctor_evidence { DOCTOR_STRUCTURE, DOCTOR_RUNNING, DOCTOR_EXPERIMENT };
extern const char *const doctor_evidence_names[]; /* by enum doctor_evidence: "structure", "running", "experiment" */

/* What makes a symptom a finding. */
enum doctor_proof {
    DOCTOR_CONCLUSIVE, /* the symptom alone */
    DOCTOR_ILL,        /* and training is ill */
    DOCTOR_CURED       /* and the cure, on forks, is clearly better */
};

struct examination; /* private to src/debug/doctor/ */

struct doctor_rule {
    const char *name;      /* "dead-units" */
    const char *summary;   /* what is wrong, one line without a stop */
    const char *metric;    /* what is measured, in words */
    const char *setting;   /* its threshold is the setting doctor.SETTING */
    double threshold;      /* as it is preset */
    const char *tip;       /* the advice that it comes from, in words */
    const char *source;    /* whose threshold it is */
    enum doctor_evidence evidence;
    enum doctor_proof proof;
    bool below; /* a value below the threshold is the fault, not one above it */
    bool share; /* the value is a share, printed in % */
    bool vague; /* many faults have this symptom: what says more goes before it */
    /* Looks, and adds suspicions (examination.h). -1: given up, or no memory. */
    int (*examine)(struct examination *examination, const struct doctor_rule *rule, struct err *err);
    /* The same at a glance, for the watch: the metric from what the last step has left, NaN where there is none; LAYER
     * [LAYER_NAME_MAX] becomes the worst layer's name. NULL: it is not watched. */
    double (*glance)(const struct session *session, char *layer);
};

extern const struct doctor_rule *const doctor_rules[]; /* ended by NULL; the order in which they are asked */

/* The rule called NAME, or the one that it is a unique prefix of; else the error names the nearest. */
const struct doctor_rule *doctor_rule_find(const char *name, struct err *err);

struct doctor_finding {
    const struct doctor_rule *rule;
    char layer[LAYER_NAME_MAX]; /* "": none in particular */
    uint64_t step;              /* completed steps when it was found */
    char metric[64];            /* "dead units" */
    double value, threshold;
    char why[320];              /* one sentence */
    char fix[240];              /* a command line that mends it */
    double weight;              /* how much it explains; findings come in falling order of it */
    bool tried;                 /* the cure was tried on forks; then: */
    double without, with;       /* how far training got (doctor_report.reached) without the cure and with it */
};

struct doctor_report {
    struct doctor_finding finding[DOCTOR_FINDINGS];
    int findings;
    int rules;        /* that were asked */
    int experiments;  /* forks that were trained */
    int rows;         /* training rows that were looked at */
    bool judged;      /* how training stands was found out; then: */
    bool ill;
    double now, soon, sound; /* of the way from the constant answer (0) to the perfect one (1): where the network is,
                                where it will be SOON_STEPS on, where a plain one gets from scratch */
    double expected; /* that last, less where it is learnt by heart: what `ill` goes by */
    uint64_t soon_steps, sound_steps;
};

/* Carries the command LINE out on FORK, as if it had been typed; the doctor knows no commands. */
struct doctor_hand {
    int (*carry_out)(void *context, struct session *fork, const char *line, struct err *err);
    void *context;
};

/* Examines SESSION, which has data, by every rule or by ONLY. */
int doctor_examine(const struct session *session, const struct doctor_rule *only, const struct doctor_hand *hand,
                   struct doctor_report *report, struct err *err);

/* --- the watch: one line about a run that goes on, in session->watch.line; for the run, after each step */

void doctor_watch(struct session *session);
void doctor_set_watch(struct session *session, bool on);

/* --- settings; kept by the session, they are no part of the state */

struct doctor_settings;

/* What all findings are judged by. */
enum doctor_limit { DOCTOR_LIMIT_ILL, DOCTOR_LIMIT_BETTER, DOCTOR_LIMITS };

/* `set doctor.NAME VALUE`: setting I, the thresholds of the rules first; false behind the last. */
struct doctor_setting {
    const char *name;
    double preset;
    const char *of; /* the rule's name, or what is judged by it */
    const char *summary;
};
bool doctor_setting(int i, struct doctor_setting *setting);
double doctor_setting_value(const struct session *session, int i); /* SESSION may be NULL: as preset */
int doctor_set(struct session *session, int i, double value, struct err *err); /* NaN: as preset */

double doctor_threshold(const struct session *session, const struct doctor_rule *rule);
double doctor_limit(const struct session *session, enum doctor_limit limit);
void doctor_settings_close(struct doctor_settings *settings); /* may be NULL */

#endif
