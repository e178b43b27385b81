/*
 * test_oracle_layers.c: single layers on images against PyTorch, over a grid of arguments and shapes: what comes out,
 * the gradient of the input and of every parameter, and batch norm's statistics. The results stand in
 * tests/oracle/layers.txt; make-reference.py beside it says what the records are and by which rule inputs are made.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "layer_driver.h"

#define REFERENCE "tests/oracle/layers.txt"
#define TOLERANCE 1e-5

enum { CASES = 87, CONVOLUTIONS = 48 };

struct oracle {
    char title[120];
    struct driver driver;
    int cases, convolutions, tensors; /* tensors: compared in all */
    bool open;
    double worst;
};

/* The rule by which the reference's inputs are made: exact in float. */
static void make(real *v, size_t count, long salt)
{
    for (size_t i = 0; i < count; i++)
        v[i] = (real)((31 * (long)i * (long)i + 7919 * (long)i + 104729 * salt) % 1009 - 504) / 256;
}

static void close_case(struct oracle *o)
{
    if (o->open)
        driver_close(&o->driver);
    o->open = false;
}

/* "ROWS CxHxW": runs the layer of the title, once forward and once backward. */
static void run_case(struct oracle *o, const char *line)
{
    char copy[120], *words[12];
    struct layer layer;
    struct err err;
    struct shape in = {.rank = 3};
    int rows, salt = 10 * o->cases;
    assert_int_equal(sscanf(line, "%d %dx%dx%d", &rows, &in.dim[0], &in.dim[1], &in.dim[2]), 4);
    snprintf(copy, sizeof copy, "%s", o->title);
    int count = text_split(copy, words, 12);
    if (layer_parse(count, words, &layer, &err))
        fail_msg("%s: %s", o->title, err.message);
    if (!driver_open(&o->driver, &layer, in, rows, 1))
        fail_msg("%s: refused on %s", o->title, line);
    struct driver *d = &o->driver;
    make(d->x, d->in * (size_t)rows, salt);
    make(d->dy, d->out * (size_t)rows, salt + 1);
    for (int k = 0; k < d->needs.params; k++)
        make(d->param[k], driver_param_count(d, k), salt + 2 + k);
    driver_forward(d);
    driver_backward(d);
    o->open = true;
    o->convolutions += strcmp(words[0], "conv") == 0;
}

static void check_shape(const struct oracle *o, const char *want)
{
    const struct shape *out = &o->driver.layer.out;
    struct text got = {0};
    shape_print(out, &got);
    if (strcmp(got.data, want) != 0)
        fail_msg("%s: the output is %s, not %s", o->title, got.data, want);
    text_free(&got);
}

/* "COUNT v v v" against what the engine says. */
static void compare(struct oracle *o, const char *name, const char *line, const real *got, size_t count)
{
    char *at;
    assert_int_equal(strtoul(line, &at, 10), count);
    double difference = 0, scale = 1e-6;
    for (size_t i = 0; i < count; i++) {
        char *end;
        double want = strtod(at, &end), d = fabs(got[i] - want);
        assert_true(end != at);
        difference = isnan(d) ? INFINITY : fmax(difference, d);
        scale = fmax(scale, fabs(want));
        at = end;
    }
    if (!(difference <= TOLERANCE * scale))
        fail_msg("%s: %s is off by %.3g of its greatest value", o->title, name, difference / scale);
    o->worst = fmax(o->worst, difference / scale);
    o->tensors++;
}

/* "weight COUNT v v": the gradient, or statistic, so called. */
static void compare_named(struct oracle *o, const char *line, const struct tensor_spec *specs, int count,
                          real *const values[])
{
    for (int k = 0; k < count; k++) {
        size_t n = strlen(specs[k].name);
        if (strncmp(line, specs[k].name, n) == 0 && line[n] == ' ') {
            compare(o, specs[k].name, line + n, values[k], shape_size(&specs[k].shape));
            return;
        }
    }
    fail_msg("%s: the engine has no %.20s", o->title, line);
}

static void read_line(struct oracle *o, const char *line)
{
    struct driver *d = &o->driver;
    size_t n = strcspn(line, " ");
    const char *rest = line + n + 1;
    if (strncmp(line, "layer", n) == 0) {
        close_case(o);
        snprintf(o->title, sizeof o->title, "%s", rest);
        o->cases++;
    } else if (strncmp(line, "in", n) == 0) {
        run_case(o, rest);
    } else if (strncmp(line, "out", n) == 0) {
        check_shape(o, rest);
    } else if (strncmp(line, "y", n) == 0) {
        compare(o, "y", rest, d->y, d->out * (size_t)d->rows);
    } else if (strncmp(line, "dx", n) == 0) {
        compare(o, "dx", rest, d->dx, d->in * (size_t)d->rows);
    } else if (strncmp(line, "gradient", n) == 0) {
        compare_named(o, rest, d->needs.param, d->needs.params, d->grad[0]);
    } else if (strncmp(line, "statistic", n) == 0) {
        compare_named(o, rest, d->needs.stat, d->needs.stats, d->stat);
    } else {
        assert_int_equal(line[0], '#');
    }
}

static void layers_agree_with_pytorch(void **state)
{
    (void)state;
    static struct oracle o;
    FILE *file = fopen(REFERENCE, "r");
    if (!file)
        fail_msg("%s is not there; the tests run from the top of the tree", REFERENCE);
    char *line = NULL;
    size_t capacity = 0;
    while (getline(&line, &capacity, file) > 0) {
        line[strcspn(line, "\n")] = 0;
        read_line(&o, line);
    }
    close_case(&o);
    free(line);
    fclose(file);
    print_message("%d layers, %d of them convolutions, %d tensors; off by at most %.1e\n", o.cases, o.convolutions,
                  o.tensors, o.worst);
    assert_int_equal(o.cases, CASES);
    assert_int_equal(o.convolutions, CONVOLUTIONS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(layers_agree_with_pytorch)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
