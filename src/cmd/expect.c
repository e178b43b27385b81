/* expect.c: numbers that are remembered under a name, and checks of what should hold. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/rows.h"
#include "debug/expr.h"
#include "debug/remembered.h"

static int evaluate(struct console *console, const char *text, double *value, struct text *why, struct err *err)
{
    struct expr *expr = expr_parse(text, err);
    int status = expr ? expr_number(expr, console_session(console), value, err) : -1;
    if (status == 0 && why && !expr_explain(expr, console_session(console), why))
        text_add(why, "it is %s", text_short(*value).s);
    expr_free(expr);
    return status;
}

static int run_expect(struct console *console, const struct arg_values *args, struct err *err)
{
    double value;
    struct text why = {0};
    int status = evaluate(console, args->text[0], &value, &why, err);
    if (status == 0 && (value == 0 || isnan(value)))
        status = err_set(err, ERR_STATE, "expect: %.300s does not hold: %s", args->text[0], why.data);
    else if (status == 0)
        console_notice(console, "holds: %s  (%s)", args->text[0], why.data);
    text_free(&why);
    return status;
}

static void list_remembered(struct console *console)
{
    const struct session *session = console_session(console);
    struct text out = {0};
    double value;
    for (int i = 0; remembered_name(session, i, NULL); i++) {
        const char *name = remembered_name(session, i, &value);
        text_add(&out, "$%-20s %s\n", name, text_exact(value).s);
    }
    if (out.length == 0)
        console_notice(console, "nothing is remembered; `let NAME = EXPRESSION` remembers a number");
    console_answer_text(console, &out);
    text_free(&out);
}

static int run_let(struct console *console, const struct arg_values *args, struct err *err)
{
    const char *text = args->text[0];
    double value;
    if (!args->given[0]) {
        list_remembered(console);
        return 0;
    }
    const char *equals = strchr(text, '=');
    size_t length = strcspn(text, " \t=");
    if (!equals || strspn(text + length, " \t") != (size_t)(equals - text) - length)
        return err_set(err, ERR_USAGE, "let: '%.200s'; legal: NAME = EXPRESSION", text);
    char name[REMEMBERED_NAME + 16];
    snprintf(name, sizeof name, "%.*s", (int)(length < sizeof name ? length : sizeof name - 1), text);
    const char *bare = name[0] == '$' ? name + 1 : name;
    if (evaluate(console, equals + 1 + strspn(equals + 1, " \t"), &value, NULL, err) ||
        remembered_set(console_session(console), bare, value, err))
        return err_prefix(err, "let: ");
    console_notice(console, "$%s is %s", bare, text_short(value).s);
    return 0;
}

/* The name is the person's own; names that there are stand behind it. */
static unsigned narrow_let(const struct arg_values *before)
{
    return before->given[0] ? WORDS_NAMES : 0;
}

static const struct arg_spec expect_args[] = {
    {.name = "condition", .type = ARG_REST, .summary = "an expression that should be true: loss < 0.1"}, {0}};
static const struct arg_spec let_args[] = {
    {.name = "what", .type = ARG_REST, .preset = "", .summary = "NAME = EXPRESSION; none: list what is remembered"},
    {0}};

const struct command command_expect = {
    .name = "expect", .summary = "fail unless a condition holds", .group = GROUP_LOOKING,
    .flags = COMMAND_NEEDS_DATA | COMMAND_READ_ONLY, .words = WORDS_NAMES,
    .details = "The message names what was compared. In a script a condition that does not hold ends the run, with a\n"
               "status that is not 0.",
    .example = "expect step >= 0", .args = expect_args, .run = run_expect};
const struct command command_let = {
    .name = "let", .summary = "remember a number under a name, for expressions", .group = GROUP_LOOKING,
    .flags = COMMAND_NEEDS_DATA | COMMAND_READ_ONLY | COMMAND_VIEW, .words = WORDS_NAMES,
    .narrow = narrow_let,
    .details = "`let before = val.loss`, and later `print val.loss / $before` or `until loss < $before / 10`. Some\n"
               "commands that answer a question remember figures of the answer: `overfit`, `shift`,\n"
               "`noise`.",
    .example = "let before = val.loss", .args = let_args, .run = run_let};
