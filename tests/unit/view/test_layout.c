/* test_layout.c: the places of the panes, over every size of terminal that there is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdbool.h>
#include <string.h>

#include "view/view.h"

static bool apart(struct rect a, struct rect b)
{
    return a.width == 0 || b.width == 0 || a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y ||
           b.y + b.height <= a.y;
}

/* Comparisons are gathered into one assertion a pane: there are millions of sizes to check. */
static void check(int width, int height, int layers, bool picture, int prompt, int log)
{
    struct rect place[PANES];
    memset(place, 0x5a, sizeof place);
    layout(width, height, layers, picture, prompt, log, place);
    int rows = 0; /* of the panes that begin at the left: as they are apart, they cover every row when they add up */
    bool sound = true;
    for (int i = 0; i < PANES; i++) {
        struct rect r = place[i];
        sound = sound && (r.width == 0) == (r.height == 0);
        sound = sound && r.x >= 0 && r.y >= 0 && r.width >= 0 && r.height >= 0;
        sound = sound && r.x + r.width <= width && r.y + r.height <= height;
        rows += r.x == 0 ? r.height : 0;
        for (int j = 0; j < i; j++)
            sound = sound && apart(r, place[j]);
    }
    struct rect last = place[PANE_PROMPT];
    sound = sound && rows == height && last.height >= 1 && last.width == width && last.y + last.height == height;
    sound = sound && (height < 2 || place[PANE_STATUS].height == 1);
    sound = sound && (height < prompt + 5 || last.height == prompt);
    sound = sound && (log > 0 || height < prompt + 5 || place[PANE_PLOT].height >= 3);
    sound = sound && (log == 0 || place[PANE_LOG].height == 0 || place[PANE_LOG].height >= log ||
                      place[PANE_PLOT].height == 0);
    if (!sound)
        fail_msg("%d x %d, %d layers, picture %d, prompt %d, log %d", width, height, layers, picture, prompt, log);
}

static void test_every_size(void **state)
{
    (void)state;
    for (int width = 1; width <= 250; width++)
        for (int height = 1; height <= 80; height++)
            for (int layers = 0; layers <= 60; layers++)
                for (int prompt = 1; prompt <= 3; prompt++)
                    check(width, height, layers, (width + height + layers) % 2, prompt,
                          (width + layers) % 3 ? (width + height * prompt) % 40 : 0);
}

static void test_usual_sizes(void **state)
{
    (void)state;
    struct rect place[PANES];
    layout(80, 24, 6, false, 1, 0, place);
    assert_true(place[PANE_PLOT].height >= 9 && place[PANE_PLOT].width == 80);
    assert_int_equal(place[PANE_LAYERS].height, 6); /* all that it wanted */
    assert_true(place[PANE_LAYERS].y > place[PANE_PLOT].y && place[PANE_LOG].y > place[PANE_LAYERS].y);
    assert_true(place[PANE_LOG].height >= 4);

    layout(200, 50, 6, false, 1, 0, place);
    assert_int_equal(place[PANE_LAYERS].y, place[PANE_PLOT].y);
    assert_true(place[PANE_LAYERS].x > place[PANE_PLOT].x + place[PANE_PLOT].width);

    layout(20, 5, 6, false, 1, 0, place);
    assert_int_equal(place[PANE_PLOT].height, 3);
    assert_int_equal(place[PANE_LAYERS].height + place[PANE_LOG].height, 0);

    layout(20, 1, 6, false, 1, 0, place);
    assert_int_equal(place[PANE_STATUS].height, 0);
    layout(20, 4, 6, false, 9, 0, place); /* a prompt longer than the screen leaves the status line */
    assert_int_equal(place[PANE_STATUS].height, 1);
}

/* A long answer takes from the plot, then the table's rows, then the plot's. */
static void test_log_grows(void **state)
{
    (void)state;
    struct rect place[PANES];
    layout(80, 24, 7, false, 1, 9, place);
    assert_int_equal(place[PANE_LOG].height, 9);
    assert_int_equal(place[PANE_LAYERS].height, 7);
    assert_int_equal(place[PANE_PLOT].height, 6);
    layout(80, 24, 7, false, 1, 12, place);
    assert_int_equal(place[PANE_LOG].height, 12);
    assert_int_equal(place[PANE_LAYERS].height, 0);
    assert_int_equal(place[PANE_PLOT].height, 10);
    layout(80, 24, 7, true, 1, 17, place);
    assert_int_equal(place[PANE_LOG].height, 22);
    assert_int_equal(place[PANE_PLOT].height + place[PANE_PICTURE].height, 0);
    layout(200, 50, 7, false, 1, 30, place);
    assert_int_equal(place[PANE_LOG].height, 30);
    assert_int_equal(place[PANE_PLOT].height, 18);
    assert_int_equal(place[PANE_LAYERS].height, 18);
}

/* A taller screen shows no pane smaller, but for the steps where another pane joins. */
static void test_plot_grows_with_the_screen(void **state)
{
    (void)state;
    int before = 0;
    for (int height = 14; height <= 80; height++) {
        struct rect place[PANES];
        layout(100, height, 8, false, 1, 0, place);
        assert_true(place[PANE_PLOT].height >= before);
        before = place[PANE_PLOT].height;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_size),
        cmocka_unit_test(test_usual_sizes),
        cmocka_unit_test(test_log_grows),
        cmocka_unit_test(test_plot_grows_with_the_screen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
