/* output.c: an activation behind the output layer, which losses do not ask for. */
#include <math.h>
#include <string.h>

#include "examination.h"
#include "rules.h"

/* What an activation can put out. */
static const struct {
    const char *kind;
    double least, most;
} ranges[] = {{"relu", 0, INFINITY}, {"sigmoid", 0, 1}, {"tanh", -1, 1}, {"softmax", 0, 1}, {"exp", 0, INFINITY},
              {"elu", -1, INFINITY}, {"gelu", -0.17, INFINITY}};

static bool range_of(const struct layer_kind *kind, double *least, double *most)
{
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
        if (strcmp(kind->name, ranges[i].kind) == 0) {
            *least = ranges[i].least;
            *most = ranges[i].most;
            return true;
        }
    return false;
}

/* The share of the training rows' targets beyond what LAYER, the last one, can put out: logits may be any number, so
 * of those it is all. */
static double out_of_reach(const struct session *session, const struct layer *layer)
{
    const struct dataset *data = session->data;
    double least, most;
    if (!range_of(layer->kind, &least, &most))
        return 0;
    if (strcmp(layer->kind->name, "softmax") == 0 && net_width(session->net) == 1)
        return 1; /* one unit of a softmax is always 1 */
    if (session->loss.kind->classes)
        return 1;
    if (data->task == TASK_CLASSIFY)
        return 0; /* zeros and ones */
    if (strcmp(layer->kind->name, "softmax") == 0)
        return 1;
    int beyond = 0;
    double scale = session->transform.targets ? session->transform.y_sd : 1;
    double mean = session->transform.targets ? session->transform.y_mean : 0;
    for (int i = 0; i < data->trains; i++) {
        double y = ((double)data->y[data->train[i]] - mean) / scale;
        beyond += y < least || y > most;
    }
    return (double)beyond / data->trains;
}

static int examine_output(struct examination *examination, const struct doctor_rule *rule, struct err *err)
{
    const struct session *session = examination->session;
    const struct topology *top = &session->net->top;
    int out = topology_out(top);
    (void)err;
    for (int i = top->layers - 1; i > out; i--) {
        const struct layer *layer = &top->layer[i];
        double share = out_of_reach(session, layer);
        if (!(share > doctor_threshold(session, rule)))
            continue;
        struct suspicion *found = suspect(examination, layer->name, "targets out of reach", share);
        if (session->loss.kind->classes)
            suspicion_why(found, "%s takes logits, any numbers, and %s bounds them: gradients vanish and the loss "
                          "cannot fall to 0", session->loss.kind->name, layer->kind->name);
        else
            suspicion_why(found, "%s bounds what the network can answer, and %.0f %% of the targets lie beyond",
                          layer->kind->name, 100 * share);
        suspicion_cure(found, "activation none %s", layer->name);
        return 0;
    }
    return 0;
}

const struct doctor_rule rule_output_activation = {
    .name = "output-activation", .summary = "an activation stands behind the output layer and bounds the answer",
    .metric = "the share of training rows whose target, or whose logit, the activation cannot put out",
    .setting = "output", .threshold = 0.01, .tip = "G3, no activation on the output layer",
    .source = "what cannot be put out cannot be learnt", .evidence = DOCTOR_STRUCTURE, .proof = DOCTOR_CONCLUSIVE,
    .examine = examine_output};
