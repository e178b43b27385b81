/* tensor.c: views of tensors: slicing, and going through the values. */
#include "debug/tensor.h"

#include <assert.h>

struct tensor tensor_of(const float *data, const struct shape *shape, int rows)
{
    struct tensor tensor = {.data = data, .count = 1, .unit_axis = -1};
    if (rows >= 0)
        tensor.dim[tensor.rank++] = rows;
    for (int i = 0; i < shape->rank; i++)
        tensor.dim[tensor.rank++] = shape->dim[i];
    for (int i = tensor.rank - 1; i >= 0; i--) {
        tensor.stride[i] = (ptrdiff_t)tensor.count;
        tensor.count *= (size_t)tensor.dim[i];
    }
    return tensor;
}

static void count_elements(struct tensor *tensor)
{
    tensor->count = 1;
    for (int i = 0; i < tensor->rank; i++)
        tensor->count *= (size_t)tensor->dim[i];
}

void tensor_slice(struct tensor *tensor, int axis, int first, int count, int step)
{
    if (count > 0) /* else FIRST may lie behind the last */
        tensor->data += first * tensor->stride[axis];
    tensor->stride[axis] *= step;
    tensor->dim[axis] = count;
    count_elements(tensor);
}

void tensor_pick(struct tensor *tensor, int axis, int at)
{
    assert(at >= 0 && at < tensor->dim[axis]);
    tensor->data += at * tensor->stride[axis];
    for (int i = axis; i + 1 < tensor->rank; i++) {
        tensor->dim[i] = tensor->dim[i + 1];
        tensor->stride[i] = tensor->stride[i + 1];
    }
    tensor->rank--;
    if (axis == tensor->unit_axis)
        tensor->unit_axis = -1;
    else if (axis < tensor->unit_axis)
        tensor->unit_axis--;
    count_elements(tensor);
}

/* --- going through */

void tensor_walk_begin(struct tensor_walk *walk, const struct tensor *tensor)
{
    walk->tensor = tensor;
    walk->rank = 0;
    walk->done = tensor->count == 0;
    for (int i = 0; i < tensor->rank; i++) {
        int last = walk->rank - 1;
        if (tensor->dim[i] == 1)
            continue;
        if (last >= 0 && walk->stride[last] == tensor->stride[i] * tensor->dim[i]) {
            walk->dim[last] *= tensor->dim[i];
            walk->stride[last] = tensor->stride[i];
            continue;
        }
        walk->dim[walk->rank] = tensor->dim[i];
        walk->stride[walk->rank] = tensor->stride[i];
        walk->at[walk->rank++] = 0;
    }
    if (walk->rank == 0) {
        walk->dim[0] = walk->stride[0] = 1;
        walk->at[walk->rank++] = 0;
    }
}

/* Moves COUNT on along the last dimension, and where that ends to the next stretch. */
static void move_on(struct tensor_walk *walk, ptrdiff_t count)
{
    int axis = walk->rank - 1;
    walk->at[axis] += count;
    while (walk->at[axis] == walk->dim[axis]) {
        if (axis == 0) {
            walk->done = true;
            return;
        }
        walk->at[axis--] = 0;
        walk->at[axis]++;
    }
}

const float *tensor_next(struct tensor_walk *walk, size_t *count)
{
    if (walk->done)
        return NULL;
    int last = walk->rank - 1;
    ptrdiff_t step = walk->stride[last], length = walk->dim[last] - walk->at[last];
    const float *from = walk->tensor->data;
    for (int i = 0; i < walk->rank; i++)
        from += walk->at[i] * walk->stride[i];
    if (step != 1) {
        length = length < TENSOR_GATHERED ? length : TENSOR_GATHERED;
        for (ptrdiff_t i = 0; i < length; i++)
            walk->gathered[i] = from[i * step];
        from = walk->gathered;
    }
    move_on(walk, length);
    *count = (size_t)length;
    return from;
}
