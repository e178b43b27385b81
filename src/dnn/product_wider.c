/* product_wider.c: products where there is AVX-512. */
#include "dnn/product.h"

#if defined(__x86_64__) && !defined(DNN_DOUBLE)

#include "dnn/avx512.h"
#include "product_row.h"
#include "product_tiles.h"

/* Few steps and few columns: each value of c is the sum of one vector of products, and sixteen of them, which lie side
 * by side, are summed at once. */
static bool is_of_dots(const struct product *p)
{
    return p->transposed && p->a_step == 1 && p->k <= LANES && p->n < 8 && p->c_row == p->n && !p->add;
}

WIDE static void run_dots(const struct product *p)
{
    const float *a = p->a;
    float *c = p->c;
    for (int left = p->m * p->n, column = 0; left > 0; left -= LANES, c += LANES) {
        int count = left < LANES ? left : LANES;
        vector v[LANES];
        ROWS_16(LANES, {
            vector bias = p->bias ? _mm512_zextps128_ps512(_mm_load_ss(p->bias + column)) : vector_zero();
            v[r] = vector_zero();
            if (r < count) {
                v[r] = vector_fma(load(a, p->k), load(p->b + column * p->b_row, p->k), bias);
                column++;
                a += column == p->n ? p->a_row : 0;
                column = column == p->n ? 0 : column;
            }
        });
        store(c, count, vector_sums(v));
    }
}

product_run *product_choose_wider(const struct product *p)
{
    product_run *row = choose_row(p);
    return row ? row : is_of_dots(p) ? run_dots : choose_tiles(p);
}

void product_in_place_wider(const struct product *p)
{
    run_small(p);
}

#endif
