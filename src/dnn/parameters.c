/*
 * parameters.c: the ops of a step that go over parameters: `reduce`, which adds the threads' gradients up and takes the
 * norms, and the updates. Who runs them when is in execute.c.
 */
#include "dnn/program_body.h"
#include "dnn/sweep.h"

/* Parameters are gone over in stretches that stay in the first-level cache, since what is made of them, or read of
 * them, is there for a next pass. */
#define STRETCH 1024

/* --- gradients of a batch of one row
 *
 * Such a gradient is the product of two vectors. Of a large layer it is gone over piece by piece, as the layer tells it
 * from the row, and need not be in memory: backward leaves it owed where nobody can look before the update is made, and
 * it is paid when somebody does. Sums and updates are the same whether it is owed. */

static bool in_pieces(const struct program *program)
{
    return program->rows == 1 && program->in_pieces; /* some are */
}

static bool goes_in_pieces(const struct program *program, int layer)
{
    return program->rows == 1 && program->share[layer].in_pieces;
}

/* Whether the norm is taken of the two vectors: of a small network's gradients, too, although they are in memory, since
 * small.c does. */
static bool has_outer_norm(const struct program *program, int layer)
{
    return program->rows == 1 && (program->small || program->share[layer].in_pieces);
}

void program_owe(struct program *program, bool owing)
{
    int layers = program->net->top.layers;
    program->owing = owing;
    for (int i = 0; i < program->ranks * layers; i++)
        program->run[i].owed = owing && goes_in_pieces(program, i % layers);
}

/* The next piece of LAYER's gradient, from AT on and before LAST: of several rows all of each. */
static struct outer next_piece(const struct program *program, int layer, size_t at, size_t last)
{
    const struct layer_run *run = &program->run[layer];
    struct outer piece = run->layer->kind->gradient(run, at - program->share[layer].own.first);
    size_t room = last - at;
    if (piece.rows > 1 && piece.rows * piece.width > room)
        piece.rows = room > piece.width ? room / piece.width : 1;
    if (piece.rows == 1 && piece.width > room)
        piece.width = room;
    return piece;
}

/* Writes PIECE to its place in memory. */
static void pay(const struct outer *piece, real *place)
{
    for (size_t row = 0; row < piece->rows; row++, place += piece->width) {
        real factor = piece->factor ? piece->factor[row] : 1;
        for (size_t i = 0; i < piece->width; i++)
            place[i] = factor * piece->x[i];
    }
}

static void clip_gradient(real *g, size_t n, double clip)
{
    for (size_t i = 0; clip != 1 && i < n; i++)
        g[i] *= (real)clip;
}

void program_settle(struct program *program)
{
    int layers = program->net->top.layers;
    bool updated = program->cursor != program_reduce(program) + 1; /* else it was held back */
    for (int i = 0; program->owing && i < layers; i++) {
        size_t at = program->share[i].own.first, last = program->share[(program->ranks - 1) * layers + i].own.last;
        while (program->run[i].owed && at < last) {
            struct outer piece = next_piece(program, i, at, last);
            pay(&piece, program->gradient + at);
            clip_gradient(program->gradient + at, piece.rows * piece.width, updated ? program->lane[0].clip : 1);
            at += piece.rows * piece.width;
        }
    }
    if (program->owing)
        program_owe(program, false);
}

/* The squares of the N values at X, times SCALE each. */
static double squares_of(const real *x, real scale, size_t n)
{
    const size_t few = 16; /* small.c takes them so */
    return n <= few ? sweep_exact(x, scale, n) : sweep_squares(x, scale, n);
}

/* The squares of PIECE: rows are the same vector times another factor; but where a product might not fit a float, each
 * counts as what it is. */
static double squares_of_piece(const struct outer *piece)
{
    double squares = squares_of(piece->x, 1, piece->width);
    if (!piece->factor)
        return squares;
    double all = squares * squares_of(piece->factor, 1, piece->rows);
    if (all < OUTER_HELD)
        return all;
    all = 0;
    for (size_t row = 0; row < piece->rows; row++)
        all += squares_of(piece->x, piece->factor[row], piece->width);
    return all;
}

static double squares_of_pieces(const struct program *program, int layer, struct stretch share)
{
    double squares = 0;
    for (size_t at = share.first; at < share.last;) {
        struct outer piece = next_piece(program, layer, at, share.last);
        squares += squares_of_piece(&piece);
        at += piece.rows * piece.width;
    }
    return squares;
}

/* --- reduce */

/* Adds the threads' gradients up in the order of their ranks, over SHARE; returns the sum of squares. */
static double add_gradients(struct program *program, struct stretch share)
{
    double squares = 0;
    for (size_t at = share.first; at < share.last; at += STRETCH) {
        size_t n = share.last - at < STRETCH ? share.last - at : STRETCH;
        real *total = program->gradient + at;
        for (int other = 1; other < program->ranks; other++) {
            double sum = sweep_add(total, total + program->net->size * (size_t)other, n);
            squares += other == program->ranks - 1 ? sum : 0;
        }
    }
    return squares;
}

static double reduce_layer(const struct worker *worker, int layer)
{
    struct program *program = worker->program;
    struct stretch share = worker->share[layer].own;
    if (has_outer_norm(program, layer))
        return squares_of_pieces(program, layer, share);
    if (program->ranks > 1 && !worker->run[layer].by_units)
        return add_gradients(program, share);
    return sweep_squares(program->gradient + share.first, 1, share.last - share.first);
}

void parameters_reduce(const struct worker *worker)
{
    const struct program *program = worker->program;
    const struct op *update = program->op + program->reduce + 1, *end = program->op + program->ops;
    double squares = 0;
    for (const struct op *op = update; op < end; op++)
        worker->sums[op->layer].before = worker->sums[op->layer].gradient;
    if (program->ranks == 1 && !in_pieces(program) && !(program->rows == 1 && program->small))
        sweep_parts(worker->part, (int)(end - update));
    else
        for (const struct op *op = update; op < end; op++)
            worker->sums[op->layer].gradient = reduce_layer(worker, op->layer);
    for (const struct op *op = end - 1; op >= update; op--) /* as backward comes by */
        squares += worker->sums[op->layer].gradient;
    worker->lane->before = worker->lane->gradient;
    worker->lane->gradient = squares;
    worker->lane->weight = 0;
}

/* --- updates */

/* That of OP among the updates. */
static int place_of(const struct program *program, const struct op *op)
{
    return (int)(op - program->op) - program->reduce - 1;
}

static void make_updates(const struct worker *worker, const struct optim_stretch *stretch, int stretches)
{
    struct optim_step step = worker->program->step;
    step.stretch = stretch;
    step.stretches = stretches;
    worker->program->optimizer->kind->update(&step);
}

/* Pieces of the parameters that wait until the optimizer goes over all of them at once. */
enum { WAITING = 32 };
struct waiting {
    int count;
    struct optim_stretch stretch[WAITING];
};

static void add_update(const struct worker *worker, struct waiting *waiting, struct optim_stretch stretch)
{
    if (waiting->count == WAITING) {
        make_updates(worker, waiting->stretch, waiting->count);
        waiting->count = 0;
    }
    waiting->stretch[waiting->count++] = stretch;
}

/* LAYER's, piece by piece since its gradient comes so, or is clipped first. */
static void add_pieces(const struct worker *worker, struct waiting *waiting, int layer)
{
    struct program *program = worker->program;
    struct stretch share = worker->share[layer].own;
    double clip = worker->lane->clip;
    bool pieces = goes_in_pieces(program, layer);
    for (size_t at = share.first, n; at < share.last; at += n) {
        real *place = program->gradient + at;
        size_t left = share.last - at;
        struct outer piece = pieces ? next_piece(program, layer, at, share.last)
                                    : outer_of(place, left < STRETCH ? left : STRETCH);
        if (clip != 1 && piece.rows > 1)
            piece.rows = piece.width < STRETCH / piece.rows ? piece.rows : STRETCH / piece.width + 1;
        n = piece.rows * piece.width;
        if (clip != 1) {
            if (piece.x != place)
                pay(&piece, place);
            piece = outer_of(place, n);
            clip_gradient(place, n, clip);
        }
        add_update(worker, waiting, (struct optim_stretch){at, piece, &worker->sums[layer].update});
    }
}

static void update_in_pieces(const struct worker *worker, const struct op *update, const struct op *end)
{
    const struct program *program = worker->program;
    struct waiting waiting;
    waiting.count = 0;
    for (const struct op *op = update; op < end; op++)
        if (worker->lane->clip != 1 || goes_in_pieces(program, op->layer))
            add_pieces(worker, &waiting, op->layer);
        else
            add_update(worker, &waiting, worker->stretch[place_of(program, op)]);
    make_updates(worker, waiting.stretch, waiting.count);
}

void parameters_update(const struct worker *worker, const struct op *update, const struct op *end)
{
    const struct program *program = worker->program;
    for (const struct op *op = update; op < end; op++)
        worker->sums[op->layer].update = (struct optim_squares){0, 0};
    if (worker->lane->clip != 1 || in_pieces(program))
        update_in_pieces(worker, update, end);
    else
        make_updates(worker, &worker->stretch[place_of(program, update)], (int)(end - update));
    for (const struct op *op = update; op < end; op++)
        worker->lane->weight += worker->sums[op->layer].update.weight;
}

void parameters_ready(struct program *program, int rank)
{
    int layers = program->net->top.layers, updates = program->ops - program->reduce - 1;
    for (int i = 0; i < updates; i++) {
        int layer = program->op[program->reduce + 1 + i].layer;
        const struct share *share = &program->share[rank * layers + layer];
        size_t first = share->own.first, n = share->own.last - first;
        struct sums *sums = &program->sums[program->sums_stride * (size_t)rank + (size_t)layer];
        const real *gradient = program->gradient + first;
        program->stretch[rank * layers + i] = (struct optim_stretch){first, outer_of(gradient, n), &sums->update};
        program->part[rank * layers + i] = (struct sweep_part){gradient, n, &sums->gradient};
        program->in_pieces = program->in_pieces || share->in_pieces;
    }
}
