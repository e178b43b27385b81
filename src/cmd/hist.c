/* hist.c: how the values of a tensor are spread. */
#include "cmd/rows.h"
#include "debug/expr.h"
#include "value_report.h"

static int run_hist(struct console *console, const struct arg_values *args, struct err *err)
{
    struct expr *expr = expr_parse(args->text[0], err);
    struct named value;
    struct text out = {0};
    int status = expr ? expr_value(expr, console_session(console), &value, err) : -1;
    expr_free(expr);
    if (status)
        return err_prefix(err, "hist: ");
    if (value.type == NAMED_NUMBER)
        return err_set(err, ERR_USAGE, "hist: %s is a number; a tensor was expected, such as fc1.weight",
                       args->text[0]);
    value_print_histogram(&value.tensor, args->text[0], console_view(console)->ascii, &out);
    console_answer_text(console, &out);
    text_free(&out);
    return 0;
}

static const struct arg_spec hist_args[] = {
    {.name = "tensor", .type = ARG_REST, .summary = "fc1.weight, fc1.grad, relu1.out[:,3]"}, {0}};

const struct command command_hist = {
    .name = "hist", .summary = "draw the histogram of a tensor or a slice", .group = GROUP_LOOKING,
    .flags = COMMAND_NEEDS_DATA | COMMAND_READ_ONLY, .words = WORDS_TENSORS,
    .details =
        "A line a bin: from its lower end up to, not including, the upper one (the last bin holds that too), how many\n"
        "values it holds, and a bar. NaN and infinities are counted apart. `print TENSOR.hist > FILE` keeps it.",
    .example = "hist fc1.weight", .args = hist_args, .run = run_hist};
