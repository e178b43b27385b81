/*
 * rows.c: what the network makes of rows: a few to learn by heart, rows without their features, rows that it has not
 * been trained on, and rows beside other rows.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "debug/fork.h"
#include "debug/overfit.h"
#include "examination.h"
#include "rules.h"

/* --- cannot-overfit */

#define BY_HEART       16
#define BY_HEART_STEPS 1000

static int examine_overfit(struct examination *examination, const struct doctor_rule *rule, struct err *err)
{
    const struct session *session = examination->session;
    struct overfit result;
    int rows = session->data->trains < BY_HEART ? session->data->trains : BY_HEART;
    if (examination_judge(examination, err))
        return -1;
    if (!examination->report->ill)
        return 0;
    if (overfit_run(session, rows, BY_HEART_STEPS, 0, &result, err))
        return -1;
    double wrong = isfinite(result.score) && result.outcome != OVERFIT_NONFINITE ? 1 - result.score : 1;
    bool learnt = result.outcome == OVERFIT_LEARNT || result.outcome == OVERFIT_TWINS;
    examination->report->experiments++;
    overfit_close(&result);
    if (learnt || !(wrong > doctor_threshold(session, rule)))
        return 0;
    struct suspicion *found = suspect(examination, NULL, "wrong after learning by heart", fmin(wrong, 1));
    suspicion_why(found, "%llu steps on the same %d rows leave the loss at %s: what cannot learn a few rows by heart "
                  "is broken", (unsigned long long)result.steps, rows, text_short(result.last).s);
    cures_general(found, session);
    return 0;
}

const struct doctor_rule rule_cannot_overfit = {
    .name = "cannot-overfit", .summary = "not even a few rows can be learnt by heart",
    .metric = "the share that is wrong, or not explained, after 1,000 steps on 16 training rows, on a copy",
    .setting = "overfit", .threshold = 0.05, .tip = "D1, overfit one data point first",
    .source = "a twentieth, as published tools have it", .evidence = DOCTOR_EXPERIMENT, .proof = DOCTOR_ILL,
    .vague = true, .examine = examine_overfit};

/* --- ignores-input */

#define FOLD_ROWS  2000 /* training rows that are shared out, at most */
#define FOLD_LEAST 100  /* with fewer nothing can be said */
#define LOOKS      3    /* while a plain network learns, before it knows too much by heart */
static const uint64_t look_steps[LOOKS] = {40, 80, 160}; /* each on from the one before */

/* How far a plain network gets on the rows [FROM, TO) of ROW [rows] that it is not trained on: added to REACHED. */
static int strange_rows(struct examination *examination, const int *row, int rows, int from, int to,
                        double reached[LOOKS], struct err *err)
{
    struct dataset view;
    struct standing standing;
    int trained = rows - (to - from), *rest = malloc((size_t)rows * sizeof *rest);
    struct session *fork = rest ? examination_plain(examination, err) : NULL;
    int status = fork ? 0 : -1;
    if (fork) {
        memcpy(rest, row, (size_t)from * sizeof *rest);
        memcpy(rest + from, row + to, (size_t)(rows - to) * sizeof *rest);
        status = session_fork_narrow(fork, &view, rest, trained, err) || session_set_batch(fork, 32, err) ? -1 : 0;
    }
    for (int i = 0; status == 0 && i < LOOKS; i++) {
        if (session_fork_run(fork, look_steps[i], err) ||
            standing_of(fork, row + from, to - from, STANDING_EVALUATE, &standing, err))
            status = -1;
        else
            reached[i] += standing.reached;
    }
    examination->report->experiments++;
    session_close(fork);
    free(rest);
    return status;
}

/* The mean over two halves, each after training on the other, at the best of the looks. */
static int on_strange_rows(struct examination *examination, double *best, struct err *err)
{
    const struct session *session = examination->session;
    int rows = session->data->trains < FOLD_ROWS ? session->data->trains : FOLD_ROWS;
    double reached[LOOKS] = {0};
    int *row = examination_draw_rows(session, rows);
    if (!row)
        return err_set(err, ERR_MEMORY, "doctor: no memory to draw %d rows", rows);
    int status = strange_rows(examination, row, rows, 0, rows / 2, reached, err);
    if (status == 0)
        status = strange_rows(examination, row, rows, rows / 2, rows, reached, err);
    *best = -1;
    for (int i = 0; i < LOOKS; i++)
        *best = fmax(*best, reached[i] / 2);
    free(row);
    return status;
}

/* Features that say nothing of their targets: even a plain network learns them by heart at best. */
static int examine_unpaired(struct examination *examination, const struct doctor_rule *rule, struct err *err)
{
    const struct session *session = examination->session;
    const struct dataset *data = session->data;
    double reached = 0, threshold = doctor_threshold(session, rule);
    struct standing validation;
    if (data->trains < FOLD_LEAST || data->validations < FOLD_LEAST / 4)
        return 0;
    if (examination_judge(examination, err) ||
        standing_of(examination->soon, data->validation, data->validations < FOLD_ROWS ? data->validations : FOLD_ROWS,
                    STANDING_EVALUATE, &validation, err))
        return -1;
    if (validation.reached > threshold + 0.2)
        return 0;
    if (on_strange_rows(examination, &reached, err))
        return -1;
    if (!(reached < threshold))
        return 0;
    struct suspicion *found = suspect(examination, NULL, "reached on other rows", reached);
    found->proof = DOCTOR_CONCLUSIVE;
    suspicion_why(found, "a plain network that is trained on half of the rows knows no more of the other half than a "
                  "constant answer: features and targets do not belong together");
    struct text source = {0};
    args_quote(data->origin.source, &source);
    suspicion_cure(found, "data %s", source.data);
    text_free(&source);
    return 0;
}

static int examine_ignores(struct examination *examination, const struct doctor_rule *rule, struct err *err)
{
    const struct session *session = examination->session;
    struct standing with, without;
    const int *row;
    int rows = examination_rows(examination, &row, err);
    if (rows < 0 || examination_judge(examination, err))
        return -1;
    if (!examination->report->ill)
        return examine_unpaired(examination, rule, err);
    if (standing_of(examination->soon, row, rows, STANDING_EVALUATE, &with, err) ||
        standing_of(examination->soon, row, rows, STANDING_ZEROED, &without, err))
        return -1;
    double gain = isfinite(with.loss) && without.loss > 0 ? 1 - with.loss / without.loss : 0;
    if (!(gain < doctor_threshold(session, rule)))
        return 0;
    struct suspicion *found = suspect(examination, NULL, "gain over zeroed inputs", gain);
    suspicion_why(found, "with all features set to 0 the loss is %s, with the real ones %s: they make no difference",
                  text_short(without.loss).s, text_short(with.loss).s);
    cures_general(found, session);
    return 0;
}

const struct doctor_rule rule_ignores_input = {
    .name = "ignores-input", .summary = "the features make no difference to how right the answer is",
    .metric = "by what share the loss is lower with the real features than with zeros; or what a plain network reaches "
              "on rows that it is not trained on",
    .setting = "ignores", .threshold = 0.1, .tip = "D7, check the data on its way in",
    .source = "what cannot be told from zeroed inputs", .evidence = DOCTOR_EXPERIMENT, .proof = DOCTOR_ILL,
    .vague = true, .examine = examine_ignores};

/* --- rows-leak */

#define LEAK_ROWS 8

/* How much the answer for the first of LEAK_ROWS rows changes with the others, relative to its size. */
static int leak(struct examination *examination, double *share, struct err *err)
{
    const struct session *session = examination->session;
    int width = net_width(session->net), rows[LEAK_ROWS], status = 0;
    real *answer = malloc(2 * (size_t)width * sizeof *answer);
    double change = 0, size = 0;
    struct session *fork = answer ? examination_fork(examination, "", NULL, err) : NULL;
    for (int k = 0; fork && status == 0 && k < 2; k++) {
        rows[0] = session->data->train[0];
        for (int i = 1; i < LEAK_ROWS; i++)
            rows[i] = session->data->train[(i + k * LEAK_ROWS) % session->data->trains];
        status = standing_answer(fork, rows, LEAK_ROWS, answer + (size_t)k * (size_t)width, err);
    }
    for (int i = 0; fork && i < width; i++) {
        change = fmax(change, fabs((double)answer[i] - answer[width + i]));
        size = fmax(size, fabs((double)answer[i]));
    }
    *share = size > 0 && isfinite(change) && isfinite(size) ? change / size : 0;
    free(answer);
    session_close(fork);
    return fork ? status : -1;
}

static int examine_leak(struct examination *examination, const struct doctor_rule *rule, struct err *err)
{
    double share;
    if (examination->session->data->trains < 3 * LEAK_ROWS)
        return 0;
    if (leak(examination, &share, err))
        return -1;
    if (!(share > doctor_threshold(examination->session, rule)))
        return 0;
    struct suspicion *found = suspect(examination, NULL, "change of an answer with other rows", share);
    suspicion_why(found, "the answer for a row depends on which rows stand beside it in the batch: a layer mixes rows");
    suspicion_cure(found, "net dense 64, relu, dense 64, relu");
    return 0;
}

const struct doctor_rule rule_rows_leak = {
    .name = "rows-leak", .summary = "the answer for a row depends on the rows beside it",
    .metric = "the greatest change of a row's answer when the other rows are others, over its size, in evaluation",
    .setting = "leak", .threshold = 1e-3, .tip = "D7, check your reshapes",
    .source = "rounding alone makes some 1e-6", .evidence = DOCTOR_EXPERIMENT, .proof = DOCTOR_CONCLUSIVE,
    .examine = examine_leak};
