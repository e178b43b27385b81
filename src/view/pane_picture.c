/*
 * pane_picture.c: the picture that was asked for, as it is now: a sample of the data, or a tensor, which changes while
 * training goes on.
 */
#include "view/pane.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "debug/lookup.h"
#include "view/palette.h"
#include "view/picture.h"

/* Whether values lie on both sides of 0. */
static bool both_signs(const float *data, size_t count)
{
    bool below = false, above = false;
    for (size_t i = 0; i < count; i++) {
        below = below || data[i] < 0;
        above = above || data[i] > 0;
    }
    return below && above;
}

static void lay_tiles(struct picture *picture, const struct shape *shape)
{
    bool image = shape->rank == 3;
    picture->tiles = image ? shape->dim[0] : 1;
    picture->height = image ? shape->dim[1] : 1;
    picture->width = image ? shape->dim[2] : (int)shape_size(shape);
}

/* "sample N": the raw values of row N of the data, from 0; "sample" is the first. */
static int take_sample(const struct session *session, const char *number, struct view_picture *taken, struct err *err)
{
    const struct dataset *data = session->data;
    long row;
    if (!text_to_long(number, &row) || row < 0 || row >= data->rows)
        return err_set(err, ERR_USAGE, "sample '%s'; legal: 0 to %d", number, data->rows - 1);
    taken->values = malloc((size_t)data->features * sizeof *taken->values);
    if (!taken->values)
        return err_set(err, ERR_MEMORY, "no memory for a sample of %d values", data->features);
    const float *values = dataset_row(data, (int)row, taken->values);
    if (values != taken->values)
        memcpy(taken->values, values, (size_t)data->features * sizeof *values);
    taken->picture.data = taken->values;
    lay_tiles(&taken->picture, &data->shape);
    char name[64];
    if (data->task == TASK_CLASSIFY) {
        text_escape(name, sizeof name, data->class_name[(int)data->y[row]]);
        snprintf(taken->title, sizeof taken->title, "sample %ld: %s", row, name);
    } else {
        snprintf(taken->title, sizeof taken->title, "sample %ld: %s", row, text_short(data->y[row]).s);
    }
    return 0;
}

/* How the dimensions of a tensor become tiles: the last two are a tile, those before count tiles. Of what holds a batch
 * of images the first row is shown. The weights of a dense unit whose inputs are an image are one too. */
static void take_tensor(const struct session *session, const char *name, const struct tensor *tensor,
                        struct picture *picture)
{
    const int *dim = tensor->dim;
    const char *dot = strchr(name, '.');
    char layer_name[LAYER_NAME_MAX];
    snprintf(layer_name, sizeof layer_name, "%.*s", dot ? (int)(dot - name) : 0, name);
    int layer = net_layer(session->net, layer_name);
    const struct shape *in = layer >= 0 ? &session->net->top.layer[layer].in : NULL;
    bool of_batch = strcmp(name, "x") == 0 || (dot && strncmp(dot + 1, "out", 3) == 0);
    picture->data = tensor->data;
    if (tensor->rank == 4 && of_batch)
        lay_tiles(picture, &(struct shape){.rank = 3, .dim = {dim[1], dim[2], dim[3]}});
    else if (tensor->rank == 4)
        lay_tiles(picture, &(struct shape){.rank = 3, .dim = {dim[0] * dim[1], dim[2], dim[3]}});
    else if (tensor->rank == 2 && !of_batch && in && in->rank == 3 && (size_t)dim[1] == shape_size(in))
        lay_tiles(picture, &(struct shape){.rank = 3, .dim = {dim[0] * in->dim[0], in->dim[1], in->dim[2]}});
    else if (tensor->rank == 2)
        lay_tiles(picture, &(struct shape){.rank = 3, .dim = {1, dim[0], dim[1]}});
    else
        lay_tiles(picture, &(struct shape){.rank = 1, .dim = {(int)tensor->count}});
}

int view_picture_open(const struct session *session, const char *name, struct view_picture *taken, struct err *err)
{
    struct tensor tensor;
    *taken = (struct view_picture){.picture = {.low = NAN, .high = NAN}};
    if (strcmp(name, "sample") == 0 || strncmp(name, "sample ", 7) == 0) {
        if (take_sample(session, name[6] ? name + 7 : "0", taken, err))
            return -1;
    } else {
        if (lookup_tensor(session, name, &tensor, err))
            return -1;
        take_tensor(session, name, &tensor, &taken->picture);
        snprintf(taken->title, sizeof taken->title, "%.60s", name);
    }
    struct picture *picture = &taken->picture;
    picture->title = taken->title;
    picture->diverging =
        both_signs(picture->data, (size_t)picture->tiles * (size_t)picture->height * (size_t)picture->width);
    return 0;
}

void view_picture_close(struct view_picture *taken)
{
    free(taken->values);
    *taken = (struct view_picture){0};
}

static void draw(const struct pane_context *context, struct canvas *canvas, struct rect where)
{
    struct view_picture taken;
    struct err err;
    if (!context->session->net || !context->view->image[0])
        return;
    if (view_picture_open(context->session, context->view->image, &taken, &err)) {
        char line[sizeof err.message];
        text_escape(line, sizeof line, err.message);
        canvas_print(canvas, where.x, where.y, where.width, INK_DIM, "%s", line);
        return;
    }
    taken.picture.ramp = colormaps[context->view->colormap].first;
    taken.picture.low = context->view->image_low;
    taken.picture.high = context->view->image_high;
    picture_draw(&taken.picture, canvas, where);
    view_picture_close(&taken);
}

const struct pane_kind pane_picture = {"picture", "a sample or a tensor as a picture", draw};
