/*
 * cures.c: a differential diagnosis by experiment.
 *
 * Every arm (the session as it is; each cure in place; each cure that was no better in place, with the training begun
 * again) runs on the same seeds for as many steps. Whether its figures are losses or scores is known only when all have
 * run: so both are kept until then.
 */
#include "debug/cures.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "debug/fork.h"

#define EPOCHS      5    /* that a cure is given to show what it can do, at most STEPS_MOST steps; */
#define STEPS_LEAST 200  /* at least so many steps; */
#define STEPS_MOST  1000
#define STEPS_LONG  5000 /* as many as training has had so far, at most these; */
#define STEPS_FEW   50   /* and no fewer than these where a step is long: */
#define FLOPS_ALL   1e11 /* what all forks together may take */
#define WORTH       0.01 /* a smaller difference, of a loss as a share of it, is none, however small the spread */
#define LOSS_LEAST  1e-30

enum place { IN_PLACE, ANEW, PLACES };

/* One change on all seeds. */
struct arm {
    bool run, refused, unchanged, same_loss;
    struct outcome outcome[CURES_SEEDS];
};

struct measurement {
    const struct session *session;
    const struct doctor_hand *hand;
    struct cures *cures;
    struct arm as_is, cure[CURES_MOST + 1][PLACES];
};

/* --- running */

int cure_carry_out(const struct cure *cure, struct session *session, const struct doctor_hand *hand, struct err *err)
{
    char copy[sizeof cure->line];
    memcpy(copy, cure->line, sizeof copy);
    for (char *rest = copy, *line; (line = strsep(&rest, ";"));)
        if (hand->carry_out(hand->context, session, line, err))
            return -1;
    return 0;
}

/* Makes the change CURE (NULL: none) of FORK, whose seed is set. */
static int change(struct measurement *m, struct arm *arm, struct session *fork, const struct cure *cure,
                  enum place place, struct err *err)
{
    struct err refusal;
    uint64_t before = cure ? session_hash(fork) : 0;
    if (cure && cure_carry_out(cure, fork, m->hand, &refusal))
        arm->refused = true;
    else if (cure)
        arm->unchanged = session_hash(fork) == before;
    if (!arm->refused && place == ANEW)
        session_reset(fork, fork->seed);
    arm->same_loss = outcome_same_loss(fork, m->session);
    return session_breathe(fork) ? 0 : err_set(err, ERR_INTERRUPT, "interrupted");
}

static int run_seed(struct measurement *m, struct arm *arm, int seed, const struct cure *cure, enum place place,
                    struct err *err)
{
    struct session *fork = session_fork(m->session, err);
    int status = fork ? 0 : -1;
    if (status == 0) {
        fork->seed += (uint64_t)seed;
        status = change(m, arm, fork, cure, place, err);
    }
    if (status == 0 && !arm->refused)
        status = outcome_run(fork, m->cures->steps, &arm->outcome[seed], err);
    session_close(fork);
    return status;
}

static int run_arm(struct measurement *m, struct arm *arm, const struct cure *cure, enum place place, struct err *err)
{
    arm->run = true;
    for (int seed = 0; seed < m->cures->seeds && !arm->refused; seed++)
        if (run_seed(m, arm, seed, cure, place, err))
            return -1;
    return 0;
}

/* --- judging */

static double figure(const struct cures *cures, const struct outcome *outcome)
{
    if (cures->by_score)
        return outcome->score;
    return cures->validation ? outcome->validation : outcome->train;
}

/* A loss of 0 would be infinitely better than any other. */
static double compared(const struct cures *cures, double x)
{
    return cures->by_score ? x : log(fmax(x, LOSS_LEAST));
}

static struct cure_effect effect_of(const struct cures *cures, const struct arm *arm)
{
    struct cure_effect effect = {0};
    double least = INFINITY, greatest = -INFINITY, sum = 0, compared_sum = 0;
    for (int seed = 0; seed < cures->seeds && !arm->refused; seed++) {
        double x = figure(cures, &arm->outcome[seed]);
        if (!arm->outcome[seed].finite || !isfinite(x))
            continue;
        effect.finite++;
        sum += x;
        compared_sum += compared(cures, x);
        least = fmin(least, x);
        greatest = fmax(greatest, x);
    }
    effect.mean = effect.finite ? sum / effect.finite : NAN;
    effect.spread = effect.finite ? (greatest - least) / 2 : NAN;
    effect.middle = effect.finite ? compared_sum / effect.finite : NAN;
    effect.half = effect.finite ? (compared(cures, greatest) - compared(cures, least)) / 2 : NAN;
    return effect;
}

/* Whether EFFECT is clearly better than OTHER. */
static bool is_better(const struct cures *cures, const struct cure_effect *effect, const struct cure_effect *other)
{
    if (effect->finite < cures->seeds || other->finite < cures->seeds)
        return effect->finite == cures->seeds && other->finite < cures->seeds;
    double gain = cures->by_score ? effect->middle - other->middle : other->middle - effect->middle;
    return gain > effect->half + other->half && gain > WORTH;
}

/* Less is better. */
static double merit(const struct cures *cures, const struct cure_effect *effect)
{
    return cures->by_score ? -effect->mean : effect->mean;
}

static bool goes_before(const struct cures *cures, const struct cure *a, const struct cure *b)
{
    if (a->proposed != b->proposed)
        return a->proposed;
    return a->proposed && merit(cures, &a->effect) < merit(cures, &b->effect);
}

static void rank(struct cures *cures)
{
    for (int i = 1; i < cures->count; i++)
        for (int k = i; k > 0 && goes_before(cures, &cures->cure[k], &cures->cure[k - 1]); k--) {
            struct cure held = cures->cure[k];
            cures->cure[k] = cures->cure[k - 1];
            cures->cure[k - 1] = held;
        }
}

/* What of ARM belongs into CURE. */
static void enter(const struct cures *cures, const struct arm *arm, enum place place, struct cure *cure)
{
    cure->anew = place == ANEW;
    cure->refused = arm->refused;
    cure->unchanged = arm->unchanged && place == IN_PLACE;
    cure->effect = effect_of(cures, arm);
    cure->proposed = !cure->refused && !cure->unchanged && is_better(cures, &cure->effect, &cures->as_is);
}

/* With the figures that all arms so far can be compared by. */
static void judge(struct measurement *m)
{
    struct cures *cures = m->cures;
    cures->by_score = false;
    for (int i = 0; i < cures->count; i++)
        for (int place = 0; place < PLACES; place++)
            cures->by_score |= m->cure[i][place].run && !m->cure[i][place].same_loss;
    cures->as_is = effect_of(cures, &m->as_is);
    for (int i = 0; i < cures->count; i++) {
        enter(cures, &m->cure[i][IN_PLACE], IN_PLACE, &cures->cure[i]);
        if (cures->cure[i].proposed || !m->cure[i][ANEW].run)
            continue;
        struct cure begun_again = cures->cure[i];
        enter(cures, &m->cure[i][ANEW], ANEW, &begun_again);
        if (begun_again.proposed)
            cures->cure[i] = begun_again;
    }
}

/* --- all of it */

static void add_cure(struct cures *cures, const struct doctor_finding *finding)
{
    if (!finding->fix[0])
        return;
    for (int i = 0; i < cures->count; i++)
        if (strcmp(cures->cure[i].line, finding->fix) == 0)
            return;
    if (cures->count == CURES_MOST) {
        cures->left_out++;
        return;
    }
    struct cure *cure = &cures->cure[cures->count++];
    snprintf(cure->line, sizeof cure->line, "%s", finding->fix);
}

/* The commands of some cures, each of which undoes none before it. */
struct commands {
    char room[CURES_MOST][sizeof ((struct cure *)0)->line];
    char *command[64];
    int count, lines; /* LINES: cures that have added some */
    bool reset;
};

static bool is_word(const char *line, size_t length, const char *word)
{
    return length == strlen(word) && strncmp(line, word, length) == 0;
}

/* Whether B would undo A or repeat it: they set the same thing. What takes its object as an argument sets one of
 * several. */
static bool conflict(const char *a, const char *b)
{
    static const char *const one_of_several[] = {"activation", "bias", "squash", "whiten"};
    size_t length = strcspn(a, " ");
    if (strcmp(a, b) == 0)
        return true;
    if (length != strcspn(b, " ") || strncmp(a, b, length) != 0)
        return false;
    for (size_t i = 0; i < sizeof one_of_several / sizeof *one_of_several; i++)
        if (is_word(a, length, one_of_several[i]))
            return false;
    return true;
}

static bool add_command(struct commands *all, char *command)
{
    command += strspn(command, " ");
    if (strcmp(command, "reset") == 0) {
        all->reset = true;
        return false;
    }
    bool left_out = all->count == sizeof all->command / sizeof *all->command;
    for (int i = 0; i < all->count; i++)
        left_out |= conflict(all->command[i], command);
    if (!left_out)
        all->command[all->count++] = command;
    return !left_out;
}

static void add_commands(struct commands *all, const struct cure *cure, int i)
{
    bool added = false;
    memcpy(all->room[i], cure->line, sizeof all->room[i]);
    for (char *rest = all->room[i], *command; (command = strsep(&rest, ";"));)
        added |= add_command(all, command);
    all->lines += added;
}

/* All that do something as one more cure; false where they are fewer than two or too long. */
static bool add_together(struct cures *cures)
{
    struct cure *together = &cures->cure[cures->count];
    struct commands all = {.count = 0};
    size_t used = 0;
    *together = (struct cure){.together = true};
    for (int i = 0; i < cures->count; i++)
        if (!cures->cure[i].refused && !cures->cure[i].unchanged)
            add_commands(&all, &cures->cure[i], i);
    if (all.reset && all.count < (int)(sizeof all.command / sizeof *all.command))
        all.command[all.count++] = "reset";
    for (int i = 0; i < all.count && used < sizeof together->line; i++)
        used += (size_t)snprintf(together->line + used, sizeof together->line - used, "%s%s", i ? "; " : "",
                                 all.command[i]);
    bool fits = all.lines > 1 && used < sizeof together->line;
    cures->count += fits;
    return fits;
}

/* Whether the training is begun again by LINE itself. */
static bool resets(const char *line)
{
    size_t length = strlen(line);
    return length >= 5 && strcmp(line + length - 5, "reset") == 0;
}

static int run_in_place(struct measurement *m, int i, struct err *err)
{
    return run_arm(m, &m->cure[i][IN_PLACE], &m->cures->cure[i], IN_PLACE, err);
}

/* With the training begun again, where in place it was no better. */
static int run_anew(struct measurement *m, int i, struct err *err)
{
    const struct cure *cure = &m->cures->cure[i];
    if (cure->proposed || cure->refused || cure->unchanged || resets(cure->line))
        return 0;
    return run_arm(m, &m->cure[i][ANEW], cure, ANEW, err);
}

/* Several together must be better than the best of them alone. */
static void judge_together(struct cures *cures)
{
    struct cure *all = &cures->cure[cures->count - 1];
    for (int i = 0; i < cures->count - 1; i++)
        if (cures->cure[i].proposed && !is_better(cures, &all->effect, &cures->cure[i].effect))
            all->proposed = false;
}

static int run_all(struct measurement *m, cures_told *told, void *context, struct err *err)
{
    struct cures *cures = m->cures;
    int singles = cures->count;
    if (run_arm(m, &m->as_is, NULL, IN_PLACE, err))
        return -1;
    for (int i = 0; i < singles; i++) {
        if (told)
            told(context, i + 1, singles, cures->cure[i].line);
        if (run_in_place(m, i, err))
            return -1;
    }
    judge(m);
    for (int i = 0; i < singles; i++)
        if (run_anew(m, i, err))
            return -1;
    judge(m);
    if (add_together(cures)) {
        if (run_in_place(m, singles, err))
            return -1;
        judge(m);
        if (run_anew(m, singles, err))
            return -1;
        judge(m);
        judge_together(cures);
    }
    rank(cures);
    return 0;
}

int cures_measure(const struct session *session, const struct doctor_report *report, const struct doctor_hand *hand,
                  uint64_t steps, int seeds, cures_told *told, void *context, struct cures *cures, struct err *err)
{
    *cures = (struct cures){.step = session->step, .steps = steps, .seeds = seeds,
                            .validation = session->data->validations > 0};
    for (int i = 0; i < report->findings; i++)
        add_cure(cures, &report->finding[i]);
    struct measurement *m = calloc(1, sizeof *m);
    if (!m)
        return err_set(err, ERR_MEMORY, "doctor: no memory for %d cures", cures->count);
    m->session = session;
    m->hand = hand;
    m->cures = cures;
    int status = cures->count > 0 ? run_all(m, told, context, err) : 0;
    free(m);
    return status;
}

uint64_t cures_steps(const struct session *session, int cures, int seeds)
{
    double epoch = ceil((double)session->data->trains / session->batch);
    double some = fmin(fmax(EPOCHS * epoch, STEPS_LEAST), STEPS_MOST);
    double steps = fmax(some, fmin((double)session->step, STEPS_LONG));
    double bearable = FLOPS_ALL / (program_flops(session->train) * (1 + PLACES * (cures + 1)) * seeds);
    return (uint64_t)fmax(fmin(steps, bearable), STEPS_FEW);
}
