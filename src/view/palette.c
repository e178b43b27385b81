/*
 * palette.c: one row an ink. Training is blue and validation orange, which the common forms of colour blindness tell
 * apart; what is bad is red and also a different rune, so that nothing hangs on colour alone.
 *
 * The ramps' colours of the 256 ascend in lightness, but for the rainbow's, which is there to be seen failing. Eight
 * colours have no such ramp: from blue over cyan and green to yellow is the nearest.
 */
#include "view/palette.h"

#include <assert.h>

enum { BLACK, RED, GREEN, YELLOW, BLUE, MAGENTA, CYAN, WHITE, OWN = -1 };

static const struct look looks[INK_COUNT] = {
    [INK_TEXT] = {OWN, OWN, false, false, false},
    [INK_DIM] = {244, OWN, false, true, false},
    [INK_STRONG] = {OWN, OWN, true, false, false},
    [INK_TRAIN] = {81, CYAN, true, false, false},
    [INK_BAND] = {24, BLUE, false, true, false},
    [INK_VALIDATION] = {214, YELLOW, true, false, false},
    [INK_MARK] = {213, MAGENTA, true, false, false},
    [INK_BAD] = {203, RED, true, false, false},
    [INK_WARN] = {220, YELLOW, true, false, false},
    [INK_GOOD] = {78, GREEN, false, false, false},
    [INK_STATUS] = {OWN, OWN, false, false, true},
    [INK_RAMP + 0] = {53, BLUE, false, true, false},
    [INK_RAMP + 1] = {54, BLUE, false, true, false},
    [INK_RAMP + 2] = {24, BLUE, false, false, false},
    [INK_RAMP + 3] = {60, BLUE, false, false, false},
    [INK_RAMP + 4] = {31, BLUE, true, false, false},
    [INK_RAMP + 5] = {37, CYAN, false, false, false},
    [INK_RAMP + 6] = {72, CYAN, false, false, false},
    [INK_RAMP + 7] = {78, CYAN, true, false, false},
    [INK_RAMP + 8] = {113, GREEN, false, false, false},
    [INK_RAMP + 9] = {148, GREEN, true, false, false},
    [INK_RAMP + 10] = {184, YELLOW, false, false, false},
    [INK_RAMP + 11] = {220, YELLOW, false, false, false},
    [INK_RAMP + 12] = {226, YELLOW, true, false, false},
    [INK_SIGNED + 0] = {123, CYAN, true, false, false},
    [INK_SIGNED + 1] = {81, CYAN, false, false, false},
    [INK_SIGNED + 2] = {39, CYAN, false, true, false},
    [INK_SIGNED + 3] = {32, BLUE, true, false, false},
    [INK_SIGNED + 4] = {25, BLUE, false, false, false},
    [INK_SIGNED + 5] = {17, BLUE, false, true, false},
    [INK_SIGNED + 6] = {233, BLACK, false, false, false},
    [INK_SIGNED + 7] = {52, RED, false, true, false},
    [INK_SIGNED + 8] = {94, RED, false, false, false},
    [INK_SIGNED + 9] = {130, RED, true, false, false},
    [INK_SIGNED + 10] = {172, YELLOW, false, true, false},
    [INK_SIGNED + 11] = {215, YELLOW, false, false, false},
    [INK_SIGNED + 12] = {223, YELLOW, true, false, false},
    [INK_CIVIDIS + 0] = {17, BLUE, false, true, false},
    [INK_CIVIDIS + 1] = {18, BLUE, false, true, false},
    [INK_CIVIDIS + 2] = {24, BLUE, false, false, false},
    [INK_CIVIDIS + 3] = {60, BLUE, false, false, false},
    [INK_CIVIDIS + 4] = {242, BLUE, true, false, false},
    [INK_CIVIDIS + 5] = {243, WHITE, false, true, false},
    [INK_CIVIDIS + 6] = {245, WHITE, false, true, false},
    [INK_CIVIDIS + 7] = {144, WHITE, false, false, false},
    [INK_CIVIDIS + 8] = {180, WHITE, false, false, false},
    [INK_CIVIDIS + 9] = {186, YELLOW, false, true, false},
    [INK_CIVIDIS + 10] = {221, YELLOW, false, false, false},
    [INK_CIVIDIS + 11] = {222, YELLOW, false, false, false},
    [INK_CIVIDIS + 12] = {227, YELLOW, true, false, false},
    [INK_GREY + 0] = {233, BLACK, false, true, false},
    [INK_GREY + 1] = {235, BLACK, false, false, false},
    [INK_GREY + 2] = {237, BLACK, false, false, false},
    [INK_GREY + 3] = {239, BLACK, true, false, false},
    [INK_GREY + 4] = {241, WHITE, false, true, false},
    [INK_GREY + 5] = {243, WHITE, false, true, false},
    [INK_GREY + 6] = {245, WHITE, false, true, false},
    [INK_GREY + 7] = {247, WHITE, false, false, false},
    [INK_GREY + 8] = {249, WHITE, false, false, false},
    [INK_GREY + 9] = {251, WHITE, false, false, false},
    [INK_GREY + 10] = {253, WHITE, true, false, false},
    [INK_GREY + 11] = {254, WHITE, true, false, false},
    [INK_GREY + 12] = {255, WHITE, true, false, false},
    [INK_RAINBOW + 0] = {18, BLUE, false, false, false},
    [INK_RAINBOW + 1] = {20, BLUE, false, false, false},
    [INK_RAINBOW + 2] = {26, BLUE, false, false, false},
    [INK_RAINBOW + 3] = {33, CYAN, false, false, false},
    [INK_RAINBOW + 4] = {45, CYAN, false, false, false},
    [INK_RAINBOW + 5] = {51, CYAN, false, false, false},
    [INK_RAINBOW + 6] = {84, GREEN, false, false, false},
    [INK_RAINBOW + 7] = {118, GREEN, false, false, false},
    [INK_RAINBOW + 8] = {190, GREEN, false, false, false},
    [INK_RAINBOW + 9] = {226, YELLOW, false, false, false},
    [INK_RAINBOW + 10] = {214, YELLOW, false, false, false},
    [INK_RAINBOW + 11] = {202, RED, false, false, false},
    [INK_RAINBOW + 12] = {160, RED, false, false, false},
};

const struct colormap colormaps[] = {
    {"viridis", "violet over green to yellow; dark to light", INK_RAMP, true},
    {"cividis", "blue over grey to yellow; made for colour-blind eyes", INK_CIVIDIS, true},
    {"grey", "black to white", INK_GREY, true},
    {"rainbow", "blue over green to red; a mistake: it shows edges where there are none", INK_RAINBOW, false},
    {0},
};

const char *const colormap_names[] = {"viridis", "cividis", "grey", "rainbow", NULL};

struct look palette_look(enum ink ink)
{
    assert((int)ink >= 0 && (int)ink < INK_COUNT);
    return looks[ink];
}
