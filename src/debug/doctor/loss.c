/* loss.c: whether the loss suits the task, and what it is before anything has been learnt. */
#include <math.h>
#include <string.h>

#include "examination.h"
#include "rules.h"

/* --- loss-mismatch */

static int examine_mismatch(struct examination *examination, const struct doctor_rule *rule, struct err *err)
{
    const struct session *session = examination->session;
    const char *name = session->loss.kind->name;
    bool classify = session->data->task == TASK_CLASSIFY, classes = session->loss.kind->classes;
    const char *right = classify ? "ce" : "mse";
    double doubt = classes != classify ? classify ? 1 : 2 : strcmp(name, "mae") == 0 || strcmp(name, "huber") == 0;
    (void)err;
    if (!(doubt > doctor_threshold(session, rule)))
        return 0;
    struct suspicion *found = suspect(examination, NULL, "doubt about the loss", doubt);
    if (classes && !classify) {
        found->proof = DOCTOR_CONCLUSIVE;
        suspicion_why(found, "%s reads numbers as probabilities of classes; this is a regression", name);
    } else if (classify) {
        suspicion_why(found, "%s hardly minds a wrong class that is given with certainty: its gradient vanishes there",
                      name);
    } else {
        found->proof = DOCTOR_ILL; /* a matter of choice: judged by R2, which mse is made for, it would seldom win */
        suspicion_why(found, "%s pulls as hard at a small error as at a large one, or towards the median", name);
    }
    suspicion_cure(found, "loss %s", right);
    suspicion_cure(found, "loss %s; reset", right);
    return 0;
}

const struct doctor_rule rule_loss_mismatch = {
    .name = "loss-mismatch", .summary = "the loss does not suit the task",
    .metric = "2: a loss for classes in a regression; 1: one for numbers when classifying, or the absolute error",
    .setting = "mismatch", .threshold = 0.5, .tip = "D8, check the loss function; try another",
    .source = "ce for classes and mse for numbers suit most", .evidence = DOCTOR_STRUCTURE, .proof = DOCTOR_CURED,
    .examine = examine_mismatch};

/* --- initial-loss */

#define EARLY 10 /* steps */

static int examine_initial(struct examination *examination, const struct doctor_rule *rule, struct err *err)
{
    const struct session *session = examination->session, *probe;
    if (session->step >= EARLY)
        return 0;
    if (!(probe = examination_probe(examination, err)))
        return -1;
    double constant = standing_constant_loss(session, examination->probe_row, program_rows(probe->train));
    double excess = constant > 0 ? program_loss(probe->train) / constant - 1 : 0;
    if (!(excess > doctor_threshold(session, rule)))
        return 0;
    struct suspicion *found = suspect(examination, NULL, "first loss over that of a constant answer", excess);
    suspicion_why(found, "the first loss is %s where the same answer for all rows would have %s: weights, inputs or "
                  "targets have the wrong size", text_short(program_loss(probe->train)).s, text_short(constant).s);
    suspicion_cure(found, "init variance-scaling");
    cures_general(found, session);
    return 0;
}

const struct doctor_rule rule_initial_loss = {
    .name = "initial-loss", .summary = "the first loss is far above that of a constant answer",
    .metric = "in the first 10 steps, the loss over that of the best constant answer, less 1",
    .setting = "initial", .threshold = 2, .tip = "G5, variance-scaling initialization; G6, whiten",
    .source = "published tools: off ln C by more than ln C", .evidence = DOCTOR_RUNNING, .proof = DOCTOR_ILL,
    .vague = true, .examine = examine_initial};
