/* list.c: the program of a step, with the cursor. */
#include "cmd/rows.h"
#include "dnn/program.h"

/* What an op writes: rows by a layer's values, or a layer's parameters. */
static void add_written(const struct session *session, const struct op *op, struct text *out)
{
    const struct net *net = session->net;
    size_t parameters = 0;
    switch (op->code) {
    case OP_GATHER:
    case OP_FORWARD:
    case OP_BACKWARD:
        text_add(out, "%d x ", session->batch);
        shape_print(op->code == OP_GATHER    ? &net->in
                    : op->code == OP_FORWARD ? &net->top.layer[op->layer].out
                                             : &net->top.layer[op->layer].in,
                    out);
        break;
    case OP_UPDATE:
        for (int k = net->first_param[op->layer]; k < net->first_param[op->layer + 1]; k++)
            parameters += net->param[k].count;
        text_add(out, "%s", text_count((double)parameters).s);
        break;
    case OP_REDUCE:
        text_add(out, "%s", text_count((double)net->parameters).s);
        break;
    case OP_LOSS:
        text_add(out, "1");
        break;
    }
}

static void add_op(const struct session *session, int i, int cursor, struct text *out)
{
    const struct op *op = program_op(session->train, i);
    struct text written = {0};
    add_written(session, op, &written);
    text_add(out, "%s %3d  %-18s %16s %14s\n", i == cursor ? "=>" : "  ", i + 1, op->name, written.data,
             op->flops > 0 ? text_count(op->flops).s : "-");
    text_free(&written);
}

static int run_list(struct console *console, const struct arg_values *args, struct err *err)
{
    const struct session *session = console_session(console);
    struct text out = {0};
    (void)args;
    (void)err;
    int cursor = session->inside ? program_cursor(session->train) : 0;
    text_add(&out, "%s %3s  %-18s %16s %14s\n", "  ", "op", "name", "writes", "FLOPs");
    for (int i = 0; i < program_ops(session->train); i++)
        add_op(session, i, cursor, &out);
    console_answer_text(console, &out);
    text_free(&out);
    return 0;
}

const struct command command_list = {
    .name = "list", .aliases = "l", .summary = "print the ops of a step and where the cursor is",
    .group = GROUP_LOOKING, .flags = COMMAND_NEEDS_DATA | COMMAND_READ_ONLY, .example = "list", .run = run_list};
