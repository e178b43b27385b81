/* sweep_wider.c: sums of squares, sixteen values at once. */
#define KERNEL_OF_SIXTEEN
#include "sweep_squares.h"

#ifdef KERNEL_WIDTHS
KERNEL_FOR_AVX512 void sweep_parts_wider(const struct sweep_part part[], int parts)
{
    parts_body(part, parts);
}
#endif
