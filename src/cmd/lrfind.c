/* lrfind.c: the learning-rate range test: draws the loss over the rate and suggests one. */
#include <math.h>
#include <stdio.h>

#include "cmd/rows.h"
#include "debug/rates.h"
#include "debug/rig.h"
#include "view/plot.h"

#define PLOT_COLUMNS 80
#define PLOT_ROWS    10
#define PLOT_LEAST   5  /* steps that make a curve */
#define SPAN_LEAST   10 /* from the least rate to the greatest: a decade */

static int add_plot(struct console *console, const struct rates *rates, struct text *out, struct err *err)
{
    struct series *series = series_open(SERIES_CAPACITY, err);
    if (!series)
        return -1;
    for (int i = 0; i < rates->steps; i++)
        series_push(series, log10(rates->rate[i]), rates->smooth[i]);
    struct plot plot = {.title = "loss by rate",
                        .curve = {{series, "smoothed", INK_TRAIN, false}},
                        .curves = 1,
                        .log_y = true,
                        .log_x = true,
                        .x_name = "rate",
                        .y0 = NAN,
                        .y1 = NAN};
    plot_text(&plot, console_view(console)->ascii, PLOT_COLUMNS, PLOT_ROWS, out);
    series_close(series);
    return 0;
}

/* X to so many DIGITS: more would say more than such a test can. */
static struct figure rounded(double x, int digits)
{
    char text[40];
    snprintf(text, sizeof text, "%.*e", digits - 1, x);
    text_to_double(text, &x);
    return text_short(x);
}

static void add_end(const struct rates *rates, double to, struct text *out)
{
    int last = rates->steps - 1;
    if (rates->nonfinite && rates->steps == 0)
        text_add(out, "the numbers are not finite with the weights as they are; `overfit` says what to try\n");
    else if (rates->nonfinite)
        text_add(out, "loss %s at first; at rate %s the numbers are not finite any more\n",
                 text_short(rates->initial).s, rounded(rates->rate[rates->steps], 2).s);
    else if (rates->exploded)
        text_add(out, "loss %s at first; at rate %s it has grown to %g times its least\n",
                 text_short(rates->initial).s, rounded(rates->rate[last], 2).s, RATES_EXPLODED);
    else
        text_add(out, "loss %s at first; up to rate %s it does not explode\n", text_short(rates->initial).s,
                 text_short(to).s);
}

static void add_suggestion(const struct rates *rates, struct text *out)
{
    if (isnan(rates->suggested)) {
        text_add(out, "at none of the rates does it fall by a quarter: all is learnt already, or nothing can\n"
                      "be; `overfit` tells which\n");
        return;
    }
    text_add(out, "smoothed, least at rate %s: %s; a tenth of that rate is a good first choice\n",
             rounded(rates->rate[rates->least], 2).s, text_short(rates->smooth[rates->least]).s);
    text_add(out, "lr %s\n", rounded(rates->suggested, 1).s);
}

/* A screen's log shows the beginning of a long answer: there the suggestion goes before the curve. */
static int answer(struct console *console, const struct rates *rates, double to, struct err *err)
{
    struct text plot = {0}, words = {0};
    bool screen = console_has_screen(console);
    if (rates->steps >= PLOT_LEAST && add_plot(console, rates, &plot, err))
        return -1;
    add_end(rates, to, &words);
    if (rates->steps > 0)
        add_suggestion(rates, &words);
    struct text *first = screen ? &words : &plot, *second = screen ? &plot : &words;
    text_add_bytes(first, second->data, second->length);
    console_answer_text(console, first);
    text_free(&plot);
    text_free(&words);
    return 0;
}

static int run_lrfind(struct console *console, const struct arg_values *args, struct err *err)
{
    double from = args->number[0], to = args->number[1];
    struct rates rates;
    if (!(to >= SPAN_LEAST * from))
        return err_set(err, ERR_USAGE, "lrfind: from %s to %s; legal: to a rate at least %d times the first",
                       text_short(from).s, text_short(to).s, SPAN_LEAST);
    if (rates_run(console_session(console), from, to, (int)args->number[2], &rates, err))
        return -1;
    int status = answer(console, &rates, to, err);
    rates_close(&rates);
    return status;
}

static const struct arg_spec lrfind_args[] = {
    {.name = "from", .type = ARG_NUMBER, .min = 1e-30, .max = 1e30, .preset = "1e-7", .summary = "the least rate"},
    {.name = "to", .type = ARG_NUMBER, .min = 1e-30, .max = 1e30, .preset = "10", .summary = "the greatest rate"},
    {.name = "steps", .type = ARG_INT, .min = 20, .max = 1e6, .preset = "200", .summary = "how many, at most"},
    {0}};

const struct command command_lrfind = {
    .name = "lrfind", .summary = "raise the rate step by step on a copy and suggest one", .group = GROUP_QUESTIONS,
    .flags = COMMAND_NEEDS_DATA | COMMAND_READ_ONLY,
    .details =
        "The range test of Smith 2015 (arXiv:1506.01186), from the present weights: each step has a higher rate,\n"
        "until the loss explodes. Each loss is seen against that of the same batch with the weights as they are. The\n"
        "suggestion, a tenth of the rate at which the smoothed loss is least, is a rule of thumb.",
    .example = "lrfind 1e-5 1 --steps 60", .args = lrfind_args, .run = run_lrfind};
