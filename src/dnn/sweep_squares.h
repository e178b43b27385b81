/* sweep_squares.h: sums of squares, LANES values at a time, for whoever compiles it. KERNEL_BODY functions alone. */
#ifndef DNN_SWEEP_SQUARES_H
#define DNN_SWEEP_SQUARES_H

#include "dnn/lanes.h"
#include "dnn/sweep.h"

/* Adds the squares of the COUNT values at X times FACTOR to SUM. */
KERNEL_BODY void add_squares(const real *x, size_t count, real factor, reals *sum)
{
    reals v;
    lanes_load(&v, x, count);
    v *= factor;
    *sum += v * v;
}

KERNEL_BODY double stretch_squares(const real *x, real scale, size_t n)
{
    const real up = (real)0x1p40; /* so that the squares of gradients that vanish are not too small for a float */
    reals a = {0}, b = {0}, c = {0}, d = {0};
    double total;
    size_t i = 0;
    real factor = scale * up;
    for (; i + 4 * LANES <= n; i += 4 * LANES) {
        add_squares(x + i, LANES, factor, &a);
        add_squares(x + i + LANES, LANES, factor, &b);
        add_squares(x + i + 2 * LANES, LANES, factor, &c);
        add_squares(x + i + 3 * LANES, LANES, factor, &d);
    }
    for (; i + LANES <= n; i += LANES)
        add_squares(x + i, LANES, factor, &a);
    if (i < n)
        add_squares(x + i, n - i, factor, &b);
    a += b;
    c += d;
    a += c;
    return lanes_total(&a, &total) ? total * 0x1p-80 : lanes_exact(x, scale, n);
}

KERNEL_BODY double squares_body(const real *x, real scale, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i += LANES_STRETCH)
        sum += stretch_squares(x + i, scale, n - i < LANES_STRETCH ? n - i : LANES_STRETCH);
    return sum;
}

KERNEL_BODY void parts_body(const struct sweep_part part[], int parts)
{
    for (int i = 0; i < parts; i++)
        *part[i].squares = squares_body(part[i].x, 1, part[i].n);
}

/* The same, for KERNEL_WIDER. */
void sweep_parts_wider(const struct sweep_part part[], int parts);

#endif
