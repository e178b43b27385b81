/* test_csv.c: what is read, what is found out, and what is refused at which line and column. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/text.h"
#include "io/csv.h"

static const struct csv_options find_out = {.header = -1};
static const struct csv_options lenient = {.header = -1, .lenient = true};

/* Stands for that of the engine: how much memory there seems to be. */
static size_t available = SIZE_MAX;
size_t memory_available(void)
{
    return available;
}

static struct csv_table read_text(const char *text, const struct csv_options *options)
{
    struct csv_table table;
    struct err err;
    if (csv_read_bytes("file", text, strlen(text), options, &table, &err) != 0)
        fail_msg("%s: refused: %s", text, err.message);
    return table;
}

/* That TEXT is refused with a message that begins with BEGINNING and is about data. */
static void must_refuse(const char *text, size_t n, const struct csv_options *options, const char *beginning)
{
    struct csv_table table;
    struct err err = {0};
    if (csv_read_bytes("file", text, n, options, &table, &err) == 0)
        fail_msg("%s: not refused; expected %s", text, beginning);
    if (strncmp(err.message, beginning, strlen(beginning)) != 0)
        fail_msg("%s: refused with \"%s\"; expected \"%s\"", text, err.message, beginning);
    assert_int_equal(err.code, ERR_DATA);
    assert_null(table.column);
}

static const char *word(const struct csv_table *table, int column, int row)
{
    const struct csv_column *c = &table->column[column];
    assert_false(c->numeric);
    return c->code[row] == CSV_MISSING ? NULL : c->word[c->code[row]];
}

static void columns_are_typed(void **state)
{
    (void)state;
    struct csv_table table =
        read_text("age,colour,\"a \"\"b\"\"\"\r\n1.5, red ,3\r\n-3,\"blue\nsky\",\r\n,red,-\r\n", &find_out);
    assert_int_equal(table.rows, 3);
    assert_int_equal(table.columns, 3);
    assert_int_equal(table.delimiter, ',');
    assert_true(table.header);
    assert_string_equal(table.column[0].name, "age");
    assert_string_equal(table.column[2].name, "a \"b\"");
    assert_true(table.column[0].numeric);
    const float *age = table.column[0].number;
    assert_true(age[0] == 1.5f && age[1] == -3 && isnan(age[2]) && !signbit(age[2]));
    assert_int_equal(table.column[0].missing, 1);
    assert_int_equal(table.column[1].words, 2);
    assert_string_equal(word(&table, 1, 0), "red");
    assert_string_equal(word(&table, 1, 1), "blue\nsky");
    assert_int_equal(table.column[1].code[2], 0);
    assert_null(table.column[2].word);
    assert_int_equal(table.column[2].missing, 2);
    csv_table_free(&table);
}

static void missing_cells_are_neither(void **state)
{
    (void)state;
    struct csv_table table = read_text("a,b\nNA,x\n?,\nnull,None\n\"\",-\n5,y\n", &find_out);
    assert_true(table.column[0].numeric);
    assert_int_equal(table.column[0].missing, 4);
    assert_true(table.column[0].number[4] == 5);
    assert_int_equal(table.column[1].missing, 3);
    assert_int_equal(table.column[1].words, 2);
    assert_null(word(&table, 1, 1));
    csv_table_free(&table);
    table = read_text("a,b\n,1\n,2\n", &find_out);
    assert_true(table.column[0].numeric);
    assert_int_equal(table.column[0].missing, 2);
    csv_table_free(&table);
}

static void delimiters_are_found(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        char delimiter;
        int columns;
    } cases[] = {
        {"1,2,3\n4,5,6\n", ',', 3},
        {"1;2;3\n4;5;6\n", ';', 3},
        {"1,5;2\n3,5;4\n", ';', 2},
        {"1\t2\n3\t4\n", '\t', 2},
        {"1|2\n3|4\n", '|', 2},
        {"  1   2  3 \n 4 5  6\n\n", ' ', 3},
        {"1 2\t 3\n4 5 6\n", ' ', 3},
        {"\"a;b\",1\n\"c;d\",2\n", ',', 2},
        {"\"a,b\";1\n\"c,d\";2\n", ';', 2},
        {"New York,1\nSan Francisco,2\n", ',', 2},
        {"1\n2\n3\n", ',', 1},
        {"sepal length\n1\n2\n", ',', 1},
        {"1.5", ',', 1},
        {"1,2", ',', 2},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct csv_table table = read_text(cases[i].text, &find_out);
        if (table.delimiter != cases[i].delimiter || table.columns != cases[i].columns)
            fail_msg("%s: split at '%c' into %d", cases[i].text, table.delimiter, table.columns);
        csv_table_free(&table);
    }
    struct csv_options semicolon = {.delimiter = ';', .header = 0};
    struct csv_table table = read_text("1,2\n3,4\n", &semicolon);
    assert_int_equal(table.columns, 1);
    csv_table_free(&table);
}

static void headers_are_found(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool header;
    } cases[] = {
        {"a,b\n1,2\n", true},          {"1,2\n3,4\n", false},          {"a,b\nx,y\nz,y\n", true},
        {"x,y\nx,z\n", false},         {"a,a\nx,y\n", false},          {"red,1\nblue,2\n", false},
        {",a\n0,1\n1,2\n", true},      {"name,age\nbob,3\n", true},    {"only\n", true},
        {"-,a\n-,b\n", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct csv_table table = read_text(cases[i].text, &find_out);
        if (table.header != cases[i].header)
            fail_msg("%s: header %d", cases[i].text, table.header);
        csv_table_free(&table);
    }
    struct csv_options with = {.header = 1}, without = {.header = 0};
    struct csv_table table = read_text("1,2\n3,4\n", &with);
    assert_string_equal(table.column[1].name, "2");
    assert_int_equal(table.rows, 1);
    csv_table_free(&table);
    table = read_text("a,b\n3,4\n", &without);
    assert_string_equal(table.column[1].name, "c2");
    assert_int_equal(table.rows, 2);
    assert_false(table.column[0].numeric);
    csv_table_free(&table);
}

static void names_are_unique(void **state)
{
    (void)state;
    struct csv_options with = {.header = 1};
    struct csv_table table = read_text("a,a,a_2,,a,c4\n1,2,3,4,5,6\n", &with);
    for (int a = 0; a < table.columns; a++)
        for (int b = 0; b < a; b++)
            assert_string_not_equal(table.column[a].name, table.column[b].name);
    assert_string_equal(table.column[0].name, "a");
    assert_string_equal(table.column[1].name, "a_2");
    assert_string_equal(table.column[3].name, "c4");
    csv_table_free(&table);
}

static void marks_and_line_ends(void **state)
{
    (void)state;
    struct csv_table table = read_text("\xEF\xBB\xBF" "a,b\r\n\r\n1,2\r\n   \r\n3,4", &find_out);
    assert_string_equal(table.column[0].name, "a");
    assert_int_equal(table.rows, 2);
    csv_table_free(&table);
    table = read_text("a,b\r1,2\r3,4\r", &find_out);
    assert_int_equal(table.rows, 2);
    assert_true(table.column[1].number[1] == 4);
    csv_table_free(&table);
}

static void text_after_numbers(void **state)
{
    (void)state;
    struct text text = {0};
    text_add(&text, "a,b,c\n");
    for (int r = 0; r < 50000; r++)
        text_add(&text, "%d,%d.0,%d\n", r % 7, r % 5, r);
    text_add(&text, "1,late,2\n,,\n");
    struct csv_table table = read_text(text.data, &find_out);
    assert_int_equal(table.rows, 50002);
    assert_true(table.column[0].numeric && table.column[2].numeric);
    assert_true(table.column[2].number[49999] == 49999);
    assert_false(table.column[1].numeric);
    assert_int_equal(table.column[1].words, 6);
    assert_int_equal(table.column[1].missing, 1);
    for (int r = 0; r < 50000; r++) {
        char expected[8];
        snprintf(expected, sizeof expected, "%d.0", r % 5);
        assert_string_equal(word(&table, 1, r), expected);
    }
    assert_string_equal(word(&table, 1, 50000), "late");
    assert_null(word(&table, 1, 50001));
    csv_table_free(&table);
    text_free(&text);
}

static void places_are_exact(void **state)
{
    (void)state;
    static const struct {
        const char *text, *beginning;
    } cases[] = {
        {"a,b\n1,2\n3\n", "file:3:2: found 1 cell in this row, expected 2 as in line 1"},
        {"a,b\n1,2\n3", "file:3:2: found 1 cell"},
        {"a,b\n1,2,3,4\n", "file:2:5: found 4 cells"},
        {"a,b\n1,2,\n", "file:2:5: found 3 cells"},
        {"a,b\r\n\"x\r\ny\",2\r\n3\r\n", "file:4:2: found 1 cell"},
        {"\n\na,b\n1,2\n3\n", "file:5:2: found 1 cell in this row, expected 2 as in line 3"},
        {"a,b\n1,\"2\n3,4\n", "file:2:3: found a quote that is never closed"},
        {"\"a,b\n", "file:1:1: found a quote that is never closed"},
        {"a,b\n1,x\"y\"\n", "file:2:4: found a quote inside an unquoted cell"},
        {"\xC3\xA4\xC3\xB6,b\n\xC3\xBC\xC3\xBC,x\"\n", "file:2:5: found a quote inside an unquoted cell"},
        {"a,b\n1,\"x\"y\n", "file:2:6: found text after a closing quote"},
        {"a,b\n1,2\n3,1e400\n", "file:3:3: found a number beyond"},
        {"a,b\n1,2\n-inf,4\n", "file:3:1: found a number beyond"},
        {"a b\n1 2\n 3  4  5\n", "file:3:8: found 3 cells"},
        {"a\tb\n1\t2\n1\t2\t3\n",
         "file:3:5: found 3 cells in this row, expected 2 as in line 1 (cells are split at tabs)"},
        {"a\rb\r1,2\r", "file:3:3: found 2 cells"},
        {"", "file: the file is empty"},
        {"\xEF\xBB\xBF", "file: the file is empty"},
        {" \n\r\n\n", "file: found no row"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        must_refuse(cases[i].text, strlen(cases[i].text), &find_out, cases[i].beginning);
    must_refuse("a,b\n1,\0002\n", 9, &find_out, "file:2:3: found a NUL byte");
}

/* The same far into a file, past the pieces in which it is fed and past a cell with many line ends. */
static void places_are_exact_far_away(void **state)
{
    (void)state;
    struct text text = {0};
    text_add(&text, "a,b\n");
    for (int r = 0; r < 30000; r++)
        text_add(&text, "%d,\"x\ny\"\n", r);
    size_t good = text.length;
    text_add(&text, "7\n");
    must_refuse(text.data, text.length, &find_out, "file:60002:2: found 1 cell");
    text.length = good;
    text_add(&text, "7,8,9\n1,2\n");
    must_refuse(text.data, text.length, &find_out, "file:60002:5: found 3 cells");
    text.length = good;
    text_add(&text, "7,\"8\n1,2\n");
    must_refuse(text.data, text.length, &find_out, "file:60002:3: found a quote that is never closed");
    for (int r = 0; r < 200000; r++)
        text_add(&text, "12345678,x\n");
    must_refuse(text.data, text.length, &find_out, "file:60002:3: found a cell longer than");
    text_free(&text);
}

static void infinite_words_are_words(void **state)
{
    (void)state;
    struct csv_table table = read_text("a,b\ninf,1\n12e999,2\nabc,3\n", &find_out);
    assert_string_equal(word(&table, 0, 0), "inf");
    assert_string_equal(word(&table, 0, 1), "12e999");
    csv_table_free(&table);
}

static void leniency_mends_and_counts(void **state)
{
    (void)state;
    struct csv_table table = read_text("a,b,c\n1,2\n3,4,5,6\n7,8,9\n,x\"y\",1e999\n", &lenient);
    assert_int_equal(table.rows, 4);
    assert_int_equal(table.padded, 1);
    assert_int_equal(table.cut, 1);
    assert_int_equal(table.quotes, 2);
    assert_int_equal(table.column[2].missing, 2);
    assert_true(isnan(table.column[2].number[0]) && table.column[2].number[1] == 5 && isnan(table.column[2].number[3]));
    assert_string_equal(word(&table, 1, 3), "x\"y\"");
    csv_table_free(&table);
    must_refuse("a,b\n1,\"2\n", 9, &lenient, "file:2:3: found a quote that is never closed");
    must_refuse("a,b\n1,\"2\"x\n", 11, &lenient, "file:2:6: found text after a closing quote");
}

static void files_are_refused_by_name(void **state)
{
    (void)state;
    struct csv_table table;
    struct err err;
    assert_int_equal(csv_read_file("/tmp", &find_out, &table, &err), -1);
    assert_int_equal(err.code, ERR_FILE);
    assert_string_equal(err.message, "/tmp: found a directory, expected a file");
    assert_int_equal(csv_read_file("/no/such/file.csv", &find_out, &table, &err), -1);
    assert_int_equal(err.code, ERR_FILE);
    assert_non_null(strstr(err.message, "/no/such/file.csv: No such file"));
    struct csv_options quote = {.delimiter = '"'};
    assert_int_equal(csv_read_bytes("file", "1", 1, &quote, &table, &err), -1);
    assert_int_equal(err.code, ERR_USAGE);
}

static void files_are_read_as_bytes_are(void **state)
{
    (void)state;
    struct text text = {0};
    for (int r = 0; r < 300000; r++)
        text_add(&text, "%d;%d.25;%s\n", r, -r, r % 2 ? "odd" : "even");
    char path[] = "/tmp/dnntui-test-csv-XXXXXX";
    int file = mkstemp(path);
    assert_true(file >= 0);
    assert_int_equal(write(file, text.data, text.length), (ssize_t)text.length);
    close(file);
    struct csv_table table;
    struct err err;
    assert_int_equal(csv_read_file(path, &find_out, &table, &err), 0);
    unlink(path);
    struct csv_table again = read_text(text.data, &find_out);
    assert_true(table.hash == again.hash);
    assert_int_equal(table.rows, 300000);
    assert_memory_equal(table.column[1].number, again.column[1].number, 300000 * sizeof(float));
    assert_memory_equal(table.column[2].code, again.column[2].code, 300000 * sizeof(int));
    assert_true(table.column[1].number[299999] == -299999.25f);
    csv_table_free(&table);
    csv_table_free(&again);
    text_free(&text);
}

/* A pipe is read to its end, and no further than memory goes. */
static void pipes_end_or_are_refused(void **state)
{
    (void)state;
    for (int enough = 0; enough < 2; enough++) {
        int ends[2];
        assert_int_equal(pipe(ends), 0);
        pid_t writer = fork();
        if (writer == 0) {
            close(ends[0]);
            for (int r = 0; r < 200000; r++)
                dprintf(ends[1], "%d,2\n", r);
            _exit(0);
        }
        close(ends[1]);
        char path[32];
        struct csv_table table;
        struct err err = {0};
        snprintf(path, sizeof path, "/dev/fd/%d", ends[0]);
        available = enough ? SIZE_MAX : 300 * 1024;
        int status = csv_read_file(path, &find_out, &table, &err);
        available = SIZE_MAX;
        close(ends[0]);
        assert_int_equal(waitpid(writer, NULL, 0), writer);
        assert_int_equal(status, enough ? 0 : -1);
        assert_int_equal(table.rows, enough ? 200000 : 0);
        if (!enough) {
            assert_int_equal(err.code, ERR_MEMORY);
            assert_non_null(strstr(err.message, "512 KB read and no end; 300 KB of memory is available"));
        }
        csv_table_free(&table);
    }
}

static void many_words_and_many_columns(void **state)
{
    (void)state;
    struct text text = {0};
    for (int r = 0; r < 20000; r++)
        text_add(&text, "id%d,x\n", r);
    struct csv_table table = read_text(text.data, &find_out);
    assert_int_equal(table.column[0].words, 20000);
    assert_string_equal(word(&table, 0, 12345), "id12345");
    csv_table_free(&table);
    text_clear(&text);
    for (int r = 0; r < 20; r++)
        for (int c = 0; c < 5000; c++)
            text_add(&text, "%d%s", r * c, c < 4999 ? "," : "\n");
    table = read_text(text.data, &find_out);
    assert_int_equal(table.columns, 5000);
    assert_int_equal(table.rows, 20);
    assert_true(table.column[4321].number[19] == 4321 * 19);
    csv_table_free(&table);
    text_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_are_typed),
        cmocka_unit_test(missing_cells_are_neither),
        cmocka_unit_test(delimiters_are_found),
        cmocka_unit_test(headers_are_found),
        cmocka_unit_test(names_are_unique),
        cmocka_unit_test(marks_and_line_ends),
        cmocka_unit_test(text_after_numbers),
        cmocka_unit_test(places_are_exact),
        cmocka_unit_test(places_are_exact_far_away),
        cmocka_unit_test(infinite_words_are_words),
        cmocka_unit_test(leniency_mends_and_counts),
        cmocka_unit_test(files_are_refused_by_name),
        cmocka_unit_test(files_are_read_as_bytes_are),
        cmocka_unit_test(pipes_end_or_are_refused),
        cmocka_unit_test(many_words_and_many_columns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
