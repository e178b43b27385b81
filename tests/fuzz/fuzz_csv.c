/*
 * fuzz_csv.c: any bytes given to the CSV reader, for libFuzzer (clang -fsanitize=fuzzer,address,undefined).
 *
 * The first byte chooses delimiter, header and leniency, the rest is the file. Whatever it holds, reading either fails
 * with a message or gives a table that keeps the promises of io/csv.h, and gives the same one twice.
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

static void check_same(const struct csv_table *a, const struct csv_table *b)
{
    demand(a->rows == b->rows && a->columns == b->columns && a->header == b->header && a->delimiter == b->delimiter);
    for (int c = 0; c < a->columns; c++)
        demand(strcmp(a->column[c].name, b->column[c].name) == 0 && a->column[c].numeric == b->column[c].numeric &&
               a->column[c].words == b->column[c].words && a->column[c].missing == b->column[c].missing);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char delimiters[] = {0, ',', ';', '\t', '|', ' ', 0, ','};
    if (size == 0)
        return 0;
    struct csv_options options = {.delimiter = delimiters[data[0] & 7], .header = (data[0] >> 3 & 3) % 3 - 1,
                                  .lenient = data[0] & 32};
    struct csv_table first, second;
    struct err err = {0};
    int status = csv_read_bytes("fuzz", data + 1, size - 1, &options, &first, &err);
    demand(status == 0 ? first.columns > 0 : err.code != ERR_NONE && err.message[0]);
    demand(csv_read_bytes("fuzz", data + 1, size - 1, &options, &second, &err) == status);
    if (status == 0) {
        for (int c = 0; c < first.columns; c++)
            check_column(&first.column[c], first.rows);
        for (int a = 0; a < first.columns && a < 50; a++)
            for (int b = 0; b < a; b++)
                demand(strcmp(first.column[a].name, first.column[b].name) != 0);
        check_same(&first, &second);
    }
    csv_table_free(&first);
    csv_table_free(&second);
    return 0;
}
