#include "sync/store.h"

#include "base/alloc.h"

/* A priority queue's items stand beside the numbers of their arrival, which break ties. */
struct entry {
    void *item;
    uint64_t sequence;
};

static struct entry *heap_of(struct coil_queue *queue)
{
    return (struct entry *)queue->items;
}

static size_t entry_bytes(const struct coil_queue *queue)
{
    return queue->kind == QUEUE_PRIORITY ? sizeof(struct entry) : sizeof(void *);
}

/* The capacity is a power of two, so that the ring's index is a mask. */
static int grow(struct coil_queue *queue)
{
    size_t capacity = queue->capacity == 0 ? 8 : queue->capacity * 2;
    void **items = mem_realloc(queue->items, capacity * entry_bytes(queue));

    if (items == NULL)
        return -ENOMEM;
    if (queue->kind != QUEUE_PRIORITY)
        for (size_t i = 0; i < queue->head; i++) /* what had wrapped goes behind the rest */
            items[queue->capacity + i] = items[i];
    queue->items = items;
    queue->capacity = capacity;
    return 0;
}

static bool before(const struct coil_queue *queue, const struct entry *a, const struct entry *b)
{
    int order = queue->compare(a->item, b->item);

    return order != 0 ? order < 0 : a->sequence < b->sequence;
}

static void sift_up(struct coil_queue *queue, size_t at)
{
    struct entry *heap = heap_of(queue), moving = heap[at];

    while (at > 0 && before(queue, &moving, &heap[(at - 1) / 2])) {
        heap[at] = heap[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    heap[at] = moving;
}

static void sift_down(struct coil_queue *queue, size_t at)
{
    struct entry *heap = heap_of(queue), moving = heap[at];
    size_t child;

    while ((child = 2 * at + 1) < queue->count) {
        if (child + 1 < queue->count && before(queue, &heap[child + 1], &heap[child]))
            child++;
        if (!before(queue, &heap[child], &moving))
            break;
        heap[at] = heap[child];
        at = child;
    }
    heap[at] = moving;
}

int coil__store_put(struct coil_queue *queue, void *item)
{
    if (queue->count == queue->capacity && grow(queue) != 0)
        return -ENOMEM;
    if (queue->kind == QUEUE_PRIORITY) {
        heap_of(queue)[queue->count] = (struct entry){item, queue->sequence++};
        sift_up(queue, queue->count++);
    } else {
        queue->items[(queue->head + queue->count++) & (queue->capacity - 1)] = item;
    }
    return 0;
}

static void *pop_heap(struct coil_queue *queue)
{
    struct entry *heap = heap_of(queue);
    void *item = heap[0].item;

    heap[0] = heap[--queue->count];
    if (queue->count > 0)
        sift_down(queue, 0);
    return item;
}

void *coil__store_get(struct coil_queue *queue)
{
    size_t mask = queue->capacity - 1;
    void *item;

    if (queue->kind == QUEUE_PRIORITY)
        return pop_heap(queue);
    if (queue->kind == QUEUE_LIFO)
        return queue->items[(queue->head + --queue->count) & mask];
    item = queue->items[queue->head];
    queue->head = (queue->head + 1) & mask;
    queue->count--;
    return item;
}
