/* print.c: the value of an expression, and the hash of the state. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
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

/* Exactly what `hash` prints, in either case. */
static bool read_hash(const char *word, uint64_t *hash)
{
    if (strlen(word) != 16 || strspn(word, "0123456789abcdefABCDEF") != 16)
        return false;
    *hash = strtoull(word, NULL, 16);
    return true;
}

static int run_hash(struct console *console, const struct arg_values *args, struct err *err)
{
    const struct session *session = console_session(console);
    uint64_t hash = session_hash(session), expected;
    if (!args->given[0]) {
        console_answer(console, "%016" PRIx64, hash);
        return 0;
    }
    if (!read_hash(args->text[0], &expected))
        return err_set(err, ERR_USAGE, "hash: '%.60s' is no hash; legal: 16 hexadecimal digits", args->text[0]);
    if (hash != expected)
        return err_set(err, ERR_STATE, "hash is %016" PRIx64 " at step %" PRIu64 "; %016" PRIx64 " was expected", hash,
                       session->step, expected);
    return 0;
}

static const struct arg_spec print_args[] = {
    {.name = "expression", .type = ARG_REST, .summary = "val.acc, fc1.weight.std, log(loss), fc1.bias"}, {0}};
static const struct arg_spec hash_args[] = {
    {.name = "expected", .type = ARG_WORD, .preset = "", .summary = "fail when the hash is another; none: print it"},
    {0}};

const struct command command_print = {
    .name = "print", .aliases = "p", .summary = "print a figure, a tensor or an expression", .group = GROUP_LOOKING,
    .flags = COMMAND_NEEDS_DATA | COMMAND_READ_ONLY, .words = WORDS_NAMES,
    .details =
        "A number is printed bare, a tensor one row a line. `help names` lists figures and what can be asked of a\n"
        "tensor.",
    .example = "print fc1.weight.std", .args = print_args, .run = run_print};
const struct command command_hash = {
    .name = "hash", .summary = "print the hash of the state, or check it", .group = GROUP_LOOKING,
    .flags = COMMAND_NEEDS_DATA | COMMAND_READ_ONLY,
    .details =
        "Weights, statistics, optimizer, seed, counters, data cursor, network and settings, as one line of hex\n"
        "digits. The same build, seed, number of threads and commands give the same hash.",
    .example = "hash", .args = hash_args, .run = run_hash};
