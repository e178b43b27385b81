/* pane.h: what the panes share among themselves; view.h is what the rest of the program sees. */
#ifndef VIEW_PANE_H
#define VIEW_PANE_H

#include "view/view.h"

/* The rows of pane_kinds, each at the end of its own file. */
extern const struct pane_kind pane_status, pane_plot, pane_layers, pane_picture, pane_log;

/* The ink of layer I in the plot of gradients and in the table's bars, so that either is a legend of the other: by the
 * layer's place among those with parameters, through the part of the ramp that reads on a dark ground. */
enum ink pane_layer_ink(const struct net *net, int layer);

#endif
