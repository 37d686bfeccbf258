/* The threads of a pool: they take works, run them, wait for more, and leave. */
#include "mach/workers_own.h"

#include <errno.h>

#include "base/alloc.h"
#include "mach/clock.h"

#define BRISK_WORKS 32 /* so many in a row ... */
#define BRISK_NS 32000 /* ... in this time: then another thread would only be in the way */

#define FEW 8
#define REST_MOST 63 /* looks, of some tens of nanoseconds each */

static __thread struct worker *here;

static void note_change(struct mach_pool *pool)
{
    if (!pool->watched)
        return;
    __atomic_add_fetch(&pool->changes, 1, __ATOMIC_RELEASE);
    coil__mach_futex_wake(&pool->changes, INT32_MAX);
}

static void release_ended(struct worker *self)
{
    struct mach_work *work = self->ended;

    self->ended = NULL;
    if (work != NULL)
        work->release(work);
}

void coil__worker_release_aside(struct worker *self)
{
    struct mach_pool *pool = self->pool;
    struct worker *call = NULL;

    if (self->ended == NULL)
        return;
    coil__worker_break_promise(self);
    coil__pool_engage(pool, &call);
    coil__pool_unlock_and_call(pool, call);
    release_ended(self);
    pthread_mutex_lock(&pool->lock);
    coil__worker_promise(self);
}

/*
 * Works that are done before another thread is awake are better done by one. Who takes them in
 * quick succession takes several, and promises to be back soon: it attends while they run, so that
 * nobody else is called. For the case that one of them takes long after all an idle thread guards
 * the promise; where all threads are busy, the first that is not.
 */
static bool is_brisk(struct worker *self, int64_t now)
{
    struct mach_pool *pool = self->pool;

    if (self->row == 0 || self->row > BRISK_WORKS) {
        pool->brisk =
            self->row > 0 && now - self->row_ns < BRISK_NS / BRISK_WORKS * (int64_t)self->row;
        self->row_ns = now;
        self->row = 1;
    }
    return pool->brisk && !pool->watched &&
           (!list_empty(&pool->idle) || pool_busy(pool) >= pool->limit);
}

static void end_works(struct worker *self)
{
    word_store(&self->at, RECALLED);
    if (self->work == NULL)
        return;
    self->work = NULL;
    self->pool->running--;
    note_change(self->pool);
}

/* With the lock held. Attends before, and after only if it is soon back. */
static bool take_works(struct worker *self, int64_t now)
{
    struct mach_pool *pool = self->pool;
    bool brisk = is_brisk(self, now);
    unsigned n;

    coil__pool_free_held_up(pool, now);
    n = coil__pool_take_batch(pool, self, brisk ? BATCH : 1);
    if (n == 0)
        return false;
    self->row += n;
    self->since_ns = now;
    pool->running++;
    pool->taken += n;
    if (brisk)
        coil__pool_post_guard(pool);
    else
        coil__worker_break_promise(self);
    return true;
}

/*
 * Where works come nearly as fast as they are done, each look finds one or two of them, and takes
 * the inbox and their memory away from who is just bringing the next: both are slow then. So who
 * finds few, time and again without ever having to wait, gives them time to become more.
 */
static void adapt_rest(struct worker *self, bool waited)
{
    if (waited || !self->promises)
        self->rest = 0;
    else if (self->n < FEW && self->rest < REST_MOST)
        self->rest = self->rest * 2 + 1;
    else if (self->n >= 2 * FEW)
        self->rest /= 2;
}

static void rest(const struct worker *self)
{
    for (unsigned i = 0; i < self->rest; i++)
        mach_relax();
}

/* Takes works, waiting for them; false: the thread is to end. Attends until then. */
static bool wait_for_works(struct worker *self)
{
    struct mach_pool *pool = self->pool;
    struct worker *call = NULL;
    bool surplus, stays = true, took = false, waited = false;
    int64_t now;

    rest(self);
    now = mach_now();
    pthread_mutex_lock(&pool->lock);
    end_works(self);
    coil__worker_promise(self);
    while (stays && !took) {
        surplus = pool_busy(pool) > pool->limit;
        took = !surplus && take_works(self, now);
        waited = waited || !took;
        if (!took)
            stays = !pool->closed && coil__worker_idle(self, surplus, &now);
    }
    adapt_rest(self, waited);
    if (!took)
        coil__worker_break_promise(self);
    coil__pool_engage(pool, &call);
    coil__pool_unlock_and_call(pool, call);
    return took;
}

static bool next_work(struct worker *self)
{
    self->current = worker_next_of_batch(self);
    if (self->current == NULL && wait_for_works(self))
        self->current = self->batch[0];
    release_ended(self);
    return self->current != NULL;
}

static void leave_pool(struct worker *self)
{
    struct mach_pool *pool = self->pool;
    struct worker *call = NULL;
    bool last;

    pthread_mutex_lock(&pool->lock);
    coil__worker_recall(self);
    end_works(self);
    coil__worker_break_promise(self);
    list_remove(&self->link);
    pool->threads--;
    if (self->waits > 0)
        pool->waiting--;
    coil__pool_note_spare(pool);
    note_change(pool);
    coil__pool_engage(pool, &call);
    last = pool->closed && pool->threads == 0;
    coil__pool_unlock_and_call(pool, call);
    release_ended(self);
    here = NULL;
    mem_free(self);
    if (last && pool->gone != NULL)
        pool->gone(pool);
}

/* The work forked, and this is the child: its only thread ends. */
static bool is_lost(const struct worker *self)
{
    return self->generation != coil__fork_generation;
}

/* The thread ends, perhaps because a work called pthread_exit. */
static void thread_ends(void *worker)
{
    struct worker *self = worker;
    struct mach_work *work = self->current;

    if (is_lost(self))
        return;
    if (work != NULL && work->died != NULL)
        work->died(work);
    if (work != NULL && work->release != NULL)
        self->ended = work;
    leave_pool(self);
}

static void run_work(struct worker *self)
{
    struct mach_work *work = self->current;
    void (*release)(struct mach_work * work) = work->release;

    COUNTER_SET(work->begun, true);
    work->run(work);
    if (release != NULL)
        self->ended = work;
}

static void stop_attending(struct worker *self)
{
    struct mach_pool *pool = self->pool;
    struct worker *call = NULL;

    pthread_mutex_lock(&pool->lock);
    coil__worker_break_promise(self);
    coil__pool_engage(pool, &call);
    coil__pool_unlock_and_call(pool, call);
}

void coil__worker_live(void *worker)
{
    struct worker *self = worker;
    struct mach_pool *pool = self->pool;

    pthread_detach(pthread_self());
    here = self;
    pthread_cleanup_push(thread_ends, self);
    if (pool->begin != NULL) {
        stop_attending(self);
        pool->begin(pool->arg);
    }
    while (next_work(self)) {
        run_work(self);
        if (is_lost(self))
            break;
    }
    pthread_cleanup_pop(1);
}

bool coil__mach_pool_is_here(const struct mach_pool *pool)
{
    return here != NULL && here->pool == pool && !is_lost(here);
}

int coil__mach_worker_waits(void)
{
    struct worker *self = here, *call = NULL;
    int err;

    if (self == NULL || is_lost(self) || self->waits++ > 0)
        return 0;
    pthread_mutex_lock(&self->pool->lock);
    coil__worker_recall(self);
    coil__worker_break_promise(self);
    self->pool->waiting++;
    coil__pool_note_spare(self->pool);
    err = coil__pool_engage(self->pool, &call);
    if (err != 0) {
        self->waits--;
        self->pool->waiting--;
        coil__pool_note_spare(self->pool);
    }
    coil__pool_unlock_and_call(self->pool, call);
    return err != 0 ? -EDEADLK : 0;
}

void coil__mach_worker_goes_on(void)
{
    struct worker *self = here;

    if (self == NULL || is_lost(self) || --self->waits > 0)
        return;
    pthread_mutex_lock(&self->pool->lock);
    self->pool->waiting--;
    coil__pool_note_spare(self->pool);
    pthread_mutex_unlock(&self->pool->lock);
}
