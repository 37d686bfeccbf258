#include "mach/workers.h"

#include <errno.h>
#include <pthread.h>

#include "mach/clock.h"
#include "mach/sys.h"
#include "mach/thread.h"

#define IDLE_NS (5 * (int64_t)1000000000)
#define NAMES_MOST 8

/*
 * Work waits in a list; idle threads sleep on `signal`, a count that each submit raises. Under the
 * lock, all of it.
 */
struct pool {
    pthread_mutex_t lock;
    struct mach_work *first;
    struct mach_work **last;
    unsigned waiting; /* works on the list */
    unsigned idle;    /* threads asleep, or on their way there or back */
    unsigned threads;
    uint32_t signal;
};

static struct pool pools[MACH_POOLS];

/* In the child of a fork too: it has none of the threads, and the lock may be one that another
 * thread held. */
static void start_afresh(void)
{
    for (int i = 0; i < MACH_POOLS; i++) {
        struct pool *pool = &pools[i];

        pthread_mutex_init(&pool->lock, NULL);
        pool->first = NULL;
        pool->last = &pool->first;
        pool->waiting = 0;
        pool->idle = 0;
        pool->threads = 0;
    }
}

__attribute__((constructor)) static void begin(void)
{
    start_afresh();
    pthread_atfork(NULL, NULL, start_afresh);
}

static unsigned most_threads(const struct pool *pool)
{
    unsigned most = (unsigned)coil__mach_ncpu() + 4;

    if (pool == &pools[MACH_POOL_NAMES])
        return NAMES_MOST;
    return most < 32 ? most : 32;
}

static void append(struct pool *pool, struct mach_work *work)
{
    work->next = NULL;
    work->at = pool->last;
    *pool->last = work;
    pool->last = &work->next;
    pool->waiting++;
}

static void take(struct pool *pool, struct mach_work *work)
{
    *work->at = work->next;
    if (work->next != NULL)
        work->next->at = work->at;
    else
        pool->last = work->at;
    work->at = NULL;
    pool->waiting--;
}

static struct mach_work *take_first(struct pool *pool)
{
    struct mach_work *work = pool->first;

    if (work != NULL)
        take(pool, work);
    return work;
}

/* Sleeps until there is work: the next one, or NULL after a while without. Called and left with the
 * lock held. */
static struct mach_work *wait_for_work(struct pool *pool)
{
    int64_t deadline = mach_now() + IDLE_NS;
    struct mach_work *work;
    int err = 0;

    pool->idle++;
    while ((work = take_first(pool)) == NULL && err != -ETIMEDOUT) {
        uint32_t seen = __atomic_load_n(&pool->signal, __ATOMIC_RELAXED);

        pthread_mutex_unlock(&pool->lock);
        err = coil__mach_futex_wait(&pool->signal, seen, deadline);
        pthread_mutex_lock(&pool->lock);
    }
    pool->idle--;
    return work;
}

static void work_until_idle(struct pool *pool)
{
    struct mach_work *work;

    coil__mach_thread_set_name("coil-worker");
    pthread_mutex_lock(&pool->lock);
    while ((work = wait_for_work(pool)) != NULL) {
        pthread_mutex_unlock(&pool->lock);
        work->run(work);
        pthread_mutex_lock(&pool->lock);
    }
    pool->threads--;
    pthread_mutex_unlock(&pool->lock);
}

static void work_default(void)
{
    work_until_idle(&pools[MACH_POOL_DEFAULT]);
}

static void work_files(void)
{
    work_until_idle(&pools[MACH_POOL_FILES]);
}

static void work_names(void)
{
    work_until_idle(&pools[MACH_POOL_NAMES]);
}

static int start_thread(const struct pool *pool)
{
    static void (*const entry[MACH_POOLS])(void) = {work_default, work_files, work_names};

    return coil__mach_thread_start_detached(entry[pool - pools]);
}

/* Without a look into the work, which may be somebody's own again. */
static bool waits(const struct pool *pool, const struct mach_work *work)
{
    const struct mach_work *at = pool->first;

    while (at != NULL && at != work)
        at = at->next;
    return at != NULL;
}

/* One thread more, which was counted already. Without it the work is still done if there is any
 * other. */
static int grow(struct pool *pool, struct mach_work *work)
{
    int err = start_thread(pool);

    if (err == 0)
        return 0;
    pthread_mutex_lock(&pool->lock);
    pool->threads--;
    err = 0;
    if (pool->threads == 0 && waits(pool, work)) {
        take(pool, work);
        err = -EAGAIN;
    }
    pthread_mutex_unlock(&pool->lock);
    return err;
}

int coil__mach_workers_submit(struct mach_work *work)
{
    struct pool *pool = &pools[work->pool];
    bool more;

    pthread_mutex_lock(&pool->lock);
    append(pool, work);
    more = pool->waiting > pool->idle && pool->threads < most_threads(pool);
    if (more)
        pool->threads++;
    __atomic_store_n(&pool->signal, pool->signal + 1, __ATOMIC_RELAXED);
    pthread_mutex_unlock(&pool->lock);
    if (more)
        return grow(pool, work);
    coil__mach_futex_wake(&pool->signal, 1);
    return 0;
}

bool coil__mach_workers_withdraw(struct mach_work *work)
{
    struct pool *pool = &pools[work->pool];
    bool in_time;

    pthread_mutex_lock(&pool->lock);
    in_time = work->at != NULL;
    if (in_time)
        take(pool, work);
    pthread_mutex_unlock(&pool->lock);
    return in_time;
}
