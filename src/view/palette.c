/*
 * palette.c: one row an ink. Training is blue and validation orange, which the common forms of colour blindness tell
 * apart; what is bad is red and also a different rune, so that nothing hangs on colour alone.
 *
 * The ramp's colours of the 256 ascend in lightness. Eight colours have no such ramp: from blue over cyan and green to
 * yellow is the nearest.
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
};

struct look palette_look(enum ink ink)
{
    assert((int)ink >= 0 && (int)ink < INK_COUNT);
    return looks[ink];
}
