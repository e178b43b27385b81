/* overfit.c: whether the network can learn a few rows by heart, and what stands in the way if not. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "cmd/rows.h"
#include "debug/overfit.h"
#include "debug/remembered.h"
#include "view/plot.h"

#define PLOT_COLUMNS 80
#define PLOT_ROWS    10

/* What each outcome means, and what to try next. */
static const char *const verdicts[] = {
    [OVERFIT_LEARNT] = "learnt: where it fails on all rows, look at the data, the rate and the regularization",
    [OVERFIT_NONFINITE] = "not learnt: the numbers are not finite any more; try `lr /10`, or `gradclip 1`",
    [OVERFIT_NO_RATE] = "not learnt: the rate is 0; try `lr 1e-3`",
    [OVERFIT_TWINS] = "not learnt: two of the rows have the same features and different targets; no network can",
    [OVERFIT_NO_GRADIENT] = "not learnt: the gradient is 0: units are dead or saturated; try `init he`, another "
                            "`activation`, or `bn on`",
    [OVERFIT_RISING] = "not learnt: the loss is no lower than at first: the rate is too high, or nothing gets "
                       "through; try `lr /10`, then `lrfind`",
    [OVERFIT_FALLING] = "not learnt yet: the loss is still falling; give it more steps, or try `lr *10`",
    [OVERFIT_SWINGING] = "not learnt: the loss swings up and down: the rate is too high; try `lr /10`",
    [OVERFIT_STUCK] = "not learnt: the loss has come to rest too high; try `lrfind`, `init he`, a wider `net`, "
                      "another `loss`",
};

static const char *verdict(const struct overfit *result)
{
    if (result->outcome == OVERFIT_LEARNT && result->steps == 1)
        return "known already: other rows, or `reset` before, would tell more";
    if (result->outcome == OVERFIT_NONFINITE && result->steps == 1)
        return "not learnt: the numbers are not finite from the start; try `init he`, then `whiten on`";
    return verdicts[result->outcome];
}

/* --- what may stand in the way */

static void add_layers(const struct net *net, int first, enum layer_flag flag, const char *what, struct text *out)
{
    struct text names = {0};
    for (int i = first; i < net->top.layers; i++)
        if (net->top.layer[i].kind->flags & flag)
            text_add(&names, " %s", net->top.layer[i].name);
    if (names.length)
        text_add(out, "in the way:%s: %s\n", names.data, what);
    text_free(&names);
}

static void add_decay(const struct optimizer *optimizer, struct text *out)
{
    for (int i = 0; i < args_count(optimizer->kind->args); i++)
        if (strcmp(optimizer->kind->args[i].name, "weight_decay") == 0 && optimizer->args.number[i] > 0)
            text_add(out, "in the way: weight_decay %s pulls the weights to 0\n",
                     text_short(optimizer->args.number[i]).s);
}

static void add_hindrances(const struct session *session, struct text *out)
{
    const struct net *net = session->net;
    add_layers(net, topology_out(&net->top) + 1, LAYER_ACTIVATION,
               session->data->task == TASK_CLASSIFY ? "losses take logits, as `out` gives them without an activation"
                                                    : "behind `out` it bounds the numbers that can be reached",
               out);
    add_layers(net, 0, LAYER_DROPOUT, "what it drops differs from step to step; `dropout 0` takes it away", out);
    add_decay(&session->optimizer, out);
    if (session->optimizer.clip > 0)
        text_add(out, "in the way: gradclip %s makes steps short\n", text_short(session->optimizer.clip).s);
}

/* --- the answer */

static void add_figures(const struct session *session, const struct overfit *result, struct text *out)
{
    double fallen = log10(result->first / result->last);
    text_add(out, "%d of %s training rows, on a copy, %" PRIu64 " step%s\n", result->rows,
             text_count(session->data->trains).s, result->steps, result->steps == 1 ? "" : "s");
    text_add(out, "loss %s -> %s", text_short(result->first).s, text_short(result->last).s);
    if (isfinite(fallen) && fallen >= 0)
        text_add(out, ", fallen by %.1f orders of magnitude", fallen);
    text_add(out, "; %s %s\n", session->data->task == TASK_CLASSIFY ? "acc" : "r2", text_short(result->score).s);
}

static void add_plot(struct console *console, const struct overfit *result, struct text *out)
{
    struct plot plot = {.title = "loss",
                        .curve = {{result->losses, "train", INK_TRAIN, false}},
                        .curves = 1,
                        .log_y = true,
                        .y0 = NAN,
                        .y1 = NAN};
    plot_text(&plot, console_view(console)->ascii, PLOT_COLUMNS, PLOT_ROWS, out);
}

/* A screen's log shows the beginning of a long answer: there the verdict goes before the curve. */
static void answer(struct console *console, const struct overfit *result)
{
    const struct session *session = console_session(console);
    struct text out = {0};
    bool screen = console_has_screen(console);
    add_figures(session, result, &out);
    if (result->steps > 1 && !screen)
        add_plot(console, result, &out);
    if (result->outcome != OVERFIT_LEARNT)
        add_hindrances(session, &out);
    text_add(&out, "%s\n", verdict(result));
    if (result->steps > 1 && screen)
        add_plot(console, result, &out);
    console_answer_text(console, &out);
    text_free(&out);
}

/* For expressions: $overfit.loss and so on. */
static void remember(struct session *session, const struct overfit *result)
{
    remembered_answer(session, "overfit.first", result->first);
    remembered_answer(session, "overfit.loss", result->last);
    remembered_answer(session, "overfit.steps", (double)result->steps);
    remembered_answer(session, "overfit.learnt", result->outcome == OVERFIT_LEARNT);
}

static int run_overfit(struct console *console, const struct arg_values *args, struct err *err)
{
    const struct session *session = console_session(console);
    struct overfit result;
    if (args->number[0] > session->data->trains)
        return err_set(err, ERR_USAGE, "overfit: %.0f rows; legal: 1 to %d, the training rows", args->number[0],
                       session->data->trains);
    if (overfit_run(session, (int)args->number[0], (uint64_t)args->number[1], args->number[2], &result, err))
        return -1;
    answer(console, &result);
    remember(console_session(console), &result);
    overfit_close(&result);
    return 0;
}

static const struct arg_spec overfit_args[] = {
    {.name = "rows", .type = ARG_INT, .min = 1, .max = 65536, .preset = "4", .summary = "how many training rows"},
    {.name = "steps", .type = ARG_INT, .min = 1, .max = 1e9, .preset = "1000", .summary = "at most so many"},
    {.name = "below", .type = ARG_NUMBER, .min = 0, .max = 1e30, .preset = "0",
     .summary = "call it learnt at a loss below this; 0: as told below"},
    {0}};

const struct command command_overfit = {
    .name = "overfit", .summary = "see whether the network can learn a few rows by heart", .group = GROUP_QUESTIONS,
    .flags = COMMAND_NEEDS_DATA | COMMAND_READ_ONLY,
    .details =
        "On a copy, from the present weights, with the present loss, optimizer and rate; all of the rows in every\n"
        "step. Learnt: a loss below 0.01 with every row right, or an R2 above 0.999. What cannot learn four rows will\n"
        "not learn a thousand: something is broken. `overfit 8 --steps 5000` asks for more.\n"
        "Expressions find the answer as $overfit.learnt (1 or 0), $overfit.first, $overfit.loss and $overfit.steps.",
    .example = "overfit 4 --steps 200", .args = overfit_args, .run = run_overfit};
