/*
 * fuzz_csv.c: any bytes given to the CSV reader, for libFuzzer (clang -fsanitize=fuzzer,address,undefined).
 *
 * The first byte chooses delimiter, header and leniency, the rest is the file. Whatever it holds, reading either fails
 * with a message or gives a table that keeps the promises of io/csv.h; and whoever cuts the cells, ours with one thread
 * or two or libcsv, it is the same message or table.
 */
#include "io/csv.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool holds)
{
    if (!holds)
        abort();
}

static void check_column(const struct csv_column *column, int rows)
{
    demand(column->name && *column->name);
    demand(column->numeric ? column->number && !column->code && !column->word : column->code && !column->number);
    int missing = 0;
    for (int r = 0; r < rows; r++)
        if (column->numeric) {
            missing += isnan(column->number[r]) != 0;
            demand(!isinf(column->number[r]));
        } else {
            missing += column->code[r] == CSV_MISSING;
            demand(column->code[r] >= CSV_MISSING && column->code[r] < column->words);
        }
    demand(missing == column->missing);
    for (int w = 0; w < column->words; w++)
        demand(column->word[w] && *column->word[w]);
}

static void check_same_column(const struct csv_column *a, const struct csv_column *b, size_t rows)
{
    demand(strcmp(a->name, b->name) == 0 && a->numeric == b->numeric && a->missing == b->missing &&
           a->words == b->words);
    demand(memcmp(a->numeric ? (const void *)a->number : a->code, b->numeric ? (const void *)b->number : b->code,
                  rows * sizeof(float)) == 0);
    for (int w = 0; w < a->words; w++)
        demand(strcmp(a->word[w], b->word[w]) == 0);
}

static void check_same(const struct csv_table *a, const struct csv_table *b)
{
    demand(a->rows == b->rows && a->columns == b->columns && a->header == b->header && a->delimiter == b->delimiter);
    demand(a->padded == b->padded && a->cut == b->cut && a->quotes == b->quotes && a->hash == b->hash);
    for (int c = 0; c < a->columns; c++)
        check_same_column(&a->column[c], &b->column[c], (size_t)a->rows);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char delimiters[] = {0, ',', ';', '\t', '|', ' ', 0, ','};
    if (size == 0)
        return 0;
    struct csv_options options = {.delimiter = delimiters[data[0] & 7], .header = (data[0] >> 3 & 3) % 3 - 1,
                                  .lenient = data[0] & 32, .reader = CSV_READER_LIBCSV};
    struct csv_table first, other;
    struct err err = {0}, other_err = {0};
    int status = csv_read_bytes("fuzz", data + 1, size - 1, &options, &first, &err);
    demand(status == 0 ? first.columns > 0 : err.code != ERR_NONE && err.message[0]);
    for (int c = 0; c < first.columns; c++)
        check_column(&first.column[c], first.rows);
    for (int a = 0; a < first.columns && a < 50; a++)
        for (int b = 0; b < a; b++)
            demand(strcmp(first.column[a].name, first.column[b].name) != 0);
    for (options.reader = CSV_READER_FITTING; options.reader < CSV_READER_LIBCSV; options.reader++) {
        demand(csv_read_bytes("fuzz", data + 1, size - 1, &options, &other, &other_err) == status);
        demand(status == 0 || strcmp(err.message, other_err.message) == 0);
        if (status == 0)
            check_same(&first, &other);
        csv_table_free(&other);
    }
    csv_table_free(&first);
    return 0;
}
