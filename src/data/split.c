/*
 * split.c: which rows train and which validate. Test rows, the last ones of a dataset, stay apart.
 *
 * When classifying, every class is split on its own. Rounding is carried from class to class, so the total is the share
 * that was asked for to within one row, and a class keeps at least one training row.
 */
#include <math.h>
#include <stdlib.h>

#include "base/rng.h"
#include "dataset_parts.h"

/* Marks WANTED of the N rows, chosen by RNG, as validation rows; ROW is shuffled. */
static void draw(struct rng *rng, int *row, int n, int wanted, unsigned char *chosen)
{
    rng_shuffle(rng, row, (size_t)n);
    for (int i = 0; i < wanted; i++)
        chosen[row[i]] = 1;
}

/* ROW [ROWS] sorted by group (class, or all in one), each group's rows ascending; START [groups + 1]. */
static void group_rows(const struct dataset *dataset, int rows, int groups, int *row, int *start)
{
    for (int g = 0; g <= groups; g++)
        start[g] = 0;
    for (int r = 0; r < rows; r++)
        start[dataset->classes ? (int)dataset->y[r] + 1 : 1]++;
    for (int g = 0; g < groups; g++)
        start[g + 1] += start[g];
    for (int r = rows - 1; r >= 0; r--)
        row[--start[(dataset->classes ? (int)dataset->y[r] : 0) + 1]] = r;
    for (int g = 0; g < groups; g++)
        start[g] = start[g + 1];
    start[groups] = rows;
}

static void choose(const struct dataset *dataset, int groups, int *row, const int *start, unsigned char *chosen)
{
    struct rng rng = rng_start(dataset->origin.seed, RNG_SPLIT, 0, 0);
    double due = 0;
    for (int g = 0, taken = 0; g < groups; g++) {
        int n = start[g + 1] - start[g];
        due += n * dataset->origin.validation;
        int wanted = (int)floor(due + 0.5) - taken;
        wanted = wanted > n - 1 ? n - 1 : wanted;
        wanted = wanted < 0 ? 0 : wanted;
        taken += wanted;
        draw(&rng, row + start[g], n, wanted, chosen);
    }
}

int split_rows(struct dataset *dataset, struct err *err)
{
    int groups = dataset->classes ? dataset->classes : 1, rows = dataset->rows - dataset->tests;
    int *row = malloc((size_t)rows * sizeof *row);
    int *start = malloc(((size_t)groups + 1) * sizeof *start);
    unsigned char *chosen = calloc((size_t)rows, 1);
    dataset->train = malloc((size_t)rows * sizeof *dataset->train);
    dataset->validation = malloc((size_t)rows * sizeof *dataset->validation);
    dataset->test = malloc(((size_t)dataset->tests + 1) * sizeof *dataset->test);
    bool possible = row && start && chosen && dataset->train && dataset->validation && dataset->test;
    if (possible) {
        group_rows(dataset, rows, groups, row, start);
        choose(dataset, groups, row, start, chosen);
        for (int r = 0; r < rows; r++)
            if (chosen[r])
                dataset->validation[dataset->validations++] = r;
            else
                dataset->train[dataset->trains++] = r;
        for (int i = 0; i < dataset->tests; i++)
            dataset->test[i] = rows + i;
    }
    free(row);
    free(start);
    free(chosen);
    if (!possible)
        return err_set(err, ERR_MEMORY, "out of memory for the split of %d rows", rows);
    note_add(dataset, "split", "split SHARE", "%s rows train, %s validate%s", text_count(dataset->trains).s,
             text_count(dataset->validations).s, dataset->classes && dataset->validations ? ", stratified" : "");
    return 0;
}
