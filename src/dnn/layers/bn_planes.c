/*
 * bn_planes.c: see bn_planes.h. Sums over a plane are of floats (sums.h), sums over planes double.
 */
#include "bn_planes.h"

#include "dnn/kernel.h"
#include "sums.h"

KERNEL_BODY real sum_body(const real *x, size_t n)
{
    return sum_values(x, n);
}
KERNEL_EACH_WIDTH(real, sum, (const real *x, size_t n), (x, n))

KERNEL_BODY real squares_body(const real *x, real centre, size_t n)
{
    return sum_squares_about(x, centre, n);
}
KERNEL_EACH_WIDTH(real, squares, (const real *x, real centre, size_t n), (x, centre, n))

KERNEL_BODY real products_body(const real *dy, const real *x, real centre, size_t n)
{
    return sum_products_about(dy, x, centre, n);
}
KERNEL_EACH_WIDTH(real, products, (const real *dy, const real *x, real centre, size_t n), (dy, x, centre, n))

KERNEL_BODY void normalize_body(const real *restrict x, real mean, real inverse, real weight, real bias, size_t n,
                                real *restrict y)
{
    for (size_t i = 0; i < n; i++)
        y[i] = (x[i] - mean) * inverse * weight + bias;
}
KERNEL_EACH_WIDTH(void, normalize,
                  (const real *restrict x, real mean, real inverse, real weight, real bias, size_t n, real *restrict y),
                  (x, mean, inverse, weight, bias, n, y))

KERNEL_BODY void gradient_body(const real *restrict dy, const real *restrict x, real scale, real mean_dy, real mean,
                               real slope, size_t n, real *restrict dx)
{
    for (size_t i = 0; i < n; i++)
        dx[i] = scale * (dy[i] - mean_dy - (x[i] - mean) * slope);
}
KERNEL_EACH_WIDTH(void, gradient,
                  (const real *restrict dy, const real *restrict x, real scale, real mean_dy, real mean, real slope,
                   size_t n, real *restrict dx),
                  (dy, x, scale, mean_dy, mean, slope, n, dx))

static size_t plane_of(const struct layer_run *run)
{
    return shape_size(&run->layer->in) / (size_t)run->layer->in.dim[0];
}

/* Where the plane of CHANNEL of row R begins. */
static size_t at(const struct layer_run *run, int r, int channel)
{
    return ((size_t)r * run->layer->in.dim[0] + channel) * plane_of(run);
}

void bn_moments_add(struct bn_moments *moments, const struct bn_moments *other)
{
    double count = moments->count + other->count, distance = other->mean - moments->mean;
    if (count == 0)
        return;
    moments->mean += distance * other->count / count;
    moments->squares += other->squares + distance * distance * moments->count * other->count / count;
    moments->count = count;
}

struct bn_moments bn_planes_moments(const struct layer_run *run, int channel)
{
    size_t plane = plane_of(run);
    struct bn_moments all = {0};
    for (int r = run->first; r < run->last; r++) {
        const real *x = run->x + at(run, r, channel);
        double mean = (double)sum(x, plane) / (double)plane;
        struct bn_moments one = {.count = (double)plane, .mean = mean, .squares = squares(x, (real)mean, plane)};
        bn_moments_add(&all, &one);
    }
    return all;
}

void bn_planes_normalize(const struct layer_run *run, int channel, real mean, real inverse, real weight, real bias)
{
    for (int r = run->first; r < run->last; r++)
        normalize(run->x + at(run, r, channel), mean, inverse, weight, bias, plane_of(run),
                  run->y + at(run, r, channel));
}

void bn_planes_sums(const struct layer_run *run, int channel, real mean, double *dy, double *product)
{
    *dy = *product = 0;
    for (int r = run->first; r < run->last; r++) {
        const real *plane = run->dy + at(run, r, channel);
        *dy += sum(plane, plane_of(run));
        *product += products(plane, run->x + at(run, r, channel), mean, plane_of(run));
    }
}

void bn_planes_gradient(const struct layer_run *run, int channel, real scale, real mean_dy, real mean, real slope)
{
    for (int r = run->first; r < run->last; r++)
        gradient(run->dy + at(run, r, channel), run->x + at(run, r, channel), scale, mean_dy, mean, slope,
                 plane_of(run), run->dx + at(run, r, channel));
}
