/*
 * complete.c: what could stand at the cursor: command names for the first word; then what the command's row allows:
 * choices, switches, argument names, and the lists of words.c.
 */
#include <string.h>

#include "cmd/rows.h"

#define LINE_ROOM 4096

static void add(struct text *out, const char *prefix, const char *word, const char *tail)
{
    if (strncmp(word, prefix, strlen(prefix)) == 0)
        text_add(out, "%s%s\n", word, tail);
}

static void add_spec(const struct arg_spec *spec, const char *prefix, bool *files, struct text *out)
{
    for (int i = 0; spec->choices && spec->choices[i]; i++)
        add(out, prefix, spec->choices[i], "");
    if (spec->type == ARG_SWITCH) {
        add(out, prefix, "on", "");
        add(out, prefix, "off", "");
    }
    if (spec->type == ARG_FILE)
        *files = true;
}

static bool takes_any_word(const struct arg_spec *spec)
{
    return spec->type == ARG_WORD || spec->type == ARG_FILE || spec->type == ARG_REST;
}

/* The argument that COMMAND's lists are for: the first that takes any word; or -1. */
static int listed_argument(const struct command *command)
{
    for (int i = 0; i < args_count(command->args); i++)
        if (takes_any_word(&command->args[i]))
            return i;
    return -1;
}

/* The argument that WORD names, as in "task=c", or -1. */
static int named_argument(const struct command *command, const char *word)
{
    size_t length = strcspn(word, "=");
    for (int i = 0; word[length] && i < args_count(command->args); i++)
        if (strlen(command->args[i].name) == length && strncmp(command->args[i].name, word, length) == 0)
            return i;
    return -1;
}

/* What argument I takes behind BEFORE: its choices and, where COMMAND's lists are for it, their entries. */
static void add_values(const struct console *console, const struct command *command, const struct arg_values *before,
                       int i, const char *prefix, bool *files, struct text *out)
{
    add_spec(&command->args[i], prefix, files, out);
    if (i == listed_argument(command))
        words_list(console, command->narrow ? command->narrow(before) : command->words, prefix, out);
}

/* A bare word goes to the first argument not given yet that takes it: so behind one that takes any word there is only
 * "name=" to offer. WORDS are those before the one at the cursor. */
static void add_arguments(const struct console *console, const struct command *command, char *words, const char *prefix,
                          bool *files, struct text *out)
{
    const struct arg_spec *specs = command->args;
    struct arg_values before;
    struct text rest = {0};
    char *word[LINE_ROOM / 2];
    int count = text_split(words, word, LINE_ROOM / 2);
    bool taken = false;
    args_parse(specs, "", count < 0 ? 0 : count, word, &rest, &before, NULL); /* what is missing yet is no matter */
    for (int i = 0; i < args_count(specs); i++) {
        if (before.given[i] && specs[i].type != ARG_REST)
            continue;
        if (!taken)
            add_values(console, command, &before, i, prefix, files, out);
        taken = taken || takes_any_word(&specs[i]);
        if (i > 0 && specs[i].type != ARG_REST)
            add(out, prefix, specs[i].name, "=");
    }
    text_free(&rest);
}

/* Settings have values of their own: `set logy o` completes by the setting's row. */
static void add_setting_values(const char *line, const char *prefix, struct text *out)
{
    char name[64] = "";
    bool files;
    size_t start = strcspn(line, " ");
    start += strspn(line + start, " ");
    size_t length = strcspn(line + start, " ");
    if (length < sizeof name)
        memcpy(name, line + start, length);
    for (int i = 0; settings[i].spec.name; i++)
        if (strcmp(settings[i].spec.name, name) == 0)
            add_spec(&settings[i].spec, prefix, &files, out);
}

/* Where the word at CURSOR begins: after a blank or a comma, and inside an expression after an operator. */
static int word_start(const char *line, int cursor, bool expression)
{
    int start = cursor;
    while (start > 0 && !strchr(expression ? " ,(<>=!+-*/" : " ,=", line[start - 1]))
        start--;
    return start;
}

void console_complete(const struct console *console, const char *line, int cursor, int *start, bool *files,
                      struct text *out)
{
    char copy[LINE_ROOM], prefix[LINE_ROOM];
    *files = false;
    *start = cursor;
    if (cursor >= LINE_ROOM)
        return;
    memcpy(copy, line, (size_t)cursor);
    copy[cursor] = 0;
    char *text = copy + strspn(copy, " ");
    size_t first = strcspn(text, " ");
    if (!text[first]) {
        *start = (int)(text - copy);
        words_list(console, WORDS_COMMANDS, text, out);
        return;
    }
    text[first] = 0;
    const struct command *command = command_find(text, NULL);
    text[first] = ' ';
    if (!command)
        return;
    *start = word_start(copy, cursor, command->words & WORDS_NAMES);
    memcpy(prefix, copy + *start, (size_t)(cursor - *start) + 1);
    if ((command->words & WORDS_SETTINGS) && strchr(text + first + strspn(text + first, " "), ' ')) {
        add_setting_values(text, prefix, out);
        return;
    }
    char *last = strrchr(copy, ' ') + 1;
    int named = named_argument(command, last);
    *last = 0;
    if (named >= 0)
        add_values(console, command, &(struct arg_values){0}, named, prefix, files, out);
    else
        add_arguments(console, command, text + first, prefix, files, out);
}
