/* product.c: products where there are AVX2 and FMA. */
#include "dnn/product.h"

#include "dnn/kernel.h"

#ifdef KERNEL_WIDTHS

#include "dnn/avx2.h"
#include "product_row.h"
#include "product_tiles.h"

product_run *product_choose(const struct product *p)
{
    product_run *row = choose_row(p);
    return row ? row : choose_tiles(p);
}

void product_in_place(const struct product *p)
{
    if (kernel_width == KERNEL_WIDER)
        product_in_place_wider(p);
    else
        run_small(p);
}

#endif
