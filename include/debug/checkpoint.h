/*
 * checkpoint.h: the whole state in one safetensors file, so that a resumed run is the run that never stopped.
 *
 * Tensors: every parameter and statistic under its name ("fc1.weight"), the optimizer's state
 * ("optimizer.exp_avg.fc1.weight"), the whitening statistics ("data.mean", "data.scale"), what is squashed. Strings: the
 * settings, as the command lines that make them; the counters; where the data came from, how it was read, and its hash.
 */
#ifndef DEBUG_CHECKPOINT_H
#define DEBUG_CHECKPOINT_H

#include "debug/session.h"

int checkpoint_save(struct session *session, const char *path, struct err *err);

/* Opens the data it names again and puts its state in place of the session's; or, on failure, changes nothing. A file
 * that holds only weights (made elsewhere) is loaded into the present network by name. NOTES says what was found: data
 * changed or gone, no optimizer state, tensors without a place, of another shape or type. Data that are no regular file
 * count as gone: a device or a pipe is read for a person who names it, not for a file that does. */
int checkpoint_load(struct session *session, const char *path, struct text *notes, struct err *err);

#endif
