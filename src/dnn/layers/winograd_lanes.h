/*
 * winograd_lanes.h: registers of eight floats, and how values lie, for winograd.c and winograd_weight.c. AVX2 alone.
 */
#ifndef DNN_LAYERS_WINOGRAD_LANES_H
#define DNN_LAYERS_WINOGRAD_LANES_H

#include <stddef.h>

#include "dnn/avx2.h"

#define AVX2 __attribute__((target("avx2,fma")))
#define AVX2_INLINE AVX2 __attribute__((always_inline)) inline

/* A piece of an image has 16 places. A panel of the matrix product is two strips, 16 values, wide. */
enum { PLACES = 16, PANEL = 2 * LANES };

/* Values from one place to the next, where each takes COUNT: a power of two would put the same value of all 16 places
 * into one set of the first-level cache, which holds 8 lines. */
static inline size_t winograd_apart(size_t count)
{
    return (count + PANEL - 1) / PANEL * PANEL + PANEL;
}

/* The first N lanes; N may be negative or large. */
AVX2_INLINE static __m256i first_lanes(int n)
{
    return _mm256_cmpgt_epi32(_mm256_set1_epi32(n), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}

#endif
