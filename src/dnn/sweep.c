/* sweep.c: sums over parameters, eight lanes at a time. */
#include "dnn/sweep.h"

#include "dnn/lanes.h"

KERNEL_BODY double stretch_squares(const real *x, real scale, size_t n)
{
    const real up = (real)0x1p40; /* so that the squares of gradients that vanish are not too small for a float */
    reals even = {0}, odd = {0}, v;
    double total;
    size_t i = 0;
    real factor = scale * up;
    for (; i + 2 * LANES <= n; i += 2 * LANES) {
        memcpy(&v, x + i, sizeof v);
        v *= factor;
        even += v * v;
        memcpy(&v, x + i + LANES, sizeof v);
        v *= factor;
        odd += v * v;
    }
    for (; i < n; i += LANES) {
        lanes_load(&v, x + i, n - i < LANES ? n - i : LANES);
        v *= factor;
        even += v * v;
    }
    even += odd;
    return lanes_total(&even, &total) ? total * 0x1p-80 : lanes_exact(x, scale, n);
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

KERNEL_TWICE(double, squares, (const real *x, real scale, size_t n), (x, scale, n))
KERNEL_TWICE(double, add, (real *total, const real *part, size_t n), (total, part, n))

double sweep_squares(const real *x, real scale, size_t n)
{
    return squares(x, scale, n);
}

double sweep_add(real *total, const real *part, size_t n)
{
    return add(total, part, n);
}
