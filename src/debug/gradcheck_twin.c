/*
 * gradcheck_twin.c: the twin, inside the engine of double precision.
 *
 * This file is compiled with DNN_DOUBLE, like the engine's own sources for the tests in double. The Makefile links it
 * with those objects of src/dnn into one object and makes every symbol local to that but gradcheck_twin_*: so the
 * program holds both engines and neither sees the other. src/base and OpenBLAS are shared.
 *
 * A kind is a const row of one engine: its functions read that engine's numbers, and layers compare addresses of rows.
 * Both engines have a table of their own; what comes from the other one is looked up here by its name.
 */
#include "debug/gradcheck_twin.h"

#include <stdlib.h>
#include <string.h>

#include "dnn/program.h"

_Static_assert(sizeof(real) == sizeof(double), "compile this with DNN_DOUBLE");

struct gradcheck_twin {
    struct net *net;
    struct team *team;
    struct program *program;
    struct optimizer optimizer; /* a training program asks for one; no update ever runs */
    int rows;
    uint64_t seed, draw;
    size_t in, out;             /* values of a row */
    double *x, *target;
};

static void gather(void *context, int first, int last, real *x, real *y)
{
    const struct gradcheck_twin *twin = context;
    size_t at = (size_t)first, count = (size_t)(last - first);
    memcpy(x + at * twin->in, twin->x + at * twin->in, count * twin->in * sizeof *x);
    memcpy(y + at * twin->out, twin->target + at * twin->out, count * twin->out * sizeof *y);
}

/* This engine's network of the other one's layers. */
static struct net *open_net(const struct topology *theirs, const struct shape *in, struct err *err)
{
    struct topology *top = malloc(sizeof *top);
    struct net *net = NULL;
    if (!top) {
        err_set(err, ERR_MEMORY, "no memory for the layers of the network in double precision");
        return NULL;
    }
    topology_copy(top, theirs);
    for (int i = 0; i < top->layers; i++)
        top->layer[i].kind = layer_kind_find(top->layer[i].kind->name);
    net = net_open(top, in, err);
    free(top);
    return net;
}

static double *copy_values(const double *values, size_t count, struct err *err)
{
    double *copy = malloc(count * sizeof *copy);
    if (copy)
        memcpy(copy, values, count * sizeof *copy);
    else
        err_set(err, ERR_MEMORY, "no memory for %zu values of rows", count);
    return copy;
}

static int open_rows(struct gradcheck_twin *twin, const struct gradcheck_twin_plan *plan, struct err *err)
{
    twin->in = shape_size(plan->in);
    twin->out = (size_t)net_width(twin->net);
    twin->x = copy_values(plan->x, (size_t)plan->rows * twin->in, err);
    twin->target = twin->x ? copy_values(plan->target, (size_t)plan->rows * twin->out, err) : NULL;
    return twin->target ? 0 : -1;
}

struct gradcheck_twin *gradcheck_twin_open(const struct gradcheck_twin_plan *plan, struct err *err)
{
    struct gradcheck_twin *twin = calloc(1, sizeof *twin);
    if (!twin) {
        err_set(err, ERR_MEMORY, "no memory for the network in double precision");
        return NULL;
    }
    *twin = (struct gradcheck_twin){.rows = plan->rows, .seed = plan->seed, .draw = plan->draw,
                                    .optimizer = {.kind = optim_kinds[0]}};
    struct loss loss = {.kind = loss_kind_find(plan->loss), .args = *plan->loss_args};
    if ((twin->net = open_net(plan->top, plan->in, err)) && open_rows(twin, plan, err) == 0 &&
        (twin->team = team_open(plan->threads, err)) &&
        (twin->program = program_open(twin->net, &loss, PROGRAM_TRAIN, plan->rows, twin->team,
                                      (struct program_source){gather, twin}, err)))
        return twin;
    gradcheck_twin_close(twin);
    return NULL;
}

void gradcheck_twin_close(struct gradcheck_twin *twin)
{
    if (!twin)
        return;
    program_close(twin->program);
    team_close(twin->team);
    net_close(twin->net);
    free(twin->x);
    free(twin->target);
    free(twin);
}

double *gradcheck_twin_parameter(struct gradcheck_twin *twin, int k)
{
    return twin->net->w + twin->net->param[k].offset;
}

double gradcheck_twin_loss(struct gradcheck_twin *twin)
{
    int loss = 1 + twin->net->top.layers; /* behind gather and the forward ops */
    program_begin(twin->program, twin->rows, twin->seed, twin->draw);
    program_run(twin->program, &twin->optimizer, loss + 1, false);
    return program_loss(twin->program);
}

void gradcheck_twin_backward(struct gradcheck_twin *twin)
{
    program_begin(twin->program, twin->rows, twin->seed, twin->draw);
    program_run(twin->program, &twin->optimizer, program_reduce(twin->program) + 1, false);
}

const double *gradcheck_twin_gradient(const struct gradcheck_twin *twin, int k)
{
    return program_gradient(twin->program) + twin->net->param[k].offset;
}
