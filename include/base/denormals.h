/*
 * denormals.h: floats too small for full precision, which processors take a hundred times as long for, count as 0 on
 * the calling thread between denormals_flush and denormals_restore. Pairs may stand inside each other; an inner one
 * costs next to nothing, since it is counted: to read the processor's mode takes longer than some ops do. Processors
 * other than those with SSE2 keep such floats.
 */
#ifndef BASE_DENORMALS_H
#define BASE_DENORMALS_H

/* How many pairs the calling thread is inside of. */
extern _Thread_local int denormals_depth;

/* The outermost pair's: sets the mode; and sets it back. */
void denormals_begin(void);
void denormals_end(void);

static inline void denormals_flush(void)
{
    if (denormals_depth++ == 0)
        denormals_begin();
}

static inline void denormals_restore(void)
{
    if (--denormals_depth == 0)
        denormals_end();
}

#endif
