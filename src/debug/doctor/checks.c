/* checks.c: the gradient, what pulls at it besides the data, training against evaluation, and how rows are read. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "data/locality.h"
#include "debug/gradcheck.h"
#include "examination.h"
#include "rules.h"

/* --- gradient-wrong */

#define ENTRIES     4    /* of a tensor */
#define FLOPS_MOST  2e9  /* beyond it the check is left out: gradcheck is there for who wants it */
#define FLOAT_WRONG 0.05 /* floats are off by less, whatever the layers */

/* The row that is furthest off, by ERROR; NULL: none is. */
static const struct gradcheck_row *furthest_off(const struct gradcheck *check, double *error)
{
    const struct gradcheck_row *at = NULL;
    *error = 0;
    for (int i = 0; i < check->rows; i++) {
        const struct gradcheck_row *row = &check->row[i];
        double off = row->verdict == GRADCHECK_DIFFERS ? fabs(row->error) : 0;
        if (row->verdict == GRADCHECK_AGREES && row->float_error > FLOAT_WRONG && isfinite(row->float_error))
            off = fmax(off, row->float_error);
        if (off > *error) {
            *error = off;
            at = row;
        }
    }
    return at;
}

/* On a fork whose weights are drawn anew: where all is learnt the gradient is what is left of large numbers. */
static int examine_gradient(struct examination *examination, const struct doctor_rule *rule, struct err *err)
{
    struct session *fork = examination_fork(examination, "init variance-scaling", NULL, err);
    struct gradcheck check;
    double error;
    if (!fork || gradcheck_open(fork, NULL, ENTRIES, &check, err)) {
        session_close(fork);
        return -1;
    }
    int status = check.flops > FLOPS_MOST ? 0 : gradcheck_run(fork, &check, err);
    const struct gradcheck_row *at =
        status || check.flops > FLOPS_MOST ? NULL : furthest_off(&check, &error);
    if (at && error > doctor_threshold(examination->session, rule)) {
        const char *layer = fork->net->top.layer[at->window->layer].name;
        struct suspicion *found = suspect(examination, layer, "error of the gradient", error);
        suspicion_why(found, "backpropagation and differences of the loss disagree on %s: training goes the wrong way",
                      at->window->name);
        suspicion_cure(found, "net dense 64, relu, dense 64, relu");
    }
    gradcheck_close(&check);
    session_close(fork);
    return status;
}

const struct doctor_rule rule_gradient_wrong = {
    .name = "gradient-wrong", .summary = "the gradient is not that of the loss",
    .metric = "the greatest relative difference of a gradient from centred differences of the loss, signed, in double",
    .setting = "gradient", .threshold = 0.01, .tip = "D1, something is broken that no setting mends",
    .source = "below 1e-7 is right, above 1e-2 is wrong", .evidence = DOCTOR_EXPERIMENT, .proof = DOCTOR_CONCLUSIVE,
    .examine = examine_gradient};

/* --- regularizer-dominates */

#define HALF 0.5 /* of the units are often dropped, and no more */

/* The index of the optimizer's decay, or -1. */
static int decay_of(const struct optim_kind *kind)
{
    for (int i = 0; i < args_count(kind->args); i++)
        if (strcmp(kind->args[i].name, "weight_decay") == 0)
            return i;
    return -1;
}

static double dropped(const struct topology *top, int *layer)
{
    double most = 0;
    for (int i = 0; i < top->layers; i++)
        if (top->layer[i].kind->flags & LAYER_DROPOUT && top->layer[i].args.number[0] > most) {
            most = top->layer[i].args.number[0];
            *layer = i;
        }
    return most;
}

static void propose_less_decay(const struct session *session, int at, struct suspicion *found)
{
    struct text words = {0};
    struct arg_values args = session->optimizer.args;
    args.number[at] = 1e-4;
    args.given[at] = true;
    args_format(session->optimizer.kind->args, &args, &words);
    suspicion_cure(found, "optimizer %s%s", session->optimizer.kind->name, words.data ? words.data : "");
    suspicion_cure(found, "optimizer %s%s; reset", session->optimizer.kind->name, words.data ? words.data : "");
    text_free(&words);
}

static int examine_penalty(struct examination *examination, const struct doctor_rule *rule, struct err *err)
{
    const struct session *session = examination->session, *probe;
    int at = decay_of(session->optimizer.kind), layer = 0;
    double decay = at >= 0 ? session->optimizer.args.number[at] : 0, rate = dropped(&session->net->top, &layer);
    double squares = 0, threshold = doctor_threshold(session, rule);
    if (rate > HALF && rate > threshold) {
        struct suspicion *found = suspect(examination, session->net->top.layer[layer].name, "share dropped", rate);
        suspicion_why(found, "%.0f %% of the units are dropped in every step, and what is left cannot learn",
                      100 * rate);
        suspicion_cure(found, "dropout 0.2");
        suspicion_cure(found, "dropout off");
        suspicion_cure(found, "dropout off; reset");
    }
    if (decay == 0)
        return 0;
    if (!(probe = examination_probe(examination, err)))
        return -1;
    for (size_t i = 0; i < session->net->size; i++)
        squares += (double)session->net->w[i] * session->net->w[i];
    double gradient = program_gradient_norm(probe->train), ratio = decay * sqrt(squares) / (gradient + 1e-30);
    if (!(ratio > threshold))
        return 0;
    struct suspicion *found = suspect(examination, NULL, "penalty's gradient over the data's", ratio);
    suspicion_why(found, "weight_decay %s pulls at the weights %s times as hard as the data do", text_short(decay).s,
                  text_short(ratio).s);
    propose_less_decay(session, at, found);
    return 0;
}

const struct doctor_rule rule_regularizer_dominates = {
    .name = "regularizer-dominates", .summary = "the penalty on weights, or dropout, outweighs the data",
    .metric = "the norm of the penalty's gradient over that of the data's; or the share of units that is dropped",
    .setting = "penalty", .threshold = 0.1, .tip = "D1, first overfit, then regularize",
    .source = "published tools: twice; at rest the two are equal", .evidence = DOCTOR_RUNNING, .proof = DOCTOR_CURED,
    .examine = examine_penalty};

/* --- train-eval-gap */

/* Gives the batch norms of TOP their preset arguments; MENDED: whether one had others. The layer that had, or the first
 * batch norm; -1: there is none. */
static int mend_norms(struct topology *top, bool *mended)
{
    int at = -1;
    *mended = false;
    for (int i = 0; i < top->layers; i++) {
        struct layer *layer = &top->layer[i];
        struct arg_values preset;
        if (!(layer->kind->flags & LAYER_NORM))
            continue;
        args_preset(layer->kind->args, &preset);
        bool other = layer->args.number[0] != preset.number[0];
        if (at < 0 || (other && !*mended))
            at = i;
        *mended = *mended || other;
        layer->args = preset;
    }
    return at;
}

static int examine_gap(struct examination *examination, const struct doctor_rule *rule, struct err *err)
{
    const struct session *session = examination->session;
    struct topology top = session->net->top;
    struct standing train, evaluate;
    struct text spec = {0};
    const int *row;
    bool mended;
    int at = mend_norms(&top, &mended), rows = examination_rows(examination, &row, err);
    if (at < 0)
        return 0;
    if (rows < 0 || examination_judge(examination, err) ||
        standing_of(examination->soon, row, rows, STANDING_TRAIN, &train, err) ||
        standing_of(examination->soon, row, rows, STANDING_EVALUATE, &evaluate, err))
        return -1;
    double gap = train.reached - evaluate.reached;
    if (!(gap > doctor_threshold(session, rule)))
        return 0;
    struct suspicion *found = suspect(examination, top.layer[at].name, "reached in training less in evaluation", gap);
    suspicion_why(found, "the same rows are answered well with the batch's statistics and badly with the running ones: "
                  "those of %s do not follow", top.layer[at].name);
    topology_print(&top, &spec);
    if (mended) {
        found->better = gap / 2;
        suspicion_cure(found, "net %s", spec.data ? spec.data : "");
        suspicion_cure(found, "net %s; reset", spec.data ? spec.data : "");
    } else {
        suspicion_cure(found, "bn off");
        cures_slower(found, session);
    }
    text_free(&spec);
    return 0;
}

const struct doctor_rule rule_train_eval_gap = {
    .name = "train-eval-gap", .summary = "the same rows are answered well in training and badly in evaluation",
    .metric = "how much further the network is on the same rows with the batch's statistics than with the running "
              "ones, some hundred steps on, on a copy",
    .setting = "gap", .threshold = 0.05, .tip = "D5, remove batch norm to see what it hides",
    .source = "where the running statistics follow the two agree", .evidence = DOCTOR_EXPERIMENT,
    .proof = DOCTOR_CURED, .examine = examine_gap};

/* --- reshape-locality */

#define LOCAL 0.6 /* a reading with this score has neighbours that are alike */

static bool looks_at_neighbours(const struct net *net)
{
    for (int i = 0; i < net->top.layers; i++)
        if (net->top.layer[i].kind->plenty)
            return true;
    return false;
}

static int examine_locality(struct examination *examination, const struct doctor_rule *rule, struct err *err)
{
    const struct session *session = examination->session;
    const struct dataset *data = session->data;
    struct locality best[1];
    (void)err;
    if (data->shape.rank != 3 || !looks_at_neighbours(session->net) || locality_readings(data, best, 1) < 1)
        return 0;
    struct reading now = {.shape = data->shape, .hwc = data->hwc};
    double score = locality_score(data, &now), ratio = score / (best[0].score + 1e-9);
    if (!(ratio > doctor_threshold(session, rule)) || best[0].score > LOCAL)
        return 0;
    struct text shape = {0};
    reading_print(&best[0].reading, &shape);
    struct suspicion *found = suspect(examination, NULL, "locality score over the best reading's", ratio);
    suspicion_why(found, "read as %s, neighbours would be much more alike (%.2f, now %.2f): convolutions see scrambled "
                  "pictures", shape.data, best[0].score, score);
    suspicion_cure(found, "shape %s", shape.data);
    text_free(&shape);
    return 0;
}

const struct doctor_rule rule_reshape_locality = {
    .name = "reshape-locality", .summary = "rows are read as pictures in an order that tears neighbours apart",
    .metric = "Geary's ratio of neighbours' differences over that of the best other reading of the same rows",
    .setting = "locality", .threshold = 1.5, .tip = "D7, check your reshapes",
    .source = "right readings of pictures differ by less", .evidence = DOCTOR_STRUCTURE, .proof = DOCTOR_CONCLUSIVE,
    .examine = examine_locality};
