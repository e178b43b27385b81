/*
 * winograd_weight.h: filters as winograd.c multiplies them, and their gradients back. AVX2 alone.
 */
#ifndef DNN_LAYERS_WINOGRAD_WEIGHT_H
#define DNN_LAYERS_WINOGRAD_WEIGHT_H

#include <stdbool.h>
#include <stddef.h>

/* U [place, out, in] = G g G^T. Filter (o, i) is at W + o * OUT_STRIDE + i * IN_STRIDE, turned by half a circle where
 * TURNED is set. */
void winograd_weight(const float *w, int out, int in, size_t out_stride, size_t in_stride, bool turned, float *u);

/* DW [filters, channels, 9] = G^T du G; DU is [place, filters, STRIDE]. */
void winograd_weight_back(const float *du, int filters, int channels, int stride, float *dw);

#endif
