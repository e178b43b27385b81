/*
 * examination.h: one examination: what rules share of it, so that nothing is found out twice; and how they say what
 * they suspect. Private to this folder.
 */
#ifndef DEBUG_DOCTOR_EXAMINATION_H
#define DEBUG_DOCTOR_EXAMINATION_H

#include "debug/doctor.h"
#include "standing.h"

#define PROBE_ROWS 256 /* training rows that a probe looks at, at most */

#define CURES 14

/* What a rule suspects, until it is judged. */
struct suspicion {
    struct doctor_finding finding;
    enum doctor_proof proof;
    char cure[CURES][240]; /* command lines that may mend it, the likeliest first; the best becomes the finding's */
    int cures;
    double better; /* how much further its cure must get; 0: as all cures */
    bool clear;   /* its cure is clearly better */
    double share; /* what that brings, of the most that any cure brings */
    bool dropped;
};

#define TRIALS     128
#define TRIAL_RUNS 2 /* seeds that a cure is tried with before it is believed */

/* What became of forks after a command line; "": as it is. */
struct trial {
    char line[240];
    bool refused;              /* the command was; then nothing below but -2 */
    bool nonfinite;            /* a run ended so */
    int runs;                  /* so far, each with a seed of its own */
    double fair;               /* of training as it is: reached after as many steps in all as a trial has */
    double others;             /* the mean that is reached on the validation rows; 0 without any */
    double reached, low, high; /* standing.reached: mean, least, greatest; -1 where the run was not finite */
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

    int *row;                /* training rows that standings are taken on */
    struct team *alone;      /* one thread */
    struct trial trial[TRIALS];
    int trials;
    struct session *soon;    /* the fork that went on as it is; examination_judge */
    struct standing now;     /* likewise */
    bool now_known;
};

/* ROWS at most of the training rows, drawn by the seed; the caller frees them. NULL: no memory. */
int *examination_draw_rows(const struct session *session, int rows);

/* Finds out how training stands, where that has not been done: report->ill and its neighbours, `soon` and `now`. */
int examination_judge(struct examination *examination, struct err *err);

/* A fork with a plain network and plain settings, before its first step. */
struct session *examination_plain(struct examination *examination, struct err *err);

/* The training rows that standings are taken on, and how many; they are the examination's. -1: no memory. */
int examination_rows(struct examination *examination, const int **row, struct err *err);

/* What becomes of training when LINE is carried out, over RUNS seeds at least. Each line is tried once. */
int trial_of(struct examination *examination, const char *line, int runs, const struct trial **result, struct err *err);
uint64_t trial_steps(const struct examination *examination);
double trial_losses(const struct session *fork, double from, double to); /* the mean loss over a share of its steps */

/* A fork of the session that stands behind the backward pass of a batch of up to PROBE_ROWS training rows, drawn by the
 * seed: its weights are the session's, its tensors, norms and loss those of these rows. NULL: no memory, or given
 * up. */
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

/* Adds cures to SUSPICION: lower rates, and the same begun anew; higher rates; what helps against much. */
void cures_slower(struct suspicion *suspicion, const struct session *session);
void cures_faster(struct suspicion *suspicion, const struct session *session);
void cure_slower(const struct session *session, double part, bool again, char *line, size_t size); /* one of them */
void cures_general(struct suspicion *suspicion, const struct session *session);

void examination_close(struct examination *examination);

/* The threshold of the rule that is asked now. */
double threshold_of(const struct examination *examination);

#endif
