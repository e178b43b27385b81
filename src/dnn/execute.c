/*
 * execute.c: runs the ops of a program: what each does, who does which share of it, and where threads must meet. What
 * goes over parameters is in parameters.c, what looks at the ops on the way in guarded.c.
 */
#include <assert.h>
#include <math.h>

#include "base/denormals.h"
#include "dnn/program_body.h"

/* The moments of a network that has learnt its data by heart become denormals. The double of gradient checks has no
 * learning to do, and wants them all. */
#ifdef DNN_DOUBLE
static const bool flushes = false;
#else
static const bool flushes = true;
#endif

static struct worker worker_of(struct program *program, int rank)
{
    int layers = program->net->top.layers;
    return (struct worker){.program = program, .rank = rank, .lane = &program->lane[rank],
                           .run = &program->run[rank * layers], .share = &program->share[rank * layers],
                           .stretch = &program->stretch[rank * layers], .part = &program->part[rank * layers],
                           .sums = &program->sums[program->sums_stride * (size_t)rank]};
}

/* --- ops */

static void run_gather(const struct worker *worker)
{
    struct program *program = worker->program;
    program->source.gather(program->source.context, worker->lane->first, worker->lane->last, program->x,
                           program->target);
}

void execute_loss(const struct worker *worker)
{
    const struct program *program = worker->program;
    const struct layer_run *last = &worker->run[program->net->top.layers - 1];
    struct lane *lane = worker->lane;
    lane->loss = program->loss.kind->run(&program->loss.args, last->y, program->target, lane->first, lane->last,
                                         program->rows, last->out, (real *)last->dy);
}

/* Part 0 sums; part 1, when all have, lets every thread work the global norm out for itself. */
static void run_reduce(const struct worker *worker, int part)
{
    struct program *program = worker->program;
    struct lane *lane = worker->lane;
    if (part == 0) {
        parameters_reduce(worker);
        return;
    }
    double squares = gradient_squares(program), limit = program->optimizer->clip;
    lane->clip = 1;
    if (limit > 0 && sqrt(squares) > limit)
        lane->clip = limit / (sqrt(squares) + 1e-6); /* as torch.nn.utils.clip_grad_norm_ */
    lane->halt = program->stop_nonfinite && !(isfinite(squares) && isfinite(program_loss(program)));
}

static inline void run_part(const struct worker *worker, const struct op *op, int part)
{
    switch (op->code) {
    case OP_GATHER:
        run_gather(worker);
        break;
    case OP_FORWARD:
    case OP_BACKWARD:
        op->pass(&worker->run[op->layer], part);
        break;
    case OP_LOSS:
        execute_loss(worker);
        break;
    case OP_REDUCE:
        run_reduce(worker, part);
        break;
    case OP_UPDATE:
        break; /* parameters_update, all at once */
    }
}

void execute_meet(const struct worker *worker)
{
    if (worker->program->ranks > 1)
        team_meet(worker->program->team);
}

/* All threads meet before another part than the first, which needs what the others have left. */
void execute_op(const struct worker *worker, const struct op *op)
{
    run_part(worker, op, 0);
    for (int part = 1; part < op->parts; part++) {
        execute_meet(worker);
        run_part(worker, op, part);
    }
}

/* The ops from OP on that are joined, before END: some rows go through all of them before the next do, so that what one
 * op leaves is in the cache for the next. Returns the last. */
static const struct op *run_joined(const struct worker *worker, const struct op *op, const struct op *end)
{
    const struct lane *lane = worker->lane;
    const struct op *behind = op->joined < end - op ? op + op->joined : end;
    for (int first = lane->first; first < lane->last; first += op->rows)
        for (const struct op *each = op; each < behind; each++) {
            struct layer_run run = worker->run[each->layer];
            run.first = first;
            run.last = lane->last - first < op->rows ? lane->last : first + op->rows;
            each->pass(&run, 0);
        }
    return behind - 1;
}

/* The passes from OP on that come one straight after the other, before END. Returns the last. */
static const struct op *run_straight(const struct worker *worker, const struct op *op, const struct op *end)
{
    const struct op *behind = op->straight < end - op ? op + op->straight : end;
    for (; op < behind; op++)
        op->pass(&worker->run[op->layer], 0);
    return behind - 1;
}

/* Whether all passes, from OP on, and `reduce` are to be run before END, of a network whose passes go in one go. */
static bool goes_small(const struct program *program, const struct op *op, const struct op *end)
{
    return program->small && op == program->op + 1 && end > program->op + program->reduce;
}

/* Returns `reduce`. */
static const struct op *run_in_one_go(const struct worker *worker)
{
    small_passes(worker);
    run_reduce(worker, 1);
    return worker->program->op + worker->program->reduce;
}

/* The ops from OP on, before END and the updates; returns the one behind. Rows stay with their thread, so only reduce,
 * layers shared by units, and the parts of an op that mixes rows need a meeting. */
static const struct op *run_on(const struct worker *worker, const struct op *op, const struct op *end)
{
    for (const struct op *begin = op; op < end && op->code != OP_UPDATE; op++) {
        if (op->meet && op > begin)
            team_meet(worker->program->team);
        if (goes_small(worker->program, op, end))
            op = run_in_one_go(worker);
        else if (op->straight > 0)
            op = run_straight(worker, op, end);
        else if (op->joined > 1)
            op = run_joined(worker, op, end);
        else
            execute_op(worker, op);
    }
    return op;
}

/* What every thread does with a stretch of the list. Updates, which are the last, are one job for the optimizer; none
 * is made behind a reduce that halts. */
static void run_ops(void *arg, int rank)
{
    struct program *program = arg;
    const struct worker worker = worker_of(program, rank);
    const struct op *begin = program->op + program->cursor, *end = program->op + program->end;
    if (flushes)
        denormals_flush();
    const struct op *op = program->guard ? guarded_ops(&worker, begin, &end) : run_on(&worker, begin, end);
    if (op < end && (op == begin || !worker.lane->halt)) {
        if (program->guard) {
            op = guarded_updates(&worker, op, end);
        } else {
            parameters_update(&worker, op, end);
            op = end;
        }
    }
    worker.lane->end = (int)(op - program->op);
    if (flushes)
        denormals_restore();
}

void program_begin(struct program *program, int rows, uint64_t seed, uint64_t draw)
{
    assert(rows >= 1 && rows <= program->rows_max);
    program->rows = rows;
    program->draw = (struct layer_draw){seed, draw};
    program->cursor = 0;
    sharing_aim(program);
}

/* What all updates of this job share. */
static void prepare_updates(struct program *program)
{
    const struct optimizer *optimizer = program->optimizer;
    program->step = (struct optim_step){.args = &optimizer->args, .lr = optimizer->lr, .t = optimizer->t,
                                        .w = program->net->w, .constant = program->constant};
    for (int slot = 0; slot < optimizer->kind->slots; slot++)
        program->step.slot[slot] = optimizer->slot[slot];
    if (optimizer->kind->prepare)
        optimizer->kind->prepare(&program->step, program->constant);
}

void program_set_guard(struct program *program, const struct program_guard *guard)
{
    program->guard = guard;
}

void execute_job(struct program *program)
{
    if (program->ranks > 1)
        team_run(program->team, run_ops, program);
    else
        run_ops(program, 0);
    program->cursor = program->lane[0].end;
}

int program_run(struct program *program, struct optimizer *optimizer, int end, bool stop_nonfinite)
{
    assert(end <= program->ops && (optimizer || program->mode == PROGRAM_EVALUATE));
    int start = program->cursor;
    bool owing = program->rows == 1 && start == 0 && end == program->ops && program->mode == PROGRAM_TRAIN &&
                 !program->guard;
    if (program->owing && !owing)
        program_settle(program);
    else if (owing && !program->owing)
        program_owe(program, true);
    program->end = end;
    program->optimizer = optimizer;
    program->stop_nonfinite = stop_nonfinite;
    /* An update counts from the moment its gradient is whole, also when it is then held back for not being finite. */
    bool counts = optimizer && start <= program_reduce(program) && end > program_reduce(program);
    if (counts)
        optimizer->t++;
    if (optimizer && end > program_reduce(program) + 1)
        prepare_updates(program);
    if (program->guard)
        guarded_run(program);
    else
        execute_job(program);
    if (counts && program->cursor <= program_reduce(program)) /* the guard has ended it before */
        optimizer->t--;
    return program->cursor;
}
