/*
 * sharing.c: how the threads share a step: how many there are, whether they share the rows of a layer, its units or its
 * places, where they must meet, and what of the rows and the parameters is whose. All of it follows from the plan and
 * the kind of processor, none from a clock: who does what decides the bits.
 */
#include <stdlib.h>

#include "dnn/kernel.h"
#include "dnn/program_body.h"

/* A layer of fewer values than this takes less time than two meetings. */
#define PLACES_FOR_TEAM 512

/* Weights from which on sharing units can pay for a meeting before and one after; and for so few rows a thread that, by
 * rows, some would have none. */
#define WEIGHTS_FOR_UNITS 8192
#define WEIGHTS_FOR_FEW   4096
#define FEW_ROWS          4

/* Threads that share rows read each other's half of the weights, and of the gradients; those that share units read each
 * other's half of what comes in and goes out, forward and backward. What one core has written costs another many times
 * what its own does, so the less of it wins; when in doubt units do, where there is a group for each thread. */
bool sharing_by_units(const struct program *program, int i)
{
    const struct net *net = program->net;
    const struct layer *layer = &net->top.layer[i];
    if (program->ranks > 1 && layer->kind->flags & LAYER_BY_PLACES)
        return program->rows_max < program->ranks && shape_size(&layer->in) >= PLACES_FOR_TEAM;
    if (program->ranks == 1 || !(layer->kind->flags & LAYER_BY_UNITS))
        return false;
    double in = (double)shape_size(&layer->in), out = (double)shape_size(&layer->out), weights = in * out;
    if (out <= LAYER_GROUP * (program->ranks - 1))
        return false;
    if (program->rows_max < FEW_ROWS * program->ranks)
        return weights >= WEIGHTS_FOR_FEW;
    return weights >= WEIGHTS_FOR_UNITS && 2 * weights >= program->rows_max * (in + out);
}

/* What threads that share the rows or the units of layer I read of each other's in a training step, in values: of what
 * comes in and goes out, and of what is added up; or of gradients and new weights. */
static double values_moved(const struct program *program, int i)
{
    const struct net *net = program->net;
    const struct layer *layer = &net->top.layer[i];
    double through = (double)program->rows_max * (double)(shape_size(&layer->in) + shape_size(&layer->out));
    double parameters = 0;
    for (int k = net->first_param[i]; k < net->first_param[i + 1]; k++)
        parameters += (double)net->param[k].count;
    return sharing_by_units(program, i) ? 1.4 * through : 2 * parameters;
}

/* Operations a nanosecond of one thread, in steps of middle size; nanoseconds that an optimizer takes for a parameter,
 * that a cache line takes from core to core, and that giving out a step does. Measured (tests/bench/growth.c) where the
 * lines took 15 to 40. */
static const double rate[] = {[KERNEL_PORTABLE] = 40, [KERNEL_WIDE] = 75, [KERNEL_WIDER] = 125};
#define PARAMETER 0.25
#define LINE      20.0
#define GIVING    3000.0

int sharing_ranks(const struct net *net, enum program_mode mode, int rows, int ranks)
{
    if (getenv("DNNTUI_ALL_THREADS"))
        return ranks;
    const struct program plan = {.net = (struct net *)net, .mode = mode, .rows_max = rows, .ranks = ranks};
    double flops = net_flops(net) * rows, moved = 0;
    if (mode == PROGRAM_TRAIN) {
        flops *= 3;
        for (int i = 0; i < net->top.layers; i++)
            moved += values_moved(&plan, i);
    }
    double alone = flops / rate[kernel_width] + (mode == PROGRAM_TRAIN ? PARAMETER * (double)net->parameters : 0);
    double saved = alone * (1 - 1.0 / ranks), costs = moved * sizeof(real) / ARENA_ALIGN * LINE + GIVING;
    return saved > costs ? ranks : 1;
}

bool sharing_adds_parts(const struct program *program, int i)
{
    return program->mode == PROGRAM_TRAIN && i > 0 && program->net->top.layer[i].kind->flags & LAYER_BY_UNITS &&
           sharing_by_units(program, i);
}

bool sharing_meets(const struct program *program, const struct op *op)
{
    if (program->ranks == 1 || op == program->op || op->code == OP_UPDATE)
        return false;
    const struct op *before = op - 1;
    bool units = op->layer >= 0 && sharing_by_units(program, op->layer);
    bool after_units = before->layer >= 0 && sharing_by_units(program, before->layer);
    if (before->code == OP_BACKWARD && after_units)
        after_units = !sharing_adds_parts(program, before->layer); /* else each thread's rows are whole */
    return units || after_units || op->code == OP_REDUCE;
}

void sharing_part(size_t n, size_t each, int rank, int ranks, size_t *first, size_t *last)
{
    size_t groups = (n + each - 1) / each, end = groups * ((size_t)rank + 1) / (size_t)ranks * each;
    *first = groups * (size_t)rank / (size_t)ranks * each;
    *last = end < n ? end : n;
}

void sharing_units(const struct program *program, struct layer_run *run)
{
    size_t first = 0, last = (size_t)run->out;
    if (run->by_units)
        sharing_part(last, LAYER_GROUP, run->rank, program->ranks, &first, &last);
    run->unit = (int)first;
    run->units = (int)(last - first);
}

/* Weights, and inputs, from which on a gradient that is the product of two vectors is worked out where it is needed
 * rather than written and read. */
#define WEIGHTS_IN_PIECES 4096
#define INPUTS_IN_PIECES  64

struct share sharing_of(const struct program *program, int layer, int rank)
{
    const struct net *net = program->net;
    if (net->first_param[layer] == net->first_param[layer + 1])
        return (struct share){.in_pieces = false};
    const struct window *begin = &net->param[net->first_param[layer]];
    const struct window *end = &net->param[net->first_param[layer + 1] - 1];
    size_t all = arena_whole_lines(end->offset + end->count - begin->offset, sizeof(real)), first, last;
    sharing_part(all, ARENA_ALIGN / sizeof(real), rank, program->ranks, &first, &last);
    const struct layer_run *run = &program->run[layer];
    return (struct share){.own = {begin->offset + first, begin->offset + last},
                          .in_pieces = run->layer->kind->gradient && (program->ranks == 1 || run->by_units) &&
                                       run->in >= INPUTS_IN_PIECES && all >= WEIGHTS_IN_PIECES};
}

void sharing_aim(struct program *program)
{
    int layers = program->net->top.layers;
    if (program->rows == program->aimed)
        return;
    program->aimed = program->rows;
    for (int rank = 0; rank < program->ranks; rank++) {
        struct lane *lane = &program->lane[rank];
        size_t first, last;
        sharing_part((size_t)program->rows, 1, rank, program->ranks, &first, &last);
        lane->first = (int)first;
        lane->last = (int)last;
        for (int i = 0; i < layers; i++) {
            struct layer_run *run = &program->run[rank * layers + i];
            run->rows = program->rows;
            run->sum_first = lane->first;
            run->sum_last = lane->last;
            run->first = run->by_units ? 0 : lane->first;
            run->last = run->by_units ? program->rows : lane->last;
            if (run->layer->kind->ready)
                run->layer->kind->ready(run);
        }
    }
}
