/* describe.c: a line for each column of the data: how its values are spread. */
#include "data/describe.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cmd/rows.h"

#define COLUMNS_MOST 64 /* lines; a last one counts the rest */
#define NAME_COLUMNS 14

/* What is described, and how it is said. */
struct table {
    const struct dataset *data;
    const struct transform *transform; /* NULL: raw */
    bool ascii;
    int wide;          /* columns that span too many decades, the first of which is: */
    char example[64];
};

/* Ten bins side by side: an empty one is a blank, any other is seen. */
static void add_bins(const double bin[DESCRIPTION_BINS], bool ascii, struct text *out)
{
    double most = 0;
    int last = -1;
    for (int i = 0; i < DESCRIPTION_BINS; i++) {
        most = fmax(most, bin[i]);
        last = bin[i] > 0 ? i : last;
    }
    for (int i = 0; i <= last; i++) {
        int height = (int)ceil(8 * bin[i] / most);
        if (height == 0)
            text_add(out, " ");
        else if (ascii)
            text_add(out, "%c", ".:-=+*#@"[height - 1]);
        else
            text_add(out, "\xE2\x96%c", 0x80 + height); /* U+2581, an eighth, to U+2588 */
    }
}

/* NAME cut to its place, padded by what a terminal shows of it. */
static void add_name(const char *name, struct text *out)
{
    char shown[3 * NAME_COLUMNS];
    size_t size = sizeof shown;
    do
        text_escape(shown, size--, name);
    while (text_columns(shown) > NAME_COLUMNS && size > 4);
    text_add(out, "%s%*s", shown, NAME_COLUMNS - text_columns(shown), "");
}

static void add_missing(double share, struct text *out)
{
    char figure[16];
    snprintf(figure, sizeof figure, share > 0 ? "%.3g%%" : "-", 100 * share);
    text_add(out, " %6s  ", figure);
}

static void add_figures(const struct table *table, const char *name, const struct description *of, double missing,
                        struct text *out)
{
    char skew[16];
    if (isnan(of->skew))
        snprintf(skew, sizeof skew, "-");
    else
        snprintf(skew, sizeof skew, fabs(of->skew) < 100 ? "%.2f" : "%.0f", of->skew);
    add_name(name, out);
    text_add(out, " %9s %9s %9s %9s %6s", text_short(of->least).s, text_short(of->greatest).s,
             text_short(of->mean).s, text_short(of->sd).s, skew);
    add_missing(missing, out);
    add_bins(of->bin, table->ascii, out);
    text_add(out, "\n");
}

/* A span that no network learns from as it is, and what helps. */
static void flag(struct table *table, const char *name, const struct description *of, struct text *out)
{
    if (!(of->decades > SPAN_MOST))
        return;
    text_add(out, "  ! its values span %.1f decades\n", of->decades);
    if (table->wide++ == 0)
        snprintf(table->example, sizeof table->example, "%s", name);
}

static int add_numbers(struct table *table, const char *name, int first, int count, double missing, struct text *out,
                       struct err *err)
{
    struct description of;
    if (describe_features(table->data, table->transform, first, count, &of, err))
        return -1;
    add_figures(table, name, &of, missing, out);
    flag(table, name, &of, out);
    return 0;
}

/* Text is one-hot: the counts of its categories in the place of bins, the most frequent by name. */
static int add_text(const struct table *table, const struct column *column, struct text *out)
{
    const struct dataset *data = table->data;
    double bin[DESCRIPTION_BINS] = {0}, most = -1;
    int frequent = 0;
    char name[24];
    for (int k = 0; k < column->categories; k++) {
        double count = 0;
        for (int i = 0; i < data->trains; i++)
            count += data->x[(size_t)data->train[i] * (size_t)data->features + (size_t)(column->first + k)] > 0;
        if (k < DESCRIPTION_BINS)
            bin[k] = count;
        if (count > most) {
            most = count;
            frequent = k;
        }
    }
    char words[64];
    snprintf(words, sizeof words, "text, %d words, most often %s: %.3g%%", column->categories,
             text_escape(name, sizeof name, column->category[frequent]), 100 * most / data->trains);
    add_name(column->name, out);
    text_add(out, " %-46s", words);
    add_missing((double)column->missing / data->rows, out);
    add_bins(bin, table->ascii, out);
    text_add(out, "\n");
    return 0;
}

static int add_target(struct table *table, struct text *out, struct err *err)
{
    const struct dataset *data = table->data;
    struct description of;
    char name[64] = "target";
    double missing = 0;
    for (int c = 0; c < data->columns; c++)
        if (data->column[c].use == COLUMN_TARGET) {
            snprintf(name, sizeof name, "> %.60s", data->column[c].name);
            missing = (double)data->column[c].missing / (data->rows + data->column[c].missing);
        }
    if (describe_target(data, table->transform, &of, err))
        return -1;
    if (data->task == TASK_REGRESS) {
        add_figures(table, name, &of, missing, out);
        flag(table, name + (name[0] == '>' ? 2 : 0), &of, out);
        return 0;
    }
    double bin[DESCRIPTION_BINS] = {0}; /* one for each class, as far as they go */
    for (int i = 0; i < data->trains && data->classes <= DESCRIPTION_BINS; i++)
        bin[(int)data->y[data->train[i]]]++;
    char words[64];
    snprintf(words, sizeof words, "the target, %d classes", data->classes);
    add_name(name, out);
    text_add(out, " %-46s", words);
    add_missing(missing, out);
    add_bins(data->classes <= DESCRIPTION_BINS ? bin : of.bin, table->ascii, out);
    text_add(out, "\n");
    return 0;
}

static int add_column(struct table *table, const struct column *column, struct text *out, struct err *err)
{
    if (column->use == COLUMN_TARGET)
        return add_target(table, out, err);
    if (column->use == COLUMN_DROPPED) {
        add_name(column->name, out);
        text_add(out, " not used\n");
        return 0;
    }
    if (column->text)
        return add_text(table, column, out);
    return add_numbers(table, column->name, column->first, 1, (double)column->missing / table->data->rows, out, err);
}

static int add_channels(struct table *table, struct text *out, struct err *err)
{
    const struct dataset *data = table->data;
    int channels = data->shape.dim[0], pixels = data->features / channels;
    char name[32] = "all pixels";
    for (int c = 0; c < channels; c++) {
        if (channels > 1)
            snprintf(name, sizeof name, "channel %d", c);
        if (add_numbers(table, name, c * pixels, pixels, 0, out, err))
            return -1;
    }
    return add_target(table, out, err);
}

static int add_columns(struct table *table, struct text *out, struct err *err)
{
    const struct dataset *data = table->data;
    int shown = 0, more = 0;
    for (int c = 0; c < data->columns; c++) {
        const struct column *column = &data->column[c];
        bool target = column->use == COLUMN_TARGET;
        if (!target && shown >= COLUMNS_MOST) {
            more++;
            continue;
        }
        shown += !target;
        if (add_column(table, column, out, err))
            return -1;
    }
    if (more)
        text_add(out, "and %d columns more: `describe COLUMN`\n", more);
    return 0;
}

/* Of a table, the column called ONLY or, where that is NULL, all; of samples, all values. */
static int add_lines(struct table *table, const char *only, struct text *out, struct err *err)
{
    const struct dataset *data = table->data;
    bool images = data->shape.rank == 3;
    if (only && (images || data->columns < 2))
        return err_set(err, ERR_USAGE, "describe: '%.60s'; the samples are %s, which have no columns", only,
                       images ? "images" : "an array");
    if (images)
        return add_channels(table, out, err);
    if (data->columns < 2)
        return add_numbers(table, "all values", 0, data->features, 0, out, err) ? -1 : add_target(table, out, err);
    const struct column *column = only ? dataset_column(data, only) : NULL;
    if (only && !column)
        return err_set(err, ERR_USAGE, "describe: there is no column '%.60s'; legal: a name, or a number from 1 to %d",
                       only, data->columns);
    return column ? add_column(table, column, out, err) : add_columns(table, out, err);
}

static void add_advice(const struct table *table, struct text *out)
{
    bool column = table->data->shape.rank != 3;
    if (table->wide == 0 || table->transform)
        return;
    char name[4 * sizeof table->example];
    text_escape(name, sizeof name, table->example);
    text_add(out, "a span of over %g decades is hard to learn from: `squash auto%s%s` keeps its order\n", SPAN_MOST,
             column ? " " : "", column ? name : "");
}

static int run_describe(struct console *console, const struct arg_values *args, struct err *err)
{
    const struct session *session = console_session(console);
    const struct dataset *data = session->data;
    bool given = args->number[1] != 0;
    struct table table = {.data = data, .transform = given ? &session->transform : NULL,
                          .ascii = console_view(console)->ascii};
    struct text out = {0};
    text_add(&out, "%s training rows%s\n%-*s %9s %9s %9s %9s %6s %6s  %s\n", text_count(data->trains).s,
             given ? ", as the network is given them" : ", raw", NAME_COLUMNS, "column", "least", "greatest", "mean",
             "sd", "skew", "miss", "spread");
    int status = add_lines(&table, args->given[0] ? args->text[0] : NULL, &out, err);
    if (status == 0) {
        add_advice(&table, &out);
        console_answer_text(console, &out);
    }
    text_free(&out);
    return status;
}

static const struct arg_spec describe_args[] = {
    {.name = "column", .type = ARG_WORD, .preset = "", .summary = "one, by name or number; none: all"},
    {.name = "inputs", .type = ARG_SWITCH, .preset = "off",
     .summary = "as the network is given them: clipped, squashed, whitened"}, {0}};

const struct command command_describe = {
    .name = "describe", .summary = "print range, mean, deviation, skew and spread of every column", .group = GROUP_DATA,
    .flags = COMMAND_NEEDS_DATA | COMMAND_READ_ONLY, .words = WORDS_COLUMNS,
    .details =
        "Of the training rows, raw, missing values filled; `describe --inputs` shows them as the network is given\n"
        "them. The spread is a histogram of ten bins from least to greatest; of text, how often each word stands.\n"
        "Flags a column whose values span over 5 decades, from the 1st percentile of |x| to its greatest.",
    .example = "describe", .args = describe_args, .run = run_describe};
