/* choices.c: the settings in words that can be typed back. */
#include "debug/choices.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* In the columns of the dataset's notes (src/data/note.c). */
static void add_row(struct text *out, const char *name, const char *what, const char *change)
{
    text_add(out, "%-11s %-42s  change: %s\n", name, what, change);
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

void choices_print(const struct session *session, struct text *out)
{
    struct text what = {0};
    if (session->data->notes.data)
        text_add(out, "%s", session->data->notes.data);
    add_row(out, "whiten",
            !session->transform.inputs ? "off" : session->transform.targets ? "inputs and target, by the training rows" : "inputs, by the training rows",
            "whiten on|off");
    topology_print(&session->net->top, &what);
    add_row(out, "network", what.data, "net SPEC");
    text_clear(&what);
    choice_init(session, &what);
    add_row(out, "init", what.data, "init KIND");
    text_clear(&what);
    choice_loss(session, &what);
    add_row(out, "loss", what.data, "loss KIND");
    text_clear(&what);
    choice_optimizer(session, &what);
    text_add(&what, ", lr %s", text_short(session->optimizer.lr).s);
    add_row(out, "optimizer", what.data, "optimizer KIND, lr X");
    text_clear(&what);
    text_add(&what, "%d rows", session->batch);
    add_row(out, "batch", what.data, "batch N");
    text_free(&what);
}

/* --- reading: a kind, then its arguments */

/* One row of a table of kinds, as far as reading is concerned. */
struct kind_row {
    const char *name;
    const struct arg_spec *args;
};
#define KINDS_MAX 64

/* Finds the kind that the first of WORDS names among ROWS and reads the rest as its arguments: its index, or -1. */
static int read_kind(const char *what, const char *words, const struct kind_row rows[], struct arg_values *args,
                     struct err *err)
{
    char *copy = strdup(words), *word[ARGS_MAX + 2];
    const char *names[KINDS_MAX] = {0};
    int found = -1, count = copy ? text_split(copy, word, ARGS_MAX + 2) : -1;
    for (int i = 0; rows[i].name; i++) {
        names[i] = rows[i].name;
        if (count > 0 && strcmp(word[0], rows[i].name) == 0)
            found = i;
    }
    /* The kind is an argument too, one of the names: so a prefix works, and the error lists them. */
    const struct arg_spec which[] = {{.name = "kind", .type = ARG_CHOICE, .choices = names, .summary = "the kind"}, {0}};
    struct arg_values chosen;
    if (count < 0)
        err_set(err, ERR_USAGE, "%s: a quote is not closed", what);
    else if (found < 0 && args_parse(which, what, count > 1 ? 1 : count, word, NULL, &chosen, err) == 0)
        found = (int)chosen.number[0];
    char inner[64];
    snprintf(inner, sizeof inner, "%s %s", what, found >= 0 ? rows[found].name : "");
    if (found >= 0 && args_parse(rows[found].args, inner, count - 1, word + 1, NULL, args, err))
        found = -1;
    free(copy);
    return found;
}

#define ROWS_OF(kinds) \
    struct kind_row rows[KINDS_MAX] = {{0}}; \
    for (int i = 0; i < KINDS_MAX - 1 && (kinds)[i]; i++) \
        rows[i] = (struct kind_row){(kinds)[i]->name, (kinds)[i]->args};

int choice_read_init(const char *words, struct init *init, struct err *err)
{
    ROWS_OF(init_kinds)
    int found = read_kind("init", words, rows, &init->args, err);
    init->kind = found < 0 ? NULL : init_kinds[found];
    return found < 0 ? -1 : 0;
}

int choice_read_optimizer(const char *words, const struct optim_kind **kind, struct arg_values *args, struct err *err)
{
    ROWS_OF(optim_kinds)
    int found = read_kind("optimizer", words, rows, args, err);
    *kind = found < 0 ? NULL : optim_kinds[found];
    return found < 0 ? -1 : 0;
}

int choice_read_loss(const char *words, struct loss *loss, struct err *err)
{
    ROWS_OF(loss_kinds)
    int found = read_kind("loss", words, rows, &loss->args, err);
    loss->kind = found < 0 ? NULL : loss_kinds[found];
    return found < 0 ? -1 : 0;
}
