/* test_args.c: words into values, what is said of wrong ones, and values back into words. */
#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/args.h"
#include "base/rng.h"

static const char *const losses[] = {"ce", "bce", "mse", "mae", "huber", NULL};
static const char *const modes[] = {"fan_in", "fan_out", "fan_avg", NULL};
static const char *const shapes[] = {"uniform", "normal", NULL};

static const struct arg_spec dense[] = {
    {.name = "units", .type = ARG_INT, .min = 1, .max = 65536, .summary = "number of outputs"},
    {.name = "bias", .type = ARG_SWITCH, .preset = "on", .summary = "whether a bias is added"},
    {0}};
static const struct arg_spec lr[] = {{.name = "rate", .type = ARG_NUMBER, .min = DBL_MIN, .max = INFINITY}, {0}};
static const struct arg_spec loss[] = {
    {.name = "kind", .type = ARG_CHOICE, .choices = losses},
    {.name = "delta", .type = ARG_NUMBER, .max = 100, .preset = "1"},
    {0}};
static const struct arg_spec init[] = {
    {.name = "scale", .type = ARG_NUMBER, .preset = "2", .summary = "of the variance"},
    {.name = "mode", .type = ARG_CHOICE, .choices = modes, .preset = "fan_in", .summary = "what it is divided by"},
    {.name = "shape", .type = ARG_CHOICE, .choices = shapes, .preset = "normal", .summary = "of the distribution"},
    {0}};
static const struct arg_spec stop[] = {
    {.name = "count", .type = ARG_INT, .preset = ""}, {.name = "condition", .type = ARG_REST}, {0}};
static const struct arg_spec load[] = {
    {.name = "file", .type = ARG_FILE}, {.name = "name", .type = ARG_WORD, .preset = ""}, {0}};

static const char *const margins[] = {"same", "valid", NULL};
static const struct arg_spec conv[] = {
    {.name = "filters", .type = ARG_INT, .min = 1, .max = 100},
    {.name = "kernel", .type = ARG_EXTENT, .min = 1, .max = 64, .ranks = ARG_RANK(2), .square = 2,
     .summary = "its size"},
    {.name = "stride", .type = ARG_EXTENT, .min = 1, .max = 64, .ranks = ARG_RANK(2), .square = 2, .preset = ""},
    {.name = "padding", .type = ARG_EXTENT, .max = 64, .ranks = ARG_RANK(2), .square = 2, .choices = margins,
     .preset = "same"},
    {0}};
static const struct arg_spec reshape[] = {
    {.name = "shape", .type = ARG_EXTENT, .min = 1, .max = 65536, .ranks = ARG_RANK(1) | ARG_RANK(3)}, {0}};

static int parse(const struct arg_spec *specs, const char *what, const char *typed, struct arg_values *values,
                 struct text *line, struct text *rest, struct err *err)
{
    char *words[16];
    text_clear(line);
    text_add(line, "%s", typed);
    int count = text_split(line->data, words, 16);
    assert_true(count >= 0);
    return args_parse(specs, what, count, words, rest, values, err);
}

static void refused(const struct arg_spec *specs, const char *what, const char *typed, const char *want)
{
    struct arg_values values;
    struct text line = {0}, rest = {0};
    struct err err = {0};
    assert_int_equal(parse(specs, what, typed, &values, &line, &rest, &err), -1);
    assert_int_equal(err.code, ERR_USAGE);
    assert_string_equal(err.message, want);
    text_free(&line);
    text_free(&rest);
}

/* TYPED is read, and its values are printed as WANT. */
static void reads(const struct arg_spec *specs, const char *typed, const char *want)
{
    struct arg_values values;
    struct text line = {0}, rest = {0}, out = {0};
    struct err err = {0};
    if (parse(specs, "it", typed, &values, &line, &rest, &err))
        fail_msg("'%s': %s", typed, err.message);
    text_add(&out, "%s", "");
    args_format(specs, &values, &out);
    assert_string_equal(out.data, want);
    text_free(&line);
    text_free(&rest);
    text_free(&out);
}

static void test_read(void **state)
{
    (void)state;
    reads(dense, "64", " 64");
    reads(dense, "off 64", " 64 bias=off");
    reads(dense, "units=64 bias=on", " 64");
    reads(dense, "1e2 bias=off", " 100 bias=off");
    reads(lr, "0.1", " 0.1");
    reads(lr, "1e-300", " 1e-300");
    reads(lr, "0.30000000000000004", " 0.30000000000000004");
    reads(loss, "hub delta=2", " huber delta=2");
    reads(loss, "2 huber", " huber delta=2");
    reads(init, "fan_avg uniform", " mode=fan_avg shape=uniform");
    reads(init, "uni 3 fan_o", " scale=3 mode=fan_out shape=uniform");
    reads(init, "", "");
    reads(NULL, "", "");
    reads(stop, "5 if x > 3", " count=5 if x > 3");
    reads(stop, "condition=5 x", " condition=5 x");
    reads(stop, "if 'two  blanks'", " condition='if two  blanks'");
    reads(load, "'my file.csv' net", " file='my file.csv' name=net");
    reads(load, "file=a=b", " a=b");
    reads(load, "file=name=b", " file=name=b");
    reads(load, "''", " file=''");
    reads(conv, "64 3x3", " 64 3x3");
    reads(conv, "64 3", " 64 3");
    reads(conv, "3x5 64", " 64 3x5");
    reads(conv, "64 3x3 2", " 64 3x3 stride=2");
    reads(conv, "64 3x3 valid 2x1", " 64 3x3 stride=2x1 padding=valid");
    reads(conv, "64 3x3 same", " 64 3x3");
    reads(conv, "val 64 3x3", " 64 3x3 padding=valid");
    reads(conv, "64 3x3 padding=0", " 64 3x3 padding=0");
    reads(conv, "kernel=1 64 padding=1x2", " 64 1 padding=1x2");
    reads(reshape, "1x28x28", " 1x28x28");
    reads(reshape, "784", " 784");
}

static void test_values(void **state)
{
    (void)state;
    struct arg_values values;
    struct text line = {0}, rest = {0};
    struct err err = {0};
    assert_int_equal(parse(init, "init", "mode=fan_avg", &values, &line, &rest, &err), 0);
    assert_true(!values.given[0] && values.given[1] && !values.given[2]);
    assert_true(values.number[0] == 2 && values.number[1] == 2 && values.number[2] == 1);
    assert_int_equal(parse(stop, "break", "a  b\tc", &values, &line, &rest, &err), 0);
    assert_true(!values.given[0] && values.number[0] == 0);
    assert_string_equal(values.text[1], "a b c");
    assert_int_equal(parse(load, "load", "x", &values, &line, &rest, &err), 0);
    assert_string_equal(values.text[0], "x");
    assert_true(!values.given[1]);
    assert_string_equal(values.text[1], "");
    assert_int_equal(parse(conv, "conv", "64 3 padding=1x2", &values, &line, &rest, &err), 0);
    assert_true(values.number[0] == 64 && values.rank[1] == 1 && values.rank[2] == 0 && values.rank[3] == 2);
    assert_true(values.extent[1][0] == 3 && values.extent[1][1] == 3 && values.extent[1][2] == 0);
    assert_true(values.extent[3][0] == 1 && values.extent[3][1] == 2 && !values.given[2]);
    assert_int_equal(parse(conv, "conv", "64 3x3 valid", &values, &line, &rest, &err), 0);
    assert_true(values.rank[3] == 0 && values.number[3] == 1);
    args_preset(conv + 2, &values);
    assert_true(values.rank[0] == 0 && values.rank[1] == 0 && values.number[1] == 0);
    args_preset(init, &values);
    assert_true(!values.given[1] && values.number[0] == 2 && values.number[1] == 0 && values.number[2] == 1);
    assert_int_equal(args_count(NULL), 0);
    assert_int_equal(args_count(init), 3);
    text_free(&line);
    text_free(&rest);
}

static void test_refused(void **state)
{
    (void)state;
    refused(lr, "lr", "abc", "lr: 'abc' is not a number; legal: above 0");
    refused(lr, "lr", "nan", "lr: 'nan' is not a number; legal: above 0");
    refused(lr, "lr", "inf", "lr: 'inf' is not a number; legal: above 0");
    refused(lr, "lr", "0", "lr: rate is 0; legal: above 0");
    refused(dense, "dense", "0", "dense: units is 0; legal: 1 to 65536");
    refused(dense, "dense", "65537", "dense: units is 65537; legal: 1 to 65536");
    refused(dense, "dense", "2.5", "dense: units is 2.5, a whole number is needed; legal: 1 to 65536");
    refused(dense, "dense", "units=x", "dense: units: 'x' is not a whole number; legal: 1 to 65536");
    refused(dense, "dense", "", "dense: units is missing; usage: dense UNITS [bias=on|off]");
    refused(dense, "dense", "64 maybe", "dense: bias: 'maybe' is neither on nor off");
    refused(dense, "dense", "64 units=3", "dense: units is given twice: 'units=3'");
    refused(dense, "dense", "64 off on", "dense: one argument too many: 'on'");
    refused(dense, "dense", "abc", "dense: nothing takes 'abc'; legal: units=1 to 65536, bias=on|off");
    refused(dense, "dense", "64 bais=off", "dense: nothing takes 'bais=off'; legal: bias=on|off");
    refused(conv, "conv", "64 3y3",
            "conv: nothing takes '3y3'; legal: kernel=N|NxN, N 1 to 64, stride=N|NxN, N 1 to 64, "
            "padding=same|valid|N|NxN, N 0 to 64");
    refused(conv, "conv", "64 3x3x3", "conv: kernel is 3x3x3, 3 numbers; legal: N|NxN, N 1 to 64");
    refused(conv, "conv", "64 0x3", "conv: kernel is 0x3; legal: N|NxN, N 1 to 64");
    refused(conv, "conv", "64 3x65", "conv: kernel is 3x65; legal: N|NxN, N 1 to 64");
    refused(conv, "conv", "64 3x99999999999999999999",
            "conv: kernel is 3x99999999999999999999; legal: N|NxN, N 1 to 64");
    refused(conv, "conv", "64 kernel=3x", "conv: kernel: '3x' is not a size; legal: N|NxN, N 1 to 64");
    refused(conv, "conv", "64 3 padding=-1",
            "conv: padding: '-1' is not a size; legal: same|valid|N|NxN, N 0 to 64");
    refused(conv, "conv", "64", "conv: kernel is missing; usage: conv FILTERS KERNEL [stride=N|NxN] "
                                "[padding=same|valid|N|NxN]");
    refused(reshape, "reshape", "3x4", "reshape: shape is 3x4, 2 numbers; legal: N|NxNxN, N 1 to 65536");
    refused(reshape, "reshape", "1x2x3x4x5", "reshape: '1x2x3x4x5' is not a size; legal: N|NxNxN, N 1 to 65536");
    refused(NULL, "bn", "x", "bn: one argument too many: 'x'");
    refused(loss, "loss", "mes", "loss: 'mes' is not one of ce bce mse mae huber (did you mean mse?)");
    refused(loss, "loss", "zebra", "loss: 'zebra' is not one of ce bce mse mae huber");
    refused(loss, "loss", "m", "loss: 'm' may be any of mse mae");
    refused(loss, "loss", "kind=", "loss: '' is not one of ce bce mse mae huber");
    refused(loss, "loss", "ce 101", "loss: delta is 101; legal: 0 to 100");
    refused(stop, "break", "count=1e17 x", "break: count is 1e17, more than 2^53; legal: any whole number");
    refused(stop, "break", "", "break: condition is missing; usage: break [COUNT] CONDITION...");
}

static void test_print(void **state)
{
    (void)state;
    struct text out = {0};
    args_usage(init, &out);
    assert_string_equal(out.data, " [scale=X] [mode=fan_in|fan_out|fan_avg] [shape=uniform|normal]");
    text_clear(&out);
    args_usage(load, &out);
    assert_string_equal(out.data, " FILE [NAME]");
    text_clear(&out);
    args_describe(dense, "  ", &out);
    assert_string_equal(out.data, "  units  1 to 65536   number of outputs\n"
                                  "  bias   on|off (on)  whether a bias is added\n");
    text_clear(&out);
    args_describe(conv + 1, "  ", &out);
    assert_string_equal(out.data, "  kernel   N|NxN, N 1 to 64             its size\n"
                                  "  stride   N|NxN, N 1 to 64 (optional)  \n"
                                  "  padding  same|valid|N|NxN, N 0 to 64 (same)  \n");
    text_clear(&out);
    args_usage(NULL, &out);
    args_describe(NULL, "  ", &out);
    assert_int_equal(out.length, 0);
    text_free(&out);
}

/* Every type twice, so that bare words could go astray. */
static const struct arg_spec all[] = {
    {.name = "a", .type = ARG_NUMBER, .preset = "0.5"},
    {.name = "b", .type = ARG_NUMBER},
    {.name = "c", .type = ARG_INT, .preset = ""},
    {.name = "d", .type = ARG_CHOICE, .choices = losses},
    {.name = "e", .type = ARG_SWITCH, .preset = "off"},
    {.name = "f", .type = ARG_WORD, .preset = "w"},
    {.name = "g", .type = ARG_FILE},
    {.name = "h", .type = ARG_REST, .preset = ""},
    {0}};

static char *random_word(struct rng *rng, char *word, int size)
{
    static const char letters[] = "ab=# '\"0.n\xc3\xa4";
    int n = (int)rng_below(rng, (uint32_t)size);
    for (int i = 0; i < n; i++)
        word[i] = letters[rng_below(rng, sizeof letters - 1)];
    word[n] = '\0';
    return word;
}

static void random_values(struct rng *rng, struct arg_values *values, char words[3][12])
{
    args_preset(all + 7, values); /* zeroes it */
    values->number[0] = rng_below(rng, 2) ? 0.5 : rng_normal(rng);
    values->number[1] = ldexp(rng_normal(rng), (int)rng_below(rng, 2000) - 1000);
    values->given[2] = rng_below(rng, 2);
    values->number[2] = values->given[2] ? (double)rng_u32(rng) - 2e9 : 0;
    values->number[3] = rng_below(rng, 5);
    values->number[4] = rng_below(rng, 2);
    values->text[5] = rng_below(rng, 2) ? "w" : random_word(rng, words[0], 12);
    values->text[6] = random_word(rng, words[1], 12);
    values->given[7] = rng_below(rng, 2);
    values->text[7] = values->given[7] ? random_word(rng, words[2], 12) : "";
}

static void test_round_trip(void **state)
{
    (void)state;
    struct rng rng = rng_start(1, RNG_TEST, 0, 0);
    struct text line = {0}, rest = {0}, out = {0};
    for (int round = 0; round < 20000; round++) {
        struct arg_values values, back;
        struct err err = {0};
        char words[3][12];
        random_values(&rng, &values, words);
        text_clear(&out);
        args_format(all, &values, &out);
        if (parse(all, "all", out.data, &back, &line, &rest, &err))
            fail_msg("%s: %s", out.data, err.message);
        for (int i = 0; i < 5; i++)
            assert_true(values.number[i] == back.number[i]);
        for (int i = 5; i < 8; i++)
            assert_string_equal(values.text[i], back.text[i]);
        assert_int_equal(values.given[2], back.given[2]);
        assert_int_equal(values.given[7], back.given[7]);
    }
    text_free(&line);
    text_free(&rest);
    text_free(&out);
}

/* Sizes: what was typed, 3 or 3x3, comes back as it was. */
static void test_round_trip_of_sizes(void **state)
{
    (void)state;
    struct rng rng = rng_start(2, RNG_TEST, 0, 0);
    struct text line = {0}, rest = {0}, out = {0};
    for (int round = 0; round < 5000; round++) {
        struct arg_values values, back;
        struct err err = {0};
        values = (struct arg_values){.number = {1 + rng_below(&rng, 100)}};
        for (int i = 1; i < 4; i++) {
            values.given[i] = i != 2 || rng_below(&rng, 2);
            values.rank[i] = values.given[i] ? 1 + (int)rng_below(&rng, 2) : 0;
            for (int k = 0; k < 2 && values.given[i]; k++)
                values.extent[i][k] = k && values.rank[i] == 1 ? values.extent[i][0] : 1 + (int)rng_below(&rng, 3);
        }
        text_clear(&out);
        args_format(conv, &values, &out);
        if (parse(conv, "conv", out.data, &back, &line, &rest, &err))
            fail_msg("%s: %s", out.data, err.message);
        assert_true(values.number[0] == back.number[0]);
        assert_memory_equal(values.extent, back.extent, sizeof values.extent);
        assert_memory_equal(values.rank, back.rank, sizeof values.rank);
    }
    text_free(&line);
    text_free(&rest);
    text_free(&out);
}

/* `--name value` is name=value; what is quoted comes back as it was typed, word by word. */
static void test_options(void **state)
{
    static const struct arg_spec back[] = {
        {.name = "steps", .type = ARG_INT, .min = 1, .max = 10, .preset = "1"},
        {.name = "op", .type = ARG_SWITCH, .preset = "off"},
        {.name = "rest", .type = ARG_REST, .quoted = true, .preset = ""},
        {0}};
    struct text line = {0}, rest = {0};
    struct arg_values values;
    struct err err;
    (void)state;
    assert_int_equal(parse(back, "back", "--op --steps 3", &values, &line, &rest, &err), 0);
    assert_true(values.number[0] == 3 && values.number[1] == 1);
    assert_int_equal(parse(back, "back", "--op off 4", &values, &line, &rest, &err), 0);
    assert_true(values.number[0] == 4 && values.number[1] == 0);
    assert_int_equal(parse(back, "back", "--op", &values, &line, &rest, &err), 0);
    assert_true(values.number[0] == 1 && values.number[1] == 1);
    assert_int_equal(parse(back, "back", "--steps", &values, &line, &rest, &err), -1);
    assert_string_equal(err.message, "back: no value follows --steps");
    assert_int_equal(parse(back, "back", "--steps 2 --steps 2", &values, &line, &rest, &err), -1);
    assert_string_equal(err.message, "back: steps is given twice: '--steps'");
    assert_int_equal(parse(back, "back", "--steps 11", &values, &line, &rest, &err), -1);
    assert_non_null(strstr(err.message, "legal: 1 to 10"));
    assert_int_equal(parse(back, "back", "'lr 1e-2' plain \"net 'a'; b\" -- 5", &values, &line, &rest, &err), 0);
    assert_string_equal(values.text[2], "'lr 1e-2' plain \"net 'a'; b\" -- 5");
    text_free(&line);
    text_free(&rest);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_read),  cmocka_unit_test(test_values),     cmocka_unit_test(test_refused),
        cmocka_unit_test(test_print), cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_round_trip_of_sizes),        cmocka_unit_test(test_options),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
