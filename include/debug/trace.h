/*
 * trace.h: where in the step under way the first value that is not finite came from.
 *
 * As long as a step has not ended its tensors are all there. They are looked through in the order in which the ops
 * wrote them: the op that wrote the first value which is not finite made it; those behind only passed it on. Where an
 * update is held back because of the weights that it would make, it is worked out beside them. Nothing is changed.
 */
#ifndef DEBUG_TRACE_H
#define DEBUG_TRACE_H

#include "debug/census.h"
#include "debug/operands.h"

#define TRACE_READS 12 /* more than any op reads */

struct trace_read {
    struct operand operand;
    struct census census;
    bool later; /* a parameter that this step's update has overwritten since the op read it */
};

struct trace {
    uint64_t step;          /* the step under way, counted from 1 */
    int op;                 /* what made the value */
    bool ahead;             /* an update that is held back: it would make it */
    struct operand written; /* where it stands; its name is "loss" for the figure, which has no tensor and no census */
    struct census census;   /* of what was written, or would be */
    struct trace_read read[TRACE_READS];
    int reads;
};

/* Finds it. False: there is none, or no step is under way. The session may have no data. */
bool trace_find(const struct session *session, struct trace *trace);

/* Adds one sentence, without a stop, that says how finite values became this one, as far as that can be told, to
 * OUT. */
void trace_explain(const struct session *session, const struct trace *trace, struct text *out);

#endif
