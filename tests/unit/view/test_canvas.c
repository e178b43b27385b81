/* test_canvas.c: cells, clipping, wide runes, wrapping and bars. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <locale.h>
#include <string.h>

#include "base/rng.h"
#include "view/canvas.h"
#include "view/palette.h"

static struct canvas canvas_of(int width, int height, bool ascii)
{
    struct canvas canvas;
    struct err err;
    assert_int_equal(canvas_open(&canvas, width, height, ascii, &err), 0);
    return canvas;
}

static void expect(const struct canvas *canvas, const char *lines)
{
    struct text text = {0};
    canvas_text(canvas, &text);
    assert_string_equal(text.data, lines);
    text_free(&text);
}

static void test_text_has_no_trailing_blanks(void **state)
{
    (void)state;
    struct canvas canvas = canvas_of(6, 3, false);
    assert_int_equal(canvas_print(&canvas, 1, 0, 5, INK_TEXT, "a%d", 7), 2);
    canvas_put(&canvas, 5, 2, 0x2800, INK_TRAIN); /* an empty braille cell is a blank */
    expect(&canvas, " a7\n\n\n");
    canvas_close(&canvas);
}

static void test_print_cuts_with_an_ellipsis(void **state)
{
    (void)state;
    struct canvas canvas = canvas_of(8, 2, false);
    assert_int_equal(canvas_print(&canvas, 0, 0, 5, INK_TEXT, "abcdef"), 5);
    assert_int_equal(canvas_print(&canvas, 0, 1, 6, INK_TEXT, "abcdef"), 6);
    expect(&canvas, "abcd…\nabcdef\n");
    canvas_close(&canvas);
    canvas = canvas_of(8, 1, true);
    canvas_print(&canvas, 0, 0, 5, INK_TEXT, "é→cdef");
    expect(&canvas, "?>cd~\n");
    canvas_close(&canvas);
}

static void test_wide_runes_take_two_cells(void **state)
{
    (void)state;
    struct canvas canvas = canvas_of(6, 1, false);
    assert_int_equal(canvas_print(&canvas, 0, 0, 6, INK_TEXT, "日本x"), 5);
    assert_int_equal(canvas.cell[1].rune, 0);
    expect(&canvas, "日本x\n");
    canvas_put(&canvas, 1, 0, '|', INK_TEXT); /* half of a wide rune cannot stay */
    expect(&canvas, " |本x\n");
    canvas_put(&canvas, 5, 0, 0x65e5, INK_TEXT); /* no room for its other half */
    expect(&canvas, " |本x\n");
    canvas_close(&canvas);
}

static void test_drawing_never_leaves_the_canvas(void **state)
{
    (void)state;
    struct rng rng = rng_start(1, RNG_TEST, 0, 0);
    static const uint32_t runes[] = {'a', 0x2588, 0x65e5, 0x28ff, 0x10ffff, 0, '\n', 0x0301, 0x9b};
    for (int round = 0; round < 400; round++) {
        struct canvas canvas = canvas_of((int)rng_below(&rng, 12), (int)rng_below(&rng, 5), round % 2);
        for (int i = 0; i < 60; i++) {
            int x = (int)rng_below(&rng, 40) - 20, y = (int)rng_below(&rng, 20) - 10;
            canvas_put(&canvas, x, y, runes[rng_below(&rng, 9)], INK_TEXT);
            canvas_print(&canvas, x, y, (int)rng_below(&rng, 30) - 5, INK_DIM, "日 wide \xff\xe2 and long %d", i);
            canvas_bar(&canvas, x, y, (int)rng_below(&rng, 30) - 5, rng_uniform(&rng) * 3 - 1, INK_RAMP);
        }
        for (int i = 0; i < canvas.width * canvas.height; i++) {
            uint32_t rune = canvas.cell[i].rune;
            assert_true(rune == 0 || rune >= ' ');
            if (canvas.ascii)
                assert_true(rune >= ' ' && rune < 127);
        }
        canvas_close(&canvas);
    }
}

static void test_bars_grow_with_the_fraction(void **state)
{
    (void)state;
    for (int ascii = 0; ascii < 2; ascii++) {
        int before = -1;
        for (int i = 0; i <= 200; i++) {
            struct canvas canvas = canvas_of(7, 1, ascii);
            canvas_bar(&canvas, 0, 0, 7, i / 200.0, INK_TEXT);
            int length = 0; /* in eighths */
            for (int x = 0; x < 7; x++) {
                uint32_t rune = canvas.cell[x].rune;
                length += rune == '#' ? 8 : rune == ' ' ? 0 : (int)(0x2590 - rune);
            }
            assert_true(length >= before);
            assert_int_equal(length == 0, i == 0);
            before = length;
            canvas_close(&canvas);
        }
        assert_int_equal(before, 56);
    }
}

static void test_wrap(void **state)
{
    (void)state;
    assert_int_equal(canvas_wrap("", 4), 0);
    assert_int_equal(canvas_wrap("abc", 3), 3);
    assert_int_equal(canvas_wrap("ab cd", 4), 2);
    assert_int_equal(canvas_wrap("ab cd ef", 5), 5);
    assert_int_equal(canvas_wrap("abcdef", 4), 4);
    assert_int_equal(canvas_wrap("  abcdef", 4), 4); /* blanks that begin a line are no place to break */
    assert_int_equal(canvas_wrap("日本", 1), strlen("日"));
}

static double lightness(int colour)
{
    static const int levels[] = {0, 95, 135, 175, 215, 255};
    int c = colour - 16;
    if (colour >= 232)
        return 8 + 10 * (colour - 232); /* the greys */
    return 0.2126 * levels[c / 36] + 0.7152 * levels[c / 6 % 6] + 0.0722 * levels[c % 6];
}

static bool ascends(enum ink first)
{
    bool all = true;
    for (int i = 1; i < RAMP_STEPS; i++)
        all &= lightness(palette_look((enum ink)(first + i)).colour256) >
               lightness(palette_look((enum ink)(first + i - 1)).colour256);
    return all;
}

static void test_even_colormaps_ascend_in_lightness(void **state)
{
    (void)state;
    int uneven = 0;
    for (int i = 0; colormaps[i].name; i++) {
        assert_true(ascends(colormaps[i].first) == colormaps[i].even);
        assert_string_equal(colormap_names[i], colormaps[i].name);
        uneven += !colormaps[i].even;
    }
    assert_int_equal(uneven, 1);
}

int main(void)
{
    setlocale(LC_CTYPE, "C.UTF-8");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text_has_no_trailing_blanks),
        cmocka_unit_test(test_print_cuts_with_an_ellipsis),
        cmocka_unit_test(test_wide_runes_take_two_cells),
        cmocka_unit_test(test_drawing_never_leaves_the_canvas),
        cmocka_unit_test(test_bars_grow_with_the_fraction),
        cmocka_unit_test(test_wrap),
        cmocka_unit_test(test_even_colormaps_ascend_in_lightness),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
