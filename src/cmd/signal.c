/* signal.c: a bar for each layer: how strong its output is, and the gradient that reaches it (tips G2 and G5). */
#include "debug/signal.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cmd/rows.h"

#define BAR_COLUMNS 20
#define SPAN_LEAST  2   /* decades that a bar spans at least: so that a flat signal looks flat */
#define CHANGE_MOST 10  /* from the first layer with weights to the last: more vanishes or explodes */

/* Powers of ten that bars go from and to. */
struct scale {
    double low, high;
};

static void widen(struct scale *scale, double x)
{
    if (!(x > 0) || !isfinite(x))
        return;
    scale->low = fmin(scale->low, floor(log10(x)));
    scale->high = fmax(scale->high, ceil(log10(x)));
}

static struct scale settle(struct scale scale)
{
    if (scale.low > scale.high)
        scale = (struct scale){-1, 1};
    while (scale.high - scale.low < SPAN_LEAST)
        scale.low -= 1;
    return scale;
}

/* Padded to its place unless it is the LAST of its line. */
static void add_bar(double x, const struct scale *scale, bool ascii, bool last, struct text *out)
{
    double share = x > 0 ? (log10(x) - scale->low) / (scale->high - scale->low) : 0;
    int columns = isnan(x) || x <= 0 ? 0 : isinf(x) ? BAR_COLUMNS : (int)fmax(1, (double)lround(share * BAR_COLUMNS));
    for (int i = 0; i < (last ? columns : BAR_COLUMNS); i++)
        text_add(out, "%s", i >= columns ? " " : ascii ? "#" : "\xE2\x96\x88");
}

/* What the ends of the bars stand for. */
static void add_ends(const struct scale *scale, struct text *out)
{
    char low[16], high[16];
    snprintf(low, sizeof low, "1e%+d", (int)scale->low);
    snprintf(high, sizeof high, "1e%+d", (int)scale->high);
    text_add(out, "%s%*s", low, BAR_COLUMNS - (int)strlen(low), high);
}

static void add_table(const struct signal *signal, bool ascii, struct text *out)
{
    struct scale forward = {INFINITY, -INFINITY}, back = forward;
    for (int i = 0; i < signal->count; i++) {
        widen(&forward, signal->row[i].out);
        widen(&back, signal->row[i].gradient);
    }
    forward = settle(forward);
    back = settle(back);
    text_add(out, "standard deviations on a batch of %d rows; bars are logarithmic\n", signal->rows);
    text_add(out, "%-10s %9s  ", "layer", "output");
    add_ends(&forward, out);
    text_add(out, "  %9s  ", "gradient");
    add_ends(&back, out);
    text_add(out, "\n");
    for (int i = 0; i < signal->count; i++) {
        const struct signal_row *row = &signal->row[i];
        text_add(out, "%-10s %9s  ", row->name, text_short(row->out).s);
        add_bar(row->out, &forward, ascii, i == 0, out);
        if (i > 0) {
            text_add(out, "  %9s  ", text_short(row->gradient).s);
            add_bar(row->gradient, &back, ascii, true, out);
        }
        text_add(out, "\n");
    }
}

/* "output: fc1 to out, times 0.12: it holds" */
static void add_verdict(const char *what, const struct signal_row *from, const struct signal_row *to, double a,
                        double b, struct text *out)
{
    double ratio = b / a;
    const char *verdict = !isfinite(ratio)           ? "not finite, or nothing to compare"
                          : ratio > CHANGE_MOST      ? "it explodes"
                          : ratio < 1.0 / CHANGE_MOST ? "it vanishes"
                                                     : "it holds";
    text_add(out, "%s: %s to %s, times %s: %s\n", what, from->name, to->name, text_short(ratio).s, verdict);
}

static void add_verdicts(const struct signal *signal, struct text *out)
{
    const struct signal_row *first = &signal->row[signal->first], *last = &signal->row[signal->last];
    if (first == last)
        return;
    add_verdict("output", first, last, first->out, last->out, out);
    add_verdict("gradient", last, first, last->gradient, first->gradient, out);
}

static int run_signal(struct console *console, const struct arg_values *args, struct err *err)
{
    struct signal signal;
    struct text out = {0};
    (void)args;
    if (signal_measure(console_session(console), &signal, err))
        return err_prefix(err, "signal: ");
    add_table(&signal, console_view(console)->ascii, &out);
    add_verdicts(&signal, &out);
    console_answer_text(console, &out);
    text_free(&out);
    return 0;
}

const struct command command_signal = {
    .name = "signal", .summary = "show how strong the signal is in every layer, forward and back",
    .group = GROUP_QUESTIONS, .flags = COMMAND_NEEDS_DATA | COMMAND_READ_ONLY,
    .details =
        "The standard deviation of what each layer puts out, and of the gradient of the loss there, on the next\n"
        "batch; on a copy, before any training too. Flat bars are what an initialization is for; from the first layer with\n"
        "weights to the last, more than tenfold counts as exploding, less than a tenth as vanishing.",
    .example = "signal", .run = run_signal};
