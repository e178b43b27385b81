/*
 * network.c: the commands that edit the live network's layers.
 *
 * Each takes a copy of the topology, edits it, and hands it to session_set_topology, which carries over what can be
 * kept; each says what became of it and leaves one event.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/rows.h"

/* Swaps TOP in; WHAT becomes the event. */
static int swap(struct console *console, const struct topology *top, const char *what, struct err *err)
{
    struct session *session = console_session(console);
    struct text notes = {0};
    int status = session_set_topology(session, top, &notes, err);
    if (status == 0) {
        session_event(session, "%s", what);
        console_notice(console, "%s: %s", what, notes.data);
    }
    text_free(&notes);
    return status;
}

/* --- net */

/* One line where a layer, the first of them, has more of something than its kind makes good use of. */
static void note_plenty(struct console *console)
{
    const struct topology *top = &console_session(console)->net->top;
    for (int i = 0; i < top->layers; i++) {
        const struct layer *layer = &top->layer[i];
        const struct layer_kind *kind = layer->kind;
        if (kind->plenty && layer->args.number[0] > kind->plenty) {
            console_notice(console, "%s has %g %s: up to %d are plenty in a layer of kind %s", layer->name,
                           layer->args.number[0], kind->args[0].name, kind->plenty, kind->name);
            return;
        }
    }
}

static int run_net(struct console *console, const struct arg_values *args, struct err *err)
{
    struct session *session = console_session(console);
    struct text spec = {0};
    char what[120];
    if (!args->given[0]) {
        topology_print(&session->net->top, &spec);
        console_answer(console, "net %s", spec.data ? spec.data : "");
        text_free(&spec);
        return 0;
    }
    struct topology top;
    if (topology_parse(args->text[0], session_outputs(session->data, &session->loss), &top, err))
        return -1;
    snprintf(what, sizeof what, "net %s", args->text[0]);
    if (swap(console, &top, what, err))
        return -1;
    note_plenty(console);
    return 0;
}

/* --- batch norm, dropout: layers that stand behind others */

/* Removes every hidden layer that has FLAG; returns how many. */
static int remove_flagged(struct topology *top, unsigned flag)
{
    int removed = 0;
    for (int i = topology_out(top) - 1; i >= 0; i--)
        if (top->layer[i].kind->flags & flag) {
            topology_remove(top, i);
            removed++;
        }
    return removed;
}

/* Puts a copy of LAYER behind every hidden layer that has FLAG and is not followed by one of LAYER's kind. */
static int insert_behind(struct topology *top, unsigned flag, const struct layer *layer, struct err *err)
{
    int inserted = 0;
    for (int i = 0; i < topology_out(top); i++) {
        if (!(top->layer[i].kind->flags & flag) || top->layer[i + 1].kind == layer->kind)
            continue;
        if (topology_insert(top, i + 1, layer, err))
            return -1;
        inserted++;
    }
    return inserted;
}

static int run_bn(struct console *console, const struct arg_values *args, struct err *err)
{
    struct topology top = console_session(console)->net->top;
    bool on = args->number[0] != 0;
    int changed = 0;
    if (on) {
        char *words[] = {(char[]){"bn"}};
        struct layer bn = {0};
        if (layer_parse(1, words, &bn, err) || (changed = insert_behind(&top, LAYER_WEIGHTED, &bn, err)) < 0)
            return -1;
    } else {
        changed = remove_flagged(&top, LAYER_NORM);
    }
    if (changed == 0) {
        console_notice(console, on ? "bn: every hidden layer has batch norm already, or there is none"
                                   : "bn: there is no batch norm");
        return 0;
    }
    return swap(console, &top, on ? "bn on" : "bn off", err);
}

static int run_dropout(struct console *console, const struct arg_values *args, struct err *err)
{
    struct topology top = console_session(console)->net->top;
    char what[40], kind[] = "dropout", rate[32], *words[] = {kind, rate};
    snprintf(what, sizeof what, "dropout %s", args->text[0]);
    snprintf(rate, sizeof rate, "%s", args->text[0]);
    int removed = remove_flagged(&top, LAYER_DROPOUT);
    if (strcmp(rate, "off") == 0) {
        if (removed)
            return swap(console, &top, what, err);
        console_notice(console, "dropout: there is none");
        return 0;
    }
    struct layer dropout = {0};
    int inserted;
    if (layer_parse(2, words, &dropout, err) || (inserted = insert_behind(&top, LAYER_ACTIVATION, &dropout, err)) < 0)
        return -1;
    if (inserted == 0)
        return err_set(err, ERR_STATE, "dropout: it stands behind activations, and no hidden layer has one");
    return swap(console, &top, what, err);
}

/* --- activation */

/* Puts LAYER in the place of layer AT, with a name of its kind. */
static int replace(struct topology *top, int at, const struct layer *layer, struct err *err)
{
    topology_remove(top, at);
    return topology_insert(top, at, layer, err);
}

static int replace_all(struct topology *top, const struct layer *layer, struct err *err)
{
    int replaced = 0;
    for (int i = 0; i < topology_out(top); i++) {
        if (!(top->layer[i].kind->flags & LAYER_ACTIVATION))
            continue;
        if (replace(top, i, layer, err))
            return -1;
        replaced++;
    }
    if (replaced)
        return 0;
    /* A linear network: the activation goes behind each hidden layer, and behind its batch norm if it has one. */
    for (int i = 0; i < topology_out(top); i++) {
        bool weighted = top->layer[i].kind->flags & LAYER_WEIGHTED;
        int at = i + 1 + (weighted && (top->layer[i + 1].kind->flags & LAYER_NORM) ? 1 : 0);
        if (weighted && topology_insert(top, at, layer, err))
            return -1;
    }
    return 0;
}

/* Takes the one of the words that names a layer out of them, first or last; its index, or -1. */
static int take_layer(const struct net *net, int *count, char *words[])
{
    int last = net_layer(net, words[*count - 1]), first = net_layer(net, words[0]);
    if (last < 0 && first < 0)
        return -1;
    if (last < 0)
        memmove(words, words + 1, (size_t)(*count - 1) * sizeof *words);
    --*count;
    return last < 0 ? first : last;
}

static int run_activation(struct console *console, const struct arg_values *args, struct err *err)
{
    struct session *session = console_session(console);
    struct topology top = session->net->top;
    char *copy = strdup(args->text[0]), *words[ARGS_MAX + 2], what[120];
    int count = copy ? text_split(copy, words, ARGS_MAX + 2) : 0, at = -1, status = -1;
    struct layer layer = {0};
    snprintf(what, sizeof what, "activation %s", args->text[0]);
    if (count > 1)
        at = take_layer(session->net, &count, words);
    if (at >= 0 && !(top.layer[at].kind->flags & LAYER_ACTIVATION))
        err_set(err, ERR_USAGE, "activation: %s is a layer of kind %s, no activation", top.layer[at].name,
                top.layer[at].kind->name);
    else if (count == 1 && strcmp(words[0], "none") == 0) {
        if (at >= 0)
            topology_remove(&top, at);
        else
            remove_flagged(&top, LAYER_ACTIVATION);
        status = 0;
    } else if (layer_parse(count, words, &layer, err) == 0) {
        if (layer.kind->flags & LAYER_ACTIVATION)
            status = at >= 0 ? replace(&top, at, &layer, err) : replace_all(&top, &layer, err);
        else
            err_set(err, ERR_USAGE, "activation: %s is no activation; `help layers` lists them", layer.kind->name);
    }
    free(copy);
    return status ? -1 : swap(console, &top, what, err);
}

/* --- bias */

/* The index of the argument called NAME of KIND, or -1. */
static int argument(const struct layer_kind *kind, const char *name)
{
    for (int i = 0; i < args_count(kind->args); i++)
        if (strcmp(kind->args[i].name, name) == 0)
            return i;
    return -1;
}

static int run_bias(struct console *console, const struct arg_values *args, struct err *err)
{
    struct session *session = console_session(console);
    struct topology top = session->net->top;
    char what[60];
    int only = args->given[1] ? net_layer(session->net, args->text[1]) : -1, changed = 0;
    if (args->given[1] && only < 0)
        return err_set(err, ERR_USAGE, "bias: there is no layer '%s'; `summary` lists them", args->text[1]);
    for (int i = 0; i < top.layers; i++) {
        int at = only < 0 || only == i ? argument(top.layer[i].kind, "bias") : -1;
        if (at < 0 || top.layer[i].args.number[at] == args->number[0])
            continue;
        top.layer[i].args.number[at] = args->number[0];
        changed++;
    }
    if (changed == 0) {
        console_notice(console, "bias: nothing to change");
        return 0;
    }
    snprintf(what, sizeof what, "bias %s%s%s", args->number[0] != 0 ? "on" : "off", args->given[1] ? " " : "",
             args->given[1] ? args->text[1] : "");
    return swap(console, &top, what, err);
}

static const struct arg_spec net_args[] = {
    {.name = "spec", .type = ARG_REST, .preset = "",
     .summary = "hidden layers, comma-separated; none: print the network"}, {0}};
static const struct arg_spec bn_args[] = {{.name = "switch", .type = ARG_SWITCH, .summary = "on or off"}, {0}};
static const struct arg_spec activation_args[] = {
    {.name = "kind", .type = ARG_REST,
     .summary = "an activation with its arguments, or none; then a layer, for that one only"}, {0}};
static const struct arg_spec dropout_args[] = {
    {.name = "rate", .type = ARG_WORD, .choices = (const char *const[]){"off", NULL},
     .summary = "share of units dropped, or off"}, {0}};
static const struct arg_spec bias_args[] = {
    {.name = "switch", .type = ARG_SWITCH, .summary = "on or off"},
    {.name = "layer", .type = ARG_WORD, .preset = "", .summary = "only this one"}, {0}};

const struct command command_net = {
    .name = "net", .summary = "swap the network's layers, or print them", .group = GROUP_NETWORK,
    .flags = COMMAND_NEEDS_DATA, .words = WORDS_KINDS | WORDS_OUT,
    .details =
        "The hidden layers, comma-separated; `out`, a dense layer of the right width, is always added. What comes\n"
        "after `out` is an activation on the output: legal, and a mistake. Layers that keep their name and shape\n"
        "keep their weights.",
    .example = "net dense 64, bn, relu, dense 64, relu", .args = net_args, .run = run_net};
const struct command command_bn = {
    .name = "bn", .summary = "put batch norm behind every hidden layer with weights, or take it away",
    .group = GROUP_NETWORK, .flags = COMMAND_NEEDS_DATA, .example = "bn on", .args = bn_args, .run = run_bn};
const struct command command_activation = {
    .name = "activation", .summary = "swap the activation of all hidden layers, or of one", .group = GROUP_NETWORK,
    .flags = COMMAND_NEEDS_DATA, .words = WORDS_ACTIVATIONS,
    .details =
        "`activation leaky 0.1` for all, `activation tanh relu1` for one layer, `activation none` for a linear\n"
        "network.",
    .example = "activation tanh", .args = activation_args, .run = run_activation};
const struct command command_bias = {
    .name = "bias", .summary = "switch biases on or off", .group = GROUP_NETWORK,
    .flags = COMMAND_NEEDS_DATA, .words = WORDS_LAYERS, .example = "bias off", .args = bias_args,
    .run = run_bias};
const struct command command_dropout = {
    .name = "dropout", .summary = "put dropout behind every hidden activation, or take it away", .group = GROUP_NETWORK,
    .flags = COMMAND_NEEDS_DATA, .example = "dropout 0.2", .args = dropout_args, .run = run_dropout};
