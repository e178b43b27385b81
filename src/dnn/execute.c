/*
 * execute.c: runs the ops of a program: what each does, who does which share of it, and where threads must meet.
 */
#include "dnn/program_body.h"

#include <assert.h>
#include <string.h>

/* The update works in stretches that stay in the first-level cache, since it reads a parameter three times. */
#define STRETCH 1024

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
        .scratch = program->scratch + program->scratch_stride * (size_t)rank,
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
    if (program->ranks > 1)
        team_run(program->team, run_ops, program);
    else
        run_ops(program, 0);
    bool halted = program->mode == PROGRAM_TRAIN && start <= program_reduce(program) && end > program_reduce(program) &&
                  program->lane[0].halt;
    program->cursor = halted ? program_reduce(program) + 1 : end;
    return program->cursor;
}
