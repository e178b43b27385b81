/*
 * cures.h: cures measured: each is carried out on forks, one a seed, that then train, beside forks that go on as they
 * are. A cure is proposed only where the difference is larger than the spread over the seeds.
 */
#ifndef DEBUG_CURES_H
#define DEBUG_CURES_H

#include "debug/doctor.h"
#include "debug/outcome.h"

#define CURES_MOST  8
#define CURES_SEEDS 10 /* at most */

/* What a change came to over the seeds. */
struct cure_effect {
    int finite;    /* seeds whose training stayed finite */
    double mean;   /* of their figures; NaN: none stayed finite */
    double spread; /* half of the way from the least of them to the greatest */
    double middle, half; /* the same of what is compared: scores, or the logarithms of losses, which differ by factors */
};

struct cure {
    char line[480];   /* the command; of several together, "; " between them */
    bool together;    /* those of several findings, but for such as would undo one before */
    bool anew;        /* `reset` follows it: in place it was no better */
    bool refused;     /* it could not be carried out on a fork */
    bool unchanged;   /* it left the state as it was */
    bool proposed;
    struct cure_effect effect;
};

struct cures {
    uint64_t step;   /* of the session, when they were measured */
    uint64_t steps;  /* that each fork ran */
    int seeds;
    bool by_score;   /* figures are scores, of which more is better: losses of different kinds cannot be compared */
    bool validation; /* they are of the validation rows, else of the last tenth of the steps (a score: the last step) */
    struct cure_effect as_is;
    /* Proposed ones first, the best first; then the others in the order of findings. The last of them may be several
     * together, which are proposed only where they are better than the best of them alone. */
    struct cure cure[CURES_MOST + 1];
    int count;
    int left_out;    /* cures beyond CURES_MOST */
};

/* Carries CURE out on SESSION, command by command; not the `reset` that may follow. */
int cure_carry_out(const struct cure *cure, struct session *session, const struct doctor_hand *hand, struct err *err);

/* Told before each cure is measured; may be NULL. */
typedef void cures_told(void *context, int number, int count, const char *line);

/* Measures the distinct cures of REPORT's findings, which are of SESSION, on forks of STEPS steps each: three to a cure
 * where SEEDS is 3. The first seed is the session's own, so that its forks go on as the session would. The session is
 * left as it was, bit for bit. */
int cures_measure(const struct session *session, const struct doctor_report *report, const struct doctor_hand *hand,
                  uint64_t steps, int seeds, cures_told *told, void *context, struct cures *cures, struct err *err);

/* How many steps suit CURES cures on SEEDS seeds: some epochs, or as many as training has had so far; fewer where a step
 * is long. */
uint64_t cures_steps(const struct session *session, int cures, int seeds);

#endif
