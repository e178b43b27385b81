/* operands.c: which tensors an op reads and writes. Ops are few kinds, so each has its short list here. */
#include "debug/operands.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

static void name_out(const struct session *session, int layer, const char *suffix, struct operand *operand)
{
    if (layer < 0)
        snprintf(operand->name, sizeof operand->name, "x");
    else
        snprintf(operand->name, sizeof operand->name, "%s.out%s", session->net->top.layer[layer].name, suffix);
}

/* Of a weight it is called after the layer alone: `fc1.grad`. */
static void name_gradient(const struct session *session, const struct window *window, struct operand *operand)
{
    const char *layer = session->net->top.layer[window->layer].name;
    if (strcmp(window->spec.name, "weight") == 0)
        snprintf(operand->name, sizeof operand->name, "%s.grad", layer);
    else
        snprintf(operand->name, sizeof operand->name, "%s.%s.grad", layer, window->spec.name);
}

static void name_window(const struct window *window, struct operand *operand)
{
    snprintf(operand->name, sizeof operand->name, "%s", window->name);
}

/* Parameter I of those that backward reads: not a bias, which is only added. */
static const struct window *factor(const struct net *net, int layer, int i)
{
    for (int k = net->first_param[layer]; k < net->first_param[layer + 1]; k++)
        if (net->param[k].spec.role != TENSOR_BIAS && i-- == 0)
            return &net->param[k];
    return NULL;
}

static int layer_parameters(const struct net *net, int layer)
{
    return net->first_param[layer + 1] - net->first_param[layer];
}

static int layer_statistics(const struct net *net, int layer)
{
    return net->first_stat[layer + 1] - net->first_stat[layer];
}

/* --- what is written */

/* A tensor that an op writes, without its name. */
struct written {
    enum {
        WRITTEN_OUT,
        WRITTEN_TARGET,
        WRITTEN_OUT_GRADIENT,
        WRITTEN_GRADIENT,
        WRITTEN_PARAMETER,
        WRITTEN_STATISTIC
    } what;
    int layer;                   /* of OUT, -1 being the input, and of OUT_GRADIENT */
    const struct window *window; /* of the last three */
};

/* A gradient that `reduce` makes of its parts. */
static bool find_reduced(const struct session *session, int i, struct written *written)
{
    const struct net *net = session->net;
    for (int k = 0; k < net->params; k++) {
        *written = (struct written){WRITTEN_GRADIENT, -1, net->param + k};
        if (program_in_parts(session->train, net->param[k].layer) && i-- == 0)
            return true;
    }
    return false;
}

/* False behind the last. */
static bool find_written(const struct session *session, const struct op *op, int i, struct written *written)
{
    const struct net *net = session->net;
    int layer = op->layer;
    switch (op->code) {
    case OP_GATHER:
        *written = (struct written){i == 0 ? WRITTEN_OUT : WRITTEN_TARGET, -1, NULL};
        return i < 2;
    case OP_FORWARD:
        *written = i == 0 ? (struct written){WRITTEN_OUT, layer, NULL}
                          : (struct written){WRITTEN_STATISTIC, layer, net->stat + net->first_stat[layer] + i - 1};
        return i <= layer_statistics(net, layer);
    case OP_LOSS:
        *written = (struct written){WRITTEN_OUT_GRADIENT, net->top.layers - 1, NULL};
        return i == 0;
    case OP_BACKWARD:
        *written = i < layer_parameters(net, layer)
                       ? (struct written){WRITTEN_GRADIENT, layer, net->param + net->first_param[layer] + i}
                       : (struct written){WRITTEN_OUT_GRADIENT, layer - 1, NULL};
        return i < layer_parameters(net, layer) + (layer > 0);
    case OP_REDUCE:
        return find_reduced(session, i, written);
    case OP_UPDATE:
        *written = (struct written){WRITTEN_PARAMETER, layer, net->param + net->first_param[layer] + i};
        return i < layer_parameters(net, layer);
    }
    return false;
}

static bool is_partial(const struct session *session, const struct op *op, const struct written *written)
{
    return written->what == WRITTEN_GRADIENT && op->code == OP_BACKWARD &&
           program_in_parts(session->train, op->layer);
}

static size_t batch_values(const struct session *session, const struct shape *of_row)
{
    return (size_t)program_rows(session->train) * shape_size(of_row);
}

bool op_place(const struct session *session, int op, int i, struct place *place)
{
    const struct net *net = session->net;
    const struct program *train = session->train;
    const struct layer *layers = net->top.layer;
    struct written at;
    if (!find_written(session, program_op(train, op), i, &at))
        return false;
    place->partial = is_partial(session, program_op(train, op), &at);
    place->gradient = at.what == WRITTEN_GRADIENT && program_op(train, op)->code == OP_BACKWARD;
    place->by_rows = !at.window;
    switch (at.what) {
    case WRITTEN_OUT:
        place->data = program_out(train, at.layer);
        place->count = batch_values(session, at.layer < 0 ? &net->in : &layers[at.layer].out);
        break;
    case WRITTEN_TARGET:
        place->data = program_target(train);
        place->count = batch_values(session, &layers[net->top.layers - 1].out);
        break;
    case WRITTEN_OUT_GRADIENT:
        place->data = program_out_gradient(train, at.layer);
        place->count = batch_values(session, &layers[at.layer].out);
        break;
    case WRITTEN_GRADIENT:
        place->data = program_gradient(train) + at.window->offset;
        place->count = at.window->count;
        break;
    case WRITTEN_PARAMETER:
    case WRITTEN_STATISTIC:
        place->data = (at.what == WRITTEN_PARAMETER ? net->w : net->s) + at.window->offset;
        place->count = at.window->count;
        break;
    }
    return true;
}

/* --- names; false behind the last */

static bool name_written(const struct session *session, const struct op *op, int i, struct operand *operand)
{
    struct written written;
    if (!find_written(session, op, i, &written))
        return false;
    operand->partial = is_partial(session, op, &written);
    switch (written.what) {
    case WRITTEN_OUT:
        name_out(session, written.layer, "", operand);
        break;
    case WRITTEN_TARGET:
        snprintf(operand->name, sizeof operand->name, "target");
        break;
    case WRITTEN_OUT_GRADIENT:
        name_out(session, written.layer, ".grad", operand);
        break;
    case WRITTEN_GRADIENT:
        name_gradient(session, written.window, operand);
        break;
    case WRITTEN_PARAMETER:
    case WRITTEN_STATISTIC:
        name_window(written.window, operand);
        break;
    }
    return true;
}

/* What comes from above, what came in, for an activation what it made of it, the parameters. */
static bool name_read_backward(const struct session *session, int layer, int i, struct operand *operand)
{
    const struct net *net = session->net;
    bool activation = net->top.layer[layer].kind->flags & LAYER_ACTIVATION;
    const struct window *window = factor(net, layer, i - 2 - activation);
    if (i == 0)
        name_out(session, layer, ".grad", operand);
    else if (i == 1)
        name_out(session, layer - 1, "", operand);
    else if (i == 2 && activation)
        name_out(session, layer, "", operand);
    else if (window)
        name_window(window, operand);
    else
        return false;
    return true;
}

static bool name_read(const struct session *session, const struct op *op, int i, struct operand *operand)
{
    const struct net *net = session->net;
    int layer = op->layer, parameters = layer < 0 ? 0 : layer_parameters(net, layer);
    switch (op->code) {
    case OP_GATHER:
        return false;
    case OP_FORWARD:
        if (i == 0)
            name_out(session, layer - 1, "", operand);
        else if (i <= parameters)
            name_window(&net->param[net->first_param[layer] + i - 1], operand);
        else if (i - parameters <= layer_statistics(net, layer))
            name_window(&net->stat[net->first_stat[layer] + i - 1 - parameters], operand);
        return i <= parameters + layer_statistics(net, layer);
    case OP_LOSS:
        if (i == 0)
            name_out(session, net->top.layers - 1, "", operand);
        else
            snprintf(operand->name, sizeof operand->name, "target");
        return i < 2;
    case OP_BACKWARD:
        return name_read_backward(session, layer, i, operand);
    case OP_REDUCE:
        return name_written(session, op, i, operand);
    case OP_UPDATE:
        if (i < parameters)
            name_gradient(session, &net->param[net->first_param[layer] + i], operand);
        else if (i < 2 * parameters)
            name_window(&net->param[net->first_param[layer] + i - parameters], operand);
        return i < 2 * parameters;
    }
    return false;
}

/* --- tensors */

static void locate(const struct session *session, struct operand *operand)
{
    int op;
    bool found = lookup_locate(session, operand->name, &operand->tensor, &op);
    assert(found);
    (void)found;
}

bool op_writes(const struct session *session, int op, int i, struct operand *operand)
{
    operand->partial = false;
    if (i < 0 || !name_written(session, program_op(session->train, op), i, operand))
        return false;
    locate(session, operand);
    return true;
}

bool op_reads(const struct session *session, int op, int i, struct operand *operand)
{
    const struct net *net = session->net;
    operand->partial = false;
    if (i < 0 || !name_read(session, program_op(session->train, op), i, operand))
        return false;
    locate(session, operand);
    const float *data = operand->tensor.data;
    if (net->stat_size && data >= net->s && data < net->s + net->stat_size)
        operand->tensor.data = session->stats_before + (data - net->s);
    return true;
}
