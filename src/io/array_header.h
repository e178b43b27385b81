/*
 * array_header.h: the two kinds of header, and what both are checked by. Used by the array readers only.
 *
 * Each reads on from the four bytes that array.c has looked at and fills type, rank, dim, big_endian and fortran.
 */
#ifndef IO_ARRAY_HEADER_H
#define IO_ARRAY_HEADER_H

#include "byte_stream.h"
#include "io/array.h"

int idx_read_header(struct array *array, const uint8_t first[4], struct err *err);
int npy_read_header(struct array *array, const uint8_t first[4], struct err *err);

/* Whether a file with these first bytes is one. */
bool idx_begins(const uint8_t first[4]);
bool npy_begins(const uint8_t first[4]);

#endif
