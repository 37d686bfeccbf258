#include "drive/futex_threads.h"

#include <errno.h>
#include <pthread.h>

#include "mach/clock.h"
#include "mach/thread.h"

#define IDLE_NS (5 * (int64_t)1000000000)

/*
 * Threads are *free* when they are new or wait for work; there are never more works on the list
 * than free threads. Under the lock, all of it.
 */
static struct {
    pthread_mutex_t lock;
    struct mach_work *first;
    struct mach_work **last;
    unsigned spare;  /* so many more threads are free than works on the list */
    uint32_t signal; /* idle threads sleep on it */
} threads;

/* In the child of a fork too: it has none of the threads, and the lock may be one that another
 * thread held. */
static void start_afresh(void)
{
    pthread_mutex_init(&threads.lock, NULL);
    threads.first = NULL;
    threads.last = &threads.first;
    threads.spare = 0;
}

__attribute__((constructor)) static void begin(void)
{
    start_afresh();
    pthread_atfork(NULL, NULL, start_afresh);
}

static struct mach_work *take_first(void)
{
    struct mach_work *work = threads.first;

    threads.first = work->next;
    if (threads.first == NULL)
        threads.last = &threads.first;
    return work;
}

/* Of a free thread: its next work, or NULL after a while without. Called and left with the lock
 * held. */
static struct mach_work *wait_for_work(void)
{
    int64_t deadline = mach_now() + IDLE_NS;
    int err = 0;

    while (threads.first == NULL && err != -ETIMEDOUT) {
        uint32_t seen = __atomic_load_n(&threads.signal, __ATOMIC_RELAXED);

        pthread_mutex_unlock(&threads.lock);
        err = coil__mach_futex_wait(&threads.signal, seen, deadline);
        pthread_mutex_lock(&threads.lock);
    }
    if (threads.first != NULL)
        return take_first();
    threads.spare--;
    return NULL;
}

static void work_until_idle(void)
{
    struct mach_work *work;

    coil__mach_thread_set_name("coil-futex");
    pthread_mutex_lock(&threads.lock);
    while ((work = wait_for_work()) != NULL) {
        pthread_mutex_unlock(&threads.lock);
        work->run(work);
        pthread_mutex_lock(&threads.lock);
        threads.spare++;
    }
    pthread_mutex_unlock(&threads.lock);
}

/* The lock is kept while a thread is made: if that fails, it is this work that goes without. */
int coil__futex_thread_start(struct mach_work *work)
{
    bool rouse;
    int err = 0;

    pthread_mutex_lock(&threads.lock);
    rouse = threads.spare > 0;
    if (rouse)
        threads.spare--;
    else
        err = coil__mach_thread_start_detached(work_until_idle);
    if (err == 0) {
        work->next = NULL;
        *threads.last = work;
        threads.last = &work->next;
        __atomic_store_n(&threads.signal, threads.signal + 1, __ATOMIC_RELAXED);
    }
    pthread_mutex_unlock(&threads.lock);
    if (rouse)
        coil__mach_futex_wake(&threads.signal, 1);
    return err;
}
