/* What futures are called, and who waits for whom. */
#include <stdio.h>

#include "loop/exception.h"
#include "loop/loop.h"

const char *coil__future_state_name(const struct coil_future *future)
{
    static const char *const names[] = {"pending", "done", "failed", "cancelled"};

    return names[future->state];
}

int coil__future_label(const struct coil_future *future, char *buffer, size_t size)
{
    const struct future_kind *kind = coil__future_kinds[future->kind];

    if (kind->label != NULL)
        return kind->label(future, buffer, size);
    return snprintf(buffer, size, "%s of %s", kind->name,
                    future->place != NULL ? coil__place_file(future->place) : "coil");
}

#define WAITERS_MAX 12

static struct future_waiter waiters[WAITERS_MAX];
static size_t waiters_count;

void coil__future_waiter_add(const struct future_waiter *waiter)
{
    INVARIANT(waiters_count < WAITERS_MAX);
    waiters[waiters_count++] = *waiter;
}

static const struct future_waiter *waiter_of(const struct coil_handle *handle)
{
    for (size_t i = 0; i < waiters_count; i++)
        if (waiters[i].run == handle->run)
            return &waiters[i];
    return NULL;
}

/* The future that depends on the one among whose callbacks this handle is; NULL: none. */
static struct coil_future *owner_of(struct coil_link *link)
{
    struct coil_handle *handle = container_of(link, struct coil_handle, link);
    const struct future_waiter *waiter = waiter_of(handle);

    return waiter != NULL && waiter->owner != NULL ? waiter->owner(handle) : NULL;
}

static bool is_watcher(const struct coil_handle *handle)
{
    const struct future_waiter *waiter = waiter_of(handle);

    return waiter != NULL && waiter->lost != NULL;
}

void coil__future_hold_for_watchers(struct coil_future *future)
{
    struct coil_link *at;

    list_each (at, &future->callbacks)
        future->refs += is_watcher(container_of(at, struct coil_handle, link));
}

bool coil__future_watcher_lost(struct coil_handle *handle)
{
    if (!is_watcher(handle))
        return false;
    waiter_of(handle)->lost(handle);
    return true;
}

static struct coil_handle *first_watcher(struct coil_future *future)
{
    struct coil_link *at;

    list_each (at, &future->callbacks)
        if (is_watcher(container_of(at, struct coil_handle, link)))
            return container_of(at, struct coil_handle, link);
    return NULL;
}

void coil__future_lost(struct coil_future *future)
{
    struct coil_handle *handle;

    while ((handle = first_watcher(future)) != NULL) {
        list_remove(&handle->link);
        coil__future_watcher_lost(handle);
    }
    future->flags &= (uint8_t)~FUTURE_WATCHED;
}

/* One future that waits, directly or not, for the first one; `via` is the index of what it waits
 * for. */
struct dependent {
    struct coil_future *future;
    size_t via;
};

struct search {
    struct dependent *list;
    size_t count, capacity;
    bool starved; /* of memory: not all were looked at */
    struct dependent first[32];
};

static bool search_add(struct search *search, struct coil_future *future, size_t via)
{
    size_t bytes = 2 * search->capacity * sizeof(search->list[0]);
    struct dependent *more;

    if (search->count == search->capacity) {
        more = mem_realloc(search->list == search->first ? NULL : search->list, bytes);
        if (more == NULL)
            return false;
        if (search->list == search->first)
            memcpy(more, search->first, sizeof(search->first));
        search->list = more;
        search->capacity *= 2;
    }
    future->flags |= FUTURE_VISITED;
    search->list[search->count++] = (struct dependent){future, via};
    return true;
}

/* Breadth first over everybody who waits for `waiter`: is `target` among them? The index, or -1. */
static int64_t search_for(struct search *search, struct coil_future *target)
{
    struct coil_future *future, *owner;
    struct coil_link *at;

    for (size_t i = 0; i < search->count; i++) {
        future = search->list[i].future;
        if (future == target)
            return (int64_t)i;
        if (!future_pending(future))
            continue;
        list_each (at, &future->callbacks) {
            owner = owner_of(at);
            if (owner == NULL || (owner->flags & FUTURE_VISITED) != 0)
                continue;
            if (!search_add(search, owner, i)) {
                search->starved = true;
                return -1;
            }
        }
    }
    return -1;
}

static size_t append_label(char *chain, size_t size, size_t at, const char *arrow,
                           const struct coil_future *future)
{
    int n;

    if (at < size)
        at += (size_t)snprintf(chain + at, size - at, "%s", arrow);
    n = at < size ? coil__future_label(future, chain + at, size - at) : 0;
    at += (size_t)(n > 0 ? n : 0);
    if (at < size && coil__future_kinds[future->kind]->label != NULL)
        at += (size_t)snprintf(chain + at, size - at, " (%.*s)", (int)strcspn(future->place, " "),
                               future->place);
    return at;
}

/* "waiter -> target -> ... -> waiter": along what each one waits for. */
static void write_chain(const struct search *search, size_t found, char *chain, size_t size)
{
    size_t at = append_label(chain, size, 0, "", search->list[0].future);

    for (size_t i = found; i != 0; i = search->list[i].via)
        at = append_label(chain, size, at, " -> ", search->list[i].future);
    at = append_label(chain, size, at, " -> ", search->list[0].future);
    if (at >= size && size > 4)
        memcpy(chain + size - 4, "...", 4);
}

int coil__future_may_wait(struct coil_future *waiter, struct coil_future *target, char *chain,
                          size_t size)
{
    struct search search = {.capacity = 32};
    int64_t found;

    if (target != waiter && list_empty(&waiter->callbacks))
        return 0;
    search.list = search.first;
    search_add(&search, waiter, 0);
    found = search_for(&search, target);
    if (found >= 0 && chain != NULL)
        write_chain(&search, (size_t)found, chain, size);
    for (size_t i = 0; i < search.count; i++)
        search.list[i].future->flags &= (uint8_t)~FUTURE_VISITED;
    if (search.list != search.first)
        mem_free(search.list);
    if (found >= 0)
        return -EDEADLK;
    return search.starved ? -ENOMEM
                          : 0; /* cancelling walks along what waits: a circle must not come to be */
}
