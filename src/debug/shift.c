/* shift.c: evaluates moved images with a forward-only program of its own. */
#include "debug/shift.h"

#include <stdlib.h>
#include <string.h>

#include "debug/score.h"

/* One pass: which rows, moved how far. */
struct moved {
    const struct session *session;
    float *still; /* [at_once, features] room for rows before they are moved */
    int at_once;  /* rows of a program run */
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

static void gather_moved(void *context, int first, int last, real *x, real *y)
{
    const struct moved *moved = context;
    const struct session *session = moved->session;
    const int *dim = session->data->shape.dim;
    size_t features = (size_t)session->data->features, pixels = (size_t)dim[1] * (size_t)dim[2];
    int width = net_width(session->net);
    /* Threads gather ranges that do not overlap, so the first row of one names a place of its own. */
    float *still = moved->still + (size_t)first * features;
    for (int i = first; i < last; i++) {
        int row = session->data->validation[moved->first + i];
        transform_row(&session->transform, session->data, row, still, y + (size_t)i * (size_t)width, width);
        for (int channel = 0; channel < dim[0]; channel++) {
            size_t at = (size_t)channel * pixels;
            move_channel(still + at, x + (size_t)i * features + at, dim[1], dim[2], moved->dx, moved->dy,
                         transform_value(&session->transform, at, 0));
        }
    }
}

/* The score over ROWS validation rows moved by MOVED's dx and dy; -1 when it is given up. */
static int score_moved(struct program *program, struct moved *moved, int rows, double *score)
{
    struct evaluation sums = {0};
    for (moved->first = 0; moved->first < rows; moved->first += moved->at_once) {
        int count = rows - moved->first < moved->at_once ? rows - moved->first : moved->at_once;
        program_begin(program, count, 0, 0);
        program_run(program, NULL, program_ops(program), false);
        score_add(moved->session, program, count, &sums);
        sums.done += count;
        if (!session_breathe(moved->session))
            return -1;
    }
    *score += score_evaluation(moved->session, &sums);
    return 0;
}

/* All shifts, one after the other; -1 when it is given up. */
static int measure(struct program *program, struct moved *moved, struct shift_curve *curve)
{
    static const int way[4][2] = {{1, 0}, {-1, 0}, {0, 1}, {0, -1}};
    if (score_moved(program, moved, curve->rows, &curve->score[0]))
        return -1;
    for (int shift = 1; shift <= curve->shifts; shift++) {
        for (int i = 0; i < 4; i++) {
            moved->dx = shift * way[i][0];
            moved->dy = shift * way[i][1];
            if (score_moved(program, moved, curve->rows, &curve->score[shift]))
                return -1;
        }
        curve->score[shift] /= 4;
    }
    return 0;
}

int shift_measure(struct session *session, int most, struct shift_curve *curve, struct err *err)
{
    const struct dataset *data = session->data;
    struct text net = {0};
    if (data->shape.rank != 3)
        return err_set(err, ERR_STATE, "the samples are no images; `shape CxHxW` says how a row is read as one");
    if (data->validations == 0)
        return err_set(err, ERR_STATE, "there are no validation rows; `split 0.2` keeps a fifth for validation");
    struct moved moved = {.session = session, .at_once = program_rows_max(session->evaluate)};
    struct program *program = program_open(session->net, &session->loss, PROGRAM_EVALUATE, moved.at_once, session->team,
                                           (struct program_source){gather_moved, &moved}, err);
    if (!program)
        return -1;
    *curve = (struct shift_curve){.shifts = most};
    curve->rows = data->validations < SHIFT_ROWS ? data->validations : SHIFT_ROWS;
    topology_print(&session->net->top, &net);
    text_escape(curve->net, sizeof curve->net, net.data ? net.data : "");
    text_free(&net);
    moved.still = malloc((size_t)moved.at_once * (size_t)data->features * sizeof *moved.still);
    int status = moved.still ? measure(program, &moved, curve) : err_set(err, ERR_MEMORY, "no memory for moved images");
    if (status && moved.still)
        err_set(err, ERR_INTERRUPT, "interrupted");
    free(moved.still);
    program_close(program);
    return status;
}
