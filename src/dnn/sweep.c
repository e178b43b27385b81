/*
 * sweep.c: sums over parameters. Compilers leave a sum of doubles scalar, since the order of additions is theirs to
 * keep; so it is spelt out with the vector types that gcc and clang share: four chains of four doubles.
 */
#include "dnn/sweep.h"

#include <string.h>

#include "dnn/kernel.h"

enum { LANES = 4, CHAINS = 4 };

typedef real reals __attribute__((vector_size(LANES * sizeof(real))));
typedef double doubles __attribute__((vector_size(LANES * sizeof(double))));

KERNEL_BODY double across(const doubles *chain)
{
    doubles sum = (chain[0] + chain[1]) + (chain[2] + chain[3]);
    return (sum[0] + sum[1]) + (sum[2] + sum[3]);
}

KERNEL_BODY double add_body(real *restrict total, const real *restrict part, size_t n)
{
    doubles chain[CHAINS] = {{0}};
    size_t i = 0;
    for (; i + CHAINS * LANES <= n; i += CHAINS * LANES)
        for (size_t k = 0; k < CHAINS; k++) {
            reals sum, more;
            memcpy(&sum, total + i + k * LANES, sizeof sum);
            if (part) {
                memcpy(&more, part + i + k * LANES, sizeof more);
                sum += more;
                memcpy(total + i + k * LANES, &sum, sizeof sum);
            }
            doubles wide = __builtin_convertvector(sum, doubles);
            chain[k] += wide * wide;
        }
    double squares = across(chain);
    for (; i < n; i++) {
        if (part)
            total[i] += part[i];
        squares += (double)total[i] * (double)total[i];
    }
    return squares;
}

KERNEL_BODY double squares_body(const real *x, size_t n)
{
    return add_body((real *)x, NULL, n);
}

KERNEL_BODY void change_body(const real *restrict w, const real *restrict before, size_t n, double *restrict weight,
                             double *restrict change)
{
    doubles of_weight[CHAINS] = {{0}}, of_change[CHAINS] = {{0}};
    size_t i = 0;
    for (; i + CHAINS * LANES <= n; i += CHAINS * LANES)
        for (size_t k = 0; k < CHAINS; k++) {
            reals now, then;
            memcpy(&now, w + i + k * LANES, sizeof now);
            memcpy(&then, before + i + k * LANES, sizeof then);
            reals by = now - then;
            doubles wide = __builtin_convertvector(now, doubles), wide_by = __builtin_convertvector(by, doubles);
            of_weight[k] += wide * wide;
            of_change[k] += wide_by * wide_by;
        }
    double squares = across(of_weight), changes = across(of_change);
    for (; i < n; i++) {
        real by = w[i] - before[i];
        squares += (double)w[i] * (double)w[i];
        changes += (double)by * (double)by;
    }
    *weight += squares;
    *change += changes;
}

KERNEL_TWICE(double, squares, (const real *x, size_t n), (x, n))
KERNEL_TWICE(double, add, (real *total, const real *part, size_t n), (total, part, n))
KERNEL_TWICE(void, change, (const real *w, const real *before, size_t n, double *weight, double *by),
             (w, before, n, weight, by))

double sweep_squares(const real *x, size_t n)
{
    return squares(x, n);
}

double sweep_add(real *total, const real *part, size_t n)
{
    return add(total, part, n);
}

void sweep_change(const real *w, const real *before, size_t n, double *weight, double *by)
{
    change(w, before, n, weight, by);
}
