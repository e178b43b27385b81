/*
 * stops.h: what a run stops for, what is shown after every stop, and what is followed over the steps: one numbered list
 * of breakpoints, displays and watches.
 *
 * A session has none until the first is added: session->stops is NULL then, and a step costs nothing. Names of layers
 * and ops are looked up when they are needed, so entries outlive edits of the network. Nothing here is part of the
 * state that session_hash hashes.
 */
#ifndef DEBUG_STOPS_H
#define DEBUG_STOPS_H

#include "debug/session.h"

struct stops_entry;

/* What an entry is. One row a kind. */
struct stops_kind {
    const char *words; /* what a person types before `what`: "break if" */
    const char *noun;  /* "breakpoint" */
    bool expression;   /* `what` is one */
    /* What looks at every op while such an entry is enabled (struct program_guard, whose context is the session); the
     * run comes to `met` behind what it does not let pass. NULL: nothing. */
    bool (*passes)(void *session, int op, int rank, int ranks, bool summed);
    /* Makes ready what is particular to the kind; WHAT may be NULL. */
    int (*prepare)(struct session *session, struct stops_entry *entry, const char *what, struct err *err);
    /* Whether it stops the run now that op OP has run; what the run has met goes to WHY. ERR_INTERRUPT: the person gave
     * up the evaluation. NULL: it stops nothing. */
    bool (*met)(struct session *session, struct stops_entry *entry, int op, char *why, size_t size, struct err *err);
};
extern const struct stops_kind stops_break_nan, stops_break_if, stops_break_at, stops_display, stops_watch;

enum truth { TRUTH_UNKNOWN, TRUTH_FALSE, TRUTH_TRUE };

struct stops_entry {
    int number; /* from 1; never given again */
    const struct stops_kind *kind;
    char *what;            /* the expression as typed, or the name of an op; "" */
    struct expr *expr;     /* NULL where it is no expression */
    struct series *series; /* of a watch: a sample a step */
    bool enabled;
    uint64_t hits;   /* how often a breakpoint has been met, ignored or not */
    uint64_t ignore; /* how often it is still to be passed by */
    enum truth truth;  /* of a condition, after the last step */
    uint64_t met_step; /* the last step in which `break nan` was met, from 1; 0: none */
};

struct stops {
    struct stops_entry *entry; /* ascending by number */
    int entries, room, last;   /* LAST: the greatest number given so far */
    struct text notices;       /* what befell entries during a run: stops_take_notices */
};

void stops_close(struct stops *stops); /* may be NULL, here and below */

/* Adds an entry of KIND about WHAT (NULL: nothing); the entry is good until the list changes. NULL when it is refused:
 * a malformed expression, a name that does not exist, an op that is none or might be several. */
const struct stops_entry *stops_add(struct session *session, const struct stops_kind *kind, const char *what,
                                    struct err *err);

/* The entry NUMBER, or NULL. */
struct stops_entry *stops_find(const struct stops *stops, int number);

void stops_delete(struct stops *stops, int number);

/* Entry I of those of KIND that are enabled, or NULL behind the last. */
const struct stops_entry *stops_enabled(const struct stops *stops, const struct stops_kind *kind, int i);

/* The op of SESSION's training program that ENTRY, a `break at`, names; -1: there is none now. */
int stops_op(const struct session *session, const struct stops_entry *entry);

/* The value of ENTRY's expression for a person: a number, the shape and range of a tensor, or in few words why there is
 * none. */
void stops_value(struct session *session, const struct stops_entry *entry, struct text *out);

/* Why an expression has no value, in the one line of ERR that matters, of *LENGTH bytes: without the column, which is
 * for who has just typed it. */
const char *stops_reason(const struct err *err, int *length);

/* Adds a table of all entries, or of those of KIND with their values, to OUT. */
void stops_print(const struct session *session, struct text *out);
void stops_print_values(struct session *session, const struct stops_kind *kind, struct text *out);

/* Moves what befell entries during the run, one a line, to OUT. */
void stops_take_notices(struct stops *stops, struct text *out);

/* The session has gone back to the end of step STEP (-1: to before anything ran): watches forget what came later, and
 * conditions what they were. */
void stops_truncate(struct stops *stops, double step);

/* --- for the run; each returns at once where the list is empty */

/* Whether it is. */
bool stops_none(const struct stops *stops);

/* Finds out what conditions are worth that have just been forgotten, before a step runs. False: the person gave up. */
bool stops_settle(struct session *session);

/* The op, behind FROM and at most END, up to which the step may run without a look at breakpoints. */
int stops_pause(const struct session *session, int from, int end);

/* Whether every op is looked at. */
bool stops_every_op(const struct stops *stops);

/* Makes GUARD ready for the step under way; false: there is nothing to look for, or it has been met. */
bool stops_guard(struct session *session, struct program_guard *guard);

/* After op OP has run: STOP_NONE, or why the run is to stop, with TEXT (SIZE bytes) for the person. */
enum stop stops_check(struct session *session, int op, char *text, size_t size);

/* After a step: the samples of the watches. False: the person gave up an evaluation. */
bool stops_sample(struct session *session);

#endif
