/* csv_block.c: whole large pages, aligned to their size. */
#include "csv_block.h"

#include <stdlib.h>
#include <sys/mman.h>

void *csv_block_open(size_t size)
{
    const size_t large = 2 * 1024 * 1024;
    if (size < 2 * large)
        return malloc(size ? size : 1);
    size = (size + large - 1) / large * large;
    void *block = aligned_alloc(large, size);
    if (block)
        madvise(block, size, MADV_HUGEPAGE);
    return block;
}
