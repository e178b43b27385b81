/* census.c: counting values. */
#include "debug/census.h"

#include <math.h>

static void count_bad(struct census *census, double x, size_t index)
{
    if (census_bad(census) == 0)
        census->first = index;
    census->nan += isnan(x) != 0;
    census->positive += isinf(x) && x > 0;
    census->negative += isinf(x) && x < 0;
}

void census_add(struct census *census, const real *data, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        double x = (double)data[i];
        if (!isfinite(x)) {
            count_bad(census, x, census->count + i);
            continue;
        }
        bool alone = census->count + i == census_bad(census);
        census->least = alone || x < census->least ? x : census->least;
        census->greatest = alone || x > census->greatest ? x : census->greatest;
        census->sum += x;
    }
    census->count += n;
}

struct census census_of(const struct tensor *tensor)
{
    struct census census = {0};
    census_add(&census, tensor->data, tensor->count);
    return census;
}

size_t census_bad(const struct census *census)
{
    return census->nan + census->positive + census->negative;
}

double census_absmax(const struct census *census)
{
    return fmax(fabs(census->least), fabs(census->greatest));
}

double census_mean(const struct census *census)
{
    return census->sum / (double)(census->count - census_bad(census));
}

void census_print_bad(const struct census *census, struct text *out)
{
    const size_t count[] = {census->nan, census->positive, census->negative};
    const char *const name[] = {"NaN", "+inf", "-inf"};
    int sorts = 0, said = 0;
    for (int i = 0; i < 3; i++)
        sorts += count[i] > 0;
    for (int i = 0; i < 3; i++)
        if (count[i] > 0) {
            text_add(out, "%s%s %s", said == 0 ? "" : said + 1 == sorts ? " and " : ", ",
                     text_count((double)count[i]).s, name[i]);
            said++;
        }
}

void tensor_print_index(const struct tensor *tensor, size_t i, struct text *out)
{
    size_t stride = tensor->count;
    text_add(out, "[");
    for (int d = 0; d < tensor->rank; d++) {
        stride /= (size_t)tensor->dim[d];
        text_add(out, "%s%zu", d ? ", " : "", i / stride);
        i %= stride;
    }
    text_add(out, "]");
}

void tensor_print_shape(const struct tensor *tensor, struct text *out)
{
    text_add(out, "[");
    for (int d = 0; d < tensor->rank; d++)
        text_add(out, "%s%d", d ? ", " : "", tensor->dim[d]);
    text_add(out, "]");
}
