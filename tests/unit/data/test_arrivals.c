/* test_arrivals.c: rows from another file become the features of a dataset, or are refused with a reason. */
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

#include "data/arrivals.h"

static const char *const folder = "/tmp/dnntui-test-arrivals";

static const char *write_file(const char *name, const char *text)
{
    static char path[200];
    char make[64];
    snprintf(make, sizeof make, "mkdir -p %s", folder);
    assert_int_equal(system(make), 0);
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
    return path;
}

static struct dataset *open_set(const char *path, const char *shape)
{
    struct data_origin origin = data_origin_default();
    struct err err;
    snprintf(origin.source, sizeof origin.source, "%s", path);
    snprintf(origin.shape, sizeof origin.shape, "%s", shape);
    struct dataset *dataset = dataset_open(&origin, &err);
    if (!dataset)
        fail_msg("%s", err.message);
    return dataset;
}

static struct arrivals arrive(const struct dataset *dataset, const char *text)
{
    struct arrivals rows;
    struct err err;
    if (arrivals_open(&rows, dataset, write_file("new.csv", text), &err))
        fail_msg("%s", err.message);
    return rows;
}

static void refuse(const struct dataset *dataset, const char *text, const char *says)
{
    struct arrivals rows;
    struct err err = {0};
    assert_int_equal(arrivals_open(&rows, dataset, write_file("new.csv", text), &err), -1);
    if (!strstr(err.message, says))
        fail_msg("'%s' should say '%s'", err.message, says);
}

/* The file of a set itself: the same features, row by row. */
static void a_set_is_read_as_itself(void **state)
{
    (void)state;
    static const char *const sets[] = {"iris", "wine", "diabetes", "digits", "stars"};
    for (size_t s = 0; s < sizeof sets / sizeof *sets; s++) {
        struct dataset *dataset = open_set(sets[s], s == 3 ? "8x4x2 hwc" : "");
        struct arrivals rows;
        struct err err;
        assert_int_equal(arrivals_open(&rows, dataset, sets[s], &err), 0);
        assert_int_equal(rows.rows, dataset->rows);
        assert_memory_equal(rows.x, dataset->x, (size_t)dataset->rows * (size_t)dataset->features * sizeof *rows.x);
        assert_memory_equal(rows.y, dataset->y, (size_t)dataset->rows * sizeof *rows.y);
        assert_true(rows.missing == 0 && rows.words == 0 && rows.labels == 0);
        arrivals_close(&rows);
        dataset_close(dataset);
    }
}

static struct dataset *open_people(void)
{
    struct text text = {0};
    text_add(&text, "age,city,kind\n");
    for (int i = 0; i < 30; i++)
        text_add(&text, "%d,%s,%s\n", 20 + i, i % 3 ? "Rome" : "Oslo", i % 2 ? "a" : "b");
    struct dataset *dataset = open_set(write_file("people.csv", text.data), "");
    text_free(&text);
    assert_int_equal(dataset->features, 3);
    return dataset;
}

static void columns_go_by_name(void **state)
{
    (void)state;
    struct dataset *people = open_people();
    struct arrivals rows = arrive(people, "kind,more,city,age\na,1,Rome,33\nb,2,Bern,44\nc,3,,\n,4,Oslo,55\n");
    const struct column *age = dataset_column(people, "age"), *city = dataset_column(people, "city");
    int rome = strcmp(city->category[0], "Rome") == 0 ? 0 : 1;
    float *x = rows.x;
    assert_int_equal(rows.rows, 4);
    assert_true(x[age->first] == 33 && x[city->first + rome] == 1 && x[city->first + 1 - rome] == 0);
    assert_true(x[3 + age->first] == 44 && x[3 + city->first] == 0 && x[3 + city->first + 1] == 0);
    assert_true(x[6 + age->first] == (float)age->fill && x[6 + city->first + city->fill_category] == 1);
    assert_true(rows.words == 1 && rows.missing == 2 && rows.labels == 1);
    assert_true(rows.y[0] == 0 && rows.y[1] == 1 && isnan(rows.y[2]) && isnan(rows.y[3]));
    arrivals_close(&rows);
    rows = arrive(people, "age,city\n33,Rome\n");
    assert_null(rows.y);
    arrivals_close(&rows);
    refuse(people, "age,town\n33,Rome\n", "has no column city");
    refuse(people, "age,city\nold,Rome\n", "holds text such as 'old'");
    refuse(people, "age,city\n", "no rows");
    refuse(people, "", "empty");
    dataset_close(people);
}

static void without_a_header_by_place(void **state)
{
    (void)state;
    struct dataset *plain = open_set(write_file("plain.csv", "1,5,2\n2,4,3\n3,8,4\n4,7,5\n5,1,6\n6,3,7\n"), "");
    struct arrivals rows = arrive(plain, "9,8,7\n6,5,4\n");
    assert_true(rows.y && rows.y[0] == 7 && rows.x[0] == 9 && rows.x[3] == 5);
    arrivals_close(&rows);
    rows = arrive(plain, "9,8\n6,5\n");
    assert_true(!rows.y && rows.x[2] == 6 && rows.x[3] == 5);
    arrivals_close(&rows);
    refuse(plain, "9\n6\n", "has no column");
    refuse(plain, "9,8,7,6\n6,5,4,3\n", "has no column");
    dataset_close(plain);
}

static int clean(void **state)
{
    char command[64];
    (void)state;
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_set_is_read_as_itself),
        cmocka_unit_test(columns_go_by_name),
        cmocka_unit_test(without_a_header_by_place),
    };
    return cmocka_run_group_tests(tests, NULL, clean);
}
