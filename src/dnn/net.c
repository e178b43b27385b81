/* net.c: from a topology to flat vectors with named windows, and the first values in them. */
#include "dnn/net.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Windows start on cache lines. */
#define WINDOW_ALIGN (ARENA_ALIGN / sizeof(real))

static int infer_shapes(struct net *net, struct err *err)
{
    struct shape shape = net->in;
    for (int i = 0; i < net->top.layers; i++) {
        struct layer *layer = &net->top.layer[i];
        layer->in = layer->out = shape;
        if (layer->kind->plan && layer->kind->plan(layer, err))
            return err_prefix(err, "%s: ", layer->name);
        shape = layer->out;
    }
    return 0;
}

static struct layer_needs needs_of(const struct layer *layer)
{
    struct layer_needs needs = {0};
    if (layer->kind->needs)
        layer->kind->needs(layer, &needs);
    return needs;
}

/* Lays COUNT tensors of layer I out behind each other; WINDOW is NULL while counting. */
static void lay_out(const struct net *net, int i, const struct tensor_spec specs[], int count, struct window *window,
                    size_t *size, size_t *values)
{
    for (int k = 0; k < count; k++) {
        size_t n = shape_size(&specs[k].shape);
        if (window) {
            window[k] = (struct window){.layer = i, .spec = specs[k], .offset = *size, .count = n};
            snprintf(window[k].name, sizeof window[k].name, "%s.%s", net->top.layer[i].name, specs[k].name);
        }
        *size += (n + WINDOW_ALIGN - 1) / WINDOW_ALIGN * WINDOW_ALIGN;
        *values += n;
    }
}

/* Counts (while the arena measures) or makes the windows, then takes everything from ARENA. */
static void carve(struct net *net, struct arena *arena)
{
    size_t unused = 0;
    net->size = net->stat_size = net->parameters = 0;
    int params = 0, stats = 0;
    for (int i = 0; i < net->top.layers; i++) {
        struct layer_needs needs = needs_of(&net->top.layer[i]);
        net->first_param[i] = params;
        net->first_stat[i] = stats;
        lay_out(net, i, needs.param, needs.params, net->param ? net->param + params : NULL, &net->size,
                &net->parameters);
        lay_out(net, i, needs.stat, needs.stats, net->stat ? net->stat + stats : NULL, &net->stat_size, &unused);
        params += needs.params;
        stats += needs.stats;
    }
    net->first_param[net->top.layers] = net->params = params;
    net->first_stat[net->top.layers] = net->stats = stats;
    net->w = arena_take(arena, net->size, sizeof *net->w);
    net->s = arena_take(arena, net->stat_size, sizeof *net->s);
}

static void fill(real *vector, const struct window *window)
{
    for (size_t i = 0; i < window->count; i++)
        vector[window->offset + i] = window->spec.fill;
}

struct net *net_open(const struct topology *top, const struct shape *in, struct err *err)
{
    struct net *net = calloc(1, sizeof *net);
    if (!net) {
        err_set(err, ERR_MEMORY, "no memory for a network");
        return NULL;
    }
    topology_copy(&net->top, top);
    net->in = *in;
    if (infer_shapes(net, err))
        goto fail;
    struct arena measure = arena_measure();
    carve(net, &measure);
    if (arena_open(&net->arena, measure.used, "the network", err))
        goto fail;
    net->param = calloc((size_t)net->params + 1, sizeof *net->param);
    net->stat = calloc((size_t)net->stats + 1, sizeof *net->stat);
    if (!net->param || !net->stat) {
        err_set(err, ERR_MEMORY, "no memory for the names of %d tensors", net->params + net->stats);
        goto fail;
    }
    carve(net, &net->arena);
    for (int i = 0; i < net->params; i++)
        fill(net->w, &net->param[i]);
    for (int i = 0; i < net->stats; i++)
        fill(net->s, &net->stat[i]);
    return net;
fail:
    net_close(net);
    return NULL;
}

void net_close(struct net *net)
{
    if (!net)
        return;
    arena_close(&net->arena);
    free(net->param);
    free(net->stat);
    free(net);
}

/* FNV-1a (Fowler, Noll, Vo), 32 bits: gives each tensor a stream that does not depend on its neighbours. */
static uint32_t name_hash(const char *name)
{
    uint32_t hash = 2166136261u;
    for (; *name; name++)
        hash = (hash ^ (unsigned char)*name) * 16777619u;
    return hash;
}

void net_init_window(struct net *net, const struct window *window, const struct init *init, uint64_t seed,
                     uint32_t draw)
{
    if (window->spec.role != TENSOR_WEIGHT) {
        fill(net->w, window);
        return;
    }
    struct rng rng = rng_start(seed, RNG_INIT, draw, name_hash(window->name));
    init->kind->fill(&(struct init_run){.w = net->w + window->offset,
                                        .shape = &window->spec.shape,
                                        .fan_in = window->spec.fan_in,
                                        .fan_out = window->spec.fan_out,
                                        .args = &init->args,
                                        .rng = &rng});
}

void net_init(struct net *net, const struct init *init, uint64_t seed, uint32_t draw)
{
    for (int i = 0; i < net->params; i++)
        net_init_window(net, &net->param[i], init, seed, draw);
    for (int i = 0; i < net->stats; i++)
        fill(net->s, &net->stat[i]);
}

static const struct window *find_window(const struct window *windows, int count, const struct window *like)
{
    for (int i = 0; i < count; i++)
        if (strcmp(windows[i].name, like->name) == 0)
            return shape_equal(&windows[i].spec.shape, &like->spec.shape) ? &windows[i] : NULL;
    return NULL;
}

static void copy_window(const real *from, const struct window *old, real *to, const struct window *new)
{
    memcpy(to + new->offset, from + old->offset, new->count * sizeof *to);
}

int net_carry(const struct net *from, struct net *to, real *const from_slot[], real *const to_slot[], int slots,
              bool kept[])
{
    int found = 0;
    for (int i = 0; i < to->params; i++) {
        const struct window *old = find_window(from->param, from->params, &to->param[i]);
        if (kept)
            kept[i] = old != NULL;
        if (!old)
            continue;
        copy_window(from->w, old, to->w, &to->param[i]);
        for (int slot = 0; slot < slots; slot++)
            copy_window(from_slot[slot], old, to_slot[slot], &to->param[i]);
        found++;
    }
    for (int i = 0; i < to->stats; i++) {
        const struct window *old = find_window(from->stat, from->stats, &to->stat[i]);
        if (old)
            copy_window(from->s, old, to->s, &to->stat[i]);
        found += old != NULL;
    }
    return found;
}

int net_width(const struct net *net)
{
    return (int)shape_size(&net->top.layer[net->top.layers - 1].out);
}

int net_layer(const struct net *net, const char *name)
{
    for (int i = 0; i < net->top.layers; i++)
        if (strcmp(net->top.layer[i].name, name) == 0)
            return i;
    return -1;
}

double layer_flops(const struct layer *layer)
{
    return layer->kind->flops ? layer->kind->flops(layer) : (double)shape_size(&layer->out);
}

double net_flops(const struct net *net)
{
    double flops = 0;
    for (int i = 0; i < net->top.layers; i++)
        flops += layer_flops(&net->top.layer[i]);
    return flops;
}
