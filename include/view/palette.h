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

/* A colour map for pictures of values of one sign. */
struct colormap {
    const char *name, *summary;
    enum ink first; /* of RAMP_STEPS inks, for values from low to high */
    bool even;      /* its lightness ascends, so that equal differences look alike */
};
extern const struct colormap colormaps[]; /* ended by a NULL name; the first is the default */
extern const char *const colormap_names[]; /* theirs, in the same order; ended by NULL */

#endif
