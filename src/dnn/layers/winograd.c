/*
 * winograd.c: see winograd.h. With d a 4x4 piece of an input channel, g a 3x3 filter, m a product and y 2x2 outputs:
 *
 *     v = B^T d B      u = G g G^T      m = sum over channels of u v, value by value      y = A^T m A
 *     backward, to the weights:         du = sum over pieces of (A dy A^T) v              dg = G^T du G
 *     backward, to the input:           the forward pass over dy, with the filters turned by half a circle
 *
 *     B^T = 1  0 -1  0     G = 1    0    0      A^T = 1  1  1  0
 *           0  1  1  0         1/2  1/2  1/2          0  1 -1 -1
 *           0 -1  1  0         1/2 -1/2  1/2
 *           0  1  0 -1         0    0    1
 *
 * Each of the 16 places of a piece is then a matrix product of its own. Pieces ("tiles") are worked on in strips: 8 of
 * them side by side in a row of the image, one in each lane of a register, in the order 0 1 4 5 2 3 6 7, which costs
 * one shuffle each way. What is under way at once (BLOCK strips) stays in the second-level cache.
 */
#include "winograd.h"

#if defined(__x86_64__) && !defined(DNN_DOUBLE)

#include <immintrin.h>
#include <string.h>

#define AVX2 __attribute__((target("avx2,fma")))
#define AVX2_INLINE AVX2 __attribute__((always_inline)) inline

/* Strips whose products are under way at once: a panel of the matrix product is two of them, 16 values wide. */
enum { PLACES = 16, LANES = 8, PANEL = 2 * LANES, BLOCK = 4, CHUNK = 8 };

/* Where a strip lies: its image, the first output of its first tile. */
struct strip {
    int row, y, x;
};

static int strips_across(const struct winograd *w)
{
    return (w->x.out + 2 * LANES - 1) / (2 * LANES);
}

static int strips_of_image(const struct winograd *w)
{
    return strips_across(w) * ((w->y.out + 1) / 2);
}

static struct strip strip_at(const struct winograd *w, int i)
{
    int each = strips_of_image(w), across = strips_across(w);
    return (struct strip){i / each, i % each / across * 2, i % across * 2 * LANES};
}

/* Channels of a panel of the gradient's matrix product. */
static int whole_panels(int channels)
{
    return (channels + PANEL - 1) / PANEL * PANEL;
}

/* Values from one place to the next, where each takes COUNT: a power of two would put the same value of all 16 places
 * into one set of the first-level cache, which holds 8 lines. */
static size_t apart(size_t count)
{
    return (count + PANEL - 1) / PANEL * PANEL + PANEL;
}

/* --- registers */

/* The first N lanes; N may be negative or large. */
AVX2_INLINE static __m256i first_lanes(int n)
{
    return _mm256_cmpgt_epi32(_mm256_set1_epi32(n), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}

/* ROW[x .. x + 8) of a row of WIDTH values, 0 outside of it. */
AVX2_INLINE static __m256 load_part(const float *row, int x, int width)
{
    if (x >= 0 && x + LANES <= width)
        return _mm256_loadu_ps(row + x);
    __m256i inside = _mm256_andnot_si256(first_lanes(-x), first_lanes(width - x));
    return _mm256_maskload_ps(row + x, inside);
}

AVX2_INLINE static __m256 evens(__m256 low, __m256 high)
{
    return _mm256_shuffle_ps(low, high, 0x88);
}

AVX2_INLINE static __m256 odds(__m256 low, __m256 high)
{
    return _mm256_shuffle_ps(low, high, 0xdd);
}

/* --- transforms */

/* V [place] = B^T d B of the 8 tiles of a strip, of one channel PLANE. */
AVX2_INLINE static void transform_input(const struct winograd *w, const float *plane, const struct strip *strip,
                                        __m256 v[PLACES])
{
    __m256 d[4][4];
    int x = strip->x - w->x.before;
    for (int i = 0; i < 4; i++) {
        int y = strip->y - w->y.before + i;
        bool inside = y >= 0 && y < w->y.in;
        const float *row = plane + (ptrdiff_t)(inside ? y : 0) * w->x.in;
        int width = inside ? w->x.in : -2 * LANES;
        d[i][0] = load_part(row, x, width);
        d[i][1] = load_part(row, x + LANES, width);
        d[i][2] = load_part(row, x + 2, width);
        d[i][3] = load_part(row, x + 2 + LANES, width);
    }
    for (int k = 0; k < 4; k++) {
        __m256 a = d[0][k], b = d[1][k], c = d[2][k], e = d[3][k];
        d[0][k] = a - c;
        d[1][k] = b + c;
        d[2][k] = c - b;
        d[3][k] = b - e;
    }
    for (int i = 0; i < 4; i++) {
        __m256 a = evens(d[i][0], d[i][1]), b = odds(d[i][0], d[i][1]);
        __m256 c = evens(d[i][2], d[i][3]), e = odds(d[i][2], d[i][3]);
        v[4 * i] = a - c;
        v[4 * i + 1] = b + c;
        v[4 * i + 2] = c - b;
        v[4 * i + 3] = b - e;
    }
}

/* A dy A^T of the 8 tiles of a strip, of one filter's PLANE. */
AVX2_INLINE static void transform_gradient(const struct winograd *w, const float *plane, const struct strip *strip,
                                           __m256 m[PLACES])
{
    __m256 even[4], odd[4];
    for (int i = 0; i < 2; i++) {
        bool inside = strip->y + i < w->y.out;
        const float *row = plane + (ptrdiff_t)(inside ? strip->y + i : 0) * w->x.out;
        int width = inside ? w->x.out : 0;
        __m256 low = load_part(row, strip->x, width), high = load_part(row, strip->x + LANES, width);
        even[3 * i] = evens(low, high);
        odd[3 * i] = odds(low, high);
    }
    even[1] = even[0] + even[3];
    odd[1] = odd[0] + odd[3];
    even[2] = even[0] - even[3];
    odd[2] = odd[0] - odd[3];
    even[3] = -even[3];
    odd[3] = -odd[3];
    for (int i = 0; i < 4; i++) {
        m[4 * i] = even[i];
        m[4 * i + 1] = even[i] + odd[i];
        m[4 * i + 2] = even[i] - odd[i];
        m[4 * i + 3] = -odd[i];
    }
}

/* Writes A^T m A, plus BIAS, of the 8 tiles of a strip to one filter's PLANE. Place p of M is at M[p * STRIDE]. */
AVX2_INLINE static void transform_output(const struct winograd *w, const float *m, size_t stride, float bias,
                                         const struct strip *strip, float *plane)
{
    __m256 s[2][4], b = _mm256_set1_ps(bias);
    for (int k = 0; k < 4; k++) {
        __m256 m0 = _mm256_loadu_ps(m + k * stride), m1 = _mm256_loadu_ps(m + (4 + k) * stride);
        __m256 m2 = _mm256_loadu_ps(m + (8 + k) * stride), m3 = _mm256_loadu_ps(m + (12 + k) * stride);
        s[0][k] = m0 + m1 + m2;
        s[1][k] = m1 - m2 - m3;
    }
    int room = w->x.out - strip->x;
    for (int i = 0; i < 2 && strip->y + i < w->y.out; i++) {
        __m256 even = s[i][0] + s[i][1] + s[i][2] + b, odd = s[i][1] - s[i][2] - s[i][3] + b;
        __m256 low = _mm256_unpacklo_ps(even, odd), high = _mm256_unpackhi_ps(even, odd);
        float *row = plane + (ptrdiff_t)(strip->y + i) * w->x.out + strip->x;
        if (room >= 2 * LANES) {
            _mm256_storeu_ps(row, low);
            _mm256_storeu_ps(row + LANES, high);
        } else {
            _mm256_maskstore_ps(row, first_lanes(room), low);
            _mm256_maskstore_ps(row + LANES, first_lanes(room - LANES), high);
        }
    }
}

/* U [place, out, in] = G g G^T. Filter (o, i) is at W + o * OUT_STRIDE + i * IN_STRIDE, turned by half a circle where
 * TURNED is set. */
AVX2 static void transform_weight(const float *w, int out, int in, size_t out_stride, size_t in_stride, bool turned,
                                  float *u)
{
    size_t place = apart((size_t)out * in);
    for (int o = 0; o < out; o++)
        for (int i = 0; i < in; i += LANES) {
            int n = in - i < LANES ? in - i : LANES;
            float g[9][LANES] = {{0}};
            for (int k = 0; k < n; k++) {
                const float *from = w + o * out_stride + (size_t)(i + k) * in_stride;
                for (int t = 0; t < 9; t++)
                    g[t][k] = from[turned ? 8 - t : t];
            }
            __m256 rows[4][3], half = _mm256_set1_ps(0.5f);
            for (int t = 0; t < 3; t++) {
                __m256 a = _mm256_loadu_ps(g[t]), b = _mm256_loadu_ps(g[3 + t]), c = _mm256_loadu_ps(g[6 + t]);
                rows[0][t] = a;
                rows[1][t] = (a + c + b) * half;
                rows[2][t] = (a + c - b) * half;
                rows[3][t] = c;
            }
            for (int r = 0; r < 4; r++) {
                __m256 a = rows[r][0], b = rows[r][1], c = rows[r][2];
                float *to = u + (size_t)(4 * r) * place + (size_t)o * in + i;
                __m256i lanes = first_lanes(n);
                _mm256_maskstore_ps(to, lanes, a);
                _mm256_maskstore_ps(to + place, lanes, (a + c + b) * half);
                _mm256_maskstore_ps(to + 2 * place, lanes, (a + c - b) * half);
                _mm256_maskstore_ps(to + 3 * place, lanes, c);
            }
        }
}

/* DW [filters, channels, 9] = G^T du G; DU is [place, filters, STRIDE]. */
AVX2 static void untransform_weight(const float *du, int filters, int channels, int stride, float *dw)
{
    size_t place = apart((size_t)filters * stride);
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

/* --- the matrix product */

/* C [ROWS, 16] = (ADD: +=) A [ROWS, k] B [k, 16]; the rows of A and C lie their strides apart. */
AVX2_INLINE static void multiply_rows(int rows, int k, const float *a, size_t a_stride, const float *b, bool add,
                                      float *c, size_t c_stride)
{
    __m256 low[6], high[6];
    for (int r = 0; r < rows; r++) {
        low[r] = add ? _mm256_loadu_ps(c + r * c_stride) : _mm256_setzero_ps();
        high[r] = add ? _mm256_loadu_ps(c + r * c_stride + LANES) : _mm256_setzero_ps();
    }
    for (int i = 0; i < k; i++) {
        __m256 b0 = _mm256_loadu_ps(b + (size_t)i * PANEL), b1 = _mm256_loadu_ps(b + (size_t)i * PANEL + LANES);
        for (int r = 0; r < rows; r++) {
            __m256 each = _mm256_broadcast_ss(a + r * a_stride + i);
            low[r] = _mm256_fmadd_ps(each, b0, low[r]);
            high[r] = _mm256_fmadd_ps(each, b1, high[r]);
        }
    }
    for (int r = 0; r < rows; r++) {
        _mm256_storeu_ps(c + r * c_stride, low[r]);
        _mm256_storeu_ps(c + r * c_stride + LANES, high[r]);
    }
}

AVX2 static void multiply_panel(int m, int k, const float *a, size_t a_stride, const float *b, bool add, float *c,
                                size_t c_stride)
{
    int r = 0;
    for (; r + 6 <= m; r += 6)
        multiply_rows(6, k, a + r * a_stride, a_stride, b, add, c + r * c_stride, c_stride);
    a += r * a_stride;
    c += r * c_stride;
    switch (m - r) {
    case 1: multiply_rows(1, k, a, a_stride, b, add, c, c_stride); break;
    case 2: multiply_rows(2, k, a, a_stride, b, add, c, c_stride); break;
    case 3: multiply_rows(3, k, a, a_stride, b, add, c, c_stride); break;
    case 4: multiply_rows(4, k, a, a_stride, b, add, c, c_stride); break;
    case 5: multiply_rows(5, k, a, a_stride, b, add, c, c_stride); break;
    }
}

/* --- passes over the strips */

/* V [place, panel, channel, 16] of COUNT strips from FIRST on. */
AVX2 static void gather_block(const struct winograd *w, const float *x, int first, int count, float *v)
{
    size_t plane = (size_t)w->y.in * w->x.in, panel = (size_t)w->channels * PANEL, place = apart(panel * BLOCK / 2);
    for (int i = 0; i < count; i++) {
        struct strip strip = strip_at(w, first + i);
        const float *image = x + (size_t)strip.row * w->channels * plane;
        float *to = v + i / 2 * panel + i % 2 * LANES;
        for (int c = 0; c < w->channels; c++) {
            __m256 each[PLACES];
            transform_input(w, image + c * plane, &strip, each);
            for (int p = 0; p < PLACES; p++)
                _mm256_storeu_ps(to + p * place + (size_t)c * PANEL, each[p]);
        }
    }
}

AVX2 static void finish_block(const struct winograd *w, const float *m, const float *bias, int first, int count,
                              float *y)
{
    size_t plane = (size_t)w->y.out * w->x.out, panel = (size_t)w->filters * PANEL, place = apart(panel * BLOCK / 2);
    for (int i = 0; i < count; i++) {
        struct strip strip = strip_at(w, first + i);
        float *image = y + (size_t)strip.row * w->filters * plane;
        const float *from = m + i / 2 * panel + i % 2 * LANES;
        for (int f = 0; f < w->filters; f++)
            transform_output(w, from + (size_t)f * PANEL, place, bias ? bias[f] : 0, &strip, image + f * plane);
    }
}

/* With U, the transformed weight, at the start of the scratch. */
static void slide(const struct winograd *w, int rows, const float *x, const float *bias, float *scratch, float *y)
{
    size_t v_panel = (size_t)w->channels * PANEL, m_panel = (size_t)w->filters * PANEL;
    size_t u_place = apart((size_t)w->filters * w->channels);
    size_t v_place = apart(v_panel * BLOCK / 2), m_place = apart(m_panel * BLOCK / 2);
    float *u = scratch, *v = u + PLACES * u_place, *m = v + PLACES * v_place;
    int strips = rows * strips_of_image(w);
    for (int first = 0; first < strips; first += BLOCK) {
        int count = strips - first < BLOCK ? strips - first : BLOCK, panels = (count + 1) / 2;
        gather_block(w, x, first, count, v);
        for (int p = 0; p < PLACES; p++)
            for (int i = 0; i < panels; i++)
                multiply_panel(w->filters, w->channels, u + p * u_place, (size_t)w->channels,
                               v + p * v_place + i * v_panel, false, m + p * m_place + i * m_panel, PANEL);
        finish_block(w, m, bias, first, count, y);
    }
}

void winograd_forward(const struct winograd *winograd, int rows, const real *x, const real *w, const real *bias,
                      real *scratch, real *y)
{
    size_t row = 9 * (size_t)winograd->channels;
    transform_weight(w, winograd->filters, winograd->channels, row, 9, false, scratch);
    slide(winograd, rows, x, bias, scratch, y);
}

/* The convolution that takes the gradient back. */
static struct winograd backward_of(const struct winograd *w)
{
    struct winograd back = {.channels = w->filters, .filters = w->channels, .y = w->y, .x = w->x};
    back.y.in = w->y.out;
    back.y.out = w->y.in;
    back.y.before = 2 - w->y.before;
    back.x.in = w->x.out;
    back.x.out = w->x.in;
    back.x.before = 2 - w->x.before;
    return back;
}

void winograd_backward_input(const struct winograd *winograd, int rows, const real *dy, const real *w, real *scratch,
                             real *dx)
{
    struct winograd back = backward_of(winograd);
    transform_weight(w, winograd->channels, winograd->filters, 9, 9 * (size_t)winograd->channels, true, scratch);
    slide(&back, rows, dy, NULL, scratch, dx);
}

/* Eight rows of 8 become eight columns. */
AVX2_INLINE static void transpose(__m256 r[LANES])
{
    __m256 a[8], b[8];
    for (int i = 0; i < 4; i++) {
        a[2 * i] = _mm256_unpacklo_ps(r[2 * i], r[2 * i + 1]);
        a[2 * i + 1] = _mm256_unpackhi_ps(r[2 * i], r[2 * i + 1]);
    }
    for (int i = 0; i < 2; i++) {
        b[4 * i] = _mm256_shuffle_ps(a[4 * i], a[4 * i + 2], 0x44);
        b[4 * i + 1] = _mm256_shuffle_ps(a[4 * i], a[4 * i + 2], 0xee);
        b[4 * i + 2] = _mm256_shuffle_ps(a[4 * i + 1], a[4 * i + 3], 0x44);
        b[4 * i + 3] = _mm256_shuffle_ps(a[4 * i + 1], a[4 * i + 3], 0xee);
    }
    for (int i = 0; i < 4; i++) {
        r[i] = _mm256_permute2f128_ps(b[i], b[4 + i], 0x20);
        r[4 + i] = _mm256_permute2f128_ps(b[i], b[4 + i], 0x31);
    }
}

/* V [place, panel of channels, tile of the chunk, 16 channels] of COUNT strips of one IMAGE. */
AVX2 static void gather_chunk(const struct winograd *w, const float *image, int first, int count, float *v)
{
    size_t plane = (size_t)w->y.in * w->x.in, panel = CHUNK * LANES * PANEL;
    size_t place = apart(panel * (size_t)whole_panels(w->channels) / PANEL);
    for (int i = 0; i < count; i++) {
        struct strip strip = strip_at(w, first + i);
        for (int c = 0; c < whole_panels(w->channels); c += LANES) {
            __m256 each[LANES][PLACES];
            for (int k = 0; k < LANES; k++)
                if (c + k < w->channels)
                    transform_input(w, image + (c + k) * plane, &strip, each[k]);
                else
                    memset(each[k], 0, sizeof each[k]);
            float *to = v + c / PANEL * panel + (size_t)i * LANES * PANEL + c % PANEL;
            for (int p = 0; p < PLACES; p++) {
                __m256 tile[LANES];
                for (int k = 0; k < LANES; k++)
                    tile[k] = each[k][p];
                transpose(tile);
                for (int t = 0; t < LANES; t++)
                    _mm256_storeu_ps(to + p * place + (size_t)t * PANEL, tile[t]);
            }
        }
    }
}

/* A dy A^T [place, filter, tile of the chunk] of COUNT strips of one image's gradient. */
AVX2 static void gather_gradient(const struct winograd *w, const float *image, int first, int count, float *m)
{
    size_t plane = (size_t)w->y.out * w->x.out, place = apart((size_t)w->filters * CHUNK * LANES);
    for (int i = 0; i < count; i++) {
        struct strip strip = strip_at(w, first + i);
        for (int f = 0; f < w->filters; f++) {
            __m256 each[PLACES];
            transform_gradient(w, image + f * plane, &strip, each);
            for (int p = 0; p < PLACES; p++)
                _mm256_storeu_ps(m + p * place + ((size_t)f * CHUNK + i) * LANES, each[p]);
        }
    }
}

void winograd_backward_weight(const struct winograd *winograd, int rows, const real *x, const real *dy, real *scratch,
                              real *dw)
{
    const struct winograd *w = winograd;
    int across = whole_panels(w->channels), panels = across / PANEL, tiles = CHUNK * LANES;
    size_t u_place = apart((size_t)w->filters * across), v_place = apart((size_t)across * tiles);
    size_t m_place = apart((size_t)w->filters * tiles);
    float *du = scratch, *v = du + PLACES * u_place, *m = v + PLACES * v_place;
    memset(du, 0, PLACES * u_place * sizeof *du);
    for (int r = 0; r < rows; r++) {
        const float *image = x + (size_t)r * w->channels * w->y.in * w->x.in;
        const float *gradient = dy + (size_t)r * w->filters * w->y.out * w->x.out;
        for (int first = 0, strips = strips_of_image(w); first < strips; first += CHUNK) {
            int count = strips - first < CHUNK ? strips - first : CHUNK;
            gather_chunk(w, image, first, count, v);
            gather_gradient(w, gradient, first, count, m);
            for (int p = 0; p < PLACES; p++)
                for (int i = 0; i < panels; i++)
                    multiply_panel(w->filters, count * LANES, m + p * m_place, (size_t)tiles,
                                   v + p * v_place + (size_t)i * tiles * PANEL, true,
                                   du + p * u_place + (size_t)i * PANEL, (size_t)across);
        }
    }
    untransform_weight(du, w->filters, w->channels, across, dw);
}

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

size_t winograd_scratch(const struct winograd *winograd)
{
    size_t channels = (size_t)whole_panels(winograd->channels), filters = (size_t)winograd->filters;
    size_t sliding = apart(channels * filters) + apart(channels * BLOCK * LANES) + apart(filters * BLOCK * LANES);
    size_t weighing = apart(channels * filters) + apart(channels * CHUNK * LANES) + apart(filters * CHUNK * LANES);
    return PLACES * larger(sliding, weighing);
}

static bool slides(const struct slide *axis)
{
    return axis->kernel == 3 && axis->stride == 1 && axis->dilation == 1 && axis->before <= 2;
}

bool winograd_suits(const struct winograd *winograd)
{
    int lanes = strips_across(winograd) * 2 * LANES;
    return slides(&winograd->y) && slides(&winograd->x) && winograd->channels >= PANEL && winograd->filters >= PANEL &&
           winograd->x.out * 3 >= lanes * 2 && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}

#else

#include <assert.h>

bool winograd_suits(const struct winograd *winograd)
{
    (void)winograd;
    return false;
}

size_t winograd_scratch(const struct winograd *winograd)
{
    (void)winograd;
    return 0;
}

void winograd_forward(const struct winograd *winograd, int rows, const real *x, const real *w, const real *bias,
                      real *scratch, real *y)
{
    (void)winograd, (void)rows, (void)x, (void)w, (void)bias, (void)scratch, (void)y;
    assert(!"suits nothing");
}

void winograd_backward_input(const struct winograd *winograd, int rows, const real *dy, const real *w, real *scratch,
                             real *dx)
{
    (void)winograd, (void)rows, (void)dy, (void)w, (void)scratch, (void)dx;
    assert(!"suits nothing");
}

void winograd_backward_weight(const struct winograd *winograd, int rows, const real *x, const real *dy, real *scratch,
                              real *dw)
{
    (void)winograd, (void)rows, (void)x, (void)dy, (void)scratch, (void)dw;
    assert(!"suits nothing");
}

#endif
