/* histogram.c: how the values of a tensor are spread over bins with round edges. */
#include <math.h>

#include "debug/tensor.h"

/* A few values need few bins. */
static int bins_for(size_t values)
{
    double bins = fmax(6, 2 * sqrt((double)values));
    return bins < HISTOGRAM_BINS ? (int)bins : HISTOGRAM_BINS;
}

/* The least of 1, 2, 5 times a power of ten with which bins from LEAST to MOST are no more than BINS. */
static double round_width(double least, double most, int bins)
{
    static const double steps[] = {1, 2, 5, 10};
    double power = pow(10, floor(log10((most - least) / bins)));
    for (int i = 0; i < 4; i++) {
        double width = steps[i] * power;
        if (floor(most / width) - floor(least / width) < bins)
            return width;
    }
    return 20 * power;
}

static void count_kinds(const struct tensor *tensor, struct histogram *histogram)
{
    struct tensor_walk walk;
    size_t count;
    double least = INFINITY, most = -INFINITY;
    tensor_walk_begin(&walk, tensor);
    for (const float *x; (x = tensor_next(&walk, &count));)
        for (size_t i = 0; i < count; i++) {
            if (isnan(x[i])) {
                histogram->nan++;
            } else if (isinf(x[i])) {
                histogram->positive_inf += x[i] > 0;
                histogram->negative_inf += x[i] < 0;
            } else {
                histogram->finite++;
                histogram->zero += x[i] == 0;
                least = (double)x[i] < least ? (double)x[i] : least;
                most = (double)x[i] > most ? (double)x[i] : most;
            }
        }
    histogram->least = histogram->finite ? least : 0;
    histogram->most = histogram->finite ? most : 0;
}

static void fill_bins(const struct tensor *tensor, struct histogram *histogram)
{
    struct tensor_walk walk;
    size_t count;
    tensor_walk_begin(&walk, tensor);
    for (const float *x; (x = tensor_next(&walk, &count));)
        for (size_t i = 0; i < count; i++) {
            if (!isfinite(x[i]))
                continue;
            double bin = floor((double)x[i] / histogram->width) - histogram->first;
            histogram->bin[bin < histogram->bins - 1 ? (int)bin : histogram->bins - 1]++;
        }
}

void tensor_histogram(const struct tensor *tensor, struct histogram *histogram)
{
    *histogram = (struct histogram){.count = tensor->count};
    count_kinds(tensor, histogram);
    if (histogram->finite == 0)
        return;
    if (histogram->least == histogram->most) {
        histogram->bins = 1;
        histogram->bin[0] = histogram->finite;
        return;
    }
    histogram->width = round_width(histogram->least, histogram->most, bins_for(histogram->finite));
    histogram->first = floor(histogram->least / histogram->width);
    double last = floor(histogram->most / histogram->width);
    histogram->bins = (int)(last - histogram->first) + 1;
    if (histogram->bins > 1 && last * histogram->width == histogram->most)
        histogram->bins--; /* the last bin holds its upper end too */
    fill_bins(tensor, histogram);
}
