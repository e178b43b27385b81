/* score.c: what share was right, or how much variance is explained. */
#include "debug/score.h"

#include <math.h>

/* One output is a logit: above 0 it says class 1. Of several the largest counts, the first of equals. A row that holds
 * a NaN is not right, whatever its target. */
static bool right(const real *z, const real *target, int width)
{
    if (width == 1)
        return !isnan(z[0]) && (z[0] > 0) == (target[0] > (real)0.5);
    int said = 0, wanted = 0;
    real most = z[0], most_wanted = target[0];
    bool number = !isnan(z[0]);
    for (int i = 1; i < width; i++) { /* without branches, which nobody could foresee */
        bool more = z[i] > most, more_wanted = target[i] > most_wanted;
        number &= !isnan(z[i]);
        most = more ? z[i] : most;
        said = more ? i : said;
        most_wanted = more_wanted ? target[i] : most_wanted;
        wanted = more_wanted ? i : wanted;
    }
    return number && said == wanted;
}

static int count_right(const struct program *program, int last_layer, int rows, int width)
{
    const real *z = program_out(program, last_layer), *target = program_target(program);
    int count = 0;
    for (int i = 0; i < rows; i++)
        count += right(z + (size_t)i * (size_t)width, target + (size_t)i * (size_t)width, width);
    return count;
}

double score_batch(const struct session *session)
{
    const struct program *train = session->train;
    int rows = program_rows(train), width = net_width(session->net), last_layer = session->net->top.layers - 1;
    if (session->data->task == TASK_CLASSIFY)
        return (double)count_right(train, last_layer, rows, width) / rows;
    const real *z = program_out(train, last_layer), *target = program_target(train);
    double scale = session->transform.targets ? 1 : session->transform.y_sd, squares = 0;
    for (int i = 0; i < rows; i++)
        squares += ((double)z[i] - target[i]) * ((double)z[i] - target[i]);
    return 1 - squares / rows / (scale * scale);
}

void score_add(const struct session *session, const struct program *program, int rows, struct evaluation *evaluation)
{
    int width = net_width(session->net), last_layer = session->net->top.layers - 1;
    if (session->data->task == TASK_CLASSIFY) {
        evaluation->right += count_right(program, last_layer, rows, width);
        return;
    }
    const real *z = program_out(program, last_layer), *target = program_target(program);
    for (int i = 0; i < rows; i++) {
        double y = target[i], error = (double)z[i] - y;
        evaluation->y += y;
        evaluation->yy += y * y;
        evaluation->error += error * error;
    }
}

double score_evaluation(const struct session *session, const struct evaluation *evaluation)
{
    if (session->data->task == TASK_CLASSIFY)
        return evaluation->right / evaluation->done;
    double spread = evaluation->yy - evaluation->y * evaluation->y / evaluation->done;
    return spread > 0 ? 1 - evaluation->error / spread : NAN; /* of one row, or of equal targets, nothing can be said */
}
