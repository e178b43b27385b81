/* layer.c: the table of the kinds of layers, and how a layer is read from words. */
#include "dnn/layer.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "layers/kinds.h"

const struct layer_kind *const layer_kinds[] = {
    &layer_dense, &layer_relu, &layer_leaky, &layer_sigmoid, &layer_tanh, &layer_elu, &layer_gelu, &layer_exp,
    &layer_softmax, &layer_dropout, &layer_dropout2d, &layer_bn, &layer_conv, &layer_pool, &layer_gap, &layer_flatten,
    &layer_reshape, &layer_permute, NULL};

const struct layer_kind *layer_kind_find(const char *name)
{
    for (int i = 0; layer_kinds[i]; i++)
        if (strcmp(layer_kinds[i]->name, name) == 0)
            return layer_kinds[i];
    return NULL;
}

int layer_takes_images(const struct layer *layer, struct err *err)
{
    if (layer->in.rank == 3)
        return 0;
    struct text in = {0};
    shape_print(&layer->in, &in);
    err_set(err, ERR_USAGE, "%s takes images (channels x height x width), not %s; `reshape CxHxW` before it makes them",
            layer->kind->name, in.data);
    text_free(&in);
    return -1;
}

static int refuse_kind(const char *name, struct err *err)
{
    const char *names[sizeof layer_kinds / sizeof layer_kinds[0]] = {0};
    struct text list = {0};
    for (int i = 0; layer_kinds[i]; i++) {
        names[i] = layer_kinds[i]->name;
        text_add(&list, i ? ", %s" : "%s", names[i]);
    }
    const char *near = text_nearest(name, names);
    err_set(err, ERR_USAGE, "layer '%.60s': no such kind%s%s%s; the kinds are %s", name, near ? " (did you mean " : "",
            near ? near : "", near ? "?)" : "", list.data);
    text_free(&list);
    return -1;
}

int layer_parse(int count, char *const words[], struct layer *layer, struct err *err)
{
    *layer = (struct layer){0};
    if (count < 1)
        return err_set(err, ERR_USAGE, "a layer is empty; it begins with its kind, such as dense");
    layer->kind = layer_kind_find(words[0]);
    if (!layer->kind)
        return refuse_kind(words[0], err);
    char what[48];
    snprintf(what, sizeof what, "layer %s", layer->kind->name);
    return args_parse(layer->kind->args, what, count - 1, words + 1, NULL, &layer->args, err);
}
