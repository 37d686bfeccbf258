/* The queue of a pool, and what its threads take from it at a time. With the lock held. */
#include "mach/workers_own.h"

#include "base/prefetch.h"

/*
 * A work that comes from another processor costs a long wait for its memory, and which one is next
 * is not known until that is over. So each has a hint to one that was submitted some time before
 * it, which is fetched meanwhile: its own cache line and those before and behind, where what is
 * done with it stands. It may be gone by now; fetching whatever lies there does no harm.
 */
static void fetch_ahead(const struct mach_work *work)
{
    prefetch_to_write((const void *)work->hint);
    prefetch((const void *)(work->hint + CACHE_LINE));
    prefetch_to_write((const void *)(work->hint - CACHE_LINE));
}

void coil__pool_drain(struct mach_pool *pool, uintptr_t instead)
{
    uintptr_t mail = word_load(&pool->inbox);
    struct mach_work *work, *older, *newer = NULL, *newest;

    while (mail != POOL_CLOSED && mail != instead && !word_cas(&pool->inbox, &mail, instead))
        ;
    if (mail == POOL_CLOSED || mail == POOL_EMPTY)
        return;
    newest = (struct mach_work *)mail;
    for (work = newest; work != NULL; work = older) {
        fetch_ahead(work);
        older = work->next;
        work->next = newer;
        if (newer != NULL)
            newer->at = &work->next;
        newer = work;
        pool->queued++;
    }
    newer->at = pool->last;
    *pool->last = newer;
    pool->last = &newest->next;
}

void coil__pool_take_out(struct mach_pool *pool, struct mach_work *work)
{
    *work->at = work->next;
    if (work->next != NULL)
        work->next->at = work->at;
    else
        pool->last = work->at;
    work->at = NULL;
    pool->queued--;
}

unsigned coil__pool_take_batch(struct mach_pool *pool, struct worker *worker, unsigned most)
{
    unsigned n = 0;

    if (pool->first == NULL)
        coil__pool_drain(pool, POOL_EMPTY);
    while (n < most && pool->first != NULL) {
        worker->batch[n++] = pool->first;
        coil__pool_take_out(pool, pool->first);
    }
    if (n == 0)
        return 0;
    worker->n = n;
    worker->work = worker->batch[0];
    word_store(&worker->at, 1);
    return n;
}

static void put_back(struct mach_pool *pool, struct mach_work *work)
{
    work->next = pool->first;
    work->at = &pool->first;
    if (work->next != NULL)
        work->next->at = &work->next;
    else
        pool->last = &work->next;
    pool->first = work;
    pool->queued++;
}

void coil__worker_recall(struct worker *worker)
{
    uintptr_t at = word_or(&worker->at, RECALLED);

    if ((at & RECALLED) != 0)
        return;
    worker->work = worker->batch[at - 1];
    for (unsigned left = worker->n; left > at; left--)
        put_back(worker->pool, worker->batch[left - 1]);
}

void coil__pool_recall_all(struct mach_pool *pool)
{
    struct coil_link *at;

    list_each (at, &pool->workers)
        coil__worker_recall(container_of(at, struct worker, link));
}
