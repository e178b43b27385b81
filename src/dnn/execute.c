/*
 * execute.c: runs the ops of a program: what each does, who does which share of it, and where threads must meet.
 */
#include "dnn/program_body.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "dnn/sweep.h"

#if defined(__SSE2__)
#include <xmmintrin.h>
#endif

/* The update works in stretches that stay in the first-level cache, since it reads a parameter several times. */
#define STRETCH 1024

/* Parameters are shared in whole cache lines, so that no two threads write to one. */
#define LINE (ARENA_ALIGN / sizeof(real))

static real *rank_gradient(const struct program *program, int rank)
{
    return program->gradient + program->net->size * (size_t)rank;
}

static void run_loss(struct program *program, int rank)
{
    int last_layer = program->net->top.layers - 1;
    struct lane *lane = &program->lane[rank];
    lane->loss = program->loss.kind->run(
        &program->loss.args, program->out[last_layer], program->target, lane->first, lane->last, program->rows,
        (int)shape_size(&program->net->top.layer[last_layer].out), program->out_gradient[last_layer]);
}

/* The stretch [*first, *last) of the vectors that is this rank's share of a layer's parameters: all windows together,
 * with the gaps between them, whose zeros no optimizer changes. */
static void share_layer(const struct program *program, int layer, int rank, size_t *first, size_t *last)
{
    const struct net *net = program->net;
    const struct window *begin = &net->param[net->first_param[layer]];
    const struct window *end = &net->param[net->first_param[layer + 1] - 1];
    size_t n = (end->offset + end->count - begin->offset + LINE - 1) / LINE * LINE;
    program_share(n, LINE, rank, program->ranks, first, last);
    *first += begin->offset;
    *last += begin->offset;
}

/* Where this rank's sums over a layer are kept. */
static struct sums *sums_of(const struct program *program, int layer, int rank)
{
    return &program->sums[program->sums_stride * (size_t)rank + (size_t)program->net->first_param[layer]];
}

/* Adds the threads' gradients up in the order of their ranks, over this rank's share of a layer; returns the sum of
 * squares. */
static double reduce_layer(struct program *program, int layer, int rank)
{
    size_t first, last;
    share_layer(program, layer, rank, &first, &last);
    int parts = program->run[layer].by_units ? 1 : program->ranks;
    double squares = 0;
    for (size_t at = first; at < last; at += STRETCH) {
        size_t n = last - at < STRETCH ? last - at : STRETCH;
        if (parts == 1)
            squares += sweep_squares(program->gradient + at, n);
        for (int other = 1; other < parts; other++) {
            double sum = sweep_add(program->gradient + at, rank_gradient(program, other) + at, n);
            squares += other == parts - 1 ? sum : 0;
        }
    }
    return squares;
}

/* Part 0 sums; part 1, when all have, lets every thread work the global norm out for itself. */
static void run_reduce(struct program *program, int rank, int part)
{
    struct lane *lane = &program->lane[rank];
    const struct net *net = program->net;
    if (part == 0) {
        for (int i = 0; i < net->top.layers; i++)
            if (net->first_param[i] < net->first_param[i + 1])
                sums_of(program, i, rank)->gradient = reduce_layer(program, i, rank);
        return;
    }
    double norm = program_gradient_norm(program), limit = program->optimizer->clip;
    lane->clip = limit > 0 && norm > limit ? limit / (norm + 1e-6) : 1; /* as torch.nn.utils.clip_grad_norm_ */
    lane->halt = program->stop_nonfinite && !(isfinite(norm) && isfinite(program_loss(program)));
}

static void update_stretch(struct program *program, size_t offset, size_t n, double clip, struct sums *sums)
{
    struct optimizer *optimizer = program->optimizer;
    real *w = program->net->w + offset, *g = program->gradient + offset, before[STRETCH];
    memcpy(before, w, n * sizeof *w);
    if (clip != 1)
        for (size_t i = 0; i < n; i++)
            g[i] *= (real)clip;
    struct optim_step step = {.args = &optimizer->args, .lr = optimizer->lr, .t = optimizer->t, .n = n, .w = w,
                              .g = g, .constant = program->constant};
    for (int slot = 0; slot < optimizer->kind->slots; slot++)
        step.slot[slot] = optimizer->slot[slot] + offset;
    optimizer->kind->update(&step);
    sweep_change(w, before, n, &sums->weight, &sums->update);
}

static void run_update(struct program *program, int layer, int rank)
{
    struct sums *sums = sums_of(program, layer, rank);
    size_t first, last;
    share_layer(program, layer, rank, &first, &last);
    sums->weight = sums->update = 0;
    for (size_t at = first; at < last; at += STRETCH)
        update_stretch(program, at, last - at < STRETCH ? last - at : STRETCH, program->lane[rank].clip, sums);
}

static void run_op(struct program *program, const struct op *op, int rank, int part)
{
    int layers = program->net->top.layers;
    const struct lane *lane = &program->lane[rank];
    const struct layer_run *run = &program->run[rank * layers + (op->layer < 0 ? 0 : op->layer)];
    switch (op->code) {
    case OP_GATHER:
        program->source.gather(program->source.context, lane->first, lane->last, program->x, program->target);
        break;
    case OP_FORWARD:
        run->layer->kind->forward(run, part);
        break;
    case OP_LOSS:
        run_loss(program, rank);
        break;
    case OP_BACKWARD:
        run->layer->kind->backward(run, part);
        break;
    case OP_REDUCE:
        run_reduce(program, rank, part);
        break;
    case OP_UPDATE:
        run_update(program, op->layer, rank);
        break;
    }
}

/* The moments of a network that has learnt its data by heart become so small that floats lose precision, and processors
 * then take a hundred times as long; so the calling thread takes them for 0 until restored. Returns what was. */
static unsigned flush_denormals(void)
{
#if defined(__SSE2__) && !defined(DNN_DOUBLE)
    unsigned mode = _mm_getcsr();
    _mm_setcsr(mode | _MM_FLUSH_ZERO_ON | 0x40 /* denormals that are read are zeros, too */);
    return mode;
#else
    return 0;
#endif
}

static void restore_denormals(unsigned mode)
{
#if defined(__SSE2__) && !defined(DNN_DOUBLE)
    _mm_setcsr(mode);
#else
    (void)mode;
#endif
}

/* What every thread does with a stretch of the list: rows stay with their thread, so only reduce, layers shared by
 * units, and the parts of an op that mixes rows need a meeting. */
static void run_ops(void *arg, int rank)
{
    struct program *program = arg;
    unsigned mode = flush_denormals();
    for (int i = program->cursor; i < program->end; i++) {
        const struct op *op = &program->op[i];
        if (op->meet && i > program->cursor)
            team_meet(program->team);
        for (int part = 0; part < op->parts; part++) {
            if (program->ranks > 1 && part > 0)
                team_meet(program->team);
            run_op(program, op, rank, part);
        }
        if (op->code == OP_REDUCE && program->lane[rank].halt)
            break;
    }
    restore_denormals(mode);
}

void program_begin(struct program *program, int rows, uint64_t seed, uint64_t draw)
{
    assert(rows >= 1 && rows <= program->rows_max);
    program->rows = rows;
    program->seed = seed;
    program->draw = draw;
    program->cursor = 0;
    program_aim(program);
}

int program_run(struct program *program, struct optimizer *optimizer, int end, bool stop_nonfinite)
{
    assert(end <= program->ops && (optimizer || program->mode == PROGRAM_EVALUATE));
    int start = program->cursor;
    program->end = end;
    program->optimizer = optimizer;
    program->stop_nonfinite = stop_nonfinite;
    /* An update counts from the moment its gradient is whole, also when it is then held back for not being finite. */
    if (optimizer && start <= program_reduce(program) && end > program_reduce(program))
        optimizer->t++;
    if (optimizer && end > program_reduce(program) + 1 && optimizer->kind->prepare)
        optimizer->kind->prepare(
            &(struct optim_step){.args = &optimizer->args, .lr = optimizer->lr, .t = optimizer->t}, program->constant);
    if (program->ranks > 1)
        team_run(program->team, run_ops, program);
    else
        run_ops(program, 0);
    bool halted = program->mode == PROGRAM_TRAIN && start <= program_reduce(program) && end > program_reduce(program) &&
                  program->lane[0].halt;
    program->cursor = halted ? program_reduce(program) + 1 : end;
    return program->cursor;
}
