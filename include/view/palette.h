/* palette.h: what each ink looks like on terminals of 256, 8 and no colours. One table. */
#ifndef VIEW_PALETTE_H
#define VIEW_PALETTE_H

#include "view/canvas.h"

struct look {
    short colour256, colour8; /* -1: the terminal's own */
    bool bold, dim, reverse;
};

/* INK in [0, INK_COUNT). */
struct look palette_look(enum ink ink);

#endif
