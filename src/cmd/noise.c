/* noise.c: a line for each batch size: how much its gradient varies, and what a step takes (tips D4 and D6). */
#include "debug/noise.h"

#include <math.h>
#include <stdio.h>

#include "cmd/rows.h"
#include "debug/remembered.h"

#define BAR_COLUMNS 30

/* What is not 0 is seen. */
static void add_bar(double share, bool ascii, struct text *out)
{
    int columns = share > 0 ? (int)fmax(1, (double)lround(share * BAR_COLUMNS)) : 0;
    for (int i = 0; i < BAR_COLUMNS; i++)
        text_add(out, "%s", i >= columns ? " " : ascii ? "#" : "\xE2\x96\x88");
}

static double greatest(const struct noise *noise)
{
    double most = 0;
    for (int i = 0; i < noise->sizes; i++)
        most = fmax(most, noise->size[i].noise);
    return most;
}

static void add_table(const struct session *session, const struct noise *noise, bool ascii, struct text *out)
{
    bool all = noise->rows == session->data->trains;
    double most = greatest(noise);
    text_add(out, "noise: |g - G| / |G|; G is the gradient of %s%s training rows, |G| %s\n",
             all ? "all " : "", text_count(noise->rows).s, text_short(noise->norm).s);
    text_add(out, "%9s %9s  %-*s  %9s  %s\n", "batch", "noise", BAR_COLUMNS, "", "memory", "batches");
    for (int i = 0; i < noise->sizes; i++) {
        const struct noise_size *size = &noise->size[i];
        char figure[16];
        snprintf(figure, sizeof figure, size->noise > 0 ? "%.3g" : "0", size->noise);
        text_add(out, "%8s%s %9s  ", text_count(size->batch).s, size->batch == session->batch ? "*" : " ", figure);
        add_bar(most > 0 ? size->noise / most : 0, ascii, out);
        text_add(out, "  %9s  %d\n", text_bytes((double)size->bytes).s, size->batches);
    }
}

/* For expressions: $noise.32, $noise.scale. */
static void remember(struct session *session, const struct noise *noise)
{
    char name[REMEMBERED_NAME];
    for (int i = 0; i < noise->sizes; i++) {
        snprintf(name, sizeof name, "noise.%d", noise->size[i].batch);
        remembered_answer(session, name, noise->size[i].noise);
    }
    remembered_answer(session, "noise.scale", noise->scale);
}

static int run_noise(struct console *console, const struct arg_values *args, struct err *err)
{
    struct session *session = console_session(console);
    struct noise noise;
    struct text out = {0};
    (void)args;
    if (noise_measure(session, &noise, err))
        return err_prefix(err, "noise: ");
    remember(session, &noise);
    add_table(session, &noise, console_view(console)->ascii, &out);
    if (noise.scale > 0)
        text_add(&out, "noise 1 at a batch of %s: below it a larger batch pays, far above it hardly\n",
                 noise.scale < 1 ? "1" : text_count(round(noise.scale)).s);
    console_answer_text(console, &out);
    text_free(&out);
    return 0;
}

const struct command command_noise = {
    .name = "noise", .summary = "measure the noise of the gradient by the size of the batch",
    .group = GROUP_QUESTIONS, .flags = COMMAND_NEEDS_DATA | COMMAND_READ_ONLY,
    .details =
        "With the weights as they are, on a copy: random batches of each size against the mean gradient of the\n"
        "training rows, of 4,096 of them at most. * is the present batch. The size at which the noise is as large as\n"
        "the gradient is the noise scale of McCandlish and others 2018 (arXiv:1812.06162). Memory is that of a step.\n"
        "Batch norm sees 256 rows at a time, whatever the batch. Expressions find the answer as $noise.32 and so on,\n"
        "and $noise.scale.",
    .example = "noise", .run = run_noise};
