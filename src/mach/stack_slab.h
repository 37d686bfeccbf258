/*
 * Slabs: mappings that stacks are carved from, and the process-wide list of them that a signal
 * handler can read.
 */
#ifndef COIL_MACH_STACK_SLAB_H
#define COIL_MACH_STACK_SLAB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/atomic.h"
#include "mach/stack.h"

/*
 * A guard is at least as large as the step in which compilers probe large frames, if they are asked
 * to (-fstack-clash-protection): they promise to touch each such stretch. Who does not ask is safe
 * with frames up to the guard's size; pages of it cost no memory. It also makes the distance
 * between two stacks an odd number of pages, so that tops spread over the sets of the TLB.
 */
#if defined(__aarch64__)
#define SLAB_GUARD ((size_t)65536)
#else
#define SLAB_GUARD ((size_t)5 * 4096)
#endif

enum { SLAB_MOST = 1024 }; /* stacks in one slab */

/*
 * Records are never freed, only used again, so that a signal handler may walk them at any time.
 * Fields below `low` belong to the pool that opened the slab; `low` is 0 when nobody did.
 */
struct mach_slab {
    struct mach_slab *registered; /* the next record there is */
    struct word low;

    unsigned cls;
    uint32_t count;   /* stacks that fit in */
    uint32_t guarded; /* so many have their guard */
    uint32_t carved;  /* so many were handed out at least once */
    uint32_t cold;    /* of those, so many are unused and without memory */
    uint64_t cold_bits[SLAB_MOST / 64];
    struct mach_slab *next;      /* of this class, newest first */
    struct mach_slab *next_cold; /* with cold > 0 */
    unsigned *valgrind;          /* what valgrind calls each stack; NULL without it */
};

/* From the start of one stack's guard to the start of the next one's. */
static inline size_t slab_stride(unsigned cls)
{
    return mach_stack_bytes(cls) + SLAB_GUARD;
}

/* Maps room for at most `count` stacks, for fewer if so much cannot be had. NULL, and *why says
 * what to do. */
struct mach_slab *coil__slab_open(unsigned cls, uint32_t count, const char **why);

void coil__slab_close(struct mach_slab *slab);

/* The high end of the next stack that was never used; NULL, and *why says what to do. slab->carved
 * < slab->count. */
void *coil__slab_carve(struct mach_slab *slab, const char **why);

/* Where the high end of stack i is. */
void *coil__slab_high(const struct mach_slab *slab, uint32_t i);

/* Which of the slab's stacks an address belongs to, its guard included. */
uint32_t coil__slab_index(const struct mach_slab *slab, const void *address);

/* The open slab that this address is in, of any pool; NULL if in none. Signal-safe. */
struct mach_slab *coil__slab_at(uintptr_t address);

#endif
