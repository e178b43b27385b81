/*
 * written.h: which op of a step writes a thing, and whether it has: what an op has not written yet is still that of the
 * step before, or nothing at all, and is not shown.
 */
#ifndef DEBUG_WRITTEN_H
#define DEBUG_WRITTEN_H

#include "debug/session.h"

/* The index of the op of CODE on LAYER (-1: of none) in the training program, or -1. */
int op_find(const struct session *session, enum op_code code, int layer);

/* 0 when op OP has run, in the step under way or else in the last one, since the network is what it is; else ERR_STATE,
 * whose message says that NAME is what the op writes. */
int op_has_written(const struct session *session, int op, const char *name, struct err *err);

#endif
