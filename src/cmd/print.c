/* print.c: the value of an expression, and the hash of the state. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/rows.h"
#include "debug/expr.h"
#include "redirect.h"
#include "value_report.h"

static int show(struct console *console, const struct named *value, const char *name)
{
    struct text out = {0};
    if (console_has_screen(console) && value->type == NAMED_TENSOR)
        value_print_corner(&value->tensor, name, &out);
    else
        value_print(value, name, console_view(console)->ascii, &out);
    console_answer_text(console, &out);
    text_free(&out);
    return 0;
}

static int refuse(const char *text, struct err *err)
{
    if (redirect_may_be_meant(text)) {
        struct err cause = *err;
        err_set(err, cause.code, "%s\n  (a file behind > ends in .txt, .csv, .dat or .npy, or begins with ./ or /)",
                cause.message);
    }
    return err_prefix(err, "print: ");
}

static int run_print(struct console *console, const struct arg_values *args, struct err *err)
{
    char *text = strdup(args->text[0]);
    struct redirect redirect;
    struct named value;
    if (!text)
        return err_set(err, ERR_MEMORY, "no memory for the expression");
    if (redirect_split(text, console_line(console), &redirect, err)) {
        free(text);
        return err_prefix(err, "print: ");
    }
    struct expr *expr = expr_parse(text, err);
    int status = expr ? expr_value(expr, console_session(console), &value, err) : -1;
    if (status)
        refuse(text, err);
    else if (redirect.file || redirect.command)
        status = redirect_value(console, &redirect, &value, text, err);
    else
        status = show(console, &value, text);
    expr_free(expr);
    free(text);
    return status;
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
        "A number is printed bare, a tensor one row a line; on a screen the corner of a large one. Slices are\n"
        "NumPy's: fc1.weight[0:3,:], x[-1], fc1.weight[::2,5]. `help names` lists figures and what can be asked of a\n"
        "tensor. EXPRESSION > FILE writes it into a file, whose name ends in .txt, .csv, .dat or .npy (NumPy's\n"
        "format) or begins with /, ./ or ../; any other > compares. EXPRESSION | COMMAND gives it to a command of\n"
        "the shell: | less.",
    .example = "print fc1.weight.std", .args = print_args, .run = run_print};
const struct command command_hash = {
    .name = "hash", .summary = "print the hash of the state, or check it", .group = GROUP_LOOKING,
    .flags = COMMAND_NEEDS_DATA | COMMAND_READ_ONLY,
    .details =
        "Weights, statistics, optimizer, seed, counters, data cursor, network and settings, as one line of hex\n"
        "digits. The same build, seed, number of threads and commands give the same hash.",
    .example = "hash", .args = hash_args, .run = run_hash};
