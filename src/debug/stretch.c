/*
 * stretch.c: sums and range of floats that lie one after the other, four at a time.
 *
 * Compilers leave such sums scalar, since the order of additions is theirs to keep; so it is spelt out with the vector
 * types that gcc and clang share. The sums are compiled twice, the second time for processors with AVX2, which adds
 * four doubles at once: the same additions in the same order, hence the same bits, in half the time.
 */
#include "stretch.h"

#include <math.h>
#include <string.h>

typedef float floats __attribute__((vector_size(16)));
typedef int masks __attribute__((vector_size(16)));
typedef double doubles __attribute__((vector_size(32)));

enum { LANES = 4, CHAINS = 2 }; /* values of a vector; vectors that are added to in turn, so that none waits */

static inline __attribute__((always_inline)) struct sums add_up(const float *x, size_t count, double shift)
{
    doubles values[CHAINS] = {{0}}, squares[CHAINS] = {{0}};
    const doubles shifts = {shift, shift, shift, shift};
    size_t i = 0;
    for (; i + CHAINS * LANES <= count; i += CHAINS * LANES)
        for (int k = 0; k < CHAINS; k++) {
            floats four;
            memcpy(&four, x + i + (size_t)k * LANES, sizeof four);
            doubles difference = __builtin_convertvector(four, doubles) - shifts;
            values[k] += difference;
            squares[k] += difference * difference;
        }
    doubles value = values[0] + values[1], square = squares[0] + squares[1];
    struct sums sums = {(value[0] + value[1]) + (value[2] + value[3]),
                        (square[0] + square[1]) + (square[2] + square[3])};
    for (; i < count; i++) {
        double difference = (double)x[i] - shift;
        sums.values += difference;
        sums.squares += difference * difference;
    }
    return sums;
}

#ifdef __x86_64__
__attribute__((target("avx2"))) static struct sums add_up_avx2(const float *x, size_t count, double shift)
{
    return add_up(x, count, shift);
}
#endif

struct sums stretch_sums(const float *x, size_t count, double shift)
{
#ifdef __x86_64__
    if (__builtin_cpu_supports("avx2"))
        return add_up_avx2(x, count, shift);
#endif
    return add_up(x, count, shift);
}

static floats choose(masks which, floats a, floats b)
{
    return (floats)(((masks)a & which) | ((masks)b & ~which));
}

struct range stretch_range(const float *x, size_t count)
{
    floats low[CHAINS], high[CHAINS];
    masks unordered[CHAINS] = {{0}};
    struct range range = {INFINITY, -INFINITY, false};
    size_t i = 0;
    for (int k = 0; k < CHAINS; k++) {
        low[k] = (floats){INFINITY, INFINITY, INFINITY, INFINITY};
        high[k] = -low[k];
    }
    for (; i + CHAINS * LANES <= count; i += CHAINS * LANES)
        for (int k = 0; k < CHAINS; k++) {
            floats four;
            memcpy(&four, x + i + (size_t)k * LANES, sizeof four);
            low[k] = choose(four < low[k], four, low[k]);
            high[k] = choose(four > high[k], four, high[k]);
            unordered[k] |= four != four;
        }
    for (int k = 0; k < CHAINS; k++)
        for (int lane = 0; lane < LANES; lane++) {
            range.low = low[k][lane] < range.low ? low[k][lane] : range.low;
            range.high = high[k][lane] > range.high ? high[k][lane] : range.high;
            range.nan = range.nan || unordered[k][lane];
        }
    for (; i < count; i++) {
        range.low = x[i] < range.low ? x[i] : range.low;
        range.high = x[i] > range.high ? x[i] : range.high;
        range.nan = range.nan || isnan(x[i]);
    }
    return range;
}
