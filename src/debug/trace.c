/* trace.c: looks through the tensors of a step in the order in which they were written. */
#include "debug/trace.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* An update is worked out in pieces that fit on the stack. */
#define PIECE 512

static bool is_statistic(const struct net *net, const struct operand *operand)
{
    return net->stat_size && operand->tensor.data >= net->s && operand->tensor.data < net->s + net->stat_size;
}

static bool is_parameter(const struct net *net, const struct operand *operand)
{
    return net->size && operand->tensor.data >= net->w && operand->tensor.data < net->w + net->size;
}

/* A running statistic that was not finite before the step is none of the step's doing. */
static bool was_bad(const struct session *session, const struct operand *operand)
{
    if (!is_statistic(session->net, operand))
        return false;
    struct tensor before = operand->tensor;
    before.data = session->stats_before + (operand->tensor.data - session->net->s);
    struct census census = census_of(&before);
    return census_bad(&census) > 0;
}

/* Whether op OP wrote a value that is not finite. A gradient in parts is whole only once `reduce` has run; then it
 * counts as made by the op that made the parts, for however many threads there are. */
static bool find_written(const struct session *session, int op, struct trace *trace)
{
    const struct program *train = session->train;
    bool reduced = program_cursor(train) > program_reduce(train);
    if (op == program_reduce(train))
        return false;
    if (program_op(train, op)->code == OP_LOSS && !isfinite(program_loss(train))) {
        snprintf(trace->written.name, sizeof trace->written.name, "loss");
        return true;
    }
    for (int i = 0; op_writes(session, op, i, &trace->written); i++) {
        if ((trace->written.partial && !reduced) || was_bad(session, &trace->written))
            continue;
        trace->census = census_of(&trace->written.tensor);
        if (census_bad(&trace->census) > 0)
            return true;
    }
    return false;
}

/* --- an update that is held back */

/* What clipping multiplies gradients by, as `reduce` works it out (src/dnn/execute.c). */
static double clip_factor(const struct session *session)
{
    double norm = program_gradient_norm(session->train), limit = session->optimizer.clip;
    return limit > 0 && norm > limit ? limit / (norm + 1e-6) : 1;
}

/* Adds what the update would make of N parameters from OFFSET on. */
static void add_updated(const struct session *session, size_t offset, size_t n, struct census *census)
{
    const struct optimizer *optimizer = &session->optimizer;
    real w[PIECE], g[PIECE], slot[OPTIM_SLOTS][PIECE];
    double clip = clip_factor(session);
    memcpy(w, session->net->w + offset, n * sizeof *w);
    memcpy(g, program_gradient(session->train) + offset, n * sizeof *g);
    if (clip != 1)
        for (size_t i = 0; i < n; i++)
            g[i] *= (real)clip;
    struct optim_stretch all = {.at = 0, .g = outer_of(g, n)};
    struct optim_step step = {.args = &optimizer->args, .lr = optimizer->lr, .t = optimizer->t, .w = w,
                              .stretch = &all, .stretches = 1};
    for (int k = 0; k < optimizer->kind->slots; k++) {
        memcpy(slot[k], optimizer->slot[k] + offset, n * sizeof *slot[k]);
        step.slot[k] = slot[k];
    }
    optimizer->kind->update(&step);
    census_add(census, w, n);
}

static bool find_update(const struct session *session, int op, struct trace *trace)
{
    for (int i = 0; op_writes(session, op, i, &trace->written); i++) {
        size_t offset = (size_t)(trace->written.tensor.data - session->net->w), count = trace->written.tensor.count;
        trace->census = (struct census){0};
        for (size_t at = 0; at < count; at += PIECE)
            add_updated(session, offset + at, count - at < PIECE ? count - at : PIECE, &trace->census);
        if (census_bad(&trace->census) > 0)
            return true;
    }
    return false;
}

/* --- finding */

/* The update op of the layer that parameter OPERAND belongs to has run. */
static bool overwritten(const struct session *session, int reader, const struct operand *operand)
{
    struct operand written;
    for (int op = program_reduce(session->train) + 1; op < program_cursor(session->train); op++)
        for (int i = 0; op >= reader && op_writes(session, op, i, &written); i++)
            if (written.tensor.data == operand->tensor.data)
                return true;
    return false;
}

static void take_reads(const struct session *session, struct trace *trace)
{
    struct trace_read *read = trace->read;
    trace->reads = 0;
    while (trace->reads < TRACE_READS && op_reads(session, trace->op, trace->reads, &read->operand)) {
        read->census = census_of(&read->operand.tensor);
        read->later = !trace->ahead && is_parameter(session->net, &read->operand) &&
                      overwritten(session, trace->op, &read->operand);
        trace->reads++;
        read++;
    }
}

bool trace_find(const struct session *session, struct trace *trace)
{
    *trace = (struct trace){.step = session->step + 1};
    if (!session->net || !session->inside)
        return false;
    int cursor = program_cursor(session->train), first_update = program_reduce(session->train) + 1;
    bool found = false;
    for (int op = 0; op < cursor && !found; op++) {
        found = find_written(session, op, trace);
        trace->op = op;
    }
    trace->ahead = !found && session->held && cursor >= first_update;
    for (int op = cursor; trace->ahead && op < program_ops(session->train) && !found; op++) {
        found = find_update(session, op, trace);
        trace->op = op;
    }
    if (found)
        take_reads(session, trace);
    return found;
}
