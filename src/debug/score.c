/* score.c: what share was right, or how much variance is explained. */
#include "debug/score.h"

#include <math.h>

#include "dnn/lanes.h"

/* One output is a logit: above 0 it says class 1. */
static int count_right_logits(int rows, const real *z, const real *target)
{
    int count = 0;
    for (int i = 0; i < rows; i++)
        count += !isnan(z[i]) && (z[i] > 0) == (target[i] > (real)0.5);
    return count;
}

/* Up to eight rows, a row a lane. */
KERNEL_BODY int count_some(int rows, int width, const real *z, const real *target)
{
    size_t at[LANES];
    int count = 0;
    lanes_rows(at, rows, (size_t)width);
    reals most = LANES_COLUMN(z, at, 0), most_wanted = LANES_COLUMN(target, at, 0);
    masks said = {0}, wanted = {0}, number = most == most;
    for (int i = 1; i < width; i++) {
        reals v = LANES_COLUMN(z, at, i), w = LANES_COLUMN(target, at, i);
        masks more = v > most, more_wanted = w > most_wanted;
        number &= v == v;
        lanes_choose(&most, &more, &v);
        lanes_choose(&most_wanted, &more_wanted, &w);
        said = (more & i) | (said & ~more);
        wanted = (more_wanted & i) | (wanted & ~more_wanted);
    }
    number &= said == wanted;
    for (int k = 0; k < LANES; k++)
        count += k < rows && number[k];
    return count;
}

/* Of several outputs the largest counts, the first of equals. A row that holds a NaN is not right, whatever its
 * target. */
KERNEL_BODY int count_body(int rows, int width, const real *z, const real *target)
{
    int count = 0;
    size_t eight = LANES * (size_t)width;
    for (; rows >= LANES; rows -= LANES, z += eight, target += eight)
        count += count_some(LANES, width, z, target);
    if (rows == 1)
        return count + count_some(1, width, z, target);
    return rows > 0 ? count + count_some(rows, width, z, target) : count;
}

KERNEL_EACH_WIDTH(int, count, (int rows, int width, const real *z, const real *target), (rows, width, z, target))

static int count_right(const struct program *program, int last_layer, int rows, int width)
{
    const real *z = program_out(program, last_layer), *target = program_target(program);
    return width == 1 ? count_right_logits(rows, z, target) : count(rows, width, z, target);
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
