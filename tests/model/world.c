/* What the explored sources find instead of the C library and the kernel. The same addresses in
 * every run. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <coil/result.h>

#include "model_internal.h"

enum { ARENA_BYTES = 64 << 10, BLOCKS = 64, EVENTS = 8 };

unsigned model_torn;

static struct block {
    char *start;
    size_t size;
    bool freed;
} blocks[BLOCKS];
static unsigned blocks_count;
static size_t arena_used;
static _Alignas(16) char arena[ARENA_BYTES];

static struct event {
    uintptr_t edge;
    bool open;
} events[EVENTS];

void model__world_begin(void)
{
    memset(arena, 0, arena_used);
    arena_used = 0;
    blocks_count = 0;
    memset(events, 0, sizeof(events));
}

void model__world_end(void)
{
    for (unsigned i = 0; i < blocks_count; i++)
        if (!blocks[i].freed)
            model_fail("a block of %zu bytes is left over", blocks[i].size);
    for (int i = 0; i < EVENTS; i++)
        if (events[i].open)
            model_fail("a descriptor is left open");
}

/* Never the same memory twice in a run, so that every use after free is seen. */
void *model_alloc(size_t size)
{
    struct block *block = &blocks[blocks_count++];

    *block = (struct block){.start = arena + arena_used, .size = size};
    arena_used += (size + 31) & ~(size_t)15;
    if (blocks_count == BLOCKS || arena_used > ARENA_BYTES)
        model_fail("the model is out of memory");
    return block->start;
}

static struct block *block_of(const void *address)
{
    for (unsigned i = 0; i < blocks_count; i++)
        if ((const char *)address >= blocks[i].start &&
            (const char *)address < blocks[i].start + blocks[i].size)
            return &blocks[i];
    return NULL;
}

bool model__is_freed(const void *address)
{
    const struct block *block = block_of(address);

    return block != NULL && block->freed;
}

void model_free(void *memory)
{
    struct block *block = memory == NULL ? NULL : block_of(memory);

    if (memory == NULL)
        return;
    if (block == NULL || block->start != memory)
        model_fail("what is given back is no block");
    model__touch(block->start, block->size);
    block->freed = true;
}

/* ---- futexes ---- */

/* The word that a futex is the lower half of, on whatever end it is. */
static const void *word_of(const uint32_t *half)
{
    return (const void *)((uintptr_t)half & ~(uintptr_t)7);
}

int model_futex_wait(const uint32_t *word, uint32_t expected, int64_t deadline_ns)
{
    model__touch(word_of(word), sizeof(uintptr_t));
    if (*word != expected)
        return -EAGAIN;
    return model__block(word_of(word), deadline_ns != COIL_FOREVER) ? 0 : -ETIMEDOUT;
}

int model_wait_interruptible(const uint32_t *word, uint32_t expected, uint32_t seen,
                             int64_t deadline_ns)
{
    int err = model_futex_wait(word, expected, deadline_ns);

    (void)seen;
    return err == -EAGAIN ? 0 : err;
}

void model_futex_wake(const uint32_t *word, int n)
{
    (void)n; /* everybody, as all callers say */
    model__touch(word_of(word), sizeof(uintptr_t));
    model__wake(word_of(word));
}

/* ---- eventfds ---- */

static struct event *event_of(int fd)
{
    struct event *event = &events[fd];

    if (fd < 0 || fd >= EVENTS || !event->open)
        model_fail("descriptor %d is not open", fd);
    return event;
}

int model_eventfd(void)
{
    int fd = 0;

    while (fd < EVENTS - 1 && events[fd].open)
        fd++;
    events[fd] = (struct event){.open = true};
    return fd;
}

int model_eventfd_write(int fd)
{
    struct event *event = &events[fd];

    model__touch(&event->edge, sizeof(event->edge));
    event_of(fd)->edge = 1;
    model__wake(&event->edge);
    return 0;
}

int model_close(int fd)
{
    struct event *event = &events[fd];

    model__touch(&event->edge, sizeof(event->edge));
    event_of(fd)->open = false;
    return 0;
}

void model_eventfd_wait(int fd)
{
    struct event *event = event_of(fd);

    model__touch(&event->edge, sizeof(event->edge));
    while (event->edge == 0)
        model__block(&event->edge, false);
    event->edge = 0;
}

bool model_eventfd_rung(int fd)
{
    return event_of(fd)->edge != 0;
}

/* ---- mutexes ---- */

void model_mutex_lock(struct model_mutex *mutex)
{
    model__touch(&mutex->locked, sizeof(mutex->locked));
    while (mutex->locked != 0)
        model__block(&mutex->locked, false);
    mutex->locked = 1;
}

void model_mutex_unlock(struct model_mutex *mutex)
{
    model__touch(&mutex->locked, sizeof(mutex->locked));
    mutex->locked = 0;
    model__wake(&mutex->locked);
}
