/*
 * init.c: the initializers. Most are one rule, a variance divided by a fan, under the names that people know them by:
 * He et al. 2015, Glorot and Bengio 2010 (xavier), LeCun et al. 1998; the general one is variance-scaling.
 */
#include "dnn/init.h"

#include <math.h>
#include <string.h>

enum fan { FAN_IN, FAN_OUT, FAN_AVG };
enum distribution { TRUNCATED, NORMAL, UNIFORM };

static const char *const fan_names[] = {"fan_in", "fan_out", "fan_avg", NULL};
static const char *const distribution_names[] = {"truncated", "normal", "uniform", NULL};
static const char *const uniform_or_normal[] = {"uniform", "normal", NULL};
static const char *const normal_or_uniform[] = {"normal", "uniform", NULL};

/* Deviation of a standard normal distribution cut at two deviations. */
#define TRUNCATED_DEVIATION 0.87962566103423978

/* What a float holds is legal: people break networks on purpose, to see what becomes of them. */
#define LARGEST 3.4e38

static size_t weights(const struct init_run *run)
{
    return shape_size(run->shape);
}

static void fill_value(const struct init_run *run, double value)
{
    for (size_t i = 0; i < weights(run); i++)
        run->w[i] = (real)value;
}

static void fill_normal(const struct init_run *run, double deviation)
{
    for (size_t i = 0; i < weights(run); i++)
        run->w[i] = (real)(deviation * rng_normal(run->rng));
}

/* Normal, what lies beyond two DEVIATIONs drawn again. */
static void fill_truncated(const struct init_run *run, double deviation)
{
    for (size_t i = 0; i < weights(run); i++) {
        double z;
        do
            z = rng_normal(run->rng);
        while (fabs(z) > 2);
        run->w[i] = (real)(deviation * z);
    }
}

static void fill_uniform(const struct init_run *run, double limit)
{
    for (size_t i = 0; i < weights(run); i++)
        run->w[i] = (real)(limit * (2 * rng_uniform(run->rng) - 1));
}

/* Weights of variance SCALE / fan. */
static void fill_scaled(const struct init_run *run, double scale, enum fan fan, enum distribution distribution)
{
    double n = fan == FAN_IN ? run->fan_in : fan == FAN_OUT ? run->fan_out : (run->fan_in + (double)run->fan_out) / 2;
    double variance = scale / fmax(n, 1);
    if (distribution == TRUNCATED)
        fill_truncated(run, sqrt(variance) / TRUNCATED_DEVIATION);
    else if (distribution == NORMAL)
        fill_normal(run, sqrt(variance));
    else
        fill_uniform(run, sqrt(3 * variance));
}

static const struct arg_spec scaling_args[] = {
    {.name = "scale", .type = ARG_NUMBER, .min = 0, .max = LARGEST, .preset = "2", .summary = "variance times the fan"},
    {.name = "fan", .type = ARG_CHOICE, .choices = fan_names, .preset = "fan_in",
     .summary = "what divides it: inputs of a unit, units that an input feeds, or their mean"},
    {.name = "distribution", .type = ARG_CHOICE, .choices = distribution_names, .preset = "truncated",
     .summary = "what is drawn from; truncated is normal without what lies beyond two deviations"},
    {0}};

static void scaling_fill(const struct init_run *run)
{
    fill_scaled(run, run->args->number[0], (enum fan)run->args->number[1], (enum distribution)run->args->number[2]);
}

static const struct init_kind variance_scaling = {
    .name = "variance-scaling", .summary = "variance scale / fan (He et al. 2015 at scale 2)", .args = scaling_args,
    .fill = scaling_fill};

static const struct arg_spec xavier_args[] = {
    {.name = "distribution", .type = ARG_CHOICE, .choices = uniform_or_normal, .preset = "uniform",
     .summary = "what is drawn from"},
    {0}};

static void xavier_fill(const struct init_run *run)
{
    fill_scaled(run, 1, FAN_AVG, run->args->number[0] == 0 ? UNIFORM : NORMAL);
}

static const struct init_kind xavier = {
    .name = "xavier", .summary = "variance 2 / (fan_in + fan_out), for tanh and sigmoid", .args = xavier_args,
    .fill = xavier_fill};

static const struct arg_spec normal_first_args[] = {
    {.name = "distribution", .type = ARG_CHOICE, .choices = normal_or_uniform, .preset = "normal",
     .summary = "what is drawn from"},
    {0}};

static void he_fill(const struct init_run *run)
{
    fill_scaled(run, 2, FAN_IN, run->args->number[0] == 0 ? NORMAL : UNIFORM);
}

static const struct init_kind he = {
    .name = "he", .summary = "variance 2 / fan_in, for rectifiers", .args = normal_first_args, .fill = he_fill};

static void lecun_fill(const struct init_run *run)
{
    fill_scaled(run, 1, FAN_IN, run->args->number[0] == 0 ? NORMAL : UNIFORM);
}

static const struct init_kind lecun = {
    .name = "lecun", .summary = "variance 1 / fan_in", .args = normal_first_args, .fill = lecun_fill};

static const struct arg_spec deviation_args[] = {
    {.name = "sd", .type = ARG_NUMBER, .min = 0, .max = LARGEST, .preset = "0.05", .summary = "standard deviation"},
    {0}};

static void gaussian_fill(const struct init_run *run)
{
    fill_normal(run, run->args->number[0]);
}

static const struct init_kind gaussian = {
    .name = "gaussian", .summary = "normal of deviation sd, whatever the fan", .args = deviation_args,
    .fill = gaussian_fill};

static void truncated_fill(const struct init_run *run)
{
    fill_truncated(run, run->args->number[0]);
}

static const struct init_kind truncated = {
    .name = "truncated", .summary = "normal of deviation sd before what lies beyond two sd is drawn again",
    .args = deviation_args, .fill = truncated_fill};

static const struct arg_spec limit_args[] = {
    {.name = "limit", .type = ARG_NUMBER, .min = 0, .max = LARGEST, .preset = "0.05", .summary = "greatest size"}, {0}};

static void uniform_fill(const struct init_run *run)
{
    fill_uniform(run, run->args->number[0]);
}

static const struct init_kind uniform = {
    .name = "uniform", .summary = "evenly from -limit to limit", .args = limit_args, .fill = uniform_fill};

static const struct arg_spec value_args[] = {
    {.name = "value", .type = ARG_NUMBER, .min = -LARGEST, .max = LARGEST, .preset = "0.05", .summary = "every weight"},
    {0}};

static void constant_fill(const struct init_run *run)
{
    fill_value(run, run->args->number[0]);
}

static const struct init_kind constant = {
    .name = "constant", .summary = "one value: all units stay alike", .args = value_args, .fill = constant_fill};

static void zeros_fill(const struct init_run *run)
{
    fill_value(run, 0);
}

static const struct init_kind zeros = {
    .name = "zeros", .summary = "all 0: nothing learns but the last bias", .fill = zeros_fill};

/* COUNT vectors of LENGTH components: the rows of a wide matrix, the columns of a tall one. */
struct vectors {
    real *w;
    size_t count, length;
    size_t next, step; /* from one vector to the next; from one component to the next */
};

static double norm_of(const struct vectors *v, size_t i)
{
    double sum = 0;
    for (size_t c = 0; c < v->length; c++) {
        double value = v->w[i * v->next + c * v->step];
        sum += value * value;
    }
    return sqrt(sum);
}

/* Takes from vector I what lies along vectors [from, to), at most PROJECTED of them. */
#define PROJECTED 64
static void project_out(const struct vectors *v, size_t i, size_t from, size_t to)
{
    double along[PROJECTED] = {0};
    for (size_t c = 0; c < v->length; c++) {
        const real *component = v->w + c * v->step;
        double value = component[i * v->next];
        for (size_t k = from; k < to; k++)
            along[k - from] += value * component[k * v->next];
    }
    for (size_t c = 0; c < v->length; c++) {
        real *component = v->w + c * v->step;
        double rest = component[i * v->next];
        for (size_t k = from; k < to; k++)
            rest -= along[k - from] * component[k * v->next];
        component[i * v->next] = (real)rest;
    }
}

/* Gram-Schmidt by blocks of vectors, twice, sums in double: twice is enough (Giraud, Langou, Rozloznik 2005). What is
 * left of a Gaussian vector is never 0 but by a failure of the generator, and its norm is positive, so the result is
 * evenly distributed over the orthogonal matrices (Mezzadri 2007). */
static void orthogonal_fill(const struct init_run *run)
{
    size_t rows = (size_t)run->shape->dim[0], columns = weights(run) / rows;
    bool tall = rows >= columns; /* a square one by columns too: its rows would collide in the cache */
    struct vectors v = {.w = run->w, .count = tall ? columns : rows, .length = tall ? rows : columns,
                        .next = tall ? 1 : columns, .step = tall ? columns : 1};
    fill_normal(run, 1);
    for (size_t i = 0; i < v.count; i++)
        for (int pass = 0; pass < 2; pass++) {
            for (size_t from = 0; from < i; from += PROJECTED)
                project_out(&v, i, from, from + PROJECTED < i ? from + PROJECTED : i);
            double norm = norm_of(&v, i);
            for (size_t c = 0; c < v.length; c++)
                v.w[i * v.next + c * v.step] = (real)(v.w[i * v.next + c * v.step] / norm);
        }
    for (size_t i = 0; i < weights(run); i++)
        run->w[i] *= (real)run->args->number[0];
}

static const struct arg_spec orthogonal_args[] = {
    {.name = "gain", .type = ARG_NUMBER, .min = 0, .max = LARGEST, .preset = "1", .summary = "every singular value"},
    {0}};

static const struct init_kind orthogonal = {
    .name = "orthogonal", .summary = "rows (or columns, of which there are fewer) orthogonal, of norm gain",
    .args = orthogonal_args, .fill = orthogonal_fill};

const struct init_kind *const init_kinds[] = {
    &variance_scaling, &he, &xavier, &lecun, &orthogonal, &gaussian, &truncated, &uniform, &constant, &zeros, NULL};

const struct init_kind *init_kind_find(const char *name)
{
    for (int i = 0; init_kinds[i]; i++)
        if (strcmp(init_kinds[i]->name, name) == 0)
            return init_kinds[i];
    return NULL;
}
