/* signal.c: one batch forward and back, up to where weights would change. */
#include "debug/signal.h"

#include <math.h>
#include <stdio.h>

#include "debug/fork.h"
#include "step.h"

/* In two passes; NaN where a value is. */
static double deviation(const real *x, size_t n)
{
    double sum = 0, square = 0;
    for (size_t i = 0; i < n; i++)
        sum += (double)x[i];
    for (size_t i = 0; i < n; i++) {
        double d = (double)x[i] - sum / (double)n;
        square += d * d;
    }
    return sqrt(square / (double)n);
}

static void add_row(struct signal *signal, const struct session *fork, int layer)
{
    const struct program *train = fork->train;
    const struct net *net = fork->net;
    struct signal_row *row = &signal->row[signal->count];
    const struct layer *of = layer < 0 ? NULL : &net->top.layer[layer];
    size_t values = (size_t)signal->rows * (layer < 0 ? (size_t)fork->data->features : (size_t)shape_size(&of->out));
    const real *gradient = program_out_gradient(train, layer);
    snprintf(row->name, sizeof row->name, "%s", of ? of->name : "input");
    row->out = deviation(program_out(train, layer), values);
    row->gradient = gradient ? deviation(gradient, values) : (double)NAN;
    if (of && net->first_param[layer] < net->first_param[layer + 1]) {
        signal->first = signal->first ? signal->first : signal->count;
        signal->last = signal->count;
    }
    signal->count++;
}

int signal_measure(const struct session *session, struct signal *signal, struct err *err)
{
    struct session *fork = session_fork(session, err);
    if (!fork)
        return -1;
    step_begin(fork);
    step_run(fork, step_reduce_end(fork), false);
    *signal = (struct signal){.rows = program_rows(fork->train)};
    for (int layer = -1; layer < fork->net->top.layers; layer++)
        add_row(signal, fork, layer);
    session_close(fork);
    return 0;
}
