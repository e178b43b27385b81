/*
 * slide.h: how a kernel slides along one axis of an image, and which outputs see which inputs; what convolution and
 * pooling share. Output o sees, through tap t of the kernel, input o * stride + t * dilation - before.
 */
#ifndef DNN_LAYERS_SLIDE_H
#define DNN_LAYERS_SLIDE_H

#include "dnn/layer.h"

struct slide {
    int in, out, kernel, stride, dilation;
    int before; /* zeros put before the first input */
};

/* The axis of an image, 0 for height and 1 for width, with BEFORE and AFTER zeros at its ends; out is 0 where the
 * kernel has no room. */
static inline struct slide slide_over(int in, int kernel, int stride, int dilation, int before, int after)
{
    long reach = (long)dilation * (kernel - 1) + 1, room = (long)in + before + after - reach;
    return (struct slide){.in = in, .out = room < 0 ? 0 : (int)(room / stride) + 1, .kernel = kernel, .stride = stride,
                          .dilation = dilation, .before = before};
}

/* The input that output 0 sees through TAP; it may lie outside. */
static inline int slide_offset(const struct slide *slide, int tap)
{
    return tap * slide->dilation - slide->before;
}

/* The outputs [*first, *last) that see an input inside the image through TAP. */
static inline void slide_inside(const struct slide *slide, int tap, int *first, int *last)
{
    int offset = slide_offset(slide, tap), stride = slide->stride;
    *first = 0;
    *last = slide->out;
    if (offset >= 0 && offset + (slide->out - 1) * stride < slide->in)
        return; /* all of them, which takes no division to know */
    int end = offset >= slide->in ? 0 : (slide->in - offset + stride - 1) / stride;
    *first = offset >= 0 ? 0 : (-offset + stride - 1) / stride;
    *last = end < slide->out ? end : slide->out;
    *first = *first < *last ? *first : *last;
}

#endif
