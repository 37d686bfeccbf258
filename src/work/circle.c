/* Jobs on threads that wait for each other. */
#include "work/circle.h"

#include <pthread.h>

#include <coil/result.h>

#include "work/executor.h"
#include "work/gate.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct coil_link edges = {&edges, &edges};
static unsigned rounds; /* searches, so far */

/* What of this wait is not looked at yet. All that is on the way is held by who waits for it. */
struct search {
    const struct word *job; /* whose wait it is */
    struct circle_edge *found;
};

/* NULL: it waits for nothing, or not for ever. */
static struct circle_edge *edge_of(const struct word *waiter)
{
    struct coil_link *at;

    list_each (at, &edges) {
        struct circle_edge *edge = container_of(at, struct circle_edge, link);

        if (edge->waiter == waiter)
            return edge;
    }
    return NULL;
}

/* False: only by what its job waits for, which is to be looked at. */
static bool may_come(struct search *search, const struct coil_cfuture *future)
{
    struct circle_edge *edge;

    if ((word_load(&future->state) & CF_DONE) != 0)
        return true;
    if (&future->state == search->job)
        return false;
    edge = edge_of(&future->state);
    if (edge == NULL)
        return true;
    if (edge->round != rounds) {
        edge->round = rounds;
        edge->next_found = search->found;
        search->found = edge;
    }
    return false;
}

static bool any_may_come(struct search *search, const struct coil_link *items)
{
    const struct coil_link *at;

    list_each (at, items)
        if (may_come(search, container_of(at, const struct gate_item, watched)->future))
            return true;
    return false;
}

/* Follows what was found, edge by edge, to something that may come. */
static bool leads_out(struct search *search)
{
    struct circle_edge *at;

    while ((at = search->found) != NULL) {
        search->found = at->next_found;
        if (at->items != NULL ? any_may_come(search, at->items) : may_come(search, at->future))
            return true;
    }
    return false;
}

static struct search begin_search(const struct word *job)
{
    struct search search = {job, NULL};

    rounds++;
    return search;
}

static bool is_forever(int64_t timeout_ns)
{
    return timeout_ns == COIL_FOREVER && coil__job_state != NULL;
}

int coil__circle_enter(struct circle_edge *edge, const struct coil_cfuture *future,
                       int64_t timeout_ns)
{
    struct search search;
    bool ends;

    *edge = (struct circle_edge){.future = future};
    if (!is_forever(timeout_ns))
        return 0;
    pthread_mutex_lock(&lock);
    search = begin_search(coil__job_state);
    ends = may_come(&search, future) || leads_out(&search);
    if (ends) {
        edge->waiter = coil__job_state;
        list_append(&edges, &edge->link);
    }
    pthread_mutex_unlock(&lock);
    if (ends)
        return 0;
    coil_raise_at(future->place, EDEADLK, "the job waits, by way of others, for this one");
    return -EDEADLK;
}

void coil__circle_hang_bell(struct circle_edge *edge, const struct coil_cfuture *bell,
                            const struct coil_link *items, int64_t timeout_ns)
{
    *edge = (struct circle_edge){.items = items};
    if (!is_forever(timeout_ns))
        return;
    edge->waiter = &bell->state;
    pthread_mutex_lock(&lock);
    list_append(&edges, &edge->link);
    pthread_mutex_unlock(&lock);
}

bool coil__circle_is_closed(const struct coil_link *items)
{
    struct search search;
    bool ends;

    if (coil__job_state == NULL)
        return false;
    pthread_mutex_lock(&lock);
    search = begin_search(coil__job_state);
    ends = any_may_come(&search, items) || leads_out(&search);
    pthread_mutex_unlock(&lock);
    return !ends;
}

void coil__circle_leave(struct circle_edge *edge)
{
    if (edge->waiter == NULL)
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
