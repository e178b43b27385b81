/* choices.c: the settings in words that can be typed back. */
#include "debug/choices.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The columns of the dataset's notes (src/data/note.c). */
#define LABEL_WIDTH   12
#define CHANGE_COLUMN 56
#define WIDTH         80

#define SQUASH_LISTED 4 /* columns whose C are named one by one */

/* Adds WHAT from column LABEL_WIDTH on, broken at blanks; returns the column that it ends at. */
static int add_wrapped(struct text *out, const char *what)
{
    int column = LABEL_WIDTH;
    for (const char *word = what; *word;) {
        int length = (int)strcspn(word, " ");
        if (column > LABEL_WIDTH && column + 1 + length > WIDTH) {
            text_add(out, "\n%*s", LABEL_WIDTH, "");
            column = LABEL_WIDTH;
        }
        if (column > LABEL_WIDTH) {
            text_add(out, " ");
            column++;
        }
        text_add(out, "%.*s", length, word);
        column += length;
        word += length + (word[length] == ' ');
    }
    return column;
}

static void add_row(struct text *out, const char *name, const char *what, const char *change)
{
    text_add(out, "%-*s", LABEL_WIDTH, name);
    int column = add_wrapped(out, what);
    if (column + 2 > CHANGE_COLUMN) {
        text_add(out, "\n");
        column = 0;
    }
    text_add(out, "%*schange: %s\n", CHANGE_COLUMN - column, "", change);
}

void choice_init(const struct session *session, struct text *out)
{
    text_add(out, "%s", session->init.kind->name);
    args_format(session->init.kind->args, &session->init.args, out);
}

void choice_optimizer(const struct session *session, struct text *out)
{
    text_add(out, "%s", session->optimizer.kind->name);
    args_format(session->optimizer.kind->args, &session->optimizer.args, out);
}

void choice_loss(const struct session *session, struct text *out)
{
    text_add(out, "%s", session->loss.kind->name);
    args_format(session->loss.kind->args, &session->loss.args, out);
}

static const char *whiten_in_words(const struct transform *transform)
{
    if (transform->inputs)
        return transform->targets ? "inputs and target, by the training rows" : "inputs, by the training rows";
    return transform->targets ? "target, by the training rows" : "off";
}

void choice_squash(const struct session *session, struct text *out)
{
    const struct transform *transform = &session->transform;
    const float *squash = transform->squash;
    float low = INFINITY, high = 0;
    int squashed = 0, listed = 0;
    for (int f = 0; f < transform->features; f++)
        if (squash[f] > 0) {
            low = fminf(low, squash[f]);
            high = fmaxf(high, squash[f]);
            squashed++;
        }
    if (squashed == 0)
        text_add(out, "off");
    else if (low == high && (squashed == transform->features || squashed > SQUASH_LISTED))
        text_add(out, "tanh(x / %s)%s", text_short(low).s, squashed < transform->features ? ", some columns" : "");
    else if (squashed > SQUASH_LISTED || session->data->shape.rank == 3)
        text_add(out, "tanh(x / C), C from %s to %s", text_short(low).s, text_short(high).s);
    else
        for (int f = 0; f < transform->features; f++)
            if (squash[f] > 0) {
                char name[64];
                text_escape(name, sizeof name, session->data->feature_name[f]);
                text_add(out, "%s%s: tanh(x / %s)", listed++ ? ", " : "", name, text_short(squash[f]).s);
            }
}

static void add_preparations(const struct session *session, struct text *out)
{
    const struct transform *transform = &session->transform;
    struct text what = {0};
    if (transform->clips) {
        text_add(&what, "to %s .. %s", text_short(transform->low).s, text_short(transform->high).s);
        add_row(out, "clip data", what.data, "clip data off");
        text_clear(&what);
    }
    if (transform->squashes) {
        choice_squash(session, &what);
        add_row(out, "squash", what.data, "squash C|auto|off");
    }
    text_free(&what);
}

void choices_print(const struct session *session, struct text *out)
{
    struct text net = {0}, init = {0}, loss = {0}, optimizer = {0}, decay = {0};
    char batch[32];
    if (session->data->notes.data)
        text_add(out, "%s", session->data->notes.data);
    topology_print(&session->net->top, &net);
    choice_init(session, &init);
    choice_loss(session, &loss);
    choice_optimizer(session, &optimizer);
    snprintf(batch, sizeof batch, "%d rows", session->batch);
    add_preparations(session, out);
    add_row(out, "whiten", whiten_in_words(&session->transform), "whiten on|off");
    add_row(out, "network", net.length ? net.data : "the output layer alone", "net SPEC");
    add_row(out, "init", init.data, "init KIND");
    add_row(out, "loss", loss.data, "loss KIND");
    add_row(out, "optimizer", optimizer.data, "optimizer KIND");
    add_row(out, "lr", text_short(session->optimizer.lr).s, "lr RATE");
    if (session->schedule.kind != SCHEDULE_NONE) {
        schedule_print(&session->schedule, &decay);
        add_row(out, "decay", decay.data, "decay off");
    }
    text_free(&decay);
    add_row(out, "batch", batch, "batch ROWS");
    text_free(&net);
    text_free(&init);
    text_free(&loss);
    text_free(&optimizer);
}

/* --- reading: a kind, then its arguments */

/* Row I of a table of kinds, as far as reading is concerned; false behind the last. */
struct kind_row {
    const char *name;
    const struct arg_spec *args;
};
typedef bool kind_table(int i, struct kind_row *row);
#define KINDS_MAX 64

static bool init_row(int i, struct kind_row *row)
{
    const struct init_kind *kind = init_kinds[i];
    *row = kind ? (struct kind_row){kind->name, kind->args} : (struct kind_row){0};
    return kind;
}

static bool optimizer_row(int i, struct kind_row *row)
{
    const struct optim_kind *kind = optim_kinds[i];
    *row = kind ? (struct kind_row){kind->name, kind->args} : (struct kind_row){0};
    return kind;
}

static bool loss_row(int i, struct kind_row *row)
{
    const struct loss_kind *kind = loss_kinds[i];
    *row = kind ? (struct kind_row){kind->name, kind->args} : (struct kind_row){0};
    return kind;
}

/* Which row of TABLE the word means: the kind is an argument too, one of the names: so a prefix works, and the error
 * lists them. */
static int choose_kind(const char *what, int count, char *const words[], kind_table *table, struct err *err)
{
    const char *names[KINDS_MAX] = {0};
    struct kind_row row;
    for (int i = 0; i < KINDS_MAX - 1 && table(i, &row); i++)
        names[i] = row.name;
    const struct arg_spec which[] = {{.name = "kind", .type = ARG_CHOICE, .choices = names}, {0}};
    struct arg_values chosen;
    return args_parse(which, what, count > 1 ? 1 : count, words, NULL, &chosen, err) ? -1 : (int)chosen.number[0];
}

/* Finds the kind that the first of WORDS names in TABLE and reads the rest as its arguments: its index, or -1. */
static int read_kind(const char *what, const char *words, kind_table *table, struct arg_values *args, struct err *err)
{
    char *copy = strdup(words), *word[ARGS_MAX + 2], inner[64];
    if (!copy)
        return err_set(err, ERR_MEMORY, "%s: no memory to read it", what);
    int count = text_split(copy, word, ARGS_MAX + 2), found = -1;
    struct kind_row row;
    if (count < 0) {
        err_set(err, ERR_USAGE, "%s: a quote is not closed", what);
    } else if ((found = choose_kind(what, count, word, table, err)) >= 0) {
        table(found, &row);
        snprintf(inner, sizeof inner, "%s %s", what, row.name);
        if (args_parse(row.args, inner, count - 1, word + 1, NULL, args, err))
            found = -1;
    }
    free(copy);
    return found;
}

int choice_read_init(const char *words, struct init *init, struct err *err)
{
    int found = read_kind("init", words, init_row, &init->args, err);
    init->kind = found < 0 ? NULL : init_kinds[found];
    return found < 0 ? -1 : 0;
}

int choice_read_optimizer(const char *words, const struct optim_kind **kind, struct arg_values *args, struct err *err)
{
    int found = read_kind("optimizer", words, optimizer_row, args, err);
    *kind = found < 0 ? NULL : optim_kinds[found];
    return found < 0 ? -1 : 0;
}

int choice_read_loss(const char *words, struct loss *loss, struct err *err)
{
    int found = read_kind("loss", words, loss_row, &loss->args, err);
    loss->kind = found < 0 ? NULL : loss_kinds[found];
    return found < 0 ? -1 : 0;
}
