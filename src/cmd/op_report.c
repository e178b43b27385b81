/* op_report.c: one op, what it wrote, a line each. */
#include "op_report.h"

#include <string.h>

#include "debug/census.h"
#include "debug/operands.h"

/* "min -3.1  mean 0.02  max 2.9", and what is not finite. */
static void add_range(const struct operand *operand, struct text *out)
{
    struct census census = census_of(&operand->tensor);
    bool some = census_bad(&census) < census.count;
    if (some)
        text_add(out, "min %-9s  mean %-9s  max %s", text_short(census.least).s, text_short(census_mean(&census)).s,
                 text_short(census.greatest).s);
    if (census_bad(&census) > 0) {
        text_add(out, "%s", some ? ", besides " : "");
        census_print_bad(&census, out);
    }
}

/* The figures that are no tensors. */
static bool add_figure(const struct session *session, const struct op *op, struct text *out)
{
    if (op->code == OP_LOSS)
        text_add(out, "%s wrote loss %s\n", op->name, text_short(program_loss(session->train)).s);
    else if (op->code == OP_REDUCE)
        text_add(out, "%s wrote grad.norm %s\n", op->name, text_short(program_gradient_norm(session->train)).s);
    return op->code == OP_LOSS || op->code == OP_REDUCE;
}

/* With threads reduce writes the gradients of all parameters: its figure stands for them. */
static bool next_operand(const struct session *session, int op, int i, struct operand *operand)
{
    return program_op(session->train, op)->code != OP_REDUCE && op_writes(session, op, i, operand);
}

static void print_shape(const struct operand *operand, struct text *shape)
{
    text_clear(shape);
    tensor_print_shape(&operand->tensor, shape);
}

void op_report(const struct session *session, int op, struct text *out)
{
    const struct op *what = program_op(session->train, op);
    struct operand operand;
    struct text shape = {0};
    int names = 0, shapes = 0;
    bool begun = add_figure(session, what, out);
    for (int i = 0; next_operand(session, op, i, &operand); i++) {
        print_shape(&operand, &shape);
        names = (int)strlen(operand.name) > names ? (int)strlen(operand.name) : names;
        shapes = (int)shape.length > shapes ? (int)shape.length : shapes;
    }
    for (int i = 0; next_operand(session, op, i, &operand); i++) {
        print_shape(&operand, &shape);
        text_add(out, "%*s %-5s %-*s %-*s  ", (int)strlen(what->name), begun ? "" : what->name, begun ? "" : "wrote",
                 names, operand.name, shapes, shape.data);
        if (operand.partial)
            text_add(out, "in parts, one a thread, until `reduce`");
        else
            add_range(&operand, out);
        text_add(out, "\n");
        begun = true;
    }
    text_free(&shape);
}
