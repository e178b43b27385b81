/* shape.c: arithmetic of extents. */
#include "dnn/shape.h"

struct shape shape_row(int features)
{
    return (struct shape){.rank = 1, .dim = {features}};
}

size_t shape_size(const struct shape *shape)
{
    size_t size = 1;
    for (int i = 0; i < shape->rank; i++)
        size *= (size_t)shape->dim[i];
    return size;
}

bool shape_equal(const struct shape *a, const struct shape *b)
{
    if (a->rank != b->rank)
        return false;
    for (int i = 0; i < a->rank; i++)
        if (a->dim[i] != b->dim[i])
            return false;
    return true;
}

void shape_print(const struct shape *shape, struct text *out)
{
    for (int i = 0; i < shape->rank; i++)
        text_add(out, i ? "x%d" : "%d", shape->dim[i]);
}
