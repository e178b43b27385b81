/* stops_kinds.c: the kinds of breakpoints, displays and watches: how each is made ready, and when it stops a run. */
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "debug/expr.h"
#include "debug/operands.h"
#include "debug/rig.h"
#include "debug/stops.h"
#include "dnn/kernel.h"

static unsigned long long step_shown(const struct session *session)
{
    return (unsigned long long)session->step + session->inside;
}

/* --- break nan */

/* Values that take longer to look at than a thread to wake. */
enum { WORTH_SHARING = 16384 };

static int prepare_nan(struct session *session, struct stops_entry *entry, const char *what, struct err *err)
{
    (void)session;
    (void)entry;
    return what && *what ? err_set(err, ERR_USAGE, "nothing comes behind nan; found '%s'", what) : 0;
}

struct bad {
    size_t nans, infs;
};

/* Compares exponents, whose bits are all set in an infinity and a NaN only: a loop that compilers make fast. */
KERNEL_BODY bool all_finite_body(const float *data, size_t count)
{
    const uint32_t exponent = 0x7f800000;
    uint32_t bad = 0;
    for (size_t i = 0; i < count; i++) {
        uint32_t bits;
        memcpy(&bits, &data[i], sizeof bits);
        bad |= (bits & exponent) == exponent;
    }
    return !bad;
}
KERNEL_TWICE(bool, all_finite, (const float *data, size_t count), (data, count))

static void count_bad(const float *data, size_t count, struct bad *bad)
{
    for (size_t i = 0; i < count; i++) {
        bad->nans += isnan(data[i]) != 0;
        bad->infs += isinf(data[i]) != 0;
    }
}

/* Values that are looked at; those of PARTS, APART from each other, as if they followed one another. */
struct look {
    const float *data;
    size_t count, apart;
    int parts, ranks;
    bool finite[LAYER_THREADS]; /* by rank */
};

/* Each thread has its own part of a gradient, or else its own rows, in its cache. */
static void look_at_share(void *arg, int rank)
{
    struct look *look = arg;
    size_t all = look->count * (size_t)look->parts;
    size_t from = all * (size_t)rank / (size_t)look->ranks, end = all * ((size_t)rank + 1) / (size_t)look->ranks;
    look->finite[rank] = true;
    while (from < end) {
        size_t part = from / look->count, at = from % look->count;
        size_t n = look->count - at < end - from ? look->count - at : end - from;
        look->finite[rank] = look->finite[rank] && all_finite(look->data + look->apart * part + at, n);
        from += n;
    }
}

/* Of a gradient that threads have parts of, each part is looked at. */
static bool operand_bad(const struct session *session, const struct operand *operand, struct bad *bad)
{
    struct look look = {.data = operand->tensor.data, .count = operand->tensor.count, .apart = session->net->size,
                        .parts = operand->partial ? program_ranks(session->train) : 1};
    bool finite = true;
    bool share = look.count * (size_t)look.parts >= WORTH_SHARING;
    look.ranks = share ? team_ranks(session->team) : 1;
    if (share)
        team_run(session->team, look_at_share, &look);
    else
        look_at_share(&look, 0);
    for (int rank = 0; rank < look.ranks; rank++)
        finite = finite && look.finite[rank];
    *bad = (struct bad){0};
    for (int part = 0; part < look.parts && !finite; part++)
        count_bad(look.data + look.apart * (size_t)part, look.count, bad);
    return !finite;
}

/* Whether norms that are known already tell that all that OP wrote is finite: they are sums over it. */
static bool norms_finite(const struct session *session, const struct op *op)
{
    if (op->code == OP_REDUCE)
        return isfinite(program_gradient_norm(session->train));
    return op->code == OP_UPDATE && isfinite(program_norms(session->train, op->layer)->weight);
}

static bool met_nan(struct session *session, struct stops_entry *entry, int op, char *why, size_t size,
                    struct err *err)
{
    const struct op *done = program_op(session->train, op);
    struct operand operand;
    struct bad bad;
    uint64_t step = step_shown(session);
    (void)err;
    if (entry->met_step == step || norms_finite(session, done)) /* from the first on it only spreads */
        return false;
    for (int i = 0; op_writes(session, op, i, &operand); i++)
        if (operand_bad(session, &operand, &bad)) {
            entry->met_step = step;
            snprintf(why, size, "%s wrote %s with %zu NaN and %zu infinite of %zu values, in step %llu", done->name,
                     operand.name, bad.nans, bad.infs, operand.tensor.count, (unsigned long long)step);
            return true;
        }
    if (done->code != OP_LOSS || isfinite(program_loss(session->train)))
        return false;
    entry->met_step = step;
    snprintf(why, size, "the loss of step %llu is %s", (unsigned long long)step,
             text_short(program_loss(session->train)).s);
    return true;
}

/* --- break if */

/* What EXPR is worth, as a truth. UNKNOWN with ERR_STATE: nobody can know yet. */
static enum truth truth_of(struct session *session, const struct stops_entry *entry, struct err *err)
{
    double value;
    if (expr_number(entry->expr, session, &value, err))
        return TRUTH_UNKNOWN;
    return value != 0 ? TRUTH_TRUE : TRUTH_FALSE;
}

/* What only a step can bring about is no reason to refuse. */
static int prepare_if(struct session *session, struct stops_entry *entry, const char *what, struct err *err)
{
    struct err why = {0};
    (void)what;
    entry->what = strdup(expr_text(entry->expr));
    entry->truth = truth_of(session, entry, &why);
    if (entry->truth != TRUTH_UNKNOWN || why.code == ERR_STATE)
        return 0;
    return err_set(err, why.code, "%s", why.message);
}

/* The length of the name that TEXT begins with, slices and all; 0: none. */
static size_t name_length(const char *text)
{
    size_t n = 0;
    if (!isalpha((unsigned char)*text) && *text != '_')
        return 0;
    while (isalnum((unsigned char)text[n]) || text[n] == '_' || text[n] == '.' || text[n] == '[')
        n += text[n] == '[' ? strcspn(text + n, "]") + (strchr(text + n, ']') != NULL) : 1;
    return n;
}

/* Whether LIST, "(loss 0.098, step", has the name already. */
static bool listed(const char *list, const char *name)
{
    size_t length = strlen(name);
    for (const char *at = list; (at = strstr(at, name)); at++)
        if ((at[-1] == '(' || at[-1] == ' ') && at[length] == ' ')
            return true;
    return false;
}

/* Adds " (loss 0.098, relu2.dead 0.5)": the names in TEXT that are worth a number, and what. Functions and words such
 * as `and` are none. */
static void add_values(struct session *session, const char *text, char *why, size_t size)
{
    enum { SHOWN = 3 };
    int shown = 0;
    size_t begin = strlen(why);
    for (size_t n; *text && shown < SHOWN; text += n ? n : 1) {
        char name[64];
        struct named named;
        struct err err;
        size_t length = strlen(why);
        if ((n = name_length(text)) == 0 || n >= sizeof name)
            continue;
        snprintf(name, sizeof name, "%.*s", (int)n, text);
        struct expr *expr = text[n] == '(' || (shown && listed(why + begin + 1, name)) ? NULL : expr_parse(name, &err);
        if (expr && expr_value(expr, session, &named, &err) == 0 && named.type == NAMED_NUMBER)
            snprintf(why + length, size - length, "%s%s %s", shown++ ? ", " : " (", name, text_short(named.number).s);
        expr_free(expr);
    }
    if (shown)
        snprintf(why + strlen(why), size - strlen(why), ")");
}

/* One that cannot be evaluated any more, its layer being gone, is disabled: it would fail in every step. */
static bool met_if(struct session *session, struct stops_entry *entry, int op, char *why, size_t size, struct err *err)
{
    (void)op;
    if (session->inside)
        return false;
    struct err broken = {0};
    enum truth before = entry->truth;
    entry->truth = truth_of(session, entry, &broken);
    if (entry->truth == TRUTH_UNKNOWN && broken.code == ERR_INTERRUPT) {
        entry->truth = before;
        err_set(err, ERR_INTERRUPT, "%s", broken.message);
    } else if (entry->truth == TRUTH_UNKNOWN && broken.code != ERR_STATE) {
        int length;
        const char *reason = stops_reason(&broken, &length);
        entry->enabled = false;
        text_add(&session->stops->notices, "breakpoint %d, %s %s, is disabled: %.*s\n", entry->number,
                 entry->kind->words, entry->what, length, reason);
    }
    if (before == TRUTH_TRUE || entry->truth != TRUTH_TRUE)
        return false;
    snprintf(why, size, "%.120s became true", entry->what);
    add_values(session, entry->what, why, size);
    snprintf(why + strlen(why), size - strlen(why), " at step %llu", step_shown(session));
    return true;
}

/* --- break at */

/* Whether WORD is one of the words of the op's name. */
static bool has_word(const struct op *op, const char *word)
{
    const char *blank = strchr(op->name, ' ');
    size_t verb = blank ? (size_t)(blank - op->name) : strlen(op->name);
    return (strlen(word) == verb && strncmp(op->name, word, verb) == 0) || (blank && strcmp(blank + 1, word) == 0);
}

/* The ops that WHAT, a layer or a verb, might be, in OUT; how many. */
static int ops_like(const struct program *train, const char *what, struct text *out)
{
    enum { SHOWN = 8 };
    int found = 0;
    for (int i = 0; i < program_ops(train); i++)
        if (has_word(program_op(train, i), what) && ++found <= SHOWN)
            text_add(out, "%s%s", found > 1 ? ", " : "", program_op(train, i)->name);
    if (found > SHOWN)
        text_add(out, " and %d more", found - SHOWN);
    return found;
}

static int refuse_op(const struct program *train, const char *what, struct err *err)
{
    struct text could = {0};
    if (ops_like(train, what, &could))
        err_set(err, ERR_USAGE, "'%s' may be any of %s", what, could.data);
    else
        err_set(err, ERR_USAGE, "there is no op '%s'; `list` shows the ops, from gather to %s", what,
                program_op(train, program_ops(train) - 1)->name);
    text_free(&could);
    return -1;
}

int stops_op(const struct session *session, const struct stops_entry *entry)
{
    for (int i = 0; i < program_ops(session->train); i++)
        if (strcmp(program_op(session->train, i)->name, entry->what) == 0)
            return i;
    return -1;
}

/* The op's number, as `list` shows it, stands for its name. */
static int prepare_at(struct session *session, struct stops_entry *entry, const char *what, struct err *err)
{
    const struct program *train = session->train;
    long number;
    if (!train)
        return err_set(err, ERR_STATE, "no data yet; `data FILE` loads some");
    if (!what || !*what)
        return err_set(err, ERR_USAGE, "an op is missing, such as %s; `list` shows them", program_op(train, 1)->name);
    if (text_to_long(what, &number) && number >= 1 && number <= program_ops(train))
        what = program_op(train, (int)number - 1)->name;
    entry->what = strdup(what);
    return !entry->what || stops_op(session, entry) >= 0 ? 0 : refuse_op(train, what, err);
}

/* The run has come to the op; who starts there has not. */
static bool met_at(struct session *session, struct stops_entry *entry, int op, char *why, size_t size, struct err *err)
{
    (void)op;
    (void)err;
    int next = session->inside ? program_cursor(session->train) : 0;
    if (stops_op(session, entry) != next)
        return false;
    snprintf(why, size, "before %s of step %llu", entry->what, (unsigned long long)session->step + 1);
    return true;
}

/* --- display, watch */

static int prepare_display(struct session *session, struct stops_entry *entry, const char *what, struct err *err)
{
    struct named value;
    struct err why = {0};
    (void)what;
    entry->what = strdup(expr_text(entry->expr));
    if (expr_value(entry->expr, session, &value, &why) == 0 || why.code == ERR_STATE)
        return 0;
    return err_set(err, why.code, "%s", why.message);
}

static int prepare_watch(struct session *session, struct stops_entry *entry, const char *what, struct err *err)
{
    double value;
    struct err why = {0};
    (void)what;
    entry->what = strdup(expr_text(entry->expr));
    int status = expr_number(entry->expr, session, &value, &why);
    if (status && why.code != ERR_STATE)
        return err_set(err, why.code, "%s", why.message);
    if (!(entry->series = series_open(SERIES_CAPACITY, err)))
        return -1;
    if (status == 0 && !session->inside)
        series_push(entry->series, (double)session->step, value);
    return 0;
}

const struct stops_kind stops_break_nan = {"break nan", "breakpoint", false, true, prepare_nan, met_nan};
const struct stops_kind stops_break_if = {"break if", "breakpoint", true, false, prepare_if, met_if};
const struct stops_kind stops_break_at = {"break at", "breakpoint", false, false, prepare_at, met_at};
const struct stops_kind stops_display = {"display", "display", true, false, prepare_display, NULL};
const struct stops_kind stops_watch = {"watch", "watch", true, false, prepare_watch, NULL};
