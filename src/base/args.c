/*
 * args.c: typed words into values by a description of what is legal. Printing the description and the values is in
 * args_print.c, what a size is in args_extent.c.
 */
#include "base/args.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "args_word.h"

/* Whole numbers are held in a double: beyond 2^53 they would not be what was typed. */
#define WHOLE_MAX 9007199254740992.0

int args_count(const struct arg_spec *specs)
{
    int count = 0;
    while (specs && specs[count].type != ARG_NONE)
        count++;
    assert(count <= ARGS_MAX);
    return count;
}

int args_choice(const char *const choices[], const char *word)
{
    int found = ARGS_NO_CHOICE;
    for (int i = 0; choices[i]; i++) {
        if (strcmp(choices[i], word) == 0)
            return i;
        if (*word && strncmp(choices[i], word, strlen(word)) == 0)
            found = found == ARGS_NO_CHOICE ? i : ARGS_MANY_CHOICES;
    }
    return found;
}

static bool takes(const struct arg_spec *spec, const char *word)
{
    double number;
    int extent[ARG_EXTENT_MAX];
    switch (spec->type) {
    case ARG_INT:
    case ARG_NUMBER:
        return text_to_double(word, &number);
    case ARG_EXTENT:
        return args_extent_read(word, extent) > 0 || (spec->choices && args_choice(spec->choices, word) >= 0);
    case ARG_SWITCH:
        return strcmp(word, "on") == 0 || strcmp(word, "off") == 0;
    case ARG_CHOICE:
        return args_choice(spec->choices, word) >= 0;
    case ARG_WORD:
    case ARG_FILE:
    case ARG_REST:
        return true;
    case ARG_NONE:
        break;
    }
    return false;
}

int args_named(const struct arg_spec *specs, const char *word)
{
    const char *equals = strchr(word, '=');
    for (int i = 0; equals && i < args_count(specs); i++) {
        size_t length = strlen(specs[i].name);
        if ((size_t)(equals - word) == length && memcmp(word, specs[i].name, length) == 0)
            return i;
    }
    return -1;
}

int args_option(const struct arg_spec *specs, const char *word)
{
    for (int i = 0; strncmp(word, "--", 2) == 0 && i < args_count(specs); i++)
        if (strcmp(word + 2, specs[i].name) == 0)
            return i;
    return -1;
}

int args_taker(const struct arg_spec *specs, const bool given[], const char *word)
{
    for (int i = 0; i < args_count(specs); i++)
        if (!given[i] && takes(&specs[i], word))
            return i;
    return -1;
}

/* Whether WHAT ("lr", "set seed") says the argument's name already. */
static bool says_name(const char *what, const char *name)
{
    size_t length = strlen(name), n = strlen(what);
    return n >= length && strcmp(what + n - length, name) == 0 && (n == length || what[n - length - 1] == ' ');
}

static int finish_message(struct text *message, struct err *err)
{
    err_set(err, ERR_USAGE, "%s", message->data);
    text_free(message);
    return -1;
}

static int refuse_choice(const struct arg_spec *spec, const char *word, struct text *message, struct err *err)
{
    bool many = args_choice(spec->choices, word) == ARGS_MANY_CHOICES;
    text_add(message, many ? "'%s' may be any of" : "'%s' is not one of", word);
    for (int i = 0; spec->choices[i]; i++)
        if (!many || strncmp(spec->choices[i], word, strlen(word)) == 0)
            text_add(message, " %s", spec->choices[i]);
    const char *nearest = many ? NULL : text_nearest(word, spec->choices);
    if (nearest)
        text_add(message, " (did you mean %s?)", nearest);
    return finish_message(message, err);
}

static int refuse_type(const struct arg_spec *specs, const char *what, int i, const char *word, struct err *err)
{
    struct text message = {0};
    text_add(&message, "%s: ", what);
    if (specs[i].type != ARG_CHOICE && args_count(specs) > 1 && !says_name(what, specs[i].name))
        text_add(&message, "%s: ", specs[i].name);
    if (specs[i].type == ARG_CHOICE)
        return refuse_choice(&specs[i], word, &message, err);
    if (specs[i].type == ARG_SWITCH)
        text_add(&message, "'%s' is neither on nor off", word);
    else if (specs[i].type == ARG_EXTENT)
        text_add(&message, "'%s' is not a size", word);
    else
        text_add(&message, "'%s' is not a%s number", word, specs[i].type == ARG_INT ? " whole" : "");
    if (specs[i].min != 0 || specs[i].max != 0) {
        text_add(&message, "; legal: ");
        args_legal(&specs[i], &message);
    }
    return finish_message(&message, err);
}

static int refuse_number(const struct arg_spec *specs, const char *what, int i, const char *word, const char *why,
                         struct err *err)
{
    struct text message = {0};
    text_add(&message, "%s", what);
    if (!says_name(what, specs[i].name))
        text_add(&message, ": %s", specs[i].name);
    text_add(&message, " is %s%s; legal: ", word, why);
    args_legal(&specs[i], &message);
    return finish_message(&message, err);
}

static int check_number(const struct arg_spec *specs, const char *what, int i, const char *word, double number,
                        struct err *err)
{
    const struct arg_spec *spec = &specs[i];
    bool any = spec->min == 0 && spec->max == 0;
    if (spec->type == ARG_INT && number != floor(number))
        return refuse_number(specs, what, i, word, ", a whole number is needed", err);
    if (!any && (number < spec->min || number > spec->max))
        return refuse_number(specs, what, i, word, "", err);
    if (spec->type == ARG_INT && fabs(number) > WHOLE_MAX)
        return refuse_number(specs, what, i, word, ", more than 2^53", err);
    return 0;
}

/* Gives the argument I the value WORD. Only the type of ARG_REST leaves more to do. */
static int set_value(const struct arg_spec *specs, const char *what, int i, const char *word,
                     struct arg_values *values, struct err *err)
{
    const struct arg_spec *spec = &specs[i];
    const char *wrong;
    if (!takes(spec, word))
        return refuse_type(specs, what, i, word, err);
    switch (spec->type) {
    case ARG_INT:
    case ARG_NUMBER:
        text_to_double(word, &values->number[i]);
        return check_number(specs, what, i, word, values->number[i], err);
    case ARG_EXTENT:
        wrong = args_extent_set(spec, i, word, values);
        return wrong ? refuse_number(specs, what, i, word, wrong, err) : 0;
    case ARG_CHOICE:
        values->number[i] = args_choice(spec->choices, word);
        break;
    case ARG_SWITCH:
        values->number[i] = strcmp(word, "on") == 0;
        break;
    default:
        values->text[i] = word;
    }
    return 0;
}

int args_preset_value(const struct arg_spec *specs, int i, struct arg_values *values, struct err *err)
{
    const struct arg_spec *spec = &specs[i];
    values->given[i] = false;
    values->number[i] = 0;
    values->rank[i] = 0;
    memset(values->extent[i], 0, sizeof values->extent[i]);
    values->text[i] = spec->type >= ARG_WORD ? spec->preset : NULL;
    return *spec->preset ? set_value(specs, "preset", i, spec->preset, values, err) : 0;
}

void args_preset(const struct arg_spec *specs, struct arg_values *values)
{
    *values = (struct arg_values){0};
    for (int i = 0; i < args_count(specs); i++) {
        struct err err;
        assert(specs[i].preset);
        int status = args_preset_value(specs, i, values, &err);
        assert(status == 0);
        (void)status;
    }
}

/* No argument takes WORD. Blames the one that was most likely meant; where none stands out, says what each takes. */
static int refuse_word(const struct arg_spec *specs, const char *what, const char *word, const bool given[],
                       struct err *err)
{
    struct text message = {0};
    int left = 0, only = -1, meant = -1, count = args_count(specs);
    for (int i = count - 1; i >= 0; i--) {
        if (given[i])
            continue;
        left++;
        only = i;
        if (specs[i].type == ARG_CHOICE &&
            (text_nearest(word, specs[i].choices) || args_choice(specs[i].choices, word) == ARGS_MANY_CHOICES))
            meant = i;
    }
    if (left == 0) {
        text_add(&message, "%s: one argument too many: '%s'", what, word);
        return finish_message(&message, err);
    }
    if (meant < 0 && (left == 1 || (specs[only].type == ARG_CHOICE && !specs[only].preset)))
        meant = only; /* the first of those that are left */
    if (meant >= 0 && !strchr(word, '='))
        return refuse_type(specs, what, meant, word, err);
    text_add(&message, "%s: nothing takes '%s'; legal:", what, word);
    for (int i = 0, shown = 0; i < count; i++) {
        if (given[i])
            continue;
        text_add(&message, "%s %s=", shown++ ? "," : "", specs[i].name);
        args_legal(&specs[i], &message);
    }
    return finish_message(&message, err);
}

static int finish_values(const struct arg_spec *specs, const char *what, struct arg_values *values, struct err *err)
{
    for (int i = 0; i < args_count(specs); i++) {
        if (values->given[i])
            continue;
        if (!specs[i].preset) {
            struct text message = {0};
            text_add(&message, "%s: %s is missing; usage: %s", what, specs[i].name, what);
            args_usage(specs, &message);
            return finish_message(&message, err);
        }
        if (args_preset_value(specs, i, values, err))
            return -1;
    }
    return 0;
}

static void add_word(const struct arg_spec *spec, const char *word, struct text *rest)
{
    if (spec->quoted)
        args_quote(word, rest);
    else
        text_add(rest, "%s", word);
}

static const char *join(const struct arg_spec *spec, const char *first, int count, char *const words[],
                        struct text *rest)
{
    assert(rest);
    text_clear(rest);
    add_word(spec, first, rest);
    for (int i = 0; i < count; i++) {
        text_add(rest, " ");
        add_word(spec, words[i], rest);
    }
    return rest->data;
}

/* Which argument WORDS begin to give, and as which *WORD; how many words that takes is returned, 0: none can. Of two,
 * "--name value", the second is the value; it may be missing. */
static int take_argument(const struct arg_spec *specs, const bool given[], int count, char *const words[], int *i,
                         const char **word)
{
    *word = words[0];
    if ((*i = args_named(specs, words[0])) >= 0) {
        *word = strchr(words[0], '=') + 1;
        return 1;
    }
    if ((*i = args_option(specs, words[0])) >= 0) {
        bool bare = specs[*i].type == ARG_SWITCH && (count == 1 || !takes(&specs[*i], words[1]));
        *word = bare ? "on" : count > 1 ? words[1] : NULL;
        return bare ? 1 : 2;
    }
    *i = args_taker(specs, given, words[0]);
    return *i >= 0;
}

int args_parse(const struct arg_spec *specs, const char *what, int count, char *const words[], struct text *rest,
               struct arg_values *values, struct err *err)
{
    *values = (struct arg_values){0};
    for (int w = 0, taken; w < count; w += taken) {
        const char *word;
        int i;
        taken = take_argument(specs, values->given, count - w, words + w, &i, &word);
        if (taken == 0)
            return refuse_word(specs, what, word, values->given, err);
        if (!word)
            return err_set(err, ERR_USAGE, "%s: no value follows %s", what, words[w]);
        if (values->given[i])
            return err_set(err, ERR_USAGE, "%s: %s is given twice: '%s'", what, specs[i].name, words[w]);
        values->given[i] = true;
        if (set_value(specs, what, i, word, values, err))
            return -1;
        if (specs[i].type == ARG_REST) {
            values->text[i] = join(&specs[i], word, count - w - taken, words + w + taken, rest);
            break;
        }
    }
    return finish_values(specs, what, values, err);
}
