/*
 * direct.c: see direct.h. Outputs are worked out 16 side by side in a row, for 6 filters at once, or 8 where that will
 * do; the last of a row overlap those before them, which then are computed twice, alike. Backward, 8 pixels stand in the
 * lanes of each of 4 filters by 3 taps, which are added up when the image is through.
 */
#include "direct.h"

#include "dnn/kernel.h"

#ifdef KERNEL_WIDTHS

#include <immintrin.h>
#include <string.h>

#define AVX2 __attribute__((target("avx2,fma")))
#define AVX2_INLINE AVX2 __attribute__((always_inline)) inline

enum { LANES = 8, BLOCK = 2 * LANES, MAX_TAPS = 128 };

struct plan {
    int taps, width, height; /* of an output; of a plane with its zeros */
    int tap[MAX_TAPS];       /* where the first output sees each, in the planes with their zeros */
};

/* The axis with its zeros, of which at stride 1 an output uses each. */
static int padded(const struct slide *slide)
{
    return slide->out + slide->dilation * (slide->kernel - 1);
}

static void make_plan(const struct direct *d, struct plan *plan)
{
    *plan = (struct plan){.width = padded(&d->x), .height = padded(&d->y)};
    for (int c = 0; c < d->channels; c++)
        for (int ty = 0; ty < d->y.kernel; ty++)
            for (int tx = 0; tx < d->x.kernel; tx++)
                plan->tap[plan->taps++] =
                    (c * plan->height + ty * d->y.dilation) * plan->width + tx * d->x.dilation;
}

/* The planes with their zeros, and a block of zeros behind them, which the last outputs may read. */
static void pad(const struct direct *d, const struct plan *plan, const float *image, float *out)
{
    memset(out, 0, direct_scratch(d) * sizeof *out);
    for (int c = 0; c < d->channels; c++)
        for (int y = 0; y < d->y.in; y++)
            memcpy(out + ((size_t)c * plan->height + y + d->y.before) * plan->width + d->x.before,
                   image + ((size_t)c * d->y.in + y) * d->x.in, (size_t)d->x.in * sizeof *out);
}

/* 8 outputs, or 16 where WIDE, of each of ROWS filters. AT is what the first sees through a tap at 0; Y its place,
 * Y_STRIDE to the next filter's. */
AVX2_INLINE static void outputs(int rows, bool wide, const struct plan *plan, const float *at, const float *w,
                                const float *bias, float *y, size_t y_stride)
{
    __m256 low[6], high[6];
    for (int r = 0; r < rows; r++)
        low[r] = high[r] = bias ? _mm256_broadcast_ss(bias + r) : _mm256_setzero_ps();
    for (int t = 0; t < plan->taps; t++) {
        __m256 first = _mm256_loadu_ps(at + plan->tap[t]);
        __m256 second = wide ? _mm256_loadu_ps(at + plan->tap[t] + LANES) : first;
        for (int r = 0; r < rows; r++) {
            __m256 each = _mm256_broadcast_ss(w + r * plan->taps + t);
            low[r] = _mm256_fmadd_ps(each, first, low[r]);
            if (wide)
                high[r] = _mm256_fmadd_ps(each, second, high[r]);
        }
    }
    for (int r = 0; r < rows; r++) {
        _mm256_storeu_ps(y + r * y_stride, low[r]);
        if (wide)
            _mm256_storeu_ps(y + r * y_stride + LANES, high[r]);
    }
}

AVX2_INLINE static void planes(int rows, const struct direct *d, const struct plan *plan, const float *image,
                               const float *w, const float *bias, float *y)
{
    int width = d->x.out;
    size_t plane = (size_t)d->y.out * (size_t)width;
    for (int oy = 0; oy < d->y.out; oy++, image += plan->width, y += width) {
        int x = 0;
        for (; width >= BLOCK && x + LANES < width; x += BLOCK) {
            int from = x + BLOCK <= width ? x : width - BLOCK;
            outputs(rows, true, plan, image + from, w, bias, y + from, plane);
        }
        for (; x < width; x += LANES) {
            int from = x + LANES <= width ? x : width - LANES;
            outputs(rows, false, plan, image + from, w, bias, y + from, plane);
        }
    }
}

AVX2 void direct_forward(const struct direct *d, const float *x, const float *w, const float *bias, float *scratch,
                         float *y)
{
    struct plan plan;
    size_t plane = (size_t)d->y.out * d->x.out;
    make_plan(d, &plan);
    pad(d, &plan, x, scratch);
    int f = 0;
    for (; f + 6 <= d->filters; f += 6)
        planes(6, d, &plan, scratch, w + f * plan.taps, bias ? bias + f : NULL, y + f * plane);
    for (; f + 2 <= d->filters; f += 2)
        planes(2, d, &plan, scratch, w + f * plan.taps, bias ? bias + f : NULL, y + f * plane);
    if (f < d->filters)
        planes(1, d, &plan, scratch, w + f * plan.taps, bias ? bias + f : NULL, y + f * plane);
}

AVX2_INLINE static float add_lanes(__m256 v)
{
    __m128 four = _mm_add_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
    __m128 two = _mm_add_ps(four, _mm_movehl_ps(four, four));
    return _mm_cvtss_f32(_mm_add_ss(two, _mm_movehdup_ps(two)));
}

/* Adds to DW of FILTERS filters by TAPS taps from tap T on. */
AVX2_INLINE static void weigh(int filters, int taps, const struct direct *d, const struct plan *plan, int t,
                              const float *image, const float *dy, float *dw)
{
    __m256 sum[4][3];
    for (int f = 0; f < filters; f++)
        for (int k = 0; k < taps; k++)
            sum[f][k] = _mm256_setzero_ps();
    size_t plane = (size_t)d->y.out * d->x.out;
    int whole = d->x.out / LANES * LANES, rest = d->x.out - whole;
    __m256i mask = _mm256_cmpgt_epi32(_mm256_set1_epi32(rest), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
    for (int oy = 0; oy < d->y.out; oy++, image += plan->width, dy += d->x.out) {
        for (int ox = 0; ox < whole; ox += LANES)
            for (int k = 0; k < taps; k++) {
                __m256 seen = _mm256_loadu_ps(image + plan->tap[t + k] + ox);
                for (int f = 0; f < filters; f++)
                    sum[f][k] = _mm256_fmadd_ps(seen, _mm256_loadu_ps(dy + f * plane + ox), sum[f][k]);
            }
        if (rest)
            for (int k = 0; k < taps; k++) {
                __m256 seen = _mm256_maskload_ps(image + plan->tap[t + k] + whole, mask);
                for (int f = 0; f < filters; f++)
                    sum[f][k] = _mm256_fmadd_ps(seen, _mm256_maskload_ps(dy + f * plane + whole, mask), sum[f][k]);
            }
    }
    for (int f = 0; f < filters; f++)
        for (int k = 0; k < taps; k++)
            dw[f * plan->taps + t + k] += add_lanes(sum[f][k]);
}

AVX2 void direct_backward_weight(const struct direct *d, const float *x, const float *dy, float *scratch, float *dw)
{
    struct plan plan;
    size_t plane = (size_t)d->y.out * d->x.out;
    make_plan(d, &plan);
    pad(d, &plan, x, scratch);
    int f = 0;
    for (; f + 4 <= d->filters; f += 4, dy += 4 * plane, dw += 4 * plan.taps) {
        int t = 0;
        for (; t + 3 <= plan.taps; t += 3)
            weigh(4, 3, d, &plan, t, scratch, dy, dw);
        for (; t < plan.taps; t++)
            weigh(4, 1, d, &plan, t, scratch, dy, dw);
    }
    for (; f < d->filters; f++, dy += plane, dw += plan.taps)
        for (int t = 0; t < plan.taps; t++)
            weigh(1, 1, d, &plan, t, scratch, dy, dw);
}

bool direct_suits(const struct direct *d)
{
    double taps = (double)d->channels * d->y.kernel * d->x.kernel;
    return taps <= MAX_TAPS && d->channels <= 4 && d->y.stride == 1 && d->x.stride == 1 && d->x.out >= LANES;
}

size_t direct_scratch(const struct direct *d)
{
    return (size_t)d->channels * padded(&d->y) * padded(&d->x) + BLOCK;
}

#else

#include <assert.h>

bool direct_suits(const struct direct *direct)
{
    (void)direct;
    return false;
}

size_t direct_scratch(const struct direct *direct)
{
    (void)direct;
    return 0;
}

void direct_forward(const struct direct *direct, const real *x, const real *w, const real *bias, real *scratch,
                    real *y)
{
    (void)direct, (void)x, (void)w, (void)bias, (void)scratch, (void)y;
    assert(!"suits nothing");
}

void direct_backward_weight(const struct direct *direct, const real *x, const real *dy, real *scratch, real *dw)
{
    (void)direct, (void)x, (void)dy, (void)scratch, (void)dw;
    assert(!"suits nothing");
}

#endif
