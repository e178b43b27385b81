/* summary.c: the network as a table: what each layer is, puts out, holds and costs. */
#include "cmd/rows.h"
#include "dnn/program.h"

static void add_layer(const struct net *net, int i, struct text *out)
{
    const struct layer *layer = &net->top.layer[i];
    struct text kind = {0}, shape = {0};
    double parameters = 0, flops = layer->kind->flops ? layer->kind->flops(layer) : (double)shape_size(&layer->out);
    for (int k = net->first_param[i]; k < net->first_param[i + 1]; k++)
        parameters += (double)net->param[k].count;
    text_add(&kind, "%s", layer->kind->name);
    args_format(layer->kind->args, &layer->args, &kind);
    shape_print(&layer->out, &shape);
    text_add(out, "%-10s %-24s %10s %14s %14s\n", layer->name, kind.data, shape.data, text_count(parameters).s,
             text_count(flops).s);
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
    text_add(&out, "%-10s %-24s %10s %14s %14s\n", "layer", "kind", "output", "parameters", "FLOPs a row");
    shape_print(&net->in, &shape);
    text_add(&out, "%-10s %-24s %10s\n", "input", "", shape.data);
    for (int i = 0; i < net->top.layers; i++)
        add_layer(net, i, &out);
    text_add(&out, "%s parameters; %s FLOPs a step of %d rows; %s of memory for training, on %d thread%s",
             text_count((double)net->parameters).s, text_count(program_flops(session->train)).s, session->batch,
             text_bytes((double)program_bytes(net, PROGRAM_TRAIN, session->batch, team_ranks(session->team)) +
                        (double)net->arena.size + (double)session->optimizer_arena.size).s,
             program_ranks(session->train), program_ranks(session->train) == 1 ? "" : "s");
    console_answer_text(console, &out);
    text_free(&out);
    text_free(&shape);
    return 0;
}

const struct command command_summary = {
    .name = "summary", .summary = "print the layers with shapes, parameters and cost", .group = GROUP_NETWORK,
    .flags = COMMAND_NEEDS_DATA | COMMAND_READ_ONLY, .example = "summary", .run = run_summary};
