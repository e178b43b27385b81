/* safetensors_table.h: what writing and reading the format share. */
#ifndef IO_SAFETENSORS_TABLE_H
#define IO_SAFETENSORS_TABLE_H

#include "io/safetensors.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "numbers are read and written as they lie in memory");

#define METADATA "__metadata__"
#define HEADER_MAX (16u << 20) /* a tensor takes some 100 bytes of header: more than any network here */

/* The number of elements, or -1 when it is more than memory could ever hold, at 8 bytes each. */
int safetensors_count(int rank, const uint64_t dim[], size_t *count);

/* Puts a tensor at the end of the table, or of the list of those that were not read. Its name is copied. */
int safetensors_append(struct safetensors *file, const char *name, const struct safetensor *tensor, struct err *err);
int safetensors_append_unread(struct safetensors *file, const char *name, const char *dtype, struct err *err);

#endif
