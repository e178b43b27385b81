/*
 * figures.c: the figures of the whole session that have names: one table, each row with how it is got.
 */
#include <math.h>

#include "data/locality.h"
#include "debug/lookup.h"
#include "debug/score.h"
#include "stretch.h"
#include "written.h"

static int need_op(const struct session *session, enum op_code code, const char *name, struct err *err)
{
    return op_has_written(session, op_find(session, code, -1), name, err);
}

/* Between steps the last batch's figures stand, whatever has become of the network; inside one only its own do. */
static bool figures_stand(const struct session *session)
{
    return !session->inside && series_count(session->loss_series) > 0;
}

static int get_step(struct session *session, double *value, struct err *err)
{
    (void)err;
    *value = (double)session->step;
    return 0;
}

static int get_epoch(struct session *session, double *value, struct err *err)
{
    (void)err;
    *value = (double)session->epoch;
    return 0;
}

static int get_loss(struct session *session, double *value, struct err *err)
{
    bool stand = figures_stand(session);
    if (!stand && need_op(session, OP_LOSS, "loss", err))
        return -1;
    *value = stand ? session->batch_figures.loss : program_loss(session->train);
    return 0;
}

static int check_task(const struct session *session, enum task task, const char *name, struct err *err)
{
    if (session->data->task == task)
        return 0;
    return task == TASK_CLASSIFY
               ? err_set(err, ERR_USAGE, "%s is for classification; this is a regression: `r2`, `val.r2`", name)
               : err_set(err, ERR_USAGE, "%s is for regression; this is a classification: `acc`, `val.acc`", name);
}

static int get_score(struct session *session, enum task task, const char *name, double *value, struct err *err)
{
    bool stand = figures_stand(session);
    if (check_task(session, task, name, err) || (!stand && need_op(session, OP_LOSS, name, err)))
        return -1;
    *value = stand ? session->batch_figures.score : score_batch(session);
    return 0;
}

static int get_acc(struct session *session, double *value, struct err *err)
{
    return get_score(session, TASK_CLASSIFY, "acc", value, err);
}

static int get_r2(struct session *session, double *value, struct err *err)
{
    return get_score(session, TASK_REGRESS, "r2", value, err);
}

static int get_validation_loss(struct session *session, double *value, struct err *err)
{
    if (session_validate(session, err))
        return -1;
    *value = session->validation.loss;
    return 0;
}

static int get_validation_score(struct session *session, double *value, struct err *err)
{
    if (session_validate(session, err))
        return -1;
    *value = session->validation.score;
    return 0;
}

static int get_validation_acc(struct session *session, double *value, struct err *err)
{
    return check_task(session, TASK_CLASSIFY, "val.acc", err) ? -1 : get_validation_score(session, value, err);
}

static int get_validation_r2(struct session *session, double *value, struct err *err)
{
    return check_task(session, TASK_REGRESS, "val.r2", err) ? -1 : get_validation_score(session, value, err);
}

static int get_test_loss(struct session *session, double *value, struct err *err)
{
    if (session_test(session, err))
        return -1;
    *value = session->test.loss;
    return 0;
}

static int get_test_score(struct session *session, enum task task, const char *name, double *value, struct err *err)
{
    if (check_task(session, task, name, err) || session_test(session, err))
        return -1;
    *value = session->test.score;
    return 0;
}

static int get_test_acc(struct session *session, double *value, struct err *err)
{
    return get_test_score(session, TASK_CLASSIFY, "test.acc", value, err);
}

static int get_test_r2(struct session *session, double *value, struct err *err)
{
    return get_test_score(session, TASK_REGRESS, "test.r2", value, err);
}

static int get_lr(struct session *session, double *value, struct err *err)
{
    (void)err;
    *value = session->optimizer.lr;
    return 0;
}

static int get_batch(struct session *session, double *value, struct err *err)
{
    (void)err;
    *value = session->batch;
    return 0;
}

static int get_gradient_norm(struct session *session, double *value, struct err *err)
{
    if (need_op(session, OP_REDUCE, "grad.norm", err))
        return -1;
    *value = program_gradient_norm(session->train);
    return 0;
}

static int get_weight_norm(struct session *session, double *value, struct err *err)
{
    (void)err;
    *value = sqrt(stretch_sums(session->net->w, session->net->size, 0).squares); /* the gaps hold zeros */
    return 0;
}

static int get_update_norm(struct session *session, double *value, struct err *err)
{
    double squares = 0;
    if (op_has_written(session, program_ops(session->train) - 1, "update.norm", err))
        return -1;
    for (int i = 0; i < session->net->top.layers; i++) {
        double norm = program_norms(session->train, i)->update;
        squares += norm * norm;
    }
    *value = sqrt(squares);
    return 0;
}

static int get_nonfinite(struct session *session, double *value, struct err *err)
{
    (void)err;
    *value = isnan(session->nonfinite_step) ? 0 : session->nonfinite_step;
    return 0;
}

static int get_locality(struct session *session, double *value, struct err *err)
{
    const struct reading reading = {.shape = session->data->shape, .hwc = session->data->hwc};
    if (reading.shape.rank != 3)
        return err_set(err, ERR_STATE, "locality: the samples are no images; `shape CxHxW` says how a row is read as one");
    *value = locality_score(session->data, &reading);
    return 0;
}

const struct named_figure named_figures[] = {
    {"step", "completed steps", get_step, false},
    {"epoch", "completed epochs", get_epoch, false},
    {"loss", "loss of the last batch", get_loss, false},
    {"acc", "accuracy on the last batch (classification)", get_acc, false},
    {"r2", "variance explained on the last batch (regression)", get_r2, false},
    {"val.loss", "loss on the validation rows, now", get_validation_loss, false},
    {"val.acc", "accuracy on the validation rows, now (classification)", get_validation_acc, false},
    {"val.r2", "variance explained on the validation rows, now (regression)", get_validation_r2, false},
    {"test.loss", "loss on the official test rows, now", get_test_loss, true},
    {"test.acc", "accuracy on the official test rows, now (classification)", get_test_acc, true},
    {"test.r2", "variance explained on the official test rows, now (regression)", get_test_r2, true},
    {"lr", "learning rate", get_lr, false},
    {"batch", "rows a step", get_batch, false},
    {"grad.norm", "norm of the whole gradient, before clipping", get_gradient_norm, false},
    {"weight.norm", "norm of all parameters", get_weight_norm, false},
    {"update.norm", "norm of the last change of all parameters", get_update_norm, false},
    {"nonfinite", "first step whose loss or gradient was not finite; 0: none", get_nonfinite, false},
    {"locality", "how alike the neighbours in images are: 0 alike, 1 no more than any two", get_locality, false},
    {NULL, NULL, NULL, false},
};
