/* csv_sniff.c: counting cells under each candidate delimiter, then kinds of cells under the chosen one. */
#include "csv_sniff.h"

#include <stdlib.h>
#include <string.h>

#include "csv_cell.h"
#include "csv_scan.h"

#define SAMPLE_SIZE (64 * 1024)
#define SAMPLE_SIZE_MAX (16 * 1024 * 1024)
#define SAMPLE_LINES 10
#define SAMPLE_ROWS 1000

size_t csv_sniff_sample(const char *bytes, size_t size)
{
    size_t sample = SAMPLE_SIZE;
    for (; sample < size && sample < SAMPLE_SIZE_MAX; sample *= 2) {
        int lines = 0;
        for (const char *p = bytes; lines < SAMPLE_LINES && (p = memchr(p, '\n', sample - (size_t)(p - bytes))); p++)
            lines++;
        if (lines == SAMPLE_LINES)
            break;
    }
    return sample < size ? sample : size;
}

struct tally {
    struct csv_scan *scan;
    int cells; /* of the row at hand */
    int rows;
    int row[SAMPLE_ROWS]; /* how many cells each had */
};

static void tally_cell(void *text, size_t n, void *data)
{
    (void)n;
    struct tally *tally = data;
    if (text)
        tally->cells++;
}

static void tally_row(int terminator, void *data)
{
    (void)terminator;
    struct tally *tally = data;
    if (tally->rows == SAMPLE_ROWS)
        tally->scan->stop = true;
    else if (tally->cells > 0)
        tally->row[tally->rows++] = tally->cells;
    tally->cells = 0;
}

static int compare_int(const void *a, const void *b)
{
    int x = *(const int *)a, y = *(const int *)b;
    return (x > y) - (x < y);
}

/* The share of rows that have the most common number of cells, if that is more than one; else 0. FIRST gets the number
 * of cells of the first row. */
static double agreement(const char *bytes, size_t size, bool partial, char delimiter, int *first)
{
    struct csv_scan scan = {.bytes = bytes, .size = size, .delimiter = delimiter, .mode = CSV_SCAN_SAMPLE,
                            .partial = partial, .cell = tally_cell, .row = tally_row};
    struct tally tally = {.scan = &scan};
    scan.data = &tally;
    csv_scan_run(&scan);
    *first = tally.rows ? tally.row[0] : 0;
    qsort(tally.row, (size_t)tally.rows, sizeof *tally.row, compare_int);
    int best = 0, best_cells = 0;
    for (int i = 0, run = 0; i < tally.rows; i++) {
        run = i > 0 && tally.row[i] == tally.row[i - 1] ? run + 1 : 1;
        if (run >= best) {
            best = run;
            best_cells = tally.row[i];
        }
    }
    return best_cells > 1 ? (double)best / tally.rows : 0;
}

char csv_sniff_delimiter(const char *bytes, size_t size, bool partial)
{
    /* In order of preference when two agree equally well: a comma may be a decimal comma, the others rarely mean
     * anything else. Blanks stand in ordinary text, so they only count when nothing else does, or among tabs. */
    static const char candidates[] = {'\t', ';', '|', ','};
    double best = 0;
    char delimiter = ',';
    int first;
    for (size_t i = 0; i < sizeof candidates; i++) {
        double share = agreement(bytes, size, partial, candidates[i], &first);
        if ((share >= 0.5 || first > 1) && share > best) {
            best = share;
            delimiter = candidates[i];
        }
    }
    if (best == 0 || (delimiter == '\t' && best < 1)) {
        double share = agreement(bytes, size, partial, ' ', &first);
        if (share >= 0.5 && share > best)
            delimiter = ' ';
    }
    return delimiter;
}

struct surveyor {
    struct csv_survey *survey;
    struct csv_scan *scan;
    int cell, room;
    bool failed;
};

static void survey_first(struct surveyor *surveyor, const char *text, size_t n)
{
    struct csv_survey *survey = surveyor->survey;
    if (survey->columns == surveyor->room) {
        int room = surveyor->room ? surveyor->room * 2 : 64;
        struct csv_survey_column *column = realloc(survey->column, (size_t)room * sizeof *column);
        if (!column) {
            surveyor->failed = surveyor->scan->stop = true;
            return;
        }
        survey->column = column;
        surveyor->room = room;
    }
    float number;
    int code = csv_words_code(&survey->names, text, n);
    if (code < 0)
        surveyor->failed = surveyor->scan->stop = true;
    survey->column[survey->columns++] =
        (struct csv_survey_column){.name = code, .name_missing = csv_cell_missing(text, n),
                                   .name_number = csv_cell_number(text, n, &number) != CSV_NUMBER_NONE};
}

static void survey_cell(void *text, size_t n, void *data)
{
    struct surveyor *surveyor = data;
    struct csv_survey *survey = surveyor->survey;
    if (!text || surveyor->scan->stop)
        return;
    if (survey->rows == 0) {
        survey_first(surveyor, text, n);
    } else if (surveyor->cell < survey->columns && !csv_cell_missing(text, n)) {
        struct csv_survey_column *column = &survey->column[surveyor->cell];
        float number;
        if (csv_cell_number(text, n, &number) != CSV_NUMBER_NONE)
            column->numbers++;
        else
            column->texts++;
        if (!column->repeated)
            column->repeated = csv_words_find(&survey->names, text, n) == column->name;
    }
    surveyor->cell++;
}

static void survey_row(int terminator, void *data)
{
    (void)terminator;
    struct surveyor *surveyor = data;
    if (surveyor->cell > 0)
        surveyor->survey->rows++;
    surveyor->cell = 0;
}

int csv_survey_open(struct csv_survey *survey, const char *bytes, size_t sample, size_t size, char delimiter)
{
    *survey = (struct csv_survey){0};
    struct csv_scan scan = {.bytes = bytes, .size = sample, .delimiter = delimiter, .mode = CSV_SCAN_SAMPLE,
                            .partial = sample < size, .cell = survey_cell, .row = survey_row};
    struct surveyor surveyor = {.survey = survey, .scan = &scan};
    scan.data = &surveyor;
    if (csv_scan_run(&scan) == CSV_SCAN_MEMORY || surveyor.failed)
        return -1;
    survey->rows_expected = sample ? (double)survey->rows * (double)size / (double)sample : 0;
    return 0;
}

void csv_survey_free(struct csv_survey *survey)
{
    csv_words_free(&survey->names);
    free(survey->column);
    *survey = (struct csv_survey){0};
}

bool csv_survey_header(const struct csv_survey *survey)
{
    bool over_numbers = false, all_text = true, repeated = false, gap = false;
    for (int c = 0; c < survey->columns; c++) {
        const struct csv_survey_column *column = &survey->column[c];
        if (column->name_number)
            return false;
        if (!column->name_missing && column->numbers > 0 && column->texts == 0)
            over_numbers = true;
        all_text = all_text && column->numbers == 0;
        repeated = repeated || column->repeated;
        gap = gap || column->name_missing;
    }
    bool distinct = survey->names.count == survey->columns;
    return survey->columns > 0 && (over_numbers || (all_text && distinct && !gap && !repeated));
}
