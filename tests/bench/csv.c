/*
 * csv.c: makes delimited files and reads them, as told on its input by csv.py, which lets it take turns with others.
 *
 * "make KIND ROWS COLUMNS PATH" writes a file, of floats with KIND digits or, if that is 0, of a header, a label and
 * pixels; "ours PATH", "one PATH", "libcsv PATH" read one into a table: as the program does, with one thread, or with
 * libcsv cutting the cells; "raw PATH" has libcsv alone cut the cells, with callbacks that only count. Each answers
 * with one line: the seconds it took, of the clock and of the processor, and how many cells there were.
 */
#include "io/csv.h"

#include <csv.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/rng.h"

static void give_up(const char *message)
{
    fprintf(stderr, "bench: %s\n", message);
    exit(1);
}

static void write_floats(FILE *file, struct rng *rng, int digits, int rows, int columns)
{
    for (int r = 0; r < rows; r++)
        for (int c = 0; c < columns; c++)
            fprintf(file, "%.*g%c", digits, rng_normal(rng), c < columns - 1 ? ',' : '\n');
}

/* A margin of zeros and, within it, as many zeros as strokes: about as a drawn digit has them. */
static int pixel(struct rng *rng, int p)
{
    int y = p / 28, x = p % 28;
    bool margin = y < 4 || y >= 24 || x < 5 || x >= 23;
    return margin || rng_below(rng, 2) ? 0 : (int)(rng_below(rng, 2) ? 250 + rng_below(rng, 6) : rng_below(rng, 256));
}

static void write_pixels(FILE *file, struct rng *rng, int rows, int columns)
{
    fputs("label", file);
    for (int c = 1; c < columns; c++)
        fprintf(file, ",p%d", c);
    for (int r = 0; r < rows; r++) {
        fprintf(file, "\n%d", r % 10);
        for (int c = 1; c < columns; c++)
            fprintf(file, ",%d", pixel(rng, c - 1));
    }
    fputc('\n', file);
}

static size_t write_file(const char *told)
{
    int digits, rows, columns;
    char path[512];
    if (sscanf(told, "%d %d %d %511s", &digits, &rows, &columns, path) != 4)
        give_up("make: expected KIND ROWS COLUMNS PATH");
    FILE *file = fopen(path, "w");
    if (!file)
        give_up("cannot write its data");
    struct rng rng = rng_start(1, RNG_TEST, 0, 0);
    if (digits)
        write_floats(file, &rng, digits, rows, columns);
    else
        write_pixels(file, &rng, rows, columns);
    if (ferror(file) || fclose(file))
        give_up("cannot write its data");
    return (size_t)rows * (size_t)columns;
}

static void count(void *text, size_t n, void *data)
{
    (void)text, (void)n;
    ++*(size_t *)data;
}

static void count_row(int terminator, void *data)
{
    (void)terminator, (void)data;
}

static size_t read_raw(const char *path)
{
    static char piece[64 * 1024];
    size_t cells = 0;
    struct csv_parser parser;
    int file = open(path, O_RDONLY);
    if (file < 0 || csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI) != 0)
        give_up("cannot read its data");
    for (ssize_t n; (n = read(file, piece, sizeof piece)) > 0;)
        csv_parse(&parser, piece, (size_t)n, count, count_row, &cells);
    csv_fini(&parser, count, count_row, &cells);
    csv_free(&parser);
    close(file);
    return cells;
}

static size_t read_table(const char *path, enum csv_reader reader)
{
    struct csv_options options = {.header = -1, .reader = reader};
    struct csv_table table;
    struct err err;
    if (csv_read_file(path, &options, &table, &err) != 0)
        give_up(err.message);
    size_t cells = (size_t)table.rows * (size_t)table.columns;
    csv_table_free(&table);
    return cells;
}

static size_t obey(const char *order, const char *told)
{
    if (strcmp(order, "make") == 0)
        return write_file(told);
    if (strcmp(order, "ours") == 0)
        return read_table(told, CSV_READER_FITTING);
    if (strcmp(order, "one") == 0)
        return read_table(told, CSV_READER_ONE);
    if (strcmp(order, "libcsv") == 0)
        return read_table(told, CSV_READER_LIBCSV);
    if (strcmp(order, "raw") == 0)
        return read_raw(told);
    give_up("expected make, ours, one, libcsv or raw");
    return 0;
}

int main(void)
{
    char line[1024];
    while (fgets(line, sizeof line, stdin)) {
        line[strcspn(line, "\n")] = '\0';
        char *told = strchr(line, ' ');
        if (!told)
            give_up("expected an order and a path");
        *told++ = '\0';
        clock_t processor = clock();
        int64_t start = clock_now();
        size_t cells = obey(line, told);
        double took = (double)(clock_now() - start) * 1e-9;
        printf("%.6f %.6f %zu\n", took, (double)(clock() - processor) / CLOCKS_PER_SEC, cells);
        fflush(stdout);
    }
    return 0;
}
