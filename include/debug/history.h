/*
 * history.h: where a session has been: the way back, and the ways that were not gone on.
 *
 * Every edit is a node of a tree, with the place where it was made. A branch is a way from a root of that tree to a
 * tip; the session stands somewhere on the present one. A root is where training began: new data, `load`, `reset`.
 * Snapshots of the state are kept at whole steps as far as a budget of memory goes, close together near the present and
 * far apart in the past; what lies between two of them is executed again, and edits are made again at the place where
 * they were made, so the state comes out bit by bit as it was.
 *
 * From a place in the past, going on repeats what was recorded, edits included, up to the tip, and then goes further.
 * An edit there parts a new branch; the old one stays.
 *
 * Data are not part of it: where other data, another target or a checkpoint is loaded, everything recorded is dropped.
 */
#ifndef DEBUG_HISTORY_H
#define DEBUG_HISTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "debug/session.h"

#define BRANCH_NAME 32
#define HISTORY_BUDGET ((size_t)256 << 20)

struct history; /* opaque: history_tree.h */

/* A place on a branch: whole steps done, and inside the next one the cursor; 0: between steps. */
struct position {
    uint64_t step;
    int op;
};
struct position session_position(const struct session *session);
int position_compare(struct position a, struct position b); /* < 0, 0, > 0 */

struct history *history_open(size_t budget, struct err *err);
void history_close(struct history *history);

/* BYTES of snapshots at most; snapshots are dropped until they fit. The one of a root stays in any case. */
void history_set_budget(struct session *session, size_t bytes);
size_t history_budget(const struct session *session);

/* --- for those who change the session; each does nothing where the session has no history */

enum edit_kind {
    EDIT_ROOT, EDIT_TOPOLOGY, EDIT_INIT, EDIT_LOSS, EDIT_OPTIMIZER, EDIT_BATCH, EDIT_TRANSFORM, EDIT_LR, EDIT_CLIP,
    EDIT_WEIGHTS /* from a file: cannot be made again, so its snapshot stays */
};

/* How things stand before an edit: taken before anything is changed, given back once it has been made. */
struct edit_mark {
    struct position at;
    uint64_t lost;
};
struct edit_mark history_before_edit(struct session *session);
void history_edited(struct session *session, enum edit_kind kind, const struct edit_mark *before);

/* What the newest edit is called on the plots and in the tree. */
void history_name_edit(struct session *session, char mark, const char *text);

void history_before_step(struct session *session);  /* between steps: keeps a snapshot when one is due */
void history_settle(struct session *session);       /* a run has ended: makes the last few steps quick to go back to */
/* A root begins with the next step or edit. FORGET: the data are others; else the present branch stays, unless nothing
 * has been done on it. */
void history_new_root(struct session *session, bool forget);

/* In the past: the place of the next recorded edit or, behind the last, the tip. False at the tip. */
bool history_ahead(const struct session *session, struct position *next);
/* Makes the recorded edit whose place this is. */
int history_pass(struct session *session, struct err *err);
/* Ops have been run in the past: this may be the tip. */
void history_moved(struct session *session);

/* The step just completed is gone back to: its loss and gradients are known, no weight has been updated; or, where
 * something was edited while they were, those up to there have. */
int history_step_back(struct session *session);

/* --- travel; each leaves tensors, figures and curves as they were when the place was first reached. On failure, and
 * after Ctrl-C, the session stands where it stood. A step is reached before the edits made there, the root's after
 * them. NOTES gets a line on where this is. */

int history_back(struct session *session, uint64_t steps, struct text *notes, struct err *err);
int history_back_ops(struct session *session, uint64_t ops, struct text *notes, struct err *err);
int history_goto_step(struct session *session, uint64_t step, struct text *notes, struct err *err);
/* The place right after the event that MARK or a number from 1 names. */
int history_goto_event(struct session *session, const char *event, struct text *notes, struct err *err);
int history_goto_end(struct session *session, struct text *notes, struct err *err);

/* --- branches */

/* From here on a branch called NAME. */
int history_branch(struct session *session, const char *name, struct text *notes, struct err *err);
/* To the tip of another branch. */
int history_switch(struct session *session, const char *name, struct text *notes, struct err *err);

/* A branch, as of now. Listed, a parent comes before its children. */
struct branch_view {
    const char *name;
    int depth;                 /* 0: of a root */
    bool current;
    const char *parted;        /* the edit that parted it from its parent, or what its root was; NULL: none yet */
    struct position at;        /* where it parted */
    struct position tip;
    struct figures figures;    /* at the tip: of the last batch, and of the validation rows */
    struct figures validation; /* NaN: never evaluated */
    const struct series *loss, *validation_loss; /* the live session's own for the present branch at its tip */
    const char *settings;      /* choices_print at the tip; NULL for the present branch at its tip */
};
int history_branches(struct session *session, struct branch_view **views); /* how many; the caller frees VIEWS */
/* The branch NAME; NULL: the present one. */
int history_find_branch(struct session *session, const char *name, struct branch_view *view, struct err *err);
void history_branch_names(const struct session *session, const char *prefix, struct text *out); /* for completion */

/* A few lines: where the session stands, what snapshots there are. */
void history_print(struct session *session, struct text *out);

#endif
