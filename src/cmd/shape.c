/* shape.c: how a row of data is read as an image, and which other readings there are (tip D7). */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/rows.h"
#include "data/locality.h"
#include "data/reading.h"
#include "view/picture.h"

#define READINGS_SHOWN 5
#define TEXT_COLUMNS   80
#define TEXT_ROWS      20

/* Another reading counts as far more local when its score is below this share of the chosen one's. */
#define FAR_MORE_LOCAL 0.6

static struct reading reading_of(const struct dataset *data)
{
    return (struct reading){data->shape, data->hwc};
}

/* Row ROW in the order of READING: from the order that the dataset has, over that of its file. NULL without memory. */
static float *read_as(const struct dataset *data, int row, const struct reading *reading)
{
    size_t features = (size_t)data->features;
    float *room = malloc(3 * features * sizeof *room), *file = room + features, *pixels = file + features;
    if (!room)
        return NULL;
    const struct reading now = reading_of(data);
    const float *values = dataset_row(data, row, room);
    for (size_t i = 0; i < features; i++)
        file[now.shape.rank == 3 ? reading_source(&now, i) : i] = values[i];
    for (size_t i = 0; i < features; i++)
        pixels[i] = file[reading_source(reading, i)];
    memmove(room, pixels, features * sizeof *room);
    return room;
}

static void add_picture(const struct dataset *data, const struct reading *reading, struct text *out)
{
    const int *dim = reading->shape.dim;
    float *pixels = read_as(data, data->train[0], reading);
    struct canvas canvas;
    struct picture picture = {.title = "the first training row", .data = pixels, .tiles = dim[0], .height = dim[1],
                              .width = dim[2], .low = NAN, .high = NAN};
    int rows = picture_rows(&picture, TEXT_COLUMNS, true);
    if (rows > TEXT_ROWS)
        rows = TEXT_ROWS;
    if (pixels && canvas_open(&canvas, TEXT_COLUMNS, rows, true, NULL) == 0) {
        picture_draw(&picture, &canvas, (struct rect){0, 0, TEXT_COLUMNS, rows});
        canvas_text(&canvas, out);
        canvas_close(&canvas);
    }
    free(pixels);
}

static void try_readings(struct console *console)
{
    const struct dataset *data = console_session(console)->data;
    struct locality list[READINGS_SHOWN];
    struct text out = {0};
    int count = locality_readings(data, list, READINGS_SHOWN);
    text_add(&out, "locality: 0 when neighbours are alike, 1 when they are no more alike than any two values\n");
    for (int i = 0; i < count && i < READINGS_SHOWN; i++) {
        text_add(&out, "\nshape ");
        reading_print(&list[i].reading, &out);
        text_add(&out, "   locality %.3f\n", list[i].score);
        add_picture(data, &list[i].reading, &out);
    }
    if (count == 0)
        text_add(&out, "%d features are no image of 4 x 4 or more with 1 to 4 channels\n", data->features);
    console_answer_text(console, &out);
    text_free(&out);
}

/* Says so when another reading is far more local than the chosen one: a bad reshape (tip D7). */
static void warn_of_better(struct console *console)
{
    const struct dataset *data = console_session(console)->data;
    const struct reading now = reading_of(data);
    struct locality best;
    struct text words = {0};
    if (data->shape.rank != 3 || locality_readings(data, &best, 1) < 1)
        return;
    double score = locality_score(data, &now);
    if (best.score >= FAR_MORE_LOCAL * score)
        return;
    reading_print(&best.reading, &words);
    console_notice(console,
                   "this reading destroys locality: it scores %.3f, `shape %s` %.3f (0 is local, 1 is not); "
                   "`shape --try` shows both",
                   score, words.data, best.score);
    text_free(&words);
}

static int run_shape(struct console *console, const struct arg_values *args, struct err *err)
{
    struct session *session = console_session(console);
    struct data_origin origin = session->data->origin;
    struct text notes = {0};
    if (!args->given[0]) {
        const struct reading now = reading_of(session->data);
        reading_print(&now, &notes);
        console_answer(console, "shape %s", notes.data);
        text_free(&notes);
        return 0;
    }
    if (strcmp(args->text[0], "--try") == 0) {
        try_readings(console);
        return 0;
    }
    if (strlen(args->text[0]) >= sizeof origin.shape)
        return err_set(err, ERR_USAGE, "shape: '%s'; legal: CxHxW, HxWxC, flat, or --try", args->text[0]);
    snprintf(origin.shape, sizeof origin.shape, "%s", args->text[0]);
    int status = session_load_data(session, &origin, true, &notes, err);
    if (status == 0) {
        console_notice_choices(console, &notes);
        warn_of_better(console);
    }
    text_free(&notes);
    return status;
}

static const struct arg_spec shape_args[] = {
    {.name = "reading", .type = ARG_REST, .preset = "", .choices = (const char *const[]){"--try", "flat", NULL},
     .summary = "CxHxW or HxWxC, such as 1x28x28, with hwc or chw to decide; flat; --try; none: print it"},
    {0}};

const struct command command_shape = {
    .name = "shape", .summary = "read the rows as images, or see which readings are plausible; training begins again",
    .group = GROUP_DATA, .flags = COMMAND_NEEDS_DATA,
    .details = "`shape --try` lists readings with a locality score and a picture. Of three numbers the last one is\n"
               "the channels when it is 1, 3 or 4 and the first is not; else the first one is.",
    .example = "shape 1x8x8", .args = shape_args, .run = run_shape};
