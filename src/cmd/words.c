/*
 * words.c: every list of words that a person can type, as one table: completion reads it, help too.
 *
 * A list is a bit of enum command_words and a function that adds its entries; nothing else in the program keeps such a
 * list.
 */
#include <string.h>

#include "cmd/rows.h"
#include "data/dataset.h"
#include "debug/lookup.h"

static void add(struct text *out, const char *prefix, const char *word)
{
    if (strncmp(word, prefix, strlen(prefix)) == 0)
        text_add(out, "%s\n", word);
}

static void add_names(const struct console *console, const char *prefix, struct text *out)
{
    lookup_names(console_session(console), prefix, out);
}

static void add_layers(const struct console *console, const char *prefix, struct text *out)
{
    const struct net *net = console_session(console)->net;
    for (int i = 0; net && i < net->top.layers; i++)
        add(out, prefix, net->top.layer[i].name);
}

static void add_kinds(const struct console *console, const char *prefix, struct text *out)
{
    (void)console;
    for (int i = 0; layer_kinds[i]; i++)
        add(out, prefix, layer_kinds[i]->name);
    add(out, prefix, "out");
}

static void add_losses(const struct console *console, const char *prefix, struct text *out)
{
    (void)console;
    for (int i = 0; loss_kinds[i]; i++)
        add(out, prefix, loss_kinds[i]->name);
}

static void add_inits(const struct console *console, const char *prefix, struct text *out)
{
    (void)console;
    for (int i = 0; init_kinds[i]; i++)
        add(out, prefix, init_kinds[i]->name);
}

static void add_optimizers(const struct console *console, const char *prefix, struct text *out)
{
    (void)console;
    for (int i = 0; optim_kinds[i]; i++)
        add(out, prefix, optim_kinds[i]->name);
}

static void add_activations(const struct console *console, const char *prefix, struct text *out)
{
    (void)console;
    for (int i = 0; layer_kinds[i]; i++)
        if (layer_kinds[i]->flags & LAYER_ACTIVATION)
            add(out, prefix, layer_kinds[i]->name);
    add(out, prefix, "none");
}

static void add_commands(const struct console *console, const char *prefix, struct text *out)
{
    (void)console;
    for (int i = 0; commands[i]; i++)
        add(out, prefix, commands[i]->name);
}

static void add_settings(const struct console *console, const char *prefix, struct text *out)
{
    (void)console;
    for (int i = 0; settings[i].spec.name; i++)
        add(out, prefix, settings[i].spec.name);
}

static void add_data(const struct console *console, const char *prefix, struct text *out)
{
    (void)console;
    for (const struct known_set *set = known_sets; set->name; set++)
        add(out, prefix, set->name);
}

static void add_topics(const struct console *console, const char *prefix, struct text *out)
{
    (void)console;
    for (const struct help_topic *topic = help_topics; topic->name; topic++)
        add(out, prefix, topic->name);
}

static const struct {
    unsigned words;
    void (*list)(const struct console *console, const char *prefix, struct text *out);
} lists[] = {
    {WORDS_NAMES, add_names},           {WORDS_LAYERS, add_layers},     {WORDS_KINDS, add_kinds},
    {WORDS_LOSSES, add_losses},         {WORDS_INITS, add_inits},       {WORDS_OPTIMIZERS, add_optimizers},
    {WORDS_ACTIVATIONS, add_activations}, {WORDS_COMMANDS, add_commands}, {WORDS_SETTINGS, add_settings},
    {WORDS_DATA, add_data},             {WORDS_TOPICS, add_topics},
};

void words_list(const struct console *console, unsigned words, const char *prefix, struct text *out)
{
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        if (words & lists[i].words)
            lists[i].list(console, prefix, out);
}
