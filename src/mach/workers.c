#include "mach/workers.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "mach/clock.h"
#include "mach/sys.h"
#include "mach/thread.h"

#define IDLE_NS (5 * (int64_t)1000000000)

/*
 * Work waits in a list; idle threads sleep on `signal`, a count that each submit raises. Under the
 * lock, all of it.
 */
static struct {
    pthread_mutex_t lock;
    struct mach_work *first;
    struct mach_work **last;
    unsigned waiting; /* works on the list */
    unsigned idle;    /* threads asleep, or on their way there or back */
    unsigned threads;
    uint32_t signal;
} pool = {.lock = PTHREAD_MUTEX_INITIALIZER, .last = &pool.first};

/* The child of a fork has none of the threads, and the lock may be one that another thread held. */
static void start_afresh(void)
{
    pthread_mutex_init(&pool.lock, NULL);
    pool.first = NULL;
    pool.last = &pool.first;
    pool.waiting = 0;
    pool.idle = 0;
    pool.threads = 0;
}

__attribute__((constructor)) static void watch_forks(void)
{
    pthread_atfork(NULL, NULL, start_afresh);
}

static unsigned most_threads(void)
{
    unsigned most = (unsigned)coil__mach_ncpu() + 4;

    return most < 32 ? most : 32;
}

static void append(struct mach_work *work)
{
    work->next = NULL;
    *pool.last = work;
    pool.last = &work->next;
    pool.waiting++;
}

static struct mach_work *take_first(void)
{
    struct mach_work *work = pool.first;

    if (work == NULL)
        return NULL;
    pool.first = work->next;
    if (pool.first == NULL)
        pool.last = &pool.first;
    pool.waiting--;
    return work;
}

/* Takes this one back; false if a thread has taken it. */
static bool withdraw(struct mach_work *work)
{
    struct mach_work **at = &pool.first;

    while (*at != NULL && *at != work)
        at = &(*at)->next;
    if (*at == NULL)
        return false;
    *at = work->next;
    if (*at == NULL)
        pool.last = at;
    pool.waiting--;
    return true;
}

/* Sleeps until there is work: the next one, or NULL after a while without. Called and left with the
 * lock held. */
static struct mach_work *wait_for_work(void)
{
    int64_t deadline = mach_now() + IDLE_NS;
    struct mach_work *work;
    int err = 0;

    pool.idle++;
    while ((work = take_first()) == NULL && err != -ETIMEDOUT) {
        uint32_t seen = __atomic_load_n(&pool.signal, __ATOMIC_RELAXED);

        pthread_mutex_unlock(&pool.lock);
        err = coil__mach_futex_wait(&pool.signal, seen, deadline);
        pthread_mutex_lock(&pool.lock);
    }
    pool.idle--;
    return work;
}

static void work_until_idle(void)
{
    struct mach_work *work;

    coil__mach_thread_set_name("coil-worker");
    pthread_mutex_lock(&pool.lock);
    while ((work = wait_for_work()) != NULL) {
        pthread_mutex_unlock(&pool.lock);
        work->run(work);
        pthread_mutex_lock(&pool.lock);
    }
    pool.threads--;
    pthread_mutex_unlock(&pool.lock);
}

/* One thread more, which was counted already. Without it the work is still done if there is any
 * other. */
static int grow(struct mach_work *work)
{
    int err = coil__mach_thread_start_detached(work_until_idle);

    if (err == 0)
        return 0;
    pthread_mutex_lock(&pool.lock);
    pool.threads--;
    err = pool.threads == 0 && withdraw(work) ? -EAGAIN : 0;
    pthread_mutex_unlock(&pool.lock);
    return err;
}

int coil__mach_workers_submit(struct mach_work *work)
{
    bool more;

    pthread_mutex_lock(&pool.lock);
    append(work);
    more = pool.waiting > pool.idle && pool.threads < most_threads();
    if (more)
        pool.threads++;
    __atomic_store_n(&pool.signal, pool.signal + 1, __ATOMIC_RELAXED);
    pthread_mutex_unlock(&pool.lock);
    if (more)
        return grow(work);
    coil__mach_futex_wake(&pool.signal, 1);
    return 0;
}
