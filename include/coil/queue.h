/*
 * Queues between tasks of one loop (asyncio.Queue, LifoQueue, PriorityQueue).
 *
 *     struct coil_queue queue;
 *
 *     coil_queue_init(&queue, 10);                 at most 10 items; 0: no limit
 *     err = coil_queue_put(&queue, item);
 *     r = coil_queue_get(&queue);                  r.value is the item
 *     coil_queue_fini(&queue);
 *
 * A thread beside the loop has the loop do it, coil_submit(thread, put, item), and waits for that
 * while the queue is full or empty: examples/thread_queue.c.
 */
#ifndef COIL_QUEUE_H
#define COIL_QUEUE_H

#include <coil/locks.h>

COIL_BEGIN_DECLS

/* < 0: a before b. Equal items come out in the order in which they went in. */
typedef int coil_compare_fn(const void *a, const void *b);

/* Embedded. Fields are coil's. */
struct coil_queue {
    void **items;
    size_t head, count, capacity;
    size_t maxsize;
    size_t unfinished;
    uint64_t sequence;
    coil_compare_fn *compare;
    struct coil_waiters getters;
    struct coil_waiters putters;
    struct coil_event finished;
    int kind;
    bool shut_down;
};

/**
 * A first-in, first-out queue of at most `maxsize` items; 0: no limit.
 *
 * Suspends: no.
 */
COIL_EXPORT void coil_queue_init(struct coil_queue *queue, size_t maxsize);

/**
 * Last in, first out (asyncio: LifoQueue).
 *
 * Suspends: no.
 */
COIL_EXPORT void coil_lifo_queue_init(struct coil_queue *queue, size_t maxsize);

/**
 * Smallest first (asyncio: PriorityQueue).
 *
 * Suspends: no.
 */
COIL_EXPORT void coil_priority_queue_init(struct coil_queue *queue, size_t maxsize,
                                          coil_compare_fn *compare);

/**
 * Frees what the queue holds of its own. Nobody may wait. The items are the user's: get them out
 * first.
 *
 * Suspends: no.
 */
COIL_EXPORT void coil_queue_fini(struct coil_queue *queue);

/**
 * Puts an item in (asyncio: put).
 *
 * Suspends: while the queue is full.
 * Cancel-safe: yes; then the item is not in.
 * Returns: 0; -COIL_ESHUTDOWN; -ENOMEM; -ECANCELED.
 */
COIL_EXPORT coil_async int coil_queue_put(struct coil_queue *queue, void *item);

/**
 * Puts an item in without waiting (asyncio: put_nowait).
 *
 * Suspends: no.
 * Returns: 0; -EAGAIN if full (asyncio: QueueFull); -COIL_ESHUTDOWN; -ENOMEM.
 */
COIL_EXPORT int coil_queue_put_nowait(struct coil_queue *queue, void *item);

/**
 * Takes an item out (asyncio: get).
 *
 * Suspends: while the queue is empty.
 * Cancel-safe: yes; no item is lost.
 * Returns: the item; -COIL_ESHUTDOWN when shut down and empty; -ECANCELED.
 */
COIL_EXPORT coil_async struct coil_result coil_queue_get(struct coil_queue *queue);

/**
 * Takes an item out without waiting (asyncio: get_nowait).
 *
 * Suspends: no.
 * Returns: the item; -EAGAIN if empty (asyncio: QueueEmpty); -COIL_ESHUTDOWN.
 */
COIL_EXPORT struct coil_result coil_queue_get_nowait(struct coil_queue *queue);

/**
 * Says that an item taken out has been dealt with (asyncio: task_done).
 *
 * Suspends: no.
 * Returns: 0; -EINVAL if called more often than items were put in (asyncio: ValueError).
 */
COIL_EXPORT int coil_queue_task_done(struct coil_queue *queue);

/**
 * Waits until every item that was put in has been dealt with (asyncio: join).
 *
 * Suspends: unless they have.
 * Cancel-safe: yes.
 * Returns: 0; -ECANCELED.
 */
COIL_EXPORT coil_async int coil_queue_join(struct coil_queue *queue);

/**
 * Shuts the queue down (asyncio: shutdown): putting fails at once, getting when the queue is empty.
 * Immediately: what is in counts as dealt with, and getting fails at once; the items are given to
 * `drop` one by one (may be NULL).
 *
 * Suspends: no.
 */
COIL_EXPORT void coil_queue_shutdown(struct coil_queue *queue, bool immediate, coil_drop_fn *drop);

/**
 * How many items are in (asyncio: qsize).
 *
 * Suspends: no.
 * Returns: their number.
 */
COIL_EXPORT size_t coil_queue_size(const struct coil_queue *queue);

/**
 * Whether put would have to wait (asyncio: full).
 *
 * Suspends: no.
 * Returns: true if so; never for a queue without limit.
 */
COIL_EXPORT bool coil_queue_full(const struct coil_queue *queue);

COIL_END_DECLS

#endif
