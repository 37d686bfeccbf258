/* Small coroutines that combinators are tried on. */
#ifndef UNIT_CHILDREN_H
#define UNIT_CHILDREN_H

#include "unit/loop/inside.h"

/* Sleeps as many milliseconds, and returns that number. */
static inline coil_async struct coil_result child_sleeps(void *arg)
{
    int err = coil_sleep(COIL_MS((intptr_t)arg));

    return err != 0 ? coil_error(err) : coil_number((intptr_t)arg);
}

/* The same, then fails. */
static inline coil_async struct coil_result child_fails(void *arg)
{
    int err = coil_sleep(COIL_MS((intptr_t)arg));

    return err != 0 ? coil_error(err) : coil_raise(EIO, "after %ld ms", (long)(intptr_t)arg);
}

/* Cancelled it goes on for a while, and returns a number all the same. */
static inline coil_async struct coil_result child_refuses(void *arg)
{
    if (coil_sleep(COIL_MS((intptr_t)arg)) == -ECANCELED)
        coil_sleep(COIL_MS(1));
    return coil_number((intptr_t)arg);
}

static inline struct coil_future *start_sleeper(intptr_t ms)
{
    return coil_create_task(child_sleeps, (void *)ms);
}

static inline struct coil_future *start_failer(intptr_t ms)
{
    return coil_create_task(child_fails, (void *)ms);
}

static inline void unref_all(struct coil_future **futures, size_t n)
{
    for (size_t i = 0; i < n; i++)
        coil_future_unref(futures[i]);
}

#endif
