/*
 * operands.h: the tensors that an op of the training program reads and writes, by the names that a person types
 * (`fc1.out`, `relu1.out.grad`, `fc1.weight`, `bn1.running_mean`, `x`); where they lie is lookup.c's knowledge.
 *
 *     gather        writes x, target
 *     fwd fc1       reads x, fc1.weight, fc1.bias                writes fc1.out (bn1: its running statistics too)
 *     loss          reads out.out, target                        writes out.out.grad (and the loss: program_loss)
 *     bwd fc2       reads fc2.out.grad, relu1.out, fc2.weight    writes fc2.grad, fc2.bias.grad, relu1.out.grad
 *     reduce        with several threads: reads and writes the gradients of all parameters
 *     update fc1    reads fc1.grad, fc1.bias.grad, ...           writes fc1.weight, fc1.bias
 */
#ifndef DEBUG_OPERANDS_H
#define DEBUG_OPERANDS_H

#include "debug/lookup.h"

struct operand {
    char name[LAYER_NAME_MAX + 32];
    struct tensor tensor; /* whether or not it has been written in this step */
    /* A gradient of parameters that `bwd` leaves in parts, one a thread (program.h): whole only behind `reduce`, which
     * then writes it again. */
    bool partial;
};

/* Where such a tensor lies: COUNT values at DATA; of a partial one each thread's part lies net->size behind the one
 * before. */
struct place {
    const float *data;
    size_t count;
    bool partial;
    bool gradient; /* what backward leaves of a parameter's, partial or not */
    bool by_rows;  /* of the batch */
};

/* Operand I of those that op OP writes, or reads; false behind the last. A statistic that `fwd` reads is the one from
 * before the step. The session has a network; 0 <= OP < program_ops(session->train). */
bool op_writes(const struct session *session, int op, int i, struct operand *operand);
bool op_reads(const struct session *session, int op, int i, struct operand *operand);

/* Where operand I of those that OP writes lies. Its name takes longer to find than most operands to look at. */
bool op_place(const struct session *session, int op, int i, struct place *place);

#endif
