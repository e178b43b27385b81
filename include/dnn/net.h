/*
 * net.h: a network: layers in order, and their parameters and statistics as two flat vectors with named windows.
 *
 * Optimizers, norms, snapshots, hashes and checkpoints are loops over the vectors that do not know layer kinds. A
 * network has no batch size and no activations: those are a program's (program.h).
 *
 * Surgery builds a whole new network beside the old one and swaps; net_carry brings over what can be kept.
 */
#ifndef DNN_NET_H
#define DNN_NET_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "dnn/init.h"
#include "dnn/layer.h"
#include "dnn/optim.h"

#define NET_LAYERS_MAX 256

/* A named stretch of a flat vector. Windows start on cache lines; the gaps hold zeros and stay so. */
struct window {
    char name[LAYER_NAME_MAX + 16]; /* "fc1.weight" */
    int layer;                      /* which of net->layer */
    struct tensor_spec spec;
    size_t offset, count;
};

/* The layers as a person wrote them; what `net`, `bn` and `activation` edit. */
struct topology {
    struct layer layer[NET_LAYERS_MAX];
    int layers;
};

struct net {
    struct topology top;     /* with names and shapes filled in */
    struct shape in;
    struct window *param;    /* in the order of the layers */
    int params;
    struct window *stat;
    int stats;
    int first_param[NET_LAYERS_MAX + 1]; /* layer i has windows [first_param[i], first_param[i + 1]) */
    int first_stat[NET_LAYERS_MAX + 1];
    real *w;                 /* [size] all parameters */
    size_t size;             /* with gaps */
    size_t parameters;       /* without */
    real *s;                 /* [stat_size] all statistics */
    size_t stat_size;
    struct arena arena;
};

/* Reads "dense 64, bn, relu, out softmax" into TOP, the output layer `out` of OUTPUTS units added where it is not
 * named; layers are called by kind and count. The words after `out` are activations put on it. */
int topology_parse(const char *spec, int outputs, struct topology *top, struct err *err);

/* TO <- FROM: the layers that there are, a small part of what there is room for. */
void topology_copy(struct topology *to, const struct topology *from);

/* Adds the text that topology_parse reads back to OUT. */
void topology_print(const struct topology *top, struct text *out);

/* Puts LAYER (kind and arguments set) at position AT and gives it a name that no other layer has. */
int topology_insert(struct topology *top, int at, const struct layer *layer, struct err *err);
void topology_remove(struct topology *top, int at);
int topology_out(const struct topology *top); /* the index of `out` */

/* Plans TOP for samples of shape IN: infers shapes, lays out the windows, takes the memory. Everything is at its fill
 * value; net_init draws the weights. NULL on failure. */
struct net *net_open(const struct topology *top, const struct shape *in, struct err *err);
void net_close(struct net *net);

/* Draws every weight by INIT; biases, scales and statistics go to their fill values. DRAW counts the initializations
 * of a session, so that each draws anew; each tensor has a stream of its own, named by its name. */
void net_init(struct net *net, const struct init *init, uint64_t seed, uint32_t draw);
void net_init_window(struct net *net, const struct window *window, const struct init *init, uint64_t seed,
                     uint32_t draw);

/* Copies into TO each parameter and statistic of FROM that has the same name and shape, and likewise from each vector
 * FROM_SLOT[i] (laid out as FROM's parameters) to TO_SLOT[i]. KEPT[i] (one per parameter window of TO; may be NULL)
 * says which were found. Returns how many. */
int net_carry(const struct net *from, struct net *to, real *const from_slot[], real *const to_slot[], int slots,
              bool kept[]);

/* Floating-point operations of the forward pass for one row: of one layer, and of all. */
double layer_flops(const struct layer *layer);
double net_flops(const struct net *net);

/* Values that the last layer puts out for a row. */
int net_width(const struct net *net);

/* The layer called NAME, or -1. */
int net_layer(const struct net *net, const char *name);

#endif
