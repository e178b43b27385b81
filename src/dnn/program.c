/*
 * program.c: compiles a network, a loss and an optimizer into a list of ops with the memory that a batch needs, and
 * answers questions about them. Who does which share of it is in sharing.c, running in execute.c.
 *
 * Two things may look odd. Each thread has parameter gradients of its own, which `reduce` adds up in the order of the
 * ranks into the first thread's: so the bits depend on the number of threads only. And sums over a batch (loss, norms)
 * are kept per thread and added up when somebody asks, in the same order: so no op waits for another thread's sum.
 */
#include "dnn/program_body.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- planning */

static struct layer_needs needs_of(const struct layer *layer)
{
    struct layer_needs needs = {0};
    if (layer->kind->needs)
        layer->kind->needs(layer, &needs);
    return needs;
}

/* One scratch a thread does for all layers: it is that of the neediest. */
static size_t scratch_stride(const struct net *net)
{
    size_t most = 0;
    for (int i = 0; i < net->top.layers; i++) {
        size_t scratch = needs_of(&net->top.layer[i]).scratch;
        most = scratch > most ? scratch : most;
    }
    return arena_whole_lines(most, sizeof(real));
}

static void carve_layer(struct program *program, struct arena *arena, int i)
{
    const struct layer *layer = &program->net->top.layer[i];
    size_t rows = (size_t)program->rows_max, size = shape_size(&layer->out);
    struct layer_needs needs = needs_of(layer);
    real *out = arena_take(arena, rows * size, sizeof(real));
    real *gradient = program->mode == PROGRAM_TRAIN ? arena_take(arena, rows * size, sizeof(real)) : NULL;
    real *saved[LAYER_TENSORS];
    for (int k = 0; k < LAYER_TENSORS; k++)
        saved[k] = arena_take(arena, rows * needs.saved_per_row[k] + needs.saved[k], sizeof(real));
    size_t sums = sharing_adds_parts(program, i) ? rows * shape_size(&layer->in) : needs.partial;
    size_t stride = arena_whole_lines(sums, sizeof(real));
    real *partial = arena_take(arena, stride * (size_t)program->ranks, sizeof(real));
    if (!arena->base)
        return;
    program->out[i] = out;
    program->out_gradient[i] = gradient;
    memcpy(program->saved[i], saved, sizeof saved);
    program->partial[i] = partial;
    program->partial_stride[i] = stride;
}

static void carve(struct program *program, struct arena *arena)
{
    const struct net *net = program->net;
    size_t layers = (size_t)net->top.layers, rows = (size_t)program->rows_max, ranks = (size_t)program->ranks;
    program->out = arena_take(arena, layers, sizeof *program->out);
    program->out_gradient = arena_take(arena, layers, sizeof *program->out_gradient);
    program->saved = arena_take(arena, layers, sizeof *program->saved);
    program->partial = arena_take(arena, layers, sizeof *program->partial);
    program->partial_stride = arena_take(arena, layers, sizeof *program->partial_stride);
    program->share = arena_take(arena, layers * ranks, sizeof *program->share);
    program->stretch = arena_take(arena, layers * ranks, sizeof *program->stretch);
    program->part = arena_take(arena, layers * ranks, sizeof *program->part);
    program->norms = arena_take(arena, layers, sizeof *program->norms);
    program->op = arena_take(arena, 3 * layers + 3, sizeof *program->op);
    program->lane = arena_take(arena, ranks, sizeof *program->lane);
    program->sums_stride = arena_whole_lines(layers, sizeof *program->sums);
    program->sums = arena_take(arena, program->sums_stride * ranks, sizeof *program->sums);
    program->x = arena_take(arena, rows * shape_size(&net->in), sizeof(real));
    program->target = arena_take(arena, rows * shape_size(&net->top.layer[layers - 1].out), sizeof(real));
    if (program->mode == PROGRAM_TRAIN)
        program->gradient = arena_take(arena, net->size * ranks, sizeof(real));
    program->scratch_stride = scratch_stride(net);
    program->scratch = arena_take(arena, program->scratch_stride * ranks, sizeof(real));
    for (int i = 0; i < net->top.layers; i++)
        carve_layer(program, arena, i);
}

static void add_op(struct program *program, enum op_code code, int layer, int parts, double flops, const char *verb)
{
    struct op *op = &program->op[program->ops++];
    *op = (struct op){.code = code, .layer = layer, .parts = parts, .flops = flops};
    op->meet = sharing_meets(program, op);
    if (code == OP_FORWARD || code == OP_BACKWARD) {
        const struct layer_kind *kind = program->net->top.layer[layer].kind;
        op->pass = code == OP_FORWARD ? kind->forward : kind->backward;
    }
    snprintf(op->name, sizeof op->name, "%s%s%s", verb, layer < 0 ? "" : " ",
             layer < 0 ? "" : program->net->top.layer[layer].name);
    program->flops += flops;
}

/* Bytes that joined ops may read and write of some rows. Twice the second-level cache of the processor that this was
 * measured on: with fewer rows, what a call costs outweighs what the cache saves. */
#define CACHE_FOR_ROWS ((size_t)2 << 20)

static size_t rows_in_cache(const struct layer *layer)
{
    return CACHE_FOR_ROWS / ((shape_size(&layer->in) + shape_size(&layer->out)) * sizeof(real));
}

/* Whether some rows are to OP, which is not the last, what all of a thread's are. Dense layers multiply all of them
 * faster than some; a pass back to parameters writes sums over all. */
static bool takes_some_rows(const struct program *program, const struct op *op)
{
    const struct net *net = program->net;
    if ((op->code != OP_FORWARD && op->code != OP_BACKWARD) || op->parts > 1 || sharing_by_units(program, op->layer))
        return false;
    const struct layer *layer = &net->top.layer[op->layer];
    bool trains = net->first_param[op->layer] < net->first_param[op->layer + 1];
    return !(layer->kind->flags & LAYER_BY_UNITS) && !layer->kind->ready && (op->code == OP_FORWARD || !trains) &&
           rows_in_cache(layer) > 1;
}

/* Says which ops go through some rows at a time together: those with more than the cache holds. */
static void join_ops(struct program *program)
{
    for (int i = program->ops - 1; i >= 0; i--) {
        struct op *op = &program->op[i];
        op->joined = 1;
        op->rows = program->rows_max;
        if (!takes_some_rows(program, op))
            continue;
        op->rows = (int)rows_in_cache(&program->net->top.layer[op->layer]);
        if (op[1].code == op->code && !op[1].meet && takes_some_rows(program, op + 1)) {
            op->joined += op[1].joined;
            op->rows = op[1].rows < op->rows ? op[1].rows : op->rows;
        }
    }
    for (int i = 0; i < program->ops; i++)
        if (program->op[i].rows >= program->rows_max / program->ranks)
            program->op[i].joined = 1;
}

/* Says which passes come one straight after the other. */
static void line_up_passes(struct program *program)
{
    for (int i = program->ops - 1; i >= 0; i--) {
        struct op *op = &program->op[i];
        bool last = i == program->ops - 1 || op[1].meet;
        if (op->pass && op->parts == 1 && op->joined == 1)
            op->straight = 1 + (last ? 0 : op[1].straight);
    }
}

static void compile(struct program *program)
{
    const struct topology *top = &program->net->top;
    const int *first = program->net->first_param;
    double rows = program->rows_max, parameters = (double)program->net->parameters;
    add_op(program, OP_GATHER, -1, 1, 0, "gather");
    for (int i = 0; i < top->layers; i++)
        add_op(program, OP_FORWARD, i, top->layer[i].kind->forward_parts, rows * layer_flops(&top->layer[i]), "fwd");
    add_op(program, OP_LOSS, -1, 1, rows * (double)shape_size(&top->layer[top->layers - 1].out), "loss");
    program->reduce = program->ops; /* an evaluation has none */
    if (program->mode == PROGRAM_EVALUATE)
        return;
    for (int i = top->layers - 1; i >= 0; i--)
        add_op(program, OP_BACKWARD, i, top->layer[i].kind->backward_parts + sharing_adds_parts(program, i),
               2 * rows * layer_flops(&top->layer[i]), "bwd");
    /* The norm. What adding up the threads' gradients takes is not counted: it is no work of the method. */
    program->reduce = program->ops;
    add_op(program, OP_REDUCE, -1, 2, 2 * parameters, "reduce");
    for (int i = 0; i < top->layers; i++) {
        double count = 0;
        for (int k = first[i]; k < first[i + 1]; k++)
            count += (double)program->net->param[k].count;
        if (count > 0)
            add_op(program, OP_UPDATE, i, 1, 10 * count, "update");
    }
}

static struct layer_run layer_run_of(const struct program *program, int i, int rank)
{
    const struct net *net = program->net;
    struct layer_run run = {
        .layer = &net->top.layer[i],
        .in = (int)shape_size(&net->top.layer[i].in),
        .out = (int)shape_size(&net->top.layer[i].out),
        .training = program->mode == PROGRAM_TRAIN,
        .rank = rank,
        .ranks = program->ranks,
        .by_units = sharing_by_units(program, i),
        .x = i ? program->out[i - 1] : program->x,
        .y = program->out[i],
        .dx = i ? program->out_gradient[i - 1] : NULL,
        .dy = program->out_gradient[i],
        .partial = program->partial[i],
        .partial_stride = program->partial_stride[i],
        .scratch = program->scratch + program->scratch_stride * (size_t)rank,
        .draw = &program->draw,
        .stream = (uint32_t)i,
    };
    for (int k = net->first_param[i]; k < net->first_param[i + 1]; k++) {
        run.param[k - net->first_param[i]] = net->w + net->param[k].offset;
        if (program->gradient)
            run.grad[k - net->first_param[i]] =
                program->gradient + net->size * (size_t)(run.by_units ? 0 : rank) + net->param[k].offset;
    }
    for (int k = net->first_stat[i]; k < net->first_stat[i + 1]; k++)
        run.stat[k - net->first_stat[i]] = net->s + net->stat[k].offset;
    memcpy(run.saved, program->saved[i], sizeof run.saved);
    sharing_units(program, &run);
    return run;
}

static int prepare_runs(struct program *program, struct err *err)
{
    int layers = program->net->top.layers;
    program->run = calloc((size_t)(program->ranks * layers), sizeof *program->run);
    if (!program->run)
        return err_set(err, ERR_MEMORY, "no memory for a program of %d layers", layers);
    for (int rank = 0; rank < program->ranks; rank++) {
        for (int i = 0; i < layers; i++) {
            program->run[rank * layers + i] = layer_run_of(program, i, rank);
            program->share[rank * layers + i] = sharing_of(program, i, rank);
        }
        if (program->mode == PROGRAM_TRAIN)
            parameters_ready(program, rank);
    }
    return 0;
}

struct program *program_open(struct net *net, const struct loss *loss, enum program_mode mode, int rows,
                             struct team *team, struct program_source source, struct err *err)
{
    struct program *program = calloc(1, sizeof *program);
    if (!program) {
        err_set(err, ERR_MEMORY, "no memory for a program");
        return NULL;
    }
    *program = (struct program){.net = net, .loss = *loss, .mode = mode, .team = team, .source = source,
                                .rows_max = rows, .ranks = sharing_ranks(net, mode, rows, team_ranks(team))};
    struct arena measure = arena_measure();
    carve(program, &measure);
    char purpose[64];
    snprintf(purpose, sizeof purpose, "%s in batches of %d rows", mode == PROGRAM_TRAIN ? "training" : "evaluating",
             rows);
    if ((program->ranks > 1 && team_start(team, err)) ||
        arena_open(&program->arena, measure.used, purpose, err)) {
        free(program);
        return NULL;
    }
    carve(program, &program->arena);
    compile(program);
    join_ops(program);
    line_up_passes(program);
    if (prepare_runs(program, err)) {
        program_close(program);
        return NULL;
    }
    program->small = small_fits(program);
    program->small_ce = loss->kind == loss_kind_find("ce");
    return program;
}

void program_close(struct program *program)
{
    if (!program)
        return;
    arena_close(&program->arena);
    free(program->run);
    free(program);
}

/* The values stand behind everything that holds pointers, from the lanes on; the plans being alike, so are the
 * arenas. */
void program_copy(struct program *program, const struct program *from)
{
    size_t values = (size_t)((unsigned char *)program->lane - program->arena.base);
    assert(program->arena.used == from->arena.used && program->ops == from->ops && program->mode == from->mode);
    program->rows = from->rows;
    program->cursor = from->cursor;
    program->draw = from->draw;
    program->aimed = 0;
    sharing_aim(program);
    program->owing = from->owing;
    memcpy(program->lane, from->lane, program->arena.used - values);
}

size_t program_bytes(const struct net *net, enum program_mode mode, int rows, int ranks)
{
    struct program program = {.net = (struct net *)net, .mode = mode, .rows_max = rows,
                              .ranks = sharing_ranks(net, mode, rows, ranks)};
    struct arena measure = arena_measure();
    carve(&program, &measure);
    return measure.used;
}

/* --- asking */

int program_reduce(const struct program *program)
{
    return program->reduce;
}

int program_cursor(const struct program *program)
{
    return program->cursor;
}

int program_ops(const struct program *program)
{
    return program->ops;
}

const struct op *program_op(const struct program *program, int i)
{
    return &program->op[i];
}

int program_rows(const struct program *program)
{
    return program->rows;
}

int program_rows_max(const struct program *program)
{
    return program->rows_max;
}

int program_ranks(const struct program *program)
{
    return program->ranks;
}

double program_flops(const struct program *program)
{
    return program->flops;
}

double program_loss(const struct program *program)
{
    double sum = 0;
    for (int rank = 0; rank < program->ranks; rank++)
        sum += program->lane[rank].loss;
    return sum / program->rows;
}

double program_gradient_norm(const struct program *program)
{
    return sqrt(gradient_squares(program));
}

bool program_nonfinite(const struct program *program)
{
    return !isfinite(program_loss(program)) || !isfinite(program_gradient_norm(program));
}

static const struct sums *sums_of(const struct program *program, int layer, int rank)
{
    return &program->sums[program->sums_stride * (size_t)rank + (size_t)layer];
}

bool program_weights_finite(const struct program *program)
{
    double squares = 0;
    for (int rank = 0; rank < program->ranks; rank++)
        squares += program->lane[rank].weight;
    return isfinite(squares);
}

struct program_part program_part(const struct program *program, int op, int rank)
{
    const struct op *done = &program->op[op];
    const struct lane *lane = &program->lane[rank];
    if (done->code == OP_FORWARD && program->net->top.layer[done->layer].kind->flags & LAYER_BY_UNITS) {
        const struct layer_run *run = &program->run[rank * program->net->top.layers + done->layer];
        return (struct program_part){run->first, run->units ? run->last : run->first, run->unit, run->units};
    }
    return (struct program_part){.first = lane->first, .last = lane->last};
}

bool program_sums_finite(const struct program *program, int op, int rank)
{
    switch (program->op[op].code) {
    case OP_LOSS:
        return isfinite(program->lane[rank].loss);
    case OP_REDUCE:
        return isfinite(program->lane[rank].gradient);
    case OP_UPDATE:
        return isfinite(sums_of(program, program->op[op].layer, rank)->update.weight);
    case OP_GATHER:
    case OP_FORWARD:
    case OP_BACKWARD:
        break;
    }
    return true;
}

double program_layer_gradient_norm(const struct program *program, int layer)
{
    double squares = 0;
    for (int rank = 0; rank < program->ranks; rank++)
        squares += sums_of(program, layer, rank)->gradient;
    return sqrt(squares);
}

bool program_in_parts(const struct program *program, int layer)
{
    return program->ranks > 1 && !program->run[layer].by_units;
}

const struct layer_norms *program_norms(const struct program *program, int layer)
{
    struct optim_squares total = {0, 0};
    for (int rank = 0; rank < program->ranks; rank++) {
        const struct sums *sums = sums_of(program, layer, rank);
        total.weight += sums->update.weight;
        total.change += sums->update.change;
    }
    program->norms[layer] = (struct layer_norms){sqrt(total.weight), program_layer_gradient_norm(program, layer),
                                                 sqrt(total.change)};
    return &program->norms[layer];
}

const real *program_out(const struct program *program, int layer)
{
    return layer < 0 ? program->x : program->out[layer];
}

const real *program_out_gradient(const struct program *program, int layer)
{
    return layer < 0 || program->mode == PROGRAM_EVALUATE ? NULL : program->out_gradient[layer];
}

const real *program_target(const struct program *program)
{
    return program->target;
}

const real *program_gradient(const struct program *program)
{
    program_settle((struct program *)program); /* what it tells does not change by it, hence `const` */
    return program->gradient;
}
