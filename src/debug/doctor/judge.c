/*
 * judge.c: which suspicions become findings, what mends each, and how much each explains.
 *
 * Every cure that a rule proposes is tried on forks beside training as it is. What counts is how much further training
 * gets with it, as a share of what the best cure brings.
 */
#include "judge.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define CONCLUSIVE 0.5  /* the weight of what needs no proof, before what its cure brings */
#define VAGUE      0.8  /* what the gain counts of a rule that many faults set off */
#define PART       0.7  /* a symptom whose cure brings less than this share of the best is one of another fault */
#define LITTLE     0.02 /* a later cure must be so much better than an earlier one */
#define VAGUES     2    /* of the vague findings, so many are kept beside a clear one */
#define COMMANDS   3    /* that a cure may be put together of */
#define WORTH      0.05 /* another command must bring so much more */

/* What all cures are measured against. */
struct bench {
    const struct trial *asis;
    double better; /* what is clearly so */
    double best;   /* the furthest that any cure gets */
};

/* A standing as far as it counts: how much worse than a constant answer something is hardly matters. */
static double counts(double reached)
{
    return reached > 0 ? reached : reached / 10;
}

static bool clearly_better(const struct bench *bench, const struct trial *trial, double better)
{
    return !trial->refused && trial->runs >= TRIAL_RUNS &&
           counts(trial->reached) - counts(bench->asis->reached) > (better > 0 ? better : bench->better) &&
           trial->low > bench->asis->high;
}

/* --- one suspicion */

/* Tries the cures of SUSPICION with one seed, and the best with more; PICK becomes it, NULL where there is none. */
static int pick_cure(struct examination *examination, struct suspicion *suspicion, const struct trial **pick,
                     struct err *err)
{
    const struct trial *trial, *best = NULL;
    for (int i = 0; i < suspicion->cures; i++) {
        if (trial_of(examination, suspicion->cure[i], 1, &trial, err))
            return -1;
        if (!trial->refused && (!best || trial->reached > best->reached + LITTLE))
            best = trial;
        if (best && best->reached > examination->report->sound)
            break;
    }
    *pick = best;
    return best ? trial_of(examination, best->line, TRIAL_RUNS, pick, err) : 0;
}

static void settle(struct suspicion *suspicion, const struct trial *pick, const struct bench *bench)
{
    struct doctor_finding *finding = &suspicion->finding;
    if (pick)
        snprintf(finding->fix, sizeof finding->fix, "%s", pick->line);
    else if (suspicion->cures > 0)
        memcpy(finding->fix, suspicion->cure[0], sizeof finding->fix);
    finding->weight = suspicion->proof == DOCTOR_CONCLUSIVE ? CONCLUSIVE : 0;
    if (!pick)
        return;
    finding->tried = true;
    finding->without = bench->asis->reached;
    finding->with = pick->reached;
    suspicion->clear = clearly_better(bench, pick, suspicion->better);
}

/* What a cure brings, as a share of the most that any brings. */
static void weigh(struct suspicion *suspicion, const struct bench *bench)
{
    struct doctor_finding *finding = &suspicion->finding;
    double most = counts(bench->best) - counts(bench->asis->reached);
    double least = suspicion->better > 0 ? suspicion->better : bench->better;
    double gain = counts(finding->with) - counts(finding->without);
    if (finding->tried && most > least)
        suspicion->share = fmin(fmax(gain / most, -0.25), 1);
    finding->weight += suspicion->share * (finding->rule->vague ? VAGUE : 1);
}

/* --- cures of more than one command */

/* The suspicion whose cure gets furthest; NULL: none was tried. */
static struct suspicion *furthest(struct examination *examination)
{
    struct suspicion *best = NULL;
    for (int i = 0; i < examination->suspicions; i++) {
        struct suspicion *suspicion = &examination->suspicion[i];
        if (!suspicion->dropped && suspicion->finding.tried &&
            (!best || suspicion->finding.with > best->finding.with))
            best = suspicion;
    }
    return best;
}

/* LINE with the command MORE in it, which a reset stays behind. */
static void put_together(const char *line, const char *more, char *out, size_t size)
{
    static const char again[] = "; reset";
    size_t length = strlen(line), last = strlen(again);
    bool resets = length > last && strcmp(line + length - last, again) == 0;
    bool more_resets = strlen(more) > last && strcmp(more + strlen(more) - last, again) == 0;
    snprintf(out, size, "%.*s; %.*s%s", (int)(resets ? length - last : length), line,
             (int)(more_resets ? strlen(more) - last : strlen(more)), more, resets || more_resets ? again : "");
}

static int words_of(const char *command)
{
    int words = 1;
    for (; *command && *command != ';'; command++)
        words += *command == ' ';
    return words;
}

/* Whether LINE already has a command of MORE's first word, and as many words: `whiten on` goes with `whiten on
 * targets`. */
static bool says_already(const char *line, const char *more)
{
    size_t word = strcspn(more, " ");
    for (const char *at = line; at; at = strstr(at, "; "), at = at ? at + 2 : NULL)
        if (strncmp(at, more, word) == 0 && at[word] == ' ' && words_of(at) == words_of(more))
            return true;
    return false;
}

/* Puts the cure of another suspicion to that of BEST, the one that brings most; returns whether one brought more. */
static int add_command(struct examination *examination, struct doctor_finding *best, bool *added, struct err *err)
{
    char line[sizeof best->fix], taken[sizeof best->fix] = "";
    const struct trial *trial;
    double with = best->with + WORTH;
    *added = false;
    for (int i = 0; i < examination->suspicions; i++)
        for (int k = 0; k < examination->suspicion[i].cures; k++) {
            const struct suspicion *suspicion = &examination->suspicion[i];
            if (suspicion->dropped || says_already(best->fix, suspicion->cure[k]))
                continue;
            put_together(best->fix, suspicion->cure[k], line, sizeof line);
            if (trial_of(examination, line, 1, &trial, err))
                return -1;
            if (trial->refused || trial->reached <= with)
                continue;
            with = trial->reached;
            snprintf(taken, sizeof taken, "%s", line);
        }
    if (!taken[0])
        return 0;
    if (trial_of(examination, taken, TRIAL_RUNS, &trial, err))
        return -1;
    *added = trial->reached > best->with + WORTH;
    if (*added) {
        memcpy(best->fix, taken, sizeof taken);
        best->with = trial->reached;
    }
    return 0;
}

/* Where no single cure brings training to where a plain network gets, several together may. */
static int combine(struct examination *examination, const struct bench *bench, struct err *err)
{
    struct suspicion *best = furthest(examination);
    double enough = examination->report->sound - doctor_limit(examination->session, DOCTOR_LIMIT_ILL);
    bool added = true;
    for (int commands = 1; best && added && commands < COMMANDS && best->finding.with < enough; commands++)
        if (add_command(examination, &best->finding, &added, err))
            return -1;
    if (best)
        best->clear = best->clear ||
                      counts(best->finding.with) - counts(bench->asis->reached) > bench->better;
    return 0;
}

/* --- all of them */

static bool stands(const struct suspicion *suspicion, bool ill, bool any_clear)
{
    switch (suspicion->proof) {
    case DOCTOR_CONCLUSIVE:
        return true;
    case DOCTOR_ILL:
        return ill && (!any_clear || (suspicion->clear && suspicion->share > PART));
    case DOCTOR_CURED:
        return suspicion->clear && suspicion->share > PART;
    }
    return false;
}

/* Beside what says more, a few of the symptoms that many faults have are enough. */
static void drop_vague(struct examination *examination)
{
    bool clear = false;
    int kept = 0;
    for (int i = 0; i < examination->suspicions; i++) {
        const struct suspicion *suspicion = &examination->suspicion[i];
        clear = clear || (!suspicion->dropped && suspicion->clear && !suspicion->finding.rule->vague);
    }
    for (int i = 0; i < examination->suspicions && clear; i++) {
        struct suspicion *suspicion = &examination->suspicion[i];
        if (!suspicion->dropped && suspicion->finding.rule->vague && suspicion->proof != DOCTOR_CONCLUSIVE)
            suspicion->dropped = ++kept > VAGUES;
    }
}

/* Where the heaviest suspicion's own cure does not do, and that of another does, the other's is its cure too. */
static void lend_cure(struct examination *examination)
{
    double enough = examination->report->sound - doctor_limit(examination->session, DOCTOR_LIMIT_ILL);
    struct suspicion *heaviest = NULL, *best = furthest(examination);
    for (int i = 0; i < examination->suspicions; i++) {
        struct suspicion *suspicion = &examination->suspicion[i];
        if (!suspicion->dropped && (!heaviest || suspicion->finding.weight > heaviest->finding.weight))
            heaviest = suspicion;
    }
    if (!heaviest || !best || !heaviest->finding.tried || heaviest->finding.with >= enough ||
        best->finding.with < heaviest->finding.with + examination->report->sound / 10)
        return;
    memcpy(heaviest->finding.fix, best->finding.fix, sizeof heaviest->finding.fix);
    heaviest->finding.with = best->finding.with;
}

int judge(struct examination *examination, struct err *err)
{
    struct doctor_report *report = examination->report;
    struct bench bench = {.better = doctor_limit(examination->session, DOCTOR_LIMIT_BETTER)};
    const struct trial *pick;
    bool any_clear = false;
    if (examination->suspicions == 0)
        return 0;
    if (examination_judge(examination, err) || trial_of(examination, "", TRIAL_RUNS, &bench.asis, err))
        return -1;
    bench.best = report->soon;
    for (int i = 0; i < examination->suspicions; i++) {
        struct suspicion *suspicion = &examination->suspicion[i];
        suspicion->dropped = suspicion->proof == DOCTOR_ILL && !report->ill;
        if (suspicion->dropped)
            continue;
        if (pick_cure(examination, suspicion, &pick, err))
            return -1;
        settle(suspicion, pick, &bench);
        any_clear = any_clear || suspicion->clear;
    }
    if (report->ill && combine(examination, &bench, err))
        return -1;
    for (int i = 0; i < examination->suspicions; i++)
        if (examination->suspicion[i].finding.tried)
            bench.best = fmax(bench.best, examination->suspicion[i].finding.with);
    for (int i = 0; i < examination->suspicions; i++) {
        struct suspicion *suspicion = &examination->suspicion[i];
        weigh(suspicion, &bench);
        suspicion->dropped = suspicion->dropped || !stands(suspicion, report->ill, any_clear);
    }
    drop_vague(examination);
    if (report->ill)
        lend_cure(examination);
    return 0;
}
