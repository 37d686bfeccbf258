/* Worker threads from the inside: what runs in them and who owns a pool share this. */
#ifndef COIL_MACH_WORKERS_OWN_H
#define COIL_MACH_WORKERS_OWN_H

#include "mach/thread.h"
#include "mach/workers.h"

/* Instead of a work in the inbox. */
enum { POOL_EMPTY = 0, POOL_CLOSED = 1 };

struct worker {
    struct mach_pool *pool;
    struct mach_work *work;  /* that runs here; others look under the lock */
    struct mach_work *ended; /* that ran before, to be released */
    int64_t since_ns;
    struct coil_link link; /* in pool->workers */
    struct coil_link idle; /* in pool->idle */
    uint32_t awake;        /* a futex: it was called */
    unsigned waits;        /* how deep in coil__mach_worker_waits */
    unsigned row;          /* works since it last slept */
    int64_t row_ns;        /* when the first of them, or of the last BRISK_WORKS, began */
    uint64_t seen;         /* the guard's: pool->taken when it last looked */
    bool promises;         /* while its work runs it attends all the same */
    uint32_t generation;
    struct mach_thread thread;
};

/* ---- the queue; with the lock held ---- */

static inline void queue_append(struct mach_pool *pool, struct mach_work *work)
{
    work->next = NULL;
    work->at = pool->last;
    *pool->last = work;
    pool->last = &work->next;
    pool->queued++;
}

static inline void queue_take(struct mach_pool *pool, struct mach_work *work)
{
    *work->at = work->next;
    if (work->next != NULL)
        work->next->at = work->at;
    else
        pool->last = work->at;
    work->at = NULL;
    pool->queued--;
}

/* Moves the inbox to the list, oldest first. `instead` stays in it. */
static inline void queue_drain(struct mach_pool *pool, uintptr_t instead)
{
    uintptr_t mail = word_load(&pool->inbox);
    struct mach_work *work, *older, *list = NULL;

    while (mail != POOL_CLOSED && mail != instead && !word_cas(&pool->inbox, &mail, instead))
        ;
    if (mail == POOL_CLOSED)
        return;
    for (work = (struct mach_work *)mail; work != NULL; work = older) {
        older = work->next;
        work->next = list;
        list = work;
    }
    for (work = list; work != NULL; work = older) {
        older = work->next;
        queue_append(pool, work);
    }
}

static inline struct mach_work *queue_take_first(struct mach_pool *pool)
{
    struct mach_work *work;

    if (pool->first == NULL)
        queue_drain(pool, POOL_EMPTY);
    work = pool->first;
    if (work != NULL)
        queue_take(pool, work);
    return work;
}

static inline bool queue_has_work(struct mach_pool *pool)
{
    return pool->first != NULL || word_load(&pool->inbox) > POOL_CLOSED;
}

#endif
