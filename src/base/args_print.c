/* args_print.c: the description of arguments and their values, printed; what args_format prints, args_parse reads. */
#include <float.h>
#include <math.h>
#include <string.h>

#include "base/args.h"
#include "args_word.h"

static void add_upper(struct text *out, const char *name)
{
    for (; *name; name++) {
        char c = *name >= 'a' && *name <= 'z' ? (char)(*name - 'a' + 'A') : *name;
        text_add_bytes(out, &c, 1);
    }
}

static void add_choices(struct text *out, const struct arg_spec *spec)
{
    for (int i = 0; spec->choices[i]; i++)
        text_add(out, "%s%s", i ? "|" : "", spec->choices[i]);
}

static void add_range(const struct arg_spec *spec, struct text *out)
{
    const char *kind = spec->type == ARG_INT ? "whole number" : "number";
    bool any = spec->min == 0 && spec->max == 0;
    bool from = !any && spec->min != -INFINITY, to = !any && spec->max != INFINITY;
    if (!from && !to)
        text_add(out, "any %s", kind);
    else if (!from)
        text_add(out, "a %s up to ", kind);
    else if (spec->min == DBL_MIN)
        text_add(out, to ? "above 0, up to " : "above 0");
    else
        text_add(out, to ? "%s to " : "%s or more", text_exact(spec->min).s);
    if (to)
        text_add(out, "%s", text_exact(spec->max).s);
}

void args_legal(const struct arg_spec *spec, struct text *out)
{
    switch (spec->type) {
    case ARG_INT:
    case ARG_NUMBER:
        add_range(spec, out);
        break;
    case ARG_EXTENT:
        args_extent_forms(spec, out);
        text_add(out, ", N ");
        add_range(spec, out);
        break;
    case ARG_CHOICE:
        add_choices(out, spec);
        break;
    case ARG_SWITCH:
        text_add(out, "on|off");
        break;
    case ARG_WORD:
        text_add(out, "a word");
        break;
    case ARG_FILE:
        text_add(out, "a file");
        break;
    case ARG_REST:
        text_add(out, "the rest of the line");
        break;
    case ARG_NONE:
        break;
    }
}

void args_quote(const char *word, struct text *out)
{
    if (*word && *word != '#' && !strpbrk(word, " \t\n\v\f\r'\"")) {
        text_add(out, "%s", word);
        return;
    }
    char quote = strchr(word, '\'') ? '"' : '\'';
    text_add_bytes(out, &quote, 1);
    for (; *word; word++) {
        if (*word == quote) { /* close, put it between quotes of the other kind, and go on in those */
            text_add_bytes(out, &quote, 1);
            quote = quote == '"' ? '\'' : '"';
            text_add_bytes(out, &quote, 1);
        }
        text_add_bytes(out, word, 1);
    }
    text_add_bytes(out, &quote, 1);
}

/* Whether splitting LINE and joining its words by single blanks gives LINE again, as ARG_REST does. */
static bool survives_split(const char *line)
{
    if (strpbrk(line, "\t\n\v\f\r'\"") || strstr(line, "  ") || strstr(line, " #"))
        return false;
    return *line && *line != '#' && *line != ' ' && line[strlen(line) - 1] != ' ';
}

static void add_value(const struct arg_spec *spec, const struct arg_values *values, int i, struct text *out)
{
    switch (spec->type) {
    case ARG_INT:
    case ARG_NUMBER:
        text_add(out, "%s", text_exact(values->number[i]).s);
        break;
    case ARG_EXTENT:
        args_extent_print(spec, values, i, out);
        break;
    case ARG_CHOICE:
        text_add(out, "%s", spec->choices[(int)values->number[i]]);
        break;
    case ARG_SWITCH:
        text_add(out, "%s", values->number[i] != 0 ? "on" : "off");
        break;
    case ARG_REST:
        if (spec->quoted || survives_split(values->text[i])) {
            text_add(out, "%s", values->text[i]);
            break;
        }
        /* fall through */
    default:
        args_quote(values->text[i], out);
    }
}

/* Whether the argument I holds what its preset says. */
static bool is_preset(const struct arg_spec *specs, const struct arg_values *values, int i)
{
    if (!specs[i].preset)
        return false;
    if (!*specs[i].preset)
        return !values->given[i];
    struct arg_values preset = {0};
    struct err err;
    if (args_preset_value(specs, i, &preset, &err))
        return false;
    if (specs[i].type >= ARG_WORD)
        return strcmp(values->text[i], preset.text[i]) == 0;
    if (specs[i].type == ARG_EXTENT)
        return args_extent_equal(values, &preset, i);
    return values->number[i] == preset.number[i];
}

/* Whether the value, typed without its name, would reach the argument I. Only what must be given is written so. */
static bool is_plain(const struct arg_spec *specs, const bool given[], int i, const struct text *value)
{
    if (specs[i].preset || value->data[0] == '\'' || value->data[0] == '"')
        return false;
    struct text first = {0};
    text_add_bytes(&first, value->data, strcspn(value->data, " "));
    bool plain = args_named(specs, first.data) < 0 && args_taker(specs, given, first.data) == i;
    text_free(&first);
    return plain;
}

void args_format(const struct arg_spec *specs, const struct arg_values *values, struct text *out)
{
    bool given[ARGS_MAX] = {false};
    for (int i = 0; i < args_count(specs); i++) {
        if (is_preset(specs, values, i))
            continue;
        struct text value = {0};
        add_value(&specs[i], values, i, &value);
        if (is_plain(specs, given, i, &value))
            text_add(out, " %s", value.data);
        else
            text_add(out, " %s=%s", specs[i].name, value.data);
        given[i] = true;
        text_free(&value);
    }
}

static void add_usage_value(const struct arg_spec *spec, struct text *out)
{
    if (spec->type == ARG_CHOICE || spec->type == ARG_SWITCH)
        args_legal(spec, out);
    else if (spec->type == ARG_EXTENT && spec->preset)
        args_extent_forms(spec, out);
    else
        add_upper(out, spec->name);
    if (spec->type == ARG_REST)
        text_add(out, "...");
}

void args_usage(const struct arg_spec *specs, struct text *out)
{
    for (int i = 0; i < args_count(specs); i++) {
        const struct arg_spec *spec = &specs[i];
        text_add(out, spec->preset ? " [" : " ");
        /* What has a preset is one of several options: its name tells which. What may be left out speaks for itself. */
        if (spec->preset && *spec->preset && (spec->type == ARG_INT || spec->type == ARG_NUMBER))
            text_add(out, "%s=%s", spec->name, spec->type == ARG_INT ? "N" : "X");
        else {
            if (spec->preset && (*spec->preset || spec->type == ARG_EXTENT))
                text_add(out, "%s=", spec->name);
            add_usage_value(spec, out);
        }
        text_add(out, "%s", spec->preset ? "]" : "");
    }
}

void args_describe(const struct arg_spec *specs, const char *indent, struct text *out)
{
    struct text legal[ARGS_MAX] = {{0}};
    int name_width = 0, legal_width = 0, count = args_count(specs);
    for (int i = 0; i < count; i++) {
        args_legal(&specs[i], &legal[i]);
        if (specs[i].preset && *specs[i].preset)
            text_add(&legal[i], " (%s)", specs[i].preset);
        else if (specs[i].preset)
            text_add(&legal[i], " (optional)");
        int length = (int)strlen(specs[i].name);
        name_width = length > name_width ? length : name_width;
        /* One long list of choices does not push all the summaries to the right. */
        if (legal[i].length < 30 && (int)legal[i].length > legal_width)
            legal_width = (int)legal[i].length;
    }
    for (int i = 0; i < count; i++) {
        text_add(out, "%s%-*s  %-*s  %s\n", indent, name_width, specs[i].name, legal_width, legal[i].data,
                 specs[i].summary ? specs[i].summary : "");
        text_free(&legal[i]);
    }
}
