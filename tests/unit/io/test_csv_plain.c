/*
 * test_csv_plain.c: whoever cuts the cells, ours with one thread or two or libcsv, the table and the message are the
 * same to the bit: of every delimited file of the project, of files made at random, and of the corners where they could
 * part.
 */
#include <glob.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../../src/io/csv_quick.h"
#include "base/rng.h"
#include "base/text.h"
#include "io/csv.h"

#define FILES 600
#define NUMBERS 1000000

/* The first difference between two columns, or NULL. */
static const char *column_difference(const struct csv_column *a, const struct csv_column *b, size_t rows)
{
    if (strcmp(a->name, b->name) != 0)
        return "the name";
    if (a->numeric != b->numeric)
        return "the type";
    if (a->missing != b->missing)
        return "how many are missing";
    if (a->numeric ? memcmp(a->number, b->number, rows * sizeof *a->number) != 0
                   : memcmp(a->code, b->code, rows * sizeof *a->code) != 0)
        return "a cell";
    if (a->words != b->words)
        return "how many words there are";
    for (int w = 0; w < a->words; w++)
        if (strcmp(a->word[w], b->word[w]) != 0)
            return "a word";
    return NULL;
}

static const char *difference(const struct csv_table *a, const struct csv_table *b)
{
    if (a->rows != b->rows || a->columns != b->columns)
        return "rows or columns";
    if (a->delimiter != b->delimiter || a->header != b->header)
        return "the delimiter or the header";
    if (a->padded != b->padded || a->cut != b->cut || a->quotes != b->quotes)
        return "what was mended";
    if (a->hash != b->hash)
        return "the hash";
    for (int c = 0; c < a->columns; c++) {
        const char *what = column_difference(&a->column[c], &b->column[c], (size_t)a->rows);
        if (what)
            return what;
    }
    return NULL;
}

static struct csv_options with_reader(const struct csv_options *options, enum csv_reader reader)
{
    struct csv_options copy = *options;
    copy.reader = reader;
    return copy;
}

/* All readers on the same bytes, which end where their block ends. Returns whether ours read them. */
static bool must_agree(const char *name, const char *bytes, size_t n, const struct csv_options *options)
{
    char *block = malloc(n + !n);
    assert_non_null(block);
    memcpy(block, bytes, n);
    struct csv_options told = with_reader(options, CSV_READER_LIBCSV);
    struct csv_table expected, found;
    struct err message = {0}, other = {0};
    int status = csv_read_bytes(name, block, n, &told, &expected, &message);
    assert_int_equal(expected.threads, 0);
    bool plain = true;
    for (enum csv_reader reader = CSV_READER_FITTING; reader <= CSV_READER_TWO; reader++) {
        told = with_reader(options, reader);
        if (csv_read_bytes(name, block, n, &told, &found, &other) != status)
            fail_msg("%s: reader %d: %s, libcsv: %s\n%.2000s", name, (int)reader, other.message, message.message,
                     bytes);
        if (status != 0)
            assert_string_equal(other.message, message.message);
        const char *what = status == 0 ? difference(&expected, &found) : NULL;
        if (what)
            fail_msg("%s: reader %d differs from libcsv in %s\n%.2000s", name, (int)reader, what, bytes);
        plain = plain && found.threads > 0;
        csv_table_free(&found);
    }
    csv_table_free(&expected);
    free(block);
    return plain;
}

static void every_file_of_the_project(void **state)
{
    (void)state;
    static const char *const patterns[] = {"datasets/*.csv", "datasets/*.tsv", "tests/*/*.csv", "tests/*/*/*.csv"};
    glob_t found = {0};
    for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++)
        glob(patterns[i], i ? GLOB_APPEND : 0, NULL, &found);
    assert_true(found.gl_pathc >= 5);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        struct text text = {0};
        char piece[4096];
        FILE *file = fopen(found.gl_pathv[i], "r");
        assert_non_null(file);
        for (size_t n; (n = fread(piece, 1, sizeof piece - 1, file)) > 0;) {
            piece[n] = '\0';
            text_add(&text, "%s", piece);
        }
        fclose(file);
        struct csv_options options = {.header = -1};
        bool plain = must_agree(found.gl_pathv[i], text.data, text.length, &options);
        assert_int_equal(plain, strchr(text.data, '"') == NULL);
        text_free(&text);
    }
    globfree(&found);
}

/* What a column of a made file holds. */
enum content { INTEGERS, PIXELS, FLOATS, LONG_FLOATS, EXPONENTS, WORDS, LATE_WORDS, NOTHING, ANYTHING, CONTENTS };

static void add_blanks(struct text *text, struct rng *rng, char delimiter)
{
    while (rng_below(rng, 3) == 0)
        text_add(text, "%c", delimiter != '\t' && rng_below(rng, 2) ? '\t' : ' ');
}

static void add_anything(struct text *text, struct rng *rng)
{
    static const char *const cells[] = {
        "+5", "-0", "-0.0", "00012", ".5", "5.", ".", "-", "+", "-.", "1.2.3", "1e5", "1e+05", "1E-05", "1e", "1e+",
        "e5", "0e99", "0x10", "1_000", "16777217", "33554433", "16777217.0", "16777216.99999999999",
        "18446744073709551615", "99999999999999999999", "0.00000000000000000001", "1234567890123456",
        "12345678901234567", "1e-37", "1e38", "1e-45", "1e-50", "nan", "NaN", "None", "abc", "\xC3\xA4",
        "3.4028235e+38", "1.1754944e-38", "7.006492e-46", "12-3", "1e-5", "123456789012345678901234567890",
        "1.0000000596046448", "0.1.", "9007199254740993"};
    text_add(text, "%s", cells[rng_below(rng, sizeof cells / sizeof *cells)]);
}

static void add_content(struct text *text, struct rng *rng, enum content content, bool late)
{
    double value = rng_normal(rng) * (rng_below(rng, 4) ? 1 : 1000);
    switch (content) {
    case INTEGERS:
        text_add(text, "%d", (int)rng_below(rng, 2000000) - 1000000);
        break;
    case PIXELS:
        text_add(text, "%d", rng_below(rng, 2) ? (int)rng_below(rng, 256) : 0);
        break;
    case FLOATS:
        text_add(text, "%.*g", 1 + (int)rng_below(rng, 9), value);
        break;
    case LONG_FLOATS:
        text_add(text, "%.*f", (int)rng_below(rng, 22), value);
        break;
    case EXPONENTS:
        text_add(text, "%.*e", (int)rng_below(rng, 20), value);
        break;
    case WORDS:
        text_add(text, "w%d", (int)rng_below(rng, 50));
        break;
    case LATE_WORDS:
        if (late && rng_below(rng, 5) == 0)
            text_add(text, "w%d", (int)rng_below(rng, 50));
        else
            text_add(text, "%d", (int)rng_below(rng, 100));
        break;
    case ANYTHING:
        add_anything(text, rng);
        break;
    default:
        break;
    }
}

/* A file with any of the marks that a file may bear; most of them have no quote and rows of one length. */
static void make_file(struct text *text, struct rng *rng, struct csv_options *options)
{
    static const char delimiters[] = ",;\t| ";
    static const char *const ends[] = {"\n", "\r\n", "\r", "\n\n", "\n\r\n", "\n \n"};
    static const char *const gaps[] = {"", "?", "NA", "null", "-"};
    char delimiter = delimiters[rng_below(rng, 5)];
    int columns = 1 + (int)rng_below(rng, 12), rows = (int)rng_below(rng, rng_below(rng, 4) ? 60 : 3000);
    bool blanks = rng_below(rng, 3) == 0, gappy = rng_below(rng, 2), ragged = rng_below(rng, 12) == 0;
    bool quoted = rng_below(rng, 20) == 0, mixed = rng_below(rng, 8) == 0;
    const char *usual = ends[rng_below(rng, 4) ? rng_below(rng, 2) : rng_below(rng, 6)];
    enum content content[12];
    for (int c = 0; c < columns; c++)
        content[c] = (enum content)rng_below(rng, rng_below(rng, 3) ? ANYTHING : CONTENTS);
    text_clear(text);
    if (rng_below(rng, 8) == 0)
        text_add(text, "\xEF\xBB\xBF");
    bool header = rng_below(rng, 2);
    for (int r = header ? -1 : 0; r < rows; r++) {
        int cells = columns + (ragged && rng_below(rng, 50) == 0 ? (int)rng_below(rng, 3) - 1 : 0);
        if (delimiter == ' ' && blanks)
            add_blanks(text, rng, delimiter);
        for (int c = 0; c < cells; c++) {
            if (c > 0)
                text_add(text, "%c", delimiter);
            if (blanks)
                add_blanks(text, rng, delimiter);
            if (r < 0)
                text_add(text, quoted && rng_below(rng, 4) == 0 ? "\"name%d" : "name%d", c);
            else if (quoted && rng_below(rng, 200) == 0)
                text_add(text, rng_below(rng, 4) ? "\"1\"" : "\"");
            else if (gappy && rng_below(rng, 10) == 0)
                text_add(text, "%s", gaps[delimiter == ' ' ? 1 + rng_below(rng, 4) : rng_below(rng, 5)]);
            else
                add_content(text, rng, content[c < 12 ? c : 11], r > rows * 2 / 3);
            if (blanks)
                add_blanks(text, rng, delimiter);
        }
        if (r + 1 < rows || rng_below(rng, 2))
            text_add(text, "%s", mixed ? ends[rng_below(rng, 6)] : usual);
    }
    *options = (struct csv_options){.header = (int)rng_below(rng, 3) - 1, .lenient = rng_below(rng, 4) == 0,
                                    .delimiter = rng_below(rng, 2) ? delimiter : '\0'};
}

static void files_made_at_random(void **state)
{
    (void)state;
    struct rng rng = rng_start(11, RNG_TEST, 1, 0);
    struct text text = {0};
    int plain = 0;
    for (int i = 0; i < FILES; i++) {
        struct csv_options options;
        char name[32];
        make_file(&text, &rng, &options);
        snprintf(name, sizeof name, "made %d", i);
        plain += must_agree(name, text.length ? text.data : "", text.length, &options);
    }
    text_free(&text);
    if (plain < FILES / 2)
        fail_msg("only %d of %d files were read our way", plain, FILES);
}

/* One place at which the readers could part, and whether ours is to read it. */
static void corners(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool plain;
    } cases[] = {
        {"1", true},
        {"1,2", true},
        {"1,", true},
        {"1,2\n3,", true},
        {"1,2\n3,4\n  ", true},
        {"1,2\n3,4\n\t", true},
        {"a,b\n", true},
        {"a,b", true},
        {"a,b\r\n1,2\r\n\r\n3,4", true},
        {"\n\n \na,b\n\n\n1,2\n\n", true},
        {"1\n\n2\n\n\n3\n4", true},
        {"1\t\t\n\t\t\n\t2\t3\n", true},
        {" 1  2 \n\t3\t4\t\n\n \n5 6", true},
        {"1, 2 ,3\n 4,5, 6 \n", true},
        {"1,x\n2,y\n3,x\n4,z\n5,y\n6,z\n7,x\n", true},
        {"1,2\n2,3\n3,4\n4,5\n5,6\n6,x\n", true},
        {"1,?\n2,\n3,NA\n4,5\n5,6\n6,x\n", true},
        {"x,?\n2,\n3,NA\n4,5\n5,6\n6,\n", true},
        {"inf,1\n12e999,2\nabc,3\n", true},
        {"1,\"2\"\n", false},
        {"\"a,b\n", false},
        {"\"a\",b\n1,2\n", false},
        {"\n\n\"a\",b\n1,2\n", false},
        {"1,2\n3\n", false},
        {"1,2\n3,4,5\n", false},
        {"1,2\n3,4\n5,6\n7,1e400\n", false},
        {"1,2\r3,4\r5,6\r", false},
    };
    struct csv_options options = {.header = -1};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (must_agree("corner", cases[i].text, strlen(cases[i].text), &options) != cases[i].plain)
            fail_msg("%s: expected that ours %s it", cases[i].text, cases[i].plain ? "reads" : "leaves");
}

/* Cells of any length around the size of a piece, of a cell that is given up, and of a last line without an end. */
static void long_cells(void **state)
{
    (void)state;
    struct text text = {0};
    struct csv_options options = {.header = 0, .delimiter = ','};
    for (size_t n = 1; n < 200000; n = n * 5 / 4 + 1)
        for (int end = 0; end < 2; end++) {
            text_clear(&text);
            text_add(&text, "1,x,2\n3,");
            for (size_t i = 0; i < n; i++)
                text_add(&text, "%c", "ab1 "[i & 3]);
            text_add(&text, ",4\n5,y,%s", end ? "6\n" : "");
            for (size_t i = 0; i < n && !end; i++)
                text_add(&text, "%d", i == 0);
            must_agree("long", text.data, text.length, &options);
        }
    text_free(&text);
}

static void numbers_as_the_slow_way_reads_them(void **state)
{
    (void)state;
    struct rng rng = rng_start(12, RNG_TEST, 1, 0);
    struct text text = {0};
    int quick = 0;
    for (int i = 0; i < NUMBERS; i++) {
        text_clear(&text);
        text_add(&text, "%40s", "8");
        if (rng_below(&rng, 8) == 0)
            add_anything(&text, &rng);
        else
            add_content(&text, &rng, (enum content)rng_below(&rng, WORDS), false);
        if (rng_below(&rng, 30) == 0)
            text.data[CSV_QUICK_BEFORE + rng_below(&rng, (uint32_t)text.length - CSV_QUICK_BEFORE)] =
                (char)(1 + rng_below(&rng, 255));
        const char *cell = text.data + CSV_QUICK_BEFORE;
        float found = 0, expected = 0;
        if (!csv_quick_number(cell, text.length - CSV_QUICK_BEFORE, &found))
            continue;
        quick++;
        if (csv_cell_number(cell, text.length - CSV_QUICK_BEFORE, &expected) != CSV_NUMBER_FINITE ||
            memcmp(&found, &expected, sizeof found) != 0)
            fail_msg("%s: read as %.9g, expected %.9g", cell, (double)found, (double)expected);
    }
    text_free(&text);
#ifdef __SSE2__
    assert_true(quick > NUMBERS / 2);
#endif
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_file_of_the_project), cmocka_unit_test(corners),
        cmocka_unit_test(long_cells),                cmocka_unit_test(numbers_as_the_slow_way_reads_them),
        cmocka_unit_test(files_made_at_random),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
