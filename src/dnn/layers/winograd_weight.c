/* winograd_weight.c: see winograd_weight.h; G is at the head of winograd.c. Eight filters stand in the lanes. */
#include "winograd_weight.h"

#include "dnn/kernel.h"
#include "dnn/real.h"

#ifdef KERNEL_WIDTHS

#include "winograd_lanes.h"

/* G [tap] of N filters that lie STRIDE apart, one in each lane. */
AVX2_INLINE static void load_filters(const float *w, size_t stride, int n, bool turned, __m256 g[9])
{
    __m256 first[LANES];
    float last[LANES] = {0};
    for (int k = 0; k < LANES; k++) {
        first[k] = k < n ? _mm256_loadu_ps(w + (size_t)k * stride) : _mm256_setzero_ps();
        last[k] = k < n ? w[(size_t)k * stride + 8] : 0;
    }
    transpose(first);
    for (int t = 0; t < 8; t++)
        g[turned ? 8 - t : t] = first[t];
    g[turned ? 0 : 8] = _mm256_setr_ps(last[0], last[1], last[2], last[3], last[4], last[5], last[6], last[7]);
}

AVX2_INLINE static void transform_filters(const float *w, int out, int in, size_t out_stride, size_t in_stride,
                                          bool turned, float *u)
{
    size_t place = winograd_apart((size_t)out * in);
    for (int o = 0; o < out; o++)
        for (int i = 0; i < in; i += LANES) {
            int n = in - i < LANES ? in - i : LANES;
            __m256 g[9], rows[4][3], half = _mm256_set1_ps(0.5f);
            if (n == LANES)
                load_filters(w + o * out_stride + i * in_stride, in_stride, LANES, turned, g);
            else
                load_filters(w + o * out_stride + i * in_stride, in_stride, n, turned, g);
            for (int t = 0; t < 3; t++) {
                rows[0][t] = g[t];
                rows[1][t] = (g[t] + g[6 + t] + g[3 + t]) * half;
                rows[2][t] = (g[t] + g[6 + t] - g[3 + t]) * half;
                rows[3][t] = g[6 + t];
            }
            float *to = u + (size_t)o * in + i;
            for (int r = 0; r < 4; r++, to += 4 * place) {
                __m256 a = rows[r][0], b = rows[r][1], c = rows[r][2];
                store(to, n, a);
                store(to + place, n, (a + c + b) * half);
                store(to + 2 * place, n, (a + c - b) * half);
                store(to + 3 * place, n, c);
            }
        }
}

AVX2 void winograd_weight(const float *w, int out, int in, size_t out_stride, size_t in_stride, bool turned, float *u)
{
    if (turned)
        transform_filters(w, out, in, out_stride, in_stride, true, u);
    else
        transform_filters(w, out, in, out_stride, in_stride, false, u);
}

AVX2 void winograd_weight_back(const float *du, int filters, int channels, int stride, float *dw)
{
    size_t place = winograd_apart((size_t)filters * stride);
    for (int f = 0; f < filters; f++)
        for (int c = 0; c < channels; c += LANES) {
            int n = channels - c < LANES ? channels - c : LANES;
            __m256 rows[3][4], half = _mm256_set1_ps(0.5f);
            const float *from = du + (size_t)f * stride + c;
            for (int k = 0; k < 4; k++) {
                __m256 a = _mm256_loadu_ps(from + k * place), b = _mm256_loadu_ps(from + (4 + k) * place);
                __m256 d = _mm256_loadu_ps(from + (8 + k) * place), e = _mm256_loadu_ps(from + (12 + k) * place);
                rows[0][k] = a + (b + d) * half;
                rows[1][k] = (b - d) * half;
                rows[2][k] = (b + d) * half + e;
            }
            float g[9][LANES];
            for (int r = 0; r < 3; r++) {
                __m256 both = (rows[r][1] + rows[r][2]) * half;
                _mm256_storeu_ps(g[3 * r], rows[r][0] + both);
                _mm256_storeu_ps(g[3 * r + 1], (rows[r][1] - rows[r][2]) * half);
                _mm256_storeu_ps(g[3 * r + 2], both + rows[r][3]);
            }
            for (int k = 0; k < n; k++)
                for (int t = 0; t < 9; t++)
                    dw[((size_t)f * channels + c + k) * 9 + t] = g[t][k];
        }
}

#endif
