/* inputs.c: what the columns are like that the network sees. */
#include <math.h>

#include "examination.h"
#include "rules.h"

/* Root of the mean square of feature I as the network sees it. */
static double size_of(const struct transform *transform, int i)
{
    double deviation = transform->scale[i] > 0 ? 1 / (double)transform->scale[i] : 0;
    if (transform->inputs)
        return transform->scale[i] > 0 ? 1 : 0;
    return hypot(transform->mean[i], deviation);
}

static int examine_unscaled(struct examination *examination, const struct doctor_rule *rule, struct err *err)
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
    return 0;
}

const struct doctor_rule rule_inputs_unscaled = {
    .name = "inputs-unscaled", .summary = "the features are not whitened and large",
    .metric = "the greatest root mean square of a feature over the training rows, as the network sees it",
    .setting = "inputs", .threshold = 3, .tip = "G6, whiten the inputs",
    .source = "whitened features have 1", .evidence = DOCTOR_STRUCTURE, .proof = DOCTOR_CURED,
    .examine = examine_unscaled};
