/* sweep.c: sums over parameters, eight lanes at a time. */
#include "sweep_squares.h"

KERNEL_BODY double add_body(real *restrict total, const real *restrict part, size_t n)
{
    for (size_t i = 0; i < n; i++)
        total[i] += part[i];
    return squares_body(total, 1, n);
}

KERNEL_BODY double exact_body(const real *x, real scale, size_t n)
{
    return lanes_exact(x, scale, n);
}

KERNEL_EACH_WIDTH(double, exact, (const real *x, real scale, size_t n), (x, scale, n))
KERNEL_EACH_WIDTH(double, squares, (const real *x, real scale, size_t n), (x, scale, n))
KERNEL_EACH_WIDTH(double, add, (real *total, const real *part, size_t n), (total, part, n))

double sweep_exact(const real *x, real scale, size_t n)
{
    return exact(x, scale, n);
}

double sweep_squares(const real *x, real scale, size_t n)
{
    return squares(x, scale, n);
}

#ifdef KERNEL_WIDTHS
KERNEL_FOR_AVX2 static void parts_wide(const struct sweep_part part[], int parts)
{
    parts_body(part, parts);
}
#endif

void sweep_parts(const struct sweep_part part[], int parts)
{
#ifdef KERNEL_WIDTHS
    if (kernel_width == KERNEL_WIDER) {
        sweep_parts_wider(part, parts);
        return;
    }
    if (kernel_wide()) {
        parts_wide(part, parts);
        return;
    }
#endif
    parts_body(part, parts);
}

double sweep_add(real *total, const real *part, size_t n)
{
    return add(total, part, n);
}
