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

/* --- names; false behind the last */

static bool name_written(const struct session *session, const struct op *op, int i, struct operand *operand)
{
    const struct net *net = session->net;
    bool threads = program_ranks(session->train) > 1;
    int layer = op->layer;
    switch (op->code) {
    case OP_GATHER:
        snprintf(operand->name, sizeof operand->name, i == 0 ? "x" : "target");
        return i < 2;
    case OP_FORWARD:
        if (i == 0)
            name_out(session, layer, "", operand);
        else if (i <= layer_statistics(net, layer))
            name_window(&net->stat[net->first_stat[layer] + i - 1], operand);
        return i <= layer_statistics(net, layer);
    case OP_LOSS:
        name_out(session, net->top.layers - 1, ".grad", operand);
        return i == 0;
    case OP_BACKWARD:
        if (i < layer_parameters(net, layer)) {
            name_gradient(session, &net->param[net->first_param[layer] + i], operand);
            operand->partial = threads;
            return true;
        }
        if (layer > 0)
            name_out(session, layer - 1, ".grad", operand);
        return layer > 0 && i == layer_parameters(net, layer);
    case OP_REDUCE:
        if (threads && i < net->params)
            name_gradient(session, &net->param[i], operand);
        return threads && i < net->params;
    case OP_UPDATE:
        if (i < layer_parameters(net, layer))
            name_window(&net->param[net->first_param[layer] + i], operand);
        return i < layer_parameters(net, layer);
    }
    return false;
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
