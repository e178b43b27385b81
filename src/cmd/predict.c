/* predict.c: reads rows from a file, and writes what the network makes of them to another, as a table. */
#include "debug/predict.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cmd/rows.h"
#include "io/atomic_file.h"

#define ENDING "-predicted.csv"

/* --- the name of the file */

/* "new.csv" -> "new-predicted.csv", "x.npy.gz" -> "x-predicted.csv", "iris" -> "iris-predicted.csv" */
static int default_path(const char *source, char *path, size_t size, struct err *err)
{
    const char *base = strrchr(source, '/');
    base = base ? base + 1 : source;
    size_t stem = strcspn(base, ".");
    stem = stem ? (size_t)(base - source) + stem : strlen(source);
    if (stem + sizeof ENDING > size)
        return err_set(err, ERR_USAGE, "predict: the name of the file is longer than %zu bytes", size - sizeof ENDING);
    snprintf(path, size, "%.*s%s", (int)stem, source, ENDING);
    return 0;
}

static int refuse_same(const char *source, const char *path, struct err *err)
{
    struct stat from, to;
    if (stat(source, &from) == 0 && stat(path, &to) == 0 && from.st_dev == to.st_dev && from.st_ino == to.st_ino)
        return err_set(err, ERR_USAGE, "predict: %.300s is what is read; legal: another file to write to", path);
    return 0;
}

/* --- the table */

/* A cell that any reader of CSV takes as one. */
static void add_cell(const char *cell, struct text *out)
{
    size_t length = strlen(cell);
    bool blank = length && (cell[0] == ' ' || cell[length - 1] == ' ');
    if (length && !blank && !strpbrk(cell, ",\"\r\n")) {
        text_add_bytes(out, cell, length);
        return;
    }
    text_add(out, length ? "\"" : "");
    for (const char *c = cell; *c; c++) {
        if (*c == '"')
            text_add_bytes(out, "\"", 1);
        text_add_bytes(out, c, 1);
    }
    text_add(out, length ? "\"" : "");
}

/* The fewest digits that are read back as the same float. */
static void add_number(float value, struct text *out)
{
    char figure[40];
    for (int digits = 6; digits <= 9; digits++) {
        snprintf(figure, sizeof figure, "%.*g", digits, (double)value);
        if (strtof(figure, NULL) == value)
            break;
    }
    text_add(out, "%s", figure);
}

static void add_value(const struct dataset *data, float value, struct text *out)
{
    if (isnan(value))
        return;
    if (data->task == TASK_CLASSIFY)
        add_cell(data->class_name[(int)value], out);
    else
        add_number(value, out);
}

static const char *target_name(const struct dataset *data)
{
    for (int c = 0; c < data->columns; c++)
        if (data->column[c].use == COLUMN_TARGET)
            return data->column[c].name;
    return "target";
}

static void add_table(const struct session *session, const struct arrivals *rows, const struct prediction *prediction,
                      struct text *out)
{
    const struct dataset *data = session->data;
    bool confident = data->task == TASK_CLASSIFY && session->loss.kind->classes;
    struct text predicted = {0};
    text_add(&predicted, "predicted_%s", target_name(data));
    text_add(out, "row,");
    if (rows->y) {
        add_cell(target_name(data), out);
        text_add(out, ",");
    }
    add_cell(predicted.data, out);
    text_add(out, confident ? ",confidence\n" : "\n");
    text_free(&predicted);
    for (int r = 0; r < rows->rows; r++) {
        text_add(out, "%d,", r + 1);
        if (rows->y) {
            add_value(data, rows->y[r], out);
            text_add(out, ",");
        }
        add_value(data, prediction[r].value, out);
        if (confident && !isnan(prediction[r].confidence))
            text_add(out, ",%.4g\n", (double)prediction[r].confidence);
        else
            text_add(out, confident ? ",\n" : "\n");
    }
}

static int write_table(const char *path, const struct text *out, struct err *err)
{
    struct atomic_file *file = atomic_file_open(path, err);
    if (!file || atomic_file_write(file, out->data, out->length, err)) {
        atomic_file_cancel(file);
        return -1;
    }
    return atomic_file_commit(file, err);
}

/* --- what is said of it */

/* Accuracy, or R2 over those rows that have a target. NaN: none has, or all have the same. */
static double score_of(const struct dataset *data, const struct arrivals *rows, const struct prediction *prediction,
                       int *known)
{
    double right = 0, sum = 0, squares = 0, error = 0;
    *known = 0;
    for (int r = 0; r < rows->rows; r++) {
        double y = rows->y[r], d = (double)prediction[r].value - y;
        if (isnan(y))
            continue;
        right += d == 0;
        sum += y;
        squares += y * y;
        error += d * d;
        ++*known;
    }
    double spread = squares - sum * sum / *known;
    return data->task == TASK_CLASSIFY ? right / *known : spread > 0 ? 1 - error / spread : (double)NAN;
}

static void tell(struct console *console, const struct arrivals *rows, const struct prediction *prediction,
                 const char *path)
{
    const struct dataset *data = console_session(console)->data;
    int known = 0, unsaid = 0;
    for (int r = 0; r < rows->rows; r++)
        unsaid += isnan(prediction[r].value);
    console_notice(console, "%s prediction%s of %s, in %s", text_count(rows->rows).s, rows->rows == 1 ? "" : "s",
                   target_name(data), path);
    if (unsaid)
        console_notice(console, "%s of them are not finite, and left empty", text_count(unsaid).s);
    if (rows->missing)
        console_notice(console, "missing cells: %s, filled as those of the training rows",
                       text_count(rows->missing).s);
    if (rows->words)
        console_notice(console, "words that training never met: %s, taken as none of its categories",
                       text_count(rows->words).s);
    if (rows->labels)
        console_notice(console, "classes that training never met: %s rows, left out of the score",
                       text_count(rows->labels).s);
    double score = rows->y ? score_of(data, rows, prediction, &known) : NAN;
    if (known)
        console_notice(console, "%s %.4g over the %s rows whose %s is known",
                       data->task == TASK_CLASSIFY ? "acc" : "r2", score, text_count(known).s, target_name(data));
}

static int predict_to(struct console *console, const char *source, const char *path, struct err *err)
{
    const struct session *session = console_session(console);
    struct arrivals rows;
    struct text out = {0};
    if (arrivals_open(&rows, session->data, source, err))
        return err_prefix(err, "predict: ");
    struct prediction *prediction = calloc((size_t)rows.rows, sizeof *prediction);
    int status = prediction ? predict_rows(session, &rows, prediction, err)
                            : err_set(err, ERR_MEMORY, "no memory for %d predictions", rows.rows);
    if (status == 0) {
        add_table(session, &rows, prediction, &out);
        status = write_table(path, &out, err);
    }
    if (status == 0)
        tell(console, &rows, prediction, path);
    text_free(&out);
    free(prediction);
    arrivals_close(&rows);
    return status ? err_prefix(err, "predict: ") : 0;
}

static int run_predict(struct console *console, const struct arg_values *args, struct err *err)
{
    char path[4096];
    const char *source = args->text[0], *to = args->given[1] ? args->text[1] : path;
    if (!args->given[1] && default_path(source, path, sizeof path, err))
        return -1;
    return refuse_same(source, to, err) ? -1 : predict_to(console, source, to, err);
}

static const struct arg_spec predict_args[] = {
    {.name = "file", .type = ARG_FILE, .summary = "rows to predict: a table, an array of samples, or a known set"},
    {.name = "to", .type = ARG_FILE, .preset = "", .summary = "the table to write; new.csv: new-predicted.csv"}, {0}};

const struct command command_predict = {
    .name = "predict", .summary = "predict the rows of a file and write them to a table", .group = GROUP_FILES,
    .flags = COMMAND_NEEDS_DATA | COMMAND_READ_ONLY, .words = WORDS_DATA,
    .details =
        "Columns are found by name; they need not have the target, and may have others. Values are clipped, squashed\n"
        "and whitened by the training rows' statistics, missing ones filled likewise; classes are written by name\n"
        "with the probability that the network gives them, numbers in the target's own units. Where the file has the\n"
        "target the score is told.",
    .args = predict_args, .run = run_predict};
