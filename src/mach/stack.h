/*
 * Stacks for coroutines: pooled, guarded, and paid for by the page.
 *
 * A pool belongs to one thread. It carves stacks out of slabs, big mappings that reserve addresses
 * and no memory. Each stack has a guard below it. The kernel's own guards (MADV_GUARD_INSTALL,
 * Linux 6.13) cost no mapping; where they are missing mprotect does the same, takes two mappings a
 * stack, and meets vm.max_map_count near 32,000. A stack given back is the next one handed out: its
 * top page is in memory and perhaps in the cache.
 *
 *      low                                                      high
 *     | guard |  ... reserved, touched as the stack grows ...  |
 *
 * The caller puts its task below `high`, and the frames below that: they share the top page.
 *
 * `high` is not at the page's end for all: a few cache lines off, different from stack to stack,
 * since tops at the same place in their pages would all fall into the same few sets of the first
 * cache.
 */
#ifndef COIL_MACH_STACK_H
#define COIL_MACH_STACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/check.h"
#include "base/prefetch.h"

/* Class c reserves 16 KiB << c, its guard not counted. */
enum {
    MACH_STACK_CLASSES = 10, /* up to 8 MiB; as a class: too big */
    MACH_STACK_DEFAULT = 2,  /* 64 KiB */
};

struct mach_slab;

/* The last bytes below `high` of a stack nobody uses. */
struct mach_stack_free {
    struct mach_stack_free *next;
    uint64_t unused;
};

/* One size class of a pool. */
struct mach_stack_list {
    struct mach_stack_free *free; /* the latest returned first */
    uint32_t count;               /* on that list */
    uint32_t spare;               /* the least there were since the last trim */
    struct mach_slab *slabs;      /* newest first */
    struct mach_slab *cold;       /* those that have stacks whose memory was given back */
};

struct mach_stacks {
    struct mach_stack_list classes[MACH_STACK_CLASSES + 1];
    const char *why;
};

void coil__mach_stacks_init(struct mach_stacks *pool);

/* Unmaps everything; no stack may be in use. */
void coil__mach_stacks_fini(struct mach_stacks *pool);

/* The smallest class with so many bytes; 0 asks for the default; MACH_STACK_CLASSES if there is
 * none. */
unsigned coil__mach_stack_class(size_t bytes);

/* What a stack of the class can hold, the lines that vary above `high` included. */
static inline size_t mach_stack_bytes(unsigned cls)
{
    return (size_t)16384 << cls;
}

void *coil__stack_carve(struct mach_stacks *pool, unsigned cls);

/* Valgrind runs us. To it what lies below the frame that a stack was left from is gone, and the
 * frames of its next user may begin there: a generator's begin higher than a task's. */
extern bool coil__stacks_watched;
void coil__stack_renew(void *high, unsigned cls);

/* The high end, exclusive, 16-aligned; NULL if none can be had, and coil__mach_stacks_why tells. */
static inline void *mach_stack_get(struct mach_stacks *pool, unsigned cls)
{
    struct mach_stack_list *list = &pool->classes[cls];
    struct mach_stack_free *top = list->free;

    if (unlikely(top == NULL))
        return coil__stack_carve(pool, cls);
    list->free = top->next;
    if (--list->count < list->spare)
        list->spare = list->count;
    if (unlikely(coil__stacks_watched))
        coil__stack_renew(top + 1, cls);
    return top + 1;
}

/* Announces the stack that comes next: whoever makes many tasks in a row finds its top lines in the
 * cache. */
static inline void mach_stack_prefetch(const struct mach_stacks *pool, unsigned cls)
{
    const struct mach_stack_free *next = pool->classes[cls].free;
    const char *high;

    if (next == NULL)
        return;
    high = (const char *)(next + 1);
    for (int line = 1; line <= 6; line++)
        prefetch_to_write(high - CACHE_LINE * line);
}

static inline void mach_stack_put(struct mach_stacks *pool, void *high, unsigned cls)
{
    struct mach_stack_list *list = &pool->classes[cls];
    struct mach_stack_free *top = (struct mach_stack_free *)high - 1;

    top->next = list->free;
    list->free = top;
    list->count++;
}

/* Why the last mach_stack_get returned NULL: a sentence. */
const char *coil__mach_stacks_why(const struct mach_stacks *pool);

/*
 * Gives memory back: of stacks that were not needed at any time since the last trim, a thousand in
 * one call, and slabs of which nothing is in use. For a loop to call now and then, once a second
 * perhaps. Returns how many were emptied.
 */
size_t coil__mach_stacks_trim(struct mach_stacks *pool);

/* The end of the last page of a stack. `high` is less than 4096 bytes below it, whatever the
 * machine's pages. */
static inline char *mach_stack_top(const void *high)
{
    return (char *)(((uintptr_t)high + 4095) & ~(uintptr_t)4095);
}

/* The lowest usable byte, right above the guard. */
static inline void *mach_stack_low(const void *high, unsigned cls)
{
    return mach_stack_top(high) - mach_stack_bytes(cls);
}

/* How deep this stack has been, in whole pages from `high`'s page down. A pooled stack remembers
 * its former users. */
size_t coil__mach_stack_used(const void *high, unsigned cls);

/*
 * A stack that overflows hits its guard. With the handler installed (once for the process; later
 * calls only change `describe`) it then says
 *     coil: stack overflow in <what describe wrote>: its 65536 bytes are used up; ...
 * and dies by the signal. Faults elsewhere go to the handler that was there before; who installs
 * one later just replaces ours. `describe` runs in the signal handler, on the thread that faulted.
 */
int coil__mach_overflow_install(void (*describe)(void *high, char *buffer, size_t size));

/*
 * A handler cannot run on the stack that is used up: gives this thread another for signals, unless
 * it has one. Calls nest; one that failed is not left.
 */
int coil__mach_overflow_thread_enter(void);
void coil__mach_overflow_thread_leave(void);

#endif
