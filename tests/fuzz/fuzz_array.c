/*
 * fuzz_array.c: any bytes given to the readers of arrays, for libFuzzer (clang -fsanitize=fuzzer,address,undefined).
 *
 * Compiled with -DFUZZ_NPY the input follows the magic of a .npy file, with -DFUZZ_IDX that of an IDX file; else it is
 * the whole file, gzip too. Whatever it holds, it is refused with a message, or it is an array that keeps the promises
 * of io/array.h and reads the same twice, as bytes and as numbers.
 */
#include "io/array.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define INPUT_MAX 65536

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool holds)
{
    if (!holds)
        abort();
}

static void check_shape(const struct array *array, size_t size)
{
    size_t count = 1;
    demand(array->rank >= 1 && array->rank <= ARRAY_RANK);
    for (int i = 0; i < array->rank; i++) {
        demand(array->dim[i] >= 1);
        count *= array->dim[i];
    }
    demand(count == array->count && count <= (size + 1) * 1032);
}

/* The values as floats, or NULL when they are refused. */
static float *read_numbers(const void *bytes, size_t size)
{
    struct array array;
    struct err err = {0};
    if (array_open_bytes(&array, "fuzz", bytes, size, &err) != 0) {
        demand(!array.stream && err.code != ERR_NONE && err.message[0]);
        return NULL;
    }
    check_shape(&array, size);
    float *number = malloc(array.count * sizeof *number);
    demand(number);
    if (array_read_numbers(&array, number, &err) != 0) {
        demand(err.code == ERR_DATA && err.message[0]);
        free(number);
        number = NULL;
    }
    array_close(&array);
    return number;
}

static void compare(const void *bytes, size_t size, const float *number)
{
    struct array array;
    struct err err;
    demand(array_open_bytes(&array, "fuzz", bytes, size, &err) == 0);
    if (array_is_bytes(&array)) {
        uint8_t *byte = malloc(array.count);
        demand(byte && array_read_bytes(&array, byte, &err) == 0);
        for (size_t i = 0; i < array.count; i++)
            demand(number[i] == (float)byte[i]);
        free(byte);
    } else {
        float *again = malloc(array.count * sizeof *again);
        demand(again && array_read_numbers(&array, again, &err) == 0);
        demand(memcmp(again, number, array.count * sizeof *again) == 0);
        free(again);
    }
    array_close(&array);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
#if defined FUZZ_NPY
    static const char magic[] = "\x93NUMPY";
#elif defined FUZZ_IDX
    static const char magic[] = "\0";
#else
    static const char magic[] = "";
#endif
    size_t before = sizeof magic - 1;
#ifdef FUZZ_IDX
    before = 2;
#endif
    if (size > INPUT_MAX)
        return 0;
    uint8_t *file = calloc(before + size + 1, 1);
    demand(file);
    memcpy(file, magic, sizeof magic - 1);
    memcpy(file + before, data, size);
    float *number = read_numbers(file, before + size);
    if (number)
        compare(file, before + size, number);
    free(number);
    free(file);
    return 0;
}
