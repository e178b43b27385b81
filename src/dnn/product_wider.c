/* product_wider.c: products where there is AVX-512. */
#include "dnn/product.h"

#include "dnn/kernel.h"

#ifdef KERNEL_WIDTHS

#include "dnn/avx512.h"
#include "product_row.h"
#include "product_tiles.h"

/* Few steps and few columns: each value of c is the sum of one vector of products, and sixteen of them, which lie side
 * by side, are summed at once. */
static bool is_of_dots(const struct product *p)
{
    return p->transposed && p->a_step == 1 && p->k <= LANES && p->n < 8 && p->c_row == p->n && !p->add;
}

/* COUNT values of c from C on. The first is of A's row and of COLUMN; both go on to that of the one behind the last. */
WIDE_INLINE void some_dots(const struct product *p, int count, const float **a, int *column, float *c)
{
    vector v[LANES];
    ROWS_16(LANES, {
        v[r] = vector_zero();
        if (r < count) {
            const float *b = p->b + *column * p->b_row;
            v[r] = p->bias ? _mm512_zextps128_ps512(_mm_load_ss(p->bias + *column)) : vector_zero();
            v[r] = vector_fma(load(*a, p->k), load(b, p->k), v[r]);
            bool last = ++*column == p->n;
            *a += last ? p->a_row : 0;
            *column = last ? 0 : *column;
        }
    });
    store(c, count, vector_sums(v));
}

WIDE static void run_dots(const struct product *p)
{
    const float *a = p->a;
    int column = 0, left = p->m * p->n;
    float *c = p->c;
    for (; left >= LANES; left -= LANES, c += LANES)
        some_dots(p, LANES, &a, &column, c);
    if (left > 0)
        some_dots(p, left, &a, &column, c);
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
