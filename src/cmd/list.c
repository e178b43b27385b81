/* list.c: the program of a step, with the cursor. */
#include <string.h>

#include "cmd/rows.h"
#include "debug/operands.h"

#define COLUMNS 80
#define NAMES_AT 53 /* where the names of what an op writes begin, unless the names before are long */

/* The shape of what an op works on: rows by a layer's values, or how many parameters. */
static void add_shape(const struct session *session, const struct op *op, struct text *out)
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

/* NAME behind what stands in the line, which is *COLUMN wide, or on a line of its own below. */
static void add_name(const char *name, int *column, struct text *out)
{
    int width = (int)strlen(name), gap = *column < NAMES_AT ? 2 : 1;
    if (*column >= NAMES_AT && *column + gap + width > COLUMNS) {
        text_add(out, "\n");
        *column = 0;
        gap = NAMES_AT;
    }
    text_add(out, "%*s%s", gap, "", name);
    *column += gap + width;
}

/* The names that can be printed once the op has run. What reduce does to the gradients is no news to a reader. */
static void add_names(const struct session *session, int i, int column, struct text *out)
{
    const struct op *op = program_op(session->train, i);
    struct operand operand;
    if (op->code == OP_LOSS || op->code == OP_REDUCE)
        add_name(op->code == OP_LOSS ? "loss" : "grad.norm", &column, out);
    for (int k = 0; op->code != OP_REDUCE && op_writes(session, i, k, &operand); k++)
        add_name(operand.name, &column, out);
}

static void add_op(const struct session *session, int i, int cursor, struct text *out)
{
    const struct op *op = program_op(session->train, i);
    struct text shape = {0};
    size_t begin = out->length;
    add_shape(session, op, &shape);
    text_add(out, "%s %3d  %-14s %14s %13s", i == cursor ? "=>" : "  ", i + 1, op->name, shape.data,
             op->flops > 0 ? text_count(op->flops).s : "-");
    add_names(session, i, (int)(out->length - begin), out);
    text_add(out, "\n");
    text_free(&shape);
}

static int run_list(struct console *console, const struct arg_values *args, struct err *err)
{
    const struct session *session = console_session(console);
    struct text out = {0};
    (void)args;
    (void)err;
    int cursor = session->inside ? program_cursor(session->train) : 0;
    text_add(&out, "%s %3s  %-14s %14s %13s  %s\n", "  ", "op", "name", "shape", "FLOPs", "writes");
    for (int i = 0; i < program_ops(session->train); i++)
        add_op(session, i, cursor, &out);
    console_answer_text(console, &out);
    text_free(&out);
    return 0;
}

const struct command command_list = {
    .name = "list", .aliases = "l", .summary = "print the ops of a step and where the cursor is",
    .group = GROUP_LOOKING, .flags = COMMAND_NEEDS_DATA | COMMAND_READ_ONLY,
    .details =
        "The cursor => stands at the op that runs next. Behind each op are the names of what it writes: they can be\n"
        "printed once it has run. FLOPs are those of a full batch, backward counted as twice forward.",
    .example = "list", .run = run_list};
