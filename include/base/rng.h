/*
 * rng.h: random numbers that are a pure function of (seed, stream, position).
 *
 * Philox4x32-10 (Salmon, Moraes, Dror, Shaw: "Parallel random numbers: as easy as 1, 2, 3", SC 2011), a counter-based
 * generator. There is no hidden state to save or to restore: whoever knows the seed and the counter has the number.
 * Streams are separate, so turning dropout on does not reshuffle the data; a draw at a position does not depend on how
 * many threads share the work.
 */
#ifndef BASE_RNG_H
#define BASE_RNG_H

#include <stddef.h>
#include <stdint.h>

enum rng_stream { RNG_SPLIT = 1, RNG_INIT, RNG_SHUFFLE, RNG_DROPOUT, RNG_TEST, RNG_ROWS, RNG_GRADCHECK,
                  RNG_NOISE, RNG_STARS };

struct rng {
    uint32_t key[2];
    uint32_t counter[4];
    uint32_t block[4]; /* the numbers of the block before `counter` */
    int left;          /* how many of them are still unused */
    double spare;      /* the second of a pair of normal deviates */
    int has_spare;
};

/* One block: the ten rounds of Philox on COUNTER with KEY. */
void rng_philox(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]);

/* The start of the sequence named by (SEED, STREAM, A, B): A and B tell one use of a stream from the next, for example
 * the epoch of a shuffle, or the number of an initialization and a hash of the tensor's name. */
struct rng rng_start(uint64_t seed, enum rng_stream stream, uint32_t a, uint32_t b);

uint32_t rng_u32(struct rng *rng);
double rng_uniform(struct rng *rng);                  /* in (0, 1), 32 bits of it; never 0 or 1 */
double rng_normal(struct rng *rng);                   /* mean 0, deviation 1 (Box and Muller 1958) */
uint32_t rng_below(struct rng *rng, uint32_t n);      /* in [0, n), without bias (Lemire 2019) */
void rng_shuffle(struct rng *rng, int *v, size_t n);  /* Fisher and Yates, in place */

#endif
