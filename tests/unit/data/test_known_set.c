/*
 * test_known_set.c: what is embedded is what stands in datasets/, and reads as its summary says; what is not names
 * its package.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "data/dataset.h"

static void bytes_are_those_of_the_file(void **state)
{
    (void)state;
    for (const struct known_set *set = known_sets; set->name; set++) {
        assert_ptr_equal(known_set_find(set->name), set);
        if (!set->bytes)
            continue;
        char path[64];
        snprintf(path, sizeof path, "datasets/%s.csv", set->name);
        FILE *file = fopen(path, "rb");
        assert_non_null(file);
        for (const unsigned char *p = set->bytes; p < set->end; p++)
            if (fgetc(file) != *p)
                fail_msg("%s differs at byte %td", path, p - set->bytes);
        assert_int_equal(fgetc(file), EOF);
        fclose(file);
    }
    assert_null(known_set_find("nosuchset"));
}

/* The file of a set that the program makes is there for others to read; `WRITE=1` writes it anew. */
static void made_bytes_are_those_of_the_file(void **state)
{
    (void)state;
    for (const struct known_set *set = known_sets; set->name; set++) {
        char path[64];
        struct text made = {0};
        if (!set->make)
            continue;
        set->make(&made);
        snprintf(path, sizeof path, "datasets/%s.csv", set->name);
        FILE *file = fopen(path, getenv("WRITE") ? "wb" : "rb");
        assert_non_null(file);
        if (getenv("WRITE"))
            fwrite(made.data, 1, made.length, file);
        else
            for (size_t i = 0; i <= made.length; i++)
                if (fgetc(file) != (i < made.length ? (unsigned char)made.data[i] : EOF))
                    fail_msg("%s differs at byte %zu", path, i);
        fclose(file);
        text_free(&made);
    }
}

static void stars_span_the_range_of_the_camera(void **state)
{
    (void)state;
    struct data_origin origin = data_origin_default();
    strcpy(origin.source, "stars");
    struct dataset *dataset = dataset_open(&origin, NULL);
    assert_non_null(dataset);
    assert_int_equal(dataset->task, TASK_REGRESS);
    assert_int_equal(dataset->shape.rank, 3);
    assert_int_equal(dataset->shape.dim[1] * dataset->shape.dim[2], dataset->features);
    float most = 0, faint = 0;
    for (size_t i = 0; i < (size_t)dataset->rows * (size_t)dataset->features; i++) {
        assert_true(dataset->x[i] >= 0 && dataset->x[i] <= 140000000);
        most = dataset->x[i] > most ? dataset->x[i] : most;
        faint += dataset->x[i] < 1400000;
    }
    assert_true(most == 140000000);
    assert_true(faint > 0.8f * (float)dataset->rows * (float)dataset->features); /* most of it within a hundredth */
    dataset_close(dataset);
}

static void sets_have_their_shapes(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int rows, features, classes;
    } cases[] = {
        {"digits", 1797, 64, 10}, {"iris", 150, 4, 3},      {"wine", 178, 13, 3},
        {"cancer", 569, 30, 2},   {"diabetes", 442, 10, 0}, {"stars", 160, 256, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct data_origin origin = data_origin_default();
        snprintf(origin.source, sizeof origin.source, "%s", cases[i].name);
        struct err err;
        struct dataset *dataset = dataset_open(&origin, &err);
        assert_non_null(dataset);
        assert_int_equal(dataset->rows, cases[i].rows);
        assert_int_equal(dataset->features, cases[i].features);
        assert_int_equal(dataset->classes, cases[i].classes);
        assert_int_equal(dataset->column[dataset->columns - 1].use, COLUMN_TARGET);
        assert_string_equal(dataset->column[dataset->columns - 1].name, known_set_find(cases[i].name)->target);
        dataset_close(dataset);
    }
}

static void an_absent_package_is_named(void **state)
{
    (void)state;
    struct err err;
    const struct known_set absent = {.name = "hats", .path = "/nowhere/hats-images", .package = "dataset-hats"};
    for (const struct known_set *set = known_sets; set->name; set++)
        assert_true(set->bytes || set->make ? known_set_check(set, &err) == 0 : set->path && set->package);
    assert_int_equal(known_set_check(&absent, &err), -1);
    assert_int_equal(err.code, ERR_FILE);
    assert_string_equal(err.message, "hats: /nowhere/hats-images: No such file or directory; Debian's package "
                                     "dataset-hats puts it there: apt-get install dataset-hats");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_are_those_of_the_file),
        cmocka_unit_test(made_bytes_are_those_of_the_file),
        cmocka_unit_test(stars_span_the_range_of_the_camera),
        cmocka_unit_test(sets_have_their_shapes),
        cmocka_unit_test(an_absent_package_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
