/*
 * What will be looked at soon is fetched while there is something else to do. Among many tasks each
 * one's memory is cold when its turn comes: a first look at it takes as long as a hundred
 * instructions and more. Any address will do, also one where nothing is.
 */
#ifndef COIL_BASE_PREFETCH_H
#define COIL_BASE_PREFETCH_H

#include <stddef.h>

#define CACHE_LINE 64 /* bytes, which come at once */

/* To a compiler a function that only prefetches has no effect, so that its call can be left out,
 * and gcc does that. An empty instruction that must stay is one. */
#define PREFETCH_STAYS() __asm__ volatile("")

static inline void prefetch(const void *at)
{
    __builtin_prefetch(at);
    PREFETCH_STAYS();
}

static inline void prefetch_to_write(const void *at)
{
    __builtin_prefetch(at, 1);
    PREFETCH_STAYS();
}

/* So many lines, from the one that `at` is in. */
static inline void prefetch_lines(const void *at, unsigned lines)
{
    for (unsigned i = 0; i < lines; i++)
        prefetch((const char *)at + (size_t)i * CACHE_LINE);
}

#endif
