/*
 * standing.c: evaluates a session on rows of one's choice, by a program of its own.
 *
 * "Reached" is R2 in a regression; when classifying, how much of what the most frequent class gets wrong is right.
 */
#include "standing.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "debug/score.h"

#define ROWS_AT_ONCE 256

struct visit {
    const struct session *session;
    const int *row;
    bool zeroed;
};

static void gather(void *context, int first, int last, real *x, real *y)
{
    const struct visit *visit = context;
    const struct session *session = visit->session;
    int features = session->data->features, width = net_width(session->net);
    transform_rows(&session->transform, session->data, visit->row, first, last, x, y, width);
    if (visit->zeroed)
        memset(x + (size_t)first * (size_t)features, 0, (size_t)(last - first) * (size_t)features * sizeof *x);
}

/* The share of ROW in the most frequent class. */
static double majority(const struct dataset *data, const int *row, int rows)
{
    int most = 0;
    int *count = calloc((size_t)data->classes, sizeof *count);
    for (int i = 0; count && i < rows; i++) {
        int *of = &count[(int)data->y[row[i]]];
        most = ++*of > most ? *of : most;
    }
    free(count);
    return (double)most / rows;
}

static double reached(const struct session *session, const int *row, int rows, const struct standing *standing)
{
    double share;
    if (!isfinite(standing->loss) || !isfinite(standing->score))
        return -1;
    if (session->data->task == TASK_REGRESS)
        return fmax(standing->score, -1);
    share = majority(session->data, row, rows);
    return share < 1 ? fmax((standing->score - share) / (1 - share), -1) : standing->score;
}

/* The forward passes: in training the loss is the program's last op before it goes back. */
static void run(struct program *program, struct visit *visit, const int *row, int rows, struct evaluation *sums)
{
    struct optimizer idle = visit->session->optimizer; /* a training program asks for one; no update is reached */
    int end = 0;
    while (program_op(program, end)->code != OP_LOSS)
        end++;
    for (int first = 0; first < rows; first += ROWS_AT_ONCE) {
        int count = rows - first < ROWS_AT_ONCE ? rows - first : ROWS_AT_ONCE;
        visit->row = row + first;
        program_begin(program, count, visit->session->seed, visit->session->step);
        program_run(program, &idle, end + 1, false);
        sums->loss += program_loss(program) * count;
        score_add(visit->session, program, count, sums);
        sums->done += count;
    }
}

int standing_of(struct session *session, const int *row, int rows, enum standing_mode mode, struct standing *standing,
                struct err *err)
{
    struct visit visit = {session, row, mode == STANDING_ZEROED};
    struct evaluation sums = {0};
    struct net *net = session->net;
    bool train = mode == STANDING_TRAIN;
    real *statistics = malloc((net->stat_size + 1) * sizeof *statistics);
    struct program *program =
        program_open(net, &session->loss, train ? PROGRAM_TRAIN : PROGRAM_EVALUATE,
                     rows < ROWS_AT_ONCE ? rows : ROWS_AT_ONCE, session->team,
                     (struct program_source){gather, &visit}, err);
    if (!statistics || !program) {
        free(statistics);
        program_close(program);
        return program ? err_set(err, ERR_MEMORY, "doctor: no memory for %zu statistics", net->stat_size) : -1;
    }
    memcpy(statistics, net->s, net->stat_size * sizeof *statistics);
    run(program, &visit, row, rows, &sums);
    memcpy(net->s, statistics, net->stat_size * sizeof *statistics);
    *standing = (struct standing){.loss = sums.loss / sums.done, .score = score_evaluation(session, &sums)};
    standing->reached = reached(session, row, rows, standing);
    free(statistics);
    program_close(program);
    return 0;
}

int standing_answer(struct session *session, const int *row, int rows, real *answer, struct err *err)
{
    struct visit visit = {session, row, false};
    struct program *program = program_open(session->net, &session->loss, PROGRAM_EVALUATE, rows, session->team,
                                           (struct program_source){gather, &visit}, err);
    if (!program)
        return -1;
    program_begin(program, rows, 0, 0);
    program_run(program, NULL, program_ops(program), false);
    memcpy(answer, program_out(program, session->net->top.layers - 1),
           (size_t)net_width(session->net) * sizeof *answer);
    program_close(program);
    return 0;
}

/* --- the constant answer */

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The loss of answering Y with the mean or the median, whichever is less, for losses of numbers. */
static double constant_number(const struct session *session, double *y, int rows)
{
    const struct loss *loss = &session->loss;
    double sum = 0, least = INFINITY;
    qsort(y, (size_t)rows, sizeof *y, compare);
    for (int i = 0; i < rows; i++)
        sum += y[i];
    double answers[] = {sum / rows, y[rows / 2]};
    for (int k = 0; k < 2; k++) {
        double total = 0;
        for (int i = 0; i < rows; i++) {
            real z = (real)answers[k], target = (real)y[i];
            total += loss->kind->run(&loss->args, &z, &target, 0, 1, 1, 1, NULL);
        }
        least = fmin(least, total / rows);
    }
    return least;
}

/* Of classes: each output answers with its class's share; ce and bce get that share's logit. */
static double constant_class(const struct session *session, const int *row, int rows)
{
    const struct dataset *data = session->data;
    int width = net_width(session->net);
    double least = INFINITY, total = 0;
    double *share = calloc((size_t)data->classes, sizeof *share);
    for (int i = 0; share && i < rows; i++)
        share[(int)data->y[row[i]]] += 1.0 / rows;
    for (int k = 0; share && k < data->classes; k++) {
        double p = share[k], entropy = p > 0 ? -p * log(p) : 0, other = p < 1 ? -(1 - p) * log(1 - p) : 0;
        if (strcmp(session->loss.kind->name, "ce") == 0)
            total += entropy;
        else if (session->loss.kind->classes)
            total += (entropy + (width > 1 ? other : 0)) / width;
        else if (strcmp(session->loss.kind->name, "mae") == 0)
            total += fmin(p, 1 - p) / width;
        else
            total += p * (1 - p) / width;
    }
    least = fmin(least, total);
    free(share);
    return least;
}

double standing_constant_loss(const struct session *session, const int *row, int rows)
{
    const struct dataset *data = session->data;
    const struct transform *transform = &session->transform;
    if (data->task == TASK_CLASSIFY)
        return constant_class(session, row, rows);
    double *y = malloc((size_t)rows * sizeof *y), loss;
    if (!y)
        return NAN;
    for (int i = 0; i < rows; i++) {
        y[i] = data->y[row[i]];
        if (transform->targets)
            y[i] = (y[i] - transform->y_mean) / transform->y_sd;
    }
    loss = constant_number(session, y, rows);
    free(y);
    return loss;
}
