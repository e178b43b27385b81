/*
 * features.c: blocks of features go down the rows together, their sums in registers (the vector types that gcc and
 * clang share), since sums in memory would be read and written anew with every row.
 */
#include "features.h"

#include <string.h>

#include "dnn/kernel.h"

enum { LANES = 8, BLOCK = 4 * LANES };

typedef real reals __attribute__((vector_size(LANES * sizeof(real))));

#define LOAD(vector, from) memcpy(&(vector), from, sizeof(vector))

/* Sums of one feature block of X: four vectors, two, one; up to four features. */

KERNEL_BODY void sum_four(int rows, size_t stride, const real *restrict x, real *restrict sum)
{
    reals a = {0}, b = {0}, c = {0}, d = {0}, v;
    for (int r = 0; r < rows; r++, x += stride) {
        LOAD(v, x);
        a += v;
        LOAD(v, x + LANES);
        b += v;
        LOAD(v, x + 2 * LANES);
        c += v;
        LOAD(v, x + 3 * LANES);
        d += v;
    }
    memcpy(sum, &a, sizeof a);
    memcpy(sum + LANES, &b, sizeof b);
    memcpy(sum + 2 * LANES, &c, sizeof c);
    memcpy(sum + 3 * LANES, &d, sizeof d);
}

KERNEL_BODY void sum_two(int rows, size_t stride, const real *restrict x, real *restrict sum)
{
    reals a = {0}, b = {0}, v, w;
    for (int r = 0; r < rows; r++, x += stride) {
        LOAD(v, x);
        LOAD(w, x + LANES);
        a += v;
        b += w;
    }
    memcpy(sum, &a, sizeof a);
    memcpy(sum + LANES, &b, sizeof b);
}

KERNEL_BODY void sum_one(int rows, size_t stride, const real *restrict x, real *restrict sum)
{
    reals a = {0}, v;
    for (int r = 0; r < rows; r++, x += stride) {
        LOAD(v, x);
        a += v;
    }
    memcpy(sum, &a, sizeof a);
}

/* The last of N features again and again where there are fewer than four. */
KERNEL_BODY void sum_rest(int rows, size_t n, size_t stride, const real *restrict x, real *restrict sum)
{
    size_t one = n > 1 ? 1 : n - 1, two = n > 2 ? 2 : n - 1, three = n > 3 ? 3 : n - 1;
    real a = 0, b = 0, c = 0, d = 0;
    for (int r = 0; r < rows; r++, x += stride) {
        a += x[0];
        b += x[one];
        c += x[two];
        d += x[three];
    }
    sum[0] = a;
    sum[one] = b;
    sum[two] = c;
    sum[three] = d;
}

KERNEL_BODY void sum_body(int rows, size_t n, size_t stride, const real *restrict x, real *restrict sum)
{
    size_t i = 0;
    for (; i + BLOCK <= n; i += BLOCK)
        sum_four(rows, stride, x + i, sum + i);
    for (; i + 2 * LANES <= n; i += 2 * LANES)
        sum_two(rows, stride, x + i, sum + i);
    for (; i + LANES <= n; i += LANES)
        sum_one(rows, stride, x + i, sum + i);
    for (; i < n; i += 4)
        sum_rest(rows, n - i, stride, x + i, sum + i);
}

KERNEL_BODY void squares_body(int rows, int n, const real *restrict x, const real *restrict mean,
                              real *restrict square)
{
    int i = 0;
    for (; i + 2 * LANES <= n; i += 2 * LANES) {
        reals a = {0}, b = {0}, v, w, of_a, of_b;
        const real *at = x + i;
        LOAD(of_a, mean + i);
        LOAD(of_b, mean + i + LANES);
        for (int r = 0; r < rows; r++, at += n) {
            LOAD(v, at);
            LOAD(w, at + LANES);
            a += (v - of_a) * (v - of_a);
            b += (w - of_b) * (w - of_b);
        }
        memcpy(square + i, &a, sizeof a);
        memcpy(square + i + LANES, &b, sizeof b);
    }
    for (; i < n; i++) {
        real a = 0;
        for (int r = 0; r < rows; r++) {
            real centred = x[i + (size_t)n * (size_t)r] - mean[i];
            a += centred * centred;
        }
        square[i] = a;
    }
}

KERNEL_BODY void products_body(int rows, int n, const real *restrict dy, const real *restrict x, real *restrict sum,
                               real *restrict product)
{
    int i = 0;
    for (; i + 2 * LANES <= n; i += 2 * LANES) {
        reals a = {0}, b = {0}, p = {0}, q = {0}, v, w;
        size_t at = (size_t)i;
        for (int r = 0; r < rows; r++, at += (size_t)n) {
            LOAD(v, dy + at);
            LOAD(w, x + at);
            a += v;
            p += v * w;
            LOAD(v, dy + at + LANES);
            LOAD(w, x + at + LANES);
            b += v;
            q += v * w;
        }
        memcpy(sum + i, &a, sizeof a);
        memcpy(sum + i + LANES, &b, sizeof b);
        memcpy(product + i, &p, sizeof p);
        memcpy(product + i + LANES, &q, sizeof q);
    }
    for (; i < n; i++) {
        real a = 0, p = 0;
        for (int r = 0; r < rows; r++) {
            size_t at = (size_t)i + (size_t)n * (size_t)r;
            a += dy[at];
            p += dy[at] * x[at];
        }
        sum[i] = a;
        product[i] = p;
    }
}

KERNEL_BODY void normalize_body(int rows, int n, const real *restrict x, const real *restrict mean,
                                const real *restrict inverse, const real *restrict weight, const real *restrict bias,
                                real *restrict normalized, real *restrict y)
{
    for (int r = 0; r < rows; r++) {
        const real *restrict from = x + (size_t)r * (size_t)n;
        real *restrict to = normalized + (size_t)r * (size_t)n, *restrict out = y + (size_t)r * (size_t)n;
        for (int i = 0; i < n; i++) {
            real value = (from[i] - mean[i]) * inverse[i];
            to[i] = value;
            out[i] = value * weight[i] + bias[i];
        }
    }
}

KERNEL_BODY void gradient_body(int rows, int n, const real *restrict dy, const real *restrict normalized,
                               const real *restrict weight, const real *restrict inverse,
                               const real *restrict mean_dy, const real *restrict mean_product, real *restrict dx)
{
    for (int r = 0; r < rows; r++) {
        size_t at = (size_t)r * (size_t)n;
        const real *restrict d = dy + at, *restrict x = normalized + at;
        real *restrict to = dx + at;
        for (int i = 0; i < n; i++)
            to[i] = weight[i] * inverse[i] * (d[i] - mean_dy[i] - x[i] * mean_product[i]);
    }
}

KERNEL_EACH_WIDTH(void, sum, (int rows, size_t n, size_t stride, const real *x, real *to), (rows, n, stride, x, to))
KERNEL_EACH_WIDTH(void, squares, (int rows, int n, const real *x, const real *mean, real *to), (rows, n, x, mean, to))
KERNEL_EACH_WIDTH(void, products, (int rows, int n, const real *dy, const real *x, real *to, real *product),
                  (rows, n, dy, x, to, product))
KERNEL_EACH_WIDTH(void, normalize, (int rows, int n, const real *x, const real *mean, const real *inverse,
                                    const real *weight, const real *bias, real *normalized, real *y),
                  (rows, n, x, mean, inverse, weight, bias, normalized, y))
KERNEL_EACH_WIDTH(void, gradient, (int rows, int n, const real *dy, const real *normalized, const real *weight,
                                   const real *inverse, const real *mean_dy, const real *mean_product, real *dx),
                  (rows, n, dy, normalized, weight, inverse, mean_dy, mean_product, dx))

void features_sum(int rows, size_t n, size_t stride, const real *x, real *to)
{
    sum(rows, n, stride, x, to);
}

void features_sum_squares(int rows, int n, const real *x, const real *mean, real *square)
{
    squares(rows, n, x, mean, square);
}

void features_sum_products(int rows, int n, const real *dy, const real *x, real *to, real *product)
{
    products(rows, n, dy, x, to, product);
}

void features_normalize(int rows, int n, const real *x, const real *mean, const real *inverse, const real *weight,
                        const real *bias, real *normalized, real *y)
{
    normalize(rows, n, x, mean, inverse, weight, bias, normalized, y);
}

void features_input_gradient(int rows, int n, const real *dy, const real *normalized, const real *weight,
                             const real *inverse, const real *mean_dy, const real *mean_product, real *dx)
{
    gradient(rows, n, dy, normalized, weight, inverse, mean_dy, mean_product, dx);
}
