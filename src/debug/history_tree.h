/*
 * history_tree.h: what a history is made of, for the files that share it: history.c keeps the tree of edits, snapshot.c
 * what is remembered of the state, travel.c goes there, branch.c names the ways. Nobody else looks inside.
 */
#ifndef SRC_DEBUG_HISTORY_TREE_H
#define SRC_DEBUG_HISTORY_TREE_H

#include "debug/history.h"
#include "debug/rig.h"

#define CURVES 5 /* of every session, whatever its network */

/* All that edits set, as it stands after one. */
struct settings {
    const struct topology *top; /* owned by the first edit that has it */
    struct loss loss;
    struct init init;
    const struct optim_kind *optim;
    struct arg_values optim_args;
    struct schedule schedule;
    double clip;
    bool lr_chosen;
    const struct transform *transform; /* owned by the first edit that has it */
    int batch;
    uint64_t seed;
};

struct edit {
    struct edit *parent; /* NULL: a root */
    struct edit *older;  /* all edits, newest first */
    int serial, depth;   /* DEPTH: edits before it, back to its root */
    enum edit_kind kind;
    struct position at, after; /* an edit may complete the step under way */
    bool dropped;              /* it dropped an update that was held back */
    bool owns_top, owns_transform;
    int ops;                   /* of a step after it */
    struct settings settings;
    char mark, text[120];      /* 0: it is not on the plots */
};

/* The state between two steps. */
struct snapshot {
    const struct edit *edit; /* the last before it */
    uint64_t step, t;
    uint32_t epoch, draws;
    int visited;
    bool pinned;
    size_t bytes;            /* of all of it */
    real *vectors;           /* parameters, statistics, slots */
};

/* What the curves were at the tip of a branch that is not the present one, or that was gone back from. */
struct parked {
    struct series *curve[CURVES];
    int layers;
    char (*layer)[LAYER_NAME_MAX]; /* [layers], of the next */
    struct series **gradient;      /* [layers]; NULL where the layer has none */
    int watches;
    int *watch;                    /* [watches], their numbers */
    struct series **watched;       /* [watches] */
    struct figures batch, validation;
    uint64_t validation_step;
    double nonfinite_step;
    char *settings;
};

struct branch {
    char name[BRANCH_NAME];
    struct branch *parent, *next;
    struct edit *edit;   /* the last one on it */
    struct position tip; /* of the present branch: only while it is gone back from */
    bool held;           /* at the tip the update is held back */
    struct edit *parted; /* the first edit of its own; NULL: none yet */
    struct position parted_at;
    struct parked *parked; /* NULL: not left yet */
};

struct history {
    size_t budget, used;
    struct edit *newest;
    int edits;
    struct branch *branch; /* all, oldest first */
    struct branch *current; /* NULL: nothing has begun since the last root */
    struct edit **path;     /* [length] of the present branch, the root first */
    int length, room;
    int applied;            /* of them: those before the present place */
    bool past;              /* something is recorded ahead */
    bool travelling;        /* edits are made again, not anew */
    struct snapshot *snapshot[1024]; /* by edit, then step */
    int snapshots;
    real *spare;               /* the vectors of the snapshot dropped last; NULL: in use again */
    size_t spare_bytes;
    double cost;            /* nanoseconds that keeping one takes, smoothed */
    uint64_t due;           /* no snapshot before this step */
};

/* --- history.c */
/* Gives the session a root, if it has none. */
int history_begin(struct session *session);

/* --- snapshot.c */
/* Keeps the present state; PINNED: for ever. May drop others. Quietly does nothing where memory or budget are short,
 * unless it is pinned. */
void snapshot_keep(struct session *session, bool pinned);
/* The latest on the present path that has the first APPLIED edits at most and is not behind POSITION; with BEFORE it
 * is of a lesser step, where there is one. NULL: none, which cannot be for a path with a root. */
const struct snapshot *snapshot_find(const struct history *history, int applied, struct position position, bool before);
bool snapshot_exists(const struct history *history, const struct edit *edit, uint64_t step);
/* Puts the state of SNAPSHOT in place of the session's, curves and events excepted. */
int snapshot_restore(struct session *session, const struct snapshot *snapshot, struct err *err);
void snapshot_drop_all(struct history *history);
void snapshot_drop_of(struct history *history, const struct edit *edit);
void snapshot_fit(struct session *session, size_t need); /* drops until NEED more bytes fit the budget */

/* --- travel.c */
/* To POSITION on the present path, APPLIED of its edits made. */
int travel(struct session *session, int applied, struct position position, struct err *err);
/* The same, to a place of BRANCH, as a command does it: the place that is left is kept, keys are looked at, the curves
 * and events become those of the place. */
int travel_and_tell(struct session *session, struct branch *branch, int applied, struct position place,
                    struct text *notes, struct err *err);

/* --- branch.c */
/* The tip of the present branch is left: keeps what only the live session knows. */
void branch_park(struct session *session);
/* The curves and events of the present branch up to the present place. */
void branch_unpark(struct session *session);
struct branch *branch_add(struct session *session, const char *name, struct branch *parent, struct edit *edit);
/* The present branch becomes BRANCH: its path. */
int branch_follow(struct session *session, struct branch *branch);
void branch_drop(struct history *history, struct branch *branch); /* it has no children */
void branch_close_all(struct history *history);

#endif
