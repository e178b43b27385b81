/* rng.c: Philox4x32-10 and the draws made from it. */
#include "base/rng.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

void rng_philox(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4])
{
    uint32_t c0 = counter[0], c1 = counter[1], c2 = counter[2], c3 = counter[3];
    uint32_t k0 = key[0], k1 = key[1];
    for (int round = 0; round < 10; round++) {
        uint64_t p0 = (uint64_t)0xD2511F53u * c0;
        uint64_t p1 = (uint64_t)0xCD9E8D57u * c2;
        uint32_t n0 = (uint32_t)(p1 >> 32) ^ c1 ^ k0;
        uint32_t n2 = (uint32_t)(p0 >> 32) ^ c3 ^ k1;
        c1 = (uint32_t)p1;
        c3 = (uint32_t)p0;
        c0 = n0;
        c2 = n2;
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
    out[0] = c0;
    out[1] = c1;
    out[2] = c2;
    out[3] = c3;
}

struct rng rng_start(uint64_t seed, enum rng_stream stream, uint32_t a, uint32_t b)
{
    /* The stream is folded into the key, not into the counter: its word 0 runs, its words 2 and 3 are A and B. */
    struct rng rng = {.key = {(uint32_t)seed, (uint32_t)(seed >> 32) ^ ((uint32_t)stream * 0x85EBCA6Bu)},
                      .counter = {0, 0, a, b}};
    return rng;
}

uint32_t rng_u32(struct rng *rng)
{
    if (rng->left == 0) {
        rng_philox(rng->counter, rng->key, rng->block);
        if (++rng->counter[0] == 0)
            rng->counter[1]++;
        rng->left = 4;
    }
    return rng->block[4 - rng->left--];
}

double rng_uniform(struct rng *rng)
{
    return (rng_u32(rng) + 0.5) / 4294967296.0;
}

double rng_normal(struct rng *rng)
{
    if (rng->has_spare) {
        rng->has_spare = 0;
        return rng->spare;
    }
    double radius = sqrt(-2.0 * log(rng_uniform(rng)));
    double angle = 2.0 * 3.14159265358979323846 * rng_uniform(rng);
    rng->spare = radius * sin(angle);
    rng->has_spare = 1;
    return radius * cos(angle);
}

uint32_t rng_below(struct rng *rng, uint32_t n)
{
    uint64_t product = (uint64_t)rng_u32(rng) * n;
    if ((uint32_t)product < n) {
        uint32_t threshold = -n % n;
        while ((uint32_t)product < threshold)
            product = (uint64_t)rng_u32(rng) * n;
    }
    return (uint32_t)(product >> 32);
}

/* --- a shuffle, which comes with every epoch: of small samples and a small network that is soon over */

/* Blocks that are drawn together: those of the counters from FIRST on; none to begin with. */
enum { AHEAD = 8 };
struct ahead {
    uint32_t block[AHEAD][4];
    uint32_t first, blocks;
};

#if defined(__x86_64__)

/* Processors before AVX512_VBMI2 slow down for such instructions. The numbers are the same either way. */
static bool draws_ahead(const struct rng *rng)
{
    return __builtin_cpu_supports("avx512vbmi2") && rng->counter[0] <= UINT32_MAX - AHEAD;
}

/* The rounds of rng_philox for the counters from RNG's on, one in each 64 bits. */
__attribute__((target("avx512f"))) static void draw_ahead(const struct rng *rng, uint32_t block[AHEAD][4])
{
    const __m512i low = _mm512_set1_epi64(UINT32_MAX);
    __m512i c0 = _mm512_add_epi64(_mm512_set1_epi64(rng->counter[0]), _mm512_setr_epi64(0, 1, 2, 3, 4, 5, 6, 7));
    __m512i c1 = _mm512_set1_epi64(rng->counter[1]);
    __m512i c2 = _mm512_set1_epi64(rng->counter[2]), c3 = _mm512_set1_epi64(rng->counter[3]);
    uint32_t k0 = rng->key[0], k1 = rng->key[1];
    for (int round = 0; round < 10; round++) {
        __m512i p0 = _mm512_mul_epu32(_mm512_set1_epi64(0xD2511F53u), c0);
        __m512i p1 = _mm512_mul_epu32(_mm512_set1_epi64(0xCD9E8D57u), c2);
        c0 = _mm512_xor_si512(_mm512_xor_si512(_mm512_srli_epi64(p1, 32), c1), _mm512_set1_epi64(k0));
        c2 = _mm512_xor_si512(_mm512_xor_si512(_mm512_srli_epi64(p0, 32), c3), _mm512_set1_epi64(k1));
        c1 = _mm512_and_si512(p1, low);
        c3 = _mm512_and_si512(p0, low);
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
    c0 = _mm512_or_si512(c0, _mm512_slli_epi64(c1, 32));
    c2 = _mm512_or_si512(c2, _mm512_slli_epi64(c3, 32));
    _mm512_storeu_si512(block[0], _mm512_permutex2var_epi64(c0, _mm512_setr_epi64(0, 8, 1, 9, 2, 10, 3, 11), c2));
    _mm512_storeu_si512(block[4], _mm512_permutex2var_epi64(c0, _mm512_setr_epi64(4, 12, 5, 13, 6, 14, 7, 15), c2));
}

#else

static bool draws_ahead(const struct rng *rng)
{
    (void)rng;
    return false;
}

static void draw_ahead(const struct rng *rng, uint32_t block[AHEAD][4])
{
    (void)rng, (void)block;
}

#endif

/* Gives RNG its next block, as rng_u32 would; which may have come in between. */
static inline void take_block(struct rng *rng, struct ahead *ahead)
{
    if (rng->counter[0] - ahead->first >= ahead->blocks) {
        draw_ahead(rng, ahead->block);
        ahead->first = rng->counter[0];
        ahead->blocks = AHEAD;
    }
    memcpy(rng->block, ahead->block[rng->counter[0] - ahead->first], sizeof rng->block);
    rng->counter[0]++;
    rng->left = 4;
}

void rng_shuffle(struct rng *rng, int *v, size_t n)
{
    struct rng own = *rng; /* which no store to v can change */
    struct ahead ahead;
    ahead.first = ahead.blocks = 0;
    for (size_t i = n; i > 1; i--) {
        if (own.left == 0 && i >= AHEAD && draws_ahead(&own))
            take_block(&own, &ahead);
        size_t j = rng_below(&own, (uint32_t)i);
        int held = v[i - 1];
        v[i - 1] = v[j];
        v[j] = held;
    }
    *rng = own;
}
