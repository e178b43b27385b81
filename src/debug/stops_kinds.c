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
KERNEL_EACH_WIDTH(bool, all_finite, (const float *data, size_t count), (data, count))

static void count_bad(const float *data, size_t count, struct bad *bad)
{
    for (size_t i = 0; i < count; i++) {
        bad->nans += isnan(data[i]) != 0;
        bad->infs += isinf(data[i]) != 0;
    }
}

static size_t parts_of(const struct session *session, const struct place *place)
{
    return place->partial ? (size_t)program_ranks(session->train) : 1;
}

/* Looks at part RANK of RANKS, and at parts of a gradient, all of which are looked at as if they followed one another:
 * each thread at its own. */
static bool share_finite(const struct session *session, const struct place *place, int rank, int ranks)
{
    size_t all = place->count * parts_of(session, place), begin = (size_t)rank, sharers = (size_t)ranks;
    size_t from = all * begin / sharers, end = all * (begin + 1) / sharers;
    bool finite = true;
    while (finite && from < end) {
        size_t part = from / place->count, at = from % place->count;
        size_t n = place->count - at < end - from ? place->count - at : end - from;
        finite = all_finite(place->data + session->net->size * part + at, n);
        from += n;
    }
    return finite;
}

/* The same of what is by rows. */
static bool rows_finite(const struct session *session, const struct place *place, int op, int rank)
{
    struct program_part part = program_part(session->train, op, rank);
    size_t width = place->count / (size_t)program_rows(session->train), count = part.count ? (size_t)part.count : width;
    const real *row = place->data + (size_t)part.first * width + part.from;
    if (count == width)
        return all_finite(row, (size_t)(part.last - part.first) * width);
    bool finite = true;
    for (int i = part.first; i < part.last && finite; i++, row += width)
        finite = all_finite(row, count);
    return finite;
}

static bool place_bad(const struct session *session, const struct place *place, struct bad *bad)
{
    *bad = (struct bad){0};
    if (share_finite(session, place, 0, 1))
        return false;
    for (size_t part = 0; part < parts_of(session, place); part++)
        count_bad(place->data + session->net->size * part, place->count, bad);
    return true;
}

/* Whether norms that are known already tell that all that OP wrote is finite: they are sums over it. */
static bool norms_finite(const struct session *session, const struct op *op)
{
    if (op->code == OP_REDUCE)
        return isfinite(program_gradient_norm(session->train));
    return op->code == OP_UPDATE && isfinite(program_norms(session->train, op->layer)->weight);
}

/* Sums that a step takes anyway tell of updates, and of the gradients that backward was let pass for their sake. */
static bool nan_passes(void *context, int op, int rank, int ranks, bool summed)
{
    const struct session *session = context;
    enum op_code code = program_op(session->train, op)->code;
    bool finite = program_sums_finite(session->train, op, rank);
    struct place place;
    if (code == OP_UPDATE || (code == OP_REDUCE && (finite || summed)))
        return finite;
    if (code == OP_REDUCE) /* all have met, and what they have added up is divided otherwise */
        rank = 0, ranks = 1;
    for (int i = 0; op_place(session, op, i, &place); i++) {
        if (place.gradient && summed)
            continue;
        if (!(place.by_rows ? rows_finite(session, &place, op, rank) : share_finite(session, &place, rank, ranks)))
            return false;
    }
    return finite || code == OP_REDUCE;
}

static bool met_nan(struct session *session, struct stops_entry *entry, int op, char *why, size_t size,
                    struct err *err)
{
    const struct op *done = program_op(session->train, op);
    struct operand operand;
    struct place place;
    struct bad bad;
    uint64_t step = step_shown(session);
    (void)err;
    if (entry->met_step == step || norms_finite(session, done)) /* from the first on it only spreads */
        return false;
    for (int i = 0; op_place(session, op, i, &place); i++)
        if (place_bad(session, &place, &bad)) {
            op_writes(session, op, i, &operand);
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

const struct stops_kind stops_break_nan = {"break nan", "breakpoint", false, nan_passes, prepare_nan, met_nan};
const struct stops_kind stops_break_if = {"break if", "breakpoint", true, NULL, prepare_if, met_if};
const struct stops_kind stops_break_at = {"break at", "breakpoint", false, NULL, prepare_at, met_at};
const struct stops_kind stops_display = {"display", "display", true, NULL, prepare_display, NULL};
const struct stops_kind stops_watch = {"watch", "watch", true, NULL, prepare_watch, NULL};
