/*
 * snapshot.c: states between two steps: kept, found, put back, and dropped when memory runs out.
 *
 * A snapshot is what cannot be made again: parameters, statistics, the optimizer's state and a few counters. Which one
 * is dropped: the one without which the least has to be executed again, where what lies further from the present place
 * and from the tip may take longer, by the square root of the distance. So n of them reach back over a number of steps
 * that grows with the square of n.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "history_tree.h"

static size_t vectors_of(const struct session *session)
{
    size_t slots = (size_t)session->optimizer.kind->slots;
    return session->net->size * (1 + slots) + session->net->stat_size;
}

/* Copies VECTOR to or from the place AT of a snapshot. */
static void move(real *vector, real **at, size_t n, bool out)
{
    memcpy(out ? *at : vector, out ? vector : *at, n * sizeof *vector);
    *at += n;
}

static void move_all(struct session *session, real *at, bool out)
{
    struct net *net = session->net;
    move(net->w, &at, net->size, out);
    move(net->s, &at, net->stat_size, out);
    for (int slot = 0; slot < session->optimizer.kind->slots; slot++)
        move(session->optimizer.slot[slot], &at, net->size, out);
}

/* --- which to drop */

/* Whether A and B stand in the stretch between the same two edits. */
static bool neighbours(const struct history *history, int a, int b)
{
    return a >= 0 && b < history->snapshots && history->snapshot[a]->edit == history->snapshot[b]->edit;
}

static double distance(uint64_t a, uint64_t b)
{
    return fabs((double)a - (double)b);
}

/* What is lost with snapshot I, seen from the present step and from the tip. */
static double worth(const struct history *history, int i, uint64_t now, uint64_t tip)
{
    const struct snapshot *snapshot = history->snapshot[i];
    uint64_t before = neighbours(history, i - 1, i) ? history->snapshot[i - 1]->step : snapshot->edit->at.step;
    uint64_t after = neighbours(history, i, i + 1) ? history->snapshot[i + 1]->step : snapshot->step;
    double near = fmin(distance(now, snapshot->step), distance(tip, snapshot->step));
    return ((double)(after - before) + 1) / sqrt(near + 1);
}

/* Its memory waits for the next one, which as a rule has the same size: new pages cost more than the copying. */
static void drop(struct history *history, int i)
{
    history->used -= history->snapshot[i]->bytes;
    free(history->spare);
    history->spare = history->snapshot[i]->vectors;
    history->spare_bytes = history->snapshot[i]->bytes;
    free(history->snapshot[i]);
    history->snapshots--;
    memmove(history->snapshot + i, history->snapshot + i + 1,
            (size_t)(history->snapshots - i) * sizeof *history->snapshot);
}

/* False when there is none that may go. */
static bool drop_least(struct session *session)
{
    struct history *history = session->history;
    int least = -1;
    uint64_t tip = history->past ? history->current->tip.step : session->step;
    double least_worth = INFINITY;
    for (int i = 0; i < history->snapshots; i++) {
        double here = history->snapshot[i]->pinned ? INFINITY : worth(history, i, session->step, tip);
        if (here < least_worth) {
            least = i;
            least_worth = here;
        }
    }
    if (least >= 0)
        drop(history, least);
    return least >= 0;
}

void snapshot_fit(struct session *session, size_t need)
{
    struct history *history = session->history;
    while (history->used + need > history->budget && drop_least(session))
        ;
}

void snapshot_drop_all(struct history *history)
{
    while (history->snapshots > 0)
        drop(history, history->snapshots - 1);
    free(history->spare);
    history->spare = NULL;
}

void snapshot_drop_of(struct history *history, const struct edit *edit)
{
    for (int i = history->snapshots - 1; i >= 0; i--)
        if (history->snapshot[i]->edit == edit)
            drop(history, i);
}

/* --- keeping */

/* Memory for the vectors of a snapshot that takes BYTES in all; NULL: none. */
static real *take_vectors(struct history *history, size_t bytes)
{
    real *vectors = history->spare_bytes == bytes ? history->spare : NULL;
    if (vectors)
        history->spare = NULL;
    return vectors ? vectors : malloc(bytes);
}

/* Where a snapshot of EDIT at STEP belongs. */
static int place_of(const struct history *history, const struct edit *edit, uint64_t step)
{
    int low = 0, high = history->snapshots;
    while (low < high) {
        int middle = low + (high - low) / 2;
        const struct snapshot *there = history->snapshot[middle];
        bool earlier = there->edit->serial != edit->serial ? there->edit->serial < edit->serial : there->step < step;
        if (earlier)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

bool snapshot_exists(const struct history *history, const struct edit *edit, uint64_t step)
{
    int i = place_of(history, edit, step);
    return i < history->snapshots && history->snapshot[i]->edit == edit && history->snapshot[i]->step == step;
}

void snapshot_keep(struct session *session, bool pinned)
{
    struct history *history = session->history;
    const struct edit *edit = history->path[history->applied - 1];
    size_t n = vectors_of(session), bytes = n * sizeof(real) + sizeof(struct snapshot);
    int64_t begun = clock_now();
    if (snapshot_exists(history, edit, session->step))
        return;
    snapshot_fit(session, bytes);
    int most = (int)(sizeof history->snapshot / sizeof *history->snapshot);
    if (!pinned && history->used + bytes > history->budget)
        return;
    if (history->snapshots == most && !drop_least(session))
        return;
    struct snapshot *snapshot = malloc(sizeof *snapshot);
    real *vectors = take_vectors(history, bytes);
    if (!snapshot || !vectors) {
        free(snapshot);
        free(vectors);
        return;
    }
    *snapshot = (struct snapshot){.edit = edit,
                                  .step = session->step,
                                  .t = session->optimizer.t,
                                  .epoch = session->epoch,
                                  .draws = session->draws,
                                  .visited = session->visited,
                                  .pinned = pinned,
                                  .bytes = bytes,
                                  .vectors = vectors};
    move_all(session, vectors, true);
    int at = place_of(history, edit, session->step);
    memmove(history->snapshot + at + 1, history->snapshot + at,
            (size_t)(history->snapshots - at) * sizeof *history->snapshot);
    history->snapshot[at] = snapshot;
    history->snapshots++;
    history->used += bytes;
    double cost = (double)(clock_now() - begun);
    history->cost += (cost - history->cost) / (history->cost > 0 ? 8 : 1);
}

/* --- finding and putting back */

/* Whether the present path comes through SNAPSHOT, no later than POSITION and with APPLIED edits at most. */
static bool on_the_way(const struct history *history, const struct snapshot *snapshot, int applied,
                       struct position position)
{
    int depth = snapshot->edit->depth;
    struct position at = {snapshot->step, 0};
    if (depth >= applied || history->path[depth] != snapshot->edit || position_compare(at, position) > 0)
        return false;
    return depth + 1 >= history->length || position_compare(at, history->path[depth + 1]->at) <= 0;
}

const struct snapshot *snapshot_find(const struct history *history, int applied, struct position position, bool before)
{
    const struct snapshot *best = NULL;
    if (before && position.step > 0) {
        best = snapshot_find(history, applied, (struct position){position.step - 1, 0}, false);
        if (best)
            return best;
    }
    for (int i = 0; i < history->snapshots; i++) {
        const struct snapshot *snapshot = history->snapshot[i];
        if (!on_the_way(history, snapshot, applied, position))
            continue;
        if (!best || snapshot->step > best->step ||
            (snapshot->step == best->step && snapshot->edit->depth > best->edit->depth))
            best = snapshot;
    }
    return best;
}

static bool same_rig(const struct session *session, const struct settings *settings)
{
    const struct topology *top = &session->net->top;
    return top->layers == settings->top->layers && session->optimizer.kind == settings->optim &&
           session->batch == settings->batch && session->loss.kind == settings->loss.kind &&
           memcmp(&session->loss.args, &settings->loss.args, sizeof session->loss.args) == 0 &&
           memcmp(top->layer, settings->top->layer, (size_t)top->layers * sizeof *top->layer) == 0;
}

int snapshot_restore(struct session *session, const struct snapshot *snapshot, struct err *err)
{
    const struct settings *settings = &snapshot->edit->settings;
    if (!same_rig(session, settings)) {
        struct rig rig;
        struct rig_plan plan = {settings->top, settings->loss, settings->optim, settings->batch};
        if (rig_open(session, session->data, &plan, &rig, err))
            return -1;
        rig_install(session, &plan, &rig);
    }
    session->init = settings->init;
    session->optimizer.args = settings->optim_args;
    session->optimizer.clip = settings->clip;
    session->optimizer.t = snapshot->t;
    session->lr_chosen = settings->lr_chosen;
    transform_assign(&session->transform, settings->transform);
    session->seed = settings->seed;
    session->step = snapshot->step;
    session->epoch = snapshot->epoch;
    session->schedule = settings->schedule;
    session->optimizer.lr = schedule_rate(&session->schedule, session->step, session->epoch);
    session->draws = snapshot->draws;
    session->visited = snapshot->visited;
    session->inside = session->held = session->spoilt = false;
    move_all(session, snapshot->vectors, false);
    session->history->applied = snapshot->edit->depth + 1;
    return 0;
}
