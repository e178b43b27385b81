/*
 * small.c: the passes of a step of a small network, forward, loss and backward, in one go: of dense layers, with
 * rectifiers behind them, that are no wider than a vector of AVX-512. A layer of it takes so few instructions that to
 * go from op to op, and to wait for what the one before has just put into memory, takes as long again; so what a layer
 * hands on stays in registers where that is possible.
 *
 * It is another way through the same arithmetic, not another method: it leaves in memory what the ops leave, bit by
 * bit, since it adds up in their order (tests/unit/dnn/test_small.c). Whoever looks between two ops goes op by op.
 */
#define KERNEL_OF_SIXTEEN
#include "dnn/kernel.h"
#include "dnn/program_body.h"
#include "layers/kinds.h"

#ifdef KERNEL_WIDTHS

#include "small_row.h"
#include "small_rows.h"

#define ROWS_MOST 1024 /* of more, what a layer hands on would not stay in the cache */

/* A column of inputs is multiplied in another order than rows are (product_row.h). */
static bool layer_fits(const struct layer_run *run)
{
    return run->layer->kind == &layer_dense && run->param[1] && run->in > 1 && run->in <= LANES && run->out <= LANES;
}

bool small_fits(const struct program *program)
{
    int layers = program->net->top.layers;
    const struct layer_run *run = program->run;
    if (kernel_width != KERNEL_WIDER || program->mode != PROGRAM_TRAIN || program->ranks > 1 ||
        program->rows_max > ROWS_MOST || !layer_fits(&run[layers - 1]))
        return false;
    for (int i = 0; i < layers; i++) {
        bool rectifies = i > 0 && run[i].layer->kind == &layer_relu && run[i - 1].layer->kind == &layer_dense;
        if (!rectifies && !layer_fits(&run[i]))
            return false;
    }
    return true;
}

/* Both have the same code: a number of rows that is known when it is compiled makes the first faster. */
WIDE static void pass_eight_rows(const struct worker *worker)
{
    small_pass_rows(worker, EIGHT);
}

WIDE static void pass_some_rows(const struct worker *worker)
{
    small_pass_rows(worker, worker->program->rows);
}

void small_passes(const struct worker *worker)
{
    int rows = worker->program->rows;
    if (rows == 1 && small_pass_row(worker))
        return;
    if (rows == EIGHT)
        pass_eight_rows(worker);
    else if (rows > 1)
        pass_some_rows(worker);
    parameters_reduce(worker);
}

#else

bool small_fits(const struct program *program)
{
    (void)program;
    return false;
}

void small_passes(const struct worker *worker)
{
    (void)worker;
}

#endif
