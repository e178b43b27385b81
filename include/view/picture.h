/*
 * picture.h: numbers as a picture: an image, the filters of a convolution, a weight matrix, as tiles of height x width.
 *
 * Two pixels a cell, or on a canvas without inks one pixel in two columns of text. The true range stands in the title
 * line; what a fixed range clips and what is not finite is counted there. Values of one sign use a perceptually ordered
 * ramp, values of both signs a map centred on 0.
 */
#ifndef VIEW_PICTURE_H
#define VIEW_PICTURE_H

#include "view/canvas.h"

struct picture {
    const char *title;   /* escaped already */
    const float *data;   /* [tiles, height, width] */
    int tiles, height, width;
    bool diverging;      /* centred on 0 */
    enum ink ramp;       /* the first of RAMP_STEPS inks, for values of one sign; 0: that of the default map */
    double low, high;    /* what the darkest and the lightest ink stand for; both NaN: the true range */
};

/* Draws as many tiles as fit, as large as they fit, and says when some are left out or pixels were merged. */
void picture_draw(const struct picture *picture, struct canvas *canvas, struct rect where);

/* Rows that the picture would like at WIDTH columns, its title included. */
int picture_rows(const struct picture *picture, int width, bool text);

#endif
