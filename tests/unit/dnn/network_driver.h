/* network_driver.h: a whole network with its program, on random data, for tests of what a step computes. */
#ifndef TEST_NETWORK_DRIVER_H
#define TEST_NETWORK_DRIVER_H

#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "dnn/program.h"

struct network {
    struct topology top;
    struct net *net;
    struct team *team;
    struct program *program;
    struct loss loss;
    struct optimizer optimizer;
    int rows, in, out;
    real *x, *target;
};

static inline void network_gather(void *context, int first, int last, real *x, real *y)
{
    const struct network *n = context;
    size_t count = (size_t)(last - first);
    memcpy(x + (size_t)first * n->in, n->x + (size_t)first * n->in, count * (size_t)n->in * sizeof(real));
    memcpy(y + (size_t)first * n->out, n->target + (size_t)first * n->out, count * (size_t)n->out * sizeof(real));
}

/* A network as SPEC says, trained by the loss and the optimizer so named; data and weights drawn from SEED. Targets are
 * shares of 1, which every loss takes. */
static inline void network_open(struct network *n, const char *spec, const char *loss, const char *optimizer, int in,
                                int out, int rows, int ranks, uint64_t seed)
{
    struct err err = {0};
    struct shape shape = shape_row(in);
    *n = (struct network){.rows = rows, .in = in, .out = out};
    if (topology_parse(spec, out, &n->top, &err) || !(n->net = net_open(&n->top, &shape, &err)))
        fail_msg("%s: %s", spec, err.message);
    struct init init = {.kind = init_kind_find("lecun")};
    args_preset(init.kind->args, &init.args);
    net_init(n->net, &init, seed, 0);
    struct rng rng = rng_start(seed, RNG_TEST, 0, 0);
    n->x = malloc(sizeof(real) * (size_t)(rows * in));
    n->target = malloc(sizeof(real) * (size_t)(rows * out));
    for (int i = 0; i < rows * in; i++)
        n->x[i] = (real)rng_normal(&rng);
    for (int i = 0; i < rows * out; i++)
        n->target[i] = (real)rng_uniform(&rng);
    n->loss.kind = loss_kind_find(loss);
    args_preset(n->loss.kind->args, &n->loss.args);
    n->optimizer.kind = optim_kind_find(optimizer);
    n->optimizer.lr = n->optimizer.kind->lr;
    args_preset(n->optimizer.kind->args, &n->optimizer.args);
    for (int i = 0; i < n->optimizer.kind->slots; i++)
        n->optimizer.slot[i] = calloc(n->net->size, sizeof(real));
    n->team = team_open(ranks, &err);
    n->program = program_open(n->net, &n->loss, PROGRAM_TRAIN, rows, n->team,
                              (struct program_source){network_gather, n}, &err);
    if (!n->program)
        fail_msg("%s: %s", spec, err.message);
}

static inline void network_close(struct network *n)
{
    program_close(n->program);
    team_close(n->team);
    net_close(n->net);
    for (int i = 0; i < n->optimizer.kind->slots; i++)
        free(n->optimizer.slot[i]);
    free(n->x);
    free(n->target);
}

/* The place of the first op of that code. */
static inline int network_op(const struct network *n, enum op_code code)
{
    int i = 0;
    while (program_op(n->program, i)->code != code)
        i++;
    return i;
}

/* Adds "KIND" with something for each argument that has no preset: UNITS, the first choice (PLAIN) or the last, the
 * size 2x2, or for a whole shape IN. */
static inline void network_add_kind(const struct layer_kind *kind, int units, const struct shape *in, bool plain,
                                    struct text *spec)
{
    text_add(spec, "%s%s", spec->length ? ", " : "", kind->name);
    for (int i = 0; i < args_count(kind->args); i++) {
        const struct arg_spec *arg = &kind->args[i];
        int choice = 0;
        while (arg->type == ARG_CHOICE && !plain && arg->choices[choice + 1])
            choice++;
        if (arg->preset)
            continue;
        text_add(spec, " ");
        if (arg->type == ARG_CHOICE)
            text_add(spec, "%s", arg->choices[choice]);
        else if (arg->type == ARG_EXTENT && arg->ranks & ARG_RANK(3))
            shape_print(in, spec);
        else
            text_add(spec, arg->type == ARG_EXTENT ? "2x2" : "%d", units);
    }
}

/* Adds a dense layer that makes values of shape IN and, behind it, KIND; false, and nothing, when KIND refuses IN. */
static inline bool network_add_block(const struct layer_kind *kind, int units, const struct shape *in, bool plain,
                                     struct text *spec)
{
    static struct topology top;
    struct err err;
    struct shape row = shape_row(1);
    struct text block = {0};
    text_add(&block, "dense %zu", shape_size(in));
    if (in->rank > 1) {
        text_add(&block, ", reshape ");
        shape_print(in, &block);
    }
    network_add_kind(kind, units, in, plain, &block);
    struct net *net = topology_parse(block.data, 1, &top, &err) ? NULL : net_open(&top, &row, &err);
    if (net)
        text_add(spec, "%s%s", spec->length ? ", " : "", block.data);
    net_close(net);
    text_free(&block);
    return net != NULL;
}

#endif
