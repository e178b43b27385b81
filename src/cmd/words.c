/*
 * words.c: every list of words that a person can type, as one table: completion reads it, help too.
 *
 * A list is a bit of enum command_words and a function that gives its entries one by one or, of a live session, adds
 * those that fit; nothing else in the program keeps such a list.
 */
#include <stdio.h>
#include <string.h>

#include "cmd/lesson.h"
#include "cmd/rows.h"
#include "data/dataset.h"
#include "debug/doctor.h"
#include "debug/history.h"
#include "debug/expr.h"

/* --- lists that never change: entry I, or NULL behind the last; "" where there is none to be typed */

static const char *kind_name(int i)
{
    return layer_kinds[i] ? layer_kinds[i]->name : NULL;
}

static const char *activation_name(int i)
{
    return layer_kinds[i] ? layer_kinds[i]->flags & LAYER_ACTIVATION ? layer_kinds[i]->name : "" : NULL;
}

static const char *loss_name(int i)
{
    return loss_kinds[i] ? loss_kinds[i]->name : NULL;
}

static const char *init_name(int i)
{
    return init_kinds[i] ? init_kinds[i]->name : NULL;
}

static const char *optimizer_name(int i)
{
    return optim_kinds[i] ? optim_kinds[i]->name : NULL;
}

static const char *command_name(int i)
{
    return commands[i] ? commands[i]->name : NULL;
}

static const char *setting_name(int i)
{
    return settings[i].spec.name;
}

static const char *rule_name(int i)
{
    return doctor_rules[i] ? doctor_rules[i]->name : NULL;
}

static const char *set_name(int i)
{
    return known_sets[i].name;
}

static const char *topic_name(int i)
{
    return help_topics[i].name;
}

static const char *lesson_name(int i)
{
    return lessons[i].name;
}

static const char *lesson_word(int i)
{
    static const char *const words[] = {"next", "leave", NULL};
    return words[i];
}

static const char *out_name(int i)
{
    return i == 0 ? "out" : NULL;
}

static const char *none_name(int i)
{
    return i == 0 ? "none" : NULL;
}

/* --- lists of the live session */

static void add(struct text *out, const char *prefix, const char *word)
{
    if (*word && strncmp(word, prefix, strlen(prefix)) == 0)
        text_add(out, "%s\n", word);
}

static void add_layers(const struct session *session, const char *prefix, struct text *out)
{
    for (int i = 0; session->net && i < session->net->top.layers; i++)
        add(out, prefix, session->net->top.layer[i].name);
}

/* Settings that are not in the table of `set`. */
static void add_thresholds(const struct session *session, const char *prefix, struct text *out)
{
    struct doctor_setting setting;
    char name[40];
    (void)session;
    for (int i = 0; doctor_setting(i, &setting); i++) {
        snprintf(name, sizeof name, "doctor.%s", setting.name);
        add(out, prefix, name);
    }
}

/* In quotes where a name needs them. One that a terminal would not show as it is can be given by its number. */
static void add_columns(const struct session *session, const char *prefix, struct text *out)
{
    const struct dataset *data = session->data;
    struct text word = {0};
    char shown[128];
    for (int c = 0; data && data->shape.rank != 3 && c < data->columns; c++) {
        const struct column *column = &data->column[c];
        text_escape(shown, sizeof shown, column->name);
        if (column->use != COLUMN_FEATURE || column->text || strcmp(shown, column->name) != 0)
            continue;
        text_clear(&word);
        args_quote(column->name, &word);
        add(out, prefix, word.data);
    }
    text_free(&word);
}

static void add_learning(const struct session *session, const char *prefix, struct text *out)
{
    const struct net *net = session->net;
    for (int i = 0; net && i < net->top.layers; i++)
        if (net->first_param[i] < net->first_param[i + 1])
            add(out, prefix, net->top.layer[i].name);
}

static void add_activations(const struct session *session, const char *prefix, struct text *out)
{
    for (int i = 0; session->net && i < session->net->top.layers; i++)
        if (session->net->top.layer[i].kind->flags & LAYER_ACTIVATION)
            add(out, prefix, session->net->top.layer[i].name);
}

static void add_tensors(const struct session *session, const char *prefix, struct text *out)
{
    struct text names = {0};
    struct tensor tensor;
    struct err err;
    lookup_names(session, prefix, &names);
    for (char *rest = names.data, *name; rest && (name = strsep(&rest, "\n"));)
        if (*name && lookup_tensor(session, name, &tensor, &err) == 0)
            add(out, prefix, name);
    text_free(&names);
}

/* With the parenthesis: a function's name alone is none. */
static void add_functions(const struct session *session, const char *prefix, struct text *out)
{
    char call[32];
    (void)session;
    for (int i = 0; expr_function(i); i++) {
        snprintf(call, sizeof call, "%s(", expr_function(i));
        add(out, prefix, call);
    }
}

/* The first words of the ops' names, each once: an op of a layer has two. */
static void add_ops(const struct session *session, const char *prefix, struct text *out)
{
    char last[sizeof program_op(NULL, 0)->name] = "", verb[sizeof last];
    for (int i = 0; session->train && i < program_ops(session->train); i++) {
        snprintf(verb, sizeof verb, "%s", program_op(session->train, i)->name);
        verb[strcspn(verb, " ")] = 0;
        if (strcmp(verb, last) != 0)
            add(out, prefix, verb);
        strcpy(last, verb);
    }
}

static const struct {
    unsigned words;
    const char *(*entry)(int i);
    void (*live)(const struct session *session, const char *prefix, struct text *out); /* instead of ENTRY */
} lists[] = {
    {WORDS_NAMES, NULL, lookup_names},
    {WORDS_NAMES, NULL, add_functions},
    {WORDS_TENSORS, NULL, add_tensors},
    {WORDS_OPS, NULL, add_ops},
    {WORDS_LAYERS, NULL, add_layers},
    {WORDS_BRANCHES, NULL, history_branch_names},
    {WORDS_COLUMNS, NULL, add_columns},
    {WORDS_LEARNING, NULL, add_learning},
    {WORDS_KINDS, kind_name, NULL},
    {WORDS_OUT, out_name, NULL},
    {WORDS_LOSSES, loss_name, NULL},
    {WORDS_INITS, init_name, NULL},
    {WORDS_OPTIMIZERS, optimizer_name, NULL},
    {WORDS_ACTIVATIONS, activation_name, NULL},
    {WORDS_ACTIVATIONS, none_name, NULL},
    {WORDS_ACTIVATIONS, NULL, add_activations},
    {WORDS_COMMANDS, command_name, NULL},
    {WORDS_SETTINGS, setting_name, NULL},
    {WORDS_SETTINGS, NULL, add_thresholds},
    {WORDS_RULES, rule_name, NULL},
    {WORDS_DATA, set_name, NULL},
    {WORDS_TOPICS, topic_name, NULL},
    {WORDS_LESSONS, lesson_name, NULL},
    {WORDS_LESSONS, lesson_word, NULL},
};

void words_list(const struct console *console, unsigned words, const char *prefix, struct text *out)
{
    for (size_t k = 0; k < sizeof lists / sizeof *lists; k++) {
        if (!(words & lists[k].words))
            continue;
        if (lists[k].live)
            lists[k].live(console_session(console), prefix, out);
        else
            for (int i = 0; lists[k].entry(i); i++)
                add(out, prefix, lists[k].entry(i));
    }
}
