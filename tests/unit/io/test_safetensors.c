/* test_safetensors.c: what is written is read back, a file made by hand is understood, a broken one is refused. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "io/safetensors.h"

static char folder[] = "/tmp/dnntui-safetensors-XXXXXX";
static char path[sizeof folder + 16];

static int set_up(void **state)
{
    (void)state;
    if (!mkdtemp(folder))
        return -1;
    snprintf(path, sizeof path, "%s/a.safetensors", folder);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    unlink(path);
    return rmdir(folder);
}

static void put_file(const char *header, uint64_t length, const void *data, size_t n)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    fwrite(&length, sizeof length, 1, file);
    fwrite(header, 1, strlen(header), file);
    fwrite(data, 1, n, file);
    assert_int_equal(fclose(file), 0);
}

static void test_round_trip(void **state)
{
    (void)state;
    struct safetensors out = {0}, in;
    struct err err = {0};
    float weight[6] = {1, -2, 3.5f, 1e-30f, 5, 6}, scalar[1] = {42};
    const char *odd = "a \"quoted\" \\ name\n\t\xc3\xa4 \xf0\x9f\x98\x80";
    assert_int_equal(safetensors_add(&out, "fc1.weight", 2, (uint64_t[]){2, 3}, weight, &err), 0);
    assert_int_equal(safetensors_add(&out, "empty", 2, (uint64_t[]){0, 7}, NULL, &err), 0);
    assert_int_equal(safetensors_add(&out, odd, 0, NULL, scalar, &err), 0);
    assert_int_equal(safetensors_set(&out, "seed", "1", &err), 0);
    assert_int_equal(safetensors_set(&out, odd, odd, &err), 0);
    assert_int_equal(safetensors_set(&out, "seed", "2", &err), 0);
    assert_int_equal(safetensors_add(&out, "empty", 1, (uint64_t[]){1}, scalar, &err), -1);
    assert_int_equal(safetensors_add(&out, "bad\xff", 1, (uint64_t[]){1}, scalar, &err), -1);
    assert_int_equal(safetensors_add(&out, "__metadata__", 1, (uint64_t[]){1}, scalar, &err), -1);
    assert_int_equal(safetensors_add(&out, "vast", 2, (uint64_t[]){UINT64_MAX, 3}, scalar, &err), -1);
    assert_int_equal(safetensors_set(&out, "k", "\xc3", &err), -1);
    assert_int_equal(safetensors_write(&out, path, &err), 0);
    assert_int_equal(safetensors_read(&in, path, &err), 0);
    assert_int_equal(in.tensors, 3);
    assert_int_equal(in.pairs, 2);
    assert_string_equal(safetensors_get(&in, "seed"), "2");
    assert_string_equal(safetensors_get(&in, odd), odd);
    assert_null(safetensors_get(&in, "none"));
    assert_null(safetensors_find(&in, "none"));
    const struct safetensor *tensor = safetensors_find(&in, "fc1.weight");
    assert_int_equal(tensor->rank, 2);
    assert_true(tensor->dim[0] == 2 && tensor->dim[1] == 3 && tensor->count == 6);
    assert_memory_equal(tensor->data, weight, sizeof weight);
    assert_int_equal(safetensors_find(&in, odd)->rank, 0);
    assert_true(safetensors_find(&in, odd)->data[0] == 42);
    assert_int_equal(safetensors_find(&in, "empty")->count, 0);
    assert_string_equal(in.tensor[0].name, "fc1.weight");
    safetensors_close(&in);
    safetensors_close(&out);
}

static void test_nothing(void **state)
{
    (void)state;
    struct safetensors out = {0}, in;
    struct err err = {0};
    assert_int_equal(safetensors_write(&out, path, &err), 0);
    assert_int_equal(safetensors_read(&in, path, &err), 0);
    assert_true(in.tensors == 0 && in.pairs == 0);
    safetensors_close(&in);
}

static void test_written_bytes(void **state)
{
    (void)state;
    const char header[] = "{\"__metadata__\":{\"k\":\"v\"},"
                          "\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},"
                          "\"a\":{\"dtype\":\"F32\",\"shape\":[1,2],\"data_offsets\":[4,12]}}";
    struct safetensors out = {0};
    float data[3] = {1, 2, 3};
    unsigned char bytes[512];
    assert_int_equal(safetensors_add(&out, "b", 1, (uint64_t[]){1}, data, NULL), 0);
    assert_int_equal(safetensors_add(&out, "a", 2, (uint64_t[]){1, 2}, data + 1, NULL), 0);
    assert_int_equal(safetensors_set(&out, "k", "v", NULL), 0);
    assert_int_equal(safetensors_write(&out, path, NULL), 0);
    safetensors_close(&out);
    FILE *file = fopen(path, "rb");
    size_t n = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    size_t padded = (strlen(header) + 7) / 8 * 8;
    assert_int_equal(n, 8 + padded + sizeof data);
    assert_true(bytes[0] == padded && bytes[1] == 0 && bytes[7] == 0);
    assert_memory_equal(bytes + 8, header, strlen(header));
    for (size_t i = strlen(header); i < padded; i++)
        assert_int_equal(bytes[8 + i], ' ');
    assert_memory_equal(bytes + 8 + padded, data, sizeof data);
}

static void test_known_bytes(void **state)
{
    (void)state;
    /* Later data described first, blanks where JSON allows them, 1.0 and -2.0 and 0.5 in little-endian IEEE 754. */
    const char header[] = "{ \"y\": {\"shape\":[1,1,1], \"data_offsets\":[8,12],\"dtype\":\"F32\"} , "
                          "\"x\":{\"dtype\":\"F32\",\"data_offsets\":[0,8],\"shape\":[2]}}   ";
    const unsigned char data[] = {0, 0, 0x80, 0x3F, 0, 0, 0, 0xC0, 0, 0, 0, 0x3F};
    struct safetensors in;
    struct err err = {0};
    put_file(header, strlen(header), data, sizeof data);
    assert_int_equal(safetensors_read(&in, path, &err), 0);
    assert_int_equal(in.tensors, 2);
    assert_string_equal(in.tensor[0].name, "x");
    assert_true(in.tensor[0].data[0] == 1.0f && in.tensor[0].data[1] == -2.0f && in.tensor[1].data[0] == 0.5f);
    safetensors_close(&in);
}

/* What a file of PyTorch holds besides floats is passed over, wherever it stands, and listed. */
static void test_other_types(void **state)
{
    (void)state;
    const char header[] = "{\"bn1.num_batches_tracked\":{\"dtype\":\"I64\",\"shape\":[],\"data_offsets\":[4,12]},"
                          "\"mask\":{\"dtype\":\"BOOL\",\"shape\":[3],\"data_offsets\":[12,15]},"
                          "\"y\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[15,23]},"
                          "\"x\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}";
    const unsigned char data[] = {0, 0, 0x80, 0x3F, 7, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1,
                                  0, 0, 0, 0xC0, 0, 0, 0, 0x3F};
    struct safetensors in;
    struct err err = {0};
    put_file(header, strlen(header), data, sizeof data);
    if (safetensors_read(&in, path, &err))
        fail_msg("%s", err.message);
    assert_true(in.tensors == 2 && in.unreads == 2);
    assert_string_equal(in.unread[0].name, "bn1.num_batches_tracked");
    assert_string_equal(in.unread[0].dtype, "I64");
    assert_string_equal(in.unread[1].name, "mask");
    assert_string_equal(in.unread[1].dtype, "BOOL");
    assert_null(safetensors_find(&in, "mask"));
    assert_true(in.tensor[0].data[0] == 1 && in.tensor[1].data[0] == -2 && in.tensor[1].data[1] == 0.5f);
    safetensors_close(&in);
}

#define F32(shape, from, to) "{\"dtype\":\"F32\",\"shape\":" shape ",\"data_offsets\":[" from "," to "]}"
#define META(value) "{\"__metadata__\":" value "}"

static void test_refused(void **state)
{
    (void)state;
    /* Each with 8 bytes of data, and a part of what must be said of it. */
    static const struct {
        const char *header, *message;
    } broken[] = {
        {" {}", "does not begin with {"},
        {"{\"a\":", "its header, byte"},
        {"{} x", "its header, byte"},
        {"{\"a\":" F32("[2]", "0", "8") ",\"a\":" F32("[2]", "0", "8") "}", "duplicate object key"},
        {"{}", "8 bytes after the last tensor"},
        {META("3"), "__metadata__ is not an object of strings"},
        {META("{\"k\":1}"), "__metadata__: 'k' is not a string"},
        {"{\"\":" F32("[2]", "0", "8") "}", "a tensor has no name"},
        {"{\"a\":[]}", "'a' is not described by an object"},
        {"{\"a\":{\"shape\":[2],\"data_offsets\":[0,8]}}", "'a': dtype is missing"},
        {"{\"a\":{\"dtype\":\"F17\",\"shape\":[4],\"data_offsets\":[0,8]}}", "'a': dtype is F17; legal: F32"},
        {"{\"a\":{\"dtype\":\"I64\",\"shape\":[2],\"data_offsets\":[0,8]}}",
         "'a': its shape takes 16 bytes, its data_offsets span 8"},
        {"{\"a\":{\"dtype\":\"I64\",\"shape\":[2305843009213693953],\"data_offsets\":[0,8]}}",
         "'a': its shape has more elements than memory"},
        {"{\"a\":{\"dtype\":\"I64\",\"shape\":[1],\"data_offsets\":[0,8]},\"b\":" F32("[1]", "4", "8") "}",
         "'b': its data begins at 4, within"},
        {"{\"a\":{\"dtype\":\"F32\",\"data_offsets\":[0,8]}}", "'a': shape is not an array"},
        {"{\"a\":" F32("[2.0]", "0", "8") "}", "'a': dimension 0 is not a whole number"},
        {"{\"a\":" F32("[2,-1]", "0", "8") "}", "'a': dimension 1 is not a whole number"},
        {"{\"a\":" F32("[1,1,1,1,1,1,1,1,2]", "0", "8") "}", "'a': 9 dimensions; legal: up to 8"},
        {"{\"a\":" F32("[4294967296,4294967296,2]", "0", "8") "}", "'a': its shape has more elements than memory"},
        {"{\"a\":" F32("[4611686018427387906]", "0", "8") "}", "'a': its shape has more elements than memory"},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[2]}}", "'a': data_offsets are not two whole numbers"},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4,8]}}", "are not two whole numbers"},
        {"{\"a\":" F32("[2]", "8", "0") "}", "'a': data_offsets 8 to 0 do not ascend"},
        {"{\"a\":" F32("[2]", "-8", "0") "}", "'a': data_offsets -8 to 0 do not ascend"},
        {"{\"a\":" F32("[3]", "0", "12") "}", "'a': its data ends at 12, the file holds 8 bytes"},
        {"{\"a\":" F32("[1]", "0", "8") "}", "'a': its shape takes 4 bytes, its data_offsets span 8"},
        {"{\"a\":" F32("[2]", "0", "8") ",\"b\":" F32("[1]", "4", "8") "}", "'b': its data begins at 4, within"},
        {"{\"a\":" F32("[1]", "4", "8") "}", "'a': its data begins at 4, after a hole at 0"},
        {"{\"a\":" F32("[1]", "0", "4") "}", "4 bytes after the last tensor"},
        {"{\"a\":" F32("[99999999999999999999]", "0", "8") "}", "its header, byte"},
        {"{\"a\\u0000\":" F32("[2]", "0", "8") "}", "its header, byte"},
        {"{\"a\xff\":" F32("[2]", "0", "8") "}", "its header, byte"},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8],\"x\":1}}", "'a': unknown key 'x'"},
    };
    const float data[2] = {1, 2};
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        struct safetensors in;
        struct err err = {0};
        put_file(broken[i].header, strlen(broken[i].header), data, sizeof data);
        assert_int_equal(safetensors_read(&in, path, &err), -1);
        assert_int_equal(err.code, ERR_DATA);
        assert_int_equal(strncmp(err.message, path, strlen(path)), 0);
        if (!strstr(err.message, broken[i].message))
            fail_msg("%s: said '%s'", broken[i].header, err.message);
        assert_true(in.tensors == 0 && in.unreads == 0 && in.block == NULL);
    }
}

static void refuse_length(uint64_t length, const char *message)
{
    struct safetensors in;
    struct err err = {0};
    put_file("{}      ", length, "", 0);
    assert_int_equal(safetensors_read(&in, path, &err), -1);
    assert_non_null(strstr(err.message, message));
}

static void test_refused_lengths(void **state)
{
    (void)state;
    struct safetensors in;
    struct err err = {0};
    refuse_length(9, "cut short: a header of 9 bytes, 8 are there");
    refuse_length(0, "a header of 0 bytes");
    refuse_length(UINT64_MAX, "a header of 18446744073709551615 bytes");
    refuse_length(1u << 30, "legal: 2 to 16777216");
    assert_int_equal(truncate(path, 7), 0);
    assert_int_equal(safetensors_read(&in, path, &err), -1);
    assert_non_null(strstr(err.message, "7 bytes are too few"));
    assert_int_equal(safetensors_read(&in, folder, &err), -1);
    assert_non_null(strstr(err.message, "is not a file"));
    assert_int_equal(safetensors_read(&in, "/nowhere/at/all", &err), -1);
    assert_int_equal(err.code, ERR_FILE);
    assert_non_null(strstr(err.message, strerror(ENOENT)));
}

/* A header of 5,000 open brackets ends in a message, not in an exhausted stack. */
static void test_deep(void **state)
{
    (void)state;
    char header[5008] = "{\"a\":";
    memset(header + 5, '[', 5000);
    struct safetensors in;
    struct err err = {0};
    put_file(header, strlen(header), "", 0);
    assert_int_equal(safetensors_read(&in, path, &err), -1);
    assert_non_null(strstr(err.message, "depth"));
}

/* A file that was damaged at a random byte, or cut, is read or refused; nothing else happens to the program. */
static void test_damaged(void **state)
{
    (void)state;
    struct safetensors out = {0}, in;
    float data[4] = {1, 2, 3, 4};
    unsigned char bytes[512], damaged[512];
    safetensors_add(&out, "a", 1, (uint64_t[]){3}, data, NULL);
    safetensors_add(&out, "b", 1, (uint64_t[]){1}, data + 3, NULL);
    safetensors_set(&out, "k", "v", NULL);
    assert_int_equal(safetensors_write(&out, path, NULL), 0);
    safetensors_close(&out);
    FILE *file = fopen(path, "rb");
    size_t n = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    int refused = 0;
    for (size_t cut = 0; cut < n; cut++)
        for (int flip = 0; flip < 2; flip++) {
            memcpy(damaged, bytes, n);
            damaged[cut] ^= (unsigned char)(flip ? 1 << cut % 8 : 0);
            file = fopen(path, "wb");
            fwrite(damaged, 1, flip ? n : cut, file);
            fclose(file);
            struct err err = {0};
            int status = safetensors_read(&in, path, &err);
            refused += status != 0;
            if (!flip)
                assert_int_equal(status, -1);
            safetensors_close(&in);
        }
    assert_true(refused > (int)n);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),    cmocka_unit_test(test_nothing), cmocka_unit_test(test_written_bytes),
        cmocka_unit_test(test_known_bytes),   cmocka_unit_test(test_refused), cmocka_unit_test(test_refused_lengths),
        cmocka_unit_test(test_deep),          cmocka_unit_test(test_damaged), cmocka_unit_test(test_other_types),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
