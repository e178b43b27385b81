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

/* Parameters are gone over in stretches that stay in the first-level cache, since what is made of them, or read of
 * them, is there for a next pass. */
#define STRETCH 1024

static real *rank_gradient(const struct program *program, int rank)
{
    return program->gradient + program->net->size * (size_t)rank;
}

static const struct layer_run *run_of(const struct program *program, int layer, int rank)
{
    return &program->run[rank * program->net->top.layers + layer];
}

static const struct share *share_of(const struct program *program, int layer, int rank)
{
    return &program->share[rank * program->net->top.layers + layer];
}

static bool has_parameters(const struct program *program, int layer)
{
    return program->net->first_param[layer] < program->net->first_param[layer + 1];
}

/* Where this rank's sums over a layer are kept. */
static struct sums *sums_of(const struct program *program, int layer, int rank)
{
    return &program->sums[program->sums_stride * (size_t)rank + (size_t)layer];
}

/* --- gradients of a batch of one row
 *
 * Such a gradient is the product of two vectors. Of a large layer it is gone over piece by piece, as the layer tells it
 * from the row, and need not be in memory: backward leaves it owed where nobody can look before the update is made, and
 * it is paid when somebody does. Sums and updates are the same whether it is owed. */

static bool goes_in_pieces(const struct program *program, int layer)
{
    return program->rows == 1 && share_of(program, layer, 0)->in_pieces;
}

static struct stretch whole_layer(const struct program *program, int layer)
{
    return (struct stretch){share_of(program, layer, 0)->own.first,
                            share_of(program, layer, program->ranks - 1)->own.last};
}

static void owe(struct program *program, bool owing)
{
    int layers = program->net->top.layers;
    program->owing = owing;
    for (int i = 0; i < program->ranks * layers; i++)
        program->run[i].owed = owing && goes_in_pieces(program, i % layers);
}

/* The next piece of LAYER's gradient, from AT on and before LAST. */
static struct layer_piece next_piece(const struct program *program, int layer, size_t at, size_t last)
{
    const struct layer_run *run = run_of(program, layer, 0);
    struct layer_piece piece = run->layer->kind->gradient(run, at - share_of(program, layer, 0)->own.first);
    piece.n = piece.n < last - at ? piece.n : last - at;
    return piece;
}

/* Writes PIECE to its place in memory; it is that which stands there from now on. */
static void pay(struct layer_piece *piece, real *place)
{
    for (size_t i = 0; i < piece->n; i++)
        place[i] = piece->scale * piece->g[i];
    piece->scale = 1;
    piece->g = place;
}

static void clip_gradient(real *g, size_t n, double clip)
{
    for (size_t i = 0; clip != 1 && i < n; i++)
        g[i] *= (real)clip;
}

void program_settle(struct program *program)
{
    bool updated = program->cursor != program_reduce(program) + 1; /* else it was held back */
    for (int i = 0; program->owing && i < program->net->top.layers; i++) {
        struct stretch all = whole_layer(program, i);
        struct layer_piece piece;
        for (size_t at = all.first; run_of(program, i, 0)->owed && at < all.last; at += piece.n) {
            piece = next_piece(program, i, at, all.last);
            pay(&piece, program->gradient + at);
            clip_gradient(program->gradient + at, piece.n, updated ? program->lane[0].clip : 1);
        }
    }
    if (program->owing)
        owe(program, false);
}

/* The squares of LAYER's gradient over SHARE. Many pieces are the same vector times another factor, whose squares are
 * summed once; but where a product might not fit a float, each counts as what it is. */
static double squares_of_pieces(const struct program *program, int layer, struct stretch share)
{
    const double fits = 1e76; /* less than the square of the largest float */
    struct layer_piece piece, last = {0};
    double squares = 0, of_last = 0;
    for (size_t at = share.first; at < share.last; at += piece.n) {
        piece = next_piece(program, layer, at, share.last);
        if (piece.g != last.g || piece.n != last.n)
            of_last = sweep_squares(piece.g, 1, piece.n);
        last = piece;
        double here = (double)piece.scale * (double)piece.scale * of_last;
        squares += here < fits ? here : sweep_squares(piece.g, piece.scale, piece.n);
    }
    return squares;
}

/* --- reduce and update */

/* Adds the threads' gradients up in the order of their ranks, over this rank's share of a layer; returns the sum of
 * squares. */
static double reduce_layer(struct program *program, int layer, int rank)
{
    struct stretch share = share_of(program, layer, rank)->own;
    int parts = run_of(program, layer, rank)->by_units ? 1 : program->ranks;
    double squares = 0;
    if (goes_in_pieces(program, layer))
        return squares_of_pieces(program, layer, share);
    for (size_t at = share.first; at < share.last; at += STRETCH) {
        size_t n = share.last - at < STRETCH ? share.last - at : STRETCH;
        if (parts == 1)
            squares += sweep_squares(program->gradient + at, 1, n);
        for (int other = 1; other < parts; other++) {
            double sum = sweep_add(program->gradient + at, rank_gradient(program, other) + at, n);
            squares += other == parts - 1 ? sum : 0;
        }
    }
    return squares;
}

/* Part 0 sums; part 1, when all have, lets every thread work the global norm out for itself. */
static void run_reduce(struct program *program, const struct op *op, int rank, int part)
{
    (void)op;
    struct lane *lane = &program->lane[rank];
    if (part == 0) {
        lane->gradient = 0;
        for (int i = 0; i < program->net->top.layers; i++)
            if (has_parameters(program, i))
                lane->gradient += sums_of(program, i, rank)->gradient = reduce_layer(program, i, rank);
        return;
    }
    double norm = program_gradient_norm(program), limit = program->optimizer->clip;
    lane->clip = limit > 0 && norm > limit ? limit / (norm + 1e-6) : 1; /* as torch.nn.utils.clip_grad_norm_ */
    lane->halt = program->stop_nonfinite && !(isfinite(norm) && isfinite(program_loss(program)));
}

/* Updates the parameters that PIECE is the gradient of, from AT on. */
static void update_piece(struct program *program, size_t at, const struct layer_piece *piece,
                         struct optim_squares *squares)
{
    struct optim_step step = program->step;
    step.n = piece->n;
    step.w = program->net->w + at;
    step.g = piece->g;
    step.scale = piece->scale;
    step.squares = squares;
    for (int slot = 0; slot < OPTIM_SLOTS && step.slot[slot]; slot++)
        step.slot[slot] += at;
    program->optimizer->kind->update(&step);
}

static void run_update(struct program *program, const struct op *op, int rank, int part)
{
    (void)part;
    int layer = op->layer;
    struct stretch share = share_of(program, layer, rank)->own;
    struct optim_squares squares = {0, 0};
    double clip = program->lane[rank].clip;
    struct layer_piece piece = {.n = clip != 1 ? STRETCH : share.last - share.first, .scale = 1};
    for (size_t at = share.first; at < share.last; at += piece.n) {
        real *place = program->gradient + at;
        piece.g = place;
        piece.n = piece.n < share.last - at ? piece.n : share.last - at;
        if (goes_in_pieces(program, layer))
            piece = next_piece(program, layer, at, share.last);
        if (clip != 1) {
            if (piece.g != place)
                pay(&piece, place);
            clip_gradient(place, piece.n, clip);
        }
        update_piece(program, at, &piece, &squares);
    }
    struct sums *sums = sums_of(program, layer, rank);
    sums->weight = squares.weight;
    sums->update = squares.change;
}

static void run_loss(struct program *program, const struct op *op, int rank, int part)
{
    (void)op, (void)part;
    const struct layer_run *last = run_of(program, program->net->top.layers - 1, rank);
    struct lane *lane = &program->lane[rank];
    lane->loss = program->loss.kind->run(&program->loss.args, last->y, program->target, lane->first, lane->last,
                                         program->rows, last->out, (real *)last->dy);
}

static void run_gather(struct program *program, const struct op *op, int rank, int part)
{
    (void)op, (void)part;
    const struct lane *lane = &program->lane[rank];
    program->source.gather(program->source.context, lane->first, lane->last, program->x, program->target);
}

static void run_forward(struct program *program, const struct op *op, int rank, int part)
{
    const struct layer_run *run = run_of(program, op->layer, rank);
    run->layer->kind->forward(run, part);
}

static void run_backward(struct program *program, const struct op *op, int rank, int part)
{
    const struct layer_run *run = run_of(program, op->layer, rank);
    run->layer->kind->backward(run, part);
}

static void (*const actions[])(struct program *program, const struct op *op, int rank, int part) = {
    [OP_GATHER] = run_gather, [OP_FORWARD] = run_forward, [OP_LOSS] = run_loss, [OP_BACKWARD] = run_backward,
    [OP_REDUCE] = run_reduce, [OP_UPDATE] = run_update};

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
            actions[op->code](program, op, rank, part);
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

/* What all updates of this job share. */
static void prepare_updates(struct program *program)
{
    const struct optimizer *optimizer = program->optimizer;
    program->step = (struct optim_step){.args = &optimizer->args, .lr = optimizer->lr, .t = optimizer->t,
                                        .constant = program->constant};
    for (int slot = 0; slot < optimizer->kind->slots; slot++)
        program->step.slot[slot] = optimizer->slot[slot];
    if (optimizer->kind->prepare)
        optimizer->kind->prepare(&program->step, program->constant);
}

int program_run(struct program *program, struct optimizer *optimizer, int end, bool stop_nonfinite)
{
    assert(end <= program->ops && (optimizer || program->mode == PROGRAM_EVALUATE));
    int start = program->cursor;
    bool owing = program->rows == 1 && start == 0 && end == program->ops && program->mode == PROGRAM_TRAIN;
    if (program->owing && !owing)
        program_settle(program);
    else if (owing && !program->owing)
        owe(program, true);
    program->end = end;
    program->optimizer = optimizer;
    program->stop_nonfinite = stop_nonfinite;
    /* An update counts from the moment its gradient is whole, also when it is then held back for not being finite. */
    if (optimizer && start <= program_reduce(program) && end > program_reduce(program))
        optimizer->t++;
    if (optimizer && end > program_reduce(program) + 1)
        prepare_updates(program);
    if (program->ranks > 1)
        team_run(program->team, run_ops, program);
    else
        run_ops(program, 0);
    bool halted = program->mode == PROGRAM_TRAIN && start <= program_reduce(program) && end > program_reduce(program) &&
                  program->lane[0].halt;
    program->cursor = halted ? program_reduce(program) + 1 : end;
    return program->cursor;
}
