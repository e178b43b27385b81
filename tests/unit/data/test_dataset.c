/* test_dataset.c: the choices made on the way from a table to a dataset, their notes, and what is refused. */
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

#include "data/dataset.h"

/* Opens TEXT as a file with ORIGIN's other choices. */
static struct dataset *open_text(const char *text, struct data_origin origin, struct err *err)
{
    char path[] = "/tmp/dnntui-test-data-XXXXXX";
    int file = mkstemp(path);
    assert_true(file >= 0);
    assert_int_equal(write(file, text, strlen(text)), (ssize_t)strlen(text));
    close(file);
    snprintf(origin.source, sizeof origin.source, "%s", path);
    struct dataset *dataset = dataset_open(&origin, err);
    unlink(path);
    return dataset;
}

static struct dataset *must_open(const char *text, struct data_origin origin)
{
    struct err err;
    struct dataset *dataset = open_text(text, origin, &err);
    if (!dataset)
        fail_msg("refused: %s", err.message);
    return dataset;
}

static void must_refuse(const char *text, struct data_origin origin, const char *part)
{
    struct err err;
    if (open_text(text, origin, &err))
        fail_msg("%s: not refused; expected %s", text, part);
    if (!strstr(err.message, part))
        fail_msg("refused with \"%s\"; expected \"%s\"", err.message, part);
    assert_int_equal(err.code, ERR_DATA);
}

static struct data_origin with_target(const char *target)
{
    struct data_origin origin = data_origin_default();
    snprintf(origin.target, sizeof origin.target, "%s", target);
    return origin;
}

static struct data_origin with_task(int task)
{
    struct data_origin origin = data_origin_default();
    origin.task = task;
    return origin;
}

static const char *target_of(const struct dataset *dataset)
{
    for (int c = 0; c < dataset->columns; c++)
        if (dataset->column[c].use == COLUMN_TARGET)
            return dataset->column[c].name;
    return NULL;
}

static void targets_are_chosen(void **state)
{
    (void)state;
    static const struct {
        const char *text, *wanted, *target;
    } cases[] = {
        {"a,b\n1,2\n3,4\n", "", "b"},       {"Class,b\n1,2\n3,4\n", "", "Class"}, {"Y,label\n1,2\n3,4\n", "", "label"},
        {"a,target,b\n1,2,3\n3,4,5\n", "", "target"}, {"a,b\n1,2\n3,4\n", "a", "a"}, {"a,b\n1,2\n3,4\n", "1", "a"},
        {"2,1\n1,2\n3,4\n", "1", "c1"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct dataset *dataset = must_open(cases[i].text, with_target(cases[i].wanted));
        assert_string_equal(target_of(dataset), cases[i].target);
        dataset_close(dataset);
    }
    must_refuse("height,width\n1,2\n3,4\n", with_target("widht"), "no column widht (did you mean width?)");
    must_refuse("height,width\n1,2\n3,4\n", with_target("3"), "a number from 1 to 2 or one of: height, width");
    must_refuse("a\x1b[31m,b\n1,2\n3,4\n", with_target("q"), "one of: a\\x1B[31m, b");
}

static struct text rows_of_target(int rows, int different, double factor)
{
    struct text text = {0};
    text_add(&text, "x,y\n");
    for (int r = 0; r < rows; r++)
        text_add(&text, "%d,%.9g\n", r, r % different * factor);
    return text;
}

static void tasks_are_chosen(void **state)
{
    (void)state;
    static const struct {
        int rows, different;
        double factor;
        enum task task;
    } cases[] = {
        {100, 20, 1, TASK_CLASSIFY}, {99, 20, 1, TASK_REGRESS},   {1000, 21, 1, TASK_REGRESS},
        {4, 2, 1, TASK_CLASSIFY},    {1000, 3, 0.5, TASK_REGRESS}, {50, 10, 100, TASK_CLASSIFY},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct text text = rows_of_target(cases[i].rows, cases[i].different, cases[i].factor);
        struct dataset *dataset = must_open(text.data, data_origin_default());
        assert_int_equal(dataset->task, cases[i].task);
        assert_int_equal(dataset->classes, cases[i].task == TASK_CLASSIFY ? cases[i].different : 0);
        dataset_close(dataset);
        text_free(&text);
    }
    struct text text = rows_of_target(300, 30, 0.5);
    struct dataset *dataset = must_open(text.data, with_task(TASK_CLASSIFY));
    assert_int_equal(dataset->classes, 30);
    assert_string_equal(dataset->class_name[3], "1.5");
    dataset_close(dataset);
    text_free(&text);
    must_refuse("x,y\n1,a\n2,b\n", with_task(TASK_REGRESS), "found text (such as a), expected numbers");
}

static void classes_are_in_order(void **state)
{
    (void)state;
    struct dataset *dataset = must_open("x,y\n1,pear\n2,apple\n3,pear\n4,fig\n", data_origin_default());
    assert_int_equal(dataset->classes, 3);
    assert_string_equal(dataset->class_name[0], "apple");
    assert_string_equal(dataset->class_name[1], "fig");
    assert_string_equal(dataset->class_name[2], "pear");
    assert_true(dataset->y[0] == 2 && dataset->y[1] == 0 && dataset->y[2] == 2 && dataset->y[3] == 1);
    dataset_close(dataset);
    dataset = must_open("x,y\n1,7\n2,-3\n3,7\n", data_origin_default());
    assert_string_equal(dataset->class_name[0], "-3");
    assert_string_equal(dataset->class_name[1], "7");
    assert_true(dataset->y[0] == 1 && dataset->y[1] == 0);
    dataset_close(dataset);
}

static void values_are_encoded_and_filled(void **state)
{
    (void)state;
    struct text text = {0};
    text_add(&text, "n,colour,empty,y\n");
    static const char *const colour[] = {"red", "blue", "blue"};
    for (int r = 0; r < 60; r++)
        text_add(&text, "%d,%s,,%d\n", r, colour[r % 3], r % 2);
    text_add(&text, ",,,1\n,,,0\n9,red,,\n");
    struct dataset *dataset = must_open(text.data, data_origin_default());
    assert_int_equal(dataset->rows, 62);
    assert_int_equal(dataset->features, 3);
    assert_string_equal(dataset->feature_name[0], "n");
    assert_string_equal(dataset->feature_name[1], "colour=red");
    assert_string_equal(dataset->feature_name[2], "colour=blue");
    const struct column *n = &dataset->column[0], *word = &dataset->column[1];
    assert_int_equal(dataset->column[2].use, COLUMN_DROPPED);
    assert_true(word->first == 1 && word->count == 2 && word->categories == 2 && word->missing == 2);
    assert_string_equal(word->category[word->fill_category], "blue");
    double sum = 0;
    int count = 0;
    for (int i = 0; i < dataset->trains; i++)
        if (dataset->train[i] < 60) {
            sum += dataset->train[i];
            count++;
        }
    assert_true(fabs(n->fill - sum / count) < 1e-9);
    assert_true(dataset->x[60 * 3] == (float)n->fill && dataset->x[61 * 3] == (float)n->fill);
    assert_true(dataset->x[60 * 3 + 1] == 0 && dataset->x[60 * 3 + 2] == 1);
    for (int r = 0; r < 60; r++) {
        const float *x = dataset->x + r * 3;
        assert_true(x[0] == (float)r && x[1] == (r % 3 == 0) && x[2] == (r % 3 != 0));
    }
    const char *notes = dataset->notes.data;
    assert_non_null(strstr(notes, "left out    1 row without a target\n"));
    assert_non_null(strstr(notes, "dropped     empty: all values are missing\n"));
    assert_non_null(strstr(notes, "missing     colour: 3.23 % of values, now blue, the training mode\n"));
    dataset_close(dataset);
    text_free(&text);
}

static void columns_that_name_rows_are_dropped(void **state)
{
    (void)state;
    struct text text = {0};
    text_add(&text, "id,few,x,z,y\n");
    for (int r = 0; r < 40; r++)
        text_add(&text, "n%d,k%d,%d,7,%d\n", r, r % 20, r, r % 2);
    struct dataset *dataset = must_open(text.data, data_origin_default());
    assert_int_equal(dataset->column[0].use, COLUMN_DROPPED);
    assert_int_equal(dataset->column[0].categories, 0);
    assert_int_equal(dataset->column[1].categories, 20);
    assert_int_equal(dataset->features, 22);
    assert_non_null(strstr(dataset->notes.data, "dropped     id: text, 40 different words in 40 rows\n"));
    assert_non_null(strstr(dataset->notes.data, "constant    z: one value in all training rows\n"));
    dataset_close(dataset);
    text_free(&text);
}

static void mostly_missing_is_named(void **state)
{
    (void)state;
    struct dataset *dataset = must_open("a,b,y\n1,,0\n2,3,1\n3,,0\n4,5,1\n5,,0\n6,5,1\n7,,0\n", data_origin_default());
    assert_non_null(strstr(dataset->notes.data, "missing!    b: 57.1 % of values, now "));
    dataset_close(dataset);
}

static void what_cannot_be_learned_is_refused(void **state)
{
    (void)state;
    struct data_origin any = data_origin_default();
    must_refuse("x,y\n1,a\n2,a\n", any, "target y: found only the class a, expected at least two classes");
    must_refuse("x,y\n1,5\n2,5\n", any, "target y: found only the value 5");
    must_refuse("x,y\n1,\n2,\n", any, "target y: found no value in 2 rows");
    must_refuse("x,y\n", any, "found a header and no rows");
    must_refuse("y\n1\n2\n3\n", any, "found no feature beside the target y: expected at least two columns");
    must_refuse("x,y\n,1\n,2\n", any, "found no feature beside the target y: all other columns are empty");
    struct text text = {0};
    text_add(&text, "x,y\n");
    for (int r = 0; r < 50; r++)
        text_add(&text, "%d,word%d\n", r, r);
    must_refuse(text.data, any, "target y: found 50 different values in 50 rows, expected at most 25 classes");
    text_free(&text);
    struct err err;
    any.validation = 0.95;
    assert_null(dataset_open(&any, &err));
    assert_int_equal(err.code, ERR_USAGE);
    any = data_origin_default();
    snprintf(any.source, sizeof any.source, "nosuchset");
    assert_null(dataset_open(&any, &err));
    assert_int_equal(err.code, ERR_FILE);
    assert_non_null(strstr(err.message, "nor a known set (digits iris wine cancer diabetes"));
}

static int count_in(const struct dataset *dataset, const int *row, int rows, int class)
{
    int count = 0;
    for (int i = 0; i < rows; i++)
        count += (int)dataset->y[row[i]] == class;
    return count;
}

static void splits_are_stratified(void **state)
{
    (void)state;
    struct text text = {0};
    text_add(&text, "x,y\n");
    static const struct {
        const char *name;
        int rows;
    } group[] = {{"a", 100}, {"b", 50}, {"c", 7}, {"d", 2}, {"e", 1}};
    for (size_t g = 0; g < 5; g++)
        for (int r = 0; r < group[g].rows; r++)
            text_add(&text, "%d,%s\n", r, group[g].name);
    for (int twentieth = 0; twentieth <= 18; twentieth++) {
        struct data_origin origin = data_origin_default();
        origin.validation = twentieth / 20.0;
        struct dataset *dataset = must_open(text.data, origin);
        assert_int_equal(dataset->trains + dataset->validations, 160);
        assert_true(abs(dataset->validations - (int)(160 * origin.validation + 0.5)) <= 2);
        for (int k = 0; k < 5; k++) {
            int n = group[k].rows, held = count_in(dataset, dataset->validation, dataset->validations, k);
            assert_true(count_in(dataset, dataset->train, dataset->trains, k) == n - held && held < n);
            assert_true(fabs(held - n * origin.validation) <= 2);
        }
        unsigned char seen[160] = {0};
        for (int i = 0; i < dataset->trains; i++) {
            assert_true(i == 0 || dataset->train[i] > dataset->train[i - 1]);
            seen[dataset->train[i]]++;
        }
        for (int i = 0; i < dataset->validations; i++) {
            assert_true(i == 0 || dataset->validation[i] > dataset->validation[i - 1]);
            seen[dataset->validation[i]]++;
        }
        for (int r = 0; r < 160; r++)
            assert_int_equal(seen[r], 1);
        dataset_close(dataset);
    }
    text_free(&text);
}

static void splits_follow_the_seed(void **state)
{
    (void)state;
    struct data_origin origin = data_origin_default();
    struct err err;
    struct dataset *a = dataset_open(&origin, &err), *b = dataset_open(&origin, &err);
    origin.seed = 1;
    struct dataset *c = dataset_open(&origin, &err);
    assert_non_null(a);
    assert_non_null(b);
    assert_non_null(c);
    size_t size = (size_t)a->validations * sizeof *a->validation;
    assert_memory_equal(a->validation, b->validation, size);
    assert_memory_equal(a->x, b->x, (size_t)a->rows * (size_t)a->features * sizeof *a->x);
    assert_string_equal(a->notes.data, b->notes.data);
    assert_int_equal(a->validations, c->validations);
    assert_memory_not_equal(a->validation, c->validation, size);
    dataset_close(a);
    dataset_close(b);
    dataset_close(c);
}

static void notes_fit_a_terminal(void **state)
{
    (void)state;
    struct dataset *dataset =
        must_open("a,colour,y\n1,red,0\n2,,1\n,blue,0\n4,red,1\n5,red,0\n6,red,1\n", data_origin_default());
    int width = 0;
    for (const char *p = dataset->notes.data; *p; p++) {
        width = *p == '\n' ? 0 : width + 1;
        if (width > 80)
            fail_msg("a line is wider than 80 columns:\n%s", dataset->notes.data);
    }
    assert_non_null(strstr(dataset->notes.data, "change: target COL\n"));
    assert_non_null(strstr(dataset->notes.data, "change: task regress\n"));
    assert_non_null(strstr(dataset->notes.data, "change: split SHARE\n"));
    dataset_close(dataset);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(targets_are_chosen),
        cmocka_unit_test(tasks_are_chosen),
        cmocka_unit_test(classes_are_in_order),
        cmocka_unit_test(values_are_encoded_and_filled),
        cmocka_unit_test(columns_that_name_rows_are_dropped),
        cmocka_unit_test(mostly_missing_is_named),
        cmocka_unit_test(what_cannot_be_learned_is_refused),
        cmocka_unit_test(splits_are_stratified),
        cmocka_unit_test(splits_follow_the_seed),
        cmocka_unit_test(notes_fit_a_terminal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
