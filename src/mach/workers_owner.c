/* Pools as their owners see them. */
#include "mach/workers_own.h"

#include <errno.h>

#include <coil/result.h>

#define IDLE_NS (5 * (int64_t)1000000000)

void coil__mach_pool_init(struct mach_pool *pool)
{
    if (!pool->made)
        pool->lock = (pthread_mutex_t)PTHREAD_ADAPTIVE_MUTEX_INITIALIZER_NP;
    pool->made = true;
    if (pool->limit == 0)
        pool->limit = coil__mach_pool_default_limit();
    if (pool->idle_ns == 0)
        pool->idle_ns = IDLE_NS;
    pthread_mutex_lock(&pool->lock); /* of one that is gone a withdrawal may come late */
    pool->first = NULL;
    pool->last = &pool->first;
    pool->queued = 0;
    list_init(&pool->workers);
    list_init(&pool->idle);
    pool->threads = pool->waiting = pool->idlers = pool->running = 0;
    pool->closed = pool->watched = pool->brisk = false;
    pool->guard = NULL;
    word_store(&pool->attending, 0);
    word_store(&pool->spare, 1);
    word_store(&pool->inbox, POOL_EMPTY);
    pthread_mutex_unlock(&pool->lock);
}

unsigned coil__mach_pool_default_limit(void)
{
    unsigned most = (unsigned)coil__mach_ncpu() + 4;

    return most < 32 ? most : 32;
}

bool coil__mach_pool_withdraw(struct mach_pool *pool, struct mach_work *work)
{
    bool in_time;

    pthread_mutex_lock(&pool->lock);
    coil__pool_drain(pool, POOL_EMPTY);
    if (work->at == NULL)
        coil__pool_recall_all(pool);
    in_time = work->at != NULL;
    if (in_time)
        coil__pool_take_out(pool, work);
    pthread_mutex_unlock(&pool->lock);
    return in_time;
}

struct mach_work *coil__mach_pool_refuse(struct mach_pool *pool)
{
    struct mach_work *list;

    pthread_mutex_lock(&pool->lock);
    coil__pool_recall_all(pool);
    coil__pool_drain(pool, POOL_CLOSED);
    list = pool->first;
    for (struct mach_work *work = list; work != NULL; work = work->next)
        work->at = NULL;
    pool->first = NULL;
    pool->last = &pool->first;
    pool->queued = 0;
    pthread_mutex_unlock(&pool->lock);
    return list;
}

static size_t works(struct mach_pool *pool)
{
    coil__pool_recall_all(pool);
    coil__pool_drain(pool, POOL_EMPTY);
    return pool->queued + pool->running;
}

/* Waits for the next work that ends or thread that leaves; the lock is free meanwhile. */
static int wait_for_change(struct mach_pool *pool, int64_t deadline_ns)
{
    uint32_t seen = __atomic_load_n(&pool->changes, __ATOMIC_RELAXED);
    int err;

    pool->watched = true;
    pthread_mutex_unlock(&pool->lock);
    err = coil__mach_futex_wait(&pool->changes, seen, deadline_ns);
    pthread_mutex_lock(&pool->lock);
    return err;
}

bool coil__mach_pool_wait_quiet(struct mach_pool *pool, int64_t deadline_ns)
{
    bool quiet;
    int err = 0;

    pthread_mutex_lock(&pool->lock);
    while (!(quiet = works(pool) == 0) && err != -ETIMEDOUT)
        err = wait_for_change(pool, deadline_ns);
    pthread_mutex_unlock(&pool->lock);
    return quiet;
}

void coil__mach_pool_each_running(struct mach_pool *pool,
                                  void (*fn)(struct mach_work *work, int64_t since_ns, void *arg),
                                  void *arg)
{
    pthread_mutex_lock(&pool->lock);
    coil__pool_recall_all(pool);
    for (struct coil_link *at = pool->workers.next; at != &pool->workers; at = at->next) {
        struct worker *worker = container_of(at, struct worker, link);

        if (worker->work != NULL)
            fn(worker->work, worker->since_ns, arg);
    }
    pthread_mutex_unlock(&pool->lock);
}

size_t coil__mach_pool_works(struct mach_pool *pool)
{
    size_t n;

    pthread_mutex_lock(&pool->lock);
    n = works(pool);
    pthread_mutex_unlock(&pool->lock);
    return n;
}

static void call_all(struct mach_pool *pool)
{
    struct coil_link *idle;

    while ((idle = list_pop(&pool->idle)) != NULL) {
        struct worker *worker = container_of(idle, struct worker, idle);

        pool->idlers--;
        coil__worker_promise(worker);
        __atomic_store_n(&worker->awake, 1, __ATOMIC_RELEASE);
        coil__mach_futex_wake(&worker->awake, 1);
    }
}

void coil__mach_pool_close(struct mach_pool *pool)
{
    bool none;

    pthread_mutex_lock(&pool->lock);
    pool->closed = true;
    none = pool->threads == 0;
    call_all(pool);
    while (pool->threads > pool->running)
        wait_for_change(pool, COIL_FOREVER);
    pthread_mutex_unlock(&pool->lock);
    if (none && pool->gone != NULL)
        pool->gone(pool);
}
