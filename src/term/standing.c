/* standing.c: the line said in long runs without a screen, and when a screen is left. */
#include "term/standing.h"

void standing_add(const struct session *session, struct text *out)
{
    text_add(out, "step %s (epoch %u)", text_count((double)session->step).s, (unsigned)session->epoch);
    if (!session->data || session->step == 0)
        return;
    text_add(out, ", loss %s", text_short(session->batch_figures.loss).s);
    if (session->validation_step == UINT64_MAX)
        return;
    text_add(out, ", validation loss %s", text_short(session->validation.loss).s);
    text_add(out, ", validation %s %s", session->data->task == TASK_CLASSIFY ? "accuracy" : "R2",
             text_short(session->validation.score).s);
}
