/*
 * stars.c: pictures as of a telescope's camera, made up: a few stars on a faint sky, their light from some thousands of
 * counts to more than the camera can hold. What is to be predicted is how many stars there are.
 *
 * It is here for one property: the values span from 0 to 140,000,000, and what tells one picture from another lies
 * mostly far below the largest. A star's light falls off as Moffat's profile has it (A. F. J. Moffat: A theoretical
 * investigation of focal stellar images, Astronomy and Astrophysics 3, 1969), with exponent 3. Nothing but + - * / is
 * computed, so the numbers are the same on every machine.
 */
#include "stars.h"

#include "base/rng.h"

enum { SIDE = STARS_SIDE, PIXELS = SIDE * SIDE, MOST = 12, EDGE = 2 };
#define FULL       140000000.0 /* counts that a pixel can hold */
#define SKY        300.0       /* counts of the sky in a pixel */
#define SKY_NOISE  20.0        /* their deviation */
#define CORE       0.8         /* pixels: the radius of the profile */

/* A deviate of mean 0 and deviation 1, as a sum of twelve uniform ones. */
static double nearly_normal(struct rng *rng)
{
    double sum = -6;
    for (int i = 0; i < 12; i++)
        sum += rng_uniform(rng);
    return sum;
}

/* The brightest count of a star: from 10^4 to 10^9, as many in each power of ten. */
static double brightness(struct rng *rng)
{
    double counts = 1e4;
    for (uint32_t tens = rng_below(rng, 5); tens > 0; tens--)
        counts *= 10;
    return counts * (1 + 9 * rng_uniform(rng));
}

static void add_star(struct rng *rng, double *pixel)
{
    double across = EDGE + (SIDE - 1 - 2 * EDGE) * rng_uniform(rng);
    double down = EDGE + (SIDE - 1 - 2 * EDGE) * rng_uniform(rng);
    double counts = brightness(rng);
    for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < SIDE; x++) {
            double square = (x - across) * (x - across) + (y - down) * (y - down);
            double fall = 1 + square / (CORE * CORE);
            pixel[y * SIDE + x] += counts / (fall * fall * fall);
        }
}

static void add_picture(struct rng *rng, struct text *csv)
{
    double pixel[PIXELS];
    int stars = 1 + (int)rng_below(rng, MOST);
    for (int i = 0; i < PIXELS; i++)
        pixel[i] = SKY + SKY_NOISE * nearly_normal(rng);
    for (int i = 0; i < stars; i++)
        add_star(rng, pixel);
    for (int i = 0; i < PIXELS; i++)
        text_add(csv, "%.0f,", pixel[i] < 0 ? 0 : pixel[i] > FULL ? FULL : pixel[i]);
    text_add(csv, "%d\n", stars);
}

void stars_make(struct text *csv)
{
    struct rng rng = rng_start(STARS_SEED, RNG_STARS, 0, 0);
    for (int i = 0; i < PIXELS; i++)
        text_add(csv, "p%d,", i);
    text_add(csv, "stars\n");
    for (int i = 0; i < STARS_PICTURES; i++)
        add_picture(&rng, csv);
}
