/*
 * examination.h: one examination: what rules share of it, so that nothing is found out twice; and how they say what they
 * suspect. Private to this folder.
 */
#ifndef DEBUG_DOCTOR_EXAMINATION_H
#define DEBUG_DOCTOR_EXAMINATION_H

#include "debug/doctor.h"

#define PROBE_ROWS 256 /* training rows that a probe looks at, at most */

#define CURES 8

/* What a rule suspects, until it is judged. */
struct suspicion {
    struct doctor_finding finding;
    enum doctor_proof proof;
    char cure[CURES][240]; /* command lines that may mend it, the likeliest first; the best becomes the finding's */
    int cures;
    bool dropped;
};

struct examination {
    const struct session *session;
    const struct doctor_hand *hand;
    struct doctor_report *report;
    struct suspicion suspicion[DOCTOR_FINDINGS];
    int suspicions;
    const struct doctor_rule *rule; /* that is asked now */

    struct session *probe; /* see examination_probe */
    struct dataset probe_view;
    int *probe_row;
};

/* A fork of the session that stands behind the backward pass of a batch of up to PROBE_ROWS training rows, drawn by the
 * seed: its weights are the session's, its tensors, norms and loss those of these rows. NULL: no memory, or given up. */
const struct session *examination_probe(struct examination *examination, struct err *err);

/* Runs OPS ops of FORK; -1 when that is given up. */
int examination_run_ops(struct session *fork, int ops, struct err *err);

/* A fork on which LINE has been carried out; LINE NULL or "": as it is. REFUSED (may be NULL) is set, and there is no
 * fork, where the command was. NULL with an error: no memory. */
struct session *examination_fork(struct examination *examination, const char *line, bool *refused, struct err *err);

/* Adds a suspicion of the rule that is asked now: VALUE against its threshold. LAYER (may be NULL) is named. */
struct suspicion *suspect(struct examination *examination, const char *layer, const char *metric, double value);
void suspicion_why(struct suspicion *suspicion, const char *format, ...) __attribute__((format(printf, 2, 3)));
void suspicion_cure(struct suspicion *suspicion, const char *format, ...) __attribute__((format(printf, 2, 3)));

void examination_close(struct examination *examination);

/* The threshold of the rule that is asked now. */
double threshold_of(const struct examination *examination);

#endif
