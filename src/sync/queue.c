/* asyncio.Queue, LifoQueue and PriorityQueue. */
#include <coil/queue.h>

#include "base/alloc.h"
#include "sync/store.h"
#include "sync/waiter.h"

static void init(struct coil_queue *queue, enum queue_kind kind, size_t maxsize)
{
    *queue = (struct coil_queue){.kind = (int)kind, .maxsize = maxsize};
    queue->finished.set = true;
}

void coil_queue_init(struct coil_queue *queue, size_t maxsize)
{
    init(queue, QUEUE_FIFO, maxsize);
}

void coil_lifo_queue_init(struct coil_queue *queue, size_t maxsize)
{
    init(queue, QUEUE_LIFO, maxsize);
}

void coil_priority_queue_init(struct coil_queue *queue, size_t maxsize, coil_compare_fn *compare)
{
    init(queue, QUEUE_PRIORITY, maxsize);
    queue->compare = compare;
}

void coil_queue_fini(struct coil_queue *queue)
{
    REQUIRE(queue->getters.first == NULL && queue->putters.first == NULL,
            "coil_queue_fini of a queue in which tasks wait: coil_queue_shutdown it first");
    mem_free(queue->items);
    queue->items = NULL;
    queue->count = queue->capacity = 0;
}

size_t coil_queue_size(const struct coil_queue *queue)
{
    return queue->count;
}

bool coil_queue_full(const struct coil_queue *queue)
{
    return queue->maxsize > 0 && queue->count >= queue->maxsize;
}

/* Unlike the locks', a queue's waiters leave the list when they are woken. */
static void wake_next(struct coil_waiters *waiters)
{
    struct coil_waiter *waiter;

    while ((waiter = waiters->first) != NULL) {
        coil__waiter_leave(waiter);
        if (waiter_pending(waiter)) {
            waiter_wake(waiter, "a function of a queue");
            return;
        }
    }
}

static void wake_all(struct coil_waiters *waiters)
{
    while (waiters->first != NULL)
        wake_next(waiters);
}

int coil_queue_put_nowait(struct coil_queue *queue, void *item)
{
    int err;

    if (queue->shut_down)
        return -COIL_ESHUTDOWN;
    if (coil_queue_full(queue))
        return -EAGAIN;
    err = coil__store_put(queue, item);
    if (err != 0)
        return err;
    queue->unfinished++;
    coil_event_clear(&queue->finished);
    wake_next(&queue->getters);
    return 0;
}

struct coil_result coil_queue_get_nowait(struct coil_queue *queue)
{
    void *item;

    if (queue->count == 0)
        return coil_error(queue->shut_down ? -COIL_ESHUTDOWN : -EAGAIN);
    item = coil__store_get(queue);
    wake_next(&queue->putters);
    return coil_value(item);
}

coil_async int coil_queue_put(struct coil_queue *queue, void *item)
{
    struct coil_waiter waiter;
    int err;

    while (coil_queue_full(queue) && !queue->shut_down) {
        coil__waiter_join(&queue->putters, &waiter, "queue");
        err = coil__waiter_wait(&waiter);
        if (err == 0)
            continue;
        if (!coil_queue_full(queue) && waiter.future.state == FUTURE_DONE)
            wake_next(&queue->putters); /* the place we were woken for is somebody else's */
        return err;
    }
    return coil_queue_put_nowait(queue, item);
}

coil_async struct coil_result coil_queue_get(struct coil_queue *queue)
{
    struct coil_waiter waiter;
    int err;

    while (queue->count == 0 && !queue->shut_down) {
        coil__waiter_join(&queue->getters, &waiter, "queue");
        err = coil__waiter_wait(&waiter);
        if (err == 0)
            continue;
        if (queue->count > 0 && waiter.future.state == FUTURE_DONE)
            wake_next(&queue->getters);
        return coil_error(err);
    }
    return coil_queue_get_nowait(queue);
}

int coil_queue_task_done(struct coil_queue *queue)
{
    if (queue->unfinished == 0)
        return -EINVAL;
    if (--queue->unfinished == 0)
        coil_event_set(&queue->finished);
    return 0;
}

coil_async int coil_queue_join(struct coil_queue *queue)
{
    return queue->unfinished > 0 ? coil_event_wait(&queue->finished) : 0;
}

void coil_queue_shutdown(struct coil_queue *queue, bool immediate, coil_drop_fn *drop)
{
    queue->shut_down = true;
    while (immediate && queue->count > 0) {
        void *item = coil__store_get(queue);

        if (drop != NULL)
            drop(item);
        coil_queue_task_done(queue);
    }
    wake_all(&queue->getters);
    wake_all(&queue->putters);
}
