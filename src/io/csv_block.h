/* csv_block.h: memory for a whole file, or for all cells of one. Used by the CSV reader only. */
#ifndef IO_CSV_BLOCK_H
#define IO_CSV_BLOCK_H

#include <stddef.h>

/* SIZE bytes, or one if that is 0, to be freed; NULL when the system refuses. A large block lies in large pages, where
 * the system has them: else touching each small one for the first time takes a tenth of the time of reading. */
void *csv_block_open(size_t size);

#endif
