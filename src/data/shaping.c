/*
 * shaping.c: whether a row is an image, and of which shape; rows of H x W x C put in the order C x H x W, once.
 */
#include <stdlib.h>
#include <string.h>

#include "dataset_parts.h"

static int out_of_memory(struct err *err)
{
    return err_set(err, ERR_MEMORY, "out of memory for the shape of a row");
}

/* Elements of SIZE bytes: what stands at reading_source(f) goes to f. ROOM [COUNT * SIZE] is scratch. */
static void reorder(const struct reading *reading, void *row, size_t count, size_t size, void *room)
{
    unsigned char *to = row, *from = room;
    memcpy(from, to, count * size);
    for (size_t f = 0; f < count; f++)
        memcpy(to + f * size, from + reading_source(reading, f) * size, size);
}

/* Columns of a table that are one feature each go with it. */
static void reorder_columns(const struct reading *reading, struct dataset *dataset, int *room)
{
    for (int f = 0; f < dataset->features; f++)
        room[reading_source(reading, (size_t)f)] = f;
    for (int c = 0; c < dataset->columns; c++)
        if (dataset->column[c].use == COLUMN_FEATURE)
            dataset->column[c].first = room[dataset->column[c].first];
}

static int reorder_all(const struct reading *reading, struct dataset *dataset, struct err *err)
{
    size_t features = (size_t)dataset->features;
    void *room = malloc(features * sizeof(char *));
    if (!room)
        return out_of_memory(err);
    for (size_t r = 0; r < (size_t)dataset->rows; r++)
        if (dataset->bytes)
            reorder(reading, dataset->bytes + r * features, features, sizeof *dataset->bytes, room);
        else
            reorder(reading, dataset->x + r * features, features, sizeof *dataset->x, room);
    reorder(reading, dataset->feature_name, features, sizeof *dataset->feature_name, room);
    reorder_columns(reading, dataset, room);
    free(room);
    return 0;
}

static bool has_words(const struct dataset *dataset)
{
    for (int c = 0; c < dataset->columns; c++)
        if (dataset->column[c].use == COLUMN_FEATURE && dataset->column[c].text)
            return true;
    return false;
}

static void note_shape(struct dataset *dataset)
{
    struct text shape = {0};
    shape_print(&dataset->shape, &shape);
    note_add(dataset, "shape", "shape CxHxW", "%s: channels, height, width%s", shape.data,
             dataset->hwc ? ", put in that order" : "");
    text_free(&shape);
}

int shape_settle(const struct intake *intake, struct dataset *dataset, struct err *err)
{
    struct reading reading = {.shape = shape_row(dataset->features)};
    if (intake->reading.shape.rank == 3)
        reading = intake->reading;
    if (*dataset->origin.shape && reading_parse(dataset->origin.shape, dataset->features, &reading, err) != 0)
        return -1;
    dataset->shape = reading.shape;
    if (reading.shape.rank != 3)
        return 0;
    if (has_words(dataset))
        return err_set(err, ERR_DATA, "shape %s: found columns of text among the features; an image is all numbers",
                       dataset->origin.shape);
    dataset->hwc = reading.hwc;
    if (reading.hwc && reading.shape.dim[0] > 1 && reorder_all(&reading, dataset, err) != 0)
        return -1;
    note_shape(dataset);
    return 0;
}
