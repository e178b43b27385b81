/* break.c: breakpoints, and what can be done to every entry of the list that displays and watches share. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/rows.h"
#include "debug/stops.h"

enum { BREAK_NAN, BREAK_IF, BREAK_AT };
static const char *const break_words[] = {"nan", "if", "at", NULL}; /* as the enum */
static const struct stops_kind *const break_kinds[] = {&stops_break_nan, &stops_break_if, &stops_break_at};

static void tell_added(struct console *console, const struct stops_entry *entry)
{
    if (entry->kind == &stops_break_nan)
        console_notice(console,
                       "breakpoint %d: stops behind the op that first writes a value that is not finite; every op is "
                       "checked, which takes time",
                       entry->number);
    else if (entry->kind == &stops_break_if)
        console_notice(console, "breakpoint %d: stops when %s becomes true%s", entry->number, entry->what,
                       entry->truth == TRUTH_TRUE ? " anew; it is now" : "");
    else
        console_notice(console, "breakpoint %d: stops before %s in every step", entry->number, entry->what);
}

static int run_break(struct console *console, const struct arg_values *args, struct err *err)
{
    struct session *session = console_session(console);
    struct text out = {0};
    if (!args->given[0] && args->given[1])
        return err_set(err, ERR_USAGE, "break: '%.100s' begins with none of nan, if CONDITION, at OP%s%.100s%s",
                       args->text[1], strpbrk(args->text[1], "<>=") ? "; did you mean `break if " : "",
                       strpbrk(args->text[1], "<>=") ? args->text[1] : "",
                       strpbrk(args->text[1], "<>=") ? "`?" : "");
    if (!args->given[0]) {
        stops_print(session, &out);
        console_answer_text(console, &out);
        text_free(&out);
        return 0;
    }
    int kind = (int)args->number[0];
    if (kind == BREAK_IF && !args->given[1])
        return err_set(err, ERR_USAGE, "break if: a condition is missing, such as loss < 0.1");
    const struct stops_entry *entry = stops_add(session, break_kinds[kind], args->text[1], err);
    if (!entry)
        return err_prefix(err, "break %s: ", break_words[kind]);
    tell_added(console, entry);
    return 0;
}

/* Behind `if` any name may stand, behind `at` the verb of an op and then its layer. */
static unsigned narrow_break(const struct arg_values *before)
{
    if (!before->given[0] || before->number[0] == BREAK_NAN)
        return 0;
    if (before->number[0] == BREAK_IF)
        return WORDS_NAMES;
    return before->given[1] ? WORDS_LAYERS : WORDS_OPS;
}

/* --- by number */

static struct stops_entry *find(const struct session *session, const char *word, struct err *err)
{
    long number;
    struct stops_entry *entry = NULL;
    if (!text_to_long(word, &number))
        err_set(err, ERR_USAGE, "'%s' is no number; `info break` lists them, and `all` means all", word);
    else if (number < 1 || number > INT32_MAX || !(entry = stops_find(session->stops, (int)number)))
        err_set(err, ERR_USAGE, "there is no number %s; `info break` lists what there is", word);
    return entry;
}

static void apply_delete(struct session *session, int number)
{
    stops_delete(session->stops, number);
}

static void apply_disable(struct session *session, int number)
{
    stops_find(session->stops, number)->enabled = false;
}

/* What became of a condition meanwhile nobody knows. */
static void apply_enable(struct session *session, int number)
{
    struct stops_entry *entry = stops_find(session->stops, number);
    entry->enabled = true;
    entry->truth = TRUTH_UNKNOWN;
}

static void apply_to_all(struct console *console, void (*apply)(struct session *session, int number))
{
    struct session *session = console_session(console);
    int last = session->stops ? session->stops->last : 0, found = 0;
    for (int number = 1; number <= last; number++)
        if (stops_find(session->stops, number)) {
            apply(session, number);
            found++;
        }
    if (!found)
        console_notice(console, "there are no breakpoints, displays or watches");
}

/* Does APPLY to each of the numbers in LINE or, where one of them is wrong, to none. */
static int apply_to(struct console *console, const char *line,
                    void (*apply)(struct session *session, int number), struct err *err)
{
    enum { WORDS = 256 };
    struct session *session = console_session(console);
    char *copy = strdup(line), *word[WORDS + 1];
    int count = copy ? text_split(copy, word, WORDS + 1) : 0, status = 0;
    if (count <= 0 || count > WORDS)
        status = err_set(err, ERR_USAGE, "which? numbers as `info break` lists them, at most %d, or all", WORDS);
    else if (count == 1 && strcmp(word[0], "all") == 0)
        apply_to_all(console, apply);
    else {
        for (int i = 0; i < count && status == 0; i++)
            status = find(session, word[i], err) ? 0 : -1;
        for (int i = 0; i < count && status == 0; i++) {
            struct stops_entry *entry = find(session, word[i], NULL); /* one may be named twice */
            if (entry)
                apply(session, entry->number);
        }
    }
    free(copy);
    return status;
}

static int run_delete(struct console *console, const struct arg_values *args, struct err *err)
{
    return apply_to(console, args->text[0], apply_delete, err) ? err_prefix(err, "delete: ") : 0;
}

static int run_disable(struct console *console, const struct arg_values *args, struct err *err)
{
    return apply_to(console, args->text[0], apply_disable, err) ? err_prefix(err, "disable: ") : 0;
}

static int run_enable(struct console *console, const struct arg_values *args, struct err *err)
{
    return apply_to(console, args->text[0], apply_enable, err) ? err_prefix(err, "enable: ") : 0;
}

static int run_ignore(struct console *console, const struct arg_values *args, struct err *err)
{
    struct stops_entry *entry = find(console_session(console), args->text[0], err);
    if (!entry)
        return err_prefix(err, "ignore: ");
    if (!entry->kind->met)
        return err_set(err, ERR_USAGE, "ignore: number %d is a %s, which stops nothing", entry->number,
                       entry->kind->noun);
    entry->ignore = (uint64_t)args->number[1];
    if (entry->ignore)
        console_notice(console, "breakpoint %d is passed by the next %" PRIu64 " time%s it is met", entry->number,
                       entry->ignore, entry->ignore == 1 ? "" : "s");
    else
        console_notice(console, "breakpoint %d stops when it is met next", entry->number);
    return 0;
}

static const struct arg_spec break_args[] = {
    {.name = "kind", .type = ARG_CHOICE, .choices = break_words, .preset = "",
     .summary = "for what; none: list breakpoints, displays and watches"},
    {.name = "what", .type = ARG_REST, .preset = "", .summary = "behind if a condition, behind at an op of a step"},
    {0}};
static const struct arg_spec numbers_args[] = {
    {.name = "numbers", .type = ARG_REST, .preset = "", .choices = (const char *const[]){"all", NULL},
     .summary = "as `info break` lists them, or all"}, {0}};
static const struct arg_spec ignore_args[] = {
    {.name = "number", .type = ARG_WORD, .summary = "a breakpoint's, as `info break` lists it"},
    {.name = "count", .type = ARG_INT, .min = 0, .max = 1e15, .summary = "how often it does not stop the run"}, {0}};

const struct command command_break = {
    .name = "break", .aliases = "b", .summary = "stop the run at a NaN, at a condition or at an op",
    .group = GROUP_STOPPING, .flags = COMMAND_NEEDS_DATA | COMMAND_READ_ONLY | COMMAND_VIEW,
    .words = WORDS_NAMES | WORDS_OPS,
    .narrow = narrow_break,
    .details =
        "`break if COND` stops when COND becomes true: it is evaluated after each step, and was false after the one\n"
        "before. `break at OP` stops before an op of every step: `break at fwd fc2`; `list` shows the ops. A loss or\n"
        "gradient that is not finite stops a run in any case, before the update; `break nan` stops behind the very\n"
        "op that wrote the first such value: every tensor that an op writes is checked, so steps take longer while\n"
        "it is set. What a breakpoint names is looked up when needed: it outlives edits of the network.",
    .example = "break if loss < 0.1", .args = break_args, .run = run_break};
const struct command command_delete = {
    .name = "delete", .aliases = "d", .summary = "delete breakpoints, displays or watches", .group = GROUP_STOPPING,
    .flags = COMMAND_READ_ONLY | COMMAND_VIEW, .example = "delete all", .args = numbers_args, .run = run_delete};
const struct command command_disable = {
    .name = "disable", .summary = "keep breakpoints, displays or watches without effect", .group = GROUP_STOPPING,
    .flags = COMMAND_READ_ONLY | COMMAND_VIEW, .example = "disable all", .args = numbers_args, .run = run_disable};
const struct command command_enable = {
    .name = "enable", .summary = "let disabled ones work again", .group = GROUP_STOPPING,
    .flags = COMMAND_READ_ONLY | COMMAND_VIEW,
    .example = "enable all", .args = numbers_args, .run = run_enable};
const struct command command_ignore = {
    .name = "ignore", .summary = "let the run pass a breakpoint so many times", .group = GROUP_STOPPING,
    .flags = COMMAND_READ_ONLY | COMMAND_VIEW,
    .details = "`ignore 2 10` lets breakpoint 2 be met ten times; `ignore 2 0` takes that back.",
    .args = ignore_args, .run = run_ignore};
