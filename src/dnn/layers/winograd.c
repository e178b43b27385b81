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
 * Each of the 16 places of a piece is then a matrix product of its own. Pieces ("tiles") are worked on in strips of 8,
 * one in each lane of a register, in the order 0 1 4 5 2 3 6 7, which costs one shuffle each way. Either half of a strip
 * is 4 tiles side by side in a row of the image; the second goes on where the first ends, in the next row of tiles if
 * need be. What is under way at once (BLOCK strips) stays in the second-level cache.
 */
#include "winograd.h"

#include "dnn/kernel.h"

#ifdef KERNEL_WIDTHS

#include <string.h>

#include "dnn/product.h"
#include "winograd_lanes.h"
#include "winograd_weight.h"

/* Strips whose products are under way at once, forward and in the weight's gradient, there of one image. */
enum { BLOCK = 4, CHUNK = 8 };

/* Outputs side by side in half a strip. */
enum { HALF = LANES };

/* Where a strip lies: its image, and the first output of either half; that of a half that is none lies below it. */
struct strip {
    int row, y[2], x[2];
};

static int halves_across(const struct winograd *w)
{
    return (w->x.out + HALF - 1) / HALF;
}

static int strips_of_image(const struct winograd *w)
{
    return (halves_across(w) * ((w->y.out + 1) / 2) + 1) / 2;
}

static struct strip strip_at(const struct winograd *w, int i)
{
    int each = strips_of_image(w), across = halves_across(w);
    struct strip strip = {.row = i / each};
    for (int k = 0; k < 2; k++) {
        int half = i % each * 2 + k;
        strip.y[k] = half / across * 2;
        strip.x[k] = half % across * HALF;
    }
    return strip;
}

static int chunk_of_image(const struct winograd *w)
{
    int strips = strips_of_image(w);
    return strips < CHUNK ? strips : CHUNK;
}

/* Channels of a panel of the gradient's matrix product. */
static int whole_panels(int channels)
{
    return (channels + PANEL - 1) / PANEL * PANEL;
}

/* --- what a strip sees */

/* What a strip sees of a plane of an image: 4 rows for each half, of each row the values from 2 places on, which
 * overlap. It is the same in every channel. Of the 4 places in all, the odd ones are the second half's. */
struct view {
    ptrdiff_t row[2][4]; /* where each begins */
    bool inside[2][4], whole;
    __m256i mask[4]; /* what of each place lies inside the image; all of it, where the view is WHOLE */
};

/* DOWN and ACROSS: from the first output to the first value seen; SECOND: from there to the second place of a half. */
AVX2 static struct view view_of(const struct strip *strip, int down, int across, int height, int width, int second)
{
    struct view view = {.whole = true};
    for (int half = 0; half < 2; half++) {
        int y = strip->y[half] + down, x = strip->x[half] + across;
        for (int i = 0; i < 4; i++) {
            view.inside[half][i] = y + i >= 0 && y + i < height;
            view.row[half][i] = (ptrdiff_t)(y + i) * width + x;
        }
        for (int place = half; place < 4; place += 2) {
            int from = x + (place < 2 ? 0 : second);
            view.whole = view.whole && from >= 0 && from + LANES <= width;
            view.mask[place] = _mm256_andnot_si256(first_lanes(-from), first_lanes(width - from));
        }
    }
    return view;
}

/* The values of one place of one row, which are FROM values behind its half's beginning. */
AVX2_INLINE static __m256 look(const struct view *view, const float *plane, int row, int place, int from)
{
    int half = place % 2;
    if (!view->inside[half][row])
        return _mm256_setzero_ps();
    if (view->whole)
        return _mm256_loadu_ps(plane + view->row[half][row] + from);
    return _mm256_maskload_ps(plane + view->row[half][row] + from, view->mask[place]);
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

/* Values from the first place of a half, where its tiles begin, to the second, where they end. */
enum { SECOND = 2 };

/* Turns four values, each of another row, by B^T. */
AVX2_INLINE static void turn(__m256 a, __m256 b, __m256 c, __m256 d, __m256 out[4])
{
    out[0] = a - c;
    out[1] = b + c;
    out[2] = c - b;
    out[3] = b - d;
}

AVX2_INLINE static void turn_place(const struct view *view, const float *plane, int place, __m256 out[4])
{
    int from = place < 2 ? 0 : SECOND;
    turn(look(view, plane, 0, place, from), look(view, plane, 1, place, from), look(view, plane, 2, place, from),
         look(view, plane, 3, place, from), out);
}

/* V [place] = B^T d B of the 8 tiles of a strip, of one channel PLANE. */
AVX2_INLINE static void transform_input(const struct view *view, const float *plane, __m256 v[PLACES])
{
    __m256 d[4][4];
    turn_place(view, plane, 0, d[0]);
    turn_place(view, plane, 1, d[1]);
    turn_place(view, plane, 2, d[2]);
    turn_place(view, plane, 3, d[3]);
    for (int i = 0; i < 4; i++)
        turn(evens(d[0][i], d[1][i]), odds(d[0][i], d[1][i]), evens(d[2][i], d[3][i]), odds(d[2][i], d[3][i]),
             v + 4 * i);
}

/* A dy A^T of the 8 tiles of a strip, of one filter's PLANE. */
AVX2_INLINE static void transform_gradient(const struct view *view, const float *plane, __m256 m[PLACES])
{
    __m256 top_low = look(view, plane, 0, 0, 0), top_high = look(view, plane, 0, 1, 0);
    __m256 low = look(view, plane, 1, 0, 0), high = look(view, plane, 1, 1, 0);
    __m256 top_even = evens(top_low, top_high), top_odd = odds(top_low, top_high);
    __m256 bottom_even = evens(low, high), bottom_odd = odds(low, high);
    __m256 even[4] = {top_even, top_even + bottom_even, top_even - bottom_even, -bottom_even};
    __m256 odd[4] = {top_odd, top_odd + bottom_odd, top_odd - bottom_odd, -bottom_odd};
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
    for (int i = 0; i < 2; i++) {
        __m256 even = s[i][0] + s[i][1] + s[i][2] + b, odd = s[i][1] - s[i][2] - s[i][3] + b;
        __m256 out[2] = {_mm256_unpacklo_ps(even, odd), _mm256_unpackhi_ps(even, odd)};
        for (int half = 0; half < 2; half++)
            if (strip->y[half] + i < w->y.out)
                store(plane + (ptrdiff_t)(strip->y[half] + i) * w->x.out + strip->x[half],
                           w->x.out - strip->x[half], out[half]);
    }
}

/* C [m, PANEL] = (ADD: +=) A [m, k] B [k, PANEL]; the rows of A and C lie their strides apart. */
static void multiply_panel(int m, int k, const float *a, size_t a_stride, const float *b, bool add, float *c,
                           size_t c_stride)
{
    struct product product = {.m = m, .n = PANEL, .k = k, .a = a, .a_row = (ptrdiff_t)a_stride, .a_step = 1, .b = b,
                              .b_row = PANEL, .add = add, .c = c, .c_row = (ptrdiff_t)c_stride};
    product_in_place(&product);
}

/* --- passes over the strips */

AVX2 static struct view input_view(const struct winograd *w, const struct strip *strip)
{
    return view_of(strip, -w->y.before, -w->x.before, w->y.in, w->x.in, SECOND);
}

/* V [place, panel, channel, 16] of COUNT strips from FIRST on. Two strips of a channel fill a cache line. */
AVX2 static void gather_block(const struct winograd *w, const float *x, int first, int count, float *v)
{
    size_t plane = (size_t)w->y.in * w->x.in, panel = (size_t)w->channels * PANEL;
    size_t place = winograd_apart(panel * BLOCK / 2);
    for (int i = 0; i < count; i += 2, v += panel) {
        struct strip strip[2] = {strip_at(w, first + i), strip_at(w, first + i + (i + 1 < count))};
        struct view view[2] = {input_view(w, &strip[0]), input_view(w, &strip[1])};
        const float *image[2] = {x + (size_t)strip[0].row * w->channels * plane,
                                 x + (size_t)strip[1].row * w->channels * plane};
        for (int c = 0; c < w->channels; c++)
            for (int k = 0; k < 2; k++) {
                __m256 each[PLACES];
                transform_input(&view[k], image[k] + c * plane, each);
                for (int p = 0; p < PLACES; p++)
                    _mm256_storeu_ps(v + p * place + (size_t)c * PANEL + k * LANES, each[p]);
            }
    }
}

AVX2 static void finish_block(const struct winograd *w, const float *m, const float *bias, int first, int count,
                              float *y)
{
    size_t plane = (size_t)w->y.out * w->x.out, panel = (size_t)w->filters * PANEL;
    size_t place = winograd_apart(panel * BLOCK / 2);
    for (int i = 0; i < count; i += 2, m += panel) {
        int strips = i + 1 < count ? 2 : 1;
        struct strip strip[2] = {strip_at(w, first + i), strip_at(w, first + i + strips - 1)};
        for (int f = 0; f < w->filters; f++)
            for (int k = 0; k < strips; k++)
                transform_output(w, m + (size_t)f * PANEL + k * LANES, place, bias ? bias[f] : 0, &strip[k],
                                 y + ((size_t)strip[k].row * w->filters + f) * plane);
    }
}

/* U is the transformed weight. */
static void slide(const struct winograd *w, int rows, const float *x, const float *u, const float *bias,
                  float *scratch, float *y)
{
    size_t v_panel = (size_t)w->channels * PANEL, m_panel = (size_t)w->filters * PANEL;
    size_t u_place = winograd_apart((size_t)w->filters * w->channels);
    size_t v_place = winograd_apart(v_panel * BLOCK / 2), m_place = winograd_apart(m_panel * BLOCK / 2);
    float *v = scratch, *m = v + PLACES * v_place;
    int all = rows * strips_of_image(w), pairs = (all + 1) / 2;
    int start = pairs * w->part / w->parts * 2, end = pairs * (w->part + 1) / w->parts * 2;
    end = end < all ? end : all;
    for (int first = start; first < end; first += BLOCK) {
        int count = end - first < BLOCK ? end - first : BLOCK, panels = (count + 1) / 2;
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
    size_t row = 9 * (size_t)winograd->channels, place = winograd_apart((size_t)winograd->filters * winograd->channels);
    winograd_weight(w, winograd->filters, winograd->channels, row, 9, false, scratch);
    slide(winograd, rows, x, scratch, bias, scratch + PLACES * place, y);
}

/* The convolution that takes the gradient back. */
static struct winograd backward_of(const struct winograd *w)
{
    struct winograd back = {.channels = w->filters, .filters = w->channels, .y = w->y, .x = w->x,
                            .part = w->part, .parts = w->parts};
    back.y.in = w->y.out;
    back.y.out = w->y.in;
    back.y.before = 2 - w->y.before;
    back.x.in = w->x.out;
    back.x.out = w->x.in;
    back.x.before = 2 - w->x.before;
    return back;
}

/* V [place, panel of channels, tile of the chunk, 16 channels] of COUNT strips of one IMAGE. */
AVX2 static void gather_chunk(const struct winograd *w, const float *image, int first, int count, float *v)
{
    size_t plane = (size_t)w->y.in * w->x.in, panel = (size_t)chunk_of_image(w) * LANES * PANEL;
    size_t place = winograd_apart(panel * (size_t)whole_panels(w->channels) / PANEL);
    for (int i = 0; i < count; i++) {
        struct strip strip = strip_at(w, first + i);
        struct view view = input_view(w, &strip);
        for (int c = 0; c < whole_panels(w->channels); c += LANES) {
            __m256 each[LANES][PLACES];
            for (int k = 0; k < LANES; k++)
                if (c + k < w->channels)
                    transform_input(&view, image + (c + k) * plane, each[k]);
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
    size_t plane = (size_t)w->y.out * w->x.out, chunk = (size_t)chunk_of_image(w);
    size_t place = winograd_apart((size_t)w->filters * chunk * LANES);
    struct view view[CHUNK];
    for (int i = 0; i < count; i++) {
        struct strip strip = strip_at(w, first + i);
        view[i] = view_of(&strip, 0, 0, w->y.out, w->x.out, 0);
    }
    for (int f = 0; f < w->filters; f++)
        for (int i = 0; i < count; i++) {
            __m256 each[PLACES];
            transform_gradient(&view[i], image + f * plane, each);
            for (int p = 0; p < PLACES; p++)
                _mm256_storeu_ps(m + p * place + ((size_t)f * chunk + i) * LANES, each[p]);
        }
}

/* The scratch of the backward pass: du [place, filters, whole panels of channels], U of the way back, and what a
 * stretch needs. */
static size_t gradient_place(const struct winograd *w)
{
    return winograd_apart((size_t)w->filters * whole_panels(w->channels));
}

static float *back_weight(const struct winograd *w, float *scratch)
{
    return scratch + PLACES * gradient_place(w);
}

static float *back_work(const struct winograd *w, float *scratch)
{
    return back_weight(w, scratch) + PLACES * winograd_apart((size_t)w->filters * w->channels);
}

void winograd_backward_begin(const struct winograd *w, const real *weight, bool input, real *scratch)
{
    memset(scratch, 0, PLACES * gradient_place(w) * sizeof *scratch);
    if (input)
        winograd_weight(weight, w->channels, w->filters, 9, 9 * (size_t)w->channels, true, back_weight(w, scratch));
}

/* Adds to DU what one image gives. */
static void weigh(const struct winograd *w, const float *image, const float *gradient, float *work, float *du)
{
    int across = whole_panels(w->channels), panels = across / PANEL, tiles = chunk_of_image(w) * LANES;
    size_t v_place = winograd_apart((size_t)across * tiles), m_place = winograd_apart((size_t)w->filters * tiles);
    float *v = work, *m = v + PLACES * v_place;
    for (int first = 0, strips = strips_of_image(w); first < strips; first += CHUNK) {
        int count = strips - first < CHUNK ? strips - first : CHUNK;
        gather_chunk(w, image, first, count, v);
        gather_gradient(w, gradient, first, count, m);
        for (int p = 0; p < PLACES; p++)
            for (int i = 0; i < panels; i++)
                multiply_panel(w->filters, count * LANES, m + p * m_place, (size_t)tiles,
                               v + p * v_place + (size_t)i * tiles * PANEL, true,
                               du + p * gradient_place(w) + (size_t)i * PANEL, (size_t)across);
    }
}

/* The convolution of the share's filters alone. */
static struct winograd share_of(const struct winograd *w, int *first)
{
    int last;
    struct winograd share = *w;
    winograd_filters(w, first, &last);
    share.filters = last - *first;
    return share;
}

void winograd_backward_rows(const struct winograd *w, int rows, const real *x, const real *dy, real *scratch, real *dx)
{
    int filter;
    struct winograd back = backward_of(w), share = share_of(w, &filter);
    size_t plane = (size_t)w->y.out * w->x.out;
    size_t in = (size_t)w->channels * w->y.in * w->x.in, out = (size_t)w->filters * plane;
    for (int r = 0; r < rows; r++)
        weigh(&share, x + r * in, dy + r * out + filter * plane, back_work(w, scratch), scratch);
    if (dx)
        slide(&back, rows, dy, back_weight(w, scratch), NULL, back_work(w, scratch), dx);
}

void winograd_backward_end(const struct winograd *w, const real *scratch, real *dw)
{
    int filter;
    struct winograd share = share_of(w, &filter);
    winograd_weight_back(scratch, share.filters, w->channels, whole_panels(w->channels),
                       dw + (size_t)filter * w->channels * 9);
}

size_t winograd_scratch(const struct winograd *w)
{
    size_t channels = (size_t)whole_panels(w->channels), filters = (size_t)w->filters;
    size_t weights = winograd_apart(channels * filters) + winograd_apart((size_t)w->channels * filters);
    size_t strips = (size_t)(chunk_of_image(w) > BLOCK ? chunk_of_image(w) : BLOCK);
    return PLACES * (weights + winograd_apart(channels * strips * LANES) + winograd_apart(filters * strips * LANES));
}

static bool slides(const struct slide *axis)
{
    return axis->kernel == 3 && axis->stride == 1 && axis->dilation == 1 && axis->before <= 2;
}

bool winograd_suits(const struct winograd *winograd)
{
    double outputs = (double)winograd->y.out * winograd->x.out, lanes = 4.0 * LANES * strips_of_image(winograd);
    return slides(&winograd->y) && slides(&winograd->x) && winograd->channels >= PANEL && winograd->filters >= PANEL &&
           outputs * 2 > lanes;
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

void winograd_backward_begin(const struct winograd *winograd, const real *w, bool input, real *scratch)
{
    (void)winograd, (void)w, (void)input, (void)scratch;
    assert(!"suits nothing");
}

void winograd_backward_rows(const struct winograd *winograd, int rows, const real *x, const real *dy, real *scratch,
                            real *dx)
{
    (void)winograd, (void)rows, (void)x, (void)dy, (void)scratch, (void)dx;
    assert(!"suits nothing");
}

void winograd_backward_end(const struct winograd *winograd, const real *scratch, real *dw)
{
    (void)winograd, (void)scratch, (void)dw;
    assert(!"suits nothing");
}

#endif
