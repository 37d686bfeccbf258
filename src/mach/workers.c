#include "mach/workers_own.h"

#include <errno.h>

#include "base/alloc.h"
#include "mach/clock.h"

#define BRISK_WORKS 32  /* so many in a row ... */
#define BRISK_NS 32000  /* ... in this time: then another thread would only be in the way */
#define GUARD_NS 200000 /* so often the guard looks */

static __thread struct worker *here;

/* Without a look into the work, which may be somebody's own again. */
static bool still_queued(struct mach_pool *pool, const struct mach_work *work)
{
    const struct mach_work *at;

    queue_drain(pool, POOL_EMPTY);
    for (at = pool->first; at != NULL && at != work; at = at->next)
        ;
    return at != NULL;
}

/* ---- who looks at it ---- */

/* Those that count for the limit. Threads beyond it, whose waiting is over, finish what they have
 * and then are idle. */
static unsigned busy(const struct mach_pool *pool)
{
    return pool->threads - pool->waiting - pool->idlers;
}

/* Whenever busy() has changed. Whoever changes it looks for work after that, and who brings work
 * looks at this after that: one of them sees the other's. */
static void note_spare(struct mach_pool *pool)
{
    uintptr_t spare = busy(pool) < pool->limit;

    if (word_load(&pool->spare) != spare)
        word_exchange(&pool->spare, spare);
}

static void run_worker(void *worker);

static int start_worker(struct mach_pool *pool)
{
    struct worker *self = mem_zalloc(sizeof(*self));
    int err;

    if (self == NULL)
        return -ENOMEM;
    self->pool = pool;
    self->generation = coil__fork_generation;
    err = coil__mach_thread_start(&self->thread, run_worker, self, pool->name, pool->stack_bytes);
    if (err != 0) {
        mem_free(self);
        return err;
    }
    self->promises = true; /* it will look as soon as it lives */
    list_append(&pool->workers, &self->link);
    pool->threads++;
    word_add(&pool->attending, 1);
    note_spare(pool);
    return 0;
}

/*
 * Work waits and nobody attends: calls an idle thread (*call, to be woken
 * once the lock is free), or makes one. An error: there is none that does not wait, and none could
 * be made.
 */
static int engage(struct mach_pool *pool, struct worker **call)
{
    struct coil_link *idle;
    int err;

    if (busy(pool) >= pool->limit)
        return 0;
    idle = list_pop(&pool->idle);
    if (idle != NULL) {
        *call = container_of(idle, struct worker, idle);
        if (pool->guard == *call)
            pool->guard = NULL;
        pool->idlers--;
        word_add(&pool->attending, 1);
        note_spare(pool);
        return 0;
    }
    err = start_worker(pool);
    return busy(pool) > 0 ? 0 : err;
}

/*
 * Wakes it once the lock is free, which is the first thing it will want: that is a microsecond of
 * five. It may have ended by then, and its memory gone: the word's address is all that a wake
 * uses, and who sleeps on another word there sleeps on.
 */
static void unlock_and_call(struct mach_pool *pool, struct worker *call)
{
    const uint32_t *awake = NULL;

    if (call != NULL) {
        awake = &call->awake;
        __atomic_store_n(&call->awake, 1, __ATOMIC_RELEASE);
    }
    pthread_mutex_unlock(&pool->lock);
    if (awake != NULL)
        coil__mach_futex_wake(awake, 1);
}

/* With the lock held: if work waits and nobody attends, somebody shall. */
static int engage_if_needed(struct mach_pool *pool, struct worker **call)
{
    if (word_load(&pool->attending) != 0 || !queue_has_work(pool))
        return 0;
    return engage(pool, call);
}

static int call_somebody(struct mach_pool *pool, struct mach_work *work)
{
    struct worker *call = NULL;
    int err;

    pthread_mutex_lock(&pool->lock);
    err = engage_if_needed(pool, &call);
    if (err != 0) {
        if (still_queued(pool, work))
            queue_take(pool, work);
        else
            err = 0;
    }
    unlock_and_call(pool, call);
    return err;
}

int coil__mach_pool_submit(struct mach_pool *pool, struct mach_work *work)
{
    uintptr_t was = word_load(&pool->inbox);

    do {
        if (was == POOL_CLOSED)
            return -ESHUTDOWN;
        work->next = (struct mach_work *)was;
    } while (!word_cas(&pool->inbox, &was, (uintptr_t)work));
    if (word_load(&pool->attending) != 0 || word_load(&pool->spare) == 0)
        return 0;
    return call_somebody(pool, work);
}

/* ---- a worker's life ---- */

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

/*
 * Works that are done before another thread is awake are better done by one. Who takes them in
 * quick succession promises to be back soon and attends while they run, so that nobody else is
 * called; for the case that one of them takes long after all an idle thread guards the promise.
 */
static bool promise(struct worker *self)
{
    struct mach_pool *pool = self->pool;
    int64_t now;

    if (self->row++ % BRISK_WORKS == 0) {
        now = mach_now();
        pool->brisk = self->row > 1 && now - self->row_ns < BRISK_NS;
        self->row_ns = now;
    }
    if (!pool->brisk || list_empty(&pool->idle))
        return false;
    if (pool->guard == NULL) {
        pool->guard = container_of(pool->idle.prev, struct worker, idle);
        pool->guard->seen = pool->taken;
        coil__mach_futex_wake(&pool->guard->awake, 1); /* to sleep for a shorter time */
    }
    return true;
}

/* The guard's look, with the lock held. Nothing was taken since the last one: nobody is back soon,
 * and there is nothing to guard any more. */
static void guard_promises(struct mach_pool *pool)
{
    struct worker *guard = pool->guard;

    if (guard->seen != pool->taken) {
        guard->seen = pool->taken;
        return;
    }
    pool->guard = NULL;
    pool->brisk = false;
    for (struct coil_link *at = pool->workers.next; at != &pool->workers; at = at->next) {
        struct worker *worker = container_of(at, struct worker, link);

        if (worker->promises)
            word_sub(&pool->attending, 1);
        worker->promises = false;
    }
}

static int sleep_for_a_while(struct worker *self, int64_t deadline)
{
    struct mach_pool *pool = self->pool;
    bool guards = pool->guard == self;
    int err;

    pthread_mutex_unlock(&pool->lock);
    release_ended(self);
    err = coil__mach_futex_wait(&self->awake, 0, guards ? mach_now() + GUARD_NS : deadline);
    pthread_mutex_lock(&pool->lock);
    if (err != -ETIMEDOUT || !guards)
        return err;
    if (pool->guard == self && self->awake == 0)
        guard_promises(pool);
    return 0;
}

/* Sleeps until somebody calls; false: nobody did for so long that it may end. Called and left with
 * the lock held, attending. */
static bool sleep_until_called(struct worker *self, bool surplus)
{
    struct mach_pool *pool = self->pool;
    int64_t deadline = mach_now() + pool->idle_ns;
    int err = 0;

    self->awake = 0;
    self->row = 0;
    list_prepend(&pool->idle, &self->idle);
    pool->idlers++;
    note_spare(pool);
    word_sub(&pool->attending, 1);
    do {
        /* Who submits from now on sees that nobody attends. */
        if (!surplus && word_load(&pool->attending) == 0 && queue_has_work(pool))
            break;
        err = sleep_for_a_while(self, deadline);
    } while (self->awake == 0 && (err != -ETIMEDOUT || pool->guard == self));
    if (self->awake != 0)
        return true;
    if (pool->guard == self)
        pool->guard = NULL;
    list_remove(&self->idle);
    pool->idlers--;
    note_spare(pool);
    word_add(&pool->attending, 1);
    return err != -ETIMEDOUT;
}

static void end_work(struct worker *self)
{
    if (self->work == NULL)
        return;
    self->work = NULL;
    self->pool->running--;
    note_change(self->pool);
}

/* Takes the next work, waiting for it; false: the thread is to end. Attends until it returns. */
static bool next_work(struct worker *self)
{
    struct mach_pool *pool = self->pool;
    struct worker *call = NULL;
    struct mach_work *work = NULL;
    bool surplus, stays = true;

    pthread_mutex_lock(&pool->lock);
    end_work(self);
    if (!self->promises)
        word_add(&pool->attending, 1);
    self->promises = false;
    while (stays && work == NULL) {
        surplus = busy(pool) > pool->limit;
        work = surplus ? NULL : queue_take_first(pool);
        if (work == NULL)
            stays = !pool->closed && sleep_until_called(self, surplus);
    }
    if (work != NULL) {
        self->work = work;
        self->promises = promise(self);
        self->since_ns = self->promises ? self->row_ns : mach_now();
        pool->running++;
        pool->taken++;
    }
    if (!self->promises)
        word_sub(&pool->attending, 1);
    engage_if_needed(pool, &call);
    unlock_and_call(pool, call);
    release_ended(self);
    return work != NULL;
}

static void break_promise(struct worker *self)
{
    if (self->promises)
        word_sub(&self->pool->attending, 1);
    self->promises = false;
}

static void leave_pool(struct worker *self)
{
    struct mach_pool *pool = self->pool;
    struct worker *call = NULL;
    bool last;

    pthread_mutex_lock(&pool->lock);
    end_work(self);
    break_promise(self);
    list_remove(&self->link);
    pool->threads--;
    if (self->waits > 0)
        pool->waiting--;
    note_spare(pool);
    note_change(pool);
    engage_if_needed(pool, &call);
    last = pool->closed && pool->threads == 0;
    unlock_and_call(pool, call);
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
    struct mach_work *work = self->work;

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
    struct mach_work *work = self->work;
    void (*release)(struct mach_work * work) = work->release;

    work->run(work);
    if (release != NULL)
        self->ended = work;
}

static void stop_attending(struct worker *self)
{
    struct mach_pool *pool = self->pool;
    struct worker *call = NULL;

    pthread_mutex_lock(&pool->lock);
    break_promise(self);
    engage_if_needed(pool, &call);
    unlock_and_call(pool, call);
}

static void run_worker(void *worker)
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
    break_promise(self);
    self->pool->waiting++;
    note_spare(self->pool);
    err = engage_if_needed(self->pool, &call);
    if (err != 0) {
        self->waits--;
        self->pool->waiting--;
        note_spare(self->pool);
    }
    unlock_and_call(self->pool, call);
    return err != 0 ? -EDEADLK : 0;
}

void coil__mach_worker_goes_on(void)
{
    struct worker *self = here;

    if (self == NULL || is_lost(self) || --self->waits > 0)
        return;
    pthread_mutex_lock(&self->pool->lock);
    self->pool->waiting--;
    note_spare(self->pool);
    pthread_mutex_unlock(&self->pool->lock);
}
