/*
 * plot_raster.h: the dots of the curves, and which rune and ink a cell of them becomes. Knows nothing of axes and
 * labels.
 */
#ifndef VIEW_PLOT_RASTER_H
#define VIEW_PLOT_RASTER_H

#include "view/plot_scan.h"

enum raster_sign { RASTER_NONE, RASTER_ABOVE, RASTER_BELOW, RASTER_NONFINITE }; /* the later goes before the earlier */

struct raster_cell {
    uint8_t line, band;    /* dots, as the bits of a braille pattern */
    uint16_t curves;       /* bit k: the line of curve k passes here */
    uint8_t band_curve;    /* whose band was painted last */
    uint8_t sign;
};

struct raster {
    int columns, rows; /* cells */
    int across, down;  /* dots a cell: 2 x 4, or 1 x 1 when the canvas is ASCII */
    struct raster_cell *cell; /* [rows, columns] */
};

/* -1 when there is no memory. */
int raster_open(struct raster *raster, int columns, int rows, bool ascii);
void raster_close(struct raster *raster);

/* Paints curve K. FILL: the band is stippled between its extremes; otherwise only the extremes are painted. */
void raster_curve(struct raster *raster, const struct plot *plot, const struct plot_scan *scan, int k, bool fill);

/* Puts the cells at (X, Y). */
void raster_show(const struct raster *raster, const struct plot *plot, struct canvas *canvas, int x, int y);

/* The rune that stands for curve K where shapes tell curves apart, and in the legend; 0: braille, ink tells. */
uint32_t raster_glyph(const struct canvas *canvas, int k);

#endif
