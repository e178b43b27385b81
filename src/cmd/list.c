/* list.c: the program of a step, with the cursor. */
#include "cmd/rows.h"
#include "dnn/program.h"

static void add_op(const struct session *session, int i, int cursor, struct text *out)
{
    const struct op *op = program_op(session->train, i);
    struct text shape = {0};
    if (op->layer >= 0) {
        text_add(&shape, "%d x ", session->batch);
        shape_print(&session->net->top.layer[op->layer].out, &shape);
    }
    text_add(out, "%s %3d  %-18s %-16s %14s\n", i == cursor ? "=>" : "  ", i + 1, op->name, shape.data ? shape.data : "",
             op->flops > 0 ? text_count(op->flops).s : "");
    text_free(&shape);
}

static int run_list(struct console *console, const struct arg_values *args, struct err *err)
{
    const struct session *session = console_session(console);
    struct text out = {0};
    (void)args;
    (void)err;
    int cursor = session->inside ? program_cursor(session->train) : 0;
    text_add(&out, "%s %3s  %-18s %-16s %14s\n", "  ", "op", "name", "output", "FLOPs");
    for (int i = 0; i < program_ops(session->train); i++)
        add_op(session, i, cursor, &out);
    console_answer_text(console, &out);
    text_free(&out);
    return 0;
}

const struct command command_list = {
    .name = "list", .summary = "print the ops of a step and where the cursor is", .group = GROUP_LOOKING,
    .flags = COMMAND_NEEDS_DATA | COMMAND_READ_ONLY, .example = "list", .run = run_list};
