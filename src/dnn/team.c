/*
 * team.c: threads that spin while work is near and sleep when it is not.
 *
 * A meeting of spinning threads costs about 0.1 microseconds, one through a condition variable a thousand times that; a
 * step of a small network has a dozen meetings. But a thread that spins takes a core from everybody else, so between
 * jobs it gives up after SPIN_NANOSECONDS and sleeps, and inside a job it yields after some microseconds: where other
 * programs leave a core to two threads, a meeting takes as long as the one spins before the other is let on. To yield
 * to nobody costs next to nothing.
 */
#include "dnn/team.h"

#include <assert.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "dnn/layer.h"

#define SPIN_NANOSECONDS   50000
#define SPINS_BEFORE_YIELD 100

struct team {
    int ranks, started;
    pthread_t thread[LAYER_THREADS];
    pthread_mutex_t lock;
    pthread_cond_t wake;
    bool closing;
    void (*job)(void *arg, int rank);
    void *arg;
    /* What one thread writes and others watch stands on cache lines of its own. */
    _Alignas(ARENA_ALIGN) atomic_uint jobs;     /* given out so far */
    _Alignas(ARENA_ALIGN) atomic_int finished;  /* workers done with the present one */
    _Alignas(ARENA_ALIGN) atomic_int sleeping;
    _Alignas(ARENA_ALIGN) atomic_int arrived;   /* at the present meeting */
    _Alignas(ARENA_ALIGN) atomic_uint meetings; /* held so far */
};

struct worker_start {
    struct team *team;
    int rank;
};

static void relax(int spins)
{
    if (spins % SPINS_BEFORE_YIELD == SPINS_BEFORE_YIELD - 1)
        sched_yield();
#if defined(__x86_64__)
    else
        __builtin_ia32_pause();
#endif
}

/* Waits for a job after number SEEN; returns its number. */
static unsigned await_job(struct team *team, unsigned seen)
{
    int64_t give_up = clock_now() + SPIN_NANOSECONDS;
    for (int spins = 0; spins % 64 || clock_now() < give_up; spins++) {
        unsigned now = atomic_load_explicit(&team->jobs, memory_order_acquire);
        if (now != seen)
            return now;
        relax(spins);
    }
    pthread_mutex_lock(&team->lock);
    atomic_fetch_add(&team->sleeping, 1);
    unsigned now;
    while ((now = atomic_load(&team->jobs)) == seen)
        pthread_cond_wait(&team->wake, &team->lock);
    atomic_fetch_sub(&team->sleeping, 1);
    pthread_mutex_unlock(&team->lock);
    return now;
}

static void *worker(void *start_arg)
{
    struct worker_start start = *(struct worker_start *)start_arg;
    free(start_arg);
    struct team *team = start.team;
    unsigned seen = 0;
    for (;;) {
        seen = await_job(team, seen);
        if (team->closing)
            return NULL;
        team->job(team->arg, start.rank);
        atomic_fetch_add_explicit(&team->finished, 1, memory_order_release);
    }
}

static void announce(struct team *team)
{
    atomic_fetch_add(&team->jobs, 1);
    if (atomic_load(&team->sleeping) > 0) {
        pthread_mutex_lock(&team->lock);
        pthread_cond_broadcast(&team->wake);
        pthread_mutex_unlock(&team->lock);
    }
}

void team_run(struct team *team, void (*job)(void *arg, int rank), void *arg)
{
    assert(team->started == team->ranks);
    team->job = job;
    team->arg = arg;
    atomic_store_explicit(&team->finished, 0, memory_order_relaxed);
    if (team->ranks > 1)
        announce(team);
    job(arg, 0);
    for (int spins = 0; atomic_load_explicit(&team->finished, memory_order_acquire) < team->ranks - 1; spins++)
        relax(spins);
}

void team_meet(struct team *team)
{
    if (team->ranks == 1)
        return;
    unsigned meeting = atomic_load_explicit(&team->meetings, memory_order_acquire);
    if (atomic_fetch_add_explicit(&team->arrived, 1, memory_order_acq_rel) == team->ranks - 1) {
        atomic_store_explicit(&team->arrived, 0, memory_order_relaxed);
        atomic_store_explicit(&team->meetings, meeting + 1, memory_order_release);
        return;
    }
    for (int spins = 0; atomic_load_explicit(&team->meetings, memory_order_acquire) == meeting; spins++)
        relax(spins);
}

int team_ranks(const struct team *team)
{
    return team->ranks;
}

static int start_worker(struct team *team, int rank)
{
    struct worker_start *start = malloc(sizeof *start);
    if (!start)
        return -1;
    *start = (struct worker_start){team, rank};
    if (pthread_create(&team->thread[rank], NULL, worker, start)) {
        free(start);
        return -1;
    }
    return 0;
}

struct team *team_open(int ranks, struct err *err)
{
    assert(ranks >= 1 && ranks <= LAYER_THREADS);
    struct team *team = aligned_alloc(ARENA_ALIGN, (sizeof *team + ARENA_ALIGN - 1) / ARENA_ALIGN * ARENA_ALIGN);
    if (!team) {
        err_set(err, ERR_MEMORY, "no memory for a team of %d threads", ranks);
        return NULL;
    }
    memset(team, 0, sizeof *team);
    team->ranks = ranks;
    team->started = 1;
    pthread_mutex_init(&team->lock, NULL);
    pthread_cond_init(&team->wake, NULL);
    return team;
}

int team_start(struct team *team, struct err *err)
{
    if (team->started == team->ranks)
        return 0;
    /* Signals are the main thread's business: workers are born with all of them blocked. */
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    while (team->started < team->ranks && start_worker(team, team->started) == 0)
        team->started++;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (team->started < team->ranks)
        return err_set(err, ERR_MEMORY, "the system started only %d of %d threads; `--threads N` asks for fewer",
                       team->started, team->ranks);
    return 0;
}

void team_close(struct team *team)
{
    if (!team)
        return;
    team->closing = true;
    announce(team);
    for (int rank = 1; rank < team->started; rank++)
        pthread_join(team->thread[rank], NULL);
    pthread_cond_destroy(&team->wake);
    pthread_mutex_destroy(&team->lock);
    free(team);
}
