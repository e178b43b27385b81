/*
 * topology.c: the layers as a person writes them: reading, printing, inserting, removing, naming.
 *
 * It knows nothing of memory: a topology becomes a network in net.c.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dnn/net.h"

#define OUT_NAME   "out"
#define WORDS_MAX  (ARGS_MAX + 2)

int topology_out(const struct topology *top)
{
    for (int i = top->layers - 1; i >= 0; i--)
        if (strcmp(top->layer[i].name, OUT_NAME) == 0)
            return i;
    return -1;
}

static bool name_taken(const struct topology *top, const char *name)
{
    for (int i = 0; i < top->layers; i++)
        if (strcmp(top->layer[i].name, name) == 0)
            return true;
    return false;
}

/* The kind's stem and the lowest count that is free: fc1, fc2, ... */
static void name_layer(const struct topology *top, struct layer *layer)
{
    int count = 1;
    do
        snprintf(layer->name, sizeof layer->name, "%s%d", layer->kind->stem, count++);
    while (name_taken(top, layer->name));
}

int topology_insert(struct topology *top, int at, const struct layer *layer, struct err *err)
{
    if (top->layers == NET_LAYERS_MAX)
        return err_set(err, ERR_USAGE, "a network has at most %d layers", NET_LAYERS_MAX);
    struct layer named = *layer;
    if (!named.name[0])
        name_layer(top, &named);
    memmove(&top->layer[at + 1], &top->layer[at], (size_t)(top->layers - at) * sizeof top->layer[0]);
    top->layer[at] = named;
    top->layers++;
    return 0;
}

void topology_remove(struct topology *top, int at)
{
    memmove(&top->layer[at], &top->layer[at + 1], (size_t)(top->layers - at - 1) * sizeof top->layer[0]);
    top->layers--;
}

/* Cuts "dense 64 bias=off" into words; returns how many, or -1. */
static int split_words(char *text, char *words[], struct err *err)
{
    int count = text_split(text, words, WORDS_MAX);
    if (count < 0)
        return err_set(err, ERR_USAGE, "net: a quote is not closed");
    return count;
}

static int append(struct topology *top, int count, char *const words[], bool after_out, struct err *err)
{
    struct layer layer = {0};
    if (layer_parse(count, words, &layer, err))
        return -1;
    if (after_out && !(layer.kind->flags & LAYER_ACTIVATION))
        return err_set(err, ERR_USAGE, "net: %s after out; only activations may follow the output layer",
                       layer.kind->name);
    return topology_insert(top, top->layers, &layer, err);
}

/* The output layer: dense, OUTPUTS wide; of COUNT words after `out`, those with = are arguments of it, the rest an
 * activation upon it. */
static int append_out(struct topology *top, int outputs, int count, char *const words[], struct err *err)
{
    char dense[] = "dense", units[24];
    char *made[WORDS_MAX + 2] = {dense, units};
    int given = 2, used = 0;
    snprintf(units, sizeof units, "%d", outputs);
    while (used < count && strchr(words[used], '='))
        made[given++] = words[used++];
    struct layer layer = {0};
    if (layer_parse(given, made, &layer, err))
        return -1;
    snprintf(layer.name, sizeof layer.name, OUT_NAME);
    if (topology_insert(top, top->layers, &layer, err))
        return -1;
    return used < count ? append(top, count - used, words + used, true, err) : 0;
}

/* One stretch between commas. */
static int parse_stretch(struct topology *top, char *stretch, int outputs, struct err *err)
{
    char *words[WORDS_MAX];
    int count = split_words(stretch, words, err);
    if (count < 0)
        return -1;
    if (count == 0)
        return err_set(err, ERR_USAGE, "net: nothing between two commas; write `net dense 64, relu`");
    bool after_out = topology_out(top) >= 0;
    if (strcmp(words[0], OUT_NAME) != 0)
        return append(top, count, words, after_out, err);
    if (after_out)
        return err_set(err, ERR_USAGE, "net: `out` stands twice; a network has one output layer");
    return append_out(top, outputs, count - 1, words + 1, err);
}

int topology_parse(const char *spec, int outputs, struct topology *top, struct err *err)
{
    top->layers = 0;
    while (isspace((unsigned char)*spec))
        spec++;
    char *copy = strdup(spec);
    if (!copy)
        return err_set(err, ERR_MEMORY, "no memory to read the network");
    int status = 0;
    for (char *rest = copy, *stretch; *copy && status == 0 && (stretch = strsep(&rest, ","));)
        status = parse_stretch(top, stretch, outputs, err);
    free(copy);
    if (status == 0 && topology_out(top) < 0)
        status = append_out(top, outputs, 0, NULL, err);
    return status;
}

void topology_copy(struct topology *to, const struct topology *from)
{
    to->layers = from->layers;
    memcpy(to->layer, from->layer, (size_t)from->layers * sizeof *to->layer);
}

void topology_print(const struct topology *top, struct text *out)
{
    int output = topology_out(top);
    for (int i = 0; i < top->layers; i++) {
        const struct layer *layer = &top->layer[i];
        struct arg_values args = layer->args;
        bool last = i == top->layers - 1;
        if (i == output) {
            /* The width of `out` is the data's, not the person's. */
            struct text rest = {0};
            args_format(layer->kind->args + 1, &(struct arg_values){.number = {args.number[1]}}, &rest);
            if (!last || (rest.data && rest.length))
                text_add(out, "%sout%s", i ? ", " : "", rest.data ? rest.data : "");
            text_free(&rest);
            continue;
        }
        text_add(out, "%s%s", i == 0 ? "" : i == output + 1 ? " " : ", ", layer->kind->name);
        args_format(layer->kind->args, &args, out);
    }
}
