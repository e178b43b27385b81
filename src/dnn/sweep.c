/* sweep.c: sums over parameters, eight lanes at a time. */
#include "dnn/sweep.h"

#include "dnn/lanes.h"

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

KERNEL_BODY double add_body(real *restrict total, const real *restrict part, size_t n)
{
    for (size_t i = 0; i < n; i++)
        total[i] += part[i];
    return squares_body(total, 1, n);
}

KERNEL_EACH_WIDTH(double, squares, (const real *x, real scale, size_t n), (x, scale, n))
KERNEL_EACH_WIDTH(double, add, (real *total, const real *part, size_t n), (total, part, n))

double sweep_squares(const real *x, real scale, size_t n)
{
    return squares(x, scale, n);
}

double sweep_add(real *total, const real *part, size_t n)
{
    return add(total, part, n);
}
