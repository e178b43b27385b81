/*
 * test_images.c: layers of images in float: convolution against its definition, on images so large that they are worked
 * through in stretches too; the conventions of pooling; how values move; which shapes are refused, and in which words.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "dnn/kernel.h"
#include "dnn/net.h"
#include "layer_driver.h"

static struct driver opened(const char *spec, struct shape in, int rows, int ranks)
{
    char line[120], *words[12];
    struct layer layer;
    struct driver d;
    struct err err;
    snprintf(line, sizeof line, "%s", spec);
    int count = text_split(line, words, 12);
    if (layer_parse(count, words, &layer, &err))
        fail_msg("%s: %s", spec, err.message);
    assert_true(driver_open(&d, &layer, in, rows, ranks));
    return d;
}

static struct shape image(int channels, int height, int width)
{
    return (struct shape){.rank = 3, .dim = {channels, height, width}};
}

static void is_shape(const struct driver *d, const char *want)
{
    struct text got = {0};
    shape_print(&d->layer.out, &got);
    assert_string_equal(got.data, want);
    text_free(&got);
}

/* --- convolution by its definition, in double */

struct sums {
    double *y, *dx, *dw;
};

struct convolution {
    int rows, channels, height, width, filters, out_height, out_width;
    int kernel[2], stride[2], before[2], dilation[2], groups;
};

/* One output value: what it is, and what it gives back to each input and weight. */
static void define_output(const struct convolution *c, const struct driver *d, int row, int filter, int oy, int ox,
                          struct sums *sums)
{
    int group_in = c->channels / c->groups, first = filter / (c->filters / c->groups) * group_in;
    size_t out = (((size_t)row * c->filters + filter) * c->out_height + oy) * c->out_width + ox;
    sums->y[out] = d->needs.params > 1 ? d->param[1][filter] : 0;
    for (int channel = 0; channel < group_in; channel++)
        for (int ty = 0; ty < c->kernel[0]; ty++)
            for (int tx = 0; tx < c->kernel[1]; tx++) {
                int iy = oy * c->stride[0] + ty * c->dilation[0] - c->before[0];
                int ix = ox * c->stride[1] + tx * c->dilation[1] - c->before[1];
                if (iy < 0 || iy >= c->height || ix < 0 || ix >= c->width)
                    continue;
                size_t in = (((size_t)row * c->channels + first + channel) * c->height + iy) * c->width + ix;
                size_t w = (((size_t)filter * group_in + channel) * c->kernel[0] + ty) * c->kernel[1] + tx;
                sums->y[out] += (double)d->x[in] * d->param[0][w];
                sums->dx[in] += (double)d->dy[out] * d->param[0][w];
                sums->dw[w] += (double)d->dy[out] * d->x[in];
            }
}

static void close_to(const char *spec, const char *what, const double *want, const real *got, size_t n)
{
    double scale = 0;
    for (size_t i = 0; i < n; i++)
        scale = fmax(scale, fabs(want[i]));
    for (size_t i = 0; i < n; i++)
        if (!(fabs(got[i] - want[i]) <= 1e-5 * scale))
            fail_msg("%s: %s[%zu] is %.9g, by definition %.9g", spec, what, i, got[i], want[i]);
}

static void check_weight_gradient(const char *spec, const struct driver *d, const double *want, size_t weights)
{
    real *dw = driver_values(weights, 0);
    for (size_t i = 0; i < weights; i++)
        dw[i] = (real)driver_gradient(d, 0, i);
    close_to(spec, "dw", want, dw, weights);
    free(dw);
}

static void check_definition(const char *spec, struct convolution c, int ranks, bool by_places, struct rng *rng)
{
    struct driver d = opened(spec, image(c.channels, c.height, c.width), c.rows, ranks);
    d.by_units = by_places;
    c.filters = d.layer.out.dim[0];
    c.out_height = d.layer.out.dim[1];
    c.out_width = d.layer.out.dim[2];
    size_t in = d.in * (size_t)c.rows, out = d.out * (size_t)c.rows, weights = driver_param_count(&d, 0);
    driver_draw(rng, d.x, in);
    driver_draw(rng, d.dy, out);
    for (int k = 0; k < d.needs.params; k++)
        driver_draw(rng, d.param[k], driver_param_count(&d, k));
    struct sums sums = {calloc(out, sizeof(double)), calloc(in, sizeof(double)), calloc(weights, sizeof(double))};
    for (int row = 0; row < c.rows; row++)
        for (int filter = 0; filter < c.filters; filter++)
            for (int oy = 0; oy < c.out_height; oy++)
                for (int ox = 0; ox < c.out_width; ox++)
                    define_output(&c, &d, row, filter, oy, ox, &sums);
    driver_forward(&d);
    driver_backward(&d);
    close_to(spec, "y", sums.y, d.y, out);
    close_to(spec, "dx", sums.dx, d.dx, in);
    check_weight_gradient(spec, &d, sums.dw, weights);
    /* as the first layer of a network, whose input no one asks the gradient of */
    real *dx = d.dx;
    d.dx = NULL;
    driver_backward(&d);
    check_weight_gradient(spec, &d, sums.dw, weights);
    d.dx = dx;
    free(sums.y);
    free(sums.dx);
    free(sums.dw);
    driver_close(&d);
}

static void convolution_is_what_its_definition_says(void **state)
{
    (void)state;
    static const struct {
        const char *spec;
        struct convolution c;
    } cases[] = {
        /* 16 * 9 taps by 80 or 40 columns: 5 or 11 rows at a time */
        {"conv 3 3x3",
         {1, 16, 70, 80, .kernel = {3, 3}, .stride = {1, 1}, .before = {1, 1}, .dilation = {1, 1}, .groups = 1}},
        {"conv 2 3x3 stride=2 padding=0x2",
         {2, 16, 70, 80, .kernel = {3, 3}, .stride = {2, 2}, .before = {0, 2}, .dilation = {1, 1}, .groups = 1}},
        /* 200 * 9 taps by 50 columns: a row at a time, though it is more than the stretch should be */
        {"conv 2 3x3",
         {1, 200, 4, 50, .kernel = {3, 3}, .stride = {1, 1}, .before = {1, 1}, .dilation = {1, 1}, .groups = 1}},
        {"conv 8 5x2 dilation=2x3 groups=4 bias=off",
         {3, 4, 9, 11, .kernel = {5, 2}, .stride = {1, 1}, .before = {4, 1}, .dilation = {2, 3}, .groups = 4}},
        {"conv 6 1", {3, 5, 6, 7, .kernel = {1, 1}, .stride = {1, 1}, .dilation = {1, 1}, .groups = 1}},
        {"conv 6 1 groups=2", {3, 4, 6, 7, .kernel = {1, 1}, .stride = {1, 1}, .dilation = {1, 1}, .groups = 2}},
        {"conv 6 1 padding=1",
         {2, 5, 6, 7, .kernel = {1, 1}, .stride = {1, 1}, .before = {1, 1}, .dilation = {1, 1}, .groups = 1}},
        {"conv 2 7x7 padding=9 stride=4",
         {2, 3, 2, 3, .kernel = {7, 7}, .stride = {4, 4}, .before = {9, 9}, .dilation = {1, 1}, .groups = 1}},
        /* 3x3 at stride 1 with 16 channels and filters or more may take a road of its own (winograd.h) */
        {"conv 16 3x3",
         {3, 16, 14, 14, .kernel = {3, 3}, .stride = {1, 1}, .before = {1, 1}, .dilation = {1, 1}, .groups = 1}},
        {"conv 23 3x3 bias=off",
         {2, 19, 17, 13, .kernel = {3, 3}, .stride = {1, 1}, .before = {1, 1}, .dilation = {1, 1}, .groups = 1}},
        {"conv 16 3x3 valid",
         {1, 33, 3, 34, .kernel = {3, 3}, .stride = {1, 1}, .before = {0, 0}, .dilation = {1, 1}, .groups = 1}},
        {"conv 21 3x3 padding=2x1",
         {2, 16, 1, 47, .kernel = {3, 3}, .stride = {1, 1}, .before = {2, 1}, .dilation = {1, 1}, .groups = 1}},
        {"conv 17 3x3 padding=0x2",
         {3, 18, 8, 9, .kernel = {3, 3}, .stride = {1, 1}, .before = {0, 2}, .dilation = {1, 1}, .groups = 1}},
        {"conv 16 3x3 padding=5x3",
         {1, 16, 2, 20, .kernel = {3, 3}, .stride = {1, 1}, .before = {5, 3}, .dilation = {1, 1}, .groups = 1}},
        /* of which a strip may end in one row and go on in the next, or have no second half */
        {"conv 16 3x3",
         {3, 16, 6, 24, .kernel = {3, 3}, .stride = {1, 1}, .before = {1, 1}, .dilation = {1, 1}, .groups = 1}},
        {"conv 17 3x3",
         {2, 20, 7, 7, .kernel = {3, 3}, .stride = {1, 1}, .before = {1, 1}, .dilation = {1, 1}, .groups = 1}},
        {"conv 16 3x3 padding=2x0",
         {5, 16, 5, 7, .kernel = {3, 3}, .stride = {1, 1}, .before = {2, 0}, .dilation = {1, 1}, .groups = 1}},
        {"conv 18 3x3",
         {2, 16, 5, 37, .kernel = {3, 3}, .stride = {1, 1}, .before = {1, 1}, .dilation = {1, 1}, .groups = 1}},
        /* so may few channels at stride 1 (direct.h) */
        {"conv 9 3x3",
         {3, 1, 7, 28, .kernel = {3, 3}, .stride = {1, 1}, .before = {1, 1}, .dilation = {1, 1}, .groups = 1}},
        {"conv 16 3x3 bias=off",
         {2, 3, 5, 33, .kernel = {3, 3}, .stride = {1, 1}, .before = {1, 1}, .dilation = {1, 1}, .groups = 1}},
        {"conv 7 3x3",
         {2, 4, 4, 12, .kernel = {3, 3}, .stride = {1, 1}, .before = {1, 1}, .dilation = {1, 1}, .groups = 1}},
        {"conv 6 3x3",
         {2, 2, 3, 8, .kernel = {3, 3}, .stride = {1, 1}, .before = {1, 1}, .dilation = {1, 1}, .groups = 1}},
        {"conv 5 5x3 dilation=2x3 valid",
         {1, 4, 10, 22, .kernel = {5, 3}, .stride = {1, 1}, .before = {0, 0}, .dilation = {2, 3}, .groups = 1}},
        {"conv 3 2x5 padding=1x9",
         {2, 2, 1, 2, .kernel = {2, 5}, .stride = {1, 1}, .before = {1, 9}, .dilation = {1, 1}, .groups = 1}},
    };
    struct rng rng = rng_start(11, RNG_TEST, 0, 0);
    enum kernel_width before = kernel_width;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        for (int ranks = 1; ranks <= 3; ranks++) {
            check_definition(cases[i].spec, cases[i].c, ranks, false, &rng);
            check_definition(cases[i].spec, cases[i].c, ranks, true, &rng);
            kernel_choose(KERNEL_PORTABLE);
            check_definition(cases[i].spec, cases[i].c, ranks, false, &rng);
            check_definition(cases[i].spec, cases[i].c, ranks, true, &rng);
            kernel_choose(before);
        }
}

static void outputs_have_the_sizes_they_should(void **state)
{
    (void)state;
    static const struct {
        const char *spec;
        struct shape in;
        const char *out;
    } cases[] = {
        {"conv 8 3x3", {3, {3, 28, 28}}, "8x28x28"}, {"conv 8 2x2", {3, {3, 5, 6}}, "8x5x6"},
        {"conv 8 3x3 stride=2", {3, {3, 28, 27}}, "8x14x14"}, {"conv 8 2 stride=2", {3, {3, 7, 6}}, "8x4x3"},
        {"conv 8 3x5 valid", {3, {3, 9, 9}}, "8x7x5"}, {"conv 8 3 padding=2x0", {3, {3, 4, 4}}, "8x6x2"},
        {"conv 8 3 valid dilation=3", {3, {3, 7, 8}}, "8x1x2"}, {"pool max 2", {3, {3, 5, 4}}, "3x2x2"},
        {"pool avg 3 stride=2 padding=1", {3, {3, 5, 6}}, "3x3x3"}, {"pool max 1x4", {3, {3, 5, 4}}, "3x5x1"},
        {"gap", {3, {3, 5, 4}}, "3"}, {"flatten", {3, {3, 5, 4}}, "60"}, {"reshape 4x15", {3, {3, 5, 4}}, "4x15"},
        {"reshape 3x4x1", {1, {12}}, "3x4x1"}, {"permute 2x0x1", {3, {28, 27, 3}}, "3x28x27"},
        {"dense 7", {3, {2, 3, 4}}, "7"}, {"bn", {3, {3, 5, 4}}, "3x5x4"}, {"dropout2d", {3, {3, 5, 4}}, "3x5x4"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct driver d = opened(cases[i].spec, cases[i].in, 1, 1);
        is_shape(&d, cases[i].out);
        driver_close(&d);
    }
}

static void operations_and_parameters_are_counted(void **state)
{
    (void)state;
    struct driver d = opened("conv 64 3x5 groups=2", image(32, 14, 14), 1, 1);
    assert_true(d.layer.kind->flops(&d.layer) == (2.0 * 16 * 15 + 1) * 64 * 14 * 14);
    assert_int_equal(driver_param_count(&d, 0), 64 * 16 * 15);
    assert_int_equal(d.needs.param[0].fan_in, 16 * 15);
    assert_int_equal(d.needs.param[0].fan_out, 32 * 15);
    driver_close(&d);
    d = opened("pool max 3 stride=2", image(2, 9, 9), 1, 1);
    assert_true(d.layer.kind->flops(&d.layer) == 9 * 2 * 4 * 4);
    driver_close(&d);
}

/* --- pooling */

static void the_first_of_equal_maxima_takes_the_gradient(void **state)
{
    (void)state;
    struct driver d = opened("pool max 2", image(1, 2, 2), 1, 1);
    static const real x[] = {1, 3, 3, 3}, want[] = {0, 5, 0, 0};
    memcpy(d.x, x, sizeof x);
    d.dy[0] = 5;
    driver_forward(&d);
    driver_backward(&d);
    assert_true(d.y[0] == 3);
    assert_memory_equal(d.dx, want, sizeof want);
    driver_close(&d);
}

static void a_maximum_sees_no_padding_but_a_mean_counts_it(void **state)
{
    (void)state;
    struct driver d = opened("pool max 2 padding=1", image(1, 2, 2), 1, 1);
    for (int i = 0; i < 4; i++)
        d.x[i] = (real)-1 - (real)i;
    driver_forward(&d);
    for (int i = 0; i < 4; i++)
        assert_true(d.y[i] == d.x[i]);
    driver_close(&d);
    d = opened("pool avg 2 padding=1", image(1, 2, 2), 1, 1);
    for (int i = 0; i < 4; i++)
        d.x[i] = 8;
    driver_forward(&d);
    for (int i = 0; i < 4; i++)
        assert_true(d.y[i] == 2);
    driver_close(&d);
}

static void check_tiles_at_every_width(bool by_places)
{
    struct rng rng = rng_start(12, RNG_TEST, 0, 0);
    for (int width = 1; width <= 19; width++) {
        struct driver d = opened("pool max 2", image(3, 4, 2 * width), 5, 2);
        d.by_units = by_places;
        size_t in = d.in * (size_t)d.rows, out = d.out * (size_t)d.rows;
        real *dx = driver_values(in, 0);
        driver_draw(&rng, d.dy, out);
        for (size_t i = 0; i < in; i++)
            d.x[i] = rng_below(&rng, 40) ? (real)rng_below(&rng, 5) : (real)NAN;
        driver_forward(&d);
        driver_backward(&d);
        for (size_t o = 0; o < out; o++) {
            size_t corner = o / (size_t)width * 4 * (size_t)width + o % (size_t)width * 2, best = corner;
            size_t place[] = {corner + 1, corner + 2 * (size_t)width, corner + 2 * (size_t)width + 1};
            for (int i = 0; i < 3; i++)
                if (!isnan(d.x[best]) && !(d.x[place[i]] <= d.x[best]))
                    best = place[i];
            dx[best] = d.dy[o];
            assert_memory_equal(&d.y[o], &d.x[best], sizeof(real));
        }
        assert_memory_equal(d.dx, dx, in * sizeof *dx);
        free(dx);
        driver_close(&d);
    }
}

/* Windows of 2x2 that tile an image may take a road of their own (pool_pairs.h): every width has its own ends. */
static void maxima_of_tiles_are_the_greatest_at_every_width(void **state)
{
    (void)state;
    enum kernel_width before = kernel_width;
    check_tiles_at_every_width(false);
    check_tiles_at_every_width(true);
    kernel_choose(KERNEL_PORTABLE);
    check_tiles_at_every_width(false);
    check_tiles_at_every_width(true);
    kernel_choose(before);
}

static void overlapping_maxima_add_their_gradients(void **state)
{
    (void)state;
    struct driver d = opened("pool max 1x2 stride=1", image(1, 1, 3), 1, 1);
    static const real x[] = {1, 7, 2}, want[] = {0, 30, 0};
    memcpy(d.x, x, sizeof x);
    d.dy[0] = 10;
    d.dy[1] = 20;
    driver_forward(&d);
    driver_backward(&d);
    assert_memory_equal(d.dx, want, sizeof want);
    driver_close(&d);
}

static void a_nan_is_the_greatest_and_takes_the_gradient(void **state)
{
    (void)state;
    struct driver d = opened("pool max 2", image(1, 2, 4), 1, 1);
    static const real x[] = {1, 2, 3, 4, NAN, 5, 6, 7}, want[] = {0, 0, 0, 0, 10, 0, 0, 20};
    memcpy(d.x, x, sizeof x);
    d.dy[0] = 10;
    d.dy[1] = 20;
    driver_forward(&d);
    driver_backward(&d);
    assert_true(isnan(d.y[0]) && d.y[1] == 7);
    assert_memory_equal(d.dx, want, sizeof want);
    driver_close(&d);
}

/* --- values that move, or do not */

static void permute_moves_values_and_reshape_does_not(void **state)
{
    (void)state;
    struct driver d = opened("permute 2x0x1", image(2, 3, 2), 1, 1);
    static const real moved[] = {0, 2, 4, 6, 8, 10, 1, 3, 5, 7, 9, 11}; /* HxWxC to CxHxW */
    for (int i = 0; i < 12; i++)
        d.x[i] = (real)i;
    driver_forward(&d);
    assert_memory_equal(d.y, moved, sizeof moved);
    memcpy(d.dy, moved, sizeof moved);
    driver_backward(&d);
    assert_memory_equal(d.dx, d.x, sizeof moved);
    driver_close(&d);
    d = opened("reshape 2x2x3", image(2, 3, 2), 1, 1);
    for (int i = 0; i < 12; i++)
        d.x[i] = (real)i;
    driver_forward(&d);
    assert_memory_equal(d.y, d.x, 12 * sizeof(real));
    driver_close(&d);
}

static void dropout2d_drops_whole_channels(void **state)
{
    (void)state;
    enum { CHANNELS = 500, ROWS = 10, PLANE = 6 };
    struct driver d = opened("dropout2d 0.25", image(CHANNELS, 2, 3), ROWS, 3);
    for (int i = 0; i < CHANNELS * ROWS * PLANE; i++)
        d.x[i] = 3;
    driver_forward(&d);
    int dropped = 0, alike = 0;
    for (int i = 0; i < CHANNELS * ROWS; i++) {
        alike += i > 0 && d.y[i * PLANE] == d.y[(i - 1) * PLANE];
        for (int k = 0; k < PLANE; k++)
            assert_true(d.y[i * PLANE + k] == d.y[i * PLANE] && (d.y[i * PLANE] == 0 || d.y[i * PLANE] == 4));
        dropped += d.y[i * PLANE] == 0;
    }
    assert_true(fabs(dropped - 0.25 * CHANNELS * ROWS) < 4 * sqrt(0.25 * 0.75 * CHANNELS * ROWS));
    /* Neighbours are independent: alike with probability 0.25^2 + 0.75^2 (and those pairs nearly so of each other). */
    assert_true(fabs(alike - 0.625 * CHANNELS * ROWS) < 6 * sqrt(0.625 * 0.375 * CHANNELS * ROWS));
    driver_close(&d);
}

/* --- refusals */

static void refusals_name_the_layer_the_shape_and_what_is_needed(void **state)
{
    (void)state;
    static const struct {
        const char *spec;
        struct shape in;
        const char *want;
    } cases[] = {
        {"conv 4 3x3, relu, conv 8 3x3 valid", {3, {1, 2, 2}},
         "conv2: 3x3 kernel with padding valid on 4x2x2: the output would have no rows"},
        {"conv 4 1x3 padding=0 dilation=2", {3, {1, 2, 4}},
         "conv1: 1x3 kernel with dilation 2x2 with padding 0x0 on 1x2x4: the output would have no columns"},
        {"dense 64, conv 4 3x3", {1, {5}},
         "conv1: conv takes images (channels x height x width), not 64; `reshape CxHxW` before it makes them"},
        {"conv 6 3x3 groups=2", {3, {3, 8, 8}},
         "conv1: groups=2 must divide the 3 channels that come in and the 6 filters"},
        {"conv 5 3x3 groups=2", {3, {4, 8, 8}},
         "conv1: groups=2 must divide the 4 channels that come in and the 5 filters"},
        {"pool max 3", {3, {4, 2, 5}}, "pool1: 3x3 window with padding 0x0 on 4x2x5: the output would have no rows"},
        {"pool avg 2 padding=2", {3, {4, 8, 8}}, "pool1: padding 2x2 is more than half of the 2x2 window"},
        {"pool max 2", {1, {64}},
         "pool1: pool takes images (channels x height x width), not 64; `reshape CxHxW` before it makes them"},
        {"gap", {1, {64}},
         "gap1: gap takes images (channels x height x width), not 64; `reshape CxHxW` before it makes them"},
        {"reshape 3x4x5", {3, {3, 5, 5}}, "reshape1: 3x4x5 has 60 values, but 3x5x5, which comes in, has 75"},
        {"permute 2x0x1", {2, {3, 5}},
         "permute1: permute takes images (channels x height x width), not 3x5; `reshape CxHxW` before it makes them"},
        {"dropout2d", {1, {5}},
         "drop1: dropout2d takes images (channels x height x width), not 5; `reshape CxHxW` before it makes them"},
        {"conv 65536 1024x1024", {3, {8, 8, 8}},
         "conv1: 1024x1024 kernel with padding same on 8x8x8: too large: more than 2^31 weights or outputs"},
    };
    static struct topology top;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct err err = {0};
        assert_int_equal(topology_parse(cases[i].spec, 3, &top, &err), 0);
        assert_null(net_open(&top, &cases[i].in, &err));
        assert_string_equal(err.message, cases[i].want);
    }
}

static void networks_of_images_print_as_they_were_typed(void **state)
{
    (void)state;
    static const char *const specs[] = {
        "conv 64 3x3, bn, relu, pool max 2, conv 128 3, pool avg 3x2 stride=2x1, dropout2d rate=0.2, flatten, "
        "dense 128",
        "reshape 3x32x32, permute 2x0x1, conv 8 5x3 stride=2 padding=valid dilation=1x2 groups=2 bias=off, gap"};
    static struct topology top;
    for (size_t i = 0; i < sizeof specs / sizeof specs[0]; i++) {
        struct err err = {0};
        struct text out = {0};
        assert_int_equal(topology_parse(specs[i], 3, &top, &err), 0);
        topology_print(&top, &out);
        assert_string_equal(out.data, specs[i]);
        text_free(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(convolution_is_what_its_definition_says),
        cmocka_unit_test(outputs_have_the_sizes_they_should),
        cmocka_unit_test(operations_and_parameters_are_counted),
        cmocka_unit_test(the_first_of_equal_maxima_takes_the_gradient),
        cmocka_unit_test(a_maximum_sees_no_padding_but_a_mean_counts_it),
        cmocka_unit_test(maxima_of_tiles_are_the_greatest_at_every_width),
        cmocka_unit_test(overlapping_maxima_add_their_gradients),
        cmocka_unit_test(a_nan_is_the_greatest_and_takes_the_gradient),
        cmocka_unit_test(permute_moves_values_and_reshape_does_not),
        cmocka_unit_test(dropout2d_drops_whole_channels),
        cmocka_unit_test(refusals_name_the_layer_the_shape_and_what_is_needed),
        cmocka_unit_test(networks_of_images_print_as_they_were_typed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
