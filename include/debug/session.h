/*
 * session.h: the live experiment: data, network, optimizer, programs, and where training stands.
 *
 * The session owns everything live. Only commands and the running program change it; panes get a const pointer. It has
 * one thread of control: session_advance runs ops until a deadline and returns, so that a screen can look at keys.
 *
 * Where training stands is a few numbers: `step` (updates begun), `epoch` and `visited` (the data cursor), the seed and
 * `draws` (initializations so far). Together with the vectors they are the state that session_hash hashes and a
 * checkpoint keeps; everything else here can be made again from them, or is a record of what happened.
 */
#ifndef DEBUG_SESSION_H
#define DEBUG_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/series.h"
#include "base/text.h"
#include "data/batch.h"
#include "data/dataset.h"
#include "data/transform.h"
#include "dnn/program.h"
#include "dnn/schedule.h"

struct cures;
struct expr;
struct history;
struct remembered;
struct stops;
struct doctor_settings;

/* An edit of the live network or its settings: logged, and drawn as a mark on every plot. Or a step at which `decay at`
 * lowered the rate. */
#define EVENT_DROP '\\'
struct event {
    uint64_t step;
    char mark;      /* a..z, A..Z, then *; EVENT_DROP */
    char text[120]; /* "lr 0.001 -> 0.0003" */
};

/* What a run is to reach. */
enum goal {
    GOAL_NONE,
    GOAL_OPS,   /* stepi, finish: up to op `goal_op` of step `goal_step` */
    GOAL_STEPS, /* until `goal_step` steps are done; GOAL_FOREVER is a step that is never reached */
    GOAL_EPOCHS /* until `goal_epoch` epochs are done */
};
#define GOAL_FOREVER UINT64_MAX

/* Why the last run ended. */
enum stop {
    STOP_NONE,
    STOP_GOAL,
    STOP_CONDITION, /* that of `until` holds */
    STOP_BROKEN,    /* it cannot be evaluated any more */
    STOP_BREAK,     /* a breakpoint (stops.h) */
    STOP_NONFINITE,
    STOP_INTERRUPT
};

struct figures {
    double loss;  /* mean over rows */
    double score; /* accuracy when classifying, else R2 = 1 - squared error / variance of the same rows' targets */
};

/* Sums of an evaluation that is under way; it goes in chunks, so that a screen stays alive. */
struct evaluation {
    bool active;
    const int *row;      /* [rows] of the dataset: the validation or the test rows */
    int rows;
    int done;            /* rows so far */
    double loss, right;  /* sums: losses; rows classified right */
    double y, yy, error; /* sums over regression targets, their squares, squared errors, in the units of the loss */
};

/* Score against shifts of the images by 0 .. shifts pixels (shift.h); rows is 0 before the first measurement. */
#define SHIFT_MAX 16
struct shift_curve {
    char net[120]; /* what was measured, as `net` prints it, escaped and cut */
    int shifts, rows;
    double score[SHIFT_MAX + 1]; /* accuracy or R2, the mean of moving left, right, up and down */
};

/* What is asked between two pieces of a long piece of work that a command waits for, so that a screen can draw and look
 * at keys: false gives the work up. It must not change the session. */
struct breath {
    bool (*take)(void *context); /* NULL: nobody asks */
    void *context;
};

/* What the doctor has seen of the run in passing (doctor.h). */
struct doctor_rule;
struct doctor_watch {
    bool on;
    const struct doctor_rule *seen; /* at the last glance; NULL: nothing */
    char line[80];                  /* for the status bar: "doctor: dead-units relu2 63 %"; "": nothing to say */
};

struct session {
    struct breath breath; /* set by the loops */

    /* data */
    struct dataset *data; /* NULL: none yet */
    bool data_lent, team_lent; /* they are another session's, which this one was forked from (fork.h) */
    struct transform transform;
    struct batch_order order;

    /* network and training settings */
    struct net *net; /* NULL without data */
    struct init init;
    struct loss loss;
    struct optimizer optimizer; /* its rate is what the schedule says of the present step */
    struct schedule schedule;
    real *stats_before;  /* [net->stat_size] statistics as they were when the step began */
    struct arena rig_arena; /* the optimizer's slots and those statistics */
    bool lr_chosen;      /* the person has set the rate */
    int batch;     /* rows */
    uint64_t seed;
    struct team *team;
    struct program *train, *evaluate;

    /* where training stands */
    uint64_t step;   /* completed steps */
    uint32_t epoch;  /* completed epochs */
    int visited;     /* rows of the present epoch that completed or running steps have taken */
    int batch_first; /* where in the order the batch of the present (or the last) step begins */
    uint32_t draws;  /* initializations so far */
    bool inside;     /* the cursor is inside a step */
    bool held;       /* the update of that step is held back: a figure, or a weight it would make, is not finite */
    bool spoilt;     /* weights are not finite, and the person has let that be */

    /* the run */
    enum goal goal;
    uint64_t goal_step;
    uint32_t goal_epoch;
    int goal_op;
    struct expr *until; /* stops a run; owned; NULL: none */
    struct stops *stops; /* breakpoints, displays, watches; owned; NULL: none */
    struct remembered *remembered; /* numbers with names (remembered.h); owned; NULL: none */
    enum stop stop;
    char stop_text[240];
    double samples_per_second; /* of the last second of running */
    double step_nanoseconds; /* what a step takes, smoothed; decides only how often the clock is read */
    int64_t busy_since;      /* 0: not measuring */
    double busy_rows;

    struct doctor_watch watch;
    struct doctor_settings *doctor; /* thresholds that were changed (doctor.h); owned; NULL: none */
    struct history *history; /* where it has been (history.h); NULL: nothing is kept */

    /* what happened */
    struct figures batch_figures; /* of the last step */
    struct figures validation;    /* of the last evaluation */
    uint64_t validation_step;     /* when that was; UINT64_MAX: never */
    struct figures test;          /* of the last evaluation of the official test rows, and when that was */
    uint64_t test_step;
    struct evaluation evaluation;
    struct series *loss_series, *score_series, *validation_loss_series, *validation_score_series, *lr_series;
    struct series **gradient_series; /* [layers of the network]: gradient norm; NULL for a layer without parameters */
    struct event *event;
    int events, events_room;
    struct shift_curve shift;     /* the last measurement of `shift` on this data */
    struct cures *cures;          /* the last that `doctor --cure` has measured (cures.h); owned; NULL: none */
    double nonfinite_step; /* the first step whose loss or gradient was not finite; NaN: none */
    bool met_nonfinite;    /* there was such a step since the session was opened, whatever has been cleared since */
    uint64_t lost_updates; /* left out by session_complete_step since the session was opened */
};

/* Settings a session starts with. */
struct session_options {
    uint64_t seed;
    int threads; /* 0: as many as there are cores for it, at most 8 */
};

struct session *session_open(const struct session_options *options, struct err *err);
void session_close(struct session *session);

/* --- data and network; each either does all of it or leaves the session as it was. NOTES (may be NULL) gets lines for
 * the person: what was kept, what was made anew. Those of the network, the loss, the optimizer, the batch and the
 * whitening complete a step that is under way, once nothing can refuse them any more; those of rate and clipping only
 * one whose update is held back because it is not finite. */

/* Opens ORIGIN and starts at step 0: with the default network and settings, or, where KEEP is set and there are some,
 * with the present ones as far as the data allow. */
int session_load_data(struct session *session, const struct data_origin *origin, bool keep, struct text *notes,
                      struct err *err);

/* Swaps the network for one of topology TOP (live surgery): parameters, statistics and the optimizer's state carry over
 * by name where the shape is the same; the rest is drawn by the session's initializer. */
int session_set_topology(struct session *session, const struct topology *top, struct text *notes, struct err *err);

/* Draws all weights anew by INIT; the optimizer's state is cleared; step, epoch and the plots go on. */
void session_initialize(struct session *session, const struct init *init, struct text *notes);

int session_set_loss(struct session *session, const struct loss *loss, struct text *notes, struct err *err);
int session_set_optimizer(struct session *session, const struct optim_kind *kind, const struct arg_values *args,
                          double lr, struct text *notes, struct err *err);
int session_set_batch(struct session *session, int rows, struct err *err);
int session_set_whiten(struct session *session, bool inputs, bool targets, struct err *err);
/* Clips, squashes and whitens as TRANSFORM, which is for the same data, from here on. */
void session_set_transform(struct session *session, const struct transform *transform);
int session_set_lr(struct session *session, double lr, struct err *err); /* the rate counts as chosen from then on */
/* The rate goes by SCHEDULE from here on. */
void session_set_schedule(struct session *session, const struct schedule *schedule);
int session_set_clip(struct session *session, double norm, struct err *err); /* 0: off */

/* Back to step 0 with the present settings: weights drawn as the first time, plots and events cleared. */
void session_reset(struct session *session, uint64_t seed);

/* Outputs that DATA and LOSS ask for: 1 for a number, 1 for two classes under bce, else the number of classes. */
int session_outputs(const struct dataset *data, const struct loss *loss);

/* Epochs, with the part of the present one that completed steps have taken. */
double session_epochs(const struct session *session);
struct figure session_epochs_text(const struct session *session); /* "5.07"; from 1000 on whole: "1674" */

/* Logs an edit and marks it on the plots. */
void session_event(struct session *session, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The same for an edit that is made again: it had MARK and stood at STEP. */
void session_event_again(struct session *session, char mark, const char *text, uint64_t step);

/* The rate has fallen by itself from BEFORE to AFTER, when STEP steps were done; noted once. */
void session_event_drop(struct session *session, double before, double after, uint64_t step);

/* --- running */

/* These set the goal; session_advance works towards it. A step that is under way counts as the first. */
void session_run_ops(struct session *session, uint64_t count);    /* GOAL_OPS, on from the cursor */
void session_run_steps(struct session *session, uint64_t steps);  /* GOAL_STEPS; UINT64_MAX: for ever */
void session_run_epochs(struct session *session, uint32_t epochs); /* GOAL_EPOCHS */
void session_run_until(struct session *session, struct expr *condition); /* GOAL_STEPS; takes CONDITION */
/* Stops the run: at the end of the step when that is near and nothing would stop before, else where the cursor is. */
void session_interrupt(struct session *session);
bool session_running(const struct session *session);              /* a goal, or an evaluation, is under way */

/* Works until DEADLINE (clock_now) or until the goal is reached; at least one op. */
void session_advance(struct session *session, int64_t deadline);

/* Completes the step under way, if any, without stopping for anything; so edits see whole steps. An update that is not
 * finite and has not begun is left out, so that weights and statistics are those before the step: false says so, and
 * lost_updates counts it. Of one that is held back between two layers the rest is left out. */
bool session_complete_step(struct session *session);

/* Whether long work may go on. */
bool session_breathe(const struct session *session);

/* Evaluates the validation rows now, to the end, unless that is done for this state already. Changes no state. */
int session_validate(struct session *session, struct err *err);

/* The same of the official test rows, whose figures then stand in session->test; an evaluation of the validation rows
 * that is under way goes on afterwards. ERR_STATE where the data has none. */
int session_test(struct session *session, struct err *err);

/* --- state */

/* XXH3 of weights, statistics, optimizer (kind, arguments, state), seed, counters and data cursor, network and loss.
 * Save and load live in debug/checkpoint.h; names of tensors and figures in debug/lookup.h. */
uint64_t session_hash(const struct session *session);

#endif
