/*
 * squash.c: what happens to raw values before they are whitened: `clip data` and `squash`, with what it does to the
 * training rows (tips G7 and D9).
 */
#include "data/squash.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/rows.h"
#include "debug/choices.h"

#define WORDS_MAX      64 /* in one line: how, then columns */
#define COLUMNS_LISTED 8  /* whose C are told one by one */

/* A transform to be changed and then put in place of the present one. */
static int begin(const struct session *session, struct transform *next, struct err *err)
{
    return transform_copy(next, &session->transform, err);
}

static void note_whitening(struct console *console)
{
    if (console_session(console)->transform.inputs)
        console_notice(console, "mean and deviation for whitening are learnt anew from these values; the weights stay");
    else
        console_notice(console, "the inputs are not whitened; the weights stay");
}

/* --- clip data */

static int read_limits(const struct arg_values *args, struct transform *next, struct err *err)
{
    double low, high;
    next->clips = strcmp(args->text[1], "off") != 0;
    next->low = next->high = 0;
    if (!next->clips)
        return args->given[2] ? err_set(err, ERR_USAGE, "clip data: off takes no limits") : 0;
    if (!args->given[2] || !text_to_double(args->text[1], &low) || !text_to_double(args->text[2], &high) ||
        !(fabs(low) <= FLT_MAX) || !(fabs(high) <= FLT_MAX))
        return err_set(err, ERR_USAGE,
                       "clip data: '%.60s%s%.60s'; legal: two numbers, such as `clip data 0 1e6`, or off",
                       args->text[1], args->given[2] ? " " : "", args->given[2] ? args->text[2] : "");
    next->low = (float)low;
    next->high = (float)high;
    if (!(next->low < next->high))
        return err_set(err, ERR_USAGE, "clip data: %s to %s; legal: the lower limit first", text_short(low).s,
                       text_short(high).s);
    return 0;
}

static void note_clipped(struct console *console, const struct transform *next, const struct clip_effect *effect)
{
    double touched = effect->below + effect->above;
    console_notice(console, "inputs: clipped to %s .. %s; they run from %s to %s", text_short(next->low).s,
                   text_short(next->high).s, text_short(effect->least).s, text_short(effect->greatest).s);
    console_notice(console, "touched: %s of the %s values of the training rows (%.3g %%), %s below, %s above",
                   text_count(touched).s, text_count(effect->total).s, 100 * touched / effect->total,
                   text_count(effect->below).s, text_count(effect->above).s);
}

static int apply_clip(struct console *console, const struct arg_values *args, struct transform *next, struct err *err)
{
    struct session *session = console_session(console);
    struct clip_effect effect;
    if (read_limits(args, next, err))
        return -1;
    if (next->clips == session->transform.clips && next->low == session->transform.low &&
        next->high == session->transform.high) {
        console_notice(console, "inputs: %s already", next->clips ? "clipped so" : "not clipped");
        return 0;
    }
    if (transform_learn(next, session->data, err) || clip_measure(session->data, next->low, next->high, &effect, err))
        return -1;
    session_set_transform(session, next);
    if (next->clips) {
        session_event(session, "clip data %s %s", text_short(next->low).s, text_short(next->high).s);
        note_clipped(console, next, &effect);
    } else {
        session_event(session, "clip data off");
        console_notice(console, "inputs: not clipped; they run from %s to %s", text_short(effect.least).s,
                       text_short(effect.greatest).s);
    }
    note_whitening(console);
    return 0;
}

static int run_clip(struct console *console, const struct arg_values *args, struct err *err)
{
    struct session *session = console_session(console);
    const struct transform *now = &session->transform;
    struct transform next;
    if (!args->given[1]) {
        if (now->clips)
            console_answer(console, "clip data %s %s", text_exact(now->low).s, text_exact(now->high).s);
        else
            console_answer(console, "clip data off");
        return 0;
    }
    if (begin(session, &next, err))
        return -1;
    int status = apply_clip(console, args, &next, err);
    transform_close(&next);
    return status;
}

/* --- squash */

static int choose_column(const struct dataset *data, const char *word, bool chosen[], struct err *err)
{
    const struct column *column = dataset_column(data, word);
    if (!column)
        return err_set(err, ERR_USAGE, "squash: there is no column '%.60s'; legal: a name, or a number from 1 to %d; "
                       "`describe` lists them", word, data->columns);
    if (column->use != COLUMN_FEATURE || column->text)
        return err_set(err, ERR_USAGE, "squash: column %.60s %s; legal: an input of numbers", column->name,
                       column->use == COLUMN_TARGET ? "is the target" : column->text ? "is text" : "is not an input");
    chosen[column->first] = true;
    return 0;
}

/* The features that WORD [count] name; without any, all but those of text. */
static int choose_features(const struct dataset *data, char *word[], int count, bool chosen[], struct err *err)
{
    bool image = data->shape.rank == 3;
    int found = 0;
    if (count > 0 && (image || data->columns < 2))
        return err_set(err, ERR_USAGE, "squash: '%.60s'; the samples are %s, whose values are squashed all alike",
                       word[0], image ? "images" : "an array");
    for (int i = 0; i < count; i++)
        if (choose_column(data, word[i], chosen, err))
            return -1;
    for (int f = 0; count == 0 && f < data->features; f++)
        chosen[f] = true;
    for (int c = 0; count == 0 && !image && c < data->columns; c++)
        for (int k = 0; data->column[c].text && k < data->column[c].count; k++)
            chosen[data->column[c].first + k] = false;
    for (int f = 0; f < data->features; f++)
        found += chosen[f];
    return found ? 0 : err_set(err, ERR_USAGE, "squash: all inputs are text; legal: inputs of numbers");
}

/* One C for a channel of images, one for each column otherwise. */
static int choose_auto(const struct dataset *data, const bool chosen[], struct transform *next, struct err *err)
{
    int together = data->shape.rank == 3 ? data->features / data->shape.dim[0] : 1;
    for (int first = 0; first < data->features; first += together) {
        float c;
        if (!chosen[first])
            continue;
        if (squash_choose(next, data, first, together, &c, err))
            return -1;
        for (int f = first; f < first + together; f++)
            next->squash[f] = c;
    }
    return 0;
}

static int set_squash(const struct dataset *data, const char *how, const bool chosen[], struct transform *next,
                      struct err *err)
{
    double c = 0;
    if (strcmp(how, "auto") == 0) {
        if (choose_auto(data, chosen, next, err))
            return -1;
    } else if (strcmp(how, "off") != 0 && (!text_to_double(how, &c) || !((float)c > 0) || !(c <= FLT_MAX))) {
        return err_set(err, ERR_USAGE, "squash: '%.60s'; legal: a C above 0 for tanh(x / C), auto or off", how);
    } else {
        for (int f = 0; f < data->features; f++)
            if (chosen[f])
                next->squash[f] = (float)c;
    }
    next->squashes = false;
    for (int f = 0; f < data->features; f++)
        next->squashes = next->squashes || next->squash[f] > 0;
    return transform_learn(next, data, err);
}

/* "C 1.2e+08: the 99th percentile of |x| in the training rows", or a line for each of a few columns. */
static void add_chosen(const struct dataset *data, const bool chosen[], const struct transform *next, struct text *out)
{
    int together = data->shape.rank == 3 ? data->features / data->shape.dim[0] : 1, listed = 0, more = 0;
    float low = INFINITY, high = 0;
    char name[64];
    text_add(out, "auto: C is the %dth percentile of |x| in the training rows\n", SQUASH_PERCENTILE);
    for (int f = 0; f < data->features; f += together) {
        if (!chosen[f])
            continue;
        low = fminf(low, next->squash[f]);
        high = fmaxf(high, next->squash[f]);
        if (listed >= COLUMNS_LISTED) {
            more++;
            continue;
        }
        listed++;
        if (together == data->features)
            text_add(out, "  C %s", text_short(next->squash[f]).s);
        else if (together > 1)
            text_add(out, "  channel %d: C %s", f / together, text_short(next->squash[f]).s);
        else
            text_add(out, "  %s: C %s", text_escape(name, sizeof name, data->feature_name[f]),
                     text_short(next->squash[f]).s);
        text_add(out, next->squash[f] > 0 ? "\n" : ", all values are 0\n");
    }
    if (more)
        text_add(out, "  and %d more; all C are from %s to %s\n", more, text_short(low).s, text_short(high).s);
}

static void add_effect(const struct transform *next, const bool chosen[], const struct squash_effect *before,
                       const struct squash_effect *after, struct text *out)
{
    int squashed = 0;
    for (int f = 0; f < next->features; f++)
        squashed += chosen[f] && next->squash[f] > 0;
    text_add(out, "range: %s .. %s before, %s .. %s now\n", text_short(before->after_low).s,
             text_short(before->after_high).s, text_short(after->after_low).s, text_short(after->after_high).s);
    if (squashed)
        text_add(out, "in tanh's steep part (|x / C| <= %g): %.3g %% of the values with C 1, %.3g %% now\n",
                 SQUASH_STEEP, 100 * after->steep_raw, 100 * after->steep);
}

/* HOW: C, auto or off; WORD [count] are columns. */
static int apply_squash(struct console *console, const char *how, char *word[], int count, bool chosen[],
                        struct transform *next, struct err *err)
{
    struct session *session = console_session(console);
    const struct dataset *data = session->data;
    struct squash_effect before, after;
    struct text out = {0}, now = {0};
    if (choose_features(data, word, count, chosen, err) || set_squash(data, how, chosen, next, err) ||
        squash_measure(&session->transform, data, chosen, &before, err) ||
        squash_measure(next, data, chosen, &after, err))
        return -1;
    session_set_transform(session, next);
    choice_squash(session, &now);
    session_event(session, "squash %s", now.data);
    console_notice(console, "squash %s", now.data);
    if (strcmp(how, "auto") == 0)
        add_chosen(data, chosen, next, &out);
    add_effect(next, chosen, &before, &after, &out);
    console_notice_text(console, &out);
    note_whitening(console);
    text_free(&out);
    text_free(&now);
    return 0;
}

static int run_squash(struct console *console, const struct arg_values *args, struct err *err)
{
    struct session *session = console_session(console);
    struct transform next;
    char *word[WORDS_MAX + 1], *line;
    if (!args->given[0]) {
        struct text now = {0};
        choice_squash(session, &now);
        console_answer(console, "squash %s", now.data);
        text_free(&now);
        return 0;
    }
    bool *chosen = calloc((size_t)session->data->features, sizeof *chosen);
    line = strdup(args->text[0]);
    int count = line ? text_split(line, word, WORDS_MAX + 1) : 0, status = -1;
    if (!chosen || !line)
        err_set(err, ERR_MEMORY, "squash: no memory for %d features", session->data->features);
    else if (count < 1 || count > WORDS_MAX)
        err_set(err, ERR_USAGE, "squash: %s; legal: C, auto or off, then up to %d columns",
                count < 0 ? "a quote is not closed" : count < 1 ? "nothing is said" : "too many columns",
                WORDS_MAX - 1);
    else if (begin(session, &next, err) == 0) {
        status = apply_squash(console, word[0], word + 1, count - 1, chosen, &next, err);
        transform_close(&next);
    }
    free(line);
    free(chosen);
    return status;
}

static unsigned narrow_squash(const struct arg_values *before)
{
    return before->given[0] ? WORDS_COLUMNS : 0;
}

static const struct arg_spec clip_args[] = {
    {.name = "what", .type = ARG_CHOICE, .choices = (const char *const[]){"data", NULL}, .preset = "data",
     .summary = "the inputs"},
    {.name = "low", .type = ARG_WORD, .preset = "", .choices = (const char *const[]){"off", NULL},
     .summary = "the lower limit, or off; none: print them"},
    {.name = "high", .type = ARG_WORD, .preset = "", .summary = "the upper limit"}, {0}};
static const struct arg_spec squash_args[] = {
    {.name = "how", .type = ARG_REST, .quoted = true, .preset = "",
     .choices = (const char *const[]){"auto", "off", NULL},
     .summary = "C, auto or off, then columns by name or number, else all; none: print it"}, {0}};

const struct command command_clip = {
    .name = "clip", .summary = "cut the inputs off at two limits", .group = GROUP_DATA, .flags = COMMAND_NEEDS_DATA,
    .details = "It comes before squashing and whitening, and loses what lies beyond the limits: `squash` keeps it.\n"
               "Says how many values it touches. Validation rows and predictions are clipped alike.",
    .example = "clip data 0 12", .args = clip_args, .run = run_clip};
const struct command command_squash = {
    .name = "squash", .summary = "put tanh(x / C) in place of inputs of huge range", .group = GROUP_DATA,
    .flags = COMMAND_NEEDS_DATA, .words = WORDS_COLUMNS, .narrow = narrow_squash,
    .details =
        "It comes before whitening and keeps the order of the values. auto takes the 99th percentile of |x| in the\n"
        "training rows as C, one for each column or, of images, channel. Inputs of text are left alone. Validation\n"
        "rows and predictions are squashed by the same C, which a checkpoint keeps.",
    .example = "squash auto", .args = squash_args, .run = run_squash};
