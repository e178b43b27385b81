/*
 * guarded.c: runs ops with a guard, which looks for the first that writes something not finite (program.h).
 *
 * A thread looks at what it alone has written as soon as it has, while that is in its cache, and at its share of what
 * others have a part in, once all have met. What it finds it says, and goes on: the others learn of it at the next
 * meeting, and then all stop as if they had behind the first op that was found. For what has been run since may be run
 * again: an op that could not is only run when all agree on what was before it. So the guard costs few meetings, which
 * take longer than the looking.
 */
#include <assert.h>
#include <limits.h>
#include <math.h>

#include "dnn/program_body.h"

/* What is found where all is let pass: behind every op. */
enum { NOTHING = INT_MAX };

/* Whether OP changes what it reads, or what is kept from step to step. */
static bool changes(const struct program *program, const struct op *op)
{
    const int *first = program->net->first_stat;
    return op->code == OP_REDUCE || (op->code == OP_FORWARD && first[op->layer] < first[op->layer + 1]);
}

/* Whether each thread may look at once at what is its own to look at: it alone has written that, its rows, its units of
 * them, its part of a gradient, its sums. So it is behind `reduce`, too, although that has two parts: what others have
 * added up was there before the second. */
static bool is_own(const struct program *program, const struct op *op)
{
    if (!op->pass)
        return true;
    if (!program->run[op->layer].by_units)
        return op->parts == 1 && !changes(program, op);
    bool units = program->net->top.layer[op->layer].kind->flags & LAYER_BY_UNITS;
    return units && (op->code == OP_FORWARD || program->summed);
}

/* Whether there is nothing to look for in what OP, of a job that began with BEGIN, has written: what only hands on is
 * let pass with the op before it, which has been looked at. */
static bool needs_no_look(const struct program *program, const struct op *op, const struct op *begin)
{
    if (op->code == OP_BACKWARD && op->layer == 0 && program->summed)
        return true;
    return op > begin && op->pass && (program->net->top.layer[op->layer].kind->flags & LAYER_FINITE);
}

static void look(const struct worker *worker, const struct op *op)
{
    const struct program *program = worker->program;
    int number = (int)(op - program->op);
    if (worker->lane->found == NOTHING && !program->guard->passes(program->guard->context, number, worker->rank,
                                                                  program->ranks, program->summed))
        worker->lane->found = number;
}

/* The first op before OP that somebody has found; NULL: none. All ask behind the same meeting, since when nobody has
 * looked at an op before OP. */
static const struct op *found_before(const struct program *program, const struct op *op)
{
    int least = (int)(op - program->op);
    for (int rank = 0; rank < program->ranks; rank++) {
        int found = program->lane[rank].found;
        least = found < least ? found : least;
    }
    return program->op + least < op ? program->op + least : NULL;
}

/* All meet before OP, and look at UNSEEN, which is the op before it, or NULL; SETTLED: to agree on it, too. What has
 * been found, or NULL. */
static const struct op *agree(const struct worker *worker, const struct op *op, const struct op *unseen, bool settled)
{
    execute_meet(worker);
    const struct op *found = found_before(worker->program, unseen ? unseen : op);
    if (found || !unseen)
        return found;
    look(worker, unseen);
    if (!settled)
        return NULL;
    execute_meet(worker);
    return found_before(worker->program, op);
}

const struct op *guarded_ops(const struct worker *worker, const struct op *begin, const struct op **end)
{
    const struct program *program = worker->program;
    const struct op *op = begin, *unseen = NULL, *found = NULL;
    worker->lane->found = NOTHING;
    for (; op < *end && op->code != OP_UPDATE; op++) {
        if (op > begin && (op->meet || unseen || changes(program, op))) {
            found = agree(worker, op, unseen, changes(program, op));
            unseen = NULL;
        }
        if (found)
            break;
        execute_op(worker, op);
        if (needs_no_look(program, op, begin))
            continue;
        if (is_own(program, op))
            look(worker, op);
        else
            unseen = op;
    }
    if (!found && op > begin)
        found = agree(worker, op, unseen, true);
    if (found)
        *end = op = found + 1;
    return op;
}

const struct op *guarded_updates(const struct worker *worker, const struct op *op, const struct op *end)
{
    const struct op *found = NULL;
    while (op < end && !found) {
        parameters_update(worker, op, op + 1);
        look(worker, op);
        found = agree(worker, op + 1, NULL, true);
        op++;
    }
    return op;
}

/* The norms of gradients are again what they were: `reduce` has not come yet. */
static void take_back_sums(struct program *program)
{
    for (int rank = 0; rank < program->ranks; rank++)
        program->lane[rank].gradient = program->lane[rank].before;
    for (size_t i = 0; i < program->sums_stride * (size_t)program->ranks; i++)
        program->sums[i].gradient = program->sums[i].before;
}

/* To look at parameters' gradients, which no cache holds, takes longer than to look at all the rest; and a value in
 * them that is not finite makes their norm so. Only when that is so, or when something else was found on the way back,
 * it matters which op was first: then all those of backward are run again, which writes the same, with a look at each.
 * A job that does not hold all of them looks at once: `reduce` adds to the first thread's part, so none may stay from
 * before. */
void guarded_run(struct program *program)
{
    assert(!program->owing); /* so that whoever looks at gradients puts nothing into memory first */
    int start = program->cursor, reduce = program_reduce(program), backward = program->net->top.layers + 2;
    program->summed = start <= backward && program->end > reduce;
    execute_job(program);
    bool reduced = program->cursor > reduce, sound = reduced && isfinite(program_gradient_norm(program));
    if (!program->summed || program->cursor <= backward || program->cursor > reduce + 1 || sound)
        return;
    program->summed = false;
    program->cursor = backward;
    execute_job(program);
    if (reduced && program->cursor <= reduce)
        take_back_sums(program);
}
