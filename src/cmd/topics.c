/* topics.c: the tables of the program as help: layers, losses, initializers, optimizers, names, settings, keys. */
#include "cmd/rows.h"
#include "data/dataset.h"
#include "debug/lookup.h"

/* "dense UNITS [bias=on|off]" and, indented, what it is and what its arguments are. */
static void add_kind(const char *name, const char *summary, const struct arg_spec *args, struct text *out)
{
    text_add(out, "%s", name);
    args_usage(args, out);
    text_add(out, "\n    %s\n", summary);
    args_describe(args, "    ", out);
}

static void print_layers(const struct console *console, struct text *out)
{
    (void)console;
    for (int i = 0; layer_kinds[i]; i++)
        add_kind(layer_kinds[i]->name, layer_kinds[i]->summary, layer_kinds[i]->args, out);
}

static void print_losses(const struct console *console, struct text *out)
{
    (void)console;
    for (int i = 0; loss_kinds[i]; i++)
        add_kind(loss_kinds[i]->name, loss_kinds[i]->summary, loss_kinds[i]->args, out);
}

static void print_inits(const struct console *console, struct text *out)
{
    (void)console;
    for (int i = 0; init_kinds[i]; i++)
        add_kind(init_kinds[i]->name, init_kinds[i]->summary, init_kinds[i]->args, out);
}

static void print_optimizers(const struct console *console, struct text *out)
{
    (void)console;
    for (int i = 0; optim_kinds[i]; i++)
        add_kind(optim_kinds[i]->name, optim_kinds[i]->summary, optim_kinds[i]->args, out);
}

static void print_names(const struct console *console, struct text *out)
{
    text_add(out, "figures\n");
    for (const struct named_figure *figure = named_figures; figure->name; figure++)
        text_add(out, "  %-14s %s\n", figure->name, figure->summary);
    text_add(out, "tensors: LAYER.weight .bias .out, their gradients LAYER.grad .bias.grad .out.grad, batch norm's\n"
                  "  LAYER.running_mean .running_var, the batch's x and target\n"
                  "layers: LAYER.grad.norm .update.norm .ratio (update over weight)\n"
                  "after a tensor\n");
    for (const struct tensor_statistic *statistic = tensor_statistics; statistic->name; statistic++)
        text_add(out, "  .%-13s %s\n", statistic->name, statistic->summary);
    text_add(out, "operators: or and not < <= > >= == != + - * / ( ), functions: abs log exp sqrt max min\n");
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
                 {"Ctrl-L", "redraw"}, {"Ctrl-D", "leave, on an empty line"}};
    for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++)
        text_add(out, "%-8s %-12s %s\n", fixed[i].key, "", fixed[i].summary);
}

static void print_manual(const struct console *console, struct text *out)
{
    (void)console;
    manual_print(out);
}

const struct help_topic help_topics[] = {
    {"layers", "kinds of layers, for `net`", print_layers},
    {"losses", "losses, for `loss`", print_losses},
    {"inits", "initializers, for `init`", print_inits},
    {"optimizers", "optimizers, for `optimizer`", print_optimizers},
    {"names", "what `print` and `until` can name", print_names},
    {"settings", "settings, for `set`", print_settings},
    {"sets", "known data sets, for `data`", print_data},
    {"keys", "keys", print_keys},
    {"manual", "the tables as sections of the manual page (mdoc)", print_manual},
    {NULL, NULL, NULL},
};
