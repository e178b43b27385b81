/*
 * idx.c: the header of an IDX file (http://yann.lecun.com/exdb/mnist/): two zero bytes, the type, the rank, then each
 * dimension as a 32-bit whole number; all of it, and the values, big-endian.
 */
#include <string.h>

#include "array_header.h"

static const struct {
    uint8_t code;
    enum array_type type;
} types[] = {
    {0x08, ARRAY_U1}, {0x09, ARRAY_I1}, {0x0B, ARRAY_I2}, {0x0C, ARRAY_I4}, {0x0D, ARRAY_F4}, {0x0E, ARRAY_F8},
};

bool idx_begins(const uint8_t first[4])
{
    return first[0] == 0 && first[1] == 0 && first[2] >= 0x08 && first[2] <= 0x0E && first[3] > 0;
}

int idx_read_header(struct array *array, const uint8_t first[4], struct err *err)
{
    const char *name = byte_stream_name(array->stream);
    size_t row = 0;
    while (row < sizeof types / sizeof *types && types[row].code != first[2])
        row++;
    if (row == sizeof types / sizeof *types)
        return err_set(err, ERR_DATA, "%.300s: IDX type 0x%02X; legal: 08 (u1) 09 (i1) 0B (i2) 0C (i4) 0D (f4) 0E (f8)",
                       name, first[2]);
    if (first[3] > ARRAY_RANK)
        return err_set(err, ERR_DATA, "%.300s: an IDX array of %d dimensions; legal: 1 to %d", name, first[3],
                       ARRAY_RANK);
    array->type = types[row].type;
    array->rank = first[3];
    array->big_endian = true;
    for (int i = 0; i < array->rank; i++) {
        uint8_t dim[4];
        if (byte_stream_read(array->stream, dim, sizeof dim, err) != 0)
            return -1;
        array->dim[i] = (size_t)dim[0] << 24 | (size_t)dim[1] << 16 | (size_t)dim[2] << 8 | dim[3];
    }
    return 0;
}
