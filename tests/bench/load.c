/*
 * load.c: reads files as the program does, on demand, and writes those that are read: one line in, one line out. Who asks
 * is load.py, which takes turns between this and others.
 *
 *     floats PATH MEGABYTES     writes a CSV file of 50 columns of random floats, 9 digits
 *     bytes PATH MEGABYTES      one of a label and 784 whole numbers from 0 to 255, most of them 0, as digits have it
 *     table PATH                reads columns of numbers; answers nanoseconds
 *     dataset SOURCE            makes a dataset, split and all; answers nanoseconds
 */
#include "bench.h"
#include "data/dataset.h"
#include "io/csv.h"

static void write_floats(FILE *file, double bytes)
{
    struct rng rng = rng_start(1, RNG_TEST, 0, 0);
    while ((double)ftell(file) < bytes)
        for (int i = 0; i < 50; i++)
            fprintf(file, "%.9g%c", rng_normal(&rng), i < 49 ? ',' : '\n');
}

static void write_pictures(FILE *file, double bytes)
{
    struct rng rng = rng_start(1, RNG_TEST, 0, 0);
    for (int row = 0; (double)ftell(file) < bytes; row++) {
        fprintf(file, "%d", row % 10);
        for (int i = 0; i < 784; i++) {
            uint32_t draw = rng_u32(&rng);
            fprintf(file, ",%u", draw % 5 ? 0 : draw >> 24);
        }
        fputc('\n', file);
    }
}

static void write_file(const char *path, double megabytes, void (*write)(FILE *file, double bytes))
{
    FILE *file = fopen(path, "w");
    if (!file)
        bench_fail("cannot write its data");
    write(file, megabytes * 1e6);
    bench_close(file);
    printf("ok\n");
}

static void read_table(const char *path)
{
    struct csv_options options = {.header = -1};
    struct csv_table table;
    struct err err = {0};
    int64_t begun = clock_now();
    bench_check(csv_read_file(path, &options, &table, &err), &err);
    printf("%lld\n", (long long)(clock_now() - begun));
    csv_table_free(&table);
}

static void read_dataset(const char *source)
{
    struct data_origin origin = data_origin_default();
    struct err err = {0};
    snprintf(origin.source, sizeof origin.source, "%s", source);
    int64_t begun = clock_now();
    struct dataset *dataset = dataset_open(&origin, &err);
    bench_check(dataset ? 0 : -1, &err);
    printf("%lld\n", (long long)(clock_now() - begun));
    dataset_close(dataset);
}

int main(void)
{
    char line[2 * BENCH_PATH], path[BENCH_PATH];
    double megabytes;
    while (fgets(line, sizeof line, stdin)) {
        if (sscanf(line, "floats %511s %lf", path, &megabytes) == 2)
            write_file(path, megabytes, write_floats);
        else if (sscanf(line, "bytes %511s %lf", path, &megabytes) == 2)
            write_file(path, megabytes, write_pictures);
        else if (sscanf(line, "table %511s", path) == 1)
            read_table(path);
        else if (sscanf(line, "dataset %511s", path) == 1)
            read_dataset(path);
        else
            bench_fail("a request that is not known");
        fflush(stdout);
    }
    return 0;
}
