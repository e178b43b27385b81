/*
 * execute.c: runs the ops of a program: what each does, who does which share of it, and where threads must meet. What
 * goes over parameters is in parameters.c.
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
                           .sums = &program->sums[program->sums_stride * (size_t)rank]};
}

/* --- ops */

static void run_gather(const struct worker *worker)
{
    struct program *program = worker->program;
    program->source.gather(program->source.context, worker->lane->first, worker->lane->last, program->x,
                           program->target);
}

static void run_loss(const struct worker *worker)
{
    const struct program *program = worker->program;
    const struct layer_run *last = &worker->run[program->net->top.layers - 1];
    struct lane *lane = worker->lane;
    lane->loss = program->loss.kind->run(&program->loss.args, last->y, program->target, lane->first, lane->last,
                                         program->rows, last->out, (real *)last->dy);
}

/* Part 0 sums; part 1, when all have, lets every thread work the global norm out for itself. */
static void run_reduce(const struct worker *worker, const struct op *op, int part)
{
    struct program *program = worker->program;
    struct lane *lane = worker->lane;
    if (part == 0) {
        parameters_reduce(worker, op + 1, program->op + program->ops);
        return;
    }
    double norm = program_gradient_norm(program), limit = program->optimizer->clip;
    lane->clip = limit > 0 && norm > limit ? limit / (norm + 1e-6) : 1; /* as torch.nn.utils.clip_grad_norm_ */
    lane->halt = program->stop_nonfinite && !(isfinite(norm) && isfinite(program_loss(program)));
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
        run_loss(worker);
        break;
    case OP_REDUCE:
        run_reduce(worker, op, part);
        break;
    case OP_UPDATE:
        break; /* parameters_update, all at once */
    }
}

static void meet(const struct worker *worker)
{
    if (worker->program->ranks > 1)
        team_meet(worker->program->team);
}

/* All threads meet before another part than the first, which needs what the others have left. */
static void run_further_parts(const struct worker *worker, const struct op *op)
{
    for (int part = 1; part < op->parts; part++) {
        meet(worker);
        run_part(worker, op, part);
    }
}

/* Whether the guard lets all pass that OP has written. The threads look together, inside the job: of most tensors each
 * has its share in its cache, and to give out a job for every look takes longer than to look. */
static bool passes(const struct worker *worker, const struct op *op)
{
    const struct program *program = worker->program;
    const struct program_guard *guard = program->guard;
    bool all = true;
    meet(worker);
    worker->lane->passed = guard->passes(guard->context, (int)(op - program->op), worker->rank, program->ranks,
                                         program->summed);
    meet(worker);
    for (int rank = 0; rank < program->ranks; rank++)
        all = all && program->lane[rank].passed;
    return all;
}

/* Returns where the run ends. */
static const struct op *run_updates(const struct worker *worker, const struct op *op, const struct op *end)
{
    if (!worker->program->guard) {
        parameters_update(worker, op, end);
        return end;
    }
    for (; op < end; op++) {
        parameters_update(worker, op, op + 1);
        if (!passes(worker, op))
            return op + 1;
    }
    return end;
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

/* What every thread does with a stretch of the list: rows stay with their thread, so only reduce, layers shared by
 * units, and the parts of an op that mixes rows need a meeting. Updates, which are the last, are one job for the
 * optimizer; none is made behind a reduce that halts. */
static void run_ops(void *arg, int rank)
{
    struct program *program = arg;
    const struct worker worker = worker_of(program, rank);
    const struct op *begin = program->op + program->cursor, *end = program->op + program->end, *op = begin;
    unsigned mode = flushes ? denormals_flush() : 0;
    for (; op < end && op->code != OP_UPDATE; op++) {
        if (op->meet && op > begin)
            team_meet(program->team);
        if (op->straight > 0 && !program->guard) {
            op = run_straight(&worker, op, end);
            continue;
        }
        if (op->joined > 1 && !program->guard) {
            op = run_joined(&worker, op, end);
            continue;
        }
        run_part(&worker, op, 0);
        if (op->parts > 1)
            run_further_parts(&worker, op);
        if (program->guard && !passes(&worker, op))
            end = op + 1;
    }
    if (op < end)
        end = op == begin || !worker.lane->halt ? run_updates(&worker, op, end) : op;
    worker.lane->end = (int)(end - program->op);
    if (flushes)
        denormals_restore(mode);
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

static void run_job(struct program *program)
{
    if (program->ranks > 1)
        team_run(program->team, run_ops, program);
    else
        run_ops(program, 0);
    program->cursor = program->lane[0].end;
}

/* The norms of gradients are again what they were: `reduce` has not come yet. */
static void take_back_sums(struct program *program)
{
    for (int rank = 0; rank < program->ranks; rank++)
        program->lane[rank].gradient = program->lane[rank].before;
    for (size_t i = 0; i < program->sums_stride * (size_t)program->ranks; i++)
        program->sums[i].gradient = program->sums[i].before;
}

/* To look at the threads' parts of gradients, which no cache holds, takes longer than to look at all the rest; and a
 * value that is not finite in one of them makes their sum so. Only when that is so it matters which op was first: then
 * all those of backward are run again, which writes the same, with a look at every part. A job that does not hold all
 * of them looks at once: `reduce` adds to the first thread's part, so none may stay from before. */
static void run_guarded(struct program *program)
{
    int start = program->cursor, reduce = program_reduce(program), backward = program->net->top.layers + 2;
    program->summed = program->ranks > 1 && start <= backward && program->end > reduce;
    run_job(program);
    if (!program->summed || program->cursor != reduce + 1 || isfinite(program_gradient_norm(program)))
        return;
    program->summed = false;
    program->cursor = backward;
    run_job(program);
    if (program->cursor <= reduce)
        take_back_sums(program);
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
        run_guarded(program);
    else
        run_job(program);
    if (counts && program->cursor <= program_reduce(program)) /* the guard has ended it before */
        optimizer->t--;
    return program->cursor;
}
