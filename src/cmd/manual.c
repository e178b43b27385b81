/*
 * manual.c: the sections of man/dnntui.1 that are tables, in mdoc. `make man` puts them there; a test compares.
 */
#include <ctype.h>
#include <string.h>

#include "cmd/rows.h"

static bool sentence_ends(const char *blank)
{
    return *blank == ' ' && blank[-1] == '.' && isupper((unsigned char)blank[1]);
}

/* Text of the tables as mdoc text: no line may begin with a control character, a backslash must not escape, and a
 * sentence begins on a line of its own. */
static void add_text(const char *prose, bool literal, struct text *out)
{
    bool line_start = true;
    for (; *prose; prose++) { /* no prose begins with a blank */
        if (line_start && (*prose == '.' || *prose == '\''))
            text_add(out, "\\&");
        if (*prose == '\\')
            text_add(out, "\\e");
        else if (*prose == '-')
            text_add(out, "\\-");
        else
            text_add(out, "%c", !literal && sentence_ends(prose) ? '\n' : *prose);
        line_start = *prose == '\n';
    }
    text_add(out, "\n");
}

static void add_prose(const char *prose, struct text *out)
{
    add_text(prose, false, out);
}

static void add_literal(const char *prose, struct text *out)
{
    text_add(out, ".Bd -literal\n");
    add_text(prose, true, out);
    text_add(out, ".Ed\n");
}

static void add_command(const struct command *command, struct text *out)
{
    struct text usage = {0}, arguments = {0};
    text_add(&usage, "%s", command->name);
    args_usage(command->args, &usage);
    text_add(out, ".It Li \"");
    for (const char *c = usage.data; *c; c++)
        text_add(out, "%s%c", *c == '-' ? "\\" : "", *c);
    text_add(out, "\"\n");
    add_prose(command->summary, out);
    if (command->aliases)
        text_add(out, "(Short: %s.)\n", command->aliases);
    args_describe(command->args, "", &arguments);
    if (arguments.length) {
        arguments.data[arguments.length - 1] = 0;
        add_literal(arguments.data, out);
    }
    if (command->details)
        add_prose(command->details, out);
    text_free(&usage);
    text_free(&arguments);
}

void manual_print(struct text *out)
{
    text_add(out, ".Sh COMMANDS\n");
    for (int group = 0; command_groups[group]; group++) {
        text_add(out, ".Ss %c%s\n.Bl -tag -width Ds\n", toupper((unsigned char)command_groups[group][0]),
                 command_groups[group] + 1);
        for (int i = 0; commands[i]; i++)
            if ((int)commands[i]->group == group)
                add_command(commands[i], out);
        text_add(out, ".El\n");
    }
    for (const struct help_topic *topic = help_topics; topic->name; topic++) {
        struct text page = {0};
        if (strcmp(topic->name, "manual") == 0)
            continue;
        text_add(out, ".Sh ");
        for (const char *c = topic->name; *c; c++)
            text_add(out, "%c", toupper((unsigned char)*c));
        text_add(out, "\n");
        add_prose(topic->summary, out);
        help_topic_print(topic, NULL, &page);
        page.data[page.length - 1] = 0;
        add_literal(page.data, out);
        text_free(&page);
    }
}
