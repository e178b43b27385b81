/*
 * program.c: compiles a network, a loss and an optimizer into a list of ops, and holds what a batch needs.
 *
 * It says what each op does (run_op); execute.c would be its other half if walking the list ever grew.
 *
 * Two things may look odd. Each thread has parameter gradients of its own, which `reduce` adds up in the order of the
 * ranks into the first thread's: so the bits depend on the number of threads only. And sums over a batch (loss, norms)
 * are kept per thread and added up when somebody asks, in the same order: so no op waits for another thread's sum.
 */
#include "dnn/program.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Below this many floating-point operations a step, a second thread costs more than it brings. A property of the plan,
 * never of a clock: the number of threads decides the bits. */
#define FLOPS_FOR_TEAM 300000.0

/* The update works in stretches that stay in the first-level cache, since it reads a parameter three times. */
#define STRETCH 1024

struct sums {
    double gradient, weight, update; /* squares, of one thread's share of one window */
};

/* What one thread alone writes; a whole number of cache lines. */
struct lane {
    _Alignas(ARENA_ALIGN) double loss; /* sum over its rows */
    double clip;                       /* what it multiplies gradients by */
    bool halt;
};

struct program {
    struct net *net;
    struct loss loss;
    enum program_mode mode;
    struct team *team;
    struct program_source source;
    int ranks, rows_max, rows, cursor;
    uint64_t seed, draw;
    struct op *op;
    int ops;
    double flops;

    real *x, *target;                /* [rows_max, in], [rows_max, out] */
    real **out, **out_gradient;      /* by layer: [rows_max, size] */
    real *(*saved)[LAYER_TENSORS];   /* by layer */
    real **partial;                  /* by layer */
    size_t *partial_stride;
    real *gradient;                  /* [ranks, net->size] */
    struct lane *lane;               /* [ranks] */
    struct sums *sums;               /* [ranks, sums_stride] by window */
    size_t sums_stride;
    struct layer_norms *norms;       /* by layer: what program_norms hands out */
    struct arena arena;

    /* the job under way */
    struct optimizer *optimizer;
    int end;
    bool stop_nonfinite;
};

/* --- planning */

static double layer_flops(const struct layer *layer)
{
    return layer->kind->flops ? layer->kind->flops(layer) : (double)shape_size(&layer->out);
}

static double forward_flops(const struct net *net)
{
    double flops = 0;
    for (int i = 0; i < net->top.layers; i++)
        flops += layer_flops(&net->top.layer[i]);
    return flops;
}

static int choose_ranks(const struct net *net, enum program_mode mode, int rows, int ranks)
{
    double flops = forward_flops(net) * rows * (mode == PROGRAM_TRAIN ? 3 : 1);
    return flops < FLOPS_FOR_TEAM ? 1 : ranks;
}

static size_t whole_lines(size_t values, size_t size)
{
    size_t each = ARENA_ALIGN / size;
    return (values + each - 1) / each * each;
}

static void carve_layer(struct program *program, struct arena *arena, int i)
{
    const struct layer *layer = &program->net->top.layer[i];
    size_t rows = (size_t)program->rows_max, size = shape_size(&layer->out);
    struct layer_needs needs = {0};
    if (layer->kind->needs)
        layer->kind->needs(layer, &needs);
    real *out = arena_take(arena, rows * size, sizeof(real));
    real *gradient = program->mode == PROGRAM_TRAIN ? arena_take(arena, rows * size, sizeof(real)) : NULL;
    real *saved[LAYER_TENSORS];
    for (int k = 0; k < LAYER_TENSORS; k++)
        saved[k] = arena_take(arena, rows * needs.saved_per_row[k] + needs.saved[k], sizeof(real));
    size_t stride = whole_lines(needs.partial, sizeof(real));
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
    program->norms = arena_take(arena, layers, sizeof *program->norms);
    program->op = arena_take(arena, 3 * layers + 3, sizeof *program->op);
    program->lane = arena_take(arena, ranks, sizeof *program->lane);
    program->sums_stride = whole_lines((size_t)net->params, sizeof *program->sums);
    program->sums = arena_take(arena, program->sums_stride * ranks, sizeof *program->sums);
    program->x = arena_take(arena, rows * shape_size(&net->in), sizeof(real));
    program->target = arena_take(arena, rows * shape_size(&net->top.layer[layers - 1].out), sizeof(real));
    if (program->mode == PROGRAM_TRAIN)
        program->gradient = arena_take(arena, net->size * ranks, sizeof(real));
    for (int i = 0; i < net->top.layers; i++)
        carve_layer(program, arena, i);
}

static void add_op(struct program *program, enum op_code code, int layer, int parts, double flops, const char *verb)
{
    struct op *op = &program->op[program->ops++];
    *op = (struct op){.code = code, .layer = layer, .parts = parts, .flops = flops};
    snprintf(op->name, sizeof op->name, "%s%s%s", verb, layer < 0 ? "" : " ",
             layer < 0 ? "" : program->net->top.layer[layer].name);
    program->flops += flops;
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
    if (program->mode == PROGRAM_EVALUATE)
        return;
    for (int i = top->layers - 1; i >= 0; i--)
        add_op(program, OP_BACKWARD, i, top->layer[i].kind->backward_parts, 2 * rows * layer_flops(&top->layer[i]), "bwd");
    add_op(program, OP_REDUCE, -1, 2, parameters * (program->ranks + 1), "reduce");
    for (int i = 0; i < top->layers; i++) {
        double count = 0;
        for (int k = first[i]; k < first[i + 1]; k++)
            count += (double)program->net->param[k].count;
        if (count > 0)
            add_op(program, OP_UPDATE, i, 1, 10 * count, "update");
    }
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
                                .rows_max = rows, .ranks = choose_ranks(net, mode, rows, team_ranks(team))};
    struct arena measure = arena_measure();
    carve(program, &measure);
    char purpose[64];
    snprintf(purpose, sizeof purpose, "%s in batches of %d rows", mode == PROGRAM_TRAIN ? "training" : "evaluating", rows);
    if (arena_open(&program->arena, measure.used, purpose, err)) {
        free(program);
        return NULL;
    }
    carve(program, &program->arena);
    compile(program);
    return program;
}

void program_close(struct program *program)
{
    if (!program)
        return;
    arena_close(&program->arena);
    free(program);
}

size_t program_bytes(const struct net *net, enum program_mode mode, int rows, int ranks)
{
    struct program program = {.net = (struct net *)net, .mode = mode, .rows_max = rows,
                              .ranks = choose_ranks(net, mode, rows, ranks)};
    struct arena measure = arena_measure();
    carve(&program, &measure);
    return measure.used;
}

/* --- running */

/* The share of rank RANK of N things: [*first, *last). */
static void share(size_t n, int rank, int ranks, size_t *first, size_t *last)
{
    *first = n * (size_t)rank / (size_t)ranks;
    *last = n * ((size_t)rank + 1) / (size_t)ranks;
}

static real *rank_gradient(const struct program *program, int rank)
{
    return program->gradient + program->net->size * (size_t)rank;
}

static struct layer_run layer_run_of(const struct program *program, int i, int rank)
{
    const struct net *net = program->net;
    size_t first, last;
    share((size_t)program->rows, rank, program->ranks, &first, &last);
    struct layer_run run = {
        .layer = &net->top.layer[i],
        .training = program->mode == PROGRAM_TRAIN,
        .rows = program->rows,
        .first = (int)first,
        .last = (int)last,
        .rank = rank,
        .ranks = program->ranks,
        .x = i ? program->out[i - 1] : program->x,
        .y = program->out[i],
        .dx = i ? program->out_gradient[i - 1] : NULL,
        .dy = program->out_gradient[i],
        .partial = program->partial[i],
        .partial_stride = program->partial_stride[i],
        .seed = program->seed,
        .draw = program->draw,
        .stream = (uint32_t)i,
    };
    for (int k = net->first_param[i]; k < net->first_param[i + 1]; k++) {
        run.param[k - net->first_param[i]] = net->w + net->param[k].offset;
        if (program->gradient)
            run.grad[k - net->first_param[i]] = rank_gradient(program, rank) + net->param[k].offset;
    }
    for (int k = net->first_stat[i]; k < net->first_stat[i + 1]; k++)
        run.stat[k - net->first_stat[i]] = net->s + net->stat[k].offset;
    memcpy(run.saved, program->saved[i], sizeof run.saved);
    return run;
}

static void run_loss(struct program *program, int rank)
{
    int last_layer = program->net->top.layers - 1;
    size_t first, last;
    share((size_t)program->rows, rank, program->ranks, &first, &last);
    program->lane[rank].loss = program->loss.kind->run(
        &program->loss.args, program->out[last_layer], program->target, (int)first, (int)last, program->rows,
        (int)shape_size(&program->net->top.layer[last_layer].out), program->out_gradient[last_layer]);
}

/* Adds the threads' gradients up in the order of their ranks, over this rank's share of window K. */
static double reduce_window(struct program *program, const struct window *window, int rank)
{
    size_t first, last;
    share(window->count, rank, program->ranks, &first, &last);
    real *total = rank_gradient(program, 0) + window->offset;
    double squares = 0;
    for (int other = 1; other < program->ranks; other++) {
        const real *theirs = rank_gradient(program, other) + window->offset;
        for (size_t i = first; i < last; i++)
            total[i] += theirs[i];
    }
    for (size_t i = first; i < last; i++)
        squares += (double)total[i] * total[i];
    return squares;
}

static double gradient_squares(const struct program *program, int window)
{
    double squares = 0;
    for (int rank = 0; rank < program->ranks; rank++)
        squares += program->sums[program->sums_stride * (size_t)rank + (size_t)window].gradient;
    return squares;
}

/* Part 0 sums; part 1, when all have, lets every thread work the global norm out for itself. */
static void run_reduce(struct program *program, int rank, int part)
{
    struct lane *lane = &program->lane[rank];
    if (part == 0) {
        struct sums *sums = &program->sums[program->sums_stride * (size_t)rank];
        for (int k = 0; k < program->net->params; k++)
            sums[k].gradient = reduce_window(program, &program->net->param[k], rank);
        return;
    }
    double norm = program_gradient_norm(program), limit = program->optimizer->clip;
    lane->clip = limit > 0 && norm > limit ? limit / (norm + 1e-6) : 1; /* as torch.nn.utils.clip_grad_norm_ */
    lane->halt = program->stop_nonfinite && program_nonfinite(program);
}

static void update_stretch(struct program *program, size_t offset, size_t n, double clip, struct sums *sums)
{
    struct optimizer *optimizer = program->optimizer;
    real *w = program->net->w + offset, *g = program->gradient + offset, before[STRETCH];
    memcpy(before, w, n * sizeof *w);
    if (clip != 1)
        for (size_t i = 0; i < n; i++)
            g[i] *= (real)clip;
    struct optim_step step = {.args = &optimizer->args, .lr = optimizer->lr, .t = optimizer->t, .n = n, .w = w, .g = g};
    for (int slot = 0; slot < optimizer->kind->slots; slot++)
        step.slot[slot] = optimizer->slot[slot] + offset;
    optimizer->kind->update(&step);
    double weight = 0, change = 0;
    for (size_t i = 0; i < n; i++) {
        weight += (double)w[i] * w[i];
        change += (double)(w[i] - before[i]) * (w[i] - before[i]);
    }
    sums->weight += weight;
    sums->update += change;
}

static void run_update(struct program *program, int layer, int rank)
{
    const struct net *net = program->net;
    for (int k = net->first_param[layer]; k < net->first_param[layer + 1]; k++) {
        struct sums *sums = &program->sums[program->sums_stride * (size_t)rank + (size_t)k];
        size_t first, last;
        share(net->param[k].count, rank, program->ranks, &first, &last);
        sums->weight = sums->update = 0;
        for (size_t at = first; at < last; at += STRETCH)
            update_stretch(program, net->param[k].offset + at, last - at < STRETCH ? last - at : STRETCH,
                           program->lane[rank].clip, sums);
    }
}

static void run_op(struct program *program, const struct op *op, int rank, int part)
{
    size_t first, last;
    struct layer_run run;
    switch (op->code) {
    case OP_GATHER:
        share((size_t)program->rows, rank, program->ranks, &first, &last);
        program->source.gather(program->source.context, (int)first, (int)last, program->x, program->target);
        break;
    case OP_FORWARD:
        run = layer_run_of(program, op->layer, rank);
        run.layer->kind->forward(&run, part);
        break;
    case OP_LOSS:
        run_loss(program, rank);
        break;
    case OP_BACKWARD:
        run = layer_run_of(program, op->layer, rank);
        run.layer->kind->backward(&run, part);
        break;
    case OP_REDUCE:
        run_reduce(program, rank, part);
        break;
    case OP_UPDATE:
        run_update(program, op->layer, rank);
        break;
    }
}

/* What every thread does with a stretch of the list: rows stay with their thread, so only reduce and the parts of an
 * op that mixes rows need a meeting. */
static void run_ops(void *arg, int rank)
{
    struct program *program = arg;
    bool meet = program->ranks > 1;
    for (int i = program->cursor; i < program->end; i++) {
        const struct op *op = &program->op[i];
        if (meet && op->code == OP_REDUCE)
            team_meet(program->team);
        for (int part = 0; part < op->parts; part++) {
            if (meet && part > 0)
                team_meet(program->team);
            run_op(program, op, rank, part);
        }
        if (op->code == OP_REDUCE && program->lane[rank].halt)
            return;
    }
}

void program_begin(struct program *program, int rows, uint64_t seed, uint64_t draw)
{
    assert(rows >= 1 && rows <= program->rows_max);
    program->rows = rows;
    program->seed = seed;
    program->draw = draw;
    program->cursor = 0;
}

static int reduce_op(const struct program *program)
{
    return 2 * program->net->top.layers + 2;
}

int program_run(struct program *program, struct optimizer *optimizer, int end, bool stop_nonfinite)
{
    assert(end <= program->ops && (optimizer || program->mode == PROGRAM_EVALUATE));
    int start = program->cursor;
    program->end = end;
    program->optimizer = optimizer;
    program->stop_nonfinite = stop_nonfinite;
    /* The first update op is where an update begins to count. */
    if (optimizer && start <= reduce_op(program) && end > reduce_op(program))
        optimizer->t++;
    if (program->ranks > 1)
        team_run(program->team, run_ops, program);
    else
        run_ops(program, 0);
    bool halted = program->mode == PROGRAM_TRAIN && start <= reduce_op(program) && end > reduce_op(program) &&
                  program->lane[0].halt;
    program->cursor = halted ? reduce_op(program) + 1 : end;
    return program->cursor;
}

/* --- asking */

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
    double squares = 0;
    for (int k = 0; k < program->net->params; k++)
        squares += gradient_squares(program, k);
    return sqrt(squares);
}

bool program_nonfinite(const struct program *program)
{
    return !isfinite(program_loss(program)) || !isfinite(program_gradient_norm(program));
}

const struct layer_norms *program_norms(const struct program *program, int layer)
{
    struct sums total = {0};
    for (int k = program->net->first_param[layer]; k < program->net->first_param[layer + 1]; k++)
        for (int rank = 0; rank < program->ranks; rank++) {
            const struct sums *sums = &program->sums[program->sums_stride * (size_t)rank + (size_t)k];
            total.gradient += sums->gradient;
            total.weight += sums->weight;
            total.update += sums->update;
        }
    program->norms[layer] = (struct layer_norms){sqrt(total.weight), sqrt(total.gradient), sqrt(total.update)};
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
    return program->gradient;
}
