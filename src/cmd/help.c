/* help.c: help on commands and topics, search, and leaving. */
#include <string.h>

#include "cmd/rows.h"
#include "doctor_words.h"

static void print_group(int group, struct text *out)
{
    text_add(out, "%s\n", command_groups[group]);
    for (int i = 0; commands[i]; i++)
        if ((int)commands[i]->group == group)
            text_add(out, "  %-11s %s\n", commands[i]->name, commands[i]->summary);
}

/* The topic `manual` is for who makes the manual. */
static void print_overview(struct text *out)
{
    for (int group = 0; command_groups[group]; group++)
        print_group(group, out);
    text_add(out, "short:");
    for (int i = 0; commands[i]; i++)
        if (commands[i]->aliases)
            text_add(out, "  %s %s", commands[i]->aliases, commands[i]->name);
    text_add(out, "\n");
    text_add(out, "`help COMMAND` says more, `help time` lists a group of commands\ntopics:");
    for (const struct help_topic *topic = help_topics; topic->name; topic++)
        if (strcmp(topic->name, "manual") != 0)
            text_add(out, " %s", topic->name);
    text_add(out, "\nA unique beginning of a name will do; Tab completes.\n");
}

static void print_command(const struct command *command, struct text *out)
{
    text_add(out, "%s", command->name);
    args_usage(command->args, out);
    text_add(out, "\n    %s\n", command->summary);
    if (command->aliases)
        text_add(out, "    short: %s\n", command->aliases);
    args_describe(command->args, "    ", out);
    if (command->details)
        text_add(out, "%s\n", command->details);
    if (command->example)
        text_add(out, "example: %s\n", command->example);
}

/* The topic, or else the command and the kinds, or else the group, called NAME in full: `dropout` is a command and a
 * kind. False: there is none. */
static bool print_named(const struct console *console, const char *name, struct text *out)
{
    for (const struct help_topic *topic = help_topics; topic->name; topic++)
        if (strcmp(topic->name, name) == 0) {
            help_topic_print(topic, console, out);
            return true;
        }
    for (int i = 0; commands[i]; i++)
        if (strcmp(commands[i]->name, name) == 0)
            print_command(commands[i], out);
    help_kinds(name, out);
    for (int group = 0; command_groups[group] && out->length == 0; group++)
        if (strcmp(command_groups[group], name) == 0)
            print_group(group, out);
    return out->length > 0;
}

/* `help doctor RULE`. */
static int print_rule(const struct console *console, const char *name, struct text *out, struct err *err)
{
    const struct doctor_rule *rule = doctor_rule_find(name, err);
    if (!rule)
        return err_prefix(err, "help: ");
    doctor_words_rule(rule, console_session(console), out);
    return 0;
}

static int run_help(struct console *console, const struct arg_values *args, struct err *err)
{
    struct text out = {0};
    int status = 0;
    if (args->given[1] && strcmp(args->text[0], command_doctor.name) != 0)
        return err_set(err, ERR_USAGE, "help: '%s %s'; only `help doctor` takes another word, a rule", args->text[0],
                       args->text[1]);
    if (args->given[1]) {
        status = print_rule(console, args->text[1], &out, err);
    } else if (!args->given[0]) {
        print_overview(&out);
    } else if (!print_named(console, args->text[0], &out)) {
        const struct command *command = command_find(args->text[0], err);
        if (command)
            print_command(command, &out);
        else
            status = err_prefix(err, "help: ");
    }
    console_answer_text(console, &out);
    text_free(&out);
    return status;
}

static int run_apropos(struct console *console, const struct arg_values *args, struct err *err)
{
    struct text out = {0};
    const char *word = args->text[0];
    for (int i = 0; commands[i]; i++)
        if (strcasestr(commands[i]->name, word) || strcasestr(commands[i]->summary, word) ||
            (commands[i]->details && strcasestr(commands[i]->details, word)))
            text_add(&out, "%-11s %s\n", commands[i]->name, commands[i]->summary);
    for (const struct help_topic *topic = help_topics; topic->name; topic++) {
        struct text page = {0};
        help_topic_print(topic, console, &page);
        if (strcmp(topic->name, "manual") != 0 && page.data && strcasestr(page.data, word))
            text_add(&out, "help %-6s %s\n", topic->name, topic->summary);
        text_free(&page);
    }
    int status = out.length ? 0 : err_set(err, ERR_USAGE, "apropos: nothing speaks of '%s'", word);
    console_answer_text(console, &out);
    text_free(&out);
    return status;
}

static int run_quit(struct console *console, const struct arg_values *args, struct err *err)
{
    (void)args;
    (void)err;
    console_quit(console);
    return 0;
}

static const struct arg_spec help_args[] = {
    {.name = "topic", .type = ARG_WORD, .preset = "", .summary = "a command, a group, a kind or a topic; none: list them"},
    {.name = "rule", .type = ARG_WORD, .preset = "", .summary = "behind `doctor`: one of its rules"},
    {0}};
static const struct arg_spec apropos_args[] = {{.name = "word", .type = ARG_WORD, .summary = "what to look for"}, {0}};

const struct command command_help = {
    .name = "help", .aliases = "h", .summary = "explain a command, a kind of layer, loss, ..., or a topic",
    .group = GROUP_HELP, .flags = COMMAND_READ_ONLY,
    .words = WORDS_COMMANDS | WORDS_TOPICS | WORDS_KINDS | WORDS_LOSSES | WORDS_INITS | WORDS_OPTIMIZERS,
    .example = "help net", .args = help_args, .run = run_help};
const struct command command_apropos = {
    .name = "apropos", .summary = "find the commands and topics that speak of a word", .group = GROUP_HELP,
    .flags = COMMAND_READ_ONLY, .example = "apropos rate", .args = apropos_args, .run = run_apropos};
const struct command command_quit = {
    .name = "quit", .aliases = "q", .summary = "leave", .group = GROUP_HELP,
    .flags = COMMAND_UNRECORDED, .run = run_quit};
