/*
 * series.c: the pyramid of rings. Samples are numbered from 0 as they come; bucket k of level l covers the samples
 * [k 4^l, (k+1) 4^l), the newest of each level only those that came so far; any level alone tells the whole story of
 * the steps that it still holds. A push comes with every training step, so it writes a sample and no more; the rest
 * is brought up to date together, for some hundred samples at once, and before anybody looks.
 */
#include "base/series.h"

#include <assert.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { LEVELS = 12, UNSETTLED = 256 /* samples at most, and a quarter of a ring */ };

/* A bucket as it is gathered: the sum in double, so that the mean of millions of samples is one. */
struct gathered {
    double first, last, sum;
    float min, max; /* NaN when count is 0 */
    int count, nonfinite;
};

struct sample {
    double x, y;
};

struct series {
    int capacity;
    uint64_t count;           /* samples, which is also the number of the next one */
    uint64_t settled;         /* of them the levels above, and begin[0], know */
    uint64_t unsettled;       /* from so many samples on they are told at once */
    double last_x;            /* NaN when empty */
    uint64_t begin[LEVELS];   /* the oldest bucket that a level holds: always a multiple of 4, so that the newest bucket
                                 of the level above can be made again from whole groups */
    struct sample *sample;    /* [capacity] level 0; behind it, in the same piece of memory: */
    struct gathered *gathered[LEVELS]; /* [capacity] each, of the levels above */
};

struct series *series_open(int capacity, struct err *err)
{
    assert(capacity >= 16 && (capacity & (capacity - 1)) == 0 && __builtin_ctz((unsigned)capacity) % 2 == 0);
    size_t n = (size_t)capacity;
    struct series *series = calloc(1, sizeof *series);
    /* Taken whole, paid for as it is touched: the pages of a high level cost nothing before it is in use. */
    struct sample *sample = calloc(n, sizeof *sample + (LEVELS - 1) * sizeof(struct gathered));
    if (!series || !sample) {
        free(series);
        free(sample);
        err_set(err, ERR_MEMORY, "no memory for a series of %d samples a level", capacity);
        return NULL;
    }
    struct gathered *gathered = (struct gathered *)(sample + n);
    *series = (struct series){.capacity = capacity, .last_x = NAN, .sample = sample};
    series->unsettled = (uint64_t)(capacity / 4 < UNSETTLED ? capacity / 4 : UNSETTLED);
    for (int level = 1; level < LEVELS; level++)
        series->gathered[level] = gathered + (size_t)(level - 1) * n;
    return series;
}

void series_close(struct series *series)
{
    if (!series)
        return;
    free(series->sample);
    free(series);
}

void series_clear(struct series *series)
{
    series->count = series->settled = 0;
    series->last_x = NAN;
    for (int level = 0; level < LEVELS; level++)
        series->begin[level] = 0;
}

/* One past the newest bucket of LEVEL. */
static uint64_t level_end(const struct series *series, int level)
{
    return (series->count + ((uint64_t)1 << 2 * level) - 1) >> 2 * level;
}

static struct gathered *slot(const struct series *series, int level, uint64_t k)
{
    size_t n = (size_t)series->capacity;
    return &series->gathered[level][k & (n - 1)];
}

/* Slots of LEVEL that have been written: a ring that is not full is used from its beginning. */
static size_t used_slots(const struct series *series, int level)
{
    uint64_t all = level_end(series, level), n = (uint64_t)series->capacity;
    return (size_t)(all < n ? all : n);
}

static struct gathered gather_sample(double x, double y)
{
    float value = (float)y;
    if (!isfinite(value))
        return (struct gathered){x, x, 0, NAN, NAN, 0, 1};
    return (struct gathered){x, x, value, value, value, 1, 0};
}

static struct gathered read_bucket(const struct series *series, int level, uint64_t k)
{
    if (level > 0)
        return *slot(series, level, k);
    struct sample sample = series->sample[k & ((uint64_t)series->capacity - 1)];
    return gather_sample(sample.x, sample.y);
}

/* Adds MORE, which is later, to SUM. The comparisons are written so that a NaN in SUM gives way. */
static void merge(struct gathered *sum, const struct gathered *more)
{
    sum->last = more->last;
    sum->sum += more->sum;
    sum->count += more->count;
    sum->nonfinite += more->nonfinite;
    if (more->count == 0)
        return;
    if (!(sum->min <= more->min))
        sum->min = more->min;
    if (!(sum->max >= more->max))
        sum->max = more->max;
}

/* Bucket K of LEVEL has been written, or is to be: what had its slot is gone, in groups of 4. */
static void make_room(struct series *series, int level, uint64_t k)
{
    uint64_t capacity = (uint64_t)series->capacity;
    if (k - series->begin[level] >= capacity)
        series->begin[level] = k / 4 * 4 + 4 - capacity;
}

/* Gathers four samples as four merges would; false when one is not finite. */
static bool gather_four(const struct sample *sample, struct gathered *sum)
{
    float a = (float)sample[0].y, b = (float)sample[1].y, c = (float)sample[2].y, d = (float)sample[3].y;
    float low = a < b ? a : b, more_low = c < d ? c : d, high = a > b ? a : b, more_high = c > d ? c : d;
    if ((a - a) + (b - b) + (c - c) + (d - d) != 0) /* what is not finite leaves a NaN */
        return false;
    *sum = (struct gathered){.first = sample[0].x, .last = sample[3].x, .sum = (double)a + b + c + d,
                             .min = low < more_low ? low : more_low, .max = high > more_high ? high : more_high,
                             .count = 4};
    return true;
}

/* Gathers bucket K of LEVEL from those of the level below that there are. */
static void gather_bucket(struct series *series, int level, uint64_t k)
{
    uint64_t below = level_end(series, level - 1), end = 4 * k + 4 < below ? 4 * k + 4 : below;
    assert(4 * k >= series->begin[level - 1] && 4 * k < below);
    struct gathered sum = read_bucket(series, level - 1, 4 * k);
    for (uint64_t i = 4 * k + 1; i < end; i++) {
        struct gathered more = read_bucket(series, level - 1, i);
        merge(&sum, &more);
    }
    *slot(series, level, k) = sum;
}

/* Gathers the groups of four samples from K up to END, all of which are there. */
static void gather_groups(struct series *series, uint64_t k, uint64_t end)
{
    uint64_t mask = (uint64_t)series->capacity - 1;
    for (; k < end; k++)
        if (!gather_four(&series->sample[4 * k & mask], &series->gathered[1][k & mask]))
            gather_bucket(series, 1, k);
}

/* Brings the levels above up to date. What a series tells does not change by it, hence `const`. */
static void settle(const struct series *unsettled)
{
    struct series *series = (struct series *)unsettled;
    if (series->settled == series->count)
        return;
    make_room(series, 0, series->count - 1);
    gather_groups(series, series->settled / 4, series->count / 4);
    for (int level = 1; level < LEVELS; level++) {
        uint64_t end = level_end(series, level);
        for (uint64_t k = level == 1 ? series->count / 4 : series->settled >> 2 * level; k < end; k++)
            gather_bucket(series, level, k);
        make_room(series, level, end - 1);
    }
    series->settled = series->count;
}

void series_copy(struct series *to, const struct series *from)
{
    assert(to->capacity == from->capacity);
    settle(from);
    to->count = to->settled = from->count;
    to->last_x = from->last_x;
    memcpy(to->begin, from->begin, sizeof to->begin);
    memcpy(to->sample, from->sample, used_slots(from, 0) * sizeof *to->sample);
    for (int level = 1; level < LEVELS; level++)
        memcpy(to->gathered[level], from->gathered[level], used_slots(from, level) * sizeof **to->gathered);
}

struct series *series_keep(const struct series *series)
{
    settle(series);
    size_t first = used_slots(series, 0) + 1, above = 0;
    for (int level = 1; level < LEVELS; level++)
        above += used_slots(series, level);
    struct series *kept = malloc(sizeof *kept);
    struct sample *sample = malloc(first * sizeof *sample + above * sizeof(struct gathered));
    if (!kept || !sample) {
        free(kept);
        free(sample);
        return NULL;
    }
    struct gathered *gathered = (struct gathered *)(sample + first);
    *kept = (struct series){.capacity = series->capacity, .sample = sample};
    for (int level = 1; level < LEVELS; level++) {
        kept->gathered[level] = gathered;
        gathered += used_slots(series, level);
    }
    series_copy(kept, series);
    return kept;
}

void series_push(struct series *series, double x, double y)
{
    assert(isfinite(x) && !(x <= series->last_x));
    series->last_x = x;
    uint64_t index = series->count++;
    series->sample[index & ((uint64_t)series->capacity - 1)] = (struct sample){x, y};
    if (series->count - series->settled >= series->unsettled)
        settle(series);
}

void series_extend(struct series *series, double x, double y)
{
    if (!(x <= series->last_x))
        series_push(series, x, y);
}

/* Whether LEVEL holds a bucket that begins at or before X, or all that there ever was. */
static bool covers(const struct series *series, int level, double x)
{
    uint64_t begin = series->begin[level];
    if (begin >= level_end(series, level))
        return false;
    return begin == 0 || read_bucket(series, level, begin).first <= x;
}

/* The first bucket of LEVEL that ends after X. */
static uint64_t first_after(const struct series *series, int level, double x)
{
    uint64_t low = series->begin[level], high = level_end(series, level);
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        if (read_bucket(series, level, middle).last > x)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

/* After a cut the newest bucket of LEVEL holds too much: gathers it again from the level below. */
static void regather(struct series *series, int level)
{
    uint64_t end = level_end(series, level);
    if (series->count != end << 2 * level)
        gather_bucket(series, level, end - 1);
}

/* After a cut: the x of the last sample that is left. */
static double find_last_x(const struct series *series)
{
    for (int level = 0; level < LEVELS; level++) {
        uint64_t end = level_end(series, level);
        if (end > series->begin[level])
            return read_bucket(series, level, end - 1).last;
    }
    return NAN;
}

void series_truncate(struct series *series, double x)
{
    if (series->count == 0 || x >= series_last_x(series))
        return;
    settle(series);
    int cut = 0;
    while (cut < LEVELS && !covers(series, cut, x))
        cut++;
    if (cut == LEVELS) {
        series_clear(series);
        return;
    }
    series->count = first_after(series, cut, x) << 2 * cut;
    for (int level = 0; level < cut; level++)
        series->begin[level] = series->count >> 2 * level; /* nothing is left of it */
    series->settled = series->count;
    for (int level = cut + 1; level < LEVELS; level++)
        regather(series, level);
    series->last_x = find_last_x(series);
}

size_t series_count(const struct series *series)
{
    return (size_t)series->count;
}

double series_last_x(const struct series *series)
{
    return series->last_x;
}

double series_last(const struct series *series)
{
    if (series->count == series->begin[0])
        return NAN;
    return series->sample[(series->count - 1) & ((uint64_t)series->capacity - 1)].y;
}

double series_first_x(const struct series *series)
{
    const int top = LEVELS - 1;
    settle(series);
    if (series->begin[top] >= level_end(series, top))
        return NAN;
    return read_bucket(series, top, series->begin[top]).first;
}

/* The column of X. Outside of [x0, x1] the first or the last. */
static int column_of(double x, double x0, double x1, int columns)
{
    if (x <= x0 || !(x1 > x0) || columns == 1)
        return 0;
    double place = (x - x0) / (x1 - x0) * columns;
    return place >= columns ? columns - 1 : (int)place;
}

/* The columns of a look into a series, and where it has come to. */
struct look {
    double x0, x1;
    int columns;
    int open;   /* the last column that was added to: buckets come in order, so only one can still grow */
    double sum; /* of that one */
    struct bucket *out;
};

/* Where bucket *K of *LEVEL lies in one column and begins a bucket of a level above that does so too, and ends by x1,
 * goes up to that one: so a column of many samples is made from few buckets. Returns the bucket. */
static struct gathered widest(const struct series *series, const struct look *look, int *level, uint64_t *k)
{
    struct gathered found = read_bucket(series, *level, *k);
    int column = column_of(found.first, look->x0, look->x1, look->columns);
    while (*level < LEVELS - 1 && *k % 4 == 0) {
        const struct gathered *above = slot(series, *level + 1, *k / 4);
        if (above->last > look->x1 || column_of(above->last, look->x0, look->x1, look->columns) != column)
            break;
        found = *above;
        ++*level;
        *k /= 4;
    }
    return found;
}

static void add_to_column(struct look *look, int c, const struct gathered *more)
{
    struct bucket *column = &look->out[c];
    look->sum = more->sum + (c == look->open ? look->sum : 0);
    look->open = c;
    if (column->count + column->nonfinite == 0)
        column->first = more->first;
    column->last = more->last; /* they come in order */
    if (!(column->min <= more->min)) /* a NaN gives way */
        column->min = isnan(more->min) ? column->min : more->min;
    if (!(column->max >= more->max))
        column->max = isnan(more->max) ? column->max : more->max;
    column->count += more->count;
    column->nonfinite += more->nonfinite;
    if (column->count)
        column->mean = (float)(look->sum / column->count);
}

void series_columns(const struct series *series, double x0, double x1, int columns, struct bucket out[])
{
    for (int c = 0; c < columns; c++)
        out[c] = (struct bucket){.first = NAN, .last = NAN, .min = NAN, .max = NAN, .mean = NAN};
    if (series->count == 0 || columns < 1 || !(x0 <= x1))
        return;
    int finest = 0;
    settle(series);
    while (finest < LEVELS - 1 && !covers(series, finest, x0))
        finest++;
    struct look look = {x0, x1, columns, -1, 0, out};
    uint64_t end = level_end(series, finest);
    for (uint64_t next = first_after(series, finest, nextafter(x0, -INFINITY)); next < end;) {
        int level = finest;
        uint64_t k = next;
        struct gathered more = widest(series, &look, &level, &k);
        if (more.first > x1)
            break;
        int to = column_of(more.last, x0, x1, columns);
        for (int c = column_of(more.first, x0, x1, columns); c <= to; c++)
            add_to_column(&look, c, &more);
        next = (k + 1) << 2 * (level - finest);
    }
}
