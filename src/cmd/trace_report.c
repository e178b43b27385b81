/* trace_report.c: a trace as lines of at most 80 columns, the tables aligned by what stands in them. */
#include "trace_report.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define COLUMNS 80

enum {
    NORM_WIDTH = 13,
    STEPS = 6,       /* of the past that are shown */
    TRAIL_FIRST = 3, /* of a long trail */
    TRAIL_LAST = 20,
};

static const char *const phases[] = {
    [OP_GATHER] = "data", [OP_FORWARD] = "forward", [OP_LOSS] = "loss",
    [OP_BACKWARD] = "backward", [OP_REDUCE] = "reduce", [OP_UPDATE] = "update",
};

/* WORDS broken at blanks to lines that begin with INDENT blanks; what it holds inside [ ] stays together. */
static void add_wrapped(struct text *out, int indent, const char *words)
{
    int column = 0;
    while (*words) {
        size_t length = strcspn(words, " ["), bracket = strcspn(words, "]");
        if (words[length] == '[')
            length = bracket + strcspn(words + bracket, " ");
        if (column > 0 && column + 1 + (int)length > COLUMNS) {
            text_add(out, "\n");
            column = 0;
        }
        text_add(out, "%*s%.*s", column ? 1 : indent, "", (int)length, words);
        column += (column ? 1 : indent) + (int)length;
        words += length + strspn(words + length, " ");
    }
    text_add(out, "\n");
}

/* "out.out [32, 3]: 12 NaN and 84 -inf of 96 values; the first, NaN, at [0, 0]" */
static void add_written(const struct trace *trace, double loss, struct text *out)
{
    const struct tensor *tensor = &trace->written.tensor;
    if (!tensor->data) {
        text_add(out, "%s: %s", trace->written.name, text_short(loss).s);
        return;
    }
    text_add(out, "%s ", trace->written.name);
    tensor_print_shape(tensor, out);
    text_add(out, ": ");
    census_print_bad(&trace->census, out);
    text_add(out, " of %s; the first at ", text_count((double)trace->census.count).s);
    tensor_print_index(tensor, trace->census.first, out);
}

/* HINT stands behind the sentence that explains. */
static void add_head(const struct session *session, const struct trace *trace, const char *hint, struct text *out)
{
    const struct program *train = session->train;
    struct text line = {0};
    text_add(&line, "%s (op %d of %d, %s) %s the first value that is not finite:", program_op(train, trace->op)->name,
             trace->op + 1, program_ops(train), phases[program_op(train, trace->op)->code],
             trace->ahead ? "would make" : "made");
    add_wrapped(out, 2, line.data);
    text_clear(&line);
    add_written(trace, program_loss(train), &line);
    add_wrapped(out, 4, line.data);
    text_clear(&line);
    trace_explain(session, trace, &line);
    text_add(&line, "%s", hint);
    add_wrapped(out, 4, line.data);
    text_free(&line);
}

void trace_report_brief(const struct session *session, const struct trace *trace, struct text *out)
{
    add_head(session, trace, "; `where` tells more", out);
}

/* --- what it read */

static int name_width(const struct trace *trace)
{
    int width = 12;
    for (int i = 0; i < trace->reads; i++)
        if ((int)strlen(trace->read[i].operand.name) > width)
            width = (int)strlen(trace->read[i].operand.name);
    return width;
}

static void add_reads(const struct trace *trace, struct text *out)
{
    int names = name_width(trace);
    struct text shape = {0};
    if (trace->reads == 0)
        return;
    text_add(out, "\n  %-*s  %-18s %9s  %9s  %9s  %s\n", names, "it read", "shape", "min", "max", "absmax",
             "not finite");
    for (int i = 0; i < trace->reads; i++) {
        const struct census *census = &trace->read[i].census;
        text_clear(&shape);
        tensor_print_shape(&trace->read[i].operand.tensor, &shape);
        text_add(out, "  %-*s  %-18s ", names, trace->read[i].operand.name, shape.data);
        if (trace->read[i].later)
            text_add(out, "overwritten since by the update\n");
        else
            text_add(out, "%9s  %9s  %9s  %10s\n", text_short(census->least).s, text_short(census->greatest).s,
                     text_short(census_absmax(census)).s, text_count((double)census_bad(census)).s);
    }
    text_free(&shape);
}

/* --- the trail */

struct mark {
    int op;
    char name[sizeof ((struct operand *)0)->name];
    double absmax;
    struct census census;
};

static struct mark loss_mark(const struct session *session, int op)
{
    double loss = program_loss(session->train);
    struct mark mark = {.op = op, .name = "loss", .absmax = isfinite(loss) ? fabs(loss) : 0};
    mark.census = (struct census){.count = 1, .nan = isnan(loss) != 0, .positive = isinf(loss) != 0};
    return mark;
}

/* All that was written up to and with what TRACE found, in order; MARK has room for enough. */
static int take_marks(const struct session *session, const struct trace *trace, struct mark *mark)
{
    struct operand operand;
    int marks = 0;
    for (int op = 0; op <= trace->op; op++) {
        const struct op *what = program_op(session->train, op);
        if (what->code == OP_LOSS)
            mark[marks++] = loss_mark(session, op);
        for (int i = 0; what->code != OP_REDUCE && op_writes(session, op, i, &operand); i++) {
            bool end = op == trace->op && strcmp(operand.name, trace->written.name) == 0;
            if (what->code == OP_UPDATE && !end)
                continue;
            mark[marks] = (struct mark){.op = op, .census = end ? trace->census : census_of(&operand.tensor)};
            mark[marks].absmax = census_absmax(&mark[marks].census);
            memcpy(mark[marks++].name, operand.name, sizeof operand.name);
            if (end)
                return marks;
        }
        if (op == trace->op) /* the loss itself */
            return marks;
    }
    return marks;
}

static void add_mark(const struct session *session, const struct trace *trace, const struct mark *mark,
                     struct text *out)
{
    bool end = mark->op == trace->op && strcmp(mark->name, trace->written.name) == 0;
    bool some = census_bad(&mark->census) < mark->census.count;
    text_add(out, "%s %3d  %-18s %-26s %9s", end ? "=>" : "  ", mark->op + 1,
             program_op(session->train, mark->op)->name, mark->name, some ? text_short(mark->absmax).s : "-");
    if (census_bad(&mark->census) > 0)
        text_add(out, "  %s of %s", text_count((double)census_bad(&mark->census)).s,
                 text_count((double)mark->census.count).s);
    text_add(out, "\n");
}

static void add_trail(const struct session *session, const struct trace *trace, struct text *out)
{
    const struct net *net = session->net;
    size_t room = (size_t)(3 + 2 * net->top.layers + 2 * net->params + net->stats);
    struct mark *mark = calloc(room, sizeof *mark);
    if (!mark)
        return;
    int marks = take_marks(session, trace, mark);
    text_add(out, "\n   %3s  %-18s %-26s %9s  not finite\n", "op", "in order", "wrote", "absmax");
    for (int i = 0; i < marks; i++) {
        if (i == TRAIL_FIRST && marks > TRAIL_FIRST + TRAIL_LAST + 1) {
            text_add(out, "        ... %d more\n", marks - TRAIL_FIRST - TRAIL_LAST);
            i = marks - TRAIL_LAST;
        }
        add_mark(session, trace, &mark[i], out);
    }
    free(mark);
}

/* --- the steps before */

/* The layer with parameters that is nearest to the op: its own, else one below, else the first. */
static int layer_near(const struct session *session, const struct trace *trace)
{
    const struct op *op = program_op(session->train, trace->op);
    int layer = op->layer >= 0 ? op->layer : op->code == OP_GATHER ? 0 : session->net->top.layers - 1;
    while (layer > 0 && !session->gradient_series[layer])
        layer--;
    while (layer < session->net->top.layers - 1 && !session->gradient_series[layer])
        layer++;
    return layer;
}

/* One column a step, the last of them at X. */
static void take_steps(const struct series *series, double x, struct bucket bucket[STEPS])
{
    series_columns(series, x - STEPS + 0.5, x + 0.5, STEPS, bucket);
}

static const char *bucket_words(const struct bucket *bucket, struct figure *figure)
{
    *figure = text_short((double)bucket->max);
    return bucket->count > 0 ? figure->s : bucket->nonfinite > 0 ? "not finite" : "-";
}

static void add_steps(const struct session *session, const struct trace *trace, struct text *out)
{
    int near = layer_near(session, trace);
    double x = series_last_x(session->loss_series);
    struct bucket loss[STEPS], lr[STEPS], gradient[STEPS], layer[STEPS];
    double squares[STEPS] = {0};
    struct text title = {0};
    if (!(x >= 2))
        return;
    take_steps(session->loss_series, x, loss);
    take_steps(session->lr_series, x, lr);
    take_steps(session->gradient_series[near], x, gradient);
    for (int i = 0; i < session->net->top.layers; i++)
        if (session->gradient_series[i]) {
            take_steps(session->gradient_series[i], x, layer);
            for (int k = 0; k < STEPS; k++)
                squares[k] += layer[k].count ? (double)layer[k].max * (double)layer[k].max : NAN;
        }
    text_add(&title, "%s.grad.norm", session->net->top.layer[near].name);
    int width = title.length > NORM_WIDTH ? (int)title.length : NORM_WIDTH;
    text_add(out, "\n  %-12s %10s  %10s  %*s  %9s\n", "step", "loss", "grad.norm", width, title.data, "lr");
    text_free(&title);
    for (int k = 0; k < STEPS; k++) {
        struct figure a, b, c;
        if (loss[k].count + loss[k].nonfinite == 0)
            continue;
        text_add(out, "  %-12.0f %10s  %10s  %*s  %9s\n", x - STEPS + 1 + k, bucket_words(&loss[k], &a),
                 isfinite(squares[k]) ? text_short(sqrt(squares[k])).s : "not finite", width,
                 bucket_words(&gradient[k], &b), bucket_words(&lr[k], &c));
    }
}

void trace_report(const struct session *session, const struct trace *trace, struct text *out)
{
    add_head(session, trace, "", out);
    add_reads(trace, out);
    add_trail(session, trace, out);
    add_steps(session, trace, out);
    text_add(out, "\n");
}
