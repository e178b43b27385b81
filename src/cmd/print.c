/* print.c: the value of an expression, and the hash of the state. */
#include <inttypes.h>
#include <math.h>

#include "cmd/rows.h"
#include "debug/expr.h"

/* A NaN has a sign that says nothing. */
static void print_number(double x, struct text *out)
{
    if (isnan(x))
        text_add(out, "nan");
    else
        text_add(out, "%.9g", x);
}

/* One row of the last dimension a line; a blank line between matrices of a higher rank is not needed by any reader. */
static void print_tensor(const struct tensor *tensor, struct text *out)
{
    size_t width = tensor->rank ? (size_t)tensor->dim[tensor->rank - 1] : 1;
    for (size_t i = 0; i < tensor->count; i++) {
        print_number((double)tensor->data[i], out);
        text_add(out, "%s", i + 1 == tensor->count ? "" : (i + 1) % width ? " " : "\n");
    }
}

static int run_print(struct console *console, const struct arg_values *args, struct err *err)
{
    struct expr *expr = expr_parse(args->text[0], err);
    struct named value;
    struct text out = {0};
    if (!expr || expr_value(expr, console_session(console), &value, err)) {
        expr_free(expr);
        return err_prefix(err, "print: ");
    }
    expr_free(expr);
    if (value.type == NAMED_NUMBER)
        print_number(value.number, &out);
    else
        print_tensor(&value.tensor, &out);
    console_answer_text(console, &out);
    text_free(&out);
    return 0;
}

static int run_hash(struct console *console, const struct arg_values *args, struct err *err)
{
    (void)args;
    (void)err;
    console_answer(console, "%016" PRIx64, session_hash(console_session(console)));
    return 0;
}

static const struct arg_spec print_args[] = {
    {.name = "expression", .type = ARG_REST, .summary = "val.acc, fc1.weight.std, log(loss), fc1.bias"}, {0}};

const struct command command_print = {
    .name = "print", .aliases = "p", .summary = "print a figure, a tensor or an expression", .group = GROUP_LOOKING,
    .flags = COMMAND_NEEDS_DATA | COMMAND_READ_ONLY, .words = WORDS_NAMES,
    .details =
        "A number is printed bare, a tensor one row a line. `help names` lists figures and what can be asked of a\n"
        "tensor.",
    .example = "print fc1.weight.std", .args = print_args, .run = run_print};
const struct command command_hash = {
    .name = "hash", .summary = "print the hash of the state", .group = GROUP_LOOKING,
    .flags = COMMAND_NEEDS_DATA | COMMAND_READ_ONLY,
    .details =
        "Weights, statistics, optimizer, seed, counters, data cursor, network and settings, as one line of hex\n"
        "digits. The same build, seed, number of threads and commands give the same hash.",
    .example = "hash", .run = run_hash};
