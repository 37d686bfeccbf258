/*
 * Included before a source of the library is, with #include "room/file.c", to be explored: its
 * memory, futexes, eventfds and mutexes become the model's, and its atomic operations can be torn.
 */
#ifndef MODEL_WORLD_H
#define MODEL_WORLD_H

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/atomic.h"
#include "kit.h"
#include "mach/clock.h"
#include "mach/spin.h"
#include "model.h"

#define mem_alloc model_alloc
#define mem_zalloc model_alloc /* it is zeroed anyway */
#define mem_free model_free

#define coil__sys_eventfd model_eventfd
#define coil__sys_eventfd_write model_eventfd_write
#define coil__sys_close model_close
#define coil__mach_futex_wait model_futex_wait
#define coil__mach_futex_wake model_futex_wake
#define coil__mach_wait_interruptible model_wait_interruptible

/* What time decides would not be the same in every run. */
#define mach_now() ((int64_t)1)
#undef SPIN_NS
#define SPIN_NS 0

#define pthread_mutex_t struct model_mutex
#define pthread_mutex_init(mutex, attributes) ((mutex)->locked = 0)
#define pthread_mutex_destroy(mutex) ((void)(mutex))
#define pthread_mutex_lock model_mutex_lock
#define pthread_mutex_unlock model_mutex_unlock

/* Loads commute. */
static inline uintptr_t model_load(const struct word *word)
{
    model_reads = true;
    return word_load(word);
}

static inline bool torn_cas(struct word *word, uintptr_t *expected, uintptr_t desired)
{
    uintptr_t was;

    if (!(model_torn & TORN_CAS))
        return word_cas(word, expected, desired);
    was = model_load(word);
    if (was != *expected) {
        *expected = was;
        return false;
    }
    word_store(word, desired);
    return true;
}

static inline uintptr_t torn_exchange(struct word *word, uintptr_t value)
{
    uintptr_t was;

    if (!(model_torn & TORN_EXCHANGE))
        return word_exchange(word, value);
    was = model_load(word);
    word_store(word, value);
    return was;
}

static inline uintptr_t torn_or(struct word *word, uintptr_t bits)
{
    uintptr_t was;

    if (!(model_torn & TORN_OR))
        return word_or(word, bits);
    was = model_load(word);
    word_store(word, was | bits);
    return was;
}

static inline uintptr_t torn_add(struct word *word, uintptr_t n)
{
    uintptr_t now;

    if (!(model_torn & TORN_ADD))
        return word_add(word, n);
    now = model_load(word) + n;
    word_store(word, now);
    return now;
}

#define word_load model_load
#define word_cas torn_cas
#define word_exchange torn_exchange
#define word_or torn_or
#define word_add torn_add
#define word_sub(word, n) torn_add(word, -(uintptr_t)(n))
#define word_unref(word) (torn_add(word, -(uintptr_t)1) == 0)

#endif
