/*
 * lookup.c: from a name to a number or a tensor.
 *
 * Names of layers contain no dots, so a name is cut at its dots: `fc1.weight.std` is layer, tensor, statistic.
 */
#include "debug/lookup.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "debug/remembered.h"
#include "written.h"

#define NAME_ROOM 96
#define NAMES_MAX 8192 /* names that a misspelt one is compared with */

/* --- tensors */

/* One that a batch leaves at DATA: a row of SHAPE for each row of the batch. */
static struct tensor of_batch(const struct session *session, const real *data, const struct shape *shape,
                              const struct layer *layer)
{
    struct tensor tensor = tensor_of(data, shape, program_rows(session->train));
    tensor.of_batch = true;
    tensor.unit_axis = 1;
    tensor.layer = layer;
    return tensor;
}

static bool window_tensor(const struct window *windows, int first, int last, const char *name, const real *vector,
                          struct tensor *tensor)
{
    for (int i = first; i < last; i++)
        if (strcmp(windows[i].spec.name, name) == 0) {
            *tensor = tensor_of(vector + windows[i].offset, &windows[i].spec.shape, -1);
            return true;
        }
    return false;
}

/* The op that writes the gradient of a layer's parameters: one in parts is whole only after `reduce`. */
static int gradient_op(const struct session *session, int layer)
{
    bool summed = program_in_parts(session->train, layer);
    return op_find(session, summed ? OP_REDUCE : OP_BACKWARD, summed ? -1 : layer);
}

/* The gradient of what a layer puts out comes from the layer behind it; that of the last one from the loss. */
static int out_gradient_op(const struct session *session, int layer)
{
    bool last = layer == session->net->top.layers - 1;
    return op_find(session, last ? OP_LOSS : OP_BACKWARD, last ? -1 : layer + 1);
}

/* What a batch leaves of layer LAYER: NAME is "out", "out.grad", "grad" or "bias.grad"; OP becomes what writes it. */
static bool batch_tensor(const struct session *session, int layer, const char *name, struct tensor *tensor, int *op)
{
    const struct net *net = session->net;
    const struct program *train = session->train;
    const struct layer *of = &net->top.layer[layer];
    size_t length = strlen(name);
    char param[NAME_ROOM];
    if (strcmp(name, "out") == 0) {
        *op = op_find(session, OP_FORWARD, layer);
        *tensor = of_batch(session, program_out(train, layer), &of->out, of);
        return true;
    }
    if (strcmp(name, "out.grad") == 0) {
        *op = out_gradient_op(session, layer);
        *tensor = tensor_of(program_out_gradient(train, layer), &of->out, program_rows(train));
        return true;
    }
    if (strcmp(name, "grad") != 0 && (length < 6 || strcmp(name + length - 5, ".grad") != 0))
        return false;
    snprintf(param, sizeof param, "%.*s", length > 5 ? (int)length - 5 : 6, length > 5 ? name : "weight");
    *op = gradient_op(session, layer);
    return window_tensor(net->param, net->first_param[layer], net->first_param[layer + 1], param,
                         program_gradient(train), tensor);
}

/* What a layer has besides tensors: norms of the last step; OP becomes what writes them. */
static bool layer_figure(const struct session *session, int layer, const char *name, double *value, int *op)
{
    const struct net *net = session->net;
    if (net->first_param[layer] == net->first_param[layer + 1])
        return false;
    const struct layer_norms *norms = program_norms(session->train, layer);
    bool gradient = strcmp(name, "grad.norm") == 0;
    if (gradient)
        *value = norms->gradient;
    else if (strcmp(name, "update.norm") == 0)
        *value = norms->update;
    else if (strcmp(name, "ratio") == 0)
        *value = norms->update / norms->weight;
    else
        return false;
    *op = op_find(session, gradient ? OP_REDUCE : OP_UPDATE, gradient ? -1 : layer);
    return true;
}

/* The layer that NAME begins with, up to its first dot, REST becoming what follows; or -1. */
static int leading_layer(const struct session *session, const char *name, const char **rest)
{
    char layer_name[NAME_ROOM];
    const char *dot = strchr(name, '.');
    if (!dot)
        return -1;
    snprintf(layer_name, sizeof layer_name, "%.*s", (int)(dot - name), name);
    *rest = dot + 1;
    return net_layer(session->net, layer_name);
}

bool lookup_locate(const struct session *session, const char *name, struct tensor *tensor, int *op)
{
    const struct net *net = session->net;
    const struct program *train = session->train;
    const char *rest = NULL;
    int layer = leading_layer(session, name, &rest);
    *op = 0;
    if (strcmp(name, "x") == 0) {
        *tensor = of_batch(session, program_out(train, -1), &net->in, NULL);
        return true;
    }
    if (strcmp(name, "target") == 0) {
        *tensor = tensor_of(program_target(train), &net->top.layer[net->top.layers - 1].out, program_rows(train));
        return true;
    }
    if (layer < 0)
        return false;
    if (window_tensor(net->param, net->first_param[layer], net->first_param[layer + 1], rest, net->w, tensor) ||
        window_tensor(net->stat, net->first_stat[layer], net->first_stat[layer + 1], rest, net->s, tensor)) {
        *op = -1;
        return true;
    }
    return batch_tensor(session, layer, rest, tensor, op);
}

/* The tensor called NAME: 1 found, 0 not, -1 not written yet. */
static int find_tensor(const struct session *session, const char *name, struct tensor *tensor, struct err *err)
{
    int op;
    if (!lookup_locate(session, name, tensor, &op))
        return 0;
    return op >= 0 && op_has_written(session, op, name, err) ? -1 : 1;
}

/* Statistics are names too where NAME goes on after that of a tensor. */
static int not_found(const struct session *session, const char *name, struct err *err)
{
    struct text all = {0};
    char tensor[NAME_ROOM];
    const char *names[NAMES_MAX + 1], *dot = strrchr(name, '.');
    int count = 0;
    lookup_names(session, "", &all);
    if (dot) {
        snprintf(tensor, sizeof tensor, "%.*s.", (int)(dot - name), name);
        lookup_names(session, tensor, &all);
    }
    for (char *rest = all.data, *line; rest && count < NAMES_MAX && (line = strsep(&rest, "\n"));)
        if (*line)
            names[count++] = line;
    names[count] = NULL;
    const char *near = text_nearest(name, names);
    err_set(err, ERR_USAGE, "there is no '%s'%s%s%s", name,
            near ? "; did you mean " : "; `help names` lists what there is", near ? near : "", near ? "?" : "");
    text_free(&all);
    return -1;
}

int lookup_statistic(const struct tensor *tensor, const struct tensor_statistic *statistic, const char *name,
                     struct named *named, struct err *err)
{
    if (statistic->fits && !statistic->fits(tensor))
        return err_set(err, ERR_USAGE, "%s is for %s; %s is not one", statistic->name, statistic->needs, name);
    if (statistic->get)
        *named = (struct named){.type = NAMED_NUMBER, .number = statistic->get(tensor)};
    else
        *named = (struct named){.type = NAMED_HISTOGRAM, .tensor = *tensor};
    return 0;
}

/* A tensor followed by a statistic, or a layer by one of those of its output: 1 found, 0 not, -1 error. */
static int find_statistic(const struct session *session, const char *name, struct named *named, struct err *err)
{
    const char *dot = strrchr(name, '.');
    const struct tensor_statistic *statistic = dot ? tensor_statistic_find(dot + 1, strlen(dot + 1)) : NULL;
    char of[NAME_ROOM + 4];
    struct tensor tensor;
    if (!statistic)
        return 0;
    snprintf(of, sizeof of, "%.*s", (int)(dot - name), name);
    if (statistic->fits && net_layer(session->net, of) >= 0)
        strcat(of, ".out");
    int found = find_tensor(session, of, &tensor, err);
    return found == 1 && lookup_statistic(&tensor, statistic, of, named, err) ? -1 : found;
}

int lookup(struct session *session, const char *name, struct named *named, struct err *err)
{
    *named = (struct named){.type = NAMED_NUMBER};
    if (!session->net)
        return err_set(err, ERR_STATE, "%s: no data yet; `data FILE` loads some", name);
    if (name[0] == '$')
        return remembered_get(session, name + 1, &named->number, err);
    if (strlen(name) >= NAME_ROOM)
        return err_set(err, ERR_USAGE, "a name of %zu characters; the longest has %d", strlen(name), NAME_ROOM - 1);
    for (const struct named_figure *figure = named_figures; figure->name; figure++)
        if (strcmp(figure->name, name) == 0)
            return figure->get(session, &named->number, err);
    const char *rest;
    int op, layer = leading_layer(session, name, &rest);
    if (layer >= 0 && layer_figure(session, layer, rest, &named->number, &op))
        return op_has_written(session, op, name, err);
    int found = find_tensor(session, name, &named->tensor, err);
    if (found == 1)
        named->type = NAMED_TENSOR;
    else if (found == 0)
        found = find_statistic(session, name, named, err);
    return found == 1 ? 0 : found < 0 ? -1 : not_found(session, name, err);
}

int lookup_tensor(const struct session *session, const char *name, struct tensor *tensor, struct err *err)
{
    if (!session->net)
        return err_set(err, ERR_STATE, "%s: no data yet; `data FILE` loads some", name);
    int found = strlen(name) < NAME_ROOM ? find_tensor(session, name, tensor, err) : 0;
    if (found == 0)
        return err_set(err, ERR_USAGE, "there is no tensor '%s'; `help names` lists what there is", name);
    return found == 1 ? 0 : -1;
}

/* --- listing */

static void add_name(struct text *out, const char *prefix, const char *name)
{
    if (strncmp(name, prefix, strlen(prefix)) == 0)
        text_add(out, "%s\n", name);
}

static void add_tensor(const struct session *session, struct text *out, const char *prefix, const char *layer,
                       const char *tensor)
{
    char name[NAME_ROOM];
    snprintf(name, sizeof name, "%s%s%s", layer, *layer ? "." : "", tensor);
    add_name(out, prefix, name);
    size_t length = strlen(name);
    /* Statistics only once the person has typed the tensor's name: there would be hundreds of names otherwise. */
    if (strncmp(prefix, name, length) != 0 || prefix[length] != '.')
        return;
    struct tensor described;
    int op;
    if (!lookup_locate(session, name, &described, &op))
        return;
    for (const struct tensor_statistic *statistic = tensor_statistics; statistic->name; statistic++) {
        if (statistic->fits && !statistic->fits(&described))
            continue;
        snprintf(name + length, sizeof name - length, ".%s", statistic->name);
        add_name(out, prefix, name);
    }
}

/* Statistics of a slice, once it is closed. */
static void add_of_slice(const char *prefix, struct text *out)
{
    const char *bracket = strrchr(prefix, ']');
    char name[NAME_ROOM];
    if (!bracket || bracket[1] != '.')
        return;
    for (const struct tensor_statistic *statistic = tensor_statistics; statistic->name; statistic++) {
        snprintf(name, sizeof name, "%.*s.%s", (int)(bracket + 1 - prefix), prefix, statistic->name);
        add_name(out, prefix, name);
    }
}

/* What a layer has besides tensors. */
static void add_layer_figures(const struct session *session, int layer, const char *prefix, struct text *out)
{
    const struct layer *of = &session->net->top.layer[layer];
    const struct tensor output = {.layer = of};
    const bool weighted = session->net->first_param[layer] < session->net->first_param[layer + 1];
    const struct {
        const char *name;
        bool has;
    } figures[] = {{"ratio", weighted},
                   {"update.norm", weighted},
                   {"dead", of->kind->flags & LAYER_RECTIFIER},
                   {"saturated", tensor_saturates(&output)}};
    char name[NAME_ROOM];
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++) {
        snprintf(name, sizeof name, "%s.%s", of->name, figures[i].name);
        if (figures[i].has)
            add_name(out, prefix, name);
    }
}

static void add_remembered(const struct session *session, const char *prefix, struct text *out)
{
    char name[REMEMBERED_NAME + 1];
    for (int i = 0; remembered_name(session, i, NULL); i++) {
        snprintf(name, sizeof name, "$%s", remembered_name(session, i, NULL));
        add_name(out, prefix, name);
    }
}

void lookup_names(const struct session *session, const char *prefix, struct text *out)
{
    for (const struct named_figure *figure = named_figures; figure->name; figure++)
        if (!figure->test || !session->data || session->data->tests)
            add_name(out, prefix, figure->name);
    add_remembered(session, prefix, out);
    if (!session->net)
        return;
    const struct net *net = session->net;
    for (int i = 0; i < net->top.layers; i++) {
        const char *layer = net->top.layer[i].name;
        char gradient[NAME_ROOM];
        for (int k = net->first_param[i]; k < net->first_param[i + 1]; k++) {
            bool weight = strcmp(net->param[k].spec.name, "weight") == 0;
            add_tensor(session, out, prefix, layer, net->param[k].spec.name);
            snprintf(gradient, sizeof gradient, "%s.grad", net->param[k].spec.name);
            add_tensor(session, out, prefix, layer, weight ? "grad" : gradient);
        }
        for (int k = net->first_stat[i]; k < net->first_stat[i + 1]; k++)
            add_tensor(session, out, prefix, layer, net->stat[k].spec.name);
        add_layer_figures(session, i, prefix, out);
        add_tensor(session, out, prefix, layer, "out");
        add_tensor(session, out, prefix, layer, "out.grad");
    }
    add_tensor(session, out, prefix, "", "x");
    add_tensor(session, out, prefix, "", "target");
    add_of_slice(prefix, out);
}
