/* Work comes: if nobody attends, an idle thread is called, or one is made. */
#include "mach/workers_own.h"

#include <errno.h>

#include "base/alloc.h"

#define HINT_AHEAD 8 /* works that are on their way from another processor at a time */

void coil__pool_note_spare(struct mach_pool *pool)
{
    uintptr_t spare = pool_busy(pool) < pool->limit;

    if (word_load(&pool->spare) != spare)
        word_exchange(&pool->spare, spare);
}

static int start_worker(struct mach_pool *pool)
{
    struct worker *self = mem_zalloc(sizeof(*self));
    int err;

    if (self == NULL)
        return -ENOMEM;
    self->pool = pool;
    self->at.value = RECALLED;
    self->spin.limit_ns = SPIN_NS;
    self->generation = coil__fork_generation;
    err = coil__mach_thread_start(&self->thread, coil__worker_live, self, pool->name,
                                  pool->stack_bytes);
    if (err != 0) {
        mem_free(self);
        return err;
    }
    list_append(&pool->workers, &self->link);
    pool->threads++;
    coil__worker_promise(self); /* it will look as soon as it lives */
    coil__pool_note_spare(pool);
    return 0;
}

static int call_or_make(struct mach_pool *pool, struct worker **call)
{
    struct coil_link *idle;
    int err;

    if (pool_busy(pool) >= pool->limit)
        return 0;
    idle = list_pop(&pool->idle);
    if (idle != NULL) {
        *call = container_of(idle, struct worker, idle);
        if (pool->guard == *call)
            pool->guard = NULL;
        pool->idlers--;
        coil__worker_promise(*call);
        coil__pool_note_spare(pool);
        return 0;
    }
    err = start_worker(pool);
    return pool_busy(pool) > 0 ? 0 : err;
}

/*
 * Wakes it once the lock is free, which is the first thing it will want: that is a microsecond of
 * five. It may have ended by then, and its memory gone: the word's address is all that a wake
 * uses, and who sleeps on another word there sleeps on.
 */
void coil__pool_unlock_and_call(struct mach_pool *pool, struct worker *call)
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

int coil__pool_engage(struct mach_pool *pool, struct worker **call)
{
    if (word_load(&pool->attending) != 0 || !pool_has_work(pool))
        return 0;
    return call_or_make(pool, call);
}

/* Without a look into the work, which may be somebody's own again. */
static bool still_queued(struct mach_pool *pool, const struct mach_work *work)
{
    const struct mach_work *at;

    coil__pool_drain(pool, POOL_EMPTY);
    for (at = pool->first; at != NULL && at != work; at = at->next)
        ;
    return at != NULL;
}

static int call_somebody(struct mach_pool *pool, struct mach_work *work)
{
    struct worker *call = NULL;
    int err;

    pthread_mutex_lock(&pool->lock);
    err = coil__pool_engage(pool, &call);
    if (err != 0) {
        if (still_queued(pool, work))
            coil__pool_take_out(pool, work);
        else
            err = 0;
    }
    coil__pool_unlock_and_call(pool, call);
    return err;
}

/* See coil__pool_drain. */
static void leave_hint(struct mach_work *work)
{
    static __thread struct {
        uintptr_t work[HINT_AHEAD];
        unsigned next;
    } latest;
    uintptr_t *slot = &latest.work[latest.next++ % HINT_AHEAD];

    work->hint = *slot;
    *slot = (uintptr_t)work;
}

int coil__mach_pool_submit(struct mach_pool *pool, struct mach_work *work)
{
    uintptr_t was = word_load(&pool->inbox);

    leave_hint(work);
    do {
        if (was == POOL_CLOSED)
            return -ESHUTDOWN;
        work->next = (struct mach_work *)was;
    } while (!word_cas(&pool->inbox, &was, (uintptr_t)work));
    if (word_load(&pool->attending) != 0 || word_load(&pool->spare) == 0)
        return 0;
    return call_somebody(pool, work);
}
