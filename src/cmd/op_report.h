/* op_report.h: what the op before the cursor wrote, in words; what a stop inside a step and `where` say. */
#ifndef OP_REPORT_H
#define OP_REPORT_H

#include "debug/session.h"

/* Adds a line for each tensor that op OP, which has just run, wrote: its shape and range. */
void op_report(const struct session *session, int op, struct text *out);

#endif
