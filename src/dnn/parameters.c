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

static bool goes_in_pieces(const struct program *program, int layer)
{
    return program->rows == 1 && program->share[layer].in_pieces;
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

/* The squares of PIECE: rows are the same vector times another factor; but where a product might not fit a float, each
 * counts as what it is. */
static double squares_of_piece(const struct outer *piece)
{
    const double fits = 1e76; /* less than the square of the largest float */
    double squares = sweep_squares(piece->x, 1, piece->width);
    if (!piece->factor)
        return squares;
    double all = squares * sweep_squares(piece->factor, 1, piece->rows);
    if (all < fits)
        return all;
    all = 0;
    for (size_t row = 0; row < piece->rows; row++)
        all += sweep_squares(piece->x, piece->factor[row], piece->width);
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
    if (goes_in_pieces(program, layer))
        return squares_of_pieces(program, layer, share);
    if (program->ranks > 1 && !worker->run[layer].by_units)
        return add_gradients(program, share);
    return sweep_squares(program->gradient + share.first, 1, share.last - share.first);
}

void parameters_reduce(const struct worker *worker, const struct op *update, const struct op *end)
{
    double squares = 0;
    for (; update < end; update++) {
        struct sums *sums = &worker->sums[update->layer];
        sums->before = sums->gradient;
        squares += sums->gradient = reduce_layer(worker, update->layer);
    }
    worker->lane->before = worker->lane->gradient;
    worker->lane->gradient = squares;
    worker->lane->weight = 0;
}

/* --- updates */

/* Stretches of the parameters that wait until the optimizer goes over all of them at once. */
enum { WAITING = 32 };
struct waiting {
    int count;
    struct optim_stretch stretch[WAITING];
};

static void make_updates(const struct worker *worker, struct waiting *waiting)
{
    struct optim_step step = worker->program->step;
    step.stretch = waiting->stretch;
    step.stretches = waiting->count;
    worker->program->optimizer->kind->update(&step);
    waiting->count = 0;
}

static void add_update(const struct worker *worker, struct waiting *waiting, struct optim_stretch stretch)
{
    if (waiting->count == WAITING)
        make_updates(worker, waiting);
    waiting->stretch[waiting->count++] = stretch;
}

/* LAYER's, piece by piece since its gradient comes so, or is clipped first. */
static void add_pieces(const struct worker *worker, struct waiting *waiting, int layer)
{
    struct program *program = worker->program;
    struct stretch share = worker->share[layer].own;
    double clip = worker->lane->clip;
    bool in_pieces = goes_in_pieces(program, layer);
    for (size_t at = share.first, n; at < share.last; at += n) {
        real *place = program->gradient + at;
        size_t left = share.last - at;
        struct outer piece = in_pieces ? next_piece(program, layer, at, share.last)
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

void parameters_update(const struct worker *worker, const struct op *update, const struct op *end)
{
    struct program *program = worker->program;
    struct waiting waiting;
    waiting.count = 0;
    for (const struct op *op = update; op < end; op++) {
        struct stretch share = worker->share[op->layer].own;
        struct optim_squares *squares = &worker->sums[op->layer].update;
        *squares = (struct optim_squares){0, 0};
        if (worker->lane->clip != 1 || goes_in_pieces(program, op->layer))
            add_pieces(worker, &waiting, op->layer);
        else
            add_update(worker, &waiting,
                       (struct optim_stretch){share.first, outer_of(program->gradient + share.first,
                                                                    share.last - share.first), squares});
    }
    make_updates(worker, &waiting);
    for (const struct op *op = update; op < end; op++)
        worker->lane->weight += worker->sums[op->layer].update.weight;
}
