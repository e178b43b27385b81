/*
 * locality.c: Geary's ratio, and the readings it is tried on.
 *
 * The mean squared difference of any two of n values is twice their variance times n / (n - 1), so no pairs need be
 * drawn. Sums run over rows and channels before they are divided: a row that says little weighs little.
 */
#include "data/locality.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SAMPLE_VALUES (256 * 1024) /* values looked at for one score */
#define SAMPLE_ROWS_MAX 256
#define SAMPLE_ROWS_MIN 8
#define SIDE_MIN 4
#define ASPECT_MAX 4
#define CHANNELS_MAX 4

/* Over all planes that were added. */
struct sums {
    double across, down; /* the mean squared difference of neighbours in a line, and in a column */
    double any;          /* of any two values */
};

static double square_difference(float a, float b)
{
    double difference = (double)a - b;
    return difference * difference;
}

/* One channel of one row: HEIGHT x WIDTH values. */
static void add_plane(struct sums *sums, const float *v, size_t height, size_t width)
{
    double across = 0, down = 0, sum = 0, square = 0, n = (double)(height * width);
    for (size_t y = 0; y < height; y++) {
        const float *line = v + y * width;
        for (size_t x = 0; x + 1 < width; x++)
            across += square_difference(line[x + 1], line[x]);
        for (size_t x = 0; y + 1 < height && x < width; x++)
            down += square_difference(line[width + x], line[x]);
    }
    for (size_t i = 0; i < height * width; i++)
        sum += (double)v[i] - v[0];
    for (size_t i = 0; i < height * width; i++) {
        double difference = (double)v[i] - v[0] - sum / n;
        square += difference * difference;
    }
    sums->across += width > 1 ? across / (double)(height * (width - 1)) : 0;
    sums->down += height > 1 ? down / (double)(width * (height - 1)) : 0;
    sums->any += n > 1 ? 2 * square / (n - 1) : 0;
}

/* Room for one row as it is stored, as the source has it, and as it is read. */
struct rows {
    float *stored, *source, *image;
};

static double score(const struct dataset *dataset, const struct reading *reading, const struct rows *rows)
{
    const struct reading own = {.shape = dataset->shape, .hwc = dataset->hwc};
    size_t features = (size_t)dataset->features;
    size_t height = (size_t)reading->shape.dim[1], width = (size_t)reading->shape.dim[2];
    int most = (int)(SAMPLE_VALUES / features);
    most = most > SAMPLE_ROWS_MAX ? SAMPLE_ROWS_MAX : most < SAMPLE_ROWS_MIN ? SAMPLE_ROWS_MIN : most;
    int count = dataset->trains < most ? dataset->trains : most;
    struct sums sums = {0};
    for (int i = 0; i < count; i++) {
        int row = dataset->train[(long long)i * dataset->trains / count];
        const float *stored = dataset_row(dataset, row, rows->stored), *image = stored;
        if (own.hwc) {
            for (size_t f = 0; f < features; f++)
                rows->source[reading_source(&own, f)] = stored[f];
            image = rows->source;
        }
        if (reading->hwc) {
            for (size_t f = 0; f < features; f++)
                rows->image[f] = image[reading_source(reading, f)];
            image = rows->image;
        }
        for (int c = 0; c < reading->shape.dim[0]; c++)
            add_plane(&sums, image + (size_t)c * height * width, height, width);
    }
    return sums.any > 0 ? (sums.across + sums.down) / 2 / sums.any : NAN;
}

static bool open_rows(struct rows *rows, const struct dataset *dataset)
{
    size_t features = (size_t)dataset->features;
    rows->stored = malloc(3 * features * sizeof *rows->stored);
    rows->source = rows->stored ? rows->stored + features : NULL;
    rows->image = rows->stored ? rows->stored + 2 * features : NULL;
    return rows->stored;
}

double locality_score(const struct dataset *dataset, const struct reading *reading)
{
    struct rows rows;
    if (reading->shape.rank != 3 || shape_size(&reading->shape) != (size_t)dataset->features ||
        !open_rows(&rows, dataset))
        return NAN;
    double result = score(dataset, reading, &rows);
    free(rows.stored);
    return result;
}

/* The lower score first; of equal ones fewer channels, then C x H x W, then the lower image. */
static bool before(const struct locality *a, const struct locality *b)
{
    if (a->score != b->score)
        return a->score < b->score;
    if (a->reading.shape.dim[0] != b->reading.shape.dim[0])
        return a->reading.shape.dim[0] < b->reading.shape.dim[0];
    if (a->reading.hwc != b->reading.hwc)
        return !a->reading.hwc;
    return a->reading.shape.dim[1] < b->reading.shape.dim[1];
}

/* Puts FOUND in its place among the COUNT that were found before, of which LIST holds the first MAX. */
static void insert(struct locality *list, int count, int max, const struct locality *found)
{
    int at = count < max ? count : max;
    for (; at > 0 && before(found, &list[at - 1]); at--)
        if (at < max)
            list[at] = list[at - 1];
    if (at < max)
        list[at] = *found;
}

int locality_readings(const struct dataset *dataset, struct locality *list, int max)
{
    struct rows rows;
    int count = 0, features = dataset->features;
    if (!open_rows(&rows, dataset))
        return 0;
    for (int channels = 1; channels <= CHANNELS_MAX; channels++) {
        int plane = features % channels == 0 ? features / channels : 0;
        for (int height = SIDE_MIN; height * (long long)height <= (long long)plane * ASPECT_MAX; height++) {
            int width = plane % height == 0 ? plane / height : 0;
            if (width < SIDE_MIN || width > (long long)ASPECT_MAX * height)
                continue;
            for (int hwc = 0; hwc <= (channels > 1); hwc++) {
                struct locality found = {
                    .reading = {.shape = {.rank = 3, .dim = {channels, height, width}}, .hwc = hwc}};
                found.score = score(dataset, &found.reading, &rows);
                if (!isnan(found.score))
                    insert(list, count++, max, &found);
            }
        }
    }
    free(rows.stored);
    return count;
}
