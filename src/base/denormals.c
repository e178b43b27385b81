/* denormals.c: the processor's mode for floats too small for full precision. */
#include "base/denormals.h"

_Thread_local int denormals_depth;

#if defined(__SSE2__)

#include <xmmintrin.h>

#define ZEROS (_MM_FLUSH_ZERO_ON | 0x40u) /* what is written, and what is read ("denormals are zeros") */

static _Thread_local unsigned before;

void denormals_begin(void)
{
    before = _mm_getcsr();
    _mm_setcsr(before | ZEROS);
}

void denormals_end(void)
{
    _mm_setcsr(before);
}

#else

void denormals_begin(void)
{
}

void denormals_end(void)
{
}

#endif
