/*
 * loss.c: the losses and their gradients, in forms that neither overflow nor hide a NaN: a comparison is written so
 * that a NaN takes the branch that keeps it.
 */
#include "dnn/loss.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <tgmath.h>

#include "dnn/lanes.h"
#include "exponentials.h"

/* --- softmax and cross-entropy */

/* Sums over rows: of -sum(t z), and of weight log(total). Logarithms are taken of products, most rows having a weight
 * of 1 and a total between 1 and the width. */
struct logs {
    double sum;
    doubles low, high; /* products, by lane */
};

KERNEL_BODY void take_logs(struct logs *logs)
{
    doubles all = logs->low * logs->high;
    logs->sum += log((all[0] * all[1]) * (all[2] * all[3]));
    logs->low = logs->high = (doubles){1, 1, 1, 1};
}

#define LARGE 1e35 /* the product of eight such still is a double */

/* Adds weight log(total) of eight lanes. */
KERNEL_BODY void add_eight_logs(struct logs *logs, const reals *weight, const reals *total)
{
    doubles low, high;
    masks ones = *weight == 1;
    bool all = true;
    for (int k = 0; k < LANES; k++)
        all &= ones[k] != 0;
    lanes_double(total, &low, &high);
    if (!all) {
        for (int k = 0; k < LANES; k++)
            logs->sum += (double)(*weight)[k] * log((double)(*total)[k]);
        return;
    }
    logs->low *= low;
    logs->high *= high;
    doubles most = logs->low + logs->high; /* all are above 0 */
    if (!(most[0] + most[1] + most[2] + most[3] < LARGE))
        take_logs(logs);
}

/* The same of those below COUNT, which are few. */
KERNEL_BODY void add_logs(struct logs *logs, const reals *weight, const reals *total, int count)
{
    for (int k = 0; k < count; k++) {
        if ((*weight)[k] == 1)
            logs->low[0] *= (double)(*total)[k];
        else
            logs->sum += (double)(*weight)[k] * log((double)(*total)[k]);
        if (!(logs->low[0] < LARGE))
            take_logs(logs);
    }
}

/* A row of many classes. DZ first holds z - greatest, then the exponentials. Returns its part of the sum. */
KERNEL_BODY double ce_row(const real *restrict z, const real *restrict target, int width, real inverse,
                          real *restrict dz)
{
    real greatest = z[0], total = 0, weight = 0;
    double sum = 0;
    for (int i = 1; i < width; i++)
        greatest = z[i] > greatest ? z[i] : greatest;
    for (int at = 0; at < width; at += LANES) {
        int count = width - at < LANES ? width - at : LANES;
        reals v;
        lanes_load(&v, z + at, (size_t)count);
        v -= greatest;
        exponentials((real *)&v);
        for (int k = 0; k < count; k++)
            total += v[k];
        if (dz)
            lanes_store(dz + at, &v, (size_t)count);
    }
    for (int i = 0; i < width; i++) {
        sum += (double)target[i] * (double)(greatest - z[i]);
        weight += target[i];
    }
    real share = weight / total;
    for (int i = 0; dz && i < width; i++)
        dz[i] = (dz[i] * share - target[i]) * inverse;
    return sum + (double)weight * log((double)total);
}

/* Rows of few classes go by eights, a row a lane. */
enum { FEW = 16 };

/* COUNT rows, up to eight; lanes without one have the last again. Numbers that are known when this is compiled make it
 * fast. */
KERNEL_BODY void ce_eight(const real *restrict z, const real *restrict target, int count, int width, real inverse,
                          real *restrict dz, struct logs *logs)
{
    reals value[FEW], wanted[FEW], weight = {0}, total = {0}, sum = {0};
    size_t at[LANES];
    lanes_rows(at, count, (size_t)width);
    reals greatest = value[0] = LANES_COLUMN(z, at, 0);
    for (int i = 1; i < width; i++) {
        value[i] = LANES_COLUMN(z, at, i);
        masks more = value[i] > greatest;
        lanes_choose(&greatest, &more, &value[i]);
    }
    for (int i = 0; i < width; i++) {
        wanted[i] = LANES_COLUMN(target, at, i);
        value[i] -= greatest;
        sum -= wanted[i] * value[i];
        weight += wanted[i];
        exponentials((real *)&value[i]);
        total += value[i];
    }
    for (int k = 0; k < count; k++)
        logs->sum += (double)sum[k];
    if (count == LANES)
        add_eight_logs(logs, &weight, &total);
    else
        add_logs(logs, &weight, &total, count);
    reals share = weight / total;
    for (int i = 0; dz && i < width; i++) {
        value[i] = (value[i] * share - wanted[i]) * inverse;
        for (int k = 0; k < LANES; k++)
            if (k < count)
                dz[at[k] + (size_t)i] = value[i][k];
    }
}

/* The mean over rows of -sum(t log softmax(z)); its gradient is softmax(z) sum(t) - t. */
KERNEL_BODY double ce_rows_body(const real *restrict z, const real *restrict target, int count, int rows, int width,
                                real *restrict dz)
{
    struct logs logs = {0, {1, 1, 1, 1}, {1, 1, 1, 1}};
    real inverse = 1 / (real)rows;
    size_t at = 0, step = (size_t)width;
    int left = count;
    for (; width <= FEW && left >= LANES; left -= LANES, at += LANES * step)
        ce_eight(z + at, target + at, LANES, width, inverse, dz ? dz + at : NULL, &logs);
    if (width <= FEW && left == 1)
        ce_eight(z + at, target + at, 1, width, inverse, dz ? dz + at : NULL, &logs);
    else if (width <= FEW && left > 0)
        ce_eight(z + at, target + at, left, width, inverse, dz ? dz + at : NULL, &logs);
    take_logs(&logs);
    for (; width > FEW && left > 0; left--, at += step)
        logs.sum += ce_row(z + at, target + at, width, inverse, dz ? dz + at : NULL);
    return logs.sum;
}

KERNEL_EACH_WIDTH(double, ce_rows, (const real *z, const real *target, int count, int rows, int width, real *dz),
                  (z, target, count, rows, width, dz))

static double run_ce(const struct arg_values *args, const real *z, const real *target, int first, int last, int rows,
                     int width, real *dz)
{
    (void)args;
    size_t at = (size_t)first * (size_t)width;
    return ce_rows(z + at, target + at, last - first, rows, width, dz ? dz + at : NULL);
}

/* --- the others */

/* The mean over values of -(t log s(z) + (1 - t) log(1 - s(z))), s the logistic function. */
static double run_bce(const struct arg_values *args, const real *z, const real *target, int first, int last, int rows,
                      int width, real *dz)
{
    (void)args;
    double sum = 0;
    real values = (real)rows * (real)width;
    for (size_t i = (size_t)first * width; i < (size_t)last * width; i++) {
        real positive = z[i] > 0 ? z[i] : 0;
        sum += (double)(positive - z[i] * target[i] + log1p(exp(-fabs(z[i]))));
        if (dz)
            dz[i] = (1 / (1 + exp(-z[i])) - target[i]) / values;
    }
    return sum / width;
}

/* The mean over values of (z - t)^2. */
static double run_mse(const struct arg_values *args, const real *z, const real *target, int first, int last, int rows,
                      int width, real *dz)
{
    (void)args;
    double sum = 0;
    real values = (real)rows * (real)width;
    for (size_t i = (size_t)first * width; i < (size_t)last * width; i++) {
        real d = z[i] - target[i];
        sum += (double)d * (double)d;
        if (dz)
            dz[i] = 2 * d / values;
    }
    return sum / width;
}

/* The mean over values of |z - t|; the gradient at 0 is 0. */
static double run_mae(const struct arg_values *args, const real *z, const real *target, int first, int last, int rows,
                      int width, real *dz)
{
    (void)args;
    double sum = 0;
    real values = (real)rows * (real)width;
    for (size_t i = (size_t)first * width; i < (size_t)last * width; i++) {
        real d = z[i] - target[i];
        sum += (double)fabs(d);
        if (dz)
            dz[i] = (d > 0 ? 1 : d < 0 ? -1 : d) / values;
    }
    return sum / width;
}

enum { DELTA };

static const struct arg_spec huber_args[] = {
    [DELTA] = {.name = "delta", .type = ARG_NUMBER, .min = 1e-6, .max = 1e6, .preset = "1",
               .summary = "the error from which on it is linear"},
    {0}};

/* The mean over values of d^2 / 2 where |d| <= delta, else delta (|d| - delta / 2), with d = z - t (Huber 1964). */
static double run_huber(const struct arg_values *args, const real *z, const real *target, int first, int last,
                        int rows, int width, real *dz)
{
    double sum = 0;
    real delta = (real)args->number[DELTA], values = (real)rows * (real)width;
    for (size_t i = (size_t)first * width; i < (size_t)last * width; i++) {
        real d = z[i] - target[i], size = fabs(d);
        sum += (double)(size <= delta ? d * d / 2 : delta * (size - delta / 2));
        if (dz)
            dz[i] = (d > delta ? delta : d < -delta ? -delta : d) / values;
    }
    return sum / width;
}

static const struct loss_kind ce = {
    .name = "ce", .summary = "cross-entropy of softmax(z), for classes; takes logits", .unit = "nats",
    .classes = 1, .run = run_ce};
static const struct loss_kind bce = {
    .name = "bce", .summary = "binary cross-entropy of sigmoid(z), for two classes or several labels; takes logits",
    .unit = "nats", .classes = 1, .one_of_two = 1, .run = run_bce};
static const struct loss_kind mse = {
    .name = "mse", .summary = "mean squared error", .unit = "units of the target, squared", .run = run_mse};
static const struct loss_kind mae = {
    .name = "mae", .summary = "mean absolute error", .unit = "units of the target", .run = run_mae};
static const struct loss_kind huber = {
    .name = "huber", .summary = "squared error near 0, absolute error beyond delta", .args = huber_args,
    .unit = "units of the target, squared near 0", .run = run_huber};

const struct loss_kind *const loss_kinds[] = {&ce, &bce, &mse, &mae, &huber, NULL};

const struct loss_kind *loss_kind_find(const char *name)
{
    for (int i = 0; loss_kinds[i]; i++)
        if (strcmp(loss_kinds[i]->name, name) == 0)
            return loss_kinds[i];
    return NULL;
}
