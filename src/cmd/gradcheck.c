/* gradcheck.c: the table of backpropagation against differences, a line a tensor, and what it comes to in words. */
#include <math.h>
#include <stdio.h>

#include "cmd/rows.h"
#include "debug/gradcheck.h"

/* From here on it takes seconds, and the person is told before. */
#define FLOPS_WORTH_A_WORD 4e9

/* A float gradient that is off by more of its norm than rounding explains. */
#define FLOAT_WORTH_A_WORD 1e-3

#define NAME_ROOM 96
#define HEAD      "worst entry" /* over the names */

/* "fc1.weight[3,17]": the entry in the words of `print`. */
static void name_entry(const struct gradcheck_row *row, char name[NAME_ROOM])
{
    const struct shape *shape = &row->window->spec.shape;
    size_t at = row->at, rest = row->window->count;
    int length = snprintf(name, NAME_ROOM, "%s[", row->window->name);
    for (int i = 0; i < shape->rank; i++) {
        rest /= (size_t)shape->dim[i];
        length += snprintf(name + length, (size_t)(NAME_ROOM - length), "%s%zu", i ? "," : "", at / rest);
        at %= rest;
    }
    snprintf(name + length, (size_t)(NAME_ROOM - length), "]");
}

static const char *verdict_word(enum gradcheck_verdict verdict)
{
    static const char *const words[] = {[GRADCHECK_AGREES] = "agrees",   [GRADCHECK_DIFFERS] = "DIFFERS",
                                        [GRADCHECK_SMALL] = "small",     [GRADCHECK_UNCLEAR] = "unclear",
                                        [GRADCHECK_NONFINITE] = "broken"};
    return words[verdict];
}

/* A NaN has a sign that says nothing. */
static void add_figure(struct text *out, int width, int digits, bool sign, double x)
{
    char figure[32];
    snprintf(figure, sizeof figure, sign ? "%+.*e" : "%.*e", digits, x);
    text_add(out, " %*s", width, isnan(x) ? "nan" : figure);
}

static void add_row(const struct gradcheck_row *row, int width, struct text *out)
{
    char name[NAME_ROOM];
    name_entry(row, name);
    text_add(out, "%-*s %7d %7d", width, name, row->checked, row->corners);
    if (row->checked) {
        add_figure(out, 6, 0, true, row->error);
        add_figure(out, 9, 2, true, row->analytic);
        add_figure(out, 9, 2, true, row->numeric);
    } else {
        text_add(out, " %6s", "-");
        add_figure(out, 9, 2, true, row->analytic);
        text_add(out, " %9s", "-");
    }
    add_figure(out, 7, 0, false, row->float_error);
    text_add(out, " %s\n", verdict_word(row->verdict));
}

static void add_table(const struct gradcheck *check, struct text *out)
{
    char name[NAME_ROOM];
    int width = text_columns(HEAD);
    for (int i = 0; i < check->rows; i++) {
        name_entry(&check->row[i], name);
        width = text_columns(name) > width ? text_columns(name) : width;
    }
    text_add(out, "%-*s %7s %7s %6s %9s %9s %7s\n", width, HEAD, "checked", "corners", "error", "analytic", "numeric",
             "float32");
    for (int i = 0; i < check->rows; i++)
        add_row(&check->row[i], width, out);
}

/* --- in words */

static int count(const struct gradcheck *check, enum gradcheck_verdict verdict)
{
    int found = 0;
    for (int i = 0; i < check->rows; i++)
        found += check->row[i].verdict == verdict;
    return found;
}

static const struct gradcheck_row *first(const struct gradcheck *check, enum gradcheck_verdict verdict)
{
    for (int i = 0; i < check->rows; i++)
        if (check->row[i].verdict == verdict)
            return &check->row[i];
    return NULL;
}

/* "fc1.bias VERB" of one tensor, "both tensors VERBS" or "3 tensors VERBS" of more. */
static void add_which(const struct gradcheck *check, enum gradcheck_verdict verdict, const char *singular,
                      const char *plural, struct text *out)
{
    int found = count(check, verdict);
    text_add(out, "%s", out->length && out->data[out->length - 1] != '\n' ? "; " : "");
    if (found == 1)
        text_add(out, "%s %s", first(check, verdict)->window->name, singular);
    else if (found < check->rows)
        text_add(out, "%d tensors %s", found, plural);
    else if (found == 2)
        text_add(out, "both tensors %s", plural);
    else
        text_add(out, "all %d tensors %s", found, plural);
}

static void add_agreement(const struct gradcheck *check, struct text *out)
{
    double worst = 0;
    for (int i = 0; i < check->rows; i++)
        if (check->row[i].verdict == GRADCHECK_AGREES)
            worst = fmax(worst, fabs(check->row[i].error));
    if (count(check, GRADCHECK_AGREES)) {
        add_which(check, GRADCHECK_AGREES, "agrees to", "agree to", out);
        text_add(out, " %.0e", worst);
    }
    if (count(check, GRADCHECK_SMALL))
        add_which(check, GRADCHECK_SMALL, "is too small to be told from rounding",
                  "are too small to be told from rounding", out);
    if (count(check, GRADCHECK_UNCLEAR))
        add_which(check, GRADCHECK_UNCLEAR, "could not be checked: corners everywhere",
                  "could not be checked: corners everywhere", out);
    text_add(out, "\n");
}

/* What training, in float32, makes of it, where that is worth a word. */
static void add_float(const struct gradcheck *check, struct text *out)
{
    const struct gradcheck_row *worst = &check->row[0];
    for (int i = 0; i < check->rows; i++) {
        worst = check->row[i].float_error > worst->float_error ? &check->row[i] : worst;
        if (isfinite(check->row[i].float_error))
            continue;
        text_add(out, "in float32, as training computes it, the gradient of %s is not finite\n",
                 check->row[i].window->name);
        return;
    }
    if (worst->float_error > FLOAT_WORTH_A_WORD)
        text_add(out, "in float32, as training computes it, the gradient of %s is off by %.0e of its norm\n",
                 worst->window->name, worst->float_error);
}

static void add_words(const struct gradcheck *check, struct text *out)
{
    const struct gradcheck_row *broken = first(check, GRADCHECK_NONFINITE);
    if (broken) {
        text_add(out, "the gradient itself is not finite (%s), in double precision too: there is nothing\n"
                      "to compare; a step stops where it is so, and `where` says whence it came\n",
                 broken->window->name);
        return;
    }
    add_agreement(check, out);
    add_float(check, out);
}

/* --- the command */

static int refuse(const struct gradcheck *check, struct err *err)
{
    const struct gradcheck_row *row = first(check, GRADCHECK_DIFFERS);
    char name[NAME_ROOM];
    int others = count(check, GRADCHECK_DIFFERS) - 1;
    name_entry(row, name);
    return err_set(err, ERR_STATE, "gradcheck: %s disagrees: the gradient of %s is %.9g, differences of the loss say "
                                   "%.9g%s%s%s", row->window->name, name, row->analytic, row->numeric,
                   others ? "; so do " : "", others ? text_count(others).s : "", others ? " more" : "");
}

static int run_gradcheck(struct console *console, const struct arg_values *args, struct err *err)
{
    const struct session *session = console_session(console);
    struct gradcheck check;
    struct text out = {0};
    int entries = args->given[1] ? (int)args->number[1] : 0;
    if (gradcheck_open(session, args->given[0] ? args->text[0] : NULL, entries, &check, err))
        return err_prefix(err, "gradcheck: ");
    if (check.flops > FLOPS_WORTH_A_WORD)
        console_notice(console, "gradcheck: some %s GFLOP in double precision; Ctrl-C gives it up",
                       text_count(ceil(check.flops / 1e9)).s);
    int status = gradcheck_run(session, &check, err);
    if (status == 0) {
        text_add(&out, "%d rows of the batch, up to %d entries of a tensor, in double precision\n", check.batch_rows,
                 check.entries);
        add_table(&check, &out);
        add_words(&check, &out);
        console_answer_text(console, &out);
        status = first(&check, GRADCHECK_DIFFERS) ? refuse(&check, err) : 0;
    } else {
        err_prefix(err, "gradcheck: ");
    }
    gradcheck_close(&check);
    text_free(&out);
    return status;
}

static const struct arg_spec gradcheck_args[] = {
    {.name = "layer", .type = ARG_WORD, .preset = "", .summary = "a layer, or a tensor such as fc1.weight; else all"},
    {.name = "entries", .type = ARG_INT, .min = 1, .max = 1e9, .preset = "40",
     .summary = "how many of each tensor; fewer for a large network"},
    {0}};

const struct command command_gradcheck = {
    .name = "gradcheck", .summary = "compare the gradient with differences of the loss, in double precision",
    .group = GROUP_QUESTIONS, .flags = COMMAND_NEEDS_DATA | COMMAND_READ_ONLY, .words = WORDS_LEARNING,
    .details =
        "The live network, weights, loss and rows are taken into a second engine that computes in double. A line a\n"
        "tensor: the entry with the greatest relative error, with its sign; what backpropagation gives and what\n"
        "centred differences give there. An entry where the loss has a corner (a rectifier's 0, a tie of maxima)\n"
        "has no slope to compare with: it is counted under `corners`. Errors are relative to the greater of the\n"
        "two values, but never to less than rounding of the loss leaves to be told. `float32` is how far the\n"
        "gradient that training uses is from the one in double, relative to the tensor's norm. A tensor that\n"
        "disagrees by more than 1e-5 makes the command fail.",
    .example = "gradcheck out", .args = gradcheck_args, .run = run_gradcheck};
