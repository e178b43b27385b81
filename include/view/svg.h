/*
 * svg.h: a canvas as a picture: what the screen would show on a dark terminal of 256 colours.
 *
 * Braille dots, lines and bars are drawn as shapes and only letters as text, so that the picture does not hang on the
 * fonts of whoever looks at it.
 */
#ifndef VIEW_SVG_H
#define VIEW_SVG_H

#include "view/canvas.h"

/* Adds a whole SVG document of CANVAS to OUT; TITLE is its accessible name. */
void canvas_svg(const struct canvas *canvas, const char *title, struct text *out);

#endif
