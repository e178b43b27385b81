/* test_picture.c: pictures as text and as half blocks: where pixels go, what is counted, and that none is left out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "view/picture.h"

static char *draw(const struct picture *picture, int width, int height, bool ascii)
{
    struct canvas canvas;
    struct text out = {0};
    assert_int_equal(canvas_open(&canvas, width, height, ascii, NULL), 0);
    picture_draw(picture, &canvas, (struct rect){0, 0, width, height});
    canvas_text(&canvas, &out);
    canvas_close(&canvas);
    return out.data;
}

static void test_text(void **state)
{
    (void)state;
    const float ramp[] = {0, 1, 2, 9}, sides[] = {-2, 0, 1, 2};
    struct picture picture = {.title = "t", .data = ramp, .tiles = 1, .height = 2, .width = 2, .low = NAN, .high = NAN};
    char *text = draw(&picture, 40, 3, true);
    assert_non_null(strstr(text, "t  2 x 2  min 0  max 9\n"));
    assert_non_null(strstr(text, "\n  ..\n::@@\n"));
    free(text);
    picture.data = sides;
    picture.diverging = true;
    text = draw(&picture, 40, 3, true);
    assert_non_null(strstr(text, "\n-9 .\n+5+9\n")); /* 0 in the middle although the range is -2 .. 2 */
    free(text);
}

static void test_counts(void **state)
{
    (void)state;
    const float values[] = {-5, 0.5f, NAN, INFINITY, 7, 1};
    struct picture picture = {.title = "t", .data = values, .tiles = 1, .height = 2, .width = 3, .low = 0, .high = 1};
    char *text = draw(&picture, 70, 4, true);
    assert_non_null(strstr(text, "min -5  max 7  2 not finite  2 clipped"));
    assert_non_null(strstr(text, "!!"));
    free(text);
}

/* Every tile that is not shown is spoken of. */
static void test_many_tiles(void **state)
{
    (void)state;
    static float values[64 * 9];
    struct picture picture = {
        .title = "w", .data = values, .tiles = 64, .height = 3, .width = 3, .low = NAN, .high = NAN};
    char *all = draw(&picture, 80, 40, true), *few = draw(&picture, 70, 6, true);
    assert_null(strstr(all, "shown"));
    assert_non_null(strstr(few, "shown"));
    free(all);
    free(few);
}

/* One bright pixel is seen however small the picture is drawn. */
static void test_reduced(void **state)
{
    (void)state;
    static float values[64 * 64];
    for (int at = 0; at < 64 * 64; at += 97) {
        memset(values, 0, sizeof values);
        values[at] = 1000;
        struct picture picture = {
            .title = "x", .data = values, .tiles = 1, .height = 64, .width = 64, .low = 0, .high = 1};
        char *text = draw(&picture, 60, 17, true);
        assert_non_null(strstr(text, "1:4"));
        assert_non_null(strchr(strchr(text, '\n'), '@'));
        free(text);
    }
}

static void test_halves(void **state)
{
    (void)state;
    const float values[] = {0, 1, 1, 0};
    struct canvas canvas;
    struct picture picture = {
        .title = "", .data = values, .tiles = 1, .height = 2, .width = 2, .low = NAN, .high = NAN};
    assert_int_equal(canvas_open(&canvas, 4, 2, false, NULL), 0);
    picture_draw(&picture, &canvas, (struct rect){0, 0, 2 + 2, 2});
    const struct cell *cell = &canvas.cell[4];
    assert_int_equal(cell[0].rune, 0x2580);
    assert_int_equal(cell[0].ink, INK_RAMP);
    assert_int_equal(cell[0].paper, INK_RAMP + RAMP_STEPS - 1);
    assert_int_equal(cell[1].ink, INK_RAMP + RAMP_STEPS - 1);
    assert_int_equal(cell[1].paper, INK_RAMP);
    canvas_close(&canvas);
}

/* No size of pane writes outside it or fails. */
static void test_every_size(void **state)
{
    (void)state;
    static float values[30 * 28 * 28];
    for (int width = 1; width < 90; width += 4)
        for (int height = 1; height < 40; height += 3)
            for (int tiles = 1; tiles <= 30; tiles += 29) {
                struct picture picture = {.title = "a long title that will not fit everywhere", .data = values,
                                          .tiles = tiles, .height = 28, .width = 28, .low = NAN, .high = NAN};
                free(draw(&picture, width, height, width % 8 == 1));
                assert_true(picture_rows(&picture, width, true) >= 2);
            }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text),    cmocka_unit_test(test_counts), cmocka_unit_test(test_many_tiles),
        cmocka_unit_test(test_reduced), cmocka_unit_test(test_halves), cmocka_unit_test(test_every_size),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
