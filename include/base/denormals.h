/*
 * denormals.h: floats too small for full precision, which processors take a hundred times as long for, count as 0 on
 * the calling thread between denormals_flush and denormals_restore. Pairs may stand inside each other; an inner one
 * costs next to nothing. Processors other than those with SSE2 keep them.
 */
#ifndef BASE_DENORMALS_H
#define BASE_DENORMALS_H

#if defined(__SSE2__)

#include <xmmintrin.h>

#define DENORMALS_ZEROS (_MM_FLUSH_ZERO_ON | 0x40u) /* what is written, and what is read ("denormals are zeros") */

/* Returns what denormals_restore is to be given. */
static inline unsigned denormals_flush(void)
{
    unsigned mode = _mm_getcsr();
    if ((mode & DENORMALS_ZEROS) != DENORMALS_ZEROS)
        _mm_setcsr(mode | DENORMALS_ZEROS);
    return mode;
}

static inline void denormals_restore(unsigned mode)
{
    if ((mode & DENORMALS_ZEROS) != DENORMALS_ZEROS)
        _mm_setcsr(mode);
}

#else

static inline unsigned denormals_flush(void)
{
    return 0;
}

static inline void denormals_restore(unsigned mode)
{
    (void)mode;
}

#endif
#endif
