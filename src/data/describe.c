/* describe.c: moments in double, in two passes; the span by sorting; ten bins. */
#include "data/describe.h"

#include <math.h>
#include <stdlib.h>

#define VALUES_MOST 1000000 /* that are sorted for the span */

/* Values one after the other: of the features, or of the target. */
struct source {
    const struct dataset *dataset;
    const struct transform *transform;
    int first, count; /* count 0: the target */
};

static double value_of(const struct source *source, int row, int feature)
{
    const struct dataset *data = source->dataset;
    const struct transform *transform = source->transform;
    size_t at = (size_t)row * (size_t)data->features + (size_t)feature;
    if (source->count == 0) {
        bool whitened = transform && transform->targets && data->task == TASK_REGRESS;
        return whitened ? (data->y[row] - transform->y_mean) / transform->y_sd : data->y[row];
    }
    float x = data->x ? data->x[at] : data->bytes[at];
    return transform ? transform_value(transform, (size_t)feature, x) : x;
}

/* Calls EACH for every value of the training rows. */
static void visit(const struct source *source, void (*each)(struct description *, double), struct description *out)
{
    int count = source->count ? source->count : 1;
    for (int i = 0; i < source->dataset->trains; i++)
        for (int f = source->first; f < source->first + count; f++)
            each(out, value_of(source, source->dataset->train[i], f));
}

static void add_sum(struct description *out, double x)
{
    out->least = x < out->least ? x : out->least;
    out->greatest = x > out->greatest ? x : out->greatest;
    out->mean += x;
    out->zeros += x == 0;
}

static void add_powers(struct description *out, double x)
{
    double d = x - out->mean, width = out->greatest - out->least;
    int bin = width > 0 ? (int)((x - out->least) / width * DESCRIPTION_BINS) : 0;
    out->sd += d * d;
    out->skew += d * d * d;
    out->bin[bin < DESCRIPTION_BINS ? bin : DESCRIPTION_BINS - 1]++;
}

static int by_size(const void *a, const void *b)
{
    float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

/* Of more values than can be sorted in a moment, those of rows evenly spaced. */
static int find_decades(const struct source *source, struct description *out, struct err *err)
{
    const struct dataset *data = source->dataset;
    int count = source->count ? source->count : 1, most = VALUES_MOST / count;
    int rows = most < 1 ? 1 : most < data->trains ? most : data->trains;
    size_t found = 0;
    float *size = malloc((size_t)rows * (size_t)count * sizeof *size);
    if (!size)
        return err_set(err, ERR_MEMORY, "out of memory for %d values", rows * count);
    for (int i = 0; i < rows; i++)
        for (int f = source->first; f < source->first + count; f++) {
            int row = data->train[(int64_t)i * data->trains / rows];
            float x = fabsf((float)value_of(source, row, f));
            if (x > 0)
                size[found++] = x;
        }
    qsort(size, found, sizeof *size, by_size);
    double greatest = fmax(fabs(out->least), fabs(out->greatest));
    out->decades = found ? log10(greatest / size[(found * SPAN_PERCENTILE + 99) / 100 - 1]) : 0;
    free(size);
    return 0;
}

static int describe(const struct source *source, struct description *out, struct err *err)
{
    double n = (double)source->dataset->trains * (source->count ? source->count : 1);
    *out = (struct description){.least = INFINITY, .greatest = -INFINITY};
    visit(source, add_sum, out);
    out->mean /= n;
    out->zeros /= n;
    visit(source, add_powers, out);
    out->sd = out->greatest > out->least ? sqrt(out->sd / n) : 0;
    out->skew = out->sd > 0 ? out->skew / n / (out->sd * out->sd * out->sd) : (double)NAN;
    return find_decades(source, out, err);
}

int describe_features(const struct dataset *dataset, const struct transform *transform, int first, int count,
                      struct description *description, struct err *err)
{
    return describe(&(struct source){dataset, transform, first, count}, description, err);
}

int describe_target(const struct dataset *dataset, const struct transform *transform, struct description *description,
                    struct err *err)
{
    return describe(&(struct source){dataset, transform, 0, 0}, description, err);
}
