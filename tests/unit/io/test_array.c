/* test_array.c: IDX and .npy files of every type and order, plain and packed, and headers that promise too much. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <zlib.h>

#include "io/array.h"

#define FILE_MAX 70000

/* A file in the making. */
struct made {
    unsigned char bytes[FILE_MAX];
    size_t n;
};

static void add(struct made *made, const void *bytes, size_t n)
{
    assert_true(made->n + n <= FILE_MAX);
    memcpy(made->bytes + made->n, bytes, n);
    made->n += n;
}

/* The N low bytes of VALUE, the highest first if BIG. */
static void add_whole(struct made *made, uint64_t value, size_t n, bool big)
{
    for (size_t i = 0; i < n; i++) {
        unsigned char byte = (unsigned char)(value >> 8 * (big ? n - 1 - i : i));
        add(made, &byte, 1);
    }
}

static void begin_idx(struct made *made, int type, int rank, const uint32_t dim[])
{
    made->n = 0;
    add_whole(made, (uint64_t)type << 8 | (uint64_t)rank, 4, true);
    for (int i = 0; i < rank; i++)
        add_whole(made, dim[i], 4, true);
}

static void begin_npy(struct made *made, int version, const char *header)
{
    made->n = 0;
    add(made, "\x93NUMPY", 6);
    add_whole(made, (uint64_t)version, 2, false);
    add_whole(made, strlen(header), version == 1 ? 2 : 4, false);
    add(made, header, strlen(header));
}

static void pack(const struct made *from, struct made *to)
{
    z_stream z = {.next_in = (unsigned char *)from->bytes, .avail_in = (unsigned)from->n};
    assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    z.next_out = to->bytes;
    z.avail_out = FILE_MAX;
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    to->n = FILE_MAX - z.avail_out;
    deflateEnd(&z);
}

static void must_open(const struct made *made, struct array *array)
{
    struct err err;
    if (array_open_bytes(array, "a", made->bytes, made->n, &err) != 0)
        fail_msg("refused: %s", err.message);
}

/* Opening or reading fails with a message that holds PART. */
static void must_refuse(const struct made *made, const char *part)
{
    struct array array;
    struct err err = {0};
    int status = array_open_bytes(&array, "a", made->bytes, made->n, &err);
    if (status == 0) {
        float *to = malloc(array.count * sizeof *to);
        assert_non_null(to);
        status = array_read_numbers(&array, to, &err);
        free(to);
        array_close(&array);
    }
    assert_null(array.stream);
    if (status == 0 || !strstr(err.message, part))
        fail_msg("%s; expected \"%s\"", status ? err.message : "not refused", part);
    assert_int_equal(err.code, ERR_DATA);
}

static uint64_t bits_of(double value, const char *code)
{
    uint64_t bits = 0;
    float single = (float)value;
    if (code[0] != 'f')
        return (uint64_t)(int64_t)value;
    if (code[1] == '4')
        memcpy(&bits, &single, sizeof single);
    else
        memcpy(&bits, &value, sizeof value);
    return bits;
}

/* Values that every signed type, and those that every unsigned type holds. */
static const double with_sign[6] = {-128, -1, 0, 1, 100, 127}, without_sign[6] = {0, 1, 2, 127, 200, 255};

static void check_numbers(const struct made *made, const double expected[6], const char *what)
{
    struct made packed;
    pack(made, &packed);
    uint64_t hash[2];
    for (int p = 0; p < 2; p++) {
        struct array array;
        struct err err;
        float value[6];
        must_open(p ? &packed : made, &array);
        assert_int_equal(array.count, 6);
        assert_int_equal(array.rank, 2);
        assert_true(array.dim[0] == 2 && array.dim[1] == 3);
        if (array_read_numbers(&array, value, &err) != 0)
            fail_msg("%s: %s", what, err.message);
        for (int i = 0; i < 6; i++)
            if (value[i] != (float)expected[i])
                fail_msg("%s: value %d is %g, expected %g", what, i, (double)value[i], expected[i]);
        hash[p] = array_hash(&array);
        array_close(&array);
    }
    assert_true(hash[0] == hash[1]);
}

static void idx_types_are_read(void **state)
{
    (void)state;
    static const struct {
        int type;
        const char *code;
    } types[] = {{8, "u1"}, {9, "i1"}, {0x0B, "i2"}, {0x0C, "i4"}, {0x0D, "f4"}, {0x0E, "f8"}};
    struct made made;
    for (size_t t = 0; t < 6; t++) {
        const double *value = types[t].code[0] == 'u' ? without_sign : with_sign;
        begin_idx(&made, types[t].type, 2, (uint32_t[]){2, 3});
        for (int i = 0; i < 6; i++)
            add_whole(&made, bits_of(value[i], types[t].code), (size_t)(types[t].code[1] - '0'), true);
        check_numbers(&made, value, types[t].code);
    }
}

static void npy_types_and_orders_are_read(void **state)
{
    (void)state;
    static const char *const codes[] = {"u1", "i1", "u2", "i2", "u4", "i4", "u8", "i8", "f4", "f8"};
    static const int fortran_place[6] = {0, 3, 1, 4, 2, 5};
    struct made made;
    for (size_t t = 0; t < sizeof codes / sizeof *codes; t++)
        for (int variant = 0; variant < 12; variant++) {
            bool big = variant & 1, fortran = variant & 2;
            int version = variant / 4 + 1;
            const double *value = codes[t][0] == 'u' ? without_sign : with_sign;
            char header[160];
            snprintf(header, sizeof header, "{'descr': '%c%s', 'fortran_order': %s, 'shape': (2, 3), }   \n",
                     codes[t][1] == '1' ? '|' : big ? '>' : '<', codes[t], fortran ? "True" : "False");
            begin_npy(&made, version, header);
            for (int i = 0; i < 6; i++)
                add_whole(&made, bits_of(value[fortran ? fortran_place[i] : i], codes[t]),
                          (size_t)(codes[t][1] - '0'), big);
            check_numbers(&made, value, header);
        }
}

static void bytes_stay_bytes(void **state)
{
    (void)state;
    struct made made;
    struct array array;
    struct err err;
    uint8_t value[6];
    begin_npy(&made, 1, "{'shape': (2, 3), 'fortran_order': True, 'descr': '|b1'}\n");
    add(&made, "\0\1\2\0\0\1", 6);
    must_open(&made, &array);
    assert_true(array_is_bytes(&array));
    assert_int_equal(array_read_bytes(&array, value, &err), 0);
    assert_memory_equal(value, "\0\1\0\1\0\1", 6);
    array_close(&array);
    begin_idx(&made, 8, 3, (uint32_t[]){3, 1, 2});
    add(&made, "\0\1\2\3\4\377", 6);
    must_open(&made, &array);
    struct text shape = {0};
    array_print_shape(&array, &shape);
    assert_string_equal(shape.data, "3x1x2");
    text_free(&shape);
    assert_int_equal(array_read_bytes(&array, value, &err), 0);
    assert_memory_equal(value, "\0\1\2\3\4\377", 6);
    array_close(&array);
}

static void doubles_beyond_float_are_refused(void **state)
{
    (void)state;
    struct made made;
    static const double values[3] = {1, 1e300, 2};
    begin_npy(&made, 1, "{'descr': '<f8', 'fortran_order': False, 'shape': (3,)}");
    for (int i = 0; i < 3; i++)
        add_whole(&made, bits_of(values[i], "f8"), 8, false);
    must_refuse(&made, "value 1 is beyond the range");
    struct array array;
    struct err err;
    float read[2];
    begin_npy(&made, 1, "{'descr': '<f8', 'fortran_order': False, 'shape': (2,)}");
    add_whole(&made, bits_of((double)NAN, "f8"), 8, false);
    add_whole(&made, bits_of((double)-INFINITY, "f8"), 8, false);
    must_open(&made, &array);
    assert_int_equal(array_read_numbers(&array, read, &err), 0);
    assert_true(isnan(read[0]) && isinf(read[1]) && read[1] < 0);
    array_close(&array);
}

static void idx_headers_are_checked(void **state)
{
    (void)state;
    struct made made;
    must_refuse(&(struct made){.n = 0}, "ends after 0 bytes");
    must_refuse(&(struct made){.bytes = "\0\0\10", .n = 3}, "ends after 3 bytes, expected at least 1 more");
    must_refuse(&(struct made){.bytes = "abcd", .n = 4}, "begins with the bytes 61 62 63 64");
    begin_idx(&made, 8, 2, (uint32_t[]){2, 3});
    for (made.n = 4; made.n < 12; made.n++)
        must_refuse(&made, "expected at least");
    add(&made, "abcde", 5);
    must_refuse(&made, "promises an array of 2x3; the file can hold 5");
    add(&made, "fg", 2);
    must_refuse(&made, "promises an array of 2x3; 1 bytes would follow it");
    begin_idx(&made, 8, 4, (uint32_t[]){UINT32_MAX, UINT32_MAX, UINT32_MAX, UINT32_MAX});
    must_refuse(&made, "promises an array of 4294967295x4294967295x4294967295x4294967295; the file can hold 0");
    begin_idx(&made, 0x0E, 3, (uint32_t[]){0x80000000u, 0x80000000u, 4});
    must_refuse(&made, "the file can hold");
    begin_idx(&made, 8, 2, (uint32_t[]){0, 3});
    must_refuse(&made, "expected no dimension of 0");
    begin_idx(&made, 0x0A, 1, (uint32_t[]){1});
    must_refuse(&made, "IDX type 0x0A; legal:");
    begin_idx(&made, 8, 9, (uint32_t[]){1, 1, 1, 1, 1, 1, 1, 1, 1});
    must_refuse(&made, "an IDX array of 9 dimensions; legal: 1 to 8");
}

static void npy_headers_are_checked(void **state)
{
    (void)state;
#define REST "'fortran_order': False, 'shape': (2,)"
    static const struct {
        const char *header, *part;
    } cases[] = {
        {"{'descr': '|O', " REST "}", "holds Python objects (type '|O')"},
        {"{'descr': [('a', '<f4'), ('b', '<i4')], " REST "}", "records of named fields"},
        {"{'descr': ('<f4', (2,)), " REST "}", "records of named fields"},
        {"{'descr': '<f2', " REST "}", "type '<f2'; legal: b1 u1"},
        {"{'descr': '<c8', " REST "}", "type '<c8'"},
        {"{'descr': '<U4', " REST "}", "type '<U4'"},
        {"{'descr': '|i4', " REST "}", "type '|i4'"},
        {"{'descr': '', " REST "}", "type ''"},
        {"{'descr': '\033[31m', " REST "}", "type '\\x1B[31m'"},
        {"{'descr': __import__('os'), " REST "}", "byte 10 of the .npy header: expected a word in quotes"},
        {"{'descr': 'x\\x41', " REST "}", "expected a short word"},
        {"{'descr': '<f4, " REST "}", "type '<f4, '"},
        {"{'descr': '|u1', 'descr': '|u1', " REST "}", "expected each entry once"},
        {"{'descr': '|u1', 'extra': 1, " REST "}", "expected 'descr', 'fortran_order' or 'shape'"},
        {"{" REST "}", "expected all of"},
        {"{'descr': '|u1', " REST "} + {}", "expected nothing after"},
        {"{'descr': '|u1', " REST, "expected"},
        {"{'descr': '|u1' " REST "}", "a comma or a closing bracket"},
        {"('descr', '|u1')", "a dictionary"},
        {"", "a dictionary"},
        {"{'descr': '|u1', 'fortran_order': 0, 'shape': (2,)}", "True or False"},
        {"{'descr': '|u1', 'fortran_order': False, 'shape': (2)}", "a comma after the only dimension"},
        {"{'descr': '|u1', 'fortran_order': False, 'shape': (-2,)}", "a whole number from 0 up"},
        {"{'descr': '|u1', 'fortran_order': False, 'shape': (2L,)}", "expected a comma"},
        {"{'descr': '|u1', 'fortran_order': False, 'shape': (1e3,)}", "expected a comma"},
        {"{'descr': '|u1', 'fortran_order': False, 'shape': [2]}", "in round brackets"},
        {"{'descr': '|u1', 'fortran_order': False, 'shape': (2", "a comma or a closing bracket"},
        {"{'descr': '|u1', 'fortran_order': False, 'shape': ()}", "an array of no dimensions"},
        {"{'descr': '|u1', 'fortran_order': False, 'shape': (2, 0)}", "no dimension of 0"},
        {"{'descr': '|u1', 'fortran_order': False, 'shape': (1,1,1,1,1,1,1,1,2)}", "more than 8 dimensions"},
        {"{'descr': '|u1', 'fortran_order': False, 'shape': (18446744073709551616,)}", "a dimension below 2 to the 64"},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (18446744073709551615,)}", "the file can hold 0"},
        {"{'descr': '|u1', 'fortran_order': False, 'shape': (4294967296, 4294967296)}", "the file can hold 2"},
        {"{'descr': '|u1', 'fortran_order': False, 'shape': (3,)}", "promises an array of 3; the file can hold 2"},
        {"{'descr': '|u1', 'fortran_order': False, 'shape': (1,)}", "1 bytes would follow"},
    };
#undef REST
    struct made made;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        begin_npy(&made, 1, cases[i].header);
        add(&made, "ab", 2);
        must_refuse(&made, cases[i].part);
    }
    begin_npy(&made, 4, "{'descr': '|u1', 'fortran_order': False, 'shape': (2,)}");
    must_refuse(&made, ".npy version 4.0; legal");
    must_refuse(&(struct made){.bytes = "\x93NUMPX\1\0", .n = 8}, "its magic is wrong");
    must_refuse(&(struct made){.bytes = "\x93NUMPY\2\0\xff\xff\xff\xff", .n = 12}, "header of 4294967295 bytes; legal");
    must_refuse(&(struct made){.bytes = "\x93NUMPY\1\0\x20\0{", .n = 11}, "ends after 11 bytes, expected at least 31");
}

static void packed_files_are_checked(void **state)
{
    (void)state;
    struct made plain, packed, changed;
    begin_idx(&plain, 8, 2, (uint32_t[]){100, 200});
    for (int i = 0; i < 20000; i++)
        add_whole(&plain, (uint64_t)(i * i) >> 3 & 255, 1, true);
    pack(&plain, &packed);
    for (size_t n = 2; n < packed.n; n += 1 + packed.n / 60) {
        changed = packed;
        changed.n = n;
        must_refuse(&changed, n < 30 ? "" : "gzip file is cut short");
    }
    changed = packed;
    changed.n--;
    must_refuse(&changed, "gzip file is cut short");
    changed = packed;
    changed.bytes[changed.n - 6] ^= 1; /* its checksum */
    must_refuse(&changed, "gzip file is damaged");
    changed = packed;
    add(&changed, "trailing", 8);
    must_refuse(&changed, "gzip file is damaged");
    changed = plain;
    add(&changed, "x", 1);
    pack(&changed, &packed);
    must_refuse(&packed, "found bytes after the 20012");
    /* A small file that promises more than deflate can pack into it. */
    begin_idx(&plain, 8, 2, (uint32_t[]){60000, 784});
    pack(&plain, &packed);
    must_refuse(&packed, "promises an array of 60000x784; the file can hold");
}

static void members_are_one_file(void **state)
{
    (void)state;
    struct made first, second = {.n = 0}, packed, rest;
    struct array array;
    struct err err;
    uint8_t value[6];
    begin_idx(&first, 8, 1, (uint32_t[]){6});
    add(&first, "abc", 3);
    add(&second, "def", 3);
    pack(&first, &packed);
    pack(&second, &rest);
    add(&packed, rest.bytes, rest.n);
    must_open(&packed, &array);
    assert_int_equal(array_read_bytes(&array, value, &err), 0);
    assert_memory_equal(value, "abcdef", 6);
    array_close(&array);
}

static void what_is_no_file_is_refused(void **state)
{
    (void)state;
    struct array array;
    struct err err;
    char path[] = "/tmp/dnntui-test-array-XXXXXX";
    int file = mkstemp(path);
    assert_true(file >= 0);
    assert_int_equal(write(file, "\0\0\10\1\0\0\0\2ab", 10), 10);
    close(file);
    assert_true(array_begins(path));
    assert_int_equal(array_open(&array, path, &err), 0);
    array_close(&array);
    unlink(path);
    assert_false(array_begins(path));
    assert_int_equal(array_open(&array, path, &err), -1);
    assert_int_equal(err.code, ERR_FILE);
    assert_false(array_begins("/tmp"));
    assert_int_equal(array_open(&array, "/tmp", &err), -1);
    assert_string_equal(err.message, "/tmp: is not a file");
}

static void written_headers_are_read(void **state)
{
    static const int dims[][3] = {{5, 0, 0}, {2, 3, 0}, {7, 1, 2}};
    (void)state;
    for (int rank = 1; rank <= 3; rank++) {
        struct text file = {0};
        struct array array;
        struct err err = {0};
        float values[14], read[14];
        size_t count = 1;
        npy_print_header(rank, dims[rank - 1], &file);
        assert_int_equal(file.length % 64, 0);
        for (int i = 0; i < rank; i++)
            count *= (size_t)dims[rank - 1][i];
        for (size_t i = 0; i < count; i++)
            values[i] = (float)i - 1.5f;
        text_add_bytes(&file, (const char *)values, count * sizeof *values);
        if (array_open_bytes(&array, "a.npy", file.data, file.length, &err) || array_read_numbers(&array, read, &err))
            fail_msg("%s", err.message);
        assert_int_equal(array.rank, rank);
        assert_int_equal(array.count, count);
        for (int i = 0; i < rank; i++)
            assert_int_equal(array.dim[i], dims[rank - 1][i]);
        assert_memory_equal(read, values, count * sizeof *values);
        array_close(&array);
        text_free(&file);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(written_headers_are_read),
        cmocka_unit_test(idx_types_are_read),
        cmocka_unit_test(npy_types_and_orders_are_read),
        cmocka_unit_test(bytes_stay_bytes),
        cmocka_unit_test(doubles_beyond_float_are_refused),
        cmocka_unit_test(idx_headers_are_checked),
        cmocka_unit_test(npy_headers_are_checked),
        cmocka_unit_test(packed_files_are_checked),
        cmocka_unit_test(members_are_one_file),
        cmocka_unit_test(what_is_no_file_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
