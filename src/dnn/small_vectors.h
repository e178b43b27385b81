/* small_vectors.h: what small_row.h and small_rows.h share. For a file that has defined KERNEL_OF_SIXTEEN and included
 * kinds.h, whose LANES are sixteen then, as those of avx512.h are. */
#ifndef DNN_SMALL_VECTORS_H
#define DNN_SMALL_VECTORS_H

#include "dnn/avx512.h"
#include "exponentials.h"

/* Lane U of V in all lanes. */
WIDE_INLINE vector spread(vector v, int u)
{
    return _mm512_permutexvar_ps(_mm512_set1_epi32(u), v);
}

/* V where Y is above 0, or is no number; else 0. */
WIDE_INLINE vector let_through(vector y, vector v)
{
    return _mm512_maskz_mov_ps(_mm512_cmp_ps_mask(y, vector_zero(), _CMP_NLE_UQ), v);
}

WIDE_INLINE vector powers_of_e(vector x)
{
    exponentials((real *)&x);
    return x;
}

/* The first four values of V, four times. */
WIDE_INLINE vector four_times(vector v)
{
    return _mm512_broadcast_f32x4(_mm512_castps512_ps128(v));
}

/* Lanes 4 I to 4 I + 3 of V, four times each. */
WIDE_INLINE vector by_fours(vector v, int i)
{
    const __m512i fours = _mm512_setr_epi32(0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3);
    return _mm512_permutexvar_ps(_mm512_add_epi32(fours, _mm512_set1_epi32(4 * i)), v);
}

/* Lane 4 I + K of what is returned is lane I + 4 K of V. */
WIDE_INLINE vector turn_fours(vector v)
{
    return _mm512_permutexvar_ps(_mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15), v);
}

#endif
