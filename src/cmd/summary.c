/* summary.c: the network as a table: what each layer is, puts out, holds and costs. */
#include <string.h>

#include "cmd/rows.h"
#include "dnn/program.h"

#define KIND_COLUMNS 21

/* BYTES are those of what the layer puts out for a batch, and of its gradient. A kind with many arguments takes a line
 * of its own. */
static void add_row(struct text *out, const char *name, const char *kind, const char *shape, const char *parameters,
                    const char *flops, const char *bytes)
{
    text_add(out, "%-9s %-*s", name, KIND_COLUMNS, kind);
    if (strlen(kind) > KIND_COLUMNS)
        text_add(out, "\n%-*s", 10 + KIND_COLUMNS, "");
    text_add(out, " %10s %12s %12s %11s\n", shape, parameters, flops, bytes);
}

static void add_layer(const struct session *session, int i, struct text *out)
{
    const struct net *net = session->net;
    const struct layer *layer = &net->top.layer[i];
    struct text kind = {0}, shape = {0};
    double parameters = 0, values = (double)shape_size(&layer->out);
    for (int k = net->first_param[i]; k < net->first_param[i + 1]; k++)
        parameters += (double)net->param[k].count;
    text_add(&kind, "%s", layer->kind->name);
    args_format(layer->kind->args, &layer->args, &kind);
    shape_print(&layer->out, &shape);
    add_row(out, layer->name, kind.data, shape.data, text_count(parameters).s,
            text_count(layer_flops(layer)).s,
            text_bytes(2 * values * session->batch * sizeof(real)).s);
    text_free(&kind);
    text_free(&shape);
}

static int run_summary(struct console *console, const struct arg_values *args, struct err *err)
{
    struct session *session = console_session(console);
    const struct net *net = session->net;
    struct text out = {0}, shape = {0};
    (void)args;
    (void)err;
    add_row(&out, "layer", "kind", "output", "parameters", "FLOPs a row", "activations");
    shape_print(&net->in, &shape);
    text_add(&out, "%-9s %-*s %10s\n", "input", KIND_COLUMNS, "", shape.data);
    for (int i = 0; i < net->top.layers; i++)
        add_layer(session, i, &out);
    text_add(&out, "%s parameters; %s FLOPs a step of %d rows; %s of memory for training, on %d thread%s",
             text_count((double)net->parameters).s, text_count(program_flops(session->train)).s, session->batch,
             text_bytes((double)program_bytes(net, PROGRAM_TRAIN, session->batch, team_ranks(session->team)) +
                        (double)net->arena.size + (double)session->rig_arena.size).s,
             program_ranks(session->train), program_ranks(session->train) == 1 ? "" : "s");
    console_answer_text(console, &out);
    text_free(&out);
    text_free(&shape);
    return 0;
}

const struct command command_summary = {
    .name = "summary", .summary = "print the layers with shapes, parameters and cost", .group = GROUP_NETWORK,
    .flags = COMMAND_NEEDS_DATA | COMMAND_READ_ONLY,
    .details = "Activations are bytes: what a layer puts out for a batch, and the gradient of that.",
    .example = "summary", .run = run_summary};
