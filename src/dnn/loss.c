/*
 * loss.c: the losses and their gradients, in forms that neither overflow nor hide a NaN: a comparison is written so
 * that a NaN takes the branch that keeps it.
 */
#include "dnn/loss.h"

#include <stddef.h>
#include <string.h>
#include <tgmath.h>

/* log(sum exp(z)) of one row, the greatest subtracted first. */
static real log_sum_exp(const real *z, int width)
{
    real greatest = z[0], sum = 0;
    for (int i = 1; i < width; i++)
        greatest = z[i] > greatest ? z[i] : greatest;
    for (int i = 0; i < width; i++)
        sum += exp(z[i] - greatest);
    return greatest + log(sum);
}

/* The mean over rows of -sum(t log softmax(z)); its gradient is softmax(z) sum(t) - t. */
static double run_ce(const struct arg_values *args, const real *z, const real *target, int first, int last, int rows,
                     int width, real *dz)
{
    (void)args;
    double sum = 0;
    for (int r = first; r < last; r++) {
        const real *zr = z + (size_t)r * width, *t = target + (size_t)r * width;
        real whole = log_sum_exp(zr, width), weight = 0;
        for (int i = 0; i < width; i++) {
            sum += (double)t[i] * (double)(whole - zr[i]);
            weight += t[i];
        }
        if (!dz)
            continue;
        for (int i = 0; i < width; i++)
            dz[(size_t)r * width + i] = (exp(zr[i] - whole) * weight - t[i]) / (real)rows;
    }
    return sum;
}

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
    .name = "ce", .summary = "cross-entropy of softmax(z), for classes; takes logits", .classes = 1, .run = run_ce};
static const struct loss_kind bce = {
    .name = "bce", .summary = "binary cross-entropy of sigmoid(z), for two classes or several labels; takes logits",
    .classes = 1, .one_of_two = 1, .run = run_bce};
static const struct loss_kind mse = {.name = "mse", .summary = "mean squared error", .run = run_mse};
static const struct loss_kind mae = {.name = "mae", .summary = "mean absolute error", .run = run_mae};
static const struct loss_kind huber = {
    .name = "huber", .summary = "squared error near 0, absolute error beyond delta", .args = huber_args,
    .run = run_huber};

const struct loss_kind *const loss_kinds[] = {&ce, &bce, &mse, &mae, &huber, NULL};

const struct loss_kind *loss_kind_find(const char *name)
{
    for (int i = 0; loss_kinds[i]; i++)
        if (strcmp(loss_kinds[i]->name, name) == 0)
            return loss_kinds[i];
    return NULL;
}
