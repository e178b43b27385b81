/* shift.c: evaluates moved images with a forward-only program of its own. */
#include "debug/shift.h"

#include <stdlib.h>
#include <string.h>

#include "debug/score.h"

#define ROWS_AT_ONCE 128

/* One pass: which rows, moved how far. */
struct moved {
    const struct session *session;
    int first;  /* of the validation rows */
    int dx, dy; /* right and down */
};

/* IN moved into OUT, one channel; FILL moves in. */
static void move_channel(const float *in, float *out, int height, int width, int dx, int dy, float fill)
{
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++) {
            int from_x = x - dx, from_y = y - dy;
            bool inside = from_x >= 0 && from_x < width && from_y >= 0 && from_y < height;
            out[y * width + x] = inside ? in[from_y * width + from_x] : fill;
        }
}

/* The value that a raw 0 has once it is whitened. */
static float zero_of(const struct transform *transform, size_t feature)
{
    return transform->inputs ? -transform->mean[feature] * transform->scale[feature] : 0;
}

static void gather_moved(void *context, int first, int last, real *x, real *y)
{
    const struct moved *moved = context;
    const struct session *session = moved->session;
    const int *dim = session->data->shape.dim;
    size_t features = (size_t)session->data->features, pixels = (size_t)dim[1] * (size_t)dim[2];
    int width = (int)shape_size(&session->net->top.layer[session->net->top.layers - 1].out);
    float *still = malloc(features * sizeof *still);
    if (!still)
        abort(); /* a few kilobytes, in an op that cannot fail */
    for (int i = first; i < last; i++) {
        int row = session->data->validation[moved->first + i];
        transform_row(&session->transform, session->data, row, still, y + (size_t)i * (size_t)width, width);
        for (int channel = 0; channel < dim[0]; channel++) {
            size_t at = (size_t)channel * pixels;
            move_channel(still + at, x + (size_t)i * features + at, dim[1], dim[2], moved->dx, moved->dy,
                         zero_of(&session->transform, at));
        }
    }
    free(still);
}

/* The score over ROWS validation rows moved by MOVED's dx and dy. */
static double score_moved(struct program *program, struct moved *moved, int rows)
{
    struct evaluation sums = {0};
    for (moved->first = 0; moved->first < rows; moved->first += ROWS_AT_ONCE) {
        int count = rows - moved->first < ROWS_AT_ONCE ? rows - moved->first : ROWS_AT_ONCE;
        program_begin(program, count, 0, 0);
        program_run(program, NULL, program_ops(program), false);
        score_add(moved->session, program, count, &sums);
        sums.done += count;
    }
    return score_evaluation(moved->session, &sums);
}

int shift_measure(struct session *session, int most, struct shift_curve *curve, struct err *err)
{
    static const int way[4][2] = {{1, 0}, {-1, 0}, {0, 1}, {0, -1}};
    const struct dataset *data = session->data;
    struct moved moved = {.session = session};
    struct text net = {0};
    if (data->shape.rank != 3)
        return err_set(err, ERR_STATE, "the samples are no images; `shape CxHxW` says how a row is read as one");
    if (data->validations == 0)
        return err_set(err, ERR_STATE, "there are no validation rows; `split 0.2` keeps a fifth of the rows for validation");
    struct program *program = program_open(session->net, &session->loss, PROGRAM_EVALUATE, ROWS_AT_ONCE, session->team,
                                           (struct program_source){gather_moved, &moved}, err);
    if (!program)
        return -1;
    *curve = (struct shift_curve){.shifts = most, .rows = data->validations < SHIFT_ROWS ? data->validations : SHIFT_ROWS};
    topology_print(&session->net->top, &net);
    text_escape(curve->net, sizeof curve->net, net.data ? net.data : "");
    text_free(&net);
    curve->score[0] = score_moved(program, &moved, curve->rows);
    for (int shift = 1; shift <= most; shift++)
        for (int i = 0; i < 4; i++) {
            moved.dx = shift * way[i][0];
            moved.dy = shift * way[i][1];
            curve->score[shift] += score_moved(program, &moved, curve->rows) / 4;
        }
    program_close(program);
    return 0;
}
