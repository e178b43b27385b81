/*
 * trace_explain.c: how finite values became one that is not, as a table of rules. The first that holds speaks; each
 * tests what it says against the ranges of what the op read, so that none claims what did not happen.
 */
#include <float.h>
#include <math.h>
#include <string.h>

#include "debug/trace.h"

/* exp(x) is finite in float32 up to here: log(FLT_MAX). */
#define EXP_LIMIT 88.72283

#define LIMIT_WORDS "3.4e+38, the greatest float32"

struct scene {
    const struct session *session;
    const struct trace *trace;
    const struct op *op;
    const struct layer *layer; /* NULL: the op is of none */
};

static double most(const struct trace_read *read)
{
    return census_absmax(&read->census);
}

/* What the op read under a name that ends in SUFFIX, or NULL. */
static const struct trace_read *find_read(const struct trace *trace, const char *suffix)
{
    size_t length = strlen(suffix);
    for (int i = 0; i < trace->reads; i++) {
        const char *name = trace->read[i].operand.name;
        if (strlen(name) >= length && strcmp(name + strlen(name) - length, suffix) == 0)
            return &trace->read[i];
    }
    return NULL;
}

static const char *greatest_words(const struct scene *scene)
{
    return scene->trace->census.nan > 0 ? LIMIT_WORDS ", and inf - inf is NaN" : LIMIT_WORDS;
}

/* --- rules: each adds its sentence, or says false and adds nothing */

static bool data_were_bad(const struct scene *scene, struct text *out)
{
    if (scene->op->code != OP_GATHER)
        return false;
    text_add(out, "they came with the data, as the rows are read and whitened");
    return true;
}

static bool parameter_was_bad(const struct scene *scene, struct text *out)
{
    for (int i = 0; i < scene->trace->reads; i++) {
        const struct trace_read *read = &scene->trace->read[i];
        if (read->later || census_bad(&read->census) == 0)
            continue;
        text_add(out, "%s held ", read->operand.name);
        census_print_bad(&read->census, out);
        text_add(out, " before this step began");
        return true;
    }
    return false;
}

static bool exponential(const struct scene *scene, struct text *out)
{
    const struct trace_read *x = &scene->trace->read[0];
    if (scene->op->code != OP_FORWARD || strcmp(scene->layer->kind->name, "exp") != 0 || x->census.greatest < EXP_LIMIT)
        return false;
    text_add(out, "%s goes up to %s, and from 88.7 on e^x passes " LIMIT_WORDS, x->operand.name,
             text_short(x->census.greatest).s);
    return true;
}

static void say_products(const struct scene *scene, const struct trace_read *a, const struct trace_read *b,
                         struct text *out)
{
    text_add(out, "|%s| reaches %s and |%s| %s: sums of their products pass %s", a->operand.name,
             text_short(most(a)).s, b->operand.name, text_short(most(b)).s, greatest_words(scene));
}

/* Dense and convolution: a sum of at most this many products, so that it can pass the limit only if this does. */
static bool sums_pass(double terms, double a, double b)
{
    return terms * a * b > FLT_MAX;
}

static double fan_in(const struct trace_read *weight)
{
    return (double)weight->operand.tensor.count / weight->operand.tensor.dim[0];
}

static bool products_forward(const struct scene *scene, struct text *out)
{
    const struct trace_read *x = &scene->trace->read[0], *weight = find_read(scene->trace, ".weight");
    if (scene->op->code != OP_FORWARD || !(scene->layer->kind->flags & LAYER_WEIGHTED) || !weight || weight->later ||
        !sums_pass(fan_in(weight), most(x), most(weight)))
        return false;
    say_products(scene, x, weight, out);
    return true;
}

static bool products_backward(const struct scene *scene, struct text *out)
{
    const struct trace *trace = scene->trace;
    if (scene->op->code != OP_BACKWARD || !(scene->layer->kind->flags & LAYER_WEIGHTED))
        return false;
    const struct trace_read *above = &trace->read[0], *x = &trace->read[1], *weight = find_read(trace, ".weight");
    bool below = strstr(trace->written.name, ".out.grad") != NULL;
    const struct trace_read *other = below ? weight : x;
    if (strstr(trace->written.name, "bias") || !other || other->later ||
        !sums_pass((double)above->operand.tensor.count, most(above), most(other)))
        return false;
    say_products(scene, above, other, out);
    return true;
}

static bool variance(const struct scene *scene, struct text *out)
{
    const struct trace_read *x = &scene->trace->read[0];
    if (scene->op->code != OP_FORWARD || !(scene->layer->kind->flags & LAYER_NORM) ||
        4 * most(x) * most(x) * (double)x->operand.tensor.count < FLT_MAX)
        return false;
    text_add(out, "|%s| reaches %s: the sum of squares for its variance passes " LIMIT_WORDS, x->operand.name,
             text_short(most(x)).s);
    return true;
}

static bool logits(const struct scene *scene, struct text *out)
{
    const struct trace_read *z = &scene->trace->read[0];
    if (scene->op->code != OP_LOSS || z->census.greatest - z->census.least <= FLT_MAX)
        return false;
    text_add(out, "%s goes from %s to %s: differences pass " LIMIT_WORDS, z->operand.name,
             text_short(z->census.least).s, text_short(z->census.greatest).s);
    return true;
}

/* An update reads the gradients, then as many parameters in the same order. */
static bool update(const struct scene *scene, struct text *out)
{
    const struct trace *trace = scene->trace;
    const struct optimizer *optimizer = &scene->session->optimizer;
    int half = trace->reads / 2;
    for (int i = 0; scene->op->code == OP_UPDATE && i < half; i++)
        if (strcmp(trace->read[half + i].operand.name, trace->written.name) == 0) {
            text_add(out, "with |%s| up to %s the step of %s at lr %s leads past " LIMIT_WORDS,
                     trace->read[i].operand.name, text_short(most(&trace->read[i])).s, optimizer->kind->name,
                     text_short(optimizer->lr).s);
            return true;
        }
    return false;
}

/* Nothing but overflow makes such a value of finite ones in any op there is. */
static bool overflow(const struct scene *scene, struct text *out)
{
    const struct trace_read *great = NULL;
    for (int i = 0; i < scene->trace->reads; i++)
        if (!scene->trace->read[i].later && (!great || most(&scene->trace->read[i]) > most(great)))
            great = &scene->trace->read[i];
    if (!great)
        return false;
    text_add(out, "all that it read is finite, |%s| up to %s; a result inside of it passed " LIMIT_WORDS,
             great->operand.name, text_short(most(great)).s);
    return true;
}

static bool (*const rules[])(const struct scene *, struct text *) = {
    data_were_bad, parameter_was_bad, exponential, products_forward, products_backward,
    variance,      logits,            update,      overflow,
};

void trace_explain(const struct session *session, const struct trace *trace, struct text *out)
{
    struct scene scene = {session, trace, program_op(session->train, trace->op), NULL};
    if (scene.op->layer >= 0)
        scene.layer = &session->net->top.layer[scene.op->layer];
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
        if (rules[i](&scene, out))
            return;
}
