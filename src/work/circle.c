/* Jobs on threads that wait for each other. */
#include "work/circle.h"

#include <pthread.h>

#include <coil/result.h>

#include "base/list.h"
#include "work/executor.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct coil_link edges = {&edges, &edges};

/* What the job waits for; NULL: nothing, or not for ever. */
static const struct coil_cfuture *awaited_by(const struct word *job)
{
    const struct coil_link *at;

    list_each (at, &edges) {
        const struct circle_edge *edge = container_of(at, const struct circle_edge, link);

        if (edge->job == job)
            return edge->future;
    }
    return NULL;
}

/* All that is on the way is held by who waits for it. */
static bool leads_to(const struct coil_cfuture *future, const struct word *job)
{
    while (future != NULL && (word_load(&future->state) & CF_DONE) == 0) {
        if (&future->state == job)
            return true;
        future = awaited_by(&future->state);
    }
    return false;
}

int coil__circle_enter(struct circle_edge *edge, const struct coil_cfuture *future,
                       int64_t timeout_ns)
{
    bool closes;

    edge->job = timeout_ns == COIL_FOREVER ? coil__job_state : NULL;
    if (edge->job == NULL)
        return 0;
    edge->future = future;
    pthread_mutex_lock(&lock);
    closes = leads_to(future, edge->job);
    if (!closes)
        list_append(&edges, &edge->link);
    pthread_mutex_unlock(&lock);
    if (!closes)
        return 0;
    coil_raise_at(future->place, EDEADLK, "the job waits, by way of others, for this one");
    return -EDEADLK;
}

void coil__circle_leave(struct circle_edge *edge)
{
    if (edge->job == NULL)
        return;
    pthread_mutex_lock(&lock);
    list_remove(&edge->link);
    pthread_mutex_unlock(&lock);
}

/* In the child of a fork: another thread may have been at it, and no other sleeps. */
static void start_afresh(void)
{
    pthread_mutex_init(&lock, NULL);
    list_init(&edges);
}

__attribute__((constructor)) static void watch_forks(void)
{
    pthread_atfork(NULL, NULL, start_afresh);
}
