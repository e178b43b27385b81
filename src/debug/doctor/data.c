/* data.c: what the features, the targets and the classes are like. */
#include <math.h>
#include <stdlib.h>

#include "examination.h"
#include "rules.h"

/* --- inputs-unscaled */

/* Root of the mean square of feature I as the network sees it. */
static double size_of(const struct transform *transform, int i)
{
    double deviation = transform->scale[i] > 0 ? 1 / (double)transform->scale[i] : 0;
    if (transform->inputs)
        return transform->scale[i] > 0 ? 1 : 0;
    return hypot(transform->mean[i], deviation);
}

static int examine_inputs(struct examination *examination, const struct doctor_rule *rule, struct err *err)
{
    const struct session *session = examination->session;
    const struct transform *transform = &session->transform;
    double greatest = 0;
    int worst = 0;
    (void)err;
    for (int i = 0; i < transform->features; i++)
        if (size_of(transform, i) > greatest) {
            greatest = size_of(transform, i);
            worst = i;
        }
    if (!(greatest > doctor_threshold(session, rule)))
        return 0;
    char name[48];
    text_escape(name, sizeof name, session->data->feature_name[worst]);
    struct suspicion *found = suspect(examination, NULL, "size of a raw feature", greatest);
    suspicion_why(found,
                  "%s has values of about %s, where weights are drawn for inputs of about 1: units saturate, and no "
                  "rate suits all columns", name, text_short(greatest).s);
    suspicion_cure(found, "whiten on");
    suspicion_cure(found, "whiten on; reset");
    return 0;
}

const struct doctor_rule rule_inputs_unscaled = {
    .name = "inputs-unscaled", .summary = "the features are large and not whitened",
    .metric = "the greatest root mean square of a feature over the training rows, as the network sees it",
    .setting = "inputs", .threshold = 3, .tip = "G6, whiten the inputs",
    .source = "whitened features have 1", .evidence = DOCTOR_STRUCTURE, .proof = DOCTOR_CURED,
    .examine = examine_inputs};

/* --- targets-unscaled */

static int examine_targets(struct examination *examination, const struct doctor_rule *rule, struct err *err)
{
    const struct session *session = examination->session;
    const struct transform *transform = &session->transform;
    double size = hypot(transform->y_mean, transform->y_sd);
    (void)err;
    if (session->data->task != TASK_REGRESS || transform->targets || !(size > doctor_threshold(session, rule)))
        return 0;
    struct suspicion *found = suspect(examination, NULL, "size of the raw targets", size);
    suspicion_why(found, "the targets are about %s and the first answers about 1, so the first gradients are huge and "
                  "the rate is wrong by as much", text_short(size).s);
    suspicion_cure(found, "whiten on targets");
    suspicion_cure(found, "whiten on targets; reset");
    return 0;
}

const struct doctor_rule rule_targets_unscaled = {
    .name = "targets-unscaled", .summary = "the targets of a regression are large and not whitened",
    .metric = "the root mean square of the training rows' targets, as the loss sees them",
    .setting = "targets", .threshold = 3, .tip = "G6, whiten; a network's first answers are about 1",
    .source = "whitened targets have 1", .evidence = DOCTOR_STRUCTURE, .proof = DOCTOR_CURED,
    .examine = examine_targets};

/* --- constant-feature */

static int examine_constant(struct examination *examination, const struct doctor_rule *rule, struct err *err)
{
    const struct session *session = examination->session;
    const struct transform *transform = &session->transform;
    int constant = 0;
    (void)err;
    for (int i = 0; i < transform->features; i++)
        constant += !(transform->scale[i] > 0);
    double share = (double)constant / transform->features;
    if (!(share > doctor_threshold(session, rule)))
        return 0;
    struct suspicion *found = suspect(examination, NULL, "constant features", share);
    suspicion_why(found, "%d of %d features have one value in all training rows and say nothing", constant,
                  transform->features);
    suspicion_cure(found, "whiten on");
    cures_general(found, session);
    return 0;
}

const struct doctor_rule rule_constant_feature = {
    .name = "constant-feature", .summary = "most features have one value in all training rows",
    .metric = "the share of the features that are constant over the training rows",
    .setting = "constant", .threshold = 0.5, .tip = "G6, look at the data; whiten the inputs",
    .source = "some pixels at the edge are constant in every set of images; most features are not",
    .evidence = DOCTOR_STRUCTURE, .proof = DOCTOR_ILL, .vague = true, .examine = examine_constant};

/* --- class-imbalance */

/* The most frequent class's training rows over those of the rarest; 0: it cannot be said. */
static double imbalance(const struct dataset *data)
{
    int *count = calloc((size_t)data->classes + 1, sizeof *count), most = 0, least = data->trains;
    if (!count)
        return 0;
    for (int i = 0; i < data->trains; i++)
        count[(int)data->y[data->train[i]]]++;
    for (int k = 0; k < data->classes; k++) {
        most = count[k] > most ? count[k] : most;
        least = count[k] < least ? count[k] : least;
    }
    free(count);
    return least > 0 ? (double)most / least : (double)most;
}

static int examine_imbalance(struct examination *examination, const struct doctor_rule *rule, struct err *err)
{
    const struct session *session = examination->session;
    double ratio = session->data->task == TASK_CLASSIFY ? imbalance(session->data) : 0;
    (void)err;
    if (!(ratio > doctor_threshold(session, rule)))
        return 0;
    struct suspicion *found = suspect(examination, NULL, "rows of the largest class over the rarest", ratio);
    suspicion_why(found, "a network that always says the most frequent class is seldom wrong, and stays there");
    cures_faster(found, session);
    cures_general(found, session);
    return 0;
}

const struct doctor_rule rule_class_imbalance = {
    .name = "class-imbalance", .summary = "one class has most of the rows, and the answer is always that one",
    .metric = "training rows of the most frequent class over those of the rarest",
    .setting = "imbalance", .threshold = 8, .tip = "G6, look at the data before the network",
    .source = "a share of 1/9 is learnt as well as any", .evidence = DOCTOR_STRUCTURE, .proof = DOCTOR_ILL,
    .vague = true, .examine = examine_imbalance};
