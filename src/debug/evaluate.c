/*
 * evaluate.c: loss and score over rows that are not trained on, some hundred at a time, so that a screen stays alive.
 * Nothing here allocates or changes what a step depends on.
 */
#include "evaluate.h"

#include "debug/score.h"

void evaluation_start(struct session *session)
{
    if (session->data->validations)
        session->evaluation = (struct evaluation){
            .active = true, .row = session->data->validation, .rows = session->data->validations};
}

/* The next rows of an evaluation; FIGURES when these were the last. */
static void evaluate_rows(struct session *session, struct figures *figures)
{
    struct evaluation *evaluation = &session->evaluation;
    int left = evaluation->rows - evaluation->done, most = program_rows_max(session->evaluate);
    int rows = left < most ? left : most;
    program_begin(session->evaluate, rows, 0, 0);
    program_run(session->evaluate, NULL, program_ops(session->evaluate), false);
    evaluation->loss += program_loss(session->evaluate) * rows;
    score_add(session, session->evaluate, rows, evaluation);
    evaluation->done += rows;
    if (evaluation->done < evaluation->rows)
        return;
    *figures = (struct figures){evaluation->loss / evaluation->done, score_evaluation(session, evaluation)};
    evaluation->active = false;
}

void evaluation_piece(struct session *session)
{
    evaluate_rows(session, &session->validation);
    if (session->evaluation.active)
        return;
    session->validation_step = session->step;
    double x = (double)session->step;
    if (!session->inside) {
        series_extend(session->validation_loss_series, x, session->validation.loss);
        series_extend(session->validation_score_series, x, session->validation.score);
    }
}

bool session_breathe(const struct session *session)
{
    return !session->breath.take || session->breath.take(session->breath.context);
}

/* The evaluation under way to its end, by PIECE; -1 when it is given up. */
static int evaluate_all(struct session *session, void (*piece)(struct session *session), struct err *err)
{
    while (session->evaluation.active) {
        piece(session);
        if (session->evaluation.active && !session_breathe(session)) {
            session->evaluation.active = false;
            return err_set(err, ERR_INTERRUPT, "interrupted");
        }
    }
    return 0;
}

int session_validate(struct session *session, struct err *err)
{
    if (session->data->validations == 0)
        return err_set(err, ERR_USAGE,
                       "there are no validation rows; `split 0.2` keeps a fifth of the rows for validation");
    /* Inside a step ops may have changed parameters or statistics since. */
    if (session->validation_step == session->step && !session->evaluation.active && !session->inside)
        return 0;
    if (!session->evaluation.active)
        evaluation_start(session);
    return evaluate_all(session, evaluation_piece, err);
}

static void evaluate_test_piece(struct session *session)
{
    evaluate_rows(session, &session->test);
}

int session_test(struct session *session, struct err *err)
{
    const struct dataset *data = session->data;
    if (data->tests == 0)
        return err_set(err, ERR_USAGE, "this data has no official test rows; `help sets` says which have some");
    if (session->test_step == session->step && !session->inside)
        return 0;
    struct evaluation validation = session->evaluation;
    session->evaluation = (struct evaluation){.active = true, .row = data->test, .rows = data->tests};
    int status = evaluate_all(session, evaluate_test_piece, err);
    session->evaluation = validation;
    if (status == 0)
        session->test_step = session->step;
    return status;
}
