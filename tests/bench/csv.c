/*
 * csv.c: how fast a file of floats is read, beside libcsv alone with callbacks that only count.
 *
 * Both begin with the file in the page cache and take turns; the least processor time of several runs counts. The
 * claim that is measured: reading into typed columns takes at most 1.5 times as long as cutting cells alone.
 */
#include "io/csv.h"

#include <csv.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/rng.h"

#define ROWS 60000
#define COLUMNS 50
#define RUNS 12

static void count(void *text, size_t n, void *data)
{
    (void)text, (void)n;
    ++*(size_t *)data;
}

static void count_row(int terminator, void *data)
{
    (void)terminator;
    ++*(size_t *)data;
}

static size_t read_raw(const char *path)
{
    static char piece[64 * 1024];
    size_t events = 0;
    struct csv_parser parser;
    int file = open(path, O_RDONLY);
    if (file < 0 || csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI) != 0)
        exit(1);
    for (ssize_t n; (n = read(file, piece, sizeof piece)) > 0;)
        csv_parse(&parser, piece, (size_t)n, count, count_row, &events);
    csv_fini(&parser, count, count_row, &events);
    csv_free(&parser);
    close(file);
    return events;
}

static size_t read_table(const char *path)
{
    struct csv_options options = {.header = -1};
    struct csv_table table;
    struct err err;
    if (csv_read_file(path, &options, &table, &err) != 0) {
        fprintf(stderr, "%s\n", err.message);
        exit(1);
    }
    size_t events = (size_t)table.rows * ((size_t)table.columns + 1);
    csv_table_free(&table);
    return events;
}

static double seconds_of(size_t (*read_file)(const char *), const char *path, double best)
{
    clock_t start = clock();
    if (read_file(path) < (size_t)ROWS * (COLUMNS + 1))
        exit(1);
    double seconds = (double)(clock() - start) / CLOCKS_PER_SEC;
    return best == 0 || seconds < best ? seconds : best;
}

static void measure(int digits)
{
    char path[] = "/tmp/dnntui-bench-XXXXXX";
    int descriptor = mkstemp(path);
    FILE *file = descriptor < 0 ? NULL : fdopen(descriptor, "w");
    if (!file)
        exit(1);
    struct rng rng = rng_start(1, RNG_TEST, 0, 0);
    for (int r = 0; r < ROWS; r++)
        for (int c = 0; c < COLUMNS; c++) {
            fprintf(file, "%.*g", digits, rng_normal(&rng));
            fputc(c < COLUMNS - 1 ? ',' : '\n', file);
        }
    double megabytes = (double)ftell(file) * 1e-6;
    fclose(file);
    double raw = 0, table = 0;
    for (int run = 0; run < RUNS; run++) {
        raw = seconds_of(read_raw, path, raw);
        table = seconds_of(read_table, path, table);
    }
    unlink(path);
    printf("csv  %2d digits  %5.1f MB  libcsv alone %5.1f MB/s  typed columns %5.1f MB/s  time x %.2f (at most 1.50)\n",
           digits, megabytes, megabytes / raw, megabytes / table, table / raw);
}

int main(void)
{
    measure(4);
    measure(9);
    measure(17);
    return 0;
}
