/* kinds.h: the rows that layer.c lists, one from each file beside this one. */
#ifndef DNN_LAYERS_KINDS_H
#define DNN_LAYERS_KINDS_H

#include "dnn/layer.h"

extern const struct layer_kind layer_dense, layer_relu, layer_leaky, layer_sigmoid, layer_tanh, layer_elu, layer_gelu,
    layer_exp, layer_softmax, layer_dropout, layer_dropout2d, layer_bn, layer_conv, layer_pool, layer_gap,
    layer_flatten, layer_reshape, layer_permute;

/* Refuses, on behalf of a kind that takes images (channels x height x width) alone, any other shape. */
int layer_takes_images(const struct layer *layer, struct err *err);

/* The values [first, last) that are the caller's, of its rows or of a row shared by places: what an element-by-element
 * kind loops over. */
struct layer_span {
    size_t first, last;
};

static inline struct layer_span layer_own_values(const struct layer_run *run)
{
    size_t width = (size_t)run->out, rank = (size_t)run->rank, ranks = (size_t)run->ranks;
    if (run->by_units)
        return (struct layer_span){(size_t)run->rows * width * rank / ranks,
                                   (size_t)run->rows * width * (rank + 1) / ranks};
    return (struct layer_span){(size_t)run->first * width, (size_t)run->last * width};
}

#endif
