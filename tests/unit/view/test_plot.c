/*
 * test_plot.c: what a plot must never do, at any width: lose a spike, hide a NaN, clip without saying so. And a few
 * small plots as a person sees them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <locale.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "base/rng.h"
#include "view/plot.h"
#include "view/plot_scan.h"

enum { ABOVE = 0x25b2, BELOW = 0x25bc, NONFINITE = 0x2717 };

static struct series *series_of(int n, double (*value)(int))
{
    struct series *series = series_open(1024, NULL);
    assert_non_null(series);
    for (int i = 1; i <= n; i++)
        series_push(series, i, value(i));
    return series;
}

static struct plot plot_of(const struct series *series)
{
    return (struct plot){
        .title = "loss", .curve = {{series, "train", INK_TRAIN, false}}, .curves = 1, .y0 = NAN, .y1 = NAN};
}

static struct canvas drawn(const struct plot *plot, int width, int height, bool ascii)
{
    struct canvas canvas;
    assert_int_equal(canvas_open(&canvas, width, height, ascii, NULL), 0);
    plot_draw(plot, &canvas, (struct rect){0, 0, width, height});
    return canvas;
}

static void expect(const struct plot *plot, int width, int height, bool ascii, const char *lines)
{
    struct canvas canvas = drawn(plot, width, height, ascii);
    struct text text = {0};
    canvas_text(&canvas, &text);
    assert_string_equal(text.data, lines);
    text_free(&text);
    canvas_close(&canvas);
}

static bool says(const struct canvas *canvas, const char *words)
{
    struct text text = {0};
    canvas_text(canvas, &text);
    bool found = strstr(text.data, words) != NULL;
    text_free(&text);
    return found;
}

static int count_runes(const struct canvas *canvas, uint32_t rune)
{
    int count = 0;
    for (int i = 0; i < canvas->width * canvas->height; i++)
        count += canvas->cell[i].rune == rune;
    return count;
}

/* Whether a curve was drawn in row Y. */
static bool inked(const struct canvas *canvas, int y)
{
    for (int x = 0; x < canvas->width; x++) {
        const struct cell *cell = &canvas->cell[y * canvas->width + x];
        if (cell->rune != ' ' && (cell->ink == INK_TRAIN || cell->ink == INK_BAND))
            return true;
    }
    return false;
}

/* Cells of row Y with a dot in the topmost of their four rows. */
static int top_dots(const struct canvas *canvas, int y)
{
    int count = 0;
    for (int x = 0; x < canvas->width; x++) {
        uint32_t rune = canvas->cell[y * canvas->width + x].rune;
        count += rune > 0x2800 && rune <= 0x28ff && (rune & 0x09) != 0;
    }
    return count;
}

static double ramp(int i)
{
    return i;
}

static double spike(int i)
{
    return i == 4321 ? 100 : 1 + 0.1 * (i % 7);
}

static double flat(int i)
{
    (void)i;
    return 0.5;
}

static double alternating(int i)
{
    return i % 2 ? 1 : 3;
}

static double breaks(int i)
{
    return i == 50 || i == 51 ? NAN : i == 52 ? HUGE_VAL : 1;
}

static double with_zeros(int i)
{
    return i % 10 == 0 ? 0 : i % 10 == 5 ? -1 : i;
}

static void test_a_straight_line(void **state)
{
    (void)state;
    struct series *series = series_of(40, ramp);
    struct plot plot = plot_of(series);
    const struct plot_mark marks[] = {{0, 'z'}, {10, 'a'}, {25, 'b'}, {25.5, 'c'}};
    plot.mark = marks;
    plot.marks = 4;
    expect(&plot, 46, 8, false,
           "loss  ⠒⠒ train          min 1  max 40  last 40\n"
           " 40 ┤                                 ⣀⣀⠤⠤⠒⠒⠉⠉\n"
           "    │                        ⢀⣀⡠⠤⠔⠒⠒⠉⠉\n"
           " 20 ┤                ⣀⣀⠤⠤⠔⠒⠊⠉⠁\n"
           "    │       ⢀⣀⣀⠤⠤⠒⠒⠉⠉\n"
           "    │⣀⡠⠤⠔⠒⠊⠉⠁\n"
           "    └─────────a─────────┬─────+────┬─────────┬\n"
           "step         10        20         30        40\n");
    expect(&plot, 46, 8, true,
           "loss  ** train          min 1  max 40  last 40\n"
           " 40 +                                    *****\n"
           "    |                          **********\n"
           " 20 +               ***********\n"
           "    |     **********\n"
           "    |*****\n"
           "    +---------a---------+-----+----+---------+\n"
           "step         10        20         30        40\n");
    series_close(series);
}

static void test_before_the_first_step(void **state)
{
    (void)state;
    struct series *series = series_open(16, NULL);
    struct plot plot = plot_of(series);
    struct canvas canvas = drawn(&plot, 60, 8, false);
    assert_true(says(&canvas, "no steps yet: type `step`, `epoch` or `run`"));
    canvas_close(&canvas);
    expect(&plot, 20, 4, false, "loss  ⠒⠒ train\n no steps yet: type\n `step`, `epoch` or\n       `run`\n");
    series_close(series);
}

/* The step with the greatest value is one of thousands; the top row of the curve shows it at every width. */
static void test_a_spike_is_never_lost(void **state)
{
    (void)state;
    struct series *series = series_of(10000, spike);
    struct plot plot = plot_of(series);
    for (int log = 0; log < 2; log++)
        for (int width = 16; width <= 200; width++)
            for (int ascii = 0; ascii < 2; ascii++) {
                plot.log_y = log;
                struct canvas canvas = drawn(&plot, width, 9, ascii);
                assert_true(inked(&canvas, 1));
                assert_true(inked(&canvas, 6));
                assert_true(ascii || top_dots(&canvas, 1) >= 1);
                canvas_close(&canvas);
            }
    series_close(series);
}

static void test_what_is_not_finite_shows(void **state)
{
    (void)state;
    struct series *series = series_of(100, breaks);
    struct plot plot = plot_of(series);
    for (int width = 16; width <= 120; width++) {
        struct canvas canvas = drawn(&plot, width, 9, false);
        int signs = count_runes(&canvas, NONFINITE);
        assert_in_range(signs, 1, 4);
        assert_true(says(&canvas, width > 24 ? "3 not finite" : "loss"));
        canvas_close(&canvas);
        canvas = drawn(&plot, width, 9, true);
        assert_in_range(count_runes(&canvas, '!'), 1, 4);
        canvas_close(&canvas);
    }
    series_close(series);
}

static void test_clipped_is_marked_and_counted(void **state)
{
    (void)state;
    struct series *series = series_of(100, ramp);
    struct plot plot = plot_of(series);
    plot.y0 = 10.5;
    plot.y1 = 97.5;
    struct canvas canvas = drawn(&plot, 80, 10, false);
    assert_true(says(&canvas, "13 clipped"));
    assert_true(count_runes(&canvas, ABOVE) >= 1);
    assert_true(count_runes(&canvas, BELOW) >= 1);
    canvas_close(&canvas);
    plot.y0 = plot.y1 = NAN;
    canvas = drawn(&plot, 80, 10, false);
    assert_false(says(&canvas, "clipped"));
    assert_int_equal(count_runes(&canvas, ABOVE) + count_runes(&canvas, BELOW), 0);
    canvas_close(&canvas);
    series_close(series);
}

/* Of old steps only buckets are left: what is counted then is a bound, and says so. */
static void test_counts_of_old_steps_are_bounds(void **state)
{
    (void)state;
    struct series *series = series_of(20000, alternating);
    struct plot plot = plot_of(series);
    plot.y1 = 2;
    struct plot_scan scan;
    plot_scan(&plot, &scan);
    assert_true(scan.clipped.at_least && scan.clipped.n > 0 && scan.clipped.n <= 10000);
    series_close(series);
    series = series_of(1000, alternating); /* all of these are still there one by one */
    plot = plot_of(series);
    plot.y1 = 2;
    plot_scan(&plot, &scan);
    assert_true(!scan.clipped.at_least && scan.clipped.n == 500);
    series_close(series);
}

static void test_log_counts_what_has_no_place(void **state)
{
    (void)state;
    struct series *series = series_of(100, with_zeros);
    struct plot plot = plot_of(series);
    plot.log_y = true;
    struct plot_scan scan;
    plot_scan(&plot, &scan);
    assert_int_equal(scan.not_positive.n, 20);
    assert_int_equal(scan.clipped.n, 0);
    assert_true(scan.min == -1 && scan.max == 99 && scan.low == 1 && scan.high == 99);
    struct canvas canvas = drawn(&plot, 80, 10, false);
    assert_true(says(&canvas, "20 not above 0"));
    assert_true(count_runes(&canvas, BELOW) > 0);
    canvas_close(&canvas);
    series_close(series);
}

static void test_validation_stays_above_the_band(void **state)
{
    (void)state;
    struct series *train = series_of(5000, alternating), *validation = series_open(16, NULL);
    for (int i = 500; i <= 5000; i += 500)
        series_push(validation, i, 2.4);
    struct plot plot = plot_of(train);
    plot.curve[1] = (struct plot_curve){validation, "val", INK_VALIDATION, true};
    plot.curves = 2;
    struct canvas canvas = drawn(&plot, 80, 12, false);
    int row = -1, shown = 0;
    for (int y = 1; y < 10; y++)
        for (int x = 5; x < 80; x++)
            if (canvas.cell[y * 80 + x].ink == INK_VALIDATION && canvas.cell[y * 80 + x].rune != ' ') {
                assert_true(row == -1 || row == y);
                row = y;
                shown++;
            }
    assert_true(shown >= 65); /* without a gap from step 500 on */
    canvas_close(&canvas);
    series_close(train);
    series_close(validation);
}

/* Where two curves coincide, both inks are seen. */
static void test_curves_that_coincide_take_turns(void **state)
{
    (void)state;
    struct series *series = series_of(200, flat);
    struct plot plot = plot_of(series);
    plot.curve[1] = (struct plot_curve){series, "val", INK_VALIDATION, false};
    plot.curves = 2;
    struct canvas canvas = drawn(&plot, 60, 9, false);
    int inks[INK_RAMP] = {0};
    for (int i = 60; i < 60 * 7; i++)
        if (canvas.cell[i].rune >= 0x2800 && canvas.cell[i].rune <= 0x28ff)
            inks[canvas.cell[i].ink]++;
    assert_true(inks[INK_TRAIN] >= 20 && inks[INK_VALIDATION] >= 20);
    canvas_close(&canvas);
    canvas_open(&canvas, 60, 9, false, NULL); /* without colours the second has a shape of its own */
    canvas.plain = true;
    plot_draw(&plot, &canvas, (struct rect){0, 0, 60, 9});
    assert_true(count_runes(&canvas, 'o') >= 20);
    canvas_close(&canvas);
    series_close(series);
}

static void test_legend_counts_the_curves_it_leaves_out(void **state)
{
    (void)state;
    struct series *series = series_of(20, ramp);
    struct plot plot = plot_of(series);
    plot.curves = 12;
    for (int k = 0; k < plot.curves; k++)
        plot.curve[k] = (struct plot_curve){series, "layer", INK_RAMP, false};
    struct canvas canvas = drawn(&plot, 60, 8, false);
    assert_true(says(&canvas, "loss  ⠒⠒ layer  ⠒⠒ layer  ⠒⠒ layer  ⠒⠒ layer  ⠒⠒ layer  +7\n"));
    canvas_close(&canvas);
    canvas = drawn(&plot, 160, 8, false);
    assert_false(says(&canvas, "+"));
    canvas_close(&canvas);
    series_close(series);
}

static void test_any_size_stays_in_its_place(void **state)
{
    (void)state;
    struct series *series = series_of(300, breaks);
    struct plot plot = plot_of(series);
    for (int width = 0; width <= 60; width++)
        for (int height = 0; height <= 14; height++) {
            struct canvas canvas;
            canvas_open(&canvas, width + 4, height + 4, false, NULL);
            plot.log_y = (width + height) % 2;
            plot_draw(&plot, &canvas, (struct rect){2, 2, width, height});
            for (int y = 0; y < canvas.height; y++)
                for (int x = 0; x < canvas.width; x++)
                    if (x < 2 || y < 2 || x >= width + 2 || y >= height + 2)
                        assert_int_equal(canvas.cell[y * canvas.width + x].rune, ' ');
            canvas_close(&canvas);
        }
    series_close(series);
}

static void check_ticks(double low, double high, int max, bool log)
{
    double at[64];
    int n = plot_ticks(low, high, max, log, at);
    assert_in_range(n, 0, max);
    if (max >= 2)
        assert_true(n >= 1);
    for (int i = 0; i < n; i++) {
        assert_true(at[i] >= low - (high - low) * 1e-6 && at[i] <= high + (high - low) * 1e-6);
        if (i > 0) {
            assert_true(at[i] > at[i - 1]);
            assert_string_not_equal(plot_tick_label(at, n, i).s, plot_tick_label(at, n, i - 1).s);
        }
    }
}

static void test_ticks_are_round(void **state)
{
    (void)state;
    double at[64];
    assert_int_equal(plot_ticks(0, 1, 6, false, at), 6);
    assert_true(at[3] == 0.6);
    assert_int_equal(plot_ticks(0.013, 2.41, 3, true, at), 2);
    assert_true(at[0] == 0.1 && at[1] == 1);
    assert_int_equal(plot_ticks(1, 100, 8, true, at), 7);
    assert_int_equal(plot_ticks(1e-12, 1, 4, true, at), 4);
    struct rng rng = rng_start(3, RNG_TEST, 0, 0);
    for (int i = 0; i < 20000; i++) {
        double low = pow(10, rng_uniform(&rng) * 16 - 8), span = pow(10, rng_uniform(&rng) * 10 - 5);
        check_ticks(low, low * (1 + span), 1 + (int)rng_below(&rng, 20), i % 2);
        check_ticks(-low, low * span, 1 + (int)rng_below(&rng, 20), false);
    }
}

/* Samples at powers of ten: the axis names the powers, and nothing stands between them. */
static void test_powers_of_ten_along_x(void **state)
{
    (void)state;
    struct series *series = series_open(64, NULL);
    for (int i = 0; i <= 40; i++)
        series_push(series, -4 + i * 0.1, 41 - i);
    struct plot plot = plot_of(series);
    struct text text = {0};
    plot.log_x = true;
    plot.x_name = "rate";
    plot_text(&plot, true, 50, 6, &text);
    const char *labels = strstr(text.data, "rate");
    assert_non_null(labels);
    assert_string_equal(labels, "rate 1e-4                1e-2                  1e0\n");
    text_free(&text);
    series_close(series);
}

int main(void)
{
    setlocale(LC_CTYPE, "C.UTF-8");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_straight_line),
        cmocka_unit_test(test_before_the_first_step),
        cmocka_unit_test(test_a_spike_is_never_lost),
        cmocka_unit_test(test_what_is_not_finite_shows),
        cmocka_unit_test(test_clipped_is_marked_and_counted),
        cmocka_unit_test(test_counts_of_old_steps_are_bounds),
        cmocka_unit_test(test_log_counts_what_has_no_place),
        cmocka_unit_test(test_validation_stays_above_the_band),
        cmocka_unit_test(test_curves_that_coincide_take_turns),
        cmocka_unit_test(test_legend_counts_the_curves_it_leaves_out),
        cmocka_unit_test(test_any_size_stays_in_its_place),
        cmocka_unit_test(test_ticks_are_round),
        cmocka_unit_test(test_powers_of_ten_along_x),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
