/* predict.c: an evaluation of rows from elsewhere, and what its outputs mean. */
#include "debug/predict.h"

#include <math.h>
#include <string.h>

#include "base/clock.h"

#define BREATH 10000000 /* nanoseconds */

struct pass {
    const struct session *session;
    const struct arrivals *arrivals;
    int first; /* row of the arrivals */
};

/* Targets are not known; the loss of such a pass means nothing. */
static void gather(void *context, int first, int last, real *x, real *y)
{
    const struct pass *pass = context;
    size_t features = (size_t)pass->session->data->features, width = (size_t)net_width(pass->session->net);
    for (int i = first; i < last; i++)
        transform_inputs(&pass->session->transform, pass->arrivals->x + (size_t)(pass->first + i) * features,
                         x + (size_t)i * features);
    memset(y + (size_t)first * width, 0, (size_t)(last - first) * width * sizeof *y);
}

/* Of one output: a logit of class 1, by bce; for other losses the nearest of 0 and 1. */
static struct prediction decode_one(const struct session *session, real z)
{
    bool logit = session->loss.kind->classes;
    int class = z > (logit ? 0 : (real)0.5);
    double p = 1 / (1 + exp(-(double)z));
    return (struct prediction){(float)class, logit ? (float)(class ? p : 1 - p) : (float)NAN};
}

static struct prediction decode_classes(const struct session *session, const real *z, int width)
{
    int best = 0;
    double sum = 0;
    for (int i = 1; i < width; i++)
        if (z[i] > z[best])
            best = i;
    for (int i = 0; i < width; i++)
        sum += exp((double)z[i] - (double)z[best]);
    bool alone = session->loss.kind->one_of_two; /* one output a class, each by itself */
    double p = alone ? 1 / (1 + exp(-(double)z[best])) : 1 / sum;
    return (struct prediction){(float)best, session->loss.kind->classes ? (float)p : (float)NAN};
}

static struct prediction decode(const struct session *session, const real *z, int width)
{
    const struct transform *transform = &session->transform;
    for (int i = 0; i < width; i++)
        if (!isfinite(z[i]))
            return (struct prediction){(float)NAN, (float)NAN};
    if (session->data->task == TASK_REGRESS)
        return (struct prediction){transform->targets ? (float)z[0] * transform->y_sd + transform->y_mean
                                                      : (float)z[0], (float)NAN};
    return width == 1 ? decode_one(session, z[0]) : decode_classes(session, z, width);
}

static int run(struct program *program, struct pass *pass, struct prediction *prediction, struct err *err)
{
    const struct session *session = pass->session;
    int most = program_rows_max(program), width = net_width(session->net), last = session->net->top.layers - 1;
    int64_t looked = clock_now();
    for (; pass->first < pass->arrivals->rows; pass->first += most) {
        int left = pass->arrivals->rows - pass->first, rows = left < most ? left : most;
        program_begin(program, rows, 0, 0);
        program_run(program, NULL, program_ops(program), false);
        const real *z = program_out(program, last);
        for (int i = 0; i < rows; i++)
            prediction[pass->first + i] = decode(session, z + (size_t)i * (size_t)width, width);
        if (clock_now() - looked > BREATH) {
            looked = clock_now();
            if (!session_breathe(session))
                return err_set(err, ERR_INTERRUPT, "interrupted");
        }
    }
    return 0;
}

int predict_rows(const struct session *session, const struct arrivals *rows, struct prediction *prediction,
                 struct err *err)
{
    enum { ROWS = 32 };
    struct pass pass = {.session = session, .arrivals = rows};
    int most = session->evaluate ? program_rows_max(session->evaluate) : ROWS;
    struct program *program = program_open(session->net, &session->loss, PROGRAM_EVALUATE,
                                           rows->rows < most ? rows->rows : most, session->team,
                                           (struct program_source){gather, &pass}, err);
    int status = program ? run(program, &pass, prediction, err) : -1;
    program_close(program);
    return status;
}
