/* topics.c: the tables of the program as help: layers, losses, initializers, optimizers, names, settings, keys. */
#include <string.h>

#include "cmd/rows.h"
#include "data/dataset.h"
#include "debug/expr.h"
#include "doctor_words.h"

/* "dense UNITS [bias=on|off]" and, indented, what it is and what its arguments are. */
static void add_kind(const struct help_kind *kind, struct text *out)
{
    text_add(out, "%s", kind->name);
    args_usage(kind->args, out);
    text_add(out, "\n    %s\n", kind->summary);
    args_describe(kind->args, "    ", out);
}

static bool layer_row(int i, struct help_kind *kind)
{
    const struct layer_kind *row = layer_kinds[i];
    *kind = row ? (struct help_kind){row->name, row->summary, row->args} : (struct help_kind){0};
    return row;
}

static bool loss_row(int i, struct help_kind *kind)
{
    const struct loss_kind *row = loss_kinds[i];
    *kind = row ? (struct help_kind){row->name, row->summary, row->args} : (struct help_kind){0};
    return row;
}

static bool init_row(int i, struct help_kind *kind)
{
    const struct init_kind *row = init_kinds[i];
    *kind = row ? (struct help_kind){row->name, row->summary, row->args} : (struct help_kind){0};
    return row;
}

static bool optimizer_row(int i, struct help_kind *kind)
{
    const struct optim_kind *row = optim_kinds[i];
    *kind = row ? (struct help_kind){row->name, row->summary, row->args} : (struct help_kind){0};
    return row;
}

static void print_names(const struct console *console, struct text *out)
{
    text_add(out, "figures\n");
    for (const struct named_figure *figure = named_figures; figure->name; figure++)
        text_add(out, "  %-14s %s\n", figure->name, figure->summary);
    text_add(out, "tensors: LAYER.weight .bias .out, their gradients LAYER.grad .bias.grad .out.grad, batch norm's\n"
                  "  LAYER.running_mean .running_var, the batch's x and target\n"
                  "layers: LAYER.grad.norm .update.norm .ratio (update over weight); of what one puts out, LAYER.dead "
                  ".saturated\n"
                  "numbers that are remembered (`let`, and answers of `overfit`, `noise`, `shift`): $NAME\n"
                  "slices, as NumPy's: fc1.weight[0:3,:] fc1.weight[2] x[-1] relu1.out[::2,5]\n"
                  "after a tensor or a slice\n");
    for (const struct tensor_statistic *statistic = tensor_statistics; statistic->name; statistic++)
        text_add(out, "  .%-13s %s\n", statistic->name, statistic->summary);
    text_add(out, "operators: ");
    expr_print_operators(out);
    text_add(out, ", functions: ");
    expr_print_functions(out);
    text_add(out, "\n");
    const struct net *net = console ? console_session(console)->net : NULL;
    if (net) {
        text_add(out, "layers now:");
        for (int i = 0; i < net->top.layers; i++)
            text_add(out, " %s", net->top.layer[i].name);
        text_add(out, "\n");
    }
}

static void print_settings(const struct console *console, struct text *out)
{
    (void)console;
    for (int i = 0; settings[i].spec.name; i++)
        text_add(out, "%-8s %s\n", settings[i].spec.name, settings[i].spec.summary);
}

static void print_rules(const struct console *console, struct text *out)
{
    for (int i = 0; doctor_rules[i]; i++)
        doctor_words_rule(doctor_rules[i], console ? console_session(console) : NULL, out);
}

static void print_data(const struct console *console, struct text *out)
{
    (void)console;
    for (const struct known_set *set = known_sets; set->name; set++)
        text_add(out, "%-10s %s\n", set->name, set->summary);
}

static void print_keys(const struct console *console, struct text *out)
{
    (void)console;
    for (const struct key_binding *binding = key_bindings; binding->key; binding++)
        text_add(out, "%-8s %-12s %s\n", binding->key, binding->line, binding->summary);
    static const struct {
        const char *key, *summary;
    } fixed[] = {{"Tab", "complete"}, {"Ctrl-R", "search the history"}, {"Ctrl-C", "stop the run, or clear the line"},
                 {"PageUp", "scroll the log back, over the plot"}, {"PageDown", "scroll it on"},
                 {"Enter, End", "on an empty line: scroll it to its end, back to the plot"},
                 {"Ctrl-L", "redraw"}, {"Ctrl-D", "leave, on an empty line"}};
    for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++)
        text_add(out, "%-21s %s\n", fixed[i].key, fixed[i].summary);
}

static void print_manual(const struct console *console, struct text *out)
{
    (void)console;
    manual_print(out);
}

const struct help_topic help_topics[] = {
    {"layers", "kinds of layers, for `net`", layer_row, NULL},
    {"losses", "losses, for `loss`", loss_row, NULL},
    {"inits", "initializers, for `init`", init_row, NULL},
    {"optimizers", "optimizers, for `optimizer`", optimizer_row, NULL},
    {"names", "what `print` and `until` can name", NULL, print_names},
    {"settings", "settings, for `set`", NULL, print_settings},
    {"rules", "rules of `doctor`", NULL, print_rules},
    {"sets", "known data sets, for `data`", NULL, print_data},
    {"keys", "keys", NULL, print_keys},
    {"manual", "the tables as sections of the manual page (mdoc)", NULL, print_manual},
    {NULL, NULL, NULL, NULL},
};

void help_topic_print(const struct help_topic *topic, const struct console *console, struct text *out)
{
    struct help_kind kind;
    if (topic->print)
        topic->print(console, out);
    else
        for (int i = 0; topic->kind(i, &kind); i++)
            add_kind(&kind, out);
}

void help_kinds(const char *name, struct text *out)
{
    struct help_kind kind;
    for (const struct help_topic *topic = help_topics; topic->name; topic++)
        for (int i = 0; topic->kind && topic->kind(i, &kind); i++)
            if (strcmp(kind.name, name) == 0) {
                add_kind(&kind, out);
                text_add(out, "one of the %s\n", topic->summary);
            }
}
